/*
 * rules - what a policy file says, once it is loaded: tools, their rules, conditions and states.
 *
 * Only policy/ looks in here; everybody else asks the gate. Texts are never NULL, "" stands for
 * what the file leaves out; all of it lives in the policy's arena.
 *
 * Both shorthands are gone after loading. `rate_limit: 30/minute` and `rate_limit: {max: 30,
 * window: 60}` of a tool `t` become what one could have written out:
 *
 *     action: evaluate
 *     conditions: [{path: state.t._rate_minute, op: lte, value: 30}]
 *     state: {counter: _rate_minute, window: minute, increment: 1}
 *     on_deny: Rate limit of 30 per minute reached. Try again later.
 */
#ifndef QM_POLICY_RULES_H
#define QM_POLICY_RULES_H

#include "policy/policy.h"
#include "policy/value.h"
#include "src/base/vec.h"

struct qm_regex;

enum qm_operator {
	QM_OP_NONE, /* what the file says is no operator */
	QM_OP_EQ,
	QM_OP_NEQ,
	QM_OP_IN,
	QM_OP_NOT_IN,
	QM_OP_LT,
	QM_OP_LTE,
	QM_OP_GT,
	QM_OP_GTE,
	QM_OP_REGEX,
	QM_OP_CONTAINS,
	QM_OP_EXISTS,
};

struct qm_condition {
	const char *path, *op;
	struct qm_value value;
	enum qm_operator compare;
	struct qm_regex *regex; /* of a pattern that is one */
	struct qm_place place;
};

struct qm_state {
	const char *counter, *window, *increment_from;
	int64_t increment;
	int64_t window_ms; /* 0: what the file says is no window */
	/*
	 * What its counter is called in stores: "t._rate_minute", "_global._rate_minute" for a rule
	 * of `*`; and "*._rate_minute" for that one when a tool called `*` is meant.
	 */
	const char *key, *own_key;
	struct qm_place place;
};

/* What stands at `rate_limit:`, as long as it is there. */
enum qm_rate_form { QM_RATE_NONE, QM_RATE_TEXT, QM_RATE_PAIR };

struct qm_rate_number {
	const char *text;
	bool valid;
	int64_t number;
};

struct qm_rate {
	enum qm_rate_form form;
	const char *text;
	struct qm_rate_number max, window; /* of a pair */
};

struct qm_rule {
	const char *name, *action, *on_deny, *reason;
	struct qm_rate rate;
	struct qm_vec conditions; /* struct qm_condition */
	struct qm_state *state;   /* NULL if none */
	bool catalogue;
	struct qm_place place;
};

struct qm_hidden {
	const char *name;
	struct qm_place place;
};

struct qm_tool {
	const char *name;
	struct qm_vec rules; /* struct qm_rule */
};

struct qm_policy {
	struct qm_arena arena;
	const char *version, *description, *default_action;
	struct qm_place version_place, default_place;
	struct qm_vec hide;             /* struct qm_hidden */
	struct qm_vec tools;            /* struct qm_tool, sorted by the bytes of the name */
	const struct qm_tool *any_tool; /* `*`; NULL if the file has none */
};

/* The tool of that very name, `*` too; NULL if the file has none. */
const struct qm_tool *qm_policy_tool(const struct qm_policy *policy, const char *name);

bool qm_rule_is(const struct qm_rule *rule, const char *action);

#endif
