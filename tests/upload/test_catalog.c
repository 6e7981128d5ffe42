#include "src/base/memory.h"
#include "src/upload/catalog/catalog_load.h"
#include "tests/api/stage.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * A catalog read from a played server. The answers come in the order of the calls: project,
 * suites, the executions of each suite, builds, the runs of each execution.
 */

#define PROJECT                                                                                   \
	{                                                                                         \
		.status = 200,                                                                    \
		.body = "{'allstatus':[{'name':'Bestanden','defaultName':'passed','id':501},"     \
			"{'name':'Offen','defaultName':'notrun','id':504},"                       \
			"{'name':'Passed','defaultName':'deferred','id':509}],"                   \
			"'latestViews':{'TS':{'viewId':1},'TEL':{'viewId':2},'TE':{'viewId':3}}," \
			"'currentProjectId':7,'clientCode':'ORG','currentdrops':["                \
			"{'DropID':947,'Name':'1.4.0'},{'DropID':948,'Name':'947'},"              \
			"{'DropID':900,'Name':'0.9','isArchived':1}]}"                            \
	}
#define SUITE                                                                                    \
	{                                                                                        \
		.status = 200, .body = "{'data':[{'id':20,'entityKey':'VKMC-TS-20'}],'total':1}" \
	}
#define CHROME  "{'tsRunID':'100','platformName':'Chrome','cycleName':'C1'}"
#define FIREFOX "{'tsRunID':'101','platformName':'Firefox','cycleName':'C1'}"
#define ONE_EXECUTION                                                    \
	{                                                                \
		.status = 200, .body = "{'data':[" CHROME "],'total':1}" \
	}
#define TWO_EXECUTIONS                                                               \
	{                                                                            \
		.status = 200, .body = "{'data':[" CHROME "," FIREFOX "],'total':2}" \
	}
#define ONE_RUN                                                                         \
	{                                                                               \
		.status = 200,                                                          \
		.body = "{'data':[{'tcRunID':1001,'entityKey':'VKMC-TC-1'}],'total':1}" \
	}
#define NOTHING                                                \
	{                                                      \
		.status = 200, .body = "{'data':[],'total':0}" \
	}

struct desk {
	struct stage *stage;
	struct qm_catalog catalog;
	struct qm_selection selection;
	struct qm_error err;
};

static const char *const suites[] = { "VKMC-TS-20", "vkmc-ts-20" };

static void open_desk(struct desk *desk)
{
	void *stage = NULL;

	assert_int_equal(stage_setup(&stage), 0);
	desk->stage = stage;
	qm_catalog_init(&desk->catalog);
	qm_error_init(&desk->err);
}

static void close_desk(struct desk *desk)
{
	void *stage = desk->stage;

	qm_catalog_release(&desk->catalog);
	(void)stage_teardown(&stage);
}

/* For the next answers; the selection stays. */
static void start_over(struct desk *desk)
{
	close_desk(desk);
	open_desk(desk);
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	open_desk(desk);
	desk->selection.suites = suites;
	desk->selection.suite_count = 1;
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	close_desk(*state);
	free(*state);
	return 0;
}

static enum qm_code load(struct desk *desk)
{
	return qm_catalog_load(&desk->catalog, desk->stage->session, "VKMC", &desk->selection, NULL,
		&desk->stage->logger, &desk->err);
}

#define LOAD(desk, answers) (PLAY((desk)->stage, stage_allow_all, answers), load(desk))

static const struct qm_run *run_at(const struct desk *desk, size_t index)
{
	return qm_vec_at(&desk->catalog.runs, index);
}

static const struct qm_execution *execution_at(const struct desk *desk, size_t index)
{
	return qm_vec_at(&desk->catalog.executions, index);
}

