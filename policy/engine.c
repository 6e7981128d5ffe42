#include "policy/engine.h"
#include "policy/condition.h"
#include "policy/quote.h"
#include "policy/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGE_BYTES = 1 << 20 };

/* Whole numbers up to here are doubles of their own. */
#define MAX_EXACT_DOUBLE (INT64_C(1) << 53)

/* One decision under way. */
struct judge {
	const struct qm_engine *engine;
	const struct qm_tool_call *call;
	int64_t now_ms;
	struct qm_arena arena; /* of argument values */
	struct qm_decision *out;
	const struct qm_condition *granted; /* holds if the reservation is made; NULL: none */
};

void qm_decision_init(struct qm_decision *decision, struct qm_error *store_error)
{
	*decision = (struct qm_decision){ .stage = QM_STAGE_NONE, .store_error = store_error };
	qm_buf_init(&decision->message, MAX_MESSAGE_BYTES);
	qm_vec_init(&decision->taken, sizeof(struct qm_taken));
}

void qm_decision_release(struct qm_decision *decision)
{
	qm_buf_release(&decision->message);
	qm_vec_release(&decision->taken);
}

static void note_store(struct judge *judge, enum qm_code code)
{
	if (!judge->out->store_code)
		judge->out->store_code = code;
}

/* Ends the decision: `text` and then `quoted`, which may be NULL. Always false. */
static bool deny(struct judge *judge, enum qm_stage stage, const char *text, const char *quoted)
{
	judge->out->stage = stage;
	qm_buf_add_text(&judge->out->message, text);
	if (quoted)
		qm_quote(&judge->out->message, quoted);
	return false;
}

/* ---- Conditions */

/* The value of a counter; false where the store fails. */
static bool read_counter(struct judge *judge, const char *key, struct qm_value *out)
{
	struct qm_store *store = judge->engine->store;
	struct qm_counter counter;
	enum qm_code code = store->kind->get(store, key, &counter, judge->out->store_error);

	if (code) {
		note_store(judge, code);
		return false;
	}
	out->kind = QM_VALUE_INTEGER;
	out->as.integer = qm_window_value(&counter, judge->now_ms);
	return true;
}

static bool is_sealed(const struct qm_tool_call *call, const char *path)
{
	const char *const *name = call->sealed;

	while (name && *name && strcmp(*name, path + strlen("args.")) != 0)
		name++;
	return name && *name;
}

static bool holds(struct judge *judge, const struct qm_condition *condition)
{
	const char *counter = qm_condition_counter(condition);
	const json_t *argument;
	struct qm_value value;
	bool exists;

	if (counter && !judge->engine->store)
		return true;
	if (counter) {
		exists = read_counter(judge, counter, &value);
	} else if (is_sealed(judge->call, condition->path)) {
		return condition->compare == QM_OP_EXISTS && condition->value.as.boolean;
	} else {
		argument = qm_argument_find(judge->call->arguments, condition->path);
		exists = argument != NULL;
		if (exists)
			qm_value_from_json(argument, &judge->arena, &value);
	}
	return qm_condition_holds(condition, exists ? &value : NULL, &judge->out->gave_up);
}

bool qm_engine_holds(const struct qm_engine *engine, const struct qm_tool_call *call,
	const struct qm_condition *condition, int64_t now_ms)
{
	struct qm_decision decision;
	struct judge judge = { .engine = engine, .call = call, .now_ms = now_ms, .out = &decision };
	bool answer;

	qm_decision_init(&decision, NULL);
	qm_arena_init(&judge.arena);
	answer = holds(&judge, condition);
	qm_arena_release(&judge.arena);
	qm_decision_release(&decision);
	return answer;
}

static bool evaluate_rule(struct judge *judge, const struct qm_rule *rule)
{
	bool passes = !qm_rule_is(rule, "deny");
	const struct qm_condition *condition = NULL;

	for (size_t i = 0; i < rule->conditions.count && passes; i++) {
		condition = qm_vec_at(&rule->conditions, i);
		passes = condition == judge->granted || holds(judge, condition);
	}
	if (passes)
		return true;
	judge->out->rule = rule->name;
	judge->out->denied_by = rule;
	judge->out->failed = condition;
	if (rule->on_deny[0])
		return deny(judge, QM_STAGE_EVALUATE, rule->on_deny, NULL);
	return deny(judge, QM_STAGE_EVALUATE, "Denied by rule ", rule->name);
}

static bool evaluate_tool(struct judge *judge, const struct qm_tool *tool)
{
	for (size_t i = 0; tool && i < tool->rules.count; i++)
		if (!evaluate_rule(judge, qm_vec_at(&tool->rules, i)))
			return false;
	return true;
}

/* ---- Reservations */

int64_t qm_to_integer(double number)
{
	if (number >= 0x1p63)
		return INT64_MAX;
	if (number <= -0x1p63)
		return INT64_MIN;
	return isnan(number) ? 0 : (int64_t)number;
}

