/*
 * shelf - a small catalog for the tests of src/upload, made without a server.
 *
 * Project VKMC with the statuses Passed (1), Failed (2), Blocked (3), Not Run (4) and N/A (5), and
 * whatever runs a test puts on it.
 */
#ifndef QM_TESTS_UPLOAD_SHELF_H
#define QM_TESTS_UPLOAD_SHELF_H

#include "src/upload/catalog/catalog.h"

enum { SHELF_PASSED = 1, SHELF_FAILED, SHELF_BLOCKED, SHELF_NOT_RUN, SHELF_EMPTY };

void shelf_init(struct qm_catalog *catalog);

/* Adds an execution and returns its index; texts are borrowed. */
uint32_t shelf_execution(struct qm_catalog *catalog, const char *suite_run, const char *platform);

/* Adds a run of VKMC-TC-<number> to the last execution; its id is 1000 x execution + number. */
struct qm_run *shelf_run(struct qm_catalog *catalog, int number, const char *summary,
	const char *script_name, int64_t status_id);

/* Adds a step run to the last run that is no step; its id is 10 x that run's id + number. */
struct qm_run *shelf_step(struct qm_catalog *catalog, int number, int64_t status_id);

#endif
