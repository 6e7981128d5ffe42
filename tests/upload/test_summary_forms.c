/* The summary as Markdown and as outputs. */
#include "src/upload/summary/summary_forms.h"
#include "tests/upload/desk.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* ---- Markdown. */

static void an_upload_is_a_page(void **state)
{
	struct desk *desk = *state;
	const struct qm_failed_test failed = { "Cart", "t/cart.py", "boom", 7 };

	desk_accept_all(desk);
	(void)desk_add_verdict(desk, "a");
	desk->summary.counts = (struct qm_session_counts){ 5, 2, 0, 0 };
	desk->summary.policy_name = "team";
	desk->summary.failures.count = 1;
	qm_vec_push(&desk->summary.failures.tests, &failed);
	qm_summary_reason(&desk->summary, QM_REASON_STOPPED, "over <now>");
	qm_summary_markdown(&desk->summary, NULL, &desk->text);
	assert_string_equal(desk->text.data,
		"## qmetry-ci: stopped\n"
		"\n"
		"3 of 3 updates accepted (not verified)\n"
		"\n"
		"> - over &#60;now&#62;\n"
		"\n"
		"* 3 tests in 1 report: 2 passed, 1 failed\n"
		"* 3 tests mapped, 0 not; 0 test cases in no report\n"
		"* 5 reads, 2 writes; team\n"
		"\n"
		"### Failed tests (1)\n"
		"\n"
		"| TEST | WHERE | MESSAGE |\n"
		"|:---|:---|:---|\n"
		"| Cart | t&#47;cart&#46;py&#58;7 | boom |\n"
		"\n"
		"### Executions (1)\n"
		"\n"
		"| SUITE | SUITE RUN | PLATFORM | RELEASE | CYCLE | RUNS | UPDATED |\n"
		"|:---|:---|:---|:---|:---|---:|---:|\n"
		"| VKMC&#45;TS&#45;20 | 2720260 | Chrome |  |  | 3 | 3 |\n"
		"\n"
		"### Before -> after (3)\n"
		"\n"
		"| BEFORE | AFTER | RUNS |\n"
		"|:---|:---|---:|\n"
		"| Not Run | Failed | 1 |\n"
		"| Not Run | Passed | 1 |\n"
		"| Passed | Passed | 1 |\n");
}

/* What is not there has no word, so each of them is tested here. */
static void the_headline_counts_whatever_there_is(void **state)
{
	struct desk *desk = *state;

	desk_accept_all(desk);
	desk->summary.accepted = 1;
	desk->summary.verified = 1;
	desk->summary.failed_count = 1;
	desk->summary.unknown_count = 1;
	desk->summary.superseded = 5;
	desk->summary.earlier = 6;
	desk->resolution.ignored = 7;
	desk->resolution.elsewhere = 8;
	qm_summary_markdown(&desk->summary, NULL, &desk->text);
	assert_has(desk->text.data,
		"\n1 of 3 updates accepted, 1 verified, 1 failed, 1 unknown, 5 superseded; "
		"6 done before\n");
	assert_has(desk->text.data,
		"\n* 3 tests mapped, 0 not, 7 ignored, 8 of platforms that were not chosen; "
		"0 test cases in no report\n");
}

static void fill_missing(struct desk *desk, int count)
{
	for (int i = 0; i < count; i++)
		qm_vec_push(&desk->resolution.missing,
			&(struct qm_missing){ "K", "a test case of the suite", "" });
	desk->resolution.missing_count = (uint64_t)count;
}

static size_t rows(const char *text)
{
	size_t count = 0;

	for (const char *row = text; (row = strstr(row, "| K |")); row++)
		count++;
	return count;
}

static void lists_are_cut_to_the_room_that_there_is(void **state)
{
	static const struct {
		size_t room, rows;
		const char *rest;
	} cases[] = {
		{ 1 << 20, 1000, "\n... and 4000 more\n" },
		{ 20000, 250, "\n... and 4750 more\n" },
		{ 1000, 15, "\n... and 4985 more\n" },
	};
	struct desk *desk = *state;

	desk_fill(desk);
	fill_missing(desk, 5000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct qm_buf out;

		qm_buf_init(&out, cases[i].room);
		qm_summary_markdown(&desk->summary, NULL, &out);
		assert_false(out.overflow);
		assert_int_equal(rows(out.data), cases[i].rows);
		assert_has(out.data, cases[i].rest);
		qm_buf_release(&out);
	}
}

static void where_nothing_fits_it_is_told(void **state)
{
	struct desk *desk = *state;
	struct qm_buf out;

	desk_fill(desk);
	qm_buf_init(&out, 10);
	qm_summary_markdown(&desk->summary, NULL, &out);
	assert_true(out.overflow);
	qm_buf_release(&out);
}

