/*
 * resolve_internal - what the files that resolve results share.
 *
 * resolve_stage.c stages results as they stream in, resolve.c merges them into runs,
 * resolve_steps.c keeps them for steps, resolve_step_runs.c makes runs of these, and resolve_end.c
 * updates of all runs.
 */
#ifndef QM_UPLOAD_RESOLVE_RESOLVE_INTERNAL_H
#define QM_UPLOAD_RESOLVE_RESOLVE_INTERNAL_H

#include "src/upload/mapping/routes.h"
#include "src/upload/resolve/names.h"
#include "src/upload/resolve/resolve.h"
#include "src/upload/resolve/step_suites.h"
#include "src/upload/resolve/steps.h"
#include "src/upload/resolve/targets.h"

#include <assert.h>

/* A run's match while different tests met in it by script name or summary. */
enum { QM_MATCH_AMBIGUOUS = 255 };

/* One result for one test case, staged until its report ends. */
struct qm_staged {
	uint64_t name_hash;
	uint32_t test_case, name, message;
	uint16_t destination; /* routes.h */
	uint8_t outcome, match;
};

_Static_assert(sizeof(struct qm_staged) == 24, "a staged result is 24 bytes");

/* Which test that is, and which result: a result for two test cases is staged twice. */
struct qm_staged_test {
	struct qm_test_id id;
	uint32_t result, suite;
};

/* What the report being read has added so far; taken back if it turns out bad. */
struct qm_stage {
	struct qm_vec records;   /* struct qm_staged */
	struct qm_vec tests;     /* struct qm_staged_test, parallel to them, with --level step */
	struct qm_vec others;    /* struct qm_owners: of test cases that results mention, no more */
	struct qm_vec elsewhere; /* uint16_t: destinations of results, that were not chosen */
	uint64_t outcomes[QM_OUTCOMES], mapped, unmapped, ignored;
	size_t listed;   /* length of the unmapped list before it */
	size_t names;    /* mark in the names before it */
	uint32_t report; /* index into paths */
};

/* A result that its test case has, for as long as it is not known of which step it is. */
struct qm_step_result {
	struct qm_test_id id;
	uint32_t result, name, message, suite;
	uint32_t next; /* of the same test case; QM_NONE: none */
	uint8_t outcome;
};

_Static_assert(sizeof(struct qm_step_result) == 64, "a result kept for its step is 64 bytes");

/* With --level step: of each test case and destination a list of results, by their first run. */
struct qm_step_results {
	struct qm_vec results; /* struct qm_step_result */
	struct qm_step_suites suites;
	struct qm_vec
		counted; /* bool, by number of the result: it is among those that are no step */
	uint32_t *first, *last; /* parallel to the catalog's runs; QM_NONE: none. NULL: no steps */
	size_t lost_lists;      /* lists of steps that were not to be had */
};

struct qm_resolver {
	struct qm_catalog *catalog;
	struct qm_mapping *mapping;
	struct qm_targets targets;
	struct qm_routes routes;
	uint64_t *elsewhere; /* results, by destination that was not chosen */
	enum qm_combine combine;
	const struct qm_comment_options *comment; /* NULL: messages are of no use */
	struct qm_messages messages;
	struct qm_names names;
	struct qm_arena arena; /* of the lists' texts */
	struct qm_vec paths;   /* const char *, of the reports */
	size_t listed_bytes;
	struct qm_stage stage;
	struct qm_step_results steps;
	struct qm_vec due; /* struct qm_step_read */
	struct qm_buf scratch;
	bool is_incomplete; /* a report was not read, or not whole */
	struct qm_resolution resolution;
};

struct qm_run *qm_resolver_run(const struct qm_resolver *resolver, uint32_t index);
const struct qm_test_case *qm_resolver_case(
	const struct qm_resolver *resolver, const struct qm_run *run);
uint16_t qm_resolver_destination(const struct qm_resolver *resolver, uint32_t index);

/*
 * A test case's runs hang together, and a result goes to all of one destination: what is counted
 * once for these is the first one.
 */
bool qm_resolver_is_first(const struct qm_resolver *resolver, uint32_t index);

void qm_stage_init(struct qm_stage *stage);
void qm_stage_release(struct qm_stage *stage);
/* The beginning of a report and its results, as a sink takes them; `context` is the resolver. */
enum qm_code qm_stage_begin(void *context, const struct qm_report_begin *report);
enum qm_code qm_stage_result(void *context, const struct qm_result *result);

void qm_steps_init(struct qm_resolver *resolver, enum qm_level level);
void qm_steps_release(struct qm_resolver *resolver);

/* Keeps the staged result for the steps of `first`, after it was merged into its runs, or not. */
enum qm_merged {
	QM_MERGED_ALONE, /* it is the run's only result by now */
	QM_MERGED,       /* it was added to the others */
	QM_NOT_MERGED,
	QM_MERGED_NONE /* nor are the others the run's any more */
};
void qm_steps_take(
	struct qm_resolver *resolver, uint32_t first, size_t record, enum qm_merged merged);

bool qm_resolver_replaces(enum qm_combine how, unsigned outcome, unsigned kept);

/* Adds one more result to those that a run has. */
void qm_resolver_combine(struct qm_resolver *resolver, struct qm_run *run,
	const struct qm_staged *record, enum qm_combine how);
/* The run forgets its results. */
void qm_resolver_clear(struct qm_run *run);

/* The steps of a run cannot be set: listed as left, and told to be lost. `why` is borrowed. */
void qm_resolver_lose(struct qm_resolver *resolver, uint32_t index, const char *why);

/* The unmapped list has an end; `row` is copied. */
bool qm_resolver_has_room(const struct qm_resolver *resolver);
void qm_resolver_list(struct qm_resolver *resolver, const struct qm_unmapped *row);
void qm_resolver_list_test(struct qm_resolver *resolver, const char *test, uint32_t report,
	const char *why, const char *nearest);

#endif
