#include "policy/gate.h"
#include "policy/condition.h"
#include "policy/gate_internal.h"
#include "policy/window.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct qm_reservation {
	struct qm_vec taken; /* struct qm_taken */
};

struct qm_gate *qm_gate_new(const struct qm_policy *policy, struct qm_store *store,
	const struct qm_gate_options *options)
{
	struct qm_gate *gate = qm_alloc(sizeof *gate);

	assert(options->headroom_percent >= 0 && options->headroom_percent < 100);
	assert(options->share >= 1);
	qm_gate_init(gate,
		&(struct qm_engine){ .policy = policy,
			.store = store,
			.headroom_percent = options->headroom_percent,
			.share = options->share });
	return gate;
}

void qm_gate_init(struct qm_gate *gate, const struct qm_engine *engine)
{
	*gate = (struct qm_gate){ .engine = *engine };
	if (!engine->store)
		return;
	gate->trial = qm_store_snapshot(engine->store);
	gate->prospect = qm_store_snapshot(engine->store);
}

void qm_gate_release(struct qm_gate *gate)
{
	qm_store_close(gate->trial);
	qm_store_close(gate->prospect);
}

void qm_gate_free(struct qm_gate *gate)
{
	if (!gate)
		return;
	qm_gate_release(gate);
	free(gate);
}

const char *qm_verdict_note(const struct qm_verdict *verdict)
{
	if (verdict->never_fits)
		return " (the call alone takes more than the rule allows, so it never fits)";
	return verdict->gave_up ? " (a pattern took too long to match and counted as no match)"
				: "";
}

static void cut_text(char *out, size_t size, const char *text)
{
	size_t length = qm_text_cut(text, strlen(text), size - 1);

	memcpy(out, text, length);
	out[length] = '\0';
}

/* Who objected, in Intercept's words. */
static void take_words(struct qm_verdict *out, const struct qm_decision *decision)
{
	cut_text(out->rule, sizeof out->rule, decision->rule ? decision->rule : "");
	cut_text(out->path, sizeof out->path, decision->failed ? decision->failed->path : "");
	cut_text(out->message, sizeof out->message, decision->message.data);
}

/* ---- Limited, or denied for good */

/*
 * Tries on a snapshot of the counters what the call would meet if it waited. Each round asks the
 * engine and takes away those counters that stand in the way, as time will. If the call passes
 * in the end, only counters were in its way, and the latest end of their windows is when it may
 * be tried again.
 */
struct prospect {
	struct qm_engine engine; /* over the snapshot */
	const struct qm_tool_call *call;
	int64_t now_ms;
	struct qm_verdict *out;
	struct qm_verdict words; /* of what stood in the way last */
	struct qm_error *err;
};

enum outlook { PASSES, WAIT, HOPELESS };

static enum qm_code take_away(
	struct prospect *prospect, const char *key, int64_t window_ms, int64_t limit)
{
	struct qm_store *store = prospect->engine.store;
	int64_t until_ms = qm_window_end_ms(window_ms, prospect->now_ms);
	struct qm_verdict *out = prospect->out;

	if (until_ms > out->until_ms) {
		out->until_ms = until_ms;
		out->limit = limit;
		out->window_ms = window_ms;
	}
	return store->kind->reset(store, key, prospect->err);
}

/* Waiting helps against lt and lte on a counter that is not 0, and against nothing else. */
static enum qm_code condition_in_the_way(
	struct prospect *prospect, const struct qm_condition *condition, enum outlook *outlook)
{
	struct qm_store *store = prospect->engine.store;
	const char *key = qm_condition_counter(condition);
	struct qm_counter counter;
	enum qm_code code;
	double limit = 0;

	*outlook = HOPELESS;
	if (!key || (condition->compare != QM_OP_LT && condition->compare != QM_OP_LTE))
		return QM_OK;
	code = store->kind->get(store, key, &counter, prospect->err);
	if (code || counter.endless || !qm_window_value(&counter, prospect->now_ms))
		return code;
	(void)qm_value_number(&condition->value, &limit);
	*outlook = WAIT;
	return take_away(prospect, key, counter.window_ms, qm_to_integer(limit));
}

