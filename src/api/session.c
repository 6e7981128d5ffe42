#include "src/api/session.h"
#include "src/api/limits.h"
#include "src/api/retry.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

struct qm_session {
	struct qm_session_options options;
	struct qm_session_counts counts;
	int64_t started_ms;       /* ticks */
	int64_t limit_waited_ms;  /* waits for limits so far */
	int64_t failing_since_ms; /* ticks of the first failure since the last answer; -1: none */
	int64_t told_end_ms;      /* ticks: the end of the wait for a limit that was told last */
	uint64_t random;
};

/* A wait that is due, and what the user is told about it. */
struct pause {
	enum { FOR_LIMIT, FOR_OUTAGE, FOR_BORDER, FOR_EVENT } reason;
	bool is_asked_again; /* the gate is, so a part of a long wait will do for now */
	int64_t ms;
	char why[560];
};

struct qm_session *qm_session_new(const struct qm_session_options *options)
{
	struct qm_session *session = qm_alloc(sizeof *session);

	session->options = *options;
	session->started_ms = qm_clock_ticks(options->clock);
	session->failing_since_ms = -1;
	session->told_end_ms = INT64_MIN / 2;
	session->random = options->seed;
	return session;
}

void qm_session_free(struct qm_session *session)
{
	free(session);
}

const struct qm_session_counts *qm_session_counts(const struct qm_session *session)
{
	return &session->counts;
}

const struct qm_signature *qm_session_signature(const struct qm_session *session)
{
	return &session->options.signature;
}

struct qm_stop qm_session_stop(
	const struct qm_session *session, const volatile sig_atomic_t *interrupted)
{
	return (struct qm_stop){ .interrupted = interrupted,
		.clock = session->options.clock,
		.since_ms = session->started_ms,
		.allowed_ms = session->options.limits.deadline_ms };
}

/* ---- Waits: does this one fit, and if so, wait. */

static int64_t elapsed_ms(const struct qm_session *session)
{
	return qm_clock_ticks(session->options.clock) - session->started_ms;
}

/* What a setting allows of something, what of it is gone, and the failure when it is over. */
struct budget {
	const char *setting;
	int64_t allowed_ms, spent_ms;
	enum qm_code code;
};

/* "...: the next attempt would be in 41 min 3 s, but --max-wait leaves 2 min 0 s of 10 min 0 s" */
static enum qm_code check_budget(
	const struct pause *pause, const struct budget *budget, struct qm_error *err)
{
	int64_t left_ms = budget->allowed_ms - budget->spent_ms;
	char need[32], left[32], allowed[32];

	if (pause->ms <= left_ms)
		return QM_OK;
	qm_text_from_duration(pause->ms, need);
	qm_text_from_duration(left_ms > 0 ? left_ms : 0, left);
	qm_text_from_duration(budget->allowed_ms, allowed);
	return qm_error_set(err, budget->code,
		"%s: the next attempt would be in %s, but %s leaves %s of %s", pause->why, need,
		budget->setting, left, allowed);
}

static enum qm_code check_fits(
	const struct qm_session *session, const struct pause *pause, struct qm_error *err)
{
	const struct qm_session_limits *limits = &session->options.limits;
	int64_t failing_ms = qm_clock_ticks(session->options.clock) - session->failing_since_ms;
	const struct budget max_wait = { "--max-wait", limits->max_wait_ms,
		session->limit_waited_ms, QM_ESTOPPED };
	const struct budget outage = { "--outage", limits->outage_ms, failing_ms, QM_EUNREACHABLE };
	const struct budget deadline = { "--deadline", limits->deadline_ms, elapsed_ms(session),
		QM_ESTOPPED };
	enum qm_code code = QM_OK;

	if (pause->reason == FOR_LIMIT && limits->stop_on_limit)
		return qm_error_set(
			err, QM_ESTOPPED, "%s: stopped, as --on-limit says", pause->why);
	if (pause->reason == FOR_LIMIT)
		code = check_budget(pause, &max_wait, err);
	if (pause->reason == FOR_OUTAGE)
		code = check_budget(pause, &outage, err);
	return code ? code : check_budget(pause, &deadline, err);
}

