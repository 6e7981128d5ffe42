#include "src/cli/exit_code.h"
#include "src/upload/summary/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Design, "Interface": the first that applies. */
static const struct {
	enum qm_reason reason;
	int code;
} priority[] = {
	{ QM_REASON_USAGE, 2 },
	{ QM_REASON_AUTH, 5 },
	{ QM_REASON_NOT_FOUND, 9 },
	{ QM_REASON_DENIED, 8 },
	{ QM_REASON_UNREACHABLE, 10 },
	{ QM_REASON_STOPPED, 7 },
	{ QM_REASON_NOT_UPLOADED, 1 },
	{ QM_REASON_REPORT, 4 },
	{ QM_REASON_UNMAPPED, 6 },
	{ QM_REASON_NOTHING, 3 },
};

enum { PRIORITIES = sizeof priority / sizeof *priority };

static void every_code_has_one_row_in_order(void **state)
{
	(void)state;
	assert_int_equal(qm_exit_row_count, 11);
	for (size_t i = 0; i < qm_exit_row_count; i++) {
		assert_int_equal(qm_exit_rows[i].code, i);
		assert_true(qm_exit_rows[i].text && qm_exit_rows[i].text[0]);
		assert_null(strchr(qm_exit_rows[i].text, '\n'));
		assert_string_equal(qm_exit_code_text((int)i), qm_exit_rows[i].text);
	}
	assert_null(qm_exit_code_text(-1));
	assert_null(qm_exit_code_text(11));
}

static void the_order_holds_every_code_and_is_the_one_of_the_reasons(void **state)
{
	(void)state;
	assert_int_equal(PRIORITIES, QM_REASONS);
	assert_int_equal(qm_exit_row_count, PRIORITIES + 1);
	for (size_t i = 0; i < PRIORITIES; i++) {
		assert_int_equal(qm_exit_order[i], priority[i].code);
		assert_int_equal(qm_reason_exit_code(priority[i].reason), priority[i].code);
	}
	assert_int_equal(qm_exit_order[PRIORITIES], QM_EXIT_OK);
}

static void of_two_codes_the_first_that_applies_counts(void **state)
{
	static const struct {
		int a, b, first;
	} rows[] = { { 0, 0, 0 }, { 0, 4, 4 }, { 4, 10, 10 }, { 5, 2, 2 }, { 9, 8, 9 }, { 7, 1, 7 },
		{ 6, 3, 6 }, { 3, 0, 3 }, { 1, 10, 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(qm_exit_code_first(rows[i].a, rows[i].b), rows[i].first);
		assert_int_equal(qm_exit_code_first(rows[i].b, rows[i].a), rows[i].first);
	}
}

static void soft_codes_are_numbers_of_failures_with_commas(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "1", true },
		{ "1,4,6,7,10", true },
		{ "2,5,9", true },
		{ "10", true },
		{ "", false },
		{ "0", false },
		{ "1,0", false },
		{ "11", false },
		{ "99999999999999999999", false },
		{ "1,", false },
		{ ",1", false },
		{ "1,,4", false },
		{ "1, 4", false },
		{ "1;4", false },
		{ "-1", false },
		{ "all", false },
		{ "1x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (qm_soft_codes_are_good(rows[i].text) != rows[i].good)
			fail_msg("\"%s\" is not judged as it should be", rows[i].text);
}

static void a_code_is_named_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *codes;
		int code;
		bool named;
	} rows[] = {
		{ "1,4,6,7,10", 1, true },
		{ "1,4,6,7,10", 7, true },
		{ "1,4,6,7,10", 10, true },
		{ "1,4,6,7,10", 2, false },
		{ "1,4,6,7,10", 5, false },
		{ "1,4,6,7,10", 9, false },
		{ "1,4,6,7,10", 0, false },
		{ "10", 1, false },
		{ "10", 0, false },
		{ "1", 10, false },
		{ "5", 5, true },
		{ "", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (qm_soft_code_is_named(rows[i].codes, rows[i].code) != rows[i].named)
			fail_msg("%d in \"%s\"", rows[i].code, rows[i].codes);
}

static void of_several_codes_the_first_that_is_not_excused_counts(void **state)
{
	static const struct {
		unsigned codes;
		const char *soft;
		int hard;
	} rows[] = {
		{ 0, NULL, 0 },
		{ 0, "1,4", 0 },
		{ 1U << 4 | 1U << 6, NULL, 4 },
		{ 1U << 4 | 1U << 6, "4", 6 },
		{ 1U << 4 | 1U << 6, "6", 4 },
		{ 1U << 4 | 1U << 6, "4,6", 0 },
		{ 1U << 1 | 1U << 6, "1", 6 },
		{ 1U << 10 | 1U << 4 | 1U << 6, "4,10", 6 },
		{ 1U << 10 | 1U << 1, "1", 10 },
	};

	(void)state;
	assert_int_equal(qm_exit_codes_first(1U << 10 | 1U << 8 | 1U << 3), 8);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(qm_exit_codes_hard(rows[i].codes, rows[i].soft), rows[i].hard);
}

static void a_summary_without_reasons_ends_with_0(void **state)
{
	struct qm_summary summary;

	(void)state;
	qm_summary_init(&summary);
	assert_int_equal(qm_summary_exit_code(&summary), 0);
	qm_summary_release(&summary);
}

/* In whatever order the reasons came up. */
static void of_two_reasons_the_code_is_that_of_the_first_that_applies(void **state)
{
	(void)state;
	for (size_t a = 0; a < PRIORITIES; a++) {
		for (size_t b = 0; b < PRIORITIES; b++) {
			size_t first = a < b ? a : b;
			struct qm_summary summary;

			qm_summary_init(&summary);
			qm_summary_reason(&summary, priority[a].reason, "one");
			qm_summary_reason(&summary, priority[b].reason, "two");
			assert_int_equal(qm_summary_exit_code(&summary), priority[first].code);
			qm_summary_release(&summary);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_one_row_in_order),
		cmocka_unit_test(the_order_holds_every_code_and_is_the_one_of_the_reasons),
		cmocka_unit_test(of_two_codes_the_first_that_applies_counts),
		cmocka_unit_test(soft_codes_are_numbers_of_failures_with_commas),
		cmocka_unit_test(a_code_is_named_whole_or_not_at_all),
		cmocka_unit_test(of_several_codes_the_first_that_is_not_excused_counts),
		cmocka_unit_test(a_summary_without_reasons_ends_with_0),
		cmocka_unit_test(of_two_reasons_the_code_is_that_of_the_first_that_applies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
