#include "policy/load.h"

#include <stdlib.h>
#include <string.h>

struct window_name {
	const char *name;
	int64_t seconds;
};

static const struct window_name window_names[] = {
	{ "minute", 60 },
	{ "hour", 3600 },
	{ "day", 86400 },
};

enum { WINDOW_NAMES = sizeof window_names / sizeof *window_names };

int64_t qm_window_named_ms(const char *name)
{
	for (size_t i = 0; i < WINDOW_NAMES; i++)
		if (strcmp(window_names[i].name, name) == 0)
			return window_names[i].seconds * 1000;
	return 0;
}

bool qm_rule_is(const struct qm_rule *rule, const char *action)
{
	return strcmp(rule->action, action) == 0;
}

/* Under what its counters are kept: "_global" for the rules of `*`. */
static const char *scope_of(const struct qm_tool *tool)
{
	return strcmp(tool->name, "*") == 0 ? "_global" : tool->name;
}

/* ---- What a rate limit says */

/* "30/minute" or {max: 30, window: 60}, read. */
struct limit {
	int64_t count, window_ms;
	char counter[48]; /* _rate_minute, _rate_90s */
	char per[48];     /* minute, 90 seconds */
};

static void name_window(struct limit *limit)
{
	int64_t seconds = limit->window_ms / 1000;

	for (size_t i = 0; i < WINDOW_NAMES; i++) {
		if (window_names[i].seconds != seconds)
			continue;
		(void)snprintf(
			limit->counter, sizeof limit->counter, "_rate_%s", window_names[i].name);
		(void)snprintf(limit->per, sizeof limit->per, "%s", window_names[i].name);
		return;
	}
	(void)snprintf(limit->counter, sizeof limit->counter, "_rate_%jds", (intmax_t)seconds);
	(void)snprintf(limit->per, sizeof limit->per, "%jd seconds", (intmax_t)seconds);
}

bool qm_rate_count(const char *text, size_t length, int64_t *out)
{
	size_t at = length && (*text == '+' || *text == '-') ? 1 : 0;
	int64_t count = 0;

	if (at == length || *text == '-')
		return false;
	for (; at < length; at++) {
		int digit = text[at] - '0';

		if (digit < 0 || digit > 9 || count > (INT64_MAX - digit) / 10)
			return false;
		count = count * 10 + digit;
	}
	*out = count;
	return count > 0;
}

bool qm_rate_positive(const struct qm_rate_number *number)
{
	return number->valid && number->number > 0;
}

/* Intercept keeps lengths in nanoseconds of 64 bits. */
bool qm_rate_seconds(const struct qm_rate_number *number)
{
	return qm_rate_positive(number) && number->number <= INT64_MAX / 1000000000;
}

static bool read_limit(const struct qm_rate *rate, struct limit *out)
{
	const char *slash;

	if (rate->form == QM_RATE_PAIR) {
		if (!qm_rate_positive(&rate->max) || !qm_rate_seconds(&rate->window))
			return false;
		out->count = rate->max.number;
		out->window_ms = rate->window.number * 1000;
	} else {
		slash = strchr(rate->text, '/');
		if (!slash || !qm_rate_count(rate->text, (size_t)(slash - rate->text), &out->count))
			return false;
		out->window_ms = qm_window_named_ms(slash + 1);
		if (!out->window_ms)
			return false;
	}
	name_window(out);
	return true;
}

/* ---- Writing it out */

static char *text_of(struct qm_arena *arena, struct qm_buf *buf)
{
	char *text = qm_arena_strdup(arena, buf->data);

	qm_buf_release(buf);
	return text;
}

static void add_limit_condition(struct qm_policy *policy, const char *scope, struct qm_rule *rule,
	const struct limit *limit)
{
	struct qm_condition *condition = qm_vec_add(&rule->conditions);
	struct qm_buf path;

	qm_buf_init(&path, SIZE_MAX / 2);
	qm_buf_add_format(&path, "state.%s.%s", scope, limit->counter);
	condition->path = text_of(&policy->arena, &path);
	condition->op = "lte";
	condition->value.kind = QM_VALUE_INTEGER;
	condition->value.as.integer = limit->count;
	condition->place = rule->place;
}

