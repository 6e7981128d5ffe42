#include "src/upload/reports/twins.h"
#include "tests/upload/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TESTNG(methods) \
	"<testng-results><suite name='s'><test name='t'>" methods "</test></suite></testng-results>"
#define CLASS(name, methods)   "<class name='" name "'>" methods "</class>"
#define METHOD(name)           "<test-method name='" name "' status='PASS'/>"
#define FAILED_METHOD(name)    "<test-method name='" name "' status='FAIL'/>"
#define RETRIED_METHOD(name)   "<test-method name='" name "' status='FAIL' retried='true'/>"
#define CONFIG(name)           "<test-method name='" name "' is-config='true' status='FAIL'/>"
#define JUNIT(cases)           "<testsuite name='s'>" cases "</testsuite>"
#define CASE(class_name, name) "<testcase classname='" class_name "' name='" name "'/>"
#define FAILED_CASE(class_name, name) \
	"<testcase classname='" class_name "' name='" name "'><failure/></testcase>"

struct desk {
	struct found found;
	char left[1024];
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	found_init(&desk->found);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	int failed = found_release(&desk->found);

	free(desk);
	return failed;
}

/* Compares all there is; "a.xml;b.xml;" is what is left of it. */
static void assert_leaves(struct desk *desk, const char *expected, const char *said)
{
	static const char *const all[] = { "**/*.xml" };
	size_t length = 0;

	desk->left[0] = desk->found.talk[0] = '\0';
	found_look(&desk->found, all, 1);
	(void)qm_reports_sniff(&desk->found.reports, NULL);
	qm_twins_leave_out(&desk->found.reports, NULL, &desk->found.log);
	for (size_t i = 0; i < desk->found.reports.files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&desk->found.reports.files, i);

		length += (size_t)snprintf(
			desk->left + length, sizeof desk->left - length, "%s;", file->path);
	}
	assert_string_equal(desk->left, expected);
	assert_string_equal(desk->found.talk, said);
}

static void the_same_tests_are_read_from_testngs_report(void **state)
{
	folder_put("r/testng-results.xml",
		TESTNG(CLASS("a.B", METHOD("c") METHOD("d")) CLASS("a.E", METHOD("f"))));
	folder_put("r/TEST-a.B.xml",
		JUNIT(CASE("a.B", "c[1](1)") CASE("a.B", "c[2](2)") CASE("a.B", "d")));
	folder_put("r/TEST-a.E.xml", JUNIT(CASE("a.E", "f")));
	folder_put("r/TEST-other.xml", JUNIT(CASE("x.Y", "z")));
	assert_leaves(*state, "r/TEST-other.xml;r/testng-results.xml;",
		"r/TEST-a.B.xml and 1 more: left out, r/testng-results.xml is of the same run and "
		"holds all of the tests;");
}

static void a_config_method_that_surefire_takes_for_a_test_is_testngs_too(void **state)
{
	folder_put("testng-results.xml", TESTNG(CLASS("a.B", METHOD("c") CONFIG("setUp"))));
	folder_put("TEST-a.B.xml", JUNIT(CASE("a.B", "c") CASE("a.B", "setUp")));
	assert_leaves(*state, "testng-results.xml;",
		"TEST-a.B.xml: left out, testng-results.xml is of the same run and holds all of "
		"the tests;");
}

static void what_holds_more_is_read(void **state)
{
	folder_put("testng-results.xml", TESTNG(CLASS("a.B", METHOD("d"))));
	folder_put("TEST-TestSuite.xml", JUNIT(CASE("a.B", "c") CASE("a.B", "d") CASE("a.E", "f")));
	assert_leaves(*state, "TEST-TestSuite.xml;",
		"testng-results.xml: left out, TEST-TestSuite.xml: of the same run, with all of "
		"its tests and more;");
}

static void nothing_is_lost_where_neither_holds_all(void **state)
{
	folder_put("testng-results.xml", TESTNG(CLASS("a.B", METHOD("c") METHOD("e"))));
	folder_put("TEST-a.B.xml", JUNIT(CASE("a.B", "c") CASE("a.B", "d")));
	assert_leaves(*state, "TEST-a.B.xml;testng-results.xml;",
		"warning: testng-results.xml: it shares classes with TEST-a.B.xml, but neither "
		"holds all tests of the other: all are counted; exclude one of them by '!PATTERN' "
		"if it is the same run;");
}

