/*
 * catalog_internal - what the files that fill a catalog share.
 *
 * catalog.c keeps test cases and runs, choose.c picks executions, find_build.c the build, and
 * catalog_load.c makes the calls in their order.
 */
#ifndef QM_UPLOAD_CATALOG_CATALOG_INTERNAL_H
#define QM_UPLOAD_CATALOG_CATALOG_INTERNAL_H

#include "src/upload/catalog/catalog_load.h"

/*
 * The row's key is set; its test case is made where it is a new one. A row that came already, as
 * happens where a list grows while its pages are read, is passed over.
 */
enum qm_code qm_catalog_add_run(struct qm_catalog *catalog, uint32_t execution,
	const struct qm_run_row *row, struct qm_error *err) QM_MUST_CHECK;

/*
 * Adds a step run of the test case run `case_run`; the row's number is set. The key's test case is
 * made where it is a new one.
 */
enum qm_code qm_catalog_add_step(struct qm_catalog *catalog, uint32_t execution, const char *key,
	int64_t case_run, const struct qm_step_row *row, struct qm_error *err) QM_MUST_CHECK;

/* An execution of a suite as the server lists it; texts live in the catalog's arena. */
struct qm_candidate {
	struct qm_execution execution;
	const char *release_id, *cycle_id;
	const char *state; /* "archived", "locked", "closed"; NULL: it can be written to */
};

/*
 * Adds to the catalog's executions those of one suite that the selection means, and to those left
 * out what it means and cannot be written to. QM_ENOTFOUND where nothing remains, naming what the
 * candidates have, or several and no choice, listing them.
 */
enum qm_code qm_choose_executions(struct qm_catalog *catalog, const char *suite_key,
	const struct qm_vec *candidates, const struct qm_selection *selection,
	struct qm_error *err) QM_MUST_CHECK;

/* The same without a choice: adds to `out` (struct qm_found_execution) all that are meant. */
enum qm_code qm_find_executions(const char *suite_key, const struct qm_vec *candidates,
	const struct qm_selection *selection, struct qm_vec *out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
