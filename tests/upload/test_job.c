#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/upload/job.h"
#include "tests/base/folder.h"
#include "tests/upload/office.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASE(name, inside) "<testcase classname='a.B' name='" name "'>" inside "</testcase>"
#define SUITE(cases)       "<testsuite name='s'>" cases "</testsuite>"
#define FAILURE            "<failure message='boom' type='T'/>"

/* An office, a folder of reports, and the job between them. */
struct desk {
	struct folder folder;
	struct office *office;
	struct qm_job_options options;
	struct qm_job *job;
	const struct qm_summary *summary;
};

static const char *const suite_keys[] = { "VKMC-TS-20" };
static const char *const all_reports[] = { "*.xml" };
static const char *const id_properties[] = { "qmetry" };

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);
	void *office;
	int failed = office_setup(&office);

	desk->office = office;
	desk->office->runs = 6;
	desk->options = (struct qm_job_options){
		.patterns = all_reports,
		.pattern_count = 1,
		.project = "VKMC",
		.selection = { .suites = suite_keys, .suite_count = 1 },
		.match = { .use = { false, true, true, true, true, true },
			.id_properties = id_properties,
			.id_property_count = 1 },
		.batch_size = 500,
		.max_split_calls = 60,
		.max_unmapped = -1,
		.max_missing = -1,
		.url = "https://qa.example.com",
		.no_journal = true,
	};
	folder_enter(&desk->folder);
	*state = desk;
	return failed;
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	void *office = desk->office;
	int failed = folder_leave(&desk->folder);

	qm_job_free(desk->job);
	failed = office_teardown(&office) || failed;
	free(desk);
	return failed;
}

static void run_under(struct desk *desk, const char *policy)
{
	struct stage *stage = desk->office->stage;
	struct qm_job_world world;

	office_open(desk->office, policy);
	world = (struct qm_job_world){
		.session = stage->session,
		.gate = stage->gate,
		.clock = &stage->clock,
		.log = &stage->logger,
		.policy_name = "team.yaml",
	};
	desk->job = qm_job_new(&desk->options, &world);
	desk->summary = qm_job_run(desk->job);
}

static void run(struct desk *desk)
{
	run_under(desk, stage_allow_all);
}

static void assert_ends(const struct desk *desk, enum qm_conclusion conclusion, int exit_code)
{
	assert_string_equal(qm_conclusion_name(qm_summary_conclusion(desk->summary)),
		qm_conclusion_name(conclusion));
	assert_int_equal(qm_summary_exit_code(desk->summary), exit_code);
}

static const struct qm_reason_line *reason(const struct desk *desk, size_t index)
{
	return qm_vec_at(&desk->summary->reasons, index);
}

static void assert_says(const struct desk *desk, size_t index, const char *words)
{
	if (!strstr(reason(desk, index)->text, words))
		fail_msg("\"%s\" does not say \"%s\"", reason(desk, index)->text, words);
}

/* ---- The straight way. */

static void results_reach_their_runs(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml",
		SUITE(CASE("VKMC_TC_1 passes", "") CASE("VKMC_TC_2 fails", FAILURE)
				CASE("case 3", "") CASE("VKMC_TC_4 is skipped", "<skipped/>")));
	run(desk);
	assert_ends(desk, QM_SUCCESS, 0);
	assert_string_equal(desk->office->log, "2: 1002\n1: 1001,1003\n");
	assert_int_equal(desk->summary->accepted, 3);
	assert_int_equal(desk->summary->resolution->mapped, 4);
	assert_int_equal(desk->summary->resolution->missing_count, 2);
	assert_int_equal(desk->summary->counts.writes, 2);
	assert_int_equal(desk->summary->counts.reads, desk->office->requests - 2);
	assert_int_equal(desk->summary->verdicts.count, 1);
	assert_string_equal(desk->summary->policy_name, "team.yaml");
}