static enum qm_code rule_in_the_way(
	struct prospect *prospect, const struct qm_rule *rule, enum outlook *outlook)
{
	enum qm_code code = QM_OK;

	*outlook = HOPELESS;
	for (size_t i = 0; i < rule->conditions.count && !code; i++) {
		const struct qm_condition *condition = qm_vec_at(&rule->conditions, i);

		if (qm_engine_holds(&prospect->engine, prospect->call, condition, prospect->now_ms))
			continue;
		code = condition_in_the_way(prospect, condition, outlook);
		if (*outlook == HOPELESS) {
			cut_text(
				prospect->words.path, sizeof prospect->words.path, condition->path);
			break;
		}
	}
	return code;
}

/* An empty counter can refuse too: one that several rules count, or an amount above the limit. */
static enum qm_code limit_in_the_way(
	struct prospect *prospect, const struct qm_decision *decision, enum outlook *outlook)
{
	struct qm_store *store = prospect->engine.store;
	int64_t window_ms = decision->denied_by->state->window_ms;
	struct qm_counter counter;
	enum qm_code code = store->kind->get(store, decision->key, &counter, prospect->err);

	*outlook = HOPELESS;
	prospect->words.never_fits = decision->amount > decision->limit;
	if (code || !counter.exists || counter.value <= 0 ||
		counter.window_start_ms != qm_window_start_ms(window_ms, prospect->now_ms))
		return code;
	*outlook = WAIT;
	return take_away(prospect, decision->key, window_ms, decision->limit);
}

/* One round. */
static enum qm_code look_ahead(struct prospect *prospect, enum outlook *outlook)
{
	struct qm_decision decision;
	enum qm_code code;

	*outlook = HOPELESS;
	qm_decision_init(&decision, prospect->err);
	qm_engine_decide(&prospect->engine, prospect->call, prospect->now_ms, &decision);
	code = decision.store_code;
	take_words(&prospect->words, &decision);
	prospect->words.never_fits = false;
	if (!code && decision.allowed)
		*outlook = PASSES;
	else if (!code && decision.stage == QM_STAGE_EVALUATE)
		code = rule_in_the_way(prospect, decision.denied_by, outlook);
	else if (!code && decision.stage == QM_STAGE_RESERVE)
		code = limit_in_the_way(prospect, &decision, outlook);
	qm_decision_release(&decision);
	return code;
}

/*
 * Fills in the answer. A round of WAIT empties a counter that was not empty, and there is a
 * counter or two for each rule, so the rounds come to an end.
 */
static enum qm_code classify(const struct qm_gate *gate, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_verdict *out, struct qm_error *err)
{
	struct prospect prospect = {
		.engine = gate->engine, .call = call, .now_ms = now_ms, .out = out, .err = err
	};
	enum outlook outlook = HOPELESS;
	enum qm_code code = QM_OK;

	out->answer = QM_DENIED;
	if (!gate->engine.store)
		return QM_OK;
	qm_store_snapshot_renew(gate->prospect, gate->engine.store);
	prospect.engine.store = gate->prospect;
	do
		code = look_ahead(&prospect, &outlook);
	while (!code && outlook == WAIT);
	if (code || outlook == HOPELESS) {
		/* What waiting would not help against says so, not the limit before it. */
		memcpy(out->rule, prospect.words.rule, sizeof out->rule);
		memcpy(out->path, prospect.words.path, sizeof out->path);
		memcpy(out->message, prospect.words.message, sizeof out->message);
		out->never_fits = prospect.words.never_fits;
		out->until_ms = out->limit = out->window_ms = 0;
		return code;
	}
	out->answer = QM_LIMITED;
	/* Somebody gave calls back since the store was asked: then try again at once. */
	if (out->until_ms <= now_ms)
		out->until_ms = now_ms + 1;
	return QM_OK;
}

/* ---- The three questions */

