#include "policy/condition.h"
#include "policy/load.h"
#include "policy/quote.h"
#include "policy/regex.h"
#include "policy/utf8.h"
#include "src/base/map.h"
#include "src/base/text.h"

#include <string.h>

enum { MAX_MESSAGE_BYTES = 16 << 20 };

/* Where messages go, and what stands before each: "tools.t.rules[0]". */
struct report {
	struct qm_vec *problems;
	struct qm_buf prefix;
	struct qm_place place; /* of what is being looked at */
};

/* Adds "<prefix><text><quoted>"; `quoted` may be NULL. */
static void add(struct report *report, const char *text, const char *quoted)
{
	struct qm_policy_problem *problem;
	struct qm_buf line;

	qm_buf_init(&line, MAX_MESSAGE_BYTES);
	qm_buf_add(&line, report->prefix.data, report->prefix.length);
	qm_buf_add_text(&line, text);
	if (quoted)
		qm_quote(&line, quoted);
	problem = qm_vec_add(report->problems);
	problem->text = qm_buf_take(&line);
	problem->place = report->place;
	qm_buf_release(&line);
}

/* Adds to the prefix; leave() with what is returned takes it away again. */
static size_t enter(struct report *report, const char *name, size_t index)
{
	size_t length = report->prefix.length;

	qm_buf_add_format(&report->prefix, "%s[%zu]", name, index);
	return length;
}

static void leave(struct report *report, size_t length)
{
	report->prefix.length = length;
	report->prefix.data[length] = '\0';
}

/* ---- The document */

static void check_version(struct report *report, const struct qm_policy *policy)
{
	size_t catalogue = 0, full = 0;

	for (size_t i = 0; i < policy->tools.count; i++) {
		const struct qm_tool *tool = qm_vec_at(&policy->tools, i);

		for (size_t j = 0; j < tool->rules.count; j++) {
			const struct qm_rule *rule = qm_vec_at(&tool->rules, j);

			catalogue += rule->catalogue;
			full += !rule->catalogue;
		}
	}
	if (!policy->version[0] && catalogue && !full)
		return;
	report->place = policy->version_place;
	if (strcmp(policy->version, "1") != 0)
		add(report, "version must be \"1\", got ", policy->version);
}

