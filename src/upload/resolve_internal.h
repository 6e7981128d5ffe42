/*
 * resolve_internal - what the files that resolve results share.
 *
 * resolve.c stages results and merges them into runs, resolve_end.c makes updates of the runs.
 */
#ifndef QM_UPLOAD_RESOLVE_INTERNAL_H
#define QM_UPLOAD_RESOLVE_INTERNAL_H

#include "src/upload/names.h"
#include "src/upload/resolve.h"
#include "src/upload/routes.h"
#include "src/upload/targets.h"

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

/* What the report being read has added so far; taken back if it turns out bad. */
struct qm_stage {
	struct qm_vec records; /* struct qm_staged */
	uint64_t outcomes[QM_OUTCOMES], mapped, unmapped, ignored;
	size_t listed;   /* length of the unmapped list before it */
	size_t names;    /* mark in the names before it */
	uint32_t report; /* index into paths */
};

struct qm_resolver {
	struct qm_catalog *catalog;
	struct qm_mapping *mapping;
	struct qm_targets targets;
	struct qm_routes routes;
	enum qm_combine combine;
	const struct qm_comment_options *comment; /* NULL: messages are of no use */
	struct qm_messages messages;
	struct qm_names names;
	struct qm_arena arena; /* of the lists' texts */
	struct qm_vec paths;   /* const char *, of the reports */
	size_t listed_bytes;
	struct qm_stage stage;
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

#endif
