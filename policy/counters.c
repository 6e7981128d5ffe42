#include "policy/condition.h"
#include "policy/gate.h"
#include "policy/gate_internal.h"
#include "policy/window.h"
#include "src/base/memory.h"

#include <stdlib.h>

enum { MAX_KEY_BYTES = 1 << 16 };

static enum qm_code add_counter(const struct qm_engine *engine, const struct qm_tool *tool,
	const struct qm_rule *rule, int64_t now_ms, struct qm_vec *out, struct qm_error *err)
{
	struct qm_counter counter = { .exists = false };
	struct qm_counter_state *state;
	enum qm_code code = QM_OK;
	struct qm_buf key;
	int64_t limit;

	qm_buf_init(&key, MAX_KEY_BYTES);
	qm_engine_key(&key, qm_tool_scope(tool), rule->state);
	if (!qm_engine_rule_limit(rule, key.data, &limit))
		goto done;
	if (engine->store)
		code = engine->store->kind->get(engine->store, key.data, &counter, err);
	if (code)
		goto done;
	state = qm_vec_add(out);
	state->key = qm_buf_take(&key);
	state->rule = rule->name;
	state->window_ms = rule->state->window_ms;
	state->ends_ms = qm_window_end_ms(state->window_ms, now_ms);
	/* What is kept of another window counts no more: as when reserving. */
	if (counter.exists &&
		counter.window_start_ms == qm_window_start_ms(state->window_ms, now_ms))
		state->used = counter.value;
	state->limit = limit;
	state->ours = qm_engine_limit(engine, limit, rule->state->increment);
	state->left = state->used < state->ours ? state->ours - state->used : 0;
done:
	qm_buf_release(&key);
	return code;
}

enum qm_code qm_gate_counters(
	const struct qm_gate *gate, int64_t now_ms, struct qm_vec *out, struct qm_error *err)
{
	const struct qm_vec *tools = &gate->engine.policy->tools;
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < tools->count && !code; i++) {
		const struct qm_tool *tool = qm_vec_at(tools, i);

		for (size_t j = 0; j < tool->rules.count && !code; j++) {
			const struct qm_rule *rule = qm_vec_at(&tool->rules, j);

			if (rule->state)
				code = add_counter(&gate->engine, tool, rule, now_ms, out, err);
		}
	}
	return code;
}

void qm_counter_states_release(struct qm_vec *states)
{
	for (size_t i = 0; i < states->count; i++)
		free(((struct qm_counter_state *)qm_vec_at(states, i))->key);
	qm_vec_release(states);
}