/* A long wait for a limit is one of several slices, and is told once. */
static void tell_wait(struct qm_session *session, const struct pause *pause, const char *duration)
{
	int64_t end_ms = qm_clock_ticks(session->options.clock) + pause->ms;
	int64_t moved_ms = end_ms - session->told_end_ms;
	bool told = moved_ms >= -QM_SPREAD_MAX_MS && moved_ms <= QM_SPREAD_MAX_MS;

	if (pause->reason == FOR_BORDER || (pause->reason == FOR_LIMIT && told))
		return;
	qm_log_line(session->options.log, QM_LOG_NOTICE, "waiting %s: %s", duration, pause->why);
	if (pause->reason == FOR_LIMIT)
		session->told_end_ms = end_ms;
}

/* The last slice is long enough to end as far behind the border as the whole wait would. */
static int64_t slice_of(const struct pause *pause)
{
	int64_t but_the_end_ms = pause->ms - 2 * QM_SPREAD_MAX_MS;

	if (!pause->is_asked_again || pause->ms <= QM_WAIT_SLICE_MS)
		return pause->ms;
	return but_the_end_ms < QM_WAIT_SLICE_MS ? but_the_end_ms : QM_WAIT_SLICE_MS;
}

static enum qm_code wait_for(
	struct qm_session *session, const struct pause *pause, struct qm_error *err)
{
	const struct qm_clock *clock = session->options.clock;
	enum qm_code code = check_fits(session, pause, err);
	int64_t begun = qm_clock_ticks(clock), waited;
	char duration[32];
	bool whole;

	if (code)
		return code;
	qm_text_from_duration(pause->ms, duration);
	tell_wait(session, pause, duration);
	whole = qm_clock_wait(clock, slice_of(pause));
	waited = qm_clock_ticks(clock) - begun;
	session->counts.waited_ms += waited;
	if (pause->reason == FOR_LIMIT)
		session->limit_waited_ms += waited;
	if (!whole)
		return qm_error_set(err, QM_ESTOPPED,
			"stopped by a signal during a wait of %s (%s)", duration, pause->why);
	return QM_OK;
}

enum qm_code qm_session_wait(
	struct qm_session *session, int64_t wait_ms, const char *why, struct qm_error *err)
{
	struct pause pause = { .reason = FOR_EVENT, .ms = wait_ms };

	(void)snprintf(pause.why, sizeof pause.why, "%s", why);
	return wait_for(session, &pause, err);
}

/* ---- The gate: a reservation for one attempt, or why there is none. */

/* "30 calls a minute, built-in policy" */
static void describe_limit(
	const struct qm_session *session, const struct qm_verdict *verdict, char *out, size_t size)
{
	char window[48], duration[32];

	qm_text_from_duration(verdict->window_ms, duration);
	if (verdict->window_ms == MINUTE_MS)
		(void)snprintf(window, sizeof window, "a minute");
	else if (verdict->window_ms == HOUR_MS)
		(void)snprintf(window, sizeof window, "an hour");
	else if (verdict->window_ms == DAY_MS)
		(void)snprintf(window, sizeof window, "a day");
	else
		(void)snprintf(window, sizeof window, "in %s", duration);
	(void)snprintf(out, size, "%lld call%s %s, %s", (long long)verdict->limit,
		verdict->limit == 1 ? "" : "s", window, session->options.policy_name);
}

/* So that runners which wait for one window do not all come in its first moment. */
static int64_t spread_ms(struct qm_session *session, int64_t window_ms)
{
	int64_t most = window_ms / QM_SPREAD_PART;

	if (!session->options.spread_waits)
		return 0;
	return qm_random_up_to(most < QM_SPREAD_MAX_MS ? most : QM_SPREAD_MAX_MS, &session->random);
}

/*
 * The gate's border is where the new window begins; a little later it is there for everybody. How
 * long that takes counts from when the gate was asked: the clock may have been set since.
 */
