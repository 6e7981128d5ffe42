#include "src/upload/step_price.h"
#include "src/api/limits.h"
#include "src/base/clock.h"
#include "src/base/text.h"

struct price {
	const struct qm_job_world *world;
	const struct qm_catalog *catalog;
	int64_t now_ms, last_ms; /* last_ms: when the last read goes */
};

static enum qm_code check_calls(
	const struct price *price, size_t reads, int64_t max_calls, struct qm_error *err)
{
	const struct qm_session_counts *counts = qm_session_counts(price->world->session);
	uint64_t made = counts->reads + counts->writes, allowed = (uint64_t)max_calls;
	uint64_t left = allowed > made ? allowed - made : 0;

	if (!max_calls || reads <= left)
		return QM_OK;
	return qm_error_set(err, QM_ESTOPPED,
		"steps take %zu reads, one for each test case run with results, but --max-calls "
		"(%lld) leaves %llu; nothing was set",
		reads, (long long)max_calls, (unsigned long long)left);
}

static enum qm_code deny(
	const struct price *price, const struct qm_verdict *verdict, struct qm_error *err)
{
	bool named = *verdict->rule != '\0';

	return qm_error_set(err, QM_EDENIED,
		"%s denies %s%s%s%s: %s%s; without it steps cannot be set, and nothing was: allow "
		"it, or set test cases only (--level case)",
		price->world->policy_name, qm_tool_fetch_steps, named ? " (rule \"" : "",
		verdict->rule, named ? "\")" : "", verdict->message, qm_verdict_note(verdict));
}

/* Whether the read that `limit` holds back until then would be waited for. */
static enum qm_code foresee(const struct price *price, size_t reads, const struct qm_verdict *limit,
	struct qm_error *err)
{
	enum qm_code code = qm_session_foresee(price->world->session, limit, price->last_ms, err);

	if (code)
		qm_error_add(err,
			"; steps take %zu reads, one for each test case run with results, "
			"and nothing was set",
			reads);
	return code;
}

static enum qm_code add_read(struct price *price, struct qm_projection *projection,
	int64_t case_run, struct qm_verdict *verdict, struct qm_error *err)
{
	json_t *arguments = qm_steps_arguments(price->catalog->project.key, case_run);
	const struct qm_tool_call call = { .tool = qm_tool_fetch_steps, .arguments = arguments };
	enum qm_code code;

	code = qm_projection_next(projection, &call, verdict, &price->last_ms, err);
	json_decref(arguments);
	if (!code && verdict->answer == QM_DENIED)
		return deny(price, verdict, err);
	return code;
}

static void tell(const struct price *price, size_t reads)
{
	int64_t ms = price->last_ms - price->now_ms;
	char text[32];

	qm_text_from_duration(ms > 0 ? ms : 0, text);
	qm_log_line(price->world->log, QM_LOG_NOTICE,
		"steps: %zu read%s, one for each test case run with results%s%s", reads,
		reads == 1 ? "" : "s", ms > 0 ? ", the last one in " : "", ms > 0 ? text : "");
}

enum qm_code qm_step_price(const struct qm_job_world *world, const struct qm_catalog *catalog,
	const struct qm_vec *reads, int64_t max_calls, int64_t *out_ms, struct qm_error *err)
{
	int64_t now_ms = qm_clock_now(world->clock);
	struct price price = {
		.world = world, .catalog = catalog, .now_ms = now_ms, .last_ms = now_ms
	};
	struct qm_projection *projection;
	enum qm_code code = check_calls(&price, reads->count, max_calls, err);

	*out_ms = 0;
	if (code || !reads->count)
		return code;
	projection = qm_projection_new(world->gate, now_ms, QM_BORDER_MS);
	for (size_t i = 0; !code && i < reads->count; i++) {
		const struct qm_step_read *read = qm_vec_at(reads, i);
		const struct qm_run *run = qm_vec_at(&catalog->runs, read->run);
		struct qm_verdict verdict = { .answer = QM_ALLOWED };

		code = add_read(&price, projection, run->id, &verdict, err);
		if (!code && verdict.limit)
			code = foresee(&price, reads->count, &verdict, err);
	}
	qm_projection_free(projection);
	*out_ms = price.last_ms > now_ms ? price.last_ms - now_ms : 0;
	if (!code)
		tell(&price, reads->count);
	return code;
}
