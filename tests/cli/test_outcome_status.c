#include "src/cli/outcome_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int index_of(const char *name)
{
	return qm_outcome_status_index(name, strlen(name));
}

static void every_outcome_and_missing_have_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < QM_OUTCOMES; i++)
		assert_int_equal(index_of(qm_outcome_name((enum qm_outcome)i)), i);
	assert_int_equal(index_of("missing"), QM_TARGET_MISSING);
}

static void a_part_of_a_name_is_none(void **state)
{
	(void)state;
	assert_int_equal(index_of("pass"), -1);
	assert_int_equal(index_of("passed "), -1);
	assert_int_equal(index_of("Passed"), -1);
	assert_int_equal(index_of(""), -1);
	assert_int_equal(qm_outcome_status_index("skipped=Blocked", 7), QM_SKIPPED);
}

static void the_last_status_for_an_outcome_counts(void **state)
{
	static const char *const texts[] = { "skipped=Blocked", "flaky=Passed = flaky",
		"skipped=leave", "missing=Not Run" };
	const char *names[QM_TARGETS];
	struct qm_vec statuses;

	(void)state;
	qm_vec_init(&statuses, sizeof *texts);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		qm_vec_push(&statuses, &texts[i]);
	qm_outcome_statuses(&statuses, names);
	assert_string_equal(names[QM_SKIPPED], "leave");
	assert_string_equal(names[QM_FLAKY], "Passed = flaky");
	assert_string_equal(names[QM_TARGET_MISSING], "Not Run");
	assert_null(names[QM_PASSED]);
	assert_null(names[QM_NOT_REACHED]);
	qm_vec_release(&statuses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_outcome_and_missing_have_a_name),
		cmocka_unit_test(a_part_of_a_name_is_none),
		cmocka_unit_test(the_last_status_for_an_outcome_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
