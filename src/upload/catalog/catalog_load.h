/*
 * catalog_load - fills a catalog from the server, in the order in which mistakes are cheapest.
 *
 * Project, suites, executions and the build are few calls; runs come last, a call for each 500. A
 * suite of 10,000 test case runs is 3 calls and 20.
 */
#ifndef QM_UPLOAD_CATALOG_CATALOG_LOAD_H
#define QM_UPLOAD_CATALOG_CATALOG_LOAD_H

#include "src/upload/catalog/survey.h"

/* Where the results go. Names are compared as they are, then without case; ids as texts. */
struct qm_selection {
	const char *const *suites; /* keys */
	size_t suite_count;
	const char *const *suite_runs; /* ids; without suites they stand for themselves */
	size_t suite_run_count;
	const char *platform, *release, *cycle; /* name or id; NULL: any */
	bool all_executions;
	bool has_routes;       /* of a mapping file, for what is said where there is no choice */
	const char *build;     /* name or id; NULL: none */
	bool all_pages;        /* more than ids is needed: no run may come from a cache */
	int64_t build_wait_ms; /* how long a build may take to appear that another job creates */
};

/*
 * Reads project, suites, executions, runs and, if one is named, the build: the steps below in their
 * order. QM_ENOTFOUND names what is missing and the nearest names; several executions and no
 * choice lists them. Where runs could come out of the catalog's cache the survey is made; without
 * one (NULL) none of them does.
 */
enum qm_code qm_catalog_load(struct qm_catalog *catalog, struct qm_session *session,
	const char *project_key, const struct qm_selection *selection,
	const struct qm_survey *survey, const struct qm_log *log,
	struct qm_error *err) QM_MUST_CHECK;

/* A run was refused: where it is the cache's it may be gone, and is read anew the next time. */
void qm_catalog_forget_cached(struct qm_catalog *catalog);

enum qm_code qm_catalog_load_project(struct qm_catalog *catalog, struct qm_session *session,
	const char *project_key, struct qm_error *err) QM_MUST_CHECK;
/* Fills `executions` and `left`. */
enum qm_code qm_catalog_choose(struct qm_catalog *catalog, struct qm_session *session,
	const struct qm_selection *selection, const struct qm_log *log,
	struct qm_error *err) QM_MUST_CHECK;
/*
 * Sets the build by the selection, which names one; QM_ENOTFOUND where it is unknown, when it was
 * waited for as long as the selection says, or archived. Names of builds are often numbers: a build
 * of exactly that name goes before one with that id, and both before one whose name differs in
 * letter case.
 */
enum qm_code qm_catalog_find_build(struct qm_catalog *catalog, struct qm_session *session,
	const struct qm_selection *selection, struct qm_error *err) QM_MUST_CHECK;

/* An execution that a selection means, whether it can be written to or not. */
struct qm_found_execution {
	struct qm_execution execution;
	const char *state; /* "archived", "locked", "closed"; NULL: it can be written to */
};

/*
 * Reads suites, once the project is there, and adds all executions that the selection means to
 * `out` (struct qm_found_execution; texts live in the catalog): a look round, no choice.
 * QM_ENOTFOUND names a suite, platform, release, cycle or suite run that is none.
 */
enum qm_code qm_catalog_look(struct qm_catalog *catalog, struct qm_session *session,
	const struct qm_selection *selection, struct qm_vec *out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
