/*
 * admin - what tests and the demo see and change from outside: everything below /_sim/.
 *
 * These requests are no part of QMetry: they are neither checked nor counted, and no fault acts
 * on them. README.md lists them.
 */
#ifndef SIM_ADMIN_H
#define SIM_ADMIN_H

#include "tests/sim/endpoint.h"

/* False if the request is not below /_sim/. */
bool sim_admin_handle(struct sim *sim, struct sim_request *request, struct sim_reply *reply);

/* Which runs are written. */
enum sim_runs { SIM_RUNS_ALL, SIM_RUNS_CHANGED, SIM_RUNS_NONE };

/* state.c */
void sim_write_state(struct sim_json *json, const struct sim *sim, enum sim_runs which);

/* table.c: for people, at most `max_rows` changed runs of each execution */
void sim_write_table(struct qm_buf *out, const struct sim *sim, int64_t max_rows);

/* patch.c: changes settings and runs as the JSON says */
enum qm_code sim_patch(struct sim *sim, const json_t *json, struct qm_error *err) QM_MUST_CHECK;

#endif
