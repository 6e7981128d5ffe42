#include "src/api/qmetry.h"
#include "tests/api/stage.h"

#include <stdio.h>
#include <stdlib.h>

static const struct qm_project project = { .key = "VKMC",
	.current_id = "1",
	.client_code = "ORG",
	.suites_view = 1,
	.executions_view = 2,
	.runs_view = 3,
	.steps_view = 4 };

static void project_info_is_read_liberally(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'allstatus':[{'name':'Bestanden','defaultName':'passed','id':123266},"
			"{'name':'Deferred','id':'123270'},{'name':'no id'},7],"
			"'latestViews':{'TS':{'viewId':'103097'},'TE':{'viewId':104123}},"
			"'currentProjectId':15266,'clientCode':'ORG',"
			"'currentdrops':[{'DropID':947,'Name':'Build 1.0'},{'DropID':'948',"
			"'Name':'Build 2.0','isArchived':1}],'unknown':{}}" } };
	struct qm_project info;
	struct qm_arena arena;
	struct stage *stage = *state;
	const struct qm_status *status;
	const struct qm_build *build;

	qm_arena_init(&arena);
	qm_project_init(&info);
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(qm_fetch_project(stage->session, "VKMC", &arena, &info, NULL), QM_OK);
	assert_string_equal(info.key, "VKMC");
	assert_string_equal(info.current_id, "15266");
	assert_string_equal(info.client_code, "ORG");
	assert_int_equal(info.suites_view, 103097);
	assert_int_equal(info.executions_view, 0);
	assert_int_equal(info.runs_view, 104123);
	assert_int_equal(info.statuses.count, 2);
	status = qm_vec_at(&info.statuses, 0);
	assert_string_equal(status->name, "Bestanden");
	assert_string_equal(status->default_name, "passed");
	status = qm_vec_at(&info.statuses, 1);
	assert_int_equal(status->id, 123270);
	assert_string_equal(status->default_name, "");
	assert_int_equal(info.builds.count, 2);
	build = qm_vec_at(&info.builds, 1);
	assert_int_equal(build->id, 948);
	assert_string_equal(build->name, "Build 2.0");
	assert_true(build->archived);
	qm_project_release(&info);
	qm_arena_release(&arena);
}

static void an_answer_that_is_no_project_info_is_an_error(void **state)
{
	static const struct answer answers[] = { { .status = 200, .body = "{}" } };
	struct qm_project info;
	struct qm_arena arena;
	struct stage *stage = *state;
	struct qm_error err;

	qm_error_init(&err);
	qm_arena_init(&arena);
	qm_project_init(&info);
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(qm_fetch_project(stage->session, "VKMC", &arena, &info, &err), QM_EINPUT);
	assert_non_null(strstr(err.text, "VKMC"));
	assert_non_null(strstr(err.text, "allstatus"));
	qm_project_release(&info);
	qm_arena_release(&arena);
}

static enum qm_code keep_suite(void *context, const struct qm_suite_row *row)
{
	qm_buf_add_format(
		context, "%lld %s %s %d;", (long long)row->id, row->key, row->name, row->archived);
	return QM_OK;
}

static void suites_are_handed_over_row_by_row(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'data':[{'id':194955,'entityKey':'VKMC-TS-20','name':'Smoke'},"
			"{'id':'7','isArchived':true},{'name':'no id'},null],'total':4}" } };
	static const char *const keys[] = { "VKMC-TS-20", "VKMC-TS-21" };
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_suites(stage->session, &project, keys, 2, keep_suite, NULL, &rows, NULL),
		QM_OK);
	assert_string_equal(rows.data, "194955 VKMC-TS-20 Smoke 0;7   1;");
	assert_non_null(strstr(stage->sent[0].body, "\\\"value\\\":\\\"VKMC-TS-20,VKMC-TS-21\\\""));
	qm_buf_release(&rows);
}

static void without_keys_all_suites_are_asked_for(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'data':[],'total':0}" } };
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_suites(stage->session, &project, NULL, 0, keep_suite, NULL, &rows, NULL),
		QM_OK);
	assert_non_null(strstr(stage->sent[0].body, "\"filter\":\"[]\""));
	qm_buf_release(&rows);
}