static void one_set_of_results_goes_to_all_executions(void **state)
{
	struct desk *desk = *state;

	desk->office->two_executions = true;
	desk->options.selection.all_executions = true;
	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", FAILURE) CASE("VKMC-TC-2", "")));
	run(desk);
	assert_ends(desk, QM_SUCCESS, 0);
	assert_string_equal(desk->office->log, "2: 1001\n2: 2001\n1: 1002\n1: 2002\n");
}

static void a_refused_run_is_named_with_its_test(void **state)
{
	struct desk *desk = *state;

	desk->office->bad[1002] = true;
	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "") CASE("VKMC-TC-2 is bad", "")));
	run(desk);
	assert_ends(desk, QM_PARTIAL, 1);
	assert_says(desk, 0, "VKMC-TC-2 (run 1002, test a.B.VKMC-TC-2 is bad)");
}

static void a_plan_sends_nothing(void **state)
{
	struct desk *desk = *state;
	const struct qm_call_result *result;

	desk->options.planning = true;
	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "") CASE("VKMC-TC-2", FAILURE)));
	run(desk);
	assert_ends(desk, QM_PLANNED, 0);
	assert_int_equal(desk->office->writes, 0);
	assert_int_equal(desk->summary->calls.count, 2);
	result = qm_vec_at(&desk->summary->calls, 1);
	assert_int_equal(result->at_ms, STAGE_START_MS);
	assert_int_equal(desk->summary->accepted, 0);
	assert_int_equal(desk->summary->transitions.count, 2);
}

static void a_plan_beside_a_bad_report_is_still_a_plan(void **state)
{
	struct desk *desk = *state;

	desk->options.planning = true;
	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "")));
	folder_put("TEST-b.xml", "<testsuite>");
	run(desk);
	assert_ends(desk, QM_PLANNED, 4);
}

static void skipped_tests_alone_are_nothing_to_do_and_fine(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "<skipped/>")));
	run(desk);
	assert_ends(desk, QM_SUCCESS, 0);
	assert_int_equal(desk->office->writes, 0);
}

/* ---- Reports. */

static void without_reports_nobody_is_asked(void **state)
{
	struct desk *desk = *state;

	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 3);
	assert_int_equal(desk->office->requests, 0);
	assert_says(desk, 0, "*.xml");
	assert_says(desk, 0, "--allow-empty");
}

static void the_usual_places_are_named_where_nothing_was_given(void **state)
{
	struct desk *desk = *state;

	desk->options.pattern_count = 0;
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 3);
	assert_says(desk, 0, "Surefire");
}

static void without_reports_is_fine_where_it_was_said_to_be(void **state)
{
	struct desk *desk = *state;

	desk->options.allow_empty = true;
	run(desk);
	assert_ends(desk, QM_SUCCESS, 0);
	assert_int_equal(desk->office->requests, 0);
	assert_int_equal(desk->summary->reasons.count, 0);
}

static void files_that_are_no_reports_are_no_reports(void **state)
{
	struct desk *desk = *state;

	folder_put("pom.xml", "<project/>");
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 3);
	assert_int_equal(desk->office->requests, 0);
	assert_int_equal(desk->summary->verdicts.count, 1);
}

static void a_broken_file_alone_is_told_without_asking_anybody(void **state)
{
	static const char *const named[] = { "gone.xml" };
	struct desk *desk = *state;

	desk->options.patterns = named;
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 4);
	assert_int_equal(desk->office->requests, 0);
	assert_int_equal(desk->summary->reasons.count, 1);
	assert_says(desk, 0, "gone.xml");
	assert_says(desk, 0, "unreadable");
}

static void a_pattern_that_is_none_is_an_error_of_usage(void **state)
{
	static const char *const pattern[] = { "r/[ab" };
	struct desk *desk = *state;

	desk->options.patterns = pattern;
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 2);
	assert_int_equal(desk->office->requests, 0);
	assert_says(desk, 0, "r/[ab");
}

static void a_bad_report_loses_nothing_else(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "")));
	folder_put("TEST-b.xml", "<testsuite name='s'>\n<testcase name='VKMC-TC-2'></testsuite>");
	run(desk);
	assert_ends(desk, QM_PARTIAL, 4);
	assert_string_equal(desk->office->log, "1: 1001\n");
	assert_says(desk, 0, "TEST-b.xml:2:");
	assert_says(desk, 0, "(malformed)");
}