static enum qm_code wait_for_limit(struct qm_session *session, const struct qm_verdict *verdict,
	int64_t asked_ms, struct qm_error *err)
{
	struct pause pause = { .reason = FOR_LIMIT, .is_asked_again = true };

	pause.ms = verdict->until_ms - asked_ms + QM_BORDER_MS +
		spread_ms(session, verdict->window_ms);
	describe_limit(session, verdict, pause.why, sizeof pause.why);
	return wait_for(session, &pause, err);
}

enum qm_code qm_session_foresee(const struct qm_session *session, const struct qm_verdict *limit,
	int64_t at_ms, struct qm_error *err)
{
	struct pause pause = { .reason = FOR_LIMIT };

	pause.ms = at_ms - qm_clock_now(session->options.clock);
	describe_limit(session, limit, pause.why, sizeof pause.why);
	return check_fits(session, &pause, err);
}

static enum qm_code deny(const struct qm_session *session, const struct qm_tool_call *tool,
	const struct qm_verdict *verdict, struct qm_error *err)
{
	return qm_error_set(err, QM_EDENIED, "%s denies %s%s%s%s: %s%s",
		session->options.policy_name, tool->tool, *verdict->rule ? " (rule \"" : "",
		verdict->rule, *verdict->rule ? "\")" : "", verdict->message,
		qm_verdict_note(verdict));
}

/* The call was never sent. A store that fails here leaves a counter too high, which is safe. */
static void give_back(struct qm_session *session, const struct qm_reservation *reservation)
{
	struct qm_error err;

	qm_error_init(&err);
	if (qm_gate_return(
		    session->options.gate, reservation, qm_clock_now(session->options.clock), &err))
		qm_log_failure(session->options.log, QM_LOG_WARNING, &err);
}

/*
 * Whether a window may end while the request travels: a call that was reserved at 10:31:59.960
 * would count here for 10:31 and over there for 10:32.
 */
static bool is_near_border(
	const struct qm_reservation *reservation, int64_t now_ms, int64_t *out_wait_ms)
{
	int64_t border_ms = qm_reservation_end_ms(reservation);

	if (border_ms == INT64_MAX || now_ms < border_ms - QM_BORDER_MS)
		return false;
	*out_wait_ms = border_ms + QM_BORDER_MS - now_ms;
	return true;
}

/* A call that the audit log does not know is not made. */
static enum qm_code note(struct qm_session *session, const struct qm_tool_call *call,
	const struct qm_verdict *verdict, struct qm_error *err)
{
	const struct qm_session_options *options = &session->options;
	enum qm_code code = QM_OK;

	if (options->events)
		code = qm_events_add(
			options->events, qm_clock_now(options->clock), call, verdict, err);
	if (code)
		qm_error_add(err, " (the audit log, --events)");
	return code;
}

/* One answer of the gate and what follows; `out` stays NULL where it is to be asked again. */
static enum qm_code ask_gate(struct qm_session *session, const struct qm_api_call *call,
	struct qm_reservation **out, struct qm_error *err)
{
	const struct qm_clock *clock = session->options.clock;
	struct pause pause = { .reason = FOR_BORDER, .why = "the end of a window is near" };
	struct qm_verdict verdict = { .answer = QM_DENIED };
	int64_t asked_ms = qm_clock_now(clock);
	enum qm_code code;