static void write_out(struct qm_policy *policy, const char *scope, struct qm_rule *rule,
	const struct limit *limit)
{
	struct qm_state *state = qm_arena_alloc(&policy->arena, sizeof *state);
	struct qm_buf text;

	rule->rate.form = QM_RATE_NONE;
	rule->action = "evaluate";
	add_limit_condition(policy, scope, rule, limit);
	state->counter = qm_arena_strdup(&policy->arena, limit->counter);
	state->window = "";
	state->window_ms = limit->window_ms;
	state->increment = 1;
	state->increment_from = "";
	state->place = rule->place;
	rule->state = state;
	if (rule->on_deny[0])
		return;
	qm_buf_init(&text, 256);
	qm_buf_add_format(&text, "Rate limit of %jd per %s reached. Try again later.",
		(intmax_t)limit->count, limit->per);
	rule->on_deny = text_of(&policy->arena, &text);
}

/* A rate limit that is wrong, or stands beside what it replaces, stays for validation to see. */
static void write_out_rate(struct qm_policy *policy, const char *scope, struct qm_rule *rule)
{
	struct limit limit;

	if (rule->rate.form == QM_RATE_NONE || rule->conditions.count || rule->state ||
		qm_rule_is(rule, "deny") || !read_limit(&rule->rate, &limit))
		return;
	/* The text form overrides any other action, as Intercept's does. */
	if (rule->rate.form == QM_RATE_PAIR && !qm_rule_is(rule, "") &&
		!qm_rule_is(rule, "allow") && !qm_rule_is(rule, "evaluate"))
		return;
	write_out(policy, scope, rule, &limit);
}

/* ---- The catalogue form */

static bool is_catalogue(const struct qm_policy *policy, const struct qm_rule *rule)
{
	if (rule->rate.form != QM_RATE_NONE)
		return rule->rate.form == QM_RATE_PAIR;
	if (rule->conditions.count || rule->state)
		return false;
	if (qm_rule_is(rule, "allow"))
		return true;
	return qm_rule_is(rule, "deny") && !rule->name[0] &&
		(rule->reason[0] || !policy->version[0]);
}

static const char *join_key(struct qm_policy *policy, const char *scope, const char *counter)
{
	struct qm_buf key;

	qm_buf_init(&key, SIZE_MAX / 2);
	qm_buf_add_format(&key, "%s.%s", scope, counter);
	return text_of(&policy->arena, &key);
}

static void desugar_rule(struct qm_policy *policy, const struct qm_tool *tool, struct qm_rule *rule)
{
	const char *scope = scope_of(tool);
	struct qm_state *state;

	rule->catalogue = is_catalogue(policy, rule);
	if (rule->catalogue) {
		if (!rule->name[0])
			rule->name = "(catalogue)";
		if (!rule->on_deny[0])
			rule->on_deny = rule->reason;
	}
	write_out_rate(policy, scope, rule);
	if (!rule->action[0] && rule->rate.form == QM_RATE_NONE)
		rule->action = "evaluate";
	state = rule->state;
	if (!state)
		return;
	if (!state->increment)
		state->increment = 1;
	if (!state->window_ms)
		state->window_ms = qm_window_named_ms(state->window);
	state->key = join_key(policy, scope, state->counter);
	state->own_key = join_key(policy, tool->name, state->counter);
}

void qm_policy_desugar(struct qm_policy *policy)
{
	if (!policy->default_action[0])
		policy->default_action = "allow";
	for (size_t i = 0; i < policy->tools.count; i++) {
		struct qm_tool *tool = qm_vec_at(&policy->tools, i);

		for (size_t j = 0; j < tool->rules.count; j++)
			desugar_rule(policy, tool, qm_vec_at(&tool->rules, j));
	}
	policy->any_tool = qm_policy_tool(policy, "*");
}