static enum qm_code keep_execution(void *context, const struct qm_execution_row *row)
{
	qm_buf_add_format(context, "%s %s/%s %s/%s %s/%s %s %d%d%d;", row->suite_run, row->platform,
		row->platform_id, row->release, row->release_id, row->cycle, row->cycle_id,
		row->build, row->archived, row->locked, row->closed);
	return QM_OK;
}

static void executions_are_handed_over_row_by_row(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'data':[{'tsRunID':'2720260','platformID':12345,"
			"'platformName':'Chrome','releaseName':'R1','releaseID':'5',"
			"'cycleName':'C1','cycleID':6,'buildName':'B1','isArchived':0,"
			"'isLocked':'1','isClosed':false},{'tsRunID':2720261},"
			"{'platformName':'no id'}],'total':3}" } };
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_executions(stage->session, &project, 194955, keep_execution, &rows, NULL),
		QM_OK);
	assert_string_equal(rows.data, "2720260 Chrome/12345 R1/5 C1/6 B1 010;2720261 / / /  000;");
	qm_buf_release(&rows);
}

static enum qm_code keep_run(void *context, const struct qm_run_row *row)
{
	qm_buf_add_format(context, "%lld %s|%s|%s|%s %lld %lld %d%d;", (long long)row->id, row->key,
		row->summary, row->script_name, row->status_name, (long long)row->status_id,
		(long long)row->build_id, row->archived, row->locked);
	return QM_OK;
}

static void runs_are_handed_over_row_by_row(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'data':[{'tcRunID':66095069,'entityKey':'VKMC-TC-12',"
			"'summary':'Login','testScriptName':'com.Login.ok',"
			"'runStatus':'Not Run','runStatusID':'123268','dropID':947},"
			"{'tcRunID':'66095070','isLocked':1},{'entityKey':'VKMC-TC-13'}],"
			"'total':3,'hasTcRunUdf':false}" } };
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_runs(stage->session, &project, "2720260", keep_run, &rows, NULL), QM_OK);
	assert_string_equal(rows.data,
		"66095069 VKMC-TC-12|Login|com.Login.ok|Not Run 123268 947 00;"
		"66095070 ||| 0 0 01;");
	qm_buf_release(&rows);
}

static enum qm_code keep_step(void *context, const struct qm_step_row *row)
{
	qm_buf_add_format(context, "%lld %lld %s|%s %lld;", (long long)row->id,
		(long long)row->number, row->description, row->status_name,
		(long long)row->status_id);
	return QM_OK;
}

/* The request is what known clients send, to the byte. */
static void steps_are_read_in_one_call(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'data':[{'tcStepRunID':777,'tsRunID':'2720260','stepNo':1,"
			"'description':'Open the page'},{'tcStepRunID':'778','stepNo':'2',"
			"'runStatus':'Passed','runStatusID':5},{'stepNo':3}]}" } };
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_steps(stage->session, &project, 66095087, keep_step, &rows, NULL), QM_OK);
	assert_string_equal(rows.data, "777 1 Open the page| 0;778 2 |Passed 5;0 3 | 0;");
	assert_int_equal(stage->sent_count, 1);
	assert_string_equal(stage->sent[0].path, "/rest/execution/tcStepRun/list/viewColumns");
	assert_string_equal(
		stage->sent[0].body, "{\"viewId\":4,\"tcrID\":66095087,\"scope\":\"cycle\"}");
	qm_buf_release(&rows);
}

static void what_a_total_promises_beyond_the_answer_is_read_too(void **state)
{
	static const struct answer answers[] = {
		{ .status = 200,
			.body = "{'data':[{'tcStepRunID':777},{'tcStepRunID':778}],'total':3}" },
		{ .status = 200, .body = "{'data':[{'tcStepRunID':779}],'total':3}" },
	};
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_steps(stage->session, &project, 1, keep_step, &rows, NULL), QM_OK);
	assert_string_equal(rows.data, "777 -1 | 0;778 -1 | 0;779 -1 | 0;");
	assert_non_null(
		strstr(stage->sent[1].body, "{\"start\":2,\"page\":2,\"limit\":2,\"viewId\":4,"));
	qm_buf_release(&rows);
}

static enum qm_code keep_build(void *context, const struct qm_build *build)
{
	qm_buf_add_format(
		context, "%lld %s %d;", (long long)build->id, build->name, build->archived);
	return QM_OK;
}