/* Which of them is of the later run nobody knows: each failure counts. */
static void a_failure_is_not_lost_to_a_report_that_does_not_know_it(void **state)
{
	static const char warning[] =
		"warning: testng-results.xml: it has tests of TEST-a.B.xml, but not the same "
		"failures: all are counted; is one of them left from an earlier run?;";

	folder_put("testng-results.xml", TESTNG(CLASS("a.B", METHOD("c") METHOD("d"))));
	folder_put("TEST-a.B.xml", JUNIT(FAILED_CASE("a.B", "c") CASE("a.B", "d")));
	assert_leaves(*state, "TEST-a.B.xml;",
		"testng-results.xml: left out, TEST-a.B.xml: of the same run, with all of its "
		"tests and more;");
	folder_put("testng-results.xml", TESTNG(CLASS("a.B", METHOD("c") FAILED_METHOD("d"))));
	assert_leaves(*state, "TEST-a.B.xml;testng-results.xml;", warning);
	folder_put("testng-results.xml", TESTNG(CLASS("a.B", FAILED_METHOD("d"))));
	assert_leaves(*state, "TEST-a.B.xml;testng-results.xml;", warning);
}

static void the_same_failures_are_counted_once(void **state)
{
	static const char left_out[] =
		"TEST-a.B.xml: left out, testng-results.xml is of the same run and holds all of "
		"the tests;";

	folder_put("testng-results.xml", TESTNG(CLASS("a.B", FAILED_METHOD("c") METHOD("d"))));
	folder_put("TEST-a.B.xml", JUNIT(FAILED_CASE("a.B", "c") CASE("a.B", "d")));
	assert_leaves(*state, "testng-results.xml;", left_out);
	folder_put("testng-results.xml", TESTNG(CLASS("a.B", RETRIED_METHOD("c") METHOD("c"))));
	folder_put("TEST-a.B.xml", JUNIT(FAILED_CASE("a.B", "c") CASE("a.B", "c")));
	assert_leaves(*state, "testng-results.xml;", left_out);
}

static void what_cannot_be_compared_is_read(void **state)
{
	static const char said[] =
		"warning: testng-results.xml: it shares classes with TEST-a.B.xml, but they cannot "
		"be compared: all are counted;";

	folder_put("testng-results.xml", TESTNG(CLASS("a.B", METHOD("c"))));
	folder_put("TEST-a.B.xml", "<testsuite>" CASE("a.B", "c"));
	assert_leaves(*state, "TEST-a.B.xml;testng-results.xml;", said);
	folder_put("TEST-a.B.xml", JUNIT(CASE("a.B", "c") CASE("", "without class")));
	assert_leaves(*state, "TEST-a.B.xml;testng-results.xml;", said);
}

