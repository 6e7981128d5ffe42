#include "policy/gate.h"
#include "policy/gate_internal.h"
#include "src/base/memory.h"

#include <stdlib.h>

struct qm_projection {
	struct qm_gate gate; /* over a snapshot */
	int64_t now_ms;      /* the virtual clock */
	int64_t border_ms;
};

struct qm_projection *qm_projection_new(struct qm_gate *gate, int64_t now_ms, int64_t border_ms)
{
	struct qm_projection *projection = qm_alloc(sizeof *projection);
	struct qm_engine engine = gate->engine;

	if (engine.store)
		engine.store = qm_store_snapshot(engine.store);
	qm_gate_init(&projection->gate, &engine);
	projection->now_ms = now_ms;
	projection->border_ms = border_ms;
	return projection;
}

void qm_projection_free(struct qm_projection *projection)
{
	if (!projection)
		return;
	qm_gate_release(&projection->gate);
	qm_store_close(projection->gate.engine.store);
	free(projection);
}

enum qm_code qm_projection_check(struct qm_projection *projection, const struct qm_tool_call *call,
	struct qm_verdict *out, struct qm_error *err)
{
	return qm_gate_try(&projection->gate, call, projection->now_ms, out, err);
}

/* Whether the call may not go yet: it has to wait for a window, or for a border to be over. */
static bool has_to_wait(const struct qm_projection *projection, const struct qm_verdict *verdict,
	const struct qm_vec *taken, int64_t *at_ms)
{
	int64_t end_ms = verdict->until_ms;

	if (verdict->answer == QM_ALLOWED)
		end_ms = qm_taken_end_ms(taken);
	if (verdict->answer == QM_DENIED || end_ms == INT64_MAX ||
		(verdict->answer == QM_ALLOWED && *at_ms < end_ms - projection->border_ms))
		return false;
	*at_ms = end_ms + projection->border_ms;
	return true;
}

/* Each wait leads to a later time, and past the latest window in the way the call passes. */
enum qm_code qm_projection_next(struct qm_projection *projection, const struct qm_tool_call *call,
	struct qm_verdict *out, int64_t *out_at_ms, struct qm_error *err)
{
	struct qm_verdict limited = { .answer = QM_LIMITED };
	int64_t at_ms = projection->now_ms;
	bool waits = true;
	struct qm_vec taken;
	enum qm_code code = QM_OK;

	qm_vec_init(&taken, sizeof(struct qm_taken));
	while (!code && waits) {
		code = qm_engine_rollback(projection->gate.engine.store, &taken, err);
		qm_vec_release(&taken);
		if (!code)
			code = qm_gate_judge(&projection->gate, call, at_ms, out, &taken, err);
		if (!code && out->answer == QM_LIMITED)
			limited = *out;
		waits = !code && has_to_wait(projection, out, &taken, &at_ms);
	}
	if (!code && out->answer == QM_ALLOWED) {
		out->limit = limited.limit;
		out->window_ms = limited.window_ms;
		projection->now_ms = at_ms;
		*out_at_ms = at_ms;
	}
	qm_vec_release(&taken);
	return code;
}
