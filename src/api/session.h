/*
 * session - makes calls: gate, send, wait, retry. One layer, and the only one.
 *
 * Every attempt, reads and retries too, is first reserved at the gate under its MCP tool name.
 * Where the gate says "limited until 10:32:00" the session waits, if the wait fits:
 *
 *     max_wait   10 min   sum of all waits for limits (the policy's and the server's 429)
 *     deadline   30 min   from the session's start, whatever the reason
 *     outage      5 min   retrying a server that cannot be reached or answers 502, 503
 *     retries     4       a call
 *     max_calls   any     of all calls together, retries too: an account's quota, or part of it
 *
 * A wait that cannot end in time is refused at once, and the message has both numbers. Nothing
 * is sent in the last 50 ms of a window. A long wait asks the gate every minute, so a clock that
 * is set meanwhile neither prolongs it nor lets a call through early; runners with common
 * counters spread over the first hundredth of the window that they waited for (a minute: 0.6 s).
 * Back-off is exponential from 1 s to 30 s with full jitter; Retry-After wins. What is retried,
 * for reads and for writes, is one table: retry.h.
 */
#ifndef QM_API_SESSION_H
#define QM_API_SESSION_H

#include "policy/events.h"
#include "policy/gate.h"
#include "src/api/transport.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/stop.h"

struct qm_session_limits {
	int64_t max_wait_ms, deadline_ms, outage_ms, timeout_ms;
	int retries;
	int64_t max_calls;  /* 0: any number */
	bool stop_on_limit; /* --on-limit stop: never wait for a limit */
};

/* Part 11: who signs a write, where compliance is on; NULL: nobody. Only the server sees it. */
struct qm_signature {
	const struct qm_secret *username, *password;
};

struct qm_session_options {
	struct qm_transport transport;
	struct qm_gate *gate;
	const struct qm_clock *clock;
	const struct qm_log *log;
	const char *url;         /* for messages */
	const char *policy_name; /* for messages: "built-in policy", "team.yaml" */
	struct qm_session_limits limits;
	struct qm_signature signature;
	struct qm_events *events; /* the audit log; NULL: none */
	bool spread_waits;        /* others wait for the same windows */
	uint64_t seed;            /* of the jitter */
};

/* Requests, that is attempts, and time. */
struct qm_session_counts {
	uint64_t reads, writes, retries;
	int64_t waited_ms;
};

struct qm_session;

struct qm_session *qm_session_new(const struct qm_session_options *options);
void qm_session_free(struct qm_session *session);
const struct qm_session_counts *qm_session_counts(const struct qm_session *session);
const struct qm_signature *qm_session_signature(const struct qm_session *session);

/* What max_calls leaves by now. */
struct qm_call_budget {
	int64_t allowed; /* 0: any number */
	uint64_t made, left;
};
struct qm_call_budget qm_session_budget(const struct qm_session *session);

/* When work beside the calls has to end: with the session's deadline, or when a signal comes. */
struct qm_stop qm_session_stop(
	const struct qm_session *session, const volatile sig_atomic_t *interrupted);

/*
 * Waits for something over there to happen, no limit and no failure: QM_ESTOPPED where the deadline
 * is nearer or a signal comes. `why` stands behind "waiting 5 s: ".
 */
enum qm_code qm_session_wait(struct qm_session *session, int64_t wait_ms, const char *why,
	struct qm_error *err) QM_MUST_CHECK;

/* Whether `rows` of a list are enough; `total` is what the server tells, -1: nothing. */
typedef bool (*qm_enough_fn)(void *context, int64_t rows, int64_t total);

/* QM_WRITE may be made twice with the same end, QM_WRITE_ONCE may not. */
enum qm_effect { QM_READ, QM_WRITE, QM_WRITE_ONCE, QM_EFFECTS };

/*
 * Told before each attempt of a call, between its reservation and its sending: what must be on
 * disk before anybody can have seen the request is put there now. A failure keeps it from being
 * sent and becomes the call's.
 */
struct qm_before_send {
	enum qm_code (*tell)(void *context, struct qm_error *err); /* NULL: nobody is told */
	void *context;
};

/* One call in both languages: what the gate judges and what the server gets. */
struct qm_api_call {
	struct qm_tool_call tool;
	struct qm_request request; /* timeout_ms is filled in */
	enum qm_effect effect;
	struct qm_before_send before;
};

/* Why a write was not accepted; what the planner does next depends on it. */
enum qm_refusal {
	QM_NOT_REFUSED,
	QM_REFUSED_CONTENT,   /* 400, 404, 409, 422, success:false: some id may be bad */
	QM_REFUSED_SIZE,      /* 413, or a complaint about size */
	QM_REFUSED_UNANSWERED /* timed out or 504 after its retry: maybe done, maybe too large */
};

/*
 * Makes the call, retries as retry.h says, and parses the answer: `out` (json_decref it) is the
 * JSON object of a 2xx answer without `success:false`. Codes: QM_EDENIED (policy), QM_ESTOPPED
 * (limit, deadline, signal), QM_EAUTH (401, 403), QM_EUNREACHABLE, QM_EREFUSED with `refusal`
 * (may be NULL) telling how; with other failures of a write QM_REFUSED_UNANSWERED tells that one
 * of its attempts may have been done all the same. 404 on a read is QM_ENOTFOUND.
 */
enum qm_code qm_session_call(struct qm_session *session, const struct qm_api_call *call,
	json_t **out, enum qm_refusal *refusal, struct qm_error *err) QM_MUST_CHECK;

/*
 * Whether a call that `limit` holds back until `at_ms` would be waited for if the work went on from
 * here: if not, QM_ESTOPPED in the words that it would end with. Waits for nothing.
 */
enum qm_code qm_session_foresee(const struct qm_session *session, const struct qm_verdict *limit,
	int64_t at_ms, struct qm_error *err) QM_MUST_CHECK;

#endif
