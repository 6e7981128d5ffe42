#include "parsers/result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void full_names_are_the_oracles(void **state)
{
	static const struct {
		const char *class_name, *name, *full;
	} rows[] = {
		{ "a.B", "c", "a.B.c" },
		{ NULL, "c", "c" },
		{ "", "c", "c" },
		{ "a.B", NULL, "a.B." },
		{ "a.B", "", "a.B." },
		{ NULL, NULL, "" },
		{ " a ", " b ", " a . b " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_result result = {
			.class_name = rows[i].class_name,
			.name = rows[i].name,
		};
		char out[32];

		assert_int_equal(
			qm_result_full_name(&result, out, sizeof out), strlen(rows[i].full));
		assert_string_equal(out, rows[i].full);
	}
}

static void a_name_that_does_not_fit_is_cut_between_characters(void **state)
{
	const struct qm_result result = { .class_name = "ab", .name = "\xc3\xa9z" };
	static const char *const want[] = { NULL, "", "a", "ab", "ab.", "ab.", "ab.\xc3\xa9" };

	(void)state;
	assert_int_equal(qm_result_full_name(&result, NULL, 0), 6);
	for (size_t size = 1; size <= 6; size++) {
		char out[8] = "#######";

		assert_int_equal(qm_result_full_name(&result, out, size), 6);
		assert_string_equal(out, want[size]);
		assert_int_equal(out[size], '#');
	}
}

static void outcomes_and_kinds_have_names(void **state)
{
	(void)state;
	assert_string_equal(qm_outcome_name(QM_PASSED), "passed");
	assert_string_equal(qm_outcome_name(QM_FLAKY), "flaky");
	assert_string_equal(qm_outcome_name(QM_FAILED), "failed");
	assert_string_equal(qm_outcome_name(QM_ERRORED), "errored");
	assert_string_equal(qm_outcome_name(QM_SKIPPED), "skipped");
	assert_string_equal(qm_outcome_name(QM_NOT_REACHED), "not_reached");
	assert_string_equal(qm_report_kind_name(QM_REPORT_JUNIT), "junit");
	assert_string_equal(qm_report_kind_name(QM_REPORT_TESTNG), "testng");
	assert_null(qm_report_kind_name(QM_REPORT_NONE));
}

static void a_class_that_stands_apart_is_no_part_of_the_name(void **state)
{
	const struct qm_result result = {
		.class_name = "a.B", .is_class_apart = true, .name = "c"
	};
	char out[8];

	(void)state;
	assert_int_equal(qm_result_full_name(&result, out, sizeof out), 1);
	assert_string_equal(out, "c");
}

static void parameters_are_no_part_of_the_base(void **state)
{
	static const struct {
		const char *name;
		size_t length;
	} rows[] = {
		{ "adds", 4 },
		{ "adds[1]", 4 },
		{ "adds(int)[2]", 4 },
		{ "adds {x}", 4 },
		{ "[1]", 3 }, /* nothing else would be left */
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(qm_result_base_length(rows[i].name), rows[i].length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_names_are_the_oracles),
		cmocka_unit_test(parameters_are_no_part_of_the_base),
		cmocka_unit_test(a_class_that_stands_apart_is_no_part_of_the_name),
		cmocka_unit_test(a_name_that_does_not_fit_is_cut_between_characters),
		cmocka_unit_test(outcomes_and_kinds_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