static void assert_says(const struct desk *desk, const char *words)
{
	if (!strstr(desk->err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", desk->err.text, words);
}

/* ---- What is read. */

static void runs_of_an_execution_are_read(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION,
		{ .status = 200,
			.body = "{'data':[{'tcRunID':1001,'entityKey':'VKMC-TC-1',"
				"'summary':'Logs  in','testScriptName':'a.B.c','runStatusID':504,"
				"'dropID':947},{'tcRunID':1002,'entityKey':'VKMC-TC-2',"
				"'isLocked':true}],'total':2}" } };
	struct desk *desk = *state;
	const struct qm_test_case *first;

	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_int_equal(desk->stage->sent_count, 4);
	assert_int_equal(desk->catalog.executions.count, 1);
	assert_string_equal(execution_at(desk, 0)->suite_key, "VKMC-TS-20");
	assert_string_equal(execution_at(desk, 0)->suite_run, "100");
	assert_string_equal(execution_at(desk, 0)->platform, "Chrome");
	assert_int_equal(execution_at(desk, 0)->run_count, 2);
	assert_int_equal(run_at(desk, 0)->id, 1001);
	assert_int_equal(run_at(desk, 0)->status_id, 504);
	assert_int_equal(run_at(desk, 0)->build_id, 947);
	assert_false(run_at(desk, 0)->locked);
	assert_true(run_at(desk, 1)->locked);
	first = qm_vec_at(&desk->catalog.test_cases, 0);
	assert_string_equal(first->script_name, "a.B.c");
	assert_int_equal(*qm_map_find(&desk->catalog.by_key, "VKMC-TC-2"), 1);
	assert_int_equal(qm_owners_of(*qm_map_find(&desk->catalog.by_script, "a.B.c")).first, 0);
	assert_int_equal(
		qm_owners_of(*qm_catalog_find_summary(&desk->catalog, "logs in")).first, 0);
}

/* Some servers tell the status by name only, whether a project's own or the default one. */
static void a_status_without_id_is_found_by_its_name(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION,
		{ .status = 200,
			.body = "{'data':["
				"{'tcRunID':1,'entityKey':'VKMC-TC-1','runStatus':'OFFEN'},"
				"{'tcRunID':2,'entityKey':'VKMC-TC-2','runStatus':'notrun'},"
				"{'tcRunID':3,'entityKey':'VKMC-TC-3','runStatus':'passed'},"
				"{'tcRunID':4,'entityKey':'VKMC-TC-4','runStatus':'?'}],"
				"'total':4}" } };
	struct desk *desk = *state;

	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_int_equal(run_at(desk, 0)->status_id, 504);
	assert_int_equal(run_at(desk, 1)->status_id, 504);
	assert_int_equal(run_at(desk, 2)->status_id, 509); /* the name goes before the default */
	assert_int_equal(run_at(desk, 3)->status_id, 0);
}

static void a_test_case_in_two_executions_is_one_with_two_runs(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, TWO_EXECUTIONS, ONE_RUN,
		{ .status = 200,
			.body = "{'data':[{'tcRunID':2001,'entityKey':'VKMC-TC-1'},"
				"{'tcRunID':2002,'entityKey':'VKMC-TC-2'}],'total':2}" } };
	struct desk *desk = *state;
	const struct qm_test_case *test_case;

	desk->selection.all_executions = true;
	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_int_equal(desk->catalog.test_cases.count, 2);
	assert_int_equal(desk->catalog.runs.count, 3);
	assert_int_equal(execution_at(desk, 1)->first_run, 1);
	assert_int_equal(execution_at(desk, 1)->run_count, 2);
	test_case = qm_vec_at(&desk->catalog.test_cases, 0);
	assert_int_equal(run_at(desk, test_case->first_run)->id, 2001);
	assert_int_equal(run_at(desk, run_at(desk, test_case->first_run)->next_of_case)->id, 1001);
	assert_int_equal(run_at(desk, 0)->next_of_case, QM_NONE);
}

