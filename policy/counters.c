#include "policy/condition.h"
#include "policy/gate.h"
#include "policy/gate_internal.h"
#include "policy/window.h"

#include <string.h>

/* A counter below 0 leaves more than the limit; what does not fit stops at the end. */
static int64_t left_of(int64_t limit, int64_t used)
{
	if (used >= limit)
		return 0;
	if (used < 0 && limit > INT64_MAX + used)
		return INT64_MAX;
	return limit - used;
}

static enum qm_code add_counter(const struct qm_engine *engine, const struct qm_rule *rule,
	int64_t now_ms, struct qm_vec *out, struct qm_error *err)
{
	const char *key = rule->state->key;
	struct qm_counter counter = { .exists = false };
	struct qm_counter_state *state;
	enum qm_code code = QM_OK;
	int64_t limit;

	if (!qm_engine_rule_limit(rule, key, &limit))
		return QM_OK;
	if (engine->store)
		code = engine->store->kind->get(engine->store, key, &counter, err);
	if (code)
		return code;
	state = qm_vec_add(out);
	state->key = key;
	state->rule = rule->name;
	state->window_ms = rule->state->window_ms;
	state->ends_ms = qm_window_end_ms(state->window_ms, now_ms);
	/* What is kept of another window counts no more: as when reserving. */
	if (counter.exists &&
		counter.window_start_ms == qm_window_start_ms(state->window_ms, now_ms))
		state->used = counter.value;
	state->limit = limit;
	state->ours = qm_engine_limit(engine, limit, rule->state->increment);
	state->left = left_of(state->ours, state->used);
	return QM_OK;
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
				code = add_counter(&gate->engine, rule, now_ms, out, err);
		}
	}
	return code;
}

int64_t qm_gate_least_limit(const struct qm_gate *gate, const char *tool, const char **out_rule)
{
	const struct qm_vec *tools = &gate->engine.policy->tools;
	int64_t least = INT64_MAX, limit;

	for (size_t i = 0; i < tools->count; i++) {
		const struct qm_tool *one = qm_vec_at(tools, i);
		bool applies = strcmp(one->name, tool) == 0 || strcmp(one->name, "*") == 0;

		for (size_t j = 0; applies && j < one->rules.count; j++) {
			const struct qm_rule *rule = qm_vec_at(&one->rules, j);

			if (!rule->state || !qm_engine_rule_limit(rule, rule->state->key, &limit) ||
				limit >= least)
				continue;
			least = limit;
			*out_rule = rule->name;
		}
	}
	return least;
}
