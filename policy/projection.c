#include "policy/gate.h"
#include "policy/gate_internal.h"
#include "src/base/memory.h"

#include <stdlib.h>

struct qm_projection {
	struct qm_engine engine; /* over a snapshot */
	int64_t now_ms;          /* the virtual clock */
};

struct qm_projection *qm_projection_new(struct qm_gate *gate, int64_t now_ms)
{
	struct qm_projection *projection = qm_alloc(sizeof *projection);

	projection->engine = gate->engine;
	if (gate->engine.store)
		projection->engine.store = qm_store_snapshot(gate->engine.store);
	projection->now_ms = now_ms;
	return projection;
}

void qm_projection_free(struct qm_projection *projection)
{
	if (!projection)
		return;
	qm_store_close(projection->engine.store);
	free(projection);
}

/* Each wait leads to a later time, and past the latest window in the way the call passes. */
enum qm_code qm_projection_next(struct qm_projection *projection, const struct qm_tool_call *call,
	struct qm_verdict *out, int64_t *out_at_ms, struct qm_error *err)
{
	int64_t at_ms = projection->now_ms;
	struct qm_vec taken;
	enum qm_code code;

	qm_vec_init(&taken, sizeof(struct qm_taken));
	code = qm_gate_judge(&projection->engine, call, at_ms, out, &taken, err);
	while (!code && out->answer == QM_LIMITED) {
		at_ms = out->until_ms;
		code = qm_gate_judge(&projection->engine, call, at_ms, out, &taken, err);
	}
	if (!code && out->answer == QM_ALLOWED) {
		projection->now_ms = at_ms;
		*out_at_ms = at_ms;
	}
	qm_taken_release(&taken);
	return code;
}
