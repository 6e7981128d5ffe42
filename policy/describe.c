#include "policy/describe.h"
#include "policy/condition.h"
#include "policy/engine.h"
#include "policy/quote.h"
#include "src/base/text.h"

#include <string.h>

enum { MAX_TEXT_BYTES = 4096 };

/* ---- Conditions and rules in words. */

static void add_value(struct qm_buf *out, const struct qm_value *value)
{
	struct qm_buf text;

	qm_buf_init(&text, MAX_TEXT_BYTES);
	if (value->kind == QM_VALUE_STRING)
		qm_quote_n(&text, value->as.string.bytes, value->as.string.length);
	else
		qm_value_display(&text, value);
	qm_text_printable(out, text.data);
	qm_buf_release(&text);
}

static void add_condition(struct qm_buf *out, const struct qm_condition *condition)
{
	static const char *const words[] = {
		[QM_OP_NONE] = "?",
		[QM_OP_EQ] = "is",
		[QM_OP_NEQ] = "is there and is not",
		[QM_OP_IN] = "is one of",
		[QM_OP_NOT_IN] = "is there and is none of",
		[QM_OP_LT] = "is below",
		[QM_OP_LTE] = "is at most",
		[QM_OP_GT] = "is above",
		[QM_OP_GTE] = "is at least",
		[QM_OP_REGEX] = "matches",
		[QM_OP_CONTAINS] = "contains",
	};

	qm_text_printable(out, condition->path);
	if (condition->compare == QM_OP_EXISTS) {
		qm_buf_add_text(
			out, condition->value.as.boolean ? " is there" : " is not there, or null");
		return;
	}
	qm_buf_add_format(out, " %s ", words[condition->compare]);
	add_value(out, &condition->value);
}

/* "at most 30 in 60 s (counter t._rate_minute)" */
static void add_limit(
	struct qm_buf *out, const struct qm_state *state, const char *key, int64_t limit)
{
	char window[32];

	qm_text_from_duration(state->window_ms, window);
	qm_buf_add_format(out, "at most %lld in %s", (long long)limit, window);
	if (state->increment_from[0]) {
		qm_buf_add_text(out, ", each call counting ");
		qm_text_printable(out, state->increment_from);
	} else if (state->increment != 1) {
		qm_buf_add_format(out, ", each call counting %lld", (long long)state->increment);
	}
	qm_buf_add_text(out, " (counter ");
	qm_text_printable(out, key);
	qm_buf_add_text(out, ")");
}

/* Whether this is the condition that add_limit() speaks of. */
static bool is_limit(const struct qm_condition *condition, const char *key)
{
	const char *counter = qm_condition_counter(condition);

	return counter && strcmp(counter, key) == 0 &&
		(condition->compare == QM_OP_LT || condition->compare == QM_OP_LTE);
}

static void add_conditions(struct qm_buf *out, const struct qm_rule *rule)
{
	const char *separator = "";
	bool limited = false;
	const char *key = rule->state ? rule->state->key : NULL;
	int64_t limit;

	if (key)
		limited = qm_engine_rule_limit(rule, key, &limit);
	if (limited) {
		add_limit(out, rule->state, key, limit);
		separator = "; ";
	}
	for (size_t i = 0; i < rule->conditions.count; i++) {
		const struct qm_condition *condition = qm_vec_at(&rule->conditions, i);

		if (limited && is_limit(condition, key)) {
			limited = false; /* the first one is the limit; others are told */
			continue;
		}
		qm_buf_add_text(out, separator);
		add_condition(out, condition);
		separator = "; ";
	}
}

static void add_rule(struct qm_buf *out, const struct qm_rule *rule)
{
	qm_buf_add_text(out, "  ");
	qm_text_printable(out, rule->name);
	qm_buf_add_text(out, ": ");
	if (qm_rule_is(rule, "deny"))
		qm_buf_add_text(out, "denied");
	else if (!rule->conditions.count)
		qm_buf_add_text(out, "allowed");
	else
		add_conditions(out, rule);
	if (rule->on_deny[0]) {
		qm_buf_add_text(out, "; else \"");
		qm_text_printable(out, rule->on_deny);
		qm_buf_add_text(out, "\"");
	}
	qm_buf_add_char(out, '\n');
}

