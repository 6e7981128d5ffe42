/*
 * gate_internal - what the gate and its projection share.
 */
#ifndef QM_POLICY_GATE_INTERNAL_H
#define QM_POLICY_GATE_INTERNAL_H

#include "policy/engine.h"
#include "policy/gate.h"

/* The snapshots are kept from question to question, and renewed for each; NULL without a store. */
struct qm_gate {
	struct qm_engine engine;
	struct qm_store *trial;    /* where a check counts */
	struct qm_store *prospect; /* where it is tried out what waiting would bring */
};

void qm_gate_init(struct qm_gate *gate, const struct qm_engine *engine);
void qm_gate_release(struct qm_gate *gate);

/*
 * Asks the engine, and gives one of the three answers. What was taken is handed over in `taken`
 * (initialised by the caller, empty unless allowed).
 */
enum qm_code qm_gate_judge(const struct qm_gate *gate, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_verdict *out, struct qm_vec *taken,
	struct qm_error *err) QM_MUST_CHECK;

/* The same on a snapshot: nothing is counted. */
enum qm_code qm_gate_try(const struct qm_gate *gate, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_verdict *out, struct qm_error *err) QM_MUST_CHECK;

/* When the first of the windows in `taken` (struct qm_taken) ends; INT64_MAX: there is none. */
int64_t qm_taken_end_ms(const struct qm_vec *taken);

#endif