	code = qm_gate_reserve(session->options.gate, &call->tool, asked_ms, &verdict, out, err);
	if (code)
		return code;
	if (verdict.gave_up)
		qm_log_line(session->options.log, QM_LOG_WARNING,
			"a pattern of %s was too costly to match and counted as no match",
			session->options.policy_name);
	if (verdict.answer == QM_DENIED) {
		code = note(session, &call->tool, &verdict, err);
		return code ? code : deny(session, &call->tool, &verdict, err);
	}
	if (verdict.answer == QM_LIMITED) {
		code = wait_for_limit(session, &verdict, asked_ms, err);
		/* It was waited for, or it is the end: then it is a denial. */
		if (code && note(session, &call->tool, &verdict, NULL))
			qm_log_line(session->options.log, QM_LOG_WARNING,
				"the audit log of --events cannot be written");
		return code;
	}
	if (call->before.tell)
		code = call->before.tell(call->before.context, err);
	/* Asked last: what is to be done before sending takes its time, too. */
	if (!code && !is_near_border(*out, qm_clock_now(clock), &pause.ms)) {
		code = note(session, &call->tool, &verdict, err);
		if (!code)
			return QM_OK;
	}
	give_back(session, *out);
	qm_reservation_free(*out);
	*out = NULL;
	return !code && pause.ms > 0 ? wait_for(session, &pause, err) : code;
}

/* Others may draw the new window empty while we wait for it: then it is the next one. */
static enum qm_code admit(struct qm_session *session, const struct qm_api_call *call,
	struct qm_reservation **out, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	char all[32];

	*out = NULL;
	while (!code && !*out) {
		if (elapsed_ms(session) >= session->options.limits.deadline_ms) {
			qm_text_from_duration(session->options.limits.deadline_ms, all);
			return qm_error_set(
				err, QM_ESTOPPED, "the time of --deadline (%s) is over", all);
		}
		code = ask_gate(session, call, out, err);
	}
	return code;
}

/* ---- Attempts. */

struct qm_call_budget qm_session_budget(const struct qm_session *session)
{
	int64_t allowed = session->options.limits.max_calls;
	uint64_t made = session->counts.reads + session->counts.writes;
	uint64_t left = !allowed           ? UINT64_MAX
		: (uint64_t)allowed > made ? (uint64_t)allowed - made
					   : 0;

	return (struct qm_call_budget){ allowed, made, left };
}

static enum qm_code check_calls(const struct qm_session *session, struct qm_error *err)
{
	struct qm_call_budget budget = qm_session_budget(session);

	if (budget.left)
		return QM_OK;
	return qm_error_set(err, QM_ESTOPPED, "all calls of --max-calls (%lld) are made",
		(long long)budget.allowed);
}

static void count_attempt(struct qm_session *session, enum qm_effect effect, bool is_retry)
{
	session->counts.reads += effect == QM_READ;
	session->counts.writes += effect != QM_READ;
	session->counts.retries += is_retry;
}

static void read_reply(struct qm_session *session, const struct qm_api_call *call,
	const struct qm_reply *reply, struct qm_finding *out)
{
	qm_finding_read(reply, qm_clock_now(session->options.clock), session->options.log, out);
	if (out->found == QM_FOUND_GOOD && !out->body && call->effect == QM_READ) {
		out->found = QM_FOUND_USELESS;
		(void)snprintf(out->text, sizeof out->text, "the server answered %d with nothing",
			reply->status);
	}
}

static void note_outage(struct qm_session *session, enum qm_found found)
{
	bool failing = found == QM_FOUND_BUSY || found == QM_FOUND_LATE || found == QM_FOUND_CUT ||
		found == QM_FOUND_NO_CONNECTION;

	if (!failing)
		session->failing_since_ms = -1;
	else if (session->failing_since_ms < 0)
		session->failing_since_ms = qm_clock_ticks(session->options.clock);
}

