/*
 * engine - decides about one call as Intercept does, and counts it.
 *
 * In this order, and the first that objects decides:
 *
 *     hidden     the tool is in `hide`
 *     default    `default: deny`, and the tool is not in `tools`
 *     evaluate   a rule of the tool, then one of `*`, denies or has a condition that fails;
 *                counters are read, nothing is counted yet
 *     reserve    each rule with a state counts the call; what does not fit into its limit undoes
 *                those before it
 *     error      the amount to count is no number, or a counter cannot be kept
 *
 * A counter at its limit passes its condition (`lte 30` at 30) and is refused when reserving. A
 * state counts only if a condition of the same rule limits that very counter by lt or lte; `lt
 * 30` admits 29 calls.
 *
 * A store that fails makes conditions on counters false, and the decision says so besides: the
 * gate turns it into an error.
 */
#ifndef QM_POLICY_ENGINE_H
#define QM_POLICY_ENGINE_H

#include "policy/call.h"
#include "policy/rules.h"
#include "policy/store.h"

enum qm_stage {
	QM_STAGE_NONE,     /* allowed */
	QM_STAGE_UNPARSED, /* arguments that are no object: not judged at all, allowed */
	QM_STAGE_HIDDEN,
	QM_STAGE_DEFAULT,
	QM_STAGE_EVALUATE,
	QM_STAGE_RESERVE,
	QM_STAGE_ERROR,
};

/* Whose calls are judged by what. */
struct qm_engine {
	const struct qm_policy *policy;
	struct qm_store *store; /* NULL: conditions on counters pass, nothing is counted */
	int headroom_percent;   /* of each limit that is left to others */
	int share;              /* 3: a third of each limit is ours */
};

/* What a call took from one counter. */
struct qm_taken {
	const char *key; /* belongs to the policy */
	int64_t amount, window_ms, window_start_ms;
};

struct qm_decision {
	enum qm_stage stage;
	bool allowed;
	const char *rule;      /* as Intercept's event log names it; NULL where it names none */
	struct qm_buf message; /* likewise; empty when allowed */
	const struct qm_rule *denied_by;   /* evaluate, reserve: the rule itself */
	const struct qm_condition *failed; /* evaluate: its first one that fails; NULL: `deny` */
	const char *key;                   /* reserve: the counter that is at its limit, ... */
	int64_t amount, limit;             /* ... what did not fit, and our limit */
	struct qm_vec taken;               /* struct qm_taken; empty unless allowed */
	bool gave_up;                      /* a pattern met its ceiling and counted as no match */
	enum qm_code store_code;           /* the first failure of the store, ... */
	struct qm_error *store_error;      /* ... in its words; the caller's, may be NULL */
};

void qm_decision_init(struct qm_decision *decision, struct qm_error *store_error);
void qm_decision_release(struct qm_decision *decision);

/* `out` is initialised, and released by the caller. */
void qm_engine_decide(const struct qm_engine *engine, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_decision *out);

/*
 * The same for a call that passes, in one operation of the store where the rules allow it: one
 * rule counts the call, and of its conditions the one that is its limit needs no reading, as the
 * reservation is granted on the same value. False: `out` says nothing, ask qm_engine_decide(). The
 * store is as it was then. A store that fails is told as there.
 */
bool qm_engine_grant(const struct qm_engine *engine, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_decision *out);

/* Gives back what was taken, whatever window it is by now (after a reply that is an error). */
enum qm_code qm_engine_rollback(
	struct qm_store *store, const struct qm_vec *taken, struct qm_error *err) QM_MUST_CHECK;

/* Whether one condition holds now; one on a counter does not where the store fails. */
bool qm_engine_holds(const struct qm_engine *engine, const struct qm_tool_call *call,
	const struct qm_condition *condition, int64_t now_ms);

/* Towards zero; what does not fit stops at the end of the range. */
int64_t qm_to_integer(double number);

/* Our part of a limit: 30 with headroom 20 % is 24, with share 3 it is 10. */
int64_t qm_engine_limit(const struct qm_engine *engine, int64_t limit, int64_t amount);

/* How much the counter may hold by the first condition of its rule that limits it; false: none
 * does, and the rule does not count. */
bool qm_engine_rule_limit(const struct qm_rule *rule, const char *key, int64_t *out);

#endif