/* A list that grows while it is read shows the last row of a page again on the next one. */
static void a_row_that_comes_twice_is_one_run(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION,
		{ .status = 200,
			.body = "{'data':[{'tcRunID':1,'entityKey':'VKMC-TC-1'},"
				"{'tcRunID':2,'entityKey':'VKMC-TC-2'}],'total':4}" },
		{ .status = 200,
			.body = "{'data':[{'tcRunID':3,'entityKey':'VKMC-TC-2'},"
				"{'tcRunID':2,'entityKey':'VKMC-TC-2'}],'total':4}" } };
	struct desk *desk = *state;

	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_int_equal(desk->catalog.runs.count, 3);
	assert_int_equal(run_at(desk, 2)->id, 3);
	assert_int_equal(execution_at(desk, 0)->run_count, 3);
}

static void an_execution_without_runs_is_told(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION, NOTHING };
	struct desk *desk = *state;

	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_non_null(
		strstr(desk->stage->log, "the execution 100 of VKMC-TS-20 has no test case runs"));
}

/* ---- Suites and suite runs. */

static void suites_are_asked_for_in_one_call(void **state)
{
	static const char *const both[] = { "VKMC-TS-20", "VKMC-TS-21" };
	static const struct answer answers[] = { PROJECT,
		{ .status = 200,
			.body = "{'data':[{'id':21,'entityKey':'VKMC-TS-21'},"
				"{'id':20,'entityKey':'VKMC-TS-20'}],'total':2}" },
		ONE_EXECUTION, { .status = 200, .body = "{'data':[" FIREFOX "],'total':1}" },
		ONE_RUN };
	struct desk *desk = *state;

	desk->selection.suites = both;
	desk->selection.suite_count = 2;
	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_non_null(strstr(desk->stage->sent[1].body, "VKMC-TS-20,VKMC-TS-21"));
	/* One execution of each of several suites needs no choice. */
	assert_int_equal(desk->catalog.executions.count, 2);
	assert_string_equal(execution_at(desk, 0)->suite_key, "VKMC-TS-20");
	assert_string_equal(execution_at(desk, 1)->suite_key, "VKMC-TS-21");
}

static void what_is_named_twice_is_read_once(void **state)
{
	static const char *const suite_runs[] = { "100", "100" };
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION, ONE_RUN };
	struct desk *desk = *state;

	desk->selection.suite_count = 2;
	desk->selection.suite_runs = suite_runs;
	desk->selection.suite_run_count = 2;
	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_int_equal(desk->stage->sent_count, 4);
	assert_int_equal(desk->catalog.executions.count, 1);
	assert_int_equal(desk->catalog.runs.count, 1);
}

static void a_suite_run_needs_no_suite(void **state)
{
	static const char *const suite_runs[] = { "2720260" };
	static const struct answer answers[] = { PROJECT, ONE_RUN };
	struct desk *desk = *state;

	desk->selection.suite_count = 0;
	desk->selection.suite_runs = suite_runs;
	desk->selection.suite_run_count = 1;
	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_non_null(strstr(desk->stage->sent[1].body, "\"tsrunID\":\"2720260\""));
	assert_string_equal(execution_at(desk, 0)->suite_run, "2720260");
	assert_string_equal(execution_at(desk, 0)->platform, "");
	assert_int_equal(desk->catalog.runs.count, 1);
}

static void a_suite_run_that_is_none_is_named(void **state)
{
	static const char *const suite_runs[] = { "4711" };
	static const struct answer empty[] = { PROJECT, NOTHING };
	static const struct answer refused[] = { PROJECT,
		{ .status = 400, .body = "{'message':'no such run'}" } };
	struct desk *desk = *state;

	desk->selection.suite_count = 0;
	desk->selection.suite_runs = suite_runs;
	desk->selection.suite_run_count = 1;
	assert_int_equal(LOAD(desk, empty), QM_ENOTFOUND);
	assert_says(desk, "4711");
	start_over(desk);
	assert_int_equal(LOAD(desk, refused), QM_ENOTFOUND);
	assert_says(desk, "no such run");
	assert_says(desk, "4711");
}

