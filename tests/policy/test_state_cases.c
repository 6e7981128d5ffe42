#include "tests/policy/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void run_table(const char *path, size_t least)
{
	struct case_counts counts = { .run = 0 };
	char folder[64];

	assert_true(case_folder_new(folder));
	assert_true(cases_run(path, folder, &counts));
	case_folder_remove(folder);
	print_message("%s: %zu cases, %zu failed, %zu skipped\n", path, counts.run, counts.failed,
		counts.skipped);
	assert_int_equal(counts.failed, 0);
	/* A line that is lost would go unnoticed. Without redis-server there are fewer. */
	assert_in_range(counts.run - counts.skipped, least, 100000);
}

static void all_cases_pass(void **state)
{
	(void)state;
	run_table(QM_TEST_DIR "/cases/state.jsonl", 16);
}

/* What no program writes that keeps to the format, read as Intercept's code reads it. */
static void what_others_left_is_read_as_intercept_does(void **state)
{
	(void)state;
	run_table(QM_TEST_DIR "/cases/state-foreign.jsonl", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_cases_pass),
		cmocka_unit_test(what_others_left_is_read_as_intercept_does) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