static void other_classes_and_other_folders_are_other_runs(void **state)
{
	folder_put("chrome/testng-results.xml", TESTNG(CLASS("a.B", METHOD("c"))));
	folder_put("chrome/TEST-x.xml", JUNIT(CASE("x.Y", "c")));
	folder_put("firefox/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	folder_put("chrome/TEST-empty.xml", JUNIT(""));
	assert_leaves(*state,
		"chrome/TEST-empty.xml;chrome/TEST-x.xml;chrome/testng-results.xml;"
		"firefox/TEST-a.B.xml;",
		"");
}

static void gradles_folders_of_one_task_belong_together(void **state)
{
	static const char testng[] = TESTNG(CLASS("a.B", METHOD("c")));

	folder_put("m/build/reports/tests/it/testng-results.xml", testng);
	folder_put("m/build/test-results/it/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	folder_put("m/build/test-results/test/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	folder_put("n/build/test-results/it/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	assert_leaves(*state,
		"m/build/reports/tests/it/testng-results.xml;"
		"m/build/test-results/test/TEST-a.B.xml;n/build/test-results/it/TEST-a.B.xml;",
		"m/build/test-results/it/TEST-a.B.xml: left out, "
		"m/build/reports/tests/it/testng-results.xml is of the same run and holds all of "
		"the tests;");
}

static void testngs_own_junit_reports_are_its_own(void **state)
{
	folder_put("test-output/testng-results.xml", TESTNG(CLASS("a.B", METHOD("c"))));
	folder_put("test-output/junitreports/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	assert_leaves(*state, "test-output/testng-results.xml;",
		"test-output/junitreports/TEST-a.B.xml: left out, TestNG wrote the same "
		"into test-output/testng-results.xml;");
}

/*
 * SUITE/TEST.xml; what may not be in a file's name is "_" there, and the class is the one that has
 * declared the method.
 */
static void testngs_copy_of_each_test_is_its_own(void **state)
{
	folder_put("r/testng-results.xml",
		"<testng-results><suite name='All of it'><test name='On: Chrome'>" CLASS("a.B",
			FAILED_METHOD("c") CONFIG("setUp")) "</test><test name='x'>" CLASS("a.E",
			METHOD("f")) "</test></suite></testng-results>");
	folder_put("r/TEST-TestSuite.xml", JUNIT(FAILED_CASE("a.B", "c") CASE("a.E", "f")));
	folder_put("r/All of it/On_ Chrome.xml",
		JUNIT(FAILED_CASE("a.B", "c") FAILED_CASE("a.B", "@BeforeTest setUp")));
	folder_put("r/All of it/x.xml", JUNIT(CASE("a.Base", "f")));
	folder_put("r/All of it/y.xml", JUNIT(CASE("a.E", "f")));
	folder_put("r/edge/x.xml", JUNIT(CASE("a.E", "f")));
	assert_leaves(*state, "r/All of it/y.xml;r/edge/x.xml;r/testng-results.xml;",
		"r/TEST-TestSuite.xml: left out, r/testng-results.xml is of the same run and "
		"holds all of the tests;"
		"r/All of it/On_ Chrome.xml and 1 more: left out, TestNG wrote the same into "
		"r/testng-results.xml;");
}

/* A second fork has written over TestNG's report, but not over all of its copies. */
static void a_copy_is_left_out_with_the_report_that_others_replace(void **state)
{
	folder_put("r/testng-results.xml", TESTNG(CLASS("a.E", METHOD("f"))));
	folder_put("r/s/t.xml", JUNIT(CASE("a.E", "f")));
	folder_put("r/junitreports/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	folder_put("r/junitreports/TEST-a.E.xml", JUNIT(CASE("a.E", "f")));
	folder_put("r/TEST-a.B.xml", JUNIT(CASE("a.B", "c")));
	folder_put("r/TEST-a.E.xml", JUNIT(CASE("a.E", "e") CASE("a.E", "f")));
	assert_leaves(*state, "r/TEST-a.B.xml;r/TEST-a.E.xml;",
		"r/testng-results.xml: left out, r/TEST-a.E.xml: of the same run, with all of its "
		"tests and more;"
		"r/junitreports/TEST-a.B.xml and 2 more: left out, TestNG wrote the same into "
		"r/testng-results.xml;");
}

static void a_copy_that_says_something_else_is_counted(void **state)
{
	static const char said[] =
		"warning: r/s/t.xml: TestNG writes such files with r/testng-results.xml, but this "
		"says more: it is counted, too; exclude it by '!PATTERN' if it is left from an "
		"earlier run;";

	folder_put("r/testng-results.xml", TESTNG(CLASS("a.B", METHOD("c"))));
	folder_put("r/s/t.xml", JUNIT(CASE("a.B", "c") CASE("a.B", "d")));
	assert_leaves(*state, "r/s/t.xml;r/testng-results.xml;", said);
	folder_put("r/s/t.xml", JUNIT(FAILED_CASE("a.B", "c")));
	assert_leaves(*state, "r/s/t.xml;r/testng-results.xml;", said);
	folder_put("r/s/t.xml", "<testsuite>" CASE("a.B", "c"));
	assert_leaves(*state, "r/s/t.xml;r/testng-results.xml;", said);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_tests_are_read_from_testngs_report),
		TEST(a_config_method_that_surefire_takes_for_a_test_is_testngs_too),
		TEST(what_holds_more_is_read),
		TEST(nothing_is_lost_where_neither_holds_all),
		TEST(a_failure_is_not_lost_to_a_report_that_does_not_know_it),
		TEST(the_same_failures_are_counted_once),
		TEST(what_cannot_be_compared_is_read),
		TEST(other_classes_and_other_folders_are_other_runs),
		TEST(gradles_folders_of_one_task_belong_together),
		TEST(testngs_own_junit_reports_are_its_own),
		TEST(testngs_copy_of_each_test_is_its_own),
		TEST(a_copy_is_left_out_with_the_report_that_others_replace),
		TEST(a_copy_that_says_something_else_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
