#include "src/base/file.h"
#include "tests/upload/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char junit[] = "<testsuite name='s'><testcase classname='a' name='b'/></testsuite>";
static const char testng[] = "<testng-results></testng-results>";
static const char foreign[] = "<?xml version='1.0'?><failsafe-summary/>";

struct desk {
	struct found found;
	char listed[2048]; /* "path;" each */
	struct qm_vec verdicts;
	size_t results;
	enum qm_code answer; /* of the sink */
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	found_init(&desk->found);
	qm_vec_init(&desk->verdicts, sizeof(struct qm_report_verdict));
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	int failed = found_release(&desk->found);

	qm_vec_release(&desk->verdicts);
	free(desk);
	return failed;
}

static const struct qm_report_file *file_at(const struct desk *desk, size_t index)
{
	return qm_vec_at(&desk->found.reports.files, index);
}

/* Up to 3 patterns, the first that is NULL ends them; named files are marked with "=". */
static void assert_finds(struct desk *desk, const char *const patterns[3], const char *expected)
{
	size_t count = 0, length = 0;

	while (count < 3 && patterns[count])
		count++;
	found_look(&desk->found, patterns, count);
	desk->listed[0] = '\0';
	for (size_t i = 0; i < desk->found.reports.files.count; i++) {
		const struct qm_report_file *file = file_at(desk, i);

		length += (size_t)snprintf(desk->listed + length, sizeof desk->listed - length,
			"%s%s;", file->named ? "=" : "", file->path);
		assert_true(length < sizeof desk->listed);
	}
	assert_string_equal(desk->listed, expected);
}

/* ---- Finding. */

static void names_patterns_and_folders_are_found_sorted_and_once(void **state)
{
	static const struct {
		const char *patterns[3];
		const char *expected;
	} rows[] = {
		{ { "r/b.xml" }, "=r/b.xml;" },
		{ { "./r//b.xml", "r/b.xml" }, "=r/b.xml;" },
		{ { "r/*.xml" }, "r/B.xml;r/a.xml;r/b.xml;" }, /* by bytes: B before a */
		{ { "r/*.xml", "r/b.xml" }, "r/B.xml;r/a.xml;=r/b.xml;" },
		{ { "r/b.xml", "r/*.xml", "**/b.xml" }, "r/B.xml;r/a.xml;=r/b.xml;" },
		{ { "r" }, "r/B.xml;r/a.xml;r/b.xml;r/deep/d.xml;" },
		{ { "./r/" }, "r/B.xml;r/a.xml;r/b.xml;r/deep/d.xml;" },
		{ { ".", "!packed" }, "r/B.xml;r/a.xml;r/b.xml;r/deep/d.xml;" },
		{ { "**/d.xml" }, "r/deep/d.xml;" },
		{ { "r/*.txt" }, "r/notes.txt;" },
		{ { "packed" }, "packed/c.xml.gz;packed/deep/e.xml.gz;" },
		{ { "r/deep/../b.xml" }, "=r/deep/../b.xml;" },
		{ { "no/such/*.xml" }, "" },
		{ { "gone.xml" }, "=gone.xml;" }, /* reading it will tell */
		{ { "-" }, "=-;" },
	};
	struct desk *desk = *state;

	folder_put("r/b.xml", junit);
	folder_put("r/a.xml", junit);
	folder_put("r/B.xml", junit);
	folder_put("r/deep/d.xml", junit);
	folder_put("r/notes.txt", "x");
	folder_put("packed/c.xml.gz", "x");
	folder_put("packed/deep/e.xml.gz", "x");
	folder_put("packed/log.gz", "x");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_finds(desk, rows[i].patterns, rows[i].expected);
}

static void what_is_excluded_is_not_found(void **state)
{
	static const struct {
		const char *patterns[3];
		const char *expected;
	} rows[] = {
		{ { "r/**/*.xml", "!r/b.xml" }, "r/a.xml;r/deep/d.xml;" },
		{ { "!r/b.xml", "r/**/*.xml" }, "r/a.xml;r/deep/d.xml;" },
		{ { "r", "!r/deep" }, "r/a.xml;r/b.xml;" },
		{ { "r", "!./r/deep/" }, "r/a.xml;r/b.xml;" },
		{ { "r", "!**/deep" }, "r/a.xml;r/b.xml;" },
		{ { "r/b.xml", "!r/*" }, "" },
	};
	struct desk *desk = *state;

	folder_put("r/a.xml", junit);
	folder_put("r/b.xml", junit);
	folder_put("r/deep/d.xml", junit);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_finds(desk, rows[i].patterns, rows[i].expected);
}