static const struct qm_condition *find_limit(const struct qm_rule *rule, const char *key)
{
	for (size_t i = 0; i < rule->conditions.count; i++) {
		const struct qm_condition *condition = qm_vec_at(&rule->conditions, i);
		const char *counter = qm_condition_counter(condition);

		if (counter && strcmp(counter, key) == 0 &&
			(condition->compare == QM_OP_LT || condition->compare == QM_OP_LTE))
			return condition;
	}
	return NULL;
}

bool qm_engine_rule_limit(const struct qm_rule *rule, const char *key, int64_t *out)
{
	const struct qm_condition *condition = find_limit(rule, key);

	if (!condition)
		return false;
	*out = condition->value.kind == QM_VALUE_INTEGER
		? condition->value.as.integer
		: qm_to_integer(condition->value.as.number);
	if (condition->compare == QM_OP_LT && *out > INT64_MIN)
		(*out)--;
	return true;
}

/*
 * What is left to others shrinks the limit, but never so far that a call which the whole limit
 * admits could not be made even in an empty window: waiting for that would have no end.
 */
int64_t qm_engine_limit(const struct qm_engine *engine, int64_t limit, int64_t amount)
{
	int64_t ours_percent = 100 - engine->headroom_percent;
	int64_t floor = amount > 1 ? amount : 1, ours;

	if (limit < 1)
		return limit;
	/* In two parts, as limit * 100 may not fit. */
	ours = limit / 100 * ours_percent + limit % 100 * ours_percent / 100;
	if (engine->share > 1)
		ours /= engine->share;
	if (ours < floor)
		ours = floor;
	return ours < limit ? ours : limit;
}

static bool find_amount(struct judge *judge, const struct qm_state *state, int64_t *out)
{
	const json_t *argument;

	*out = state->increment;
	if (!state->increment_from[0])
		return true;
	argument = qm_argument_find(judge->call->arguments, state->increment_from);
	if (!json_is_number(argument))
		return false;
	*out = qm_to_integer(json_number_value(argument));
	return true;
}

static bool internal_error(struct judge *judge)
{
	judge->out->rule = NULL;
	return deny(judge, QM_STAGE_ERROR, "Internal policy error", NULL);
}

static void note_taken(struct judge *judge, const char *key, int64_t amount, int64_t window_ms)
{
	struct qm_taken *taken = qm_vec_add(&judge->out->taken);

	taken->key = key;
	taken->amount = amount;
	taken->window_ms = window_ms;
	taken->window_start_ms = qm_window_start_ms(window_ms, judge->now_ms);
}

static bool over_limit(struct judge *judge, const struct qm_rule *rule, const char *key,
	int64_t amount, int64_t limit)
{
	judge->out->denied_by = rule;
	judge->out->key = key;
	judge->out->amount = amount;
	judge->out->limit = limit;
	if (rule->on_deny[0])
		return deny(judge, QM_STAGE_RESERVE, rule->on_deny, NULL);
	(void)deny(judge, QM_STAGE_RESERVE, "Rate limit exceeded for ", NULL);
	qm_buf_add_text(&judge->out->message, rule->name);
	return false;
}

static bool reserve_key(struct judge *judge, const struct qm_rule *rule, const char *key)
{
	struct qm_store *store = judge->engine->store;
	int64_t amount, limit, value;
	enum qm_code code;
	bool allowed;

	if (!find_amount(judge, rule->state, &amount))
		return internal_error(judge);
	if (!qm_engine_rule_limit(rule, key, &limit))
		return true;
	limit = qm_engine_limit(judge->engine, limit, amount);
	code = store->kind->reserve(store,
		&(struct qm_reserve){ .key = key,
			.amount = amount,
			.limit = limit,
			.window_ms = rule->state->window_ms,
			.now_ms = judge->now_ms,
			.only_alike = judge->granted != NULL },
		&allowed, &value, judge->out->store_error);
	if (code) {
		note_store(judge, code);
		return internal_error(judge);
	}
	if (!allowed)
		return over_limit(judge, rule, key, amount, limit);
	note_taken(judge, key, amount, rule->state->window_ms);
	return true;
}

static bool reserve_tool(struct judge *judge, const struct qm_tool *tool, bool by_own_name)
{
	for (size_t i = 0; tool && i < tool->rules.count; i++) {
		const struct qm_rule *rule = qm_vec_at(&tool->rules, i);
		const struct qm_state *state = rule->state;

		if (state && !reserve_key(judge, rule, by_own_name ? state->own_key : state->key))
			return false;
	}
	return true;
}

enum qm_code qm_engine_rollback(
	struct qm_store *store, const struct qm_vec *taken, struct qm_error *err)
{
	enum qm_code first = QM_OK;

	for (size_t i = 0; i < taken->count; i++) {
		const struct qm_taken *one = qm_vec_at(taken, i);
		enum qm_code code = store->kind->rollback(store, one->key, one->amount, err);

		if (!first)
			first = code;
	}
	return first;
}