static void what_a_truncated_report_completed_counts(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", "<testsuite name='s'>" CASE("VKMC-TC-1", "") "<testcase name='VK");
	run(desk);
	assert_ends(desk, QM_PARTIAL, 4);
	assert_string_equal(desk->office->log, "1: 1001\n");
	assert_says(desk, 0, "(truncated; the 1 test before the break counts)");
}

static void a_bad_report_of_which_nothing_counts_has_failed(void **state)
{
	struct desk *desk = *state;

	desk->options.salvage = QM_SALVAGE_OFF;
	folder_put("TEST-a.xml", "<testsuite name='s'>" CASE("VKMC-TC-1", "") "<testcase name='VK");
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 4);
	assert_int_equal(desk->office->writes, 0);
}

static void reports_without_tests_are_nothing(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", SUITE(""));
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 3);
	assert_says(desk, 0, "no test in 1 report:");
}

static void reports_without_tests_can_be_fine(void **state)
{
	struct desk *desk = *state;

	desk->options.allow_empty = true;
	folder_put("TEST-a.xml", SUITE(""));
	run(desk);
	assert_ends(desk, QM_SUCCESS, 0);
}

static void a_suite_that_died_is_not_green(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml",
		"<testsuites><testsuite name='dead'><error message='no DB&#10;at all'/>"
		"</testsuite>" SUITE(CASE("VKMC-TC-1", "")) "</testsuites>");
	run(desk);
	assert_ends(desk, QM_PARTIAL, 4);
	assert_int_equal(desk->summary->accepted, 1);
	assert_string_equal(reason(desk, 0)->text,
		"TEST-a.xml: suite \"dead\" failed outside its tests: no DB");
}

static void a_config_method_that_failed_is_told(void **state)
{
	struct desk *desk = *state;

	folder_put("testng-results.xml",
		"<testng-results><suite name='s'><test name='t'><class name='a.C'>"
		"<test-method name='setUp' is-config='true' status='FAIL'>"
		"<exception class='E'><message>no DB</message></exception></test-method>"
		"<test-method name='tearDown' is-config='true' status='PASS'/>"
		"<test-method name='VKMC_TC_1' status='PASS'/>"
		"</class></test></suite></testng-results>");
	run(desk);
	assert_ends(desk, QM_PARTIAL, 4);
	assert_int_equal(desk->summary->reasons.count, 1);
	assert_says(desk, 0, "config method a.C.setUp failed: no DB");
}

static void what_was_not_reached_is_told_by_what_failed(void **state)
{
	struct desk *desk = *state;

	folder_put("testng-results.xml",
		"<testng-results><suite name='s'><test name='t'><class name='a.Base'>"
		"<test-method name='setUp' is-config='true' status='FAIL'>"
		"<exception class='E'><message>no DB</message></exception></test-method>"
		"<test-method name='VKMC_TC_1' status='SKIP'/></class></test>"
		"<test name='u'><class name='a.C'>"
		"<test-method name='VKMC_TC_2' status='SKIP'/></class></test></suite>"
		"</testng-results>");
	run(desk);
	assert_int_equal(desk->summary->resolution->counts.outcomes[QM_NOT_REACHED], 2);
	assert_says(desk, 0, "2 tests not reached after a.Base.setUp failed: no DB");
}

static void problems_beyond_twenty_are_a_number(void **state)
{
	struct desk *desk = *state;
	char path[32];

	for (int i = 0; i < 25; i++) {
		(void)snprintf(path, sizeof path, "TEST-%d.xml", i);
		folder_put(path, "<testsuite");
	}
	folder_put("TEST-good.xml", SUITE(CASE("VKMC-TC-1", "")));
	run(desk);
	assert_ends(desk, QM_PARTIAL, 4);
	assert_int_equal(desk->summary->reasons.count, 21);
	assert_string_equal(reason(desk, 20)->text, "5 more problems of reports");
}