enum qm_code qm_gate_judge(const struct qm_gate *gate, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_verdict *out, struct qm_vec *taken, struct qm_error *err)
{
	struct qm_decision decision;
	enum qm_code code;

	out->answer = QM_ALLOWED;
	out->until_ms = INT64_MIN;
	out->limit = out->window_ms = 0;
	out->never_fits = false;
	qm_decision_init(&decision, err);
	if (!qm_engine_grant(&gate->engine, call, now_ms, &decision))
		qm_engine_decide(&gate->engine, call, now_ms, &decision);
	out->gave_up = decision.gave_up;
	take_words(out, &decision);
	code = decision.store_code;
	if (!code && !decision.allowed)
		code = classify(gate, call, now_ms, out, err);
	if (!code && decision.allowed) {
		*taken = decision.taken;
		qm_vec_init(&decision.taken, sizeof(struct qm_taken));
	}
	if (out->until_ms == INT64_MIN)
		out->until_ms = 0;
	qm_decision_release(&decision);
	return code;
}

enum qm_code qm_gate_try(const struct qm_gate *gate, const struct qm_tool_call *call,
	int64_t now_ms, struct qm_verdict *out, struct qm_error *err)
{
	struct qm_gate copy = *gate;
	struct qm_vec taken;
	enum qm_code code;

	qm_vec_init(&taken, sizeof(struct qm_taken));
	if (copy.trial) {
		qm_store_snapshot_renew(copy.trial, gate->engine.store);
		copy.engine.store = copy.trial;
	}
	code = qm_gate_judge(&copy, call, now_ms, out, &taken, err);
	qm_vec_release(&taken);
	return code;
}

enum qm_code qm_gate_check(struct qm_gate *gate, const struct qm_tool_call *call, int64_t now_ms,
	struct qm_verdict *out, struct qm_error *err)
{
	return qm_gate_try(gate, call, now_ms, out, err);
}

enum qm_code qm_gate_reserve(struct qm_gate *gate, const struct qm_tool_call *call, int64_t now_ms,
	struct qm_verdict *out, struct qm_reservation **out_reservation, struct qm_error *err)
{
	struct qm_reservation *reservation = qm_alloc(sizeof *reservation);
	enum qm_code code;

	*out_reservation = NULL;
	qm_vec_init(&reservation->taken, sizeof(struct qm_taken));
	code = qm_gate_judge(gate, call, now_ms, out, &reservation->taken, err);
	if (code || out->answer != QM_ALLOWED)
		qm_reservation_free(reservation);
	else
		*out_reservation = reservation;
	return code;
}

enum qm_code qm_gate_return(struct qm_gate *gate, const struct qm_reservation *reservation,
	int64_t now_ms, struct qm_error *err)
{
	struct qm_vec current;
	enum qm_code code;

	/* A counter of a window that is over would only be made to count too little. */
	qm_vec_init(&current, sizeof(struct qm_taken));
	for (size_t i = 0; i < reservation->taken.count; i++) {
		const struct qm_taken *taken = qm_vec_at(&reservation->taken, i);

		if (qm_window_start_ms(taken->window_ms, now_ms) == taken->window_start_ms)
			qm_vec_push(&current, taken);
	}
	code = qm_engine_rollback(gate->engine.store, &current, err);
	qm_vec_release(&current);
	return code;
}

int64_t qm_taken_end_ms(const struct qm_vec *taken)
{
	int64_t first_ms = INT64_MAX;

	for (size_t i = 0; i < taken->count; i++) {
		const struct qm_taken *one = qm_vec_at(taken, i);
		int64_t end_ms = one->window_start_ms + one->window_ms;

		first_ms = end_ms < first_ms ? end_ms : first_ms;
	}
	return first_ms;
}

int64_t qm_reservation_end_ms(const struct qm_reservation *reservation)
{
	return qm_taken_end_ms(&reservation->taken);
}

void qm_reservation_free(struct qm_reservation *reservation)
{
	if (!reservation)
		return;
	qm_vec_release(&reservation->taken);
	free(reservation);
}
