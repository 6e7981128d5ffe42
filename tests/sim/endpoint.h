/*
 * endpoint - the calls that the simulator knows: one row each, everything else follows from it.
 *
 * A row tells method, path and the MCP tool name under which the call is counted, what its body
 * must look like, and who answers it. src/api has the same knowledge from the other side.
 */
#ifndef SIM_ENDPOINT_H
#define SIM_ENDPOINT_H

#include "tests/sim/check.h"
#include "tests/sim/clock.h"
#include "tests/sim/record.h"
#include "tests/sim/request.h"

/* The whole simulator; one thread, so nothing in it is locked. */
struct sim {
	struct sim_world world;
	struct sim_clock clock;
	struct sim_record record;
	struct qm_vec imports; /* struct sim_import */
	struct qm_vec links;   /* struct sim_link */
	bool verbose, quit;
};

void sim_init(struct sim *sim);
void sim_release(struct sim *sim);

/* From a request to its reply: check, count, fault, limits, key, answer, log (handle.c). */
void sim_handle(struct sim *sim, struct sim_request *request, struct sim_reply *reply);

typedef void (*sim_answer_fn)(
	struct sim *sim, struct sim_request *request, struct sim_reply *reply);

enum sim_scope { SIM_SCOPE_NONE, SIM_SCOPE_REQUIRED, SIM_SCOPE_ALLOWED };

struct sim_endpoint {
	const char *method;
	const char *path; /* one that ends in '/' is followed by an id */
	const char *tool;
	enum sim_scope scope; /* the headers scope and orgcode */
	bool is_write;
	const struct sim_body *body; /* NULL: there is none */
	sim_answer_fn answer;
};

/* NULL: nothing is there. A wrong method finds the endpoint all the same. */
const struct sim_endpoint *sim_endpoint_find(const char *path, const char **tail);

#endif