/* A tool called `*` takes the rules of `*` twice, under both names of its scope. */
static bool reserve(struct judge *judge, const struct qm_tool *tool, const struct qm_tool *any)
{
	struct qm_decision *out = judge->out;

	if (!judge->engine->store)
		return true;
	if (reserve_tool(judge, tool, true) && reserve_tool(judge, any, false))
		return true;
	note_store(judge, qm_engine_rollback(judge->engine->store, &out->taken, out->store_error));
	qm_vec_release(&out->taken);
	return false;
}

/* ---- All of it */

static bool is_hidden(const struct qm_policy *policy, const char *tool)
{
	for (size_t i = 0; i < policy->hide.count; i++) {
		const char *name = ((struct qm_hidden *)qm_vec_at(&policy->hide, i))->name;

		if (strcmp(name, "*") == 0 || strcmp(name, tool) == 0)
			return true;
	}
	return false;
}

static bool is_visible(struct judge *judge, const struct qm_tool *tool)
{
	const struct qm_policy *policy = judge->engine->policy;

	if (is_hidden(policy, judge->call->tool)) {
		judge->out->rule = "(hidden)";
		(void)deny(judge, QM_STAGE_HIDDEN, "Tool ", judge->call->tool);
		qm_buf_add_text(&judge->out->message, " is hidden by policy");
		return false;
	}
	if (!tool && strcmp(policy->default_action, "deny") == 0) {
		judge->out->rule = "(default deny)";
		(void)deny(judge, QM_STAGE_DEFAULT, "Tool ", judge->call->tool);
		qm_buf_add_text(&judge->out->message, " is not permitted by policy");
		return false;
	}
	return true;
}

static bool is_unparsed(const struct qm_tool_call *call)
{
	return call->arguments && !json_is_object(call->arguments) &&
		!json_is_null(call->arguments);
}

void qm_engine_decide(const struct qm_engine *engine, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_decision *out)
{
	struct judge judge = { .engine = engine, .call = call, .now_ms = now_ms, .out = out };
	const struct qm_tool *tool = qm_policy_tool(engine->policy, call->tool);
	const struct qm_tool *any = engine->policy->any_tool;

	if (is_unparsed(call)) {
		out->stage = QM_STAGE_UNPARSED;
		out->allowed = true;
		return;
	}
	qm_arena_init(&judge.arena);
	out->allowed = is_visible(&judge, tool) && evaluate_tool(&judge, tool) &&
		(any == tool || evaluate_tool(&judge, any)) && reserve(&judge, tool, any);
	qm_arena_release(&judge.arena);
}

/* The only rule of both that counts; NULL where there is none, or several. */
static const struct qm_rule *find_counting(const struct qm_tool *tool, const struct qm_tool *any)
{
	const struct qm_tool *const both[] = { tool, any };
	const struct qm_rule *found = NULL;

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; both[i] && j < both[i]->rules.count; j++) {
			const struct qm_rule *rule = qm_vec_at(&both[i]->rules, j);

			if (rule->state && found)
				return NULL;
			if (rule->state)
				found = rule;
		}
	}
	return found;
}

/*
 * The condition that is sure to hold where its rule's reservation is granted: what the counter
 * comes to is within the limit, and before it was not above. Only whole limits that doubles tell
 * apart, as conditions compare these, and no amounts below 0.
 */
static const struct qm_condition *find_granted(struct judge *judge, const struct qm_rule *rule)
{
	const struct qm_condition *limit = find_limit(rule, rule->state->key);
	int64_t amount;

	if (!limit || limit->value.kind != QM_VALUE_INTEGER || limit->value.as.integer < 1 ||
		limit->value.as.integer > MAX_EXACT_DOUBLE)
		return NULL;
	return find_amount(judge, rule->state, &amount) && amount >= 0 ? limit : NULL;
}

bool qm_engine_grant(const struct qm_engine *engine, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_decision *out)
{
	struct judge judge = { .engine = engine, .call = call, .now_ms = now_ms, .out = out };
	const struct qm_tool *tool = qm_policy_tool(engine->policy, call->tool);
	const struct qm_tool *any = engine->policy->any_tool;
	const struct qm_rule *rule = tool == any ? NULL : find_counting(tool, any);

	if (!rule || !engine->store || is_unparsed(call))
		return false;
	judge.granted = find_granted(&judge, rule);
	if (!judge.granted)
		return false;
	qm_arena_init(&judge.arena);
	out->allowed = is_visible(&judge, tool) && evaluate_tool(&judge, tool) &&
		evaluate_tool(&judge, any) && reserve_key(&judge, rule, rule->state->key);
	qm_arena_release(&judge.arena);
	if (out->allowed || out->store_code)
		return true;
	qm_decision_release(out);
	qm_decision_init(out, out->store_error);
	return false;
}
