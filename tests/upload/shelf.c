#include "tests/upload/shelf.h"
#include "src/upload/catalog/catalog_internal.h"

#include <assert.h>
#include <stdio.h>

void shelf_init(struct qm_catalog *catalog)
{
	static const struct qm_status statuses[] = {
		{ .name = "Passed", .default_name = "passed", .id = SHELF_PASSED },
		{ .name = "Failed", .default_name = "failed", .id = SHELF_FAILED },
		{ .name = "Blocked", .default_name = "blocked", .id = SHELF_BLOCKED },
		{ .name = "Not Run", .default_name = "notrun", .id = SHELF_NOT_RUN },
		{ .name = "N/A", .default_name = "empty", .id = SHELF_EMPTY },
	};

	qm_catalog_init(catalog);
	catalog->project.key = "VKMC";
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		qm_vec_push(&catalog->project.statuses, &statuses[i]);
}

uint32_t shelf_execution(struct qm_catalog *catalog, const char *suite_run, const char *platform)
{
	struct qm_execution *execution = qm_vec_add(&catalog->executions);

	*execution = (struct qm_execution){
		.suite_key = "VKMC-TS-20",
		.suite_run = suite_run,
		.platform = platform,
		.platform_id = "",
		.release = "",
		.cycle = "",
		.build = "",
		.first_run = (uint32_t)catalog->runs.count,
	};
	return (uint32_t)catalog->executions.count - 1;
}

struct qm_run *shelf_run(struct qm_catalog *catalog, int number, const char *summary,
	const char *script_name, int64_t status_id)
{
	uint32_t last = (uint32_t)catalog->executions.count - 1;
	struct qm_execution *execution = qm_vec_at(&catalog->executions, last);
	struct qm_run_row row = { .id = 1000 * (int64_t)(last + 1) + number,
		.summary = summary,
		.script_name = script_name,
		.status_id = status_id };
	char key[32];
	enum qm_code code;

	(void)snprintf(key, sizeof key, "VKMC-TC-%d", number);
	row.key = key;
	code = qm_catalog_add_run(catalog, last, &row, NULL);
	assert(code == QM_OK);
	(void)code;
	execution->run_count++;
	return qm_vec_at(&catalog->runs, catalog->runs.count - 1);
}

struct qm_run *shelf_step(struct qm_catalog *catalog, int number, int64_t status_id)
{
	const struct qm_run *run = qm_vec_at(&catalog->runs, catalog->runs.count - 1);
	int64_t case_run = run->step ? run->case_run : run->id;
	const struct qm_step_row row = {
		.id = 10 * case_run + number, .number = number, .status_id = status_id
	};
	const struct qm_test_case *test_case = qm_vec_at(&catalog->test_cases, run->test_case);
	enum qm_code code;

	code = qm_catalog_add_step(catalog, run->execution, test_case->key, case_run, &row, NULL);
	assert(code == QM_OK);
	(void)code;
	return qm_vec_at(&catalog->runs, catalog->runs.count - 1);
}
