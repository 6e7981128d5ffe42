#include "policy/decode.h"
#include "policy/load.h"
#include "policy/yaml_value.h"

#include <stddef.h>
#include <string.h>

#define ROWS(fields) (fields), sizeof(fields) / sizeof *(fields)

static struct qm_place place_of(const struct qm_yaml_node *node)
{
	return (struct qm_place){ .line = node->line, .column = node->column };
}

static const struct qm_field condition_fields[] = {
	{ "path", qm_decode_text, offsetof(struct qm_condition, path) },
	{ "op", qm_decode_text, offsetof(struct qm_condition, op) },
	{ "value", qm_decode_value, offsetof(struct qm_condition, value) },
};
static const struct qm_fields condition_table = { "a condition", ROWS(condition_fields) };

static const struct qm_field state_fields[] = {
	{ "counter", qm_decode_text, offsetof(struct qm_state, counter) },
	{ "window", qm_decode_text, offsetof(struct qm_state, window) },
	{ "increment", qm_decode_integer, offsetof(struct qm_state, increment) },
	{ "increment_from", qm_decode_text, offsetof(struct qm_state, increment_from) },
};
static const struct qm_fields state_table = { "a state", ROWS(state_fields) };

/* Only a whole number without quotes is one here: "30" and 3e1 are not. */
static enum qm_code read_rate_number(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_rate_number *out = field;
	struct qm_value value = { .kind = QM_VALUE_NULL };
	enum qm_code code = qm_decode_text(decoder, node, &out->text);

	if (code)
		return code;
	code = qm_yaml_scalar(node, &value, decoder->err);
	out->valid = !code && node->plain && value.kind == QM_VALUE_INTEGER;
	if (out->valid)
		out->number = value.as.integer;
	return code;
}

static const struct qm_field rate_fields[] = {
	{ "max", read_rate_number, offsetof(struct qm_rate, max) },
	{ "window", read_rate_number, offsetof(struct qm_rate, window) },
};
static const struct qm_fields rate_table = { "a rate limit", ROWS(rate_fields) };

static enum qm_code read_rate(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_rate *rate = field;
	enum qm_code code;

	if (node->kind == QM_YAML_MAP) {
		rate->form = QM_RATE_PAIR;
		return qm_decode_fields(decoder, node, &rate_table, rate);
	}
	code = qm_decode_text(decoder, node, &rate->text);
	if (!code && rate->text[0])
		rate->form = QM_RATE_TEXT;
	return code;
}

static enum qm_code add_condition(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *target)
{
	struct qm_condition *condition = qm_vec_add(target);

	condition->path = condition->op = "";
	condition->place = place_of(node);
	return qm_decode_fields(decoder, node, &condition_table, condition);
}

static enum qm_code read_conditions(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	return qm_decode_list(decoder, node, add_condition, field);
}

static enum qm_code read_state(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_state *state;

	if (qm_decode_is_null(node))
		return QM_OK;
	state = qm_arena_alloc(decoder->arena, sizeof *state);
	state->counter = state->window = state->increment_from = "";
	state->place = place_of(node);
	*(struct qm_state **)field = state;
	return qm_decode_fields(decoder, node, &state_table, state);
}

/* Only the catalogue form knows `reason`: to Intercept it may be anything. */
static enum qm_code read_reason(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	return node->kind == QM_YAML_SCALAR ? qm_decode_text(decoder, node, field) : QM_OK;
}

static const struct qm_field rule_fields[] = {
	{ "name", qm_decode_text, offsetof(struct qm_rule, name) },
	{ "action", qm_decode_text, offsetof(struct qm_rule, action) },
	{ "conditions", read_conditions, offsetof(struct qm_rule, conditions) },
	{ "on_deny", qm_decode_text, offsetof(struct qm_rule, on_deny) },
	{ "state", read_state, offsetof(struct qm_rule, state) },
	{ "rate_limit", read_rate, offsetof(struct qm_rule, rate) },
	{ "reason", read_reason, offsetof(struct qm_rule, reason) },
};
static const struct qm_fields rule_table = { "a rule", ROWS(rule_fields) };

