/*
 * check - is this the request that was recorded?
 *
 * The recorded requests (tests/api/mcp-requests.jsonl) are all that is known of the interface for
 * sure. So a request must have their headers, and its body exactly their members, with their
 * types and their constants, apart from those that are known to be optional. The first rule that
 * is broken is the finding; it names itself ("body.entityIDs", "header.scope") and says what was
 * expected.
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "tests/sim/request.h"

enum { SIM_RULE = 64, SIM_FINDING = 320 };

struct sim_finding {
	char rule[SIM_RULE]; /* "": none */
	char text[SIM_FINDING];
};

/* Notes the first one; always false, so that a check can end in it. */
bool sim_find(struct sim_finding *finding, const char *rule, const char *format, ...)
	QM_PRINTF(3, 4);

enum sim_types {
	SIM_STRING = 1,
	SIM_INTEGER = 2,
	SIM_BOOLEAN = 4,
	SIM_ARRAY = 8,
};

struct sim_member;

typedef bool (*sim_holds_fn)(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding);

/* What a filter may ask for, and in which type. */
struct sim_filterable {
	const char *field, *type;
};

struct sim_member {
	const char *name;
	unsigned types;
	bool required;
	sim_holds_fn holds;  /* NULL: any value of the type */
	const char *literal; /* the one text */
	int64_t min, max;
	enum sim_view view;
	const struct sim_filterable *filterables; /* ends with a field NULL */
};

/* What an endpoint's body must be. */
struct sim_body {
	const struct sim_member *members; /* NULL: multipart */
	size_t count;
	bool paged; /* sim_paging_members too */
	/* What single members cannot tell; NULL: nothing. */
	bool (*together)(struct sim_request *request, struct sim_finding *finding);
};

enum { SIM_PAGING_MEMBERS = 3 };
extern const struct sim_member sim_paging_members[SIM_PAGING_MEMBERS];

extern const struct sim_body sim_body_suites, sim_body_executions, sim_body_runs, sim_body_builds,
	sim_body_platforms, sim_body_tree, sim_body_bulk_update, sim_body_steps, sim_body_link,
	sim_body_import;

/* Also parses the body, its filter, ids and parts into the request. */
void sim_check(const struct sim_settings *settings, struct sim_request *request,
	struct sim_finding *finding);

#endif
