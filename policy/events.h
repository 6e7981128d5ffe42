/*
 * events - the audit log: one line of JSON for each decision, in the form of Intercept's.
 *
 *     {"ts":"2026-01-15T10:30:00.25Z","type":"tool_call","instance":"0a1b2c3d","tool":"t",
 *      "result":"denied","args_hash":"sha256:4325...","rule":"freeze","message":"Not now."}
 *
 * Whoever reads the files of agents behind a proxy reads ours as well: DIR/<instance>.jsonl, the
 * instance being 8 hex digits of this process. Arguments are told by their hash only, which leaves
 * out what is sealed (call.h). A file of ours is never removed by us.
 */
#ifndef QM_POLICY_EVENTS_H
#define QM_POLICY_EVENTS_H

#include "policy/call.h"
#include "policy/gate.h"

struct qm_events;

/* Makes the folder; `instance` tells this process from others. */
enum qm_code qm_events_open(const char *folder, uint32_t instance, struct qm_events **out,
	struct qm_error *err) QM_MUST_CHECK;
void qm_events_free(struct qm_events *events);

/* What came of a call: allowed, or denied in the words of the verdict. */
enum qm_code qm_events_add(struct qm_events *events, int64_t now_ms,
	const struct qm_tool_call *call, const struct qm_verdict *verdict,
	struct qm_error *err) QM_MUST_CHECK;

#endif
