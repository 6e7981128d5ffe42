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

static enum qm_code read_all(
	const char *const *texts, size_t count, const char *names[QM_TARGETS], struct qm_error *err)
{
	struct qm_vec statuses;
	enum qm_code code;

	qm_error_init(err);
	qm_vec_init(&statuses, sizeof *texts);
	for (size_t i = 0; i < count; i++)
		qm_vec_push(&statuses, &texts[i]);
	code = qm_outcome_statuses(&statuses, names, err);
	qm_vec_release(&statuses);
	return code;
}

static void an_outcome_has_the_status_that_it_is_given(void **state)
{
	static const char *const texts[] = { "skipped=leave", "flaky=Passed = flaky",
		"skipped=leave", "missing=Not Run" };
	const char *names[QM_TARGETS];
	struct qm_error err;

	(void)state;
	assert_int_equal(read_all(texts, 4, names, &err), QM_OK);
	assert_string_equal(names[QM_SKIPPED], "leave");
	assert_string_equal(names[QM_FLAKY], "Passed = flaky");
	assert_string_equal(names[QM_TARGET_MISSING], "Not Run");
	assert_null(names[QM_PASSED]);
	assert_null(names[QM_NOT_REACHED]);
}

static void two_statuses_for_an_outcome_are_no_choice(void **state)
{
	static const char *const texts[] = { "skipped=Blocked", "flaky=Passed", "skipped=leave" };
	const char *names[QM_TARGETS];
	struct qm_error err;

	(void)state;
	assert_int_equal(read_all(texts, 3, names, &err), QM_EUSAGE);
	assert_non_null(strstr(err.text, "\"skipped\""));
	assert_non_null(strstr(err.text, "\"Blocked\" and \"leave\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_outcome_and_missing_have_a_name),
		cmocka_unit_test(a_part_of_a_name_is_none),
		cmocka_unit_test(an_outcome_has_the_status_that_it_is_given),
		cmocka_unit_test(two_statuses_for_an_outcome_are_no_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
