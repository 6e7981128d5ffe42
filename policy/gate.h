/*
 * gate - the one door that every call passes, reads too.
 *
 * A call is judged under the name of its MCP tool with the arguments that the tool would get, so
 * one file rules agents and CI jobs alike. Three questions can be asked:
 *
 *   check    would the rules let it through? Nothing is counted.
 *   project  when would each of many calls go, if nobody else drew on the budget from now on?
 *            Pure: works on a snapshot of the counters and a virtual clock.
 *   reserve  may it go now? If so, it is counted.
 *
 * and there are three answers: allowed; limited until a time (only counters stand in the way and
 * the call would pass once they are at 0: with 30 calls a minute used up at 10:31:20 the answer
 * is "until 10:32:00"); denied for good (anything else). A store that fails is an error, QM_EIO,
 * and not an answer: the gate fails closed.
 *
 * Headroom and share shrink each limit for us alone: 30 a minute with headroom 20 % is 24, with
 * share 3 it is 10 (never less than 1). What others do counts against the whole limit.
 */
#ifndef QM_POLICY_GATE_H
#define QM_POLICY_GATE_H

#include "policy/call.h"
#include "policy/policy.h"
#include "policy/store.h"

enum qm_answer { QM_ALLOWED, QM_LIMITED, QM_DENIED };

enum { QM_VERDICT_RULE = 128, QM_VERDICT_PATH = 128, QM_VERDICT_MESSAGE = 512 };

struct qm_verdict {
	enum qm_answer answer;
	int64_t until_ms;                 /* limited: when it may be tried again, Unix time */
	int64_t limit, window_ms;         /* limited: of the latest window, for the message */
	char rule[QM_VERDICT_RULE];       /* "" where Intercept would name none */
	char path[QM_VERDICT_PATH];       /* of the condition that failed; "" where it is none */
	char message[QM_VERDICT_MESSAGE]; /* in Intercept's words; "" when allowed */
	bool gave_up;    /* a pattern met the ceiling of its matcher and counted as no match */
	bool never_fits; /* the call takes more than the rule's whole limit */
};

/* What else a message about the verdict should say, beginning with a blank; "" if nothing. */
const char *qm_verdict_note(const struct qm_verdict *verdict);

struct qm_gate_options {
	int headroom_percent; /* 0 to 99 */
	int share;            /* 1 or more */
};

struct qm_gate;

/* Borrows policy and store (NULL: no counters, state conditions pass); both must outlive it. */
struct qm_gate *qm_gate_new(const struct qm_policy *policy, struct qm_store *store,
	const struct qm_gate_options *options);
void qm_gate_free(struct qm_gate *gate);

enum qm_code qm_gate_check(struct qm_gate *gate, const struct qm_tool_call *call, int64_t now_ms,
	struct qm_verdict *out, struct qm_error *err) QM_MUST_CHECK;

/* A counter that a rule limits, as it stands in the store. */
struct qm_counter_state {
	const char *key, *rule; /* belong to the policy */
	int64_t used, limit;    /* of the whole limit */
	int64_t ours, left; /* what headroom and share leave to us, and how much of it is left */
	int64_t window_ms, ends_ms;
};

/* Adds one for each rule that counts (struct qm_counter_state); nothing is counted. */
enum qm_code qm_gate_counters(const struct qm_gate *gate, int64_t now_ms, struct qm_vec *out,
	struct qm_error *err) QM_MUST_CHECK;

/* The smallest limit that calls of the tool meet, INT64_MAX where there is none, and its rule. */
int64_t qm_gate_least_limit(const struct qm_gate *gate, const char *tool, const char **out_rule);

/* What one call took, so that it can be given back while gate and policy are there. */
struct qm_reservation;

/* `out_reservation` (free it) is NULL unless allowed. */
enum qm_code qm_gate_reserve(struct qm_gate *gate, const struct qm_tool_call *call, int64_t now_ms,
	struct qm_verdict *out, struct qm_reservation **out_reservation,
	struct qm_error *err) QM_MUST_CHECK;

/* Gives back what was reserved where its window still lasts; only for a call never sent. */
enum qm_code qm_gate_return(struct qm_gate *gate, const struct qm_reservation *reservation,
	int64_t now_ms, struct qm_error *err) QM_MUST_CHECK;
void qm_reservation_free(struct qm_reservation *reservation);

/* When the first of the windows ends that the call was counted in; INT64_MAX: in none. */
int64_t qm_reservation_end_ms(const struct qm_reservation *reservation);

struct qm_projection;

/*
 * Reads the counters that it needs from the store once, as they are asked for. No call goes within
 * `border_ms` of either side of the border between two windows: with 50, not from 10:31:59.950 to
 * 10:32:00.050.
 */
struct qm_projection *qm_projection_new(struct qm_gate *gate, int64_t now_ms, int64_t border_ms);
void qm_projection_free(struct qm_projection *projection);

/* Judges a call on the snapshot at the projection's time; counts nothing. */
enum qm_code qm_projection_check(struct qm_projection *projection, const struct qm_tool_call *call,
	struct qm_verdict *out, struct qm_error *err) QM_MUST_CHECK;

/*
 * The next call in order: `out_at_ms` is when it may go, not before the one before it. Never
 * limited: it moves its clock on, and `out` has limit and window of what it waited for, 0 if it did
 * not. Denied: `out` says why and the clock stays.
 */
enum qm_code qm_projection_next(struct qm_projection *projection, const struct qm_tool_call *call,
	struct qm_verdict *out, int64_t *out_at_ms, struct qm_error *err) QM_MUST_CHECK;

#endif
