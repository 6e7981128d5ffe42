/*
 * decide WHAT STATE POLICY ARGUMENTS COUNT - so many decisions about one call, each of which has to
 * be "allowed". WHAT is one of
 *
 *     check    the gate is asked, nothing is counted
 *     reserve  the gate is asked, and the call is counted
 *     store    the store alone counts, as the gate would have it do
 *
 * STATE is "memory", redis://... or the path of an SQLite file; ARGUMENTS is a JSON file.
 */
#include "policy/gate.h"
#include "policy/redis.h"
#include "src/api/dialer.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TOOL "qmetry_bulk_update_test_case_execution_status"

enum { MAX_POLICY_BYTES = 1 << 20, DAY_MS = 86400000, TIMEOUT_MS = 5000 };

struct desk {
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
	struct qm_tool_call call;
	int64_t now_ms;
	struct qm_error err;
};

static int64_t ticks_ms(void *context)
{
	struct timespec time;

	(void)context;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static enum qm_code open_redis(struct desk *desk, const char *url, const struct qm_clock *clock)
{
	const struct qm_dialer_options dialing = { .timeout_ms = TIMEOUT_MS, .clock = clock };
	struct qm_redis_options options = { .prefix = NULL };
	enum qm_code code = qm_redis_url_parse(url, &options.url, &desk->err);

	if (!code)
		code = qm_dialer_new(&dialing, &options.dialer, &desk->err);
	return code ? code : qm_store_redis(&options, &desk->store, &desk->err);
}

static enum qm_code open_store(struct desk *desk, const char *state, const struct qm_clock *clock)
{
	const struct qm_sqlite_options sqlite = { .path = state };

	if (qm_text_starts(state, "redis://"))
		return open_redis(desk, state, clock);
	if (strcmp(state, "memory") != 0)
		return qm_store_sqlite(&sqlite, &desk->store, &desk->err);
	desk->store = qm_store_memory();
	return QM_OK;
}

static enum qm_code open_gate(struct desk *desk, const char *path)
{
	const struct qm_gate_options options = { .share = 1 };
	struct qm_buf text;
	enum qm_code code;

	qm_buf_init(&text, MAX_POLICY_BYTES);
	code = qm_file_read(path, &text, &desk->err);
	if (!code)
		code = qm_policy_load(text.data, text.length, &desk->policy, NULL, &desk->err);
	if (!code)
		desk->gate = qm_gate_new(desk->policy, desk->store, &options);
	qm_buf_release(&text);
	return code;
}

static bool check(struct desk *desk)
{
	struct qm_verdict verdict;

	return !qm_gate_check(desk->gate, &desk->call, desk->now_ms, &verdict, &desk->err) &&
		verdict.answer == QM_ALLOWED;
}

static bool reserve(struct desk *desk)
{
	struct qm_reservation *reservation = NULL;
	struct qm_verdict verdict;
	bool allowed = !qm_gate_reserve(desk->gate, &desk->call, desk->now_ms, &verdict,
			       &reservation, &desk->err) &&
		verdict.answer == QM_ALLOWED;

	qm_reservation_free(reservation);
	return allowed;
}

static bool reserve_in_store(struct desk *desk)
{
	const struct qm_reserve wish = { .key = TOOL "._rate_day",
		.amount = 1,
		.limit = INT32_MAX,
		.window_ms = DAY_MS,
		.now_ms = desk->now_ms };
	bool allowed = false;
	int64_t value;

	return !desk->store->kind->reserve(desk->store, &wish, &allowed, &value, &desk->err) &&
		allowed;
}

static bool (*find(const char *what))(struct desk *)
{
	if (strcmp(what, "check") == 0)
		return check;
	if (strcmp(what, "reserve") == 0)
		return reserve;
	return strcmp(what, "store") == 0 ? reserve_in_store : NULL;
}

int main(int argc, char **argv)
{
	const struct qm_clock clock = { .ticks_ms = ticks_ms };
	struct desk desk = { .call.tool = TOOL, .now_ms = ticks_ms(NULL) };
	bool (*ask)(struct desk *) = argc == 6 ? find(argv[1]) : NULL;
	int64_t count = 0, allowed = 0;

	if (!ask || !qm_text_int(argv[5], 1, INT32_MAX - 1, &count))
		return 2;
	qm_error_init(&desk.err);
	desk.call.arguments = json_load_file(argv[4], JSON_DECODE_INT_AS_REAL, NULL);
	if (desk.call.arguments && !open_store(&desk, argv[2], &clock) &&
		!open_gate(&desk, argv[3]))
		while (allowed < count && ask(&desk))
			allowed++;
	if (allowed < count)
		(void)fprintf(
			stderr, "%lld allowed, then: %s\n", (long long)allowed, desk.err.text);
	qm_gate_free(desk.gate);
	qm_store_close(desk.store);
	qm_policy_free(desk.policy);
	json_decref(desk.call.arguments);
	return allowed != count;
}