static void a_file_is_found_once_whatever_leads_to_it(void **state)
{
	static const char told[] = "m/hard.xml: left out, it is the same file as m/a.xml;"
				   "m/t/../a.xml: left out, it is the same file as m/a.xml;"
				   "soft.xml: left out, it is the same file as m/a.xml;";
	struct desk *desk = *state;

	folder_put("m/a.xml", junit);
	folder_put("m/b.xml", junit);
	folder_put("m/t/notes.txt", "x");
	assert_int_equal(link("m/a.xml", "m/hard.xml"), 0);
	assert_int_equal(symlink("m/a.xml", "soft.xml"), 0);
	assert_finds(desk, (const char *const[3]){ "m", "m/t/../a.xml", "soft.xml" },
		"=m/a.xml;m/b.xml;");
	assert_string_equal(desk->found.talk, told);
	assert_finds(desk, (const char *const[3]){ "m", "soft.xml", "!m/[ah]*.xml" },
		"m/b.xml;=soft.xml;");
}

static void what_exists_by_its_very_name_is_no_pattern(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a[1].xml", junit);
	folder_put("TEST-a1.xml", junit);
	folder_put("m[2]/x.xml", junit);
	folder_put("m2/y.xml", junit);
	assert_finds(desk, (const char *const[3]){ "TEST-a[1].xml" }, "=TEST-a[1].xml;");
	assert_finds(desk, (const char *const[3]){ "TEST-a[12].xml" }, "TEST-a1.xml;");
	assert_finds(desk, (const char *const[3]){ "m[2]" }, "m[2]/x.xml;");
	assert_finds(desk, (const char *const[3]){ "m[2]/*.xml" }, "m2/y.xml;");
}

static void without_patterns_the_usual_places_are_looked_through(void **state)
{
	static const char all[] = "a/target/surefire-reports/TEST-a.xml;"
				  "b/build/test-results/test/TEST-c.xml;"
				  "target/failsafe-reports/TEST-b.xml;"
				  "test-output/testng-results.xml;";
	static const char but_a[] = "b/build/test-results/test/TEST-c.xml;"
				    "target/failsafe-reports/TEST-b.xml;"
				    "test-output/testng-results.xml;";
	struct desk *desk = *state;

	assert_finds(desk, (const char *const[3]){ NULL }, "");
	folder_put("a/target/surefire-reports/TEST-a.xml", junit);
	folder_put("a/target/surefire-reports/testng-results.xml", testng); /* the same once more */
	folder_put("target/failsafe-reports/TEST-b.xml", junit);
	folder_put("target/failsafe-reports/failsafe-summary.xml", foreign);
	folder_put("b/build/test-results/test/TEST-c.xml", junit);
	folder_put("test-output/testng-results.xml", testng);
	folder_put("elsewhere/TEST-d.xml", junit);
	assert_finds(desk, (const char *const[3]){ NULL }, all);
	assert_finds(desk, (const char *const[3]){ "!a/**" }, but_a);
	assert_finds(desk, (const char *const[3]){ "elsewhere" }, "elsewhere/TEST-d.xml;");
}

/* Where nothing at all is found, that is an error of its own. */
static void what_finds_nothing_beside_others_that_do_is_told(void **state)
{
	struct desk *desk = *state;

	folder_put("m/a.xml", "<testsuite/>");
	folder_put("n/a.txt", "");
	assert_finds(desk, (const char *const[3]){ "m", "m/*.xml", "!m/b.xml" }, "m/a.xml;");
	assert_finds(desk, (const char *const[3]){ "n", "o/*.xml" }, "");
	assert_string_equal(desk->found.talk, "");
	assert_finds(desk, (const char *const[3]){ "o/*.xml", "n", "m" }, "m/a.xml;");
	assert_string_equal(desk->found.talk,
		"warning: no report was found in o/*.xml;warning: no report was found in n;");
}

static void what_is_no_pattern_is_an_error_of_usage(void **state)
{
	static const char *const patterns[] = { "", "r/[ab", "!", "!r/[ab" };
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct qm_error err;

		qm_error_init(&err);
		assert_int_equal(qm_reports_find(&desk->found.reports, &patterns[i], 1,
					 &desk->found.log, &err),
			QM_EUSAGE);
		assert_true(*err.text);
	}
}