static enum qm_code add_rule(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *target)
{
	struct qm_rule *rule = qm_vec_add(target);

	rule->name = rule->action = rule->on_deny = rule->reason = "";
	rule->rate.text = rule->rate.max.text = rule->rate.window.text = "";
	rule->place = place_of(node);
	qm_vec_init(&rule->conditions, sizeof(struct qm_condition));
	return qm_decode_fields(decoder, node, &rule_table, rule);
}

static enum qm_code read_rules(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	return qm_decode_list(decoder, node, add_rule, field);
}

static const struct qm_field tool_fields[] = {
	{ "rules", read_rules, offsetof(struct qm_tool, rules) },
};
static const struct qm_fields tool_table = { "a tool", ROWS(tool_fields) };

struct tool_reader {
	struct qm_pair_reader base;
	struct qm_vec *tools;
};

/*
 * `read_file:` with nothing below it lists the tool. Names may be one that are spelt in two ways
 * (!!binary).
 */
static enum qm_code read_tool(struct qm_pair_reader *base, struct qm_decoder *decoder,
	const struct qm_yaml_node *const pair[2], bool merged)
{
	struct qm_vec *tools = ((struct tool_reader *)base)->tools;
	struct qm_tool *tool = tools->items;

	for (size_t i = 0; i < tools->count; i++) {
		if (strcmp(tool[i].name, pair[0]->text) != 0)
			continue;
		return merged ? QM_OK
			      : qm_yaml_error(decoder->err, pair[0], QM_EUSAGE,
					"the tool \"%s\" stands twice", pair[0]->text);
	}
	tool = qm_vec_add(tools);
	tool->name = pair[0]->text;
	qm_vec_init(&tool->rules, sizeof(struct qm_rule));
	if (qm_decode_is_null(pair[1]))
		return QM_OK;
	return qm_decode_fields(decoder, pair[1], &tool_table, tool);
}

static enum qm_code read_tools(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct tool_reader reader = { .base.pair = read_tool, .tools = field };

	if (qm_decode_is_null(node))
		return QM_OK;
	return qm_decode_pairs(decoder, node, &reader.base);
}

static enum qm_code add_hidden(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *target)
{
	struct qm_hidden *hidden = qm_vec_add(target);

	hidden->name = "";
	hidden->place = place_of(node);
	return qm_decode_text(decoder, node, (void *)&hidden->name);
}

static enum qm_code read_hide(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	return qm_decode_list(decoder, node, add_hidden, field);
}

static enum qm_code read_version(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_policy *policy = field;

	policy->version_place = place_of(node);
	return qm_decode_text(decoder, node, (void *)&policy->version);
}

static enum qm_code read_default(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_policy *policy = field;

	policy->default_place = place_of(node);
	return qm_decode_text(decoder, node, (void *)&policy->default_action);
}

static const struct qm_field document_fields[] = {
	{ "version", read_version, 0 },
	{ "description", qm_decode_text, offsetof(struct qm_policy, description) },
	{ "default", read_default, 0 },
	{ "hide", read_hide, offsetof(struct qm_policy, hide) },
	{ "tools", read_tools, offsetof(struct qm_policy, tools) },
};
static const struct qm_fields document_table = { "a policy, a mapping,", ROWS(document_fields) };

static int compare_tools(const void *a, const void *b)
{
	return strcmp(((const struct qm_tool *)a)->name, ((const struct qm_tool *)b)->name);
}

enum qm_code qm_policy_decode(
	struct qm_policy *policy, const char *bytes, size_t length, struct qm_error *err)
{
	struct qm_decoder decoder = { .arena = &policy->arena, .err = err };
	const struct qm_yaml_node *root = NULL;
	enum qm_code code = qm_yaml_parse(bytes, length, &policy->arena, &root, err);

	policy->version = policy->description = policy->default_action = "";
	qm_vec_init(&policy->hide, sizeof(struct qm_hidden));
	qm_vec_init(&policy->tools, sizeof(struct qm_tool));
	if (!code && root && !qm_decode_is_null(root))
		code = qm_decode_fields(&decoder, root, &document_table, policy);
	qm_vec_sort(&policy->tools, compare_tools);
	return code;
}