static void an_unknown_or_archived_suite_is_named(void **state)
{
	static const struct answer unknown[] = { PROJECT, NOTHING };
	static const struct answer archived[] = { PROJECT,
		{ .status = 200,
			.body = "{'data':[{'id':20,'entityKey':'VKMC-TS-20',"
				"'isArchived':true}],'total':1}" } };
	struct desk *desk = *state;

	assert_int_equal(LOAD(desk, unknown), QM_ENOTFOUND);
	assert_says(desk, "no test suite VKMC-TS-20 in project VKMC");
	start_over(desk);
	assert_int_equal(LOAD(desk, archived), QM_ENOTFOUND);
	assert_says(desk, "VKMC-TS-20 is archived");
}

static void a_suite_without_executions_wants_one(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, NOTHING };
	struct desk *desk = *state;

	assert_int_equal(LOAD(desk, answers), QM_ENOTFOUND);
	assert_says(desk, "VKMC-TS-20 has no execution; execute it");
}

static void executions_left_out_are_told_in_one_line(void **state)
{
	static const struct answer one[] = { PROJECT, SUITE,
		{ .status = 200,
			.body = "{'data':[" CHROME ",{'tsRunID':'102','platformName':'Edge',"
				"'isArchived':1}],'total':2}" },
		ONE_RUN };
	static const struct answer two[] = { PROJECT, SUITE,
		{ .status = 200,
			.body = "{'data':[{'tsRunID':'102','isLocked':1}," CHROME
				",{'tsRunID':'103','isClosed':1}],'total':3}" },
		ONE_RUN };
	struct desk *desk = *state;
	const struct qm_left *left;

	assert_int_equal(LOAD(desk, one), QM_OK);
	assert_string_equal(
		desk->stage->log, "VKMC-TS-20 / Edge (102) is left out: it is archived\n");
	left = qm_vec_at(&desk->catalog.left, 0);
	assert_string_equal(left->key, "VKMC-TS-20 / Edge (102)");
	assert_string_equal(left->why, "archived");
	start_over(desk);
	assert_int_equal(LOAD(desk, two), QM_OK);
	assert_int_equal(desk->catalog.left.count, 2);
	assert_string_equal(desk->stage->log,
		"2 executions of VKMC-TS-20 are left out: they are archived, locked or closed\n");
}

/* ---- Builds. */

static void a_build_is_looked_for_where_it_is_cheapest(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION,
		{ .status = 200,
			.body = "{'data':[{'dropID':800,'name':'0.8','isArchived':true},"
				"{'dropID':801,'name':'0.8'},"
				"{'dropID':802,'name':'948'}],'total':3}" },
		ONE_RUN };
	static const struct {
		const char *wanted;
		int64_t id;
		size_t calls; /* the four without a build, and those for it */
	} rows[] = {
		{ "1.4.0", 947, 4 }, { "947", 948, 4 }, /* a name goes before an id */
		{ "948", 802, 5 },                      /* also one that only the list has */
		{ "0.8", 801, 5 }, /* one that is not archived goes before its namesake */
	};

	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct answer script[5];

		memcpy(script, answers, sizeof script);
		if (rows[i].calls == 4)
			script[3] = answers[4];
		desk->selection.build = rows[i].wanted;
		assert_int_equal(LOAD(desk, script), QM_OK);
		assert_int_equal(desk->catalog.build_id, rows[i].id);
		assert_int_equal(desk->stage->sent_count, rows[i].calls);
		start_over(desk);
	}
}

static void an_unknown_build_is_told_with_the_nearest(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION, NOTHING,
		{ .status = 200,
			.body = "{'data':[{'dropID':947,'name':'1.4.0'},"
				"{'dropID':7,'name':'nightly'}],'total':2}" } };
	struct desk *desk = *state;

	desk->selection.build = "1.4.1";
	assert_int_equal(LOAD(desk, answers), QM_ENOTFOUND);
	assert_string_equal(desk->err.text,
		"there is no build \"1.4.1\" (--build); did you mean \"1.4.0\"?; there are: 1.4.0, "
		"nightly");
	/* No run was read for an upload that cannot be. */
	assert_int_equal(desk->stage->sent_count, 5);
}

