/*
 * resolve - from results to updates.
 *
 * A resolver is a sink: results stream in, are mapped at once and staged as small records (24 B
 * each: test case, outcome, name), in file order. When a report ends well its records are merged
 * into the runs, of all executions; a report that fails is dropped whole, or kept up to its break
 * (salvage).
 *
 * Where the mapping file has routes, a result goes to the runs of its platform only (routes.h).
 *
 * Several results for one run (parameters, reruns, the same key on several tests) are combined:
 * errored = failed > flaky > passed > skipped, the worst wins; `last` lets the last executed one
 * win. Skipped counts only where nothing was executed, and not reached goes before it there.
 * Different full names that meet in one run by script name or summary are ambiguous: the run is
 * taken out and the results are listed. So are results of a test case with several open runs in one
 * execution.
 *
 * With --level step the results of a suite are also kept one by one (64 B each), until the steps of
 * the runs that they met are read, one call a run, and become runs of their own (resolve_steps.h).
 *
 * At the end each run with results becomes an update: the status that its outcome asks for.
 */
#ifndef QM_UPLOAD_RESOLVE_H
#define QM_UPLOAD_RESOLVE_H

#include "src/upload/mapping/mapping.h"
#include "src/upload/resolve/comment.h"

enum qm_combine { QM_COMBINE_WORST, QM_COMBINE_LAST };
enum qm_overwrite { QM_OVERWRITE_ALWAYS, QM_OVERWRITE_WORSE, QM_OVERWRITE_UNSET };

/* What happens to runs of one outcome: a status, or they are left as they are. */
struct qm_target {
	const struct qm_status *status; /* NULL: leave */
};

/* Outcomes, and behind them the runs that no report mentions. */
enum { QM_TARGET_MISSING = QM_OUTCOMES, QM_TARGETS };

struct qm_resolve_options {
	enum qm_level level; /* the mapping's, too */
	enum qm_combine combine;
	/* By outcome and `missing`: a status name, "leave", or NULL for the default: passed and
	 * flaky -> passed, failed and errored -> failed, the others leave. */
	const char *status_names[QM_TARGETS];
	enum qm_overwrite overwrite;
	const char *const *protect; /* status names that are never changed */
	size_t protect_count;
	bool only_changed;
	struct qm_map_file *map;                  /* whose routes hold; NULL: none */
	const struct qm_comment_options *comment; /* NULL: no comments */
};

/* What one test case run shall become. */
struct qm_update {
	uint32_t run; /* index into the catalog's runs */
	uint8_t outcome;
	int64_t status_id;
	const char *comment; /* NULL: none */
};

/* Names and their lists are cut at ceilings; the totals are always right. */
/* A test of which one key is known and another is not is mapped and in this list, too. */
struct qm_unmapped {
	const char *test, *file, *why, *nearest; /* nearest: "" if none */
	bool is_step; /* its suite has a test case, and the test is no step of it */
};

struct qm_missing {
	const char *key, *summary;
	const char *platform; /* on which it is missing, where routes tell; else "" */
};

/* A run that several results met, and up to 3 of the tests that made its outcome. */
struct qm_combined {
	const char *key, *suite_run;
	const char *tests[3]; /* valid as long as the resolver is */
	size_t test_count;
	uint32_t results;
	uint8_t outcome; /* enum qm_outcome */
};

/* What reading the steps of test case runs has come to (steps.h). */
struct qm_step_counts {
	uint64_t reads;                    /* test case runs that steps were asked for */
	uint64_t by_description, by_order; /* step runs with results */
	uint64_t without_test;             /* step runs without */
	uint64_t unmapped_tests;           /* results of tests that are no step, also in unmapped */
};

struct qm_resolution {
	struct qm_vec updates;          /* struct qm_update */
	struct qm_vec unmapped;         /* struct qm_unmapped, at most 10,000 */
	struct qm_vec missing;          /* struct qm_missing, at most 10,000 */
	struct qm_vec left;             /* struct qm_left, at most 10,000 */
	struct qm_vec combined;         /* struct qm_combined, at most 10,000 */
	struct qm_report_counts counts; /* of the reports that count; superseded ones not */
	struct qm_step_counts steps;    /* all 0 without --level step */
	uint64_t mapped, unmapped_count, ignored, missing_count, left_count, combined_count,
		unchanged, elsewhere; /* elsewhere: of platforms that were not chosen (routes.h) */
	/* Of those that are left: results that would be news, and cannot be told. */
	uint64_t lost_count;
	struct qm_left first_lost;
};

struct qm_resolver;

/*
 * A status name of the options that the project does not know is QM_ENOTFOUND and lists those that
 * it knows. Borrows the catalog, whose runs it fills.
 */
enum qm_code qm_resolver_new(struct qm_catalog *catalog, struct qm_mapping *mapping,
	const struct qm_resolve_options *options, struct qm_resolver **out,
	struct qm_error *err) QM_MUST_CHECK;
void qm_resolver_free(struct qm_resolver *resolver);

struct qm_sink qm_resolver_sink(struct qm_resolver *resolver);

/* There are reports that it does not get to see: what no other one mentions may be in them. */
void qm_resolver_note_unread(struct qm_resolver *resolver);

/*
 * After the last report. `out` belongs to the resolver. QM_ENOTFOUND where a run has an outcome for
 * which the project has no status of its own, and the options name none (targets.h).
 */
enum qm_code qm_resolver_finish(struct qm_resolver *resolver, const struct qm_resolution **out,
	struct qm_error *err) QM_MUST_CHECK;

/*
 * Gives updates whose failures have one of the most frequent messages a comment of their own, in
 * calls of `batch_size`; after qm_resolver_finish().
 */
void qm_resolver_comment(struct qm_resolver *resolver, size_t batch_size);

/* Up to 3 full names of tests that led to a run's outcome; returns how many. */
size_t qm_resolver_names(const struct qm_resolver *resolver, uint32_t run, const char *names[3]);
/* The report that the first of them is from; NULL where no name is known. */
const char *qm_resolver_report(const struct qm_resolver *resolver, uint32_t run);

#endif