void qm_policy_describe(const struct qm_policy *policy, struct qm_buf *out)
{
	bool deny = strcmp(policy->default_action, "deny") == 0;

	qm_buf_add_format(
		out, "version 1, a tool that is not listed is %s\n", deny ? "denied" : "allowed");
	for (size_t i = 0; i < policy->hide.count; i++) {
		const struct qm_hidden *hidden = qm_vec_at(&policy->hide, i);

		qm_buf_add_text(out, i ? ", " : "hidden: ");
		qm_text_printable(out, hidden->name);
	}
	if (policy->hide.count)
		qm_buf_add_char(out, '\n');
	for (size_t i = 0; i < policy->tools.count; i++) {
		const struct qm_tool *tool = qm_vec_at(&policy->tools, i);

		qm_buf_add_char(out, '\n');
		qm_text_printable(out, tool->name);
		qm_buf_add_text(out, strcmp(tool->name, "*") == 0 ? " (every tool)\n" : "\n");
		if (!tool->rules.count)
			qm_buf_add_text(out, "  (no rule)\n");
		for (size_t j = 0; j < tool->rules.count; j++)
			add_rule(out, qm_vec_at(&tool->rules, j));
	}
}

/* ---- What applies to one tool. */

static void add_names(struct qm_buf *out, const struct qm_tool *tool, const char *suffix)
{
	for (size_t i = 0; tool && i < tool->rules.count; i++) {
		const struct qm_rule *rule = qm_vec_at(&tool->rules, i);

		qm_buf_add_text(out, out->length ? ", " : "");
		qm_text_printable(out, rule->name);
		qm_buf_add_text(out, suffix);
	}
}

void qm_policy_applying(const struct qm_policy *policy, const char *tool, struct qm_buf *out)
{
	const struct qm_tool *own = qm_policy_tool(policy, tool),
			     *any = qm_policy_tool(policy, "*");

	for (size_t i = 0; i < policy->hide.count; i++) {
		const char *name = ((const struct qm_hidden *)qm_vec_at(&policy->hide, i))->name;

		if (strcmp(name, tool) == 0 || strcmp(name, "*") == 0) {
			qm_buf_add_text(out, "(hidden)");
			return;
		}
	}
	if (!own && strcmp(policy->default_action, "deny") == 0) {
		qm_buf_add_text(out, "(default deny)");
		return;
	}
	add_names(out, own, "");
	add_names(out, any, " (*)");
	if (!out->length)
		qm_buf_add_text(out, "(no rule)");
}

/* ---- JSON. */

static void set_text(json_t *object, const char *key, const char *text)
{
	(void)json_object_set_new(object, key, json_string_nocheck(text));
}

static json_t *condition_json(const struct qm_condition *condition)
{
	json_t *object = json_object();
	struct qm_buf value;

	qm_buf_init(&value, MAX_TEXT_BYTES);
	qm_value_display(&value, &condition->value);
	set_text(object, "path", condition->path);
	set_text(object, "op", condition->op);
	set_text(object, "value", value.data);
	qm_buf_release(&value);
	return object;
}

static json_t *state_json(const struct qm_state *state)
{
	json_t *object = json_object();

	set_text(object, "counter", state->counter);
	(void)json_object_set_new(object, "window_ms", json_integer(state->window_ms));
	(void)json_object_set_new(object, "increment", json_integer(state->increment));
	if (state->increment_from[0])
		set_text(object, "increment_from", state->increment_from);
	return object;
}

static json_t *rule_json(const struct qm_rule *rule)
{
	json_t *object = json_object(), *conditions = json_array();

	set_text(object, "name", rule->name);
	set_text(object, "action", qm_rule_is(rule, "deny") ? "deny" : "evaluate");
	for (size_t i = 0; i < rule->conditions.count; i++)
		(void)json_array_append_new(
			conditions, condition_json(qm_vec_at(&rule->conditions, i)));
	(void)json_object_set_new(object, "conditions", conditions);
	(void)json_object_set_new(
		object, "state", rule->state ? state_json(rule->state) : json_null());
	set_text(object, "on_deny", rule->on_deny);
	return object;
}

json_t *qm_policy_json(const struct qm_policy *policy)
{
	json_t *object = json_object(), *hide = json_array(), *tools = json_array();

	set_text(object, "version", "1");
	set_text(object, "default", policy->default_action);
	for (size_t i = 0; i < policy->hide.count; i++) {
		const struct qm_hidden *hidden = qm_vec_at(&policy->hide, i);

		(void)json_array_append_new(hide, json_string_nocheck(hidden->name));
	}
	for (size_t i = 0; i < policy->tools.count; i++) {
		const struct qm_tool *tool = qm_vec_at(&policy->tools, i);
		json_t *row = json_object(), *rules = json_array();

		set_text(row, "tool", tool->name);
		for (size_t j = 0; j < tool->rules.count; j++)
			(void)json_array_append_new(rules, rule_json(qm_vec_at(&tool->rules, j)));
		(void)json_object_set_new(row, "rules", rules);
		(void)json_array_append_new(tools, row);
	}
	(void)json_object_set_new(object, "hide", hide);
	(void)json_object_set_new(object, "tools", tools);
	return object;
}