static void a_build_that_another_job_creates_is_waited_for(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION, NOTHING, NOTHING,
		NOTHING, NOTHING,
		{ .status = 200, .body = "{'data':[{'dropID':950,'name':'1.6'}],'total':1}" },
		ONE_RUN };
	struct desk *desk = *state;

	desk->selection.build = "1.6";
	desk->selection.build_wait_ms = 60000;
	assert_int_equal(LOAD(desk, answers), QM_OK);
	assert_int_equal(desk->catalog.build_id, 950);
	/* Asked by name, the whole list, then by name after 5, 15 and 35 s. */
	assert_int_equal(desk->stage->now_ms - STAGE_START_MS, 35000);
	assert_non_null(strstr(desk->stage->log, "there is no build \"1.6\" yet (--build-wait)"));
	start_over(desk);
	assert_int_equal(
		LOAD(desk, ((const struct answer[]){ PROJECT, SUITE, ONE_EXECUTION, NOTHING })),
		QM_ENOTFOUND);
	assert_says(desk, "there is no build \"1.6\"");
	assert_int_equal(desk->stage->now_ms - STAGE_START_MS, 60000);
}

static void an_archived_build_is_refused(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION, ONE_RUN };
	struct desk *desk = *state;

	desk->selection.build = "0.9";
	assert_int_equal(LOAD(desk, answers), QM_ENOTFOUND);
	assert_says(desk, "\"0.9\" is archived");
}

#define RIVALS                                                                             \
	{                                                                                  \
		.status = 200,                                                             \
		.body = "{'data':[{'dropID':811,'name':'Nightly'},"                        \
			"{'dropID':812,'name':'nightly'},{'dropID':812,'name':'nightly'}," \
			"{'dropID':813,'name':'NIGHTLY'}],'total':4}"                      \
	}

static void builds_of_one_name_are_no_choice(void **state)
{
	static const struct answer answers[] = { PROJECT, SUITE, ONE_EXECUTION, RIVALS };
	static const struct answer good[] = { PROJECT, SUITE, ONE_EXECUTION, RIVALS, ONE_RUN };
	struct desk *desk = *state;

	/* The id of one of them; its name as it is written. */
	desk->selection.build = "812";
	assert_int_equal(LOAD(desk, good), QM_OK);
	start_over(desk);
	desk->selection.build = "nightly";
	assert_int_equal(LOAD(desk, good), QM_OK);
	assert_int_equal(desk->catalog.build_id, 812);
	start_over(desk);
	desk->selection.build = "nIGHTLY";
	assert_int_equal(LOAD(desk, answers), QM_ENOTFOUND);
	assert_string_equal(desk->err.text,
		"several builds are \"nIGHTLY\" (--build): \"Nightly\" (id 811) and \"nightly\" "
		"(id 812); choose one by its id");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_of_an_execution_are_read),
		TEST(a_status_without_id_is_found_by_its_name),
		TEST(a_test_case_in_two_executions_is_one_with_two_runs),
		TEST(a_row_that_comes_twice_is_one_run),
		TEST(an_execution_without_runs_is_told),
		TEST(suites_are_asked_for_in_one_call),
		TEST(what_is_named_twice_is_read_once),
		TEST(a_suite_run_needs_no_suite),
		TEST(a_suite_run_that_is_none_is_named),
		TEST(an_unknown_or_archived_suite_is_named),
		TEST(a_suite_without_executions_wants_one),
		TEST(executions_left_out_are_told_in_one_line),
		TEST(a_build_is_looked_for_where_it_is_cheapest),
		TEST(an_unknown_build_is_told_with_the_nearest),
		TEST(a_build_that_another_job_creates_is_waited_for),
		TEST(an_archived_build_is_refused),
		TEST(builds_of_one_name_are_no_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