static void builds_are_handed_over_row_by_row(void **state)
{
	static const struct answer answers[] = { { .status = 200,
		.body = "{'data':[{'buildID':12345,'name':'Build \\'1\\'','isArchived':false},"
			"{'dropID':'948','buildName':'B2','isArchived':true}],'total':2}" } };
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_builds(stage->session, &project, "Build \"1\"", keep_build, &rows, NULL),
		QM_OK);
	assert_string_equal(rows.data, "12345 Build \"1\" 0;948 B2 1;");
	qm_buf_release(&rows);
}

/* Nobody documents what the id of a build is called, and pages are told apart by it. */
static void a_list_of_builds_goes_on_whatever_their_ids_are_called(void **state)
{
	static const struct answer answers[] = {
		{ .status = 200, .body = "{'data':[{'DropID':947,'Name':'B1'}],'total':3}" },
		{ .status = 200, .body = "{'data':[{'dropID':948,'Name':'B2'}],'total':3}" },
		{ .status = 200, .body = "{'data':[{'id':949,'name':'B3'}],'total':3}" },
	};
	struct stage *stage = *state;
	struct qm_buf rows;

	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_builds(stage->session, &project, NULL, keep_build, &rows, NULL), QM_OK);
	assert_string_equal(rows.data, "947 B1 0;948 B2 0;949 B3 0;");
	qm_buf_release(&rows);
}

/* Makes every call that there is, one after the other; `out` gets their codes. */
static void make_all_calls(struct stage *stage, enum qm_code out[7])
{
	static const char *const keys[] = { "VKMC-TS-20" };
	static const int64_t ids[] = { 66095069, 66095075 };
	const struct qm_bulk_update update = { .entity_type = "TCR",
		.suite_run = "2720260",
		.status_id = 123268,
		.build_id = 947,
		.comment = "done",
		.ids = ids,
		.id_count = 2 };
	struct qm_session *session = stage->session;
	struct qm_project info;
	struct qm_arena arena;
	struct qm_buf rows;

	qm_buf_init(&rows, 4096);
	qm_arena_init(&arena);
	qm_project_init(&info);
	out[0] = qm_fetch_project(session, "VKMC", &arena, &info, NULL);
	out[1] = qm_fetch_suites(session, &project, keys, 1, keep_suite, NULL, &rows, NULL);
	out[2] = qm_fetch_executions(session, &project, 194955, keep_execution, &rows, NULL);
	out[3] = qm_fetch_runs(session, &project, "2720260", keep_run, &rows, NULL);
	out[4] = qm_fetch_builds(session, &project, "B 1", keep_build, &rows, NULL);
	out[5] = qm_bulk_update(session, &project, &update, NULL, NULL);
	out[6] = qm_fetch_steps(session, &project, 66095087, keep_step, &rows, NULL);
	qm_project_release(&info);
	qm_arena_release(&arena);
	qm_buf_release(&rows);
}

/*
 * Each condition holds for exactly what the MCP tool would be called with: with it the call
 * passes, and with the condition turned round it is denied.
 */