static void secrets_go_before_they_are_escaped(void **state)
{
	struct desk *desk = *state;
	const struct qm_failed_test failed = { "a", "", "the key is k-e_y|42, she said", 0 };
	struct qm_secret *key = NULL;
	struct qm_log log;

	assert_int_equal(setenv("QM_TEST_KEY", "k-e_y|42", 1), 0);
	assert_int_equal(qm_secret_load("QM_TEST_KEY", &key, NULL), QM_OK);
	qm_log_init(&log, QM_LOG_ERROR, NULL, NULL);
	qm_log_hide(&log, key);
	desk_fill(desk);
	desk->summary.failures.count = 1;
	qm_vec_push(&desk->summary.failures.tests, &failed);
	qm_summary_markdown(&desk->summary, &log, &desk->text);
	assert_has(desk->text.data, "the key is &#42;&#42;&#42;&#44; she said");
	qm_secret_free(key);
}

static void what_was_only_read_is_not_called_an_upload(void **state)
{
	struct desk *desk = *state;
	struct qm_report_verdict *verdict = desk_add_verdict(desk, "a");

	verdict->counts.tests = 2;
	verdict->counts.outcomes[QM_PASSED] = verdict->counts.outcomes[QM_FAILED] = 1;
	desk->summary.reading = desk->summary.counted = true;
	qm_summary_markdown(&desk->summary, NULL, &desk->text);
	assert_string_equal(desk->text.data,
		"## qmetry-ci: read\n"
		"\n"
		"nothing was to be uploaded\n"
		"\n"
		"* 2 tests in 1 report: 1 passed, 1 failed\n");
}

/* ---- Outputs. */

static void outputs_are_numbers_conclusion_and_json(void **state)
{
	struct desk *desk = *state;

	desk_accept_all(desk);
	desk->summary.counts = (struct qm_session_counts){ 5, 2, 1, 0 };
	desk->resolution.counts.outcomes[QM_FLAKY] = 1;
	desk->resolution.counts.outcomes[QM_ERRORED] = 2;
	desk->resolution.counts.outcomes[QM_NOT_REACHED] = 4;
	desk->resolution.unchanged = 8;
	desk->resolution.unmapped_count = 9;
	qm_summary_outputs(&desk->summary, NULL, &desk->text);
	assert_has(desk->text.data,
		"total=3\npassed=3\nfailed=3\nskipped=4\nupdated=3\nunchanged=8\nunmapped=9\n"
		"failed-updates=0\nrequests=7\nconclusion=success\njson={\"conclusion\":"
		"\"success\",");
	assert_string_equal(desk->text.data + desk->text.length - 2, "}\n");
}

static void what_was_not_sent_is_a_failed_update(void **state)
{
	struct desk *desk = *state;

	desk_fill(desk);
	desk->summary.accepted = 1;
	desk->summary.failed_count = 1;
	qm_summary_outputs(&desk->summary, NULL, &desk->text);
	assert_has(desk->text.data, "\nupdated=1\n");
	assert_has(desk->text.data, "\nfailed-updates=2\n");
}

static void what_is_not_known_is_left_out(void **state)
{
	struct desk *desk = *state;

	qm_summary_reason(&desk->summary, QM_REASON_AUTH, "no key");
	qm_summary_outputs(&desk->summary, NULL, &desk->text);
	assert_memory_equal(desk->text.data, "requests=0\nconclusion=failed\njson={", 35);
	assert_null(strstr(desk->text.data, "total="));
}

static void the_json_stays_json_when_it_is_cut(void **state)
{
	struct desk *desk = *state;
	const char *text;
	json_t *object;

	desk_fill(desk);
	fill_missing(desk, 10000);
	qm_summary_outputs(&desk->summary, NULL, &desk->text);
	text = strstr(desk->text.data, "\njson=");
	assert_non_null(text);
	assert_in_range(strlen(text), 10000, 120000 + 10);
	object = json_loads(text + 6, 0, NULL);
	assert_non_null(object);
	assert_int_equal(json_array_size(json_object_get(object, "missing")), 625);
	assert_int_equal(json_integer_value(json_object_get(object, "missing_total")), 10000);
	json_decref(object);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_upload_is_a_page),
		TEST(the_headline_counts_whatever_there_is),
		TEST(lists_are_cut_to_the_room_that_there_is),
		TEST(where_nothing_fits_it_is_told),
		TEST(secrets_go_before_they_are_escaped),
		TEST(what_was_only_read_is_not_called_an_upload),
		TEST(outputs_are_numbers_conclusion_and_json),
		TEST(what_was_not_sent_is_a_failed_update),
		TEST(what_is_not_known_is_left_out),
		TEST(the_json_stays_json_when_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