static void a_look_at_the_heads_counts_what_may_be_reports(void **state)
{
	static const char *const patterns[] = { "*.xml", "pipe", "gone", "-" };
	struct desk *desk = *state;

	folder_put("a.xml", junit);
	folder_put("b.xml", testng);
	folder_put("c.xml", foreign);
	folder_put("d.xml", "");
	assert_int_equal(mkfifo("pipe", 0600), 0); /* that nobody writes into: not opened */
	found_look(&desk->found, patterns, 4);
	assert_int_equal(desk->found.reports.files.count, 7);
	assert_int_equal(qm_reports_sniff(&desk->found.reports, NULL), 4);
	assert_int_equal(file_at(desk, 1)->kind, QM_REPORT_JUNIT);
	assert_int_equal(file_at(desk, 2)->kind, QM_REPORT_TESTNG);
	assert_int_equal(file_at(desk, 3)->kind, QM_REPORT_NONE);
	qm_vec_clear(&desk->found.reports.files);
	assert_int_equal(qm_reports_sniff(&desk->found.reports, NULL), 0);
}

/* ---- Reading. */

static enum qm_code count_result(void *context, const struct qm_result *result)
{
	struct desk *desk = context;

	(void)result;
	desk->results++;
	return desk->answer;
}

static enum qm_code read_all(struct desk *desk, const char *pattern)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED };
	const struct qm_sink sink = { .context = desk, .result = count_result };

	found_look(&desk->found, &pattern, 1);
	return qm_reports_read(
		&desk->found.reports, &options, &sink, &desk->verdicts, &desk->found.log, NULL);
}

static const struct qm_report_verdict *verdict_at(const struct desk *desk, size_t index)
{
	return qm_vec_at(&desk->verdicts, index);
}

static void a_report_that_cannot_be_read_loses_nothing_else(void **state)
{
	struct desk *desk = *state;
	const struct qm_report_verdict *verdict;

	folder_put("r/a.xml", junit);
	folder_put("r/b.xml", "<testsuite name='s'>\n<testcase name='x'></testsuite>");
	folder_put("r/c.xml", "<testsuite name='s'><testcase name='x'/><testcase na");
	folder_put("r/d.xml", "");
	folder_put("r/e.xml", junit);
	assert_int_equal(read_all(desk, "r"), QM_OK);
	assert_int_equal(desk->verdicts.count, 5);
	verdict = verdict_at(desk, 0);
	assert_string_equal(verdict->path, "r/a.xml");
	assert_int_equal(verdict->kind, QM_REPORT_JUNIT);
	assert_null(verdict->reason);
	assert_null(verdict->text);
	assert_int_equal(verdict->counts.tests, 1);
	verdict = verdict_at(desk, 1);
	assert_string_equal(verdict->reason, "malformed");
	assert_int_equal(verdict->line, 2);
	assert_true(verdict->column > 0 && *verdict->text);
	assert_false(verdict->salvaged);
	verdict = verdict_at(desk, 2);
	assert_string_equal(verdict->reason, "truncated");
	assert_true(verdict->salvaged);
	assert_int_equal(verdict->counts.tests, 1);
	assert_string_equal(verdict_at(desk, 3)->reason, "empty");
	assert_false(verdict_at(desk, 3)->left_out);
	assert_null(verdict_at(desk, 4)->reason);
	assert_string_equal(desk->found.talk, "");
}

static void other_xml_is_left_out_where_a_pattern_caught_it(void **state)
{
	struct desk *desk = *state;
	const struct qm_report_verdict *verdict;

	folder_put("summary.xml", foreign);
	folder_put("marked.xml", "\xef\xbb\xbf  <other/>");
	assert_int_equal(read_all(desk, "*.xml"), QM_OK);
	assert_true(verdict_at(desk, 0)->left_out);
	assert_true(verdict_at(desk, 1)->left_out);
	assert_non_null(strstr(desk->found.talk, "marked.xml: left out"));
	assert_non_null(strstr(desk->found.talk, "summary.xml: left out"));
	desk->found.talk[0] = '\0';
	assert_int_equal(read_all(desk, "summary.xml"), QM_OK);
	verdict = verdict_at(desk, 2);
	assert_false(verdict->left_out);
	assert_string_equal(verdict->reason, "not-a-report");
	assert_string_equal(desk->found.talk, "");
}