static void the_policy_sees_the_arguments_of_the_tools(void **state)
{
	static const struct {
		int call;
		const char *tool, *condition, *opposite;
	} rows[] = {
		{ 0, "qmetry_fetch_qmetry_project_info", "args.projectKey, op: eq, value: VKMC",
			"args.projectKey, op: neq, value: VKMC" },
		{ 1, "qmetry_fetch_test_suites", "args.filter, op: contains, value: VKMC-TS-20",
			"args.filter, op: exists, value: false" },
		{ 1, "qmetry_fetch_test_suites", "args.limit, op: eq, value: 500",
			"args.limit, op: gt, value: 500" },
		{ 2, "qmetry_fetch_executions_by_test_suite", "args.tsID, op: eq, value: 194955",
			"args.tsID, op: lt, value: 194955" },
		{ 2, "qmetry_fetch_executions_by_test_suite",
			"args.filter, op: exists, value: false",
			"args.filter, op: exists, value: true" },
		{ 3, "qmetry_fetch_test_case_runs_by_test_suite_run",
			"args.tsrunID, op: contains, value: '2720260'",
			"args.tsrunID, op: neq, value: '2720260'" },
		{ 3, "qmetry_fetch_test_case_runs_by_test_suite_run",
			"args.start, op: eq, value: 0", "args.page, op: gt, value: 1" },
		{ 4, "qmetry_fetch_builds", "args.filter, op: contains, value: B 1",
			"args.projectKey, op: exists, value: false" },
		{ 5, qm_tool_bulk_update, "args.entityIDs, op: eq, value: '66095069,66095075'",
			"args.entityIDs, op: regex, value: '^[0-9]+$'" },
		{ 5, qm_tool_bulk_update, "args.runStatusID, op: eq, value: 123268",
			"args.runStatusID, op: gt, value: 123268" },
		{ 5, qm_tool_bulk_update, "args.dropID, op: gte, value: 947",
			"args.dropID, op: exists, value: false" },
		{ 5, qm_tool_bulk_update, "args.isBulkOperation, op: eq, value: true",
			"args.isBulkOperation, op: eq, value: false" },
		{ 5, qm_tool_bulk_update, "args.comments, op: eq, value: done",
			"args.comments, op: exists, value: false" },
		{ 6, "qmetry_fetch_test_case_step_runs", "args.tcrID, op: eq, value: 66095087",
			"args.projectKey, op: neq, value: VKMC" },
		{ 6, "qmetry_fetch_test_case_step_runs", "args.limit, op: exists, value: false",
			"args.tcrID, op: gt, value: 66095087" },
	};
	static const struct answer answers[] = { { .status = 200,
		.body = "{'allstatus':[{'id':1,'name':'x'}],'data':[],'total':0}" } };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		bool opposite = i % 2;
		char policy[512];
		enum qm_code codes[7];
		void *fresh = NULL;

		(void)snprintf(policy, sizeof policy,
			"version: '1'\ntools:\n  %s:\n    rules:\n      - name: arguments\n"
			"        conditions:\n          - {path: %s}\n",
			rows[i / 2].tool, opposite ? rows[i / 2].opposite : rows[i / 2].condition);
		assert_int_equal(stage_setup(&fresh), 0);
		PLAY(fresh, policy, answers);
		make_all_calls(fresh, codes);
		for (int call = 0; call < 7; call++)
			if (codes[call] !=
				(opposite && call == rows[i / 2].call ? QM_EDENIED : QM_OK))
				fail_msg("call %d: code %d under\n%s", call, codes[call], policy);
		(void)stage_teardown(&fresh);
	}
}

static void a_missing_view_id_is_named_and_nothing_is_sent(void **state)
{
	static const struct answer answers[] = { { .status = 200 } };
	const struct qm_project bare = { .key = "VKMC", .current_id = "", .client_code = "" };
	struct stage *stage = *state;
	struct qm_buf rows;
	struct qm_error err[4];

	for (int i = 0; i < 4; i++)
		qm_error_init(&err[i]);
	PLAY(stage, stage_allow_all, answers);
	qm_buf_init(&rows, 4096);
	assert_int_equal(
		qm_fetch_suites(stage->session, &bare, NULL, 0, keep_suite, NULL, &rows, &err[0]),
		QM_EINPUT);
	assert_int_equal(
		qm_fetch_executions(stage->session, &bare, 1, keep_execution, &rows, &err[1]),
		QM_EINPUT);
	assert_int_equal(
		qm_fetch_runs(stage->session, &bare, "1", keep_run, &rows, &err[2]), QM_EINPUT);
	assert_non_null(strstr(err[0].text, "latestViews.TS.viewId"));
	assert_non_null(strstr(err[1].text, "latestViews.TEL.viewId"));
	assert_int_equal(
		qm_fetch_steps(stage->session, &bare, 1, keep_step, &rows, &err[3]), QM_EINPUT);
	assert_non_null(strstr(err[2].text, "latestViews.TE.viewId"));
	assert_non_null(strstr(err[3].text, "latestViews.TCS.viewId"));
	assert_int_equal(stage->sent_count, 0);
	qm_buf_release(&rows);
}

