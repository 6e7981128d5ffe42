/*
 * faults - a server that misbehaves by script.
 *
 *     {"match": {"tool": "qmetry_bulk_update_...", "nth": 3}, "action": {"status": 503}}
 *
 * Each request that meets `tool`, `path`, `body_contains`, `ids_contain` and `ids_min` is counted
 * by the fault, and nth, from, to say which of them it acts on. The first fault that acts wins.
 *
 * An action that has an answer of its own (a status, a body, a redirect, success_false, huge)
 * keeps the work from being done, unless it says "work": true. One without (headers, delay_ms,
 * truncate) changes the answer that the call would get anyway.
 */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "tests/sim/clock.h"
#include "tests/sim/request.h"

/* The one that acts on this request, and its number; NULL for none. */
const struct sim_action *sim_faults_next(
	struct sim_settings *settings, const struct sim_request *request, int64_t *number);

/* May the call be answered first? */
bool sim_fault_works(const struct sim_action *action);

/* Makes the reply what the action says. */
void sim_fault_apply(const struct sim_action *action, const struct sim_clock *clock,
	struct sim_request *request, struct sim_reply *reply);

#endif