static void text_in_the_place_of_a_report_is_not_left_out(void **state)
{
	struct desk *desk = *state;

	folder_put("TEST-a.xml", "[INFO] Building\n");
	assert_int_equal(read_all(desk, "*.xml"), QM_OK);
	assert_non_null(verdict_at(desk, 0)->reason);
	assert_false(verdict_at(desk, 0)->left_out);
}

static void what_failed_outside_the_tests_is_kept(void **state)
{
	struct desk *desk = *state;
	const struct qm_report_verdict *verdict;
	struct qm_buf text;

	qm_buf_init(&text, 1 << 20);
	qm_buf_add_text(&text, "<testsuites>");
	for (int i = 0; i < 25; i++)
		qm_buf_add_text(
			&text, "<testsuite name='s'><error message='m&#10;n'/></testsuite>");
	qm_buf_add_text(&text, "</testsuites>");
	folder_put("a.xml", text.data);
	qm_buf_release(&text);
	folder_put("b.xml",
		"<testng-results><suite name='s'><test name='t'><class name='a.B'>"
		"<test-method is-config='true' status='PASS' name='setUpAll'/>"
		"<test-method is-config='true' status='FAIL' name='setUp'>"
		"<exception class='E'/></test-method></class></test></suite></testng-results>");
	assert_int_equal(read_all(desk, "*.xml"), QM_OK);
	verdict = verdict_at(desk, 0);
	assert_int_equal(verdict->counts.suite_errors, 25);
	assert_int_equal(verdict->incident_count, 1);
	assert_string_equal(
		verdict->incidents[0], "suite \"s\" failed outside its tests 25 times: m");
	verdict = verdict_at(desk, 1);
	assert_int_equal(verdict->counts.config_methods, 2);
	assert_int_equal(verdict->counts.config_failures, 1);
	assert_int_equal(verdict->incident_count, 1);
	assert_string_equal(verdict->incidents[0], "config method a.B.setUp failed: E");
}

static void a_named_file_that_is_gone_is_unreadable(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(read_all(desk, "gone.xml"), QM_OK);
	assert_int_equal(desk->verdicts.count, 1);
	assert_string_equal(verdict_at(desk, 0)->reason, "unreadable");
	assert_string_equal(verdict_at(desk, 0)->path, "gone.xml");
}

static void replaced_characters_are_noticed(void **state)
{
	struct desk *desk = *state;

	folder_put("a.xml", "<testsuite name='s'><testcase name='a\x01'/></testsuite>");
	folder_put("b.xml", "<testsuite name='s'><testcase name='\x02 b\x03'/></testsuite>");
	assert_int_equal(read_all(desk, "*.xml"), QM_OK);
	assert_null(verdict_at(desk, 0)->reason);
	assert_string_equal(desk->found.talk,
		"a.xml: 1 control character that XML forbids was replaced;"
		"b.xml: 2 control characters that XML forbids were replaced;");
}

static void a_sink_that_fails_ends_the_reading(void **state)
{
	struct desk *desk = *state;

	folder_put("a.xml", junit);
	folder_put("b.xml", junit);
	desk->answer = QM_ELIMIT;
	assert_int_equal(read_all(desk, "*.xml"), QM_ELIMIT);
	assert_int_equal(desk->results, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_patterns_and_folders_are_found_sorted_and_once),
		TEST(what_is_excluded_is_not_found),
		TEST(a_file_is_found_once_whatever_leads_to_it),
		TEST(what_exists_by_its_very_name_is_no_pattern),
		TEST(without_patterns_the_usual_places_are_looked_through),
		TEST(what_finds_nothing_beside_others_that_do_is_told),
		TEST(what_is_no_pattern_is_an_error_of_usage),
		TEST(a_look_at_the_heads_counts_what_may_be_reports),
		TEST(a_report_that_cannot_be_read_loses_nothing_else),
		TEST(other_xml_is_left_out_where_a_pattern_caught_it),
		TEST(text_in_the_place_of_a_report_is_not_left_out),
		TEST(what_failed_outside_the_tests_is_kept),
		TEST(a_named_file_that_is_gone_is_unreadable),
		TEST(replaced_characters_are_noticed),
		TEST(a_sink_that_fails_ends_the_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