/* Sends it once; what came of it is in `out`. */
static enum qm_code attempt(struct qm_session *session, const struct qm_api_call *call,
	bool is_retry, struct qm_finding *out, struct qm_error *err)
{
	const struct qm_transport *transport = &session->options.transport;
	struct qm_request request = call->request;
	struct qm_reservation *reservation;
	int64_t begun_ms, left_ms;
	struct qm_reply reply;
	enum qm_code code;

	code = check_calls(session, err);
	if (!code)
		code = admit(session, call, &reservation, err);
	if (code)
		return code;
	begun_ms = qm_clock_ticks(session->options.clock);
	left_ms = session->options.limits.deadline_ms - elapsed_ms(session);
	request.timeout_ms = session->options.limits.timeout_ms;
	if (request.timeout_ms > left_ms)
		request.timeout_ms = left_ms > 0 ? left_ms : 1;
	count_attempt(session, call->effect, is_retry);
	qm_reply_init(&reply);
	transport->send(transport->context, &request, &reply);
	read_reply(session, call, &reply, out);
	note_outage(session, out->found);
	if (reply.delivery == QM_NOT_SENT)
		give_back(session, reservation);
	qm_log_line(session->options.log, QM_LOG_DEBUG, "%s %s: %d, %zu bytes, %lld ms%s%s",
		request.method, request.path, reply.status, reply.body.length,
		(long long)(qm_clock_ticks(session->options.clock) - begun_ms),
		*out->text ? ": " : "", out->text);
	qm_reply_release(&reply);
	qm_reservation_free(reservation);
	return QM_OK;
}

/* Not tried again: the finding's own words, and after several attempts their number. */
static enum qm_code give_up(const struct qm_finding *finding, const struct qm_retry *retry,
	const struct qm_tries *tries, struct qm_error *err)
{
	if (retry->code && tries->made > 1)
		return qm_error_set(err, retry->code, "%s; gave up after %d attempts",
			finding->text, tries->made);
	if (retry->code)
		return qm_error_set(err, retry->code, "%s", finding->text);
	return QM_OK;
}

static enum qm_code wait_for_retry(struct qm_session *session, const struct qm_finding *finding,
	const struct qm_retry *retry, const struct qm_tries *tries, struct qm_error *err)
{
	struct pause pause = { .reason = retry->is_limit ? FOR_LIMIT : FOR_OUTAGE,
		.ms = retry->wait_ms };

	(void)snprintf(pause.why, sizeof pause.why, "%s (attempt %d of %d)", finding->text,
		tries->made, session->options.limits.retries + 1);
	return wait_for(session, &pause, err);
}

/* Errors that come from over there name the place; limits, policy and stores are ours. */
static enum qm_code add_place(const struct qm_session *session, const struct qm_api_call *call,
	enum qm_code code, struct qm_error *err)
{
	const char *url = session->options.url;
	char place[QM_URL_MAX_BYTES + 256];
	size_t length = strlen(url);

	if (code != QM_EUNREACHABLE && code != QM_EREFUSED && code != QM_ENOTFOUND &&
		code != QM_EAUTH)
		return code;
	while (length && url[length - 1] == '/')
		length--;
	(void)snprintf(place, sizeof place, "%.*s%s", (int)length, url, call->request.path);
	qm_error_at(err, place, 0, 0);
	return code;
}

enum qm_code qm_session_call(struct qm_session *session, const struct qm_api_call *call,
	json_t **out, enum qm_refusal *refusal, struct qm_error *err)
{
	struct qm_tries tries = { 0 };
	bool may_be_done = false;
	struct qm_finding finding = { .found = QM_FOUND_STOPPED };
	struct qm_retry retry = { .again = true };
	enum qm_code code = QM_OK;

	*out = NULL;
	while (!code && retry.again) {
		qm_finding_release(&finding);
		code = attempt(session, call, tries.made > 0, &finding, err);
		if (code)
			break;
		tries.made++;
		tries.late += finding.found == QM_FOUND_LATE;
		may_be_done = may_be_done || finding.may_be_done;
		retry = qm_retry_decide(&finding, call->effect, &tries,
			session->options.limits.retries, &session->random);
		code = retry.again ? wait_for_retry(session, &finding, &retry, &tries, err)
				   : give_up(&finding, &retry, &tries, err);
	}
	if (refusal)
		*refusal = code == QM_EREFUSED ? retry.refusal
			: code && may_be_done  ? QM_REFUSED_UNANSWERED
					       : QM_NOT_REFUSED;
	if (!code) {
		*out = finding.body ? finding.body : json_object();
		finding.body = NULL;
	}
	qm_finding_release(&finding);
	return add_place(session, call, code, err);
}
