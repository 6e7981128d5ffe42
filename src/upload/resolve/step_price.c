#include "src/upload/resolve/step_price.h"
#include "src/api/limits.h"
#include "src/base/clock.h"
#include "src/base/text.h"

#include <stdio.h>

struct price {
	const struct qm_job_world *world;
	const struct qm_step_reads *reads;
	struct qm_projection *projection;
	int64_t now_ms, last_ms; /* last_ms: when the last read goes */
};

static const char *reason_for(const struct qm_step_reads *reads)
{
	return reads->again ? "one for each test case run whose steps are looked at again"
			    : "one for each test case run with results";
}

static enum qm_code check_calls(const struct price *price, struct qm_error *err)
{
	const struct qm_call_budget budget = qm_session_budget(price->world->session);
	const struct qm_step_reads *reads = price->reads;

	if (reads->count <= budget.left)
		return QM_OK;
	return qm_error_set(err, QM_ESTOPPED,
		"steps take %zu reads, %s, but --max-calls (%lld) leaves %llu; %s", reads->count,
		reason_for(reads), (long long)budget.allowed, (unsigned long long)budget.left,
		reads->again ? "none of them was made" : "nothing was set");
}

static enum qm_code deny(
	const struct price *price, const struct qm_verdict *verdict, struct qm_error *err)
{
	bool named = *verdict->rule != '\0';

	return qm_error_set(err, QM_EDENIED, "%s denies %s%s%s%s: %s%s; without it %s",
		price->world->policy_name, qm_tool_fetch_steps, named ? " (rule \"" : "",
		verdict->rule, named ? "\")" : "", verdict->message, qm_verdict_note(verdict),
		price->reads->again ? "steps cannot be looked at again: allow it"
				    : "steps cannot be set, and nothing was: allow it, or set test "
				      "cases only (--level case)");
}

/* Whether the read that `limit` holds back until then would be waited for. */
static enum qm_code foresee(
	const struct price *price, const struct qm_verdict *limit, struct qm_error *err)
{
	enum qm_code code = qm_session_foresee(price->world->session, limit, price->last_ms, err);

	if (code)
		qm_error_add(err, "; steps take %zu reads, %s, and none of them was made%s",
			price->reads->count, reason_for(price->reads),
			price->reads->again ? "" : ", so that nothing was set");
	return code;
}

static enum qm_code add_read(struct price *price, int64_t case_run, struct qm_error *err)
{
	json_t *arguments = qm_steps_arguments(price->reads->project_key, case_run);
	const struct qm_tool_call call = { .tool = qm_tool_fetch_steps, .arguments = arguments };
	struct qm_verdict verdict = { .answer = QM_ALLOWED };
	enum qm_code code;

	code = qm_projection_next(price->projection, &call, &verdict, &price->last_ms, err);
	json_decref(arguments);
	if (!code && verdict.answer == QM_DENIED)
		code = deny(price, &verdict, err);
	else if (!code && verdict.limit)
		code = foresee(price, &verdict, err);
	return code;
}

static enum qm_code add_reads(struct price *price, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < price->reads->count; i++)
		code = add_read(price, price->reads->case_runs[i], err);
	return code;
}

/* "steps: 25 reads, one for each test case run with results, the last one in 2 minutes" */
static void tell(const struct price *price, const char *more, const char *why)
{
	int64_t ms = price->last_ms - price->now_ms;
	char text[32];

	qm_text_from_duration(ms > 0 ? ms : 0, text);
	qm_log_line(price->world->log, QM_LOG_NOTICE, "steps: %s%zu read%s%s%s%s", more,
		price->reads->count, price->reads->count == 1 ? "" : "s", why,
		ms > 0 ? ", the last one in " : "", ms > 0 ? text : "");
}

/* Not all of them need be made, so that what is in the way of the last one ends nothing. */
static void tell_verification(struct price *price)
{
	const struct qm_call_budget budget = qm_session_budget(price->world->session);
	struct qm_error err;

	qm_error_init(&err);
	if (2 * price->reads->count > budget.left)
		qm_log_line(price->world->log, QM_LOG_WARNING,
			"steps: --verify may take as many reads again, and end before them: "
			"--max-calls (%lld) leaves %llu now",
			(long long)budget.allowed, (unsigned long long)budget.left);
	else if (!add_reads(price, &err))
		tell(price, "up to ", " more for --verify");
	else
		qm_log_line(price->world->log, QM_LOG_WARNING,
			"steps: --verify may take as many reads again, and end before them: %s",
			err.text);
}

enum qm_code qm_step_price(const struct qm_job_world *world, const struct qm_step_reads *reads,
	int64_t *out_ms, struct qm_error *err)
{
	int64_t now_ms = qm_clock_now(world->clock);
	struct price price = {
		.world = world, .reads = reads, .now_ms = now_ms, .last_ms = now_ms
	};
	char why[100];
	enum qm_code code = check_calls(&price, err);

	*out_ms = 0;
	if (code || !reads->count)
		return code;
	price.projection = qm_projection_new(world->gate, now_ms, QM_BORDER_MS);
	code = add_reads(&price, err);
	*out_ms = price.last_ms > now_ms ? price.last_ms - now_ms : 0;
	if (!code) {
		(void)snprintf(why, sizeof why, ", %s", reason_for(reads));
		tell(&price, "", why);
		if (reads->verify)
			tell_verification(&price);
	}
	qm_projection_free(price.projection);
	return code;
}