static void a_bulk_update_of_500_names_them_all(void **state)
{
	static const struct answer answers[] = { { .status = 200, .body = "{'success':true}" } };
	struct stage *stage = *state;
	int64_t ids[500];
	const struct qm_bulk_update update = {
		.entity_type = "TCR", .suite_run = "1", .status_id = 2, .ids = ids, .id_count = 500
	};
	char *text;

	for (int i = 0; i < 500; i++)
		ids[i] = INT64_C(9000000000) + i;
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(qm_bulk_update(stage->session, &project, &update, NULL, NULL), QM_OK);
	text = strstr(stage->sent[0].body, "\"entityIDs\":\"");
	assert_non_null(text);
	text += strlen("\"entityIDs\":\"");
	for (int i = 0; i < 500; i++) {
		assert_int_equal(strtoll(text, &text, 10), ids[i]);
		assert_int_equal(*text, i < 499 ? ',' : '"');
		text++;
	}
}

static void a_refused_bulk_update_says_how(void **state)
{
	static const struct {
		struct answer answer;
		enum qm_refusal refusal;
	} rows[] = {
		{ { .status = 400, .body = "{'message':'bad id'}" }, QM_REFUSED_CONTENT },
		{ { .status = 404, .body = "{}" }, QM_REFUSED_CONTENT },
		{ { .status = 409, .body = "{}" }, QM_REFUSED_CONTENT },
		{ { .status = 422, .body = "{}" }, QM_REFUSED_CONTENT },
		{ { .status = 200, .body = "{'success':false}" }, QM_REFUSED_CONTENT },
		{ { .status = 413 }, QM_REFUSED_SIZE },
		{ { .status = 400, .body = "{'message':'too many ids'}" }, QM_REFUSED_SIZE },
		{ { .status = 504 }, QM_REFUSED_UNANSWERED },
	};
	static const int64_t ids[] = { 1, 2 };
	const struct qm_bulk_update update = {
		.entity_type = "TCR", .suite_run = "1", .status_id = 2, .ids = ids, .id_count = 2
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum qm_refusal refusal;
		struct stage *stage;
		void *fresh = NULL;

		assert_int_equal(stage_setup(&fresh), 0);
		stage = fresh;
		stage_play(stage, stage_allow_all, &rows[i].answer, 1);
		assert_int_equal(qm_bulk_update(stage->session, &project, &update, &refusal, NULL),
			QM_EREFUSED);
		assert_int_equal(refusal, rows[i].refusal);
		(void)stage_teardown(&fresh);
	}
}

static void a_signature_is_escaped_and_not_shown_to_the_policy(void **state)
{
	static const struct answer answers[] = { { .status = 200, .body = "{'success':true}" } };
	static const int64_t ids[] = { 1 };
	struct qm_secret *user = qm_secret_new("me", 2), *password = qm_secret_new("a\"b\\c", 5);
	const struct qm_bulk_update update = {
		.entity_type = "TCR", .suite_run = "1", .status_id = 2, .ids = ids, .id_count = 1
	};
	json_t *arguments = qm_bulk_arguments("VKMC", &update), *body;
	struct stage *stage = *state;

	stage->options.signature = (struct qm_signature){ user, password };
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(qm_bulk_update(stage->session, &project, &update, NULL, NULL), QM_OK);
	body = json_loads(stage->sent[0].body, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(body, "username")), "me");
	assert_string_equal(json_string_value(json_object_get(body, "password")), "a\"b\\c");
	assert_null(json_object_get(arguments, "username"));
	assert_null(json_object_get(arguments, "password"));
	json_decref(body);
	json_decref(arguments);
	qm_secret_free(user);
	qm_secret_free(password);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(project_info_is_read_liberally),
		TEST(an_answer_that_is_no_project_info_is_an_error),
		TEST(suites_are_handed_over_row_by_row),
		TEST(without_keys_all_suites_are_asked_for),
		TEST(executions_are_handed_over_row_by_row),
		TEST(runs_are_handed_over_row_by_row),
		TEST(steps_are_read_in_one_call),
		TEST(what_a_total_promises_beyond_the_answer_is_read_too),
		TEST(builds_are_handed_over_row_by_row),
		TEST(a_list_of_builds_goes_on_whatever_their_ids_are_called),
		TEST(the_policy_sees_the_arguments_of_the_tools),
		TEST(a_missing_view_id_is_named_and_nothing_is_sent),
		TEST(a_bulk_update_of_500_names_them_all),
		TEST(a_refused_bulk_update_says_how),
		TEST(a_signature_is_escaped_and_not_shown_to_the_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
