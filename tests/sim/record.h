/*
 * record - what the simulator remembers of the requests it got.
 *
 * Calls are counted by MCP tool name in fixed windows, as the policy under test counts them, so
 * that a test can compare: no window may hold more than the policy allows. The log of whole
 * requests is a ring (world option `log_size`); the counters are complete.
 *
 * Two lists tell what was wrong. A violation is a request that the real client of this interface
 * would never send: tests assert that there is none. Refused is what any server refuses for its
 * content, an id that is gone or a key that is bad: some tests are about that.
 */
#ifndef SIM_RECORD_H
#define SIM_RECORD_H

#include "tests/sim/json.h"
#include "tests/sim/request.h"

struct sim_record {
	struct qm_vec tools;               /* struct sim_tool_calls, in order of their first call */
	struct qm_vec requests;            /* char *: JSON, a ring */
	struct qm_vec violations, refused; /* char *: JSON */
	size_t oldest;                     /* index into requests */
	int64_t sequence, violation_count, refused_count;
};

void sim_record_init(struct sim_record *record);
void sim_record_release(struct sim_record *record);
void sim_record_reset(struct sim_record *record); /* as if nothing had been asked yet */

/* Counts the request and gives it its number. */
void sim_record_call(struct sim_record *record, struct sim_request *request, int64_t window_s);

/* When it has been answered; `fault` is the number of the fault that acted, -1 for none. */
void sim_record_answer(struct sim_record *record, const struct sim_request *request, int status,
	int64_t fault, int64_t log_size);

void sim_record_violation(struct sim_record *record, const struct sim_request *request,
	const char *rule, const char *text);
void sim_record_refused(struct sim_record *record, const struct sim_request *request,
	const char *reason, const char *text);

/* A list of texts that are JSON already. */
void sim_record_write_list(struct sim_json *json, const char *name, const struct qm_vec *list);
void sim_record_write_requests(struct sim_json *json, const struct sim_record *record);
/* {tool: {total, max, statuses: {"200": n}, windows: [{start, start_ms, calls}]}} */
void sim_record_write_calls(struct sim_json *json, const struct sim_record *record);

struct sim_window {
	int64_t start_ms, calls;
};

struct sim_status_count {
	int64_t status, count;
};

struct sim_tool_calls {
	const char *tool;
	int64_t total;
	struct qm_vec windows;  /* struct sim_window */
	struct qm_vec statuses; /* struct sim_status_count */
};

/* The name under which a request is counted. */
const char *sim_record_tool(const struct sim_request *request);

#endif