/* ---- Mapping. */

static void nothing_that_maps_is_a_failure(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", SUITE(CASE("unheard of", "") CASE("VKMC-TC-99", "")));
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 6);
	assert_int_equal(desk->summary->reasons.count, 1);
	assert_says(desk, 0, "no test of 2 belongs to any of the 6 test cases, name them");
	assert_says(desk, 0, "such as VKMC-TC-1;");
	assert_says(desk, 0, "a.B.unheard of");
}

static void some_that_do_not_map_are_fine_unless_said_otherwise(void **state)
{
	static const struct {
		int64_t max_unmapped, max_missing;
		int exit_code;
	} rows[] = { { -1, -1, 0 }, { 1, 5, 0 }, { 0, -1, 6 }, { -1, 4, 6 } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct desk *desk;

		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
		desk = *state;
		desk->options.max_unmapped = rows[i].max_unmapped;
		desk->options.max_missing = rows[i].max_missing;
		folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "") CASE("unheard of", "")));
		run(desk);
		assert_ends(desk, rows[i].exit_code ? QM_PARTIAL : QM_SUCCESS, rows[i].exit_code);
		/* What can be uploaded is uploaded, and then the job fails. */
		assert_string_equal(desk->office->log, "1: 1001\n");
	}
}

/* ---- The other side. */

static void a_suite_that_is_not_there_ends_the_job(void **state)
{
	static const char *const other[] = { "VKMC-TS-99" };
	struct desk *desk = *state;

	desk->options.selection.suites = other;
	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "")));
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 9);
	assert_says(desk, 0, "VKMC-TS-99");
	assert_int_equal(desk->office->writes, 0);
	assert_null(desk->summary->catalog);
}

static void a_status_that_is_not_there_ends_the_job_before_any_write(void **state)
{
	struct desk *desk = *state;

	desk->options.resolve.status_names[QM_FAILED] = "Red";
	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "")));
	run(desk);
	assert_ends(desk, QM_FAILED_UPLOAD, 9);
	assert_says(desk, 0, "Red");
	assert_int_equal(desk->office->writes, 0);
}

static void a_read_that_is_denied_ends_the_job(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", SUITE(CASE("VKMC-TC-1", "")));
	run_under(desk, "version: \"1\"\ndefault: deny\ntools: {}\n");
	assert_ends(desk, QM_CONCLUDED_DENIED, 8);
	assert_int_equal(desk->office->requests, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(results_reach_their_runs),
		TEST(one_set_of_results_goes_to_all_executions),
		TEST(a_refused_run_is_named_with_its_test),
		TEST(a_plan_sends_nothing),
		TEST(a_plan_beside_a_bad_report_is_still_a_plan),
		TEST(skipped_tests_alone_are_nothing_to_do_and_fine),
		TEST(without_reports_nobody_is_asked),
		TEST(the_usual_places_are_named_where_nothing_was_given),
		TEST(without_reports_is_fine_where_it_was_said_to_be),
		TEST(files_that_are_no_reports_are_no_reports),
		TEST(a_broken_file_alone_is_told_without_asking_anybody),
		TEST(a_pattern_that_is_none_is_an_error_of_usage),
		TEST(a_bad_report_loses_nothing_else),
		TEST(what_a_truncated_report_completed_counts),
		TEST(a_bad_report_of_which_nothing_counts_has_failed),
		TEST(reports_without_tests_are_nothing),
		TEST(reports_without_tests_can_be_fine),
		TEST(a_suite_that_died_is_not_green),
		TEST(a_config_method_that_failed_is_told),
		TEST(what_was_not_reached_is_told_by_what_failed),
		TEST(problems_beyond_twenty_are_a_number),
		TEST(nothing_that_maps_is_a_failure),
		TEST(some_that_do_not_map_are_fine_unless_said_otherwise),
		TEST(a_suite_that_is_not_there_ends_the_job),
		TEST(a_status_that_is_not_there_ends_the_job_before_any_write),
		TEST(a_read_that_is_denied_ends_the_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
