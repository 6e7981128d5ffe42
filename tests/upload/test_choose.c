#include "src/upload/catalog/catalog_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct qm_candidate candidate(
	const char *suite_run, const char *platform, const char *release, const char *cycle)
{
	return (struct qm_candidate){
		.execution = { .suite_key = "VKMC-TS-20",
			.suite_run = suite_run,
			.platform = platform,
			.platform_id = platform[0] == 'C' ? "73" : "74",
			.release = release,
			.cycle = cycle,
			.build = "" },
		.release_id = "5",
		.cycle_id = "6",
	};
}

/* Chrome in two cycles, Firefox in one, and an Edge that is archived. */
static void fill(struct qm_vec *candidates)
{
	struct qm_candidate all[] = {
		candidate("100", "Chrome", "R1", "C1"),
		candidate("101", "Chrome", "R1", "C2"),
		candidate("102", "Firefox", "R1", "C1"),
		candidate("103", "Edge", "R1", "C1"),
	};

	all[3].state = "archived";
	qm_vec_init(candidates, sizeof *all);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		qm_vec_push(candidates, &all[i]);
}

/* Suite runs that were chosen, separated by blanks, or the error's text. */
static void choose(
	const struct qm_vec *candidates, const struct qm_selection *selection, char out[640])
{
	struct qm_catalog catalog;
	struct qm_error err;

	qm_error_init(&err);
	qm_catalog_init(&catalog);
	out[0] = '\0';
	if (qm_choose_executions(&catalog, "VKMC-TS-20", candidates, selection, &err)) {
		assert_int_equal(err.code, QM_ENOTFOUND);
		assert_int_equal(catalog.executions.count, 0);
		(void)snprintf(out, 640, "%s", err.text);
	}
	for (size_t i = 0; i < catalog.executions.count; i++) {
		const struct qm_execution *execution = qm_vec_at(&catalog.executions, i);
		size_t used = strlen(out);

		(void)snprintf(out + used, 640 - used, "%s%s", i ? " " : "", execution->suite_run);
	}
	qm_catalog_release(&catalog);
}

static const char *const one_run[] = { "101" };
static const char *const two_runs[] = { "102", "100" };
static const char *const wrong_run[] = { "1001" };
static const char *const archived_run[] = { "103" };

static void executions_are_chosen_by_what_narrows_to_one(void **state)
{
	static const struct {
		struct qm_selection selection;
		const char *outcome;
	} rows[] = {
		{ { .platform = "Firefox" }, "102" },
		{ { .platform = "fireFOX" }, "102" },
		{ { .platform = "74" }, "102" },
		{ { .cycle = "C2" }, "101" },
		{ { .platform = "Chrome", .cycle = "C1" }, "100" },
		{ { .platform = "Chrome", .all_executions = true }, "100 101" },
		{ { .all_executions = true }, "100 101 102" },
		{ { .release = "5", .platform = "chrome", .cycle = "c2" }, "101" },
		{ { .platform = "Chrom" },
			"no execution of VKMC-TS-20 has platform \"Chrom\"; there are: Chrome, "
			"Firefox; did you mean \"Chrome\"?" },
		{ { .release = "R9" },
			"no execution of VKMC-TS-20 has release \"R9\"; there are: R1; did you "
			"mean \"R1\"?" },
		{ { .platform = "Firefox", .cycle = "C2" },
			"no execution of VKMC-TS-20 has platform and cycle as they were chosen "
			"together" },
		{ { .platform = "Edge" },
			"no execution of VKMC-TS-20 that was chosen can be written to: Edge, R1, "
			"C1 (103) is archived" },
		{ { .build = NULL },
			"VKMC-TS-20 has 3 executions and none was chosen (--platform, --cycle, "
			"--suite-run, --all-executions): Chrome, R1, C1 (100); Chrome, R1, C2 "
			"(101); Firefox, R1, C1 (102)" },
		/* Only what tells them apart is advised. */
		{ { .platform = "Chrome" },
			"VKMC-TS-20 has 2 executions and none was chosen (--cycle, --suite-run, "
			"--all-executions): Chrome, R1, C1 (100); Chrome, R1, C2 (101)" },
		/* Who names executions by their ids has chosen them, be it one or several. */
		{ { .suite_runs = one_run, .suite_run_count = 1 }, "101" },
		{ { .suite_runs = two_runs, .suite_run_count = 2 }, "100 102" },
		{ { .suite_runs = two_runs, .suite_run_count = 2, .platform = "Firefox" }, "102" },
		{ { .suite_runs = one_run, .suite_run_count = 1, .platform = "Firefox" },
			"no execution of VKMC-TS-20 has platform and suite-run as they were chosen "
			"together" },
		{ { .suite_runs = wrong_run, .suite_run_count = 1 },
			"no execution of VKMC-TS-20 has suite-run \"1001\"; there are: 100, 101, "
			"102; did you mean \"100\"?" },
		{ { .suite_runs = archived_run, .suite_run_count = 1 },
			"no execution of VKMC-TS-20 that was chosen can be written to: Edge, R1, "
			"C1 (103) is archived" },
	};
	struct qm_vec candidates;
	char outcome[640];

	(void)state;
	fill(&candidates);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		choose(&candidates, &rows[i].selection, outcome);
		assert_string_equal(outcome, rows[i].outcome);
	}
	qm_vec_release(&candidates);
}

static void an_exact_name_goes_before_one_in_another_case(void **state)
{
	const struct qm_candidate both[] = {
		candidate("100", "chrome", "", ""),
		candidate("101", "Chrome", "", ""),
	};
	const struct qm_selection exact = { .platform = "Chrome" };
	const struct qm_selection neither = { .platform = "CHROME" };
	struct qm_vec candidates;
	char outcome[640];

	(void)state;
	qm_vec_init(&candidates, sizeof *both);
	qm_vec_push(&candidates, &both[0]);
	qm_vec_push(&candidates, &both[1]);
	choose(&candidates, &exact, outcome);
	assert_string_equal(outcome, "101");
	choose(&candidates, &neither, outcome);
	assert_string_equal(outcome,
		"VKMC-TS-20 has 2 executions and none was chosen (--suite-run, --all-executions): "
		"chrome (100); Chrome (101)");
	qm_vec_release(&candidates);
}

static void long_lists_are_cut_with_the_total_told(void **state)
{
	const struct qm_selection any = { .platform = NULL };
	const struct qm_selection other = { .platform = "nothing like that" };
	struct qm_vec candidates;
	char outcome[640], ids[5000][16];

	(void)state;
	qm_vec_init(&candidates, sizeof(struct qm_candidate));
	for (int i = 0; i < 5000; i++) {
		struct qm_candidate one;

		(void)snprintf(ids[i], sizeof ids[i], "P%d", i);
		one = candidate(ids[i], ids[i], "a release with a rather long name", "");
		qm_vec_push(&candidates, &one);
	}
	choose(&candidates, &any, outcome);
	assert_non_null(strstr(outcome, "has 5000 executions"));
	assert_string_equal(outcome + strlen(outcome) - 5, ", ...");
	choose(&candidates, &other, outcome);
	assert_string_equal(outcome,
		"no execution of VKMC-TS-20 has platform \"nothing like that\"; there are: P0, P1, "
		"P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, ...");
	qm_vec_release(&candidates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(executions_are_chosen_by_what_narrows_to_one),
		cmocka_unit_test(an_exact_name_goes_before_one_in_another_case),
		cmocka_unit_test(long_lists_are_cut_with_the_total_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