/* Unicode's White_Space, which is what Go trims. */
static bool is_space(uint32_t point)
{
	return (point >= '\t' && point <= '\r') || point == ' ' || point == 0x85 || point == 0xA0 ||
		point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
		point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

static bool is_blank(const char *text)
{
	size_t length = strlen(text);
	uint32_t point = ' ';

	while (length && is_space(point)) {
		size_t step = qm_utf8_next(text, length, &point);

		text += step;
		length -= step;
	}
	return is_space(point);
}

static void check_hide(struct report *report, const struct qm_policy *policy)
{
	struct qm_map seen;

	qm_map_init(&seen);
	for (size_t i = 0; i < policy->hide.count; i++) {
		const struct qm_hidden *hidden = qm_vec_at(&policy->hide, i);
		const char *name = hidden->name;
		bool added;

		report->place = hidden->place;
		if (is_blank(name)) {
			size_t length = enter(report, "hide", i);

			add(report, ": entry must not be empty", NULL);
			leave(report, length);
			continue;
		}
		(void)qm_map_put(&seen, name, i, &added);
		if (!added)
			add(report, "hide: duplicate entry ", name);
	}
	qm_map_release(&seen);
}

/* ---- Conditions */

static void check_regex(struct report *report, struct qm_condition *condition)
{
	const struct qm_value *value = &condition->value;
	struct qm_buf reason, text;

	if (value->kind != QM_VALUE_STRING) {
		add(report, ": regex value must be a string", NULL);
		return;
	}
	qm_buf_init(&reason, MAX_MESSAGE_BYTES);
	condition->regex = qm_regex_new(value->as.string.bytes, value->as.string.length, &reason);
	if (!condition->regex) {
		qm_buf_init(&text, MAX_MESSAGE_BYTES);
		qm_buf_add_text(&text, ": invalid regex ");
		qm_quote_n(&text, value->as.string.bytes, value->as.string.length);
		qm_buf_add_text(&text, ": error parsing regexp: ");
		qm_buf_add(&text, reason.data, reason.length);
		add(report, text.data, NULL);
		qm_buf_release(&text);
	}
	qm_buf_release(&reason);
}

static void check_value(struct report *report, struct qm_condition *condition)
{
	enum qm_value_kind kind = condition->value.kind;
	const char *needs = NULL;
	struct qm_buf text;
	double number;

	switch (condition->compare) {
	case QM_OP_NONE:
		add(report, ": unknown operator ", condition->op);
		return;
	case QM_OP_REGEX:
		check_regex(report, condition);
		return;
	case QM_OP_IN:
	case QM_OP_NOT_IN:
		needs = kind == QM_VALUE_LIST ? NULL : "list";
		break;
	case QM_OP_LT:
	case QM_OP_LTE:
	case QM_OP_GT:
	case QM_OP_GTE:
		needs = qm_value_number(&condition->value, &number) ? NULL : "numeric";
		break;
	case QM_OP_EXISTS:
		needs = kind == QM_VALUE_BOOL ? NULL : "boolean";
		break;
	case QM_OP_EQ:
	case QM_OP_NEQ:
	case QM_OP_CONTAINS:
		return;
	}
	if (!needs)
		return;
	qm_buf_init(&text, 128);
	qm_buf_add_format(&text, ": operator \"%s\" requires a %s value", condition->op, needs);
	add(report, text.data, NULL);
	qm_buf_release(&text);
}

static void check_conditions(struct report *report, struct qm_rule *rule)
{
	for (size_t i = 0; i < rule->conditions.count; i++) {
		struct qm_condition *condition = qm_vec_at(&rule->conditions, i);
		size_t length = enter(report, ".conditions", i);

		report->place = condition->place;
		if (!qm_text_starts(condition->path, "args.") &&
			!qm_text_starts(condition->path, "state."))
			add(report, ": path must start with \"args.\" or \"state.\", got ",
				condition->path);
		condition->compare = qm_operator_find(condition->op);
		check_value(report, condition);
		leave(report, length);
	}
}

/* ---- Rules */

static void check_state(struct report *report, const struct qm_state *state)
{
	report->place = state->place;
	if (!state->counter[0])
		add(report, ".state: counter must not be empty", NULL);
	if (!state->window_ms)
		add(report, ".state: window must be \"minute\", \"hour\", or \"day\", got ",
			state->window);
	if (state->increment_from[0] && !qm_text_starts(state->increment_from, "args."))
		add(report, ".state: increment_from must start with \"args.\", got ",
			state->increment_from);
}

static void check_rate_text(struct report *report, const char *text)
{
	const char *slash = strchr(text, '/');
	struct qm_buf count;
	int64_t number;

	if (!slash) {
		add(report,
			": rate_limit must be in the format \"N/window\" (e.g. \"5/hour\"), got ",
			text);
		return;
	}
	qm_buf_init(&count, MAX_MESSAGE_BYTES);
	qm_buf_add(&count, text, (size_t)(slash - text));
	if (!qm_rate_count(count.data, count.length, &number))
		add(report, ": rate_limit count must be a positive integer, got ", count.data);
	else if (!qm_window_named_ms(slash + 1))
		add(report, ": rate_limit window must be \"minute\", \"hour\", or \"day\", got ",
			slash + 1);
	qm_buf_release(&count);
}

/* A rate limit that could not be written out. */
static void check_rate(struct report *report, const struct qm_rule *rule)
{
	bool pair = rule->rate.form == QM_RATE_PAIR;

	if (!pair)
		check_rate_text(report, rule->rate.text);
	if (pair && !qm_rate_positive(&rule->rate.max))
		add(report, ": rate_limit max must be a positive integer, got ",
			rule->rate.max.text);
	if (pair && !qm_rate_seconds(&rule->rate.window))
		add(report, ": rate_limit window must be a positive number of seconds, got ",
			rule->rate.window.text);
	if (rule->conditions.count || rule->state)
		add(report,
			": rate_limit cannot be combined with conditions or state; use separate "
			"rules or the full syntax instead",
			NULL);
	if (qm_rule_is(rule, "deny"))
		add(report, ": rate_limit cannot be used with action \"deny\"", NULL);
	else if (pair && rule->action[0] && !qm_rule_is(rule, "allow") &&
		!qm_rule_is(rule, "evaluate"))
		add(report, ": action must be \"evaluate\" or \"deny\", got ", rule->action);
}

static void check_action(struct report *report, const struct qm_rule *rule)
{
	if (!rule->name[0])
		add(report, ": rule must have a name", NULL);
	if (qm_rule_is(rule, "deny")) {
		if (rule->conditions.count)
			add(report, ": deny rules must not have conditions", NULL);
	} else if (qm_rule_is(rule, "evaluate")) {
		if (!rule->conditions.count)
			add(report, ": evaluate rules must have at least one condition", NULL);
	} else if (!rule->catalogue) {
		add(report, ": action must be \"evaluate\" or \"deny\", got ", rule->action);
	}
}

/* Whether a rule of the tool that is called `scope` keeps that counter. */
static bool has_counter(
	const struct qm_policy *policy, const char *scope, size_t length, const char *counter)
{
	struct qm_buf name;
	const struct qm_tool *tool;

	qm_buf_init(&name, MAX_MESSAGE_BYTES);
	qm_buf_add(&name, scope, length);
	tool = qm_policy_tool(policy, name.data);
	if (!tool && strcmp(name.data, "_global") == 0)
		tool = qm_policy_tool(policy, "*");
	qm_buf_release(&name);
	for (size_t i = 0; tool && i < tool->rules.count; i++) {
		const struct qm_rule *rule = qm_vec_at(&tool->rules, i);

		if (rule->state && strcmp(rule->state->counter, counter) == 0)
			return true;
	}
	return false;
}

/* state.A.REST wants a rule of A with the counter REST. A path of fewer parts is not checked. */
static void check_references(
	struct report *report, const struct qm_policy *policy, const struct qm_rule *rule)
{
	for (size_t i = 0; i < rule->conditions.count; i++) {
		const struct qm_condition *condition = qm_vec_at(&rule->conditions, i);
		const char *scope = condition->path + strlen("state."), *dot;
		struct qm_buf text;

		if (!qm_text_starts(condition->path, "state."))
			continue;
		report->place = condition->place;
		dot = strchr(scope, '.');
		if (!dot || has_counter(policy, scope, (size_t)(dot - scope), dot + 1))
			continue;
		qm_buf_init(&text, MAX_MESSAGE_BYTES);
		qm_buf_add_format(&text,
			": condition references %s but no matching state block found",
			condition->path);
		add(report, text.data, NULL);
		qm_buf_release(&text);
	}
}

static void check_rule(struct report *report, const struct qm_policy *policy, struct qm_rule *rule)
{
	report->place = rule->place;
	if (rule->rate.form != QM_RATE_NONE) {
		check_rate(report, rule);
		return;
	}
	check_action(report, rule);
	check_conditions(report, rule);
	if (rule->state)
		check_state(report, rule->state);
	check_references(report, policy, rule);
}

static void check_counters(struct report *report, const struct qm_tool *tool)
{
	struct qm_map first;

	qm_map_init(&first);
	for (size_t i = 0; i < tool->rules.count; i++) {
		const struct qm_rule *rule = qm_vec_at(&tool->rules, i);
		struct qm_buf text;
		size_t length, *user;
		bool added;

		if (!rule->state)
			continue;
		user = qm_map_put(&first, rule->state->counter, i, &added);
		if (added)
			continue;
		qm_buf_init(&text, MAX_MESSAGE_BYTES);
		qm_buf_add_text(&text, ": duplicate state counter ");
		qm_quote(&text, rule->state->counter);
		qm_buf_add_format(&text, " (also used by rules[%zu])", *user);
		length = enter(report, ".rules", i);
		report->place = rule->state->place;
		add(report, text.data, NULL);
		leave(report, length);
		qm_buf_release(&text);
	}
	qm_map_release(&first);
}

static void check_tool(
	struct report *report, const struct qm_policy *policy, const struct qm_tool *tool)
{
	qm_buf_add_format(&report->prefix, "tools.%s", tool->name);
	check_counters(report, tool);
	for (size_t i = 0; i < tool->rules.count; i++) {
		size_t length = enter(report, ".rules", i);

		check_rule(report, policy, qm_vec_at(&tool->rules, i));
		leave(report, length);
	}
	leave(report, 0);
}

void qm_policy_validate(struct qm_policy *policy, struct qm_vec *problems)
{
	struct report report = { .problems = problems };

	qm_buf_init(&report.prefix, MAX_MESSAGE_BYTES);
	check_version(&report, policy);
	report.place = policy->default_place;
	if (strcmp(policy->default_action, "allow") != 0 &&
		strcmp(policy->default_action, "deny") != 0)
		add(&report, "default must be \"allow\" or \"deny\", got ", policy->default_action);
	check_hide(&report, policy);
	for (size_t i = 0; i < policy->tools.count; i++)
		check_tool(&report, policy, qm_vec_at(&policy->tools, i));
	qm_buf_release(&report.prefix);
}
