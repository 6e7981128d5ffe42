#include "src/api/limits.h"
#include "src/base/memory.h"
#include "tests/api/stage.h"

#include <stdio.h>
#include <stdlib.h>

static const char two_a_minute[] = "version: \"1\"\n"
				   "tools:\n"
				   "  qmetry_bulk_update_test_case_execution_status:\n"
				   "    rules:\n"
				   "      - name: pace\n"
				   "        rate_limit: 2/minute\n";

static const char two_an_hour[] = "version: \"1\"\n"
				  "tools:\n"
				  "  \"*\":\n"
				  "    rules:\n"
				  "      - name: pace\n"
				  "        rate_limit: 2/hour\n";

static const char no_writes[] = "version: \"1\"\n"
				"tools:\n"
				"  qmetry_bulk_update_test_case_execution_status:\n"
				"    rules:\n"
				"      - name: no writes\n"
				"        action: deny\n"
				"        on_deny: Not from CI\n";

static const struct answer good[] = { { .status = 200, .body = "{\"success\":true}" } };

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void a_good_answer_is_handed_over(void **state)
{
	static const struct answer answers[] = { { .status = 200, .body = "{\"total\":3}" } };
	const struct qm_api_call call = stage_call(QM_READ);
	struct stage *stage = *state;
	enum qm_refusal refusal = QM_REFUSED_SIZE;
	json_t *answer;

	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(qm_session_call(stage->session, &call, &answer, &refusal, NULL), QM_OK);
	assert_int_equal(json_integer_value(json_object_get(answer, "total")), 3);
	assert_int_equal(refusal, QM_NOT_REFUSED);
	assert_int_equal(stage->sent[0].timeout_ms, 60000);
	assert_int_equal(qm_session_counts(stage->session)->reads, 1);
	assert_int_equal(qm_session_counts(stage->session)->writes, 0);
	assert_int_equal(qm_session_counts(stage->session)->retries, 0);
	json_decref(answer);
}

static void an_empty_answer_is_enough_for_a_write_only(void **state)
{
	static const struct answer answers[] = { { .status = 204 } };
	struct stage *stage = *state;
	struct qm_error err;

	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_READ, NULL, &err), QM_EUNREACHABLE);
	assert_has(err.text, "204 with nothing");
}

static void a_used_up_window_is_waited_for(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	stage->now_ms += 19000;
	PLAY(stage, two_a_minute, good);
	for (int i = 0; i < 3; i++)
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage->sent[1].at_ms, STAGE_START_MS + 19000);
	assert_true(stage->sent[2].at_ms >= STAGE_START_MS + 60000);
	assert_true(stage->sent[2].at_ms <= STAGE_START_MS + 60100);
	assert_string_equal(stage->log, "waiting 41 s: 2 calls a minute, team.yaml\n");
	assert_true(qm_session_counts(stage->session)->waited_ms >= 41000);
	assert_int_equal(qm_session_counts(stage->session)->writes, 3);
}

/* Another process takes what the new window has before we come: then it is the window after. */
static bool wait_and_lose(void *context, int64_t ms)
{
	struct stage *stage = context;
	const struct qm_api_call call = stage_call(QM_WRITE);
	struct qm_reservation *reservation;
	struct qm_verdict verdict;

	stage->now_ms += ms;
	for (int i = 0; i < 2 && stage->waits == 0; i++) {
		assert_int_equal(qm_gate_reserve(stage->gate, &call.tool, stage->now_ms, &verdict,
					 &reservation, NULL),
			QM_OK);
		qm_reservation_free(reservation);
	}
	stage->waits++;
	return true;
}

static void a_window_that_others_drew_empty_means_the_next_one(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	stage->clock.wait_ms = wait_and_lose;
	PLAY(stage, two_a_minute, good);
	for (int i = 0; i < 3; i++)
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage->waits, 2);
	assert_true(stage->sent[2].at_ms >= STAGE_START_MS + 120000);
}

static void a_wait_beyond_max_wait_is_refused_with_both_numbers(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	PLAY(stage, two_an_hour, good);
	assert_int_equal(stage_make_call(stage, QM_READ, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_int_equal(stage->waits, 0);
	assert_int_equal(stage->sent_count, 2);
	assert_has(err.text, "2 calls an hour, team.yaml");
	assert_has(err.text, "29 min 0 s");
	assert_has(err.text, "--max-wait leaves 10 min 0 s of 10 min 0 s");
	assert_string_equal(err.source, "");
}

static void max_wait_is_a_sum(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.max_wait_ms = 90000;
	PLAY(stage, two_a_minute, good);
	for (int i = 0; i < 4; i++)
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_has(err.text, "would be in 60 s, but --max-wait leaves 29 s of 90 s");
	assert_int_equal(stage->waits, 1);
}

static void a_wait_beyond_the_deadline_is_refused_with_both_numbers(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.deadline_ms = 30000;
	PLAY(stage, two_a_minute, good);
	for (int i = 0; i < 2; i++)
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_int_equal(stage->waits, 0);
	assert_has(err.text, "--deadline leaves 30 s of 30 s");
}

static void nothing_is_sent_after_the_deadline_and_none_waits_longer(void **state)
{
	static const struct answer slow[] = { { .status = 200, .body = "{}", .takes_ms = 50000 } };
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.deadline_ms = 80000;
	PLAY(stage, stage_allow_all, slow);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage->sent[1].timeout_ms, 30000);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_has(err.text, "--deadline (80 s) is over");
	assert_int_equal(stage->sent_count, 2);
}

static void on_limit_stop_never_waits_for_a_limit(void **state)
{
	static const struct answer answers[] = {
		{ .status = 200, .body = "{}" },
		{ .status = 503 },
		{ .status = 429, .retry_after = "1" },
	};
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.stop_on_limit = true;
	PLAY(stage, two_a_minute, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_READ, NULL, &err), QM_ESTOPPED);
	assert_has(err.text, "429");
	assert_has(err.text, "--on-limit");
	assert_int_equal(stage->waits, 1); /* for the 503, which is no limit */
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_has(err.text, "2 calls a minute");
	assert_int_equal(stage->waits, 1);
}

static void all_calls_count_against_max_calls(void **state)
{
	static const struct answer answers[] = { { .status = 200, .body = "{}" }, { .status = 503 },
		{ .status = 200, .body = "{}" } };
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.max_calls = 3;
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_READ, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK); /* with a retry */
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_string_equal(err.text, "all calls of --max-calls (3) are made");
	assert_int_equal(stage->sent_count, 3);
}

static void what_the_policy_denies_is_not_sent(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	PLAY(stage, no_writes, good);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_EDENIED);
	assert_int_equal(stage->sent_count, 0);
	assert_has(err.text, "team.yaml denies qmetry_bulk_update_test_case_execution_status");
	assert_has(err.text, "no writes");
	assert_has(err.text, "Not from CI");
}

/* 0: our own back-off counts, which is at most 1 s. */
static void retry_after_is_read_in_all_its_forms(void **state)
{
	static const struct {
		const char *header;
		int64_t wait_ms;
	} rows[] = {
		{ "7", 7000 },
		{ "0", 0 },
		{ "", 0 },
		{ "soon", 0 },
		{ "-5", 0 },
		{ "7.5", 0 },
		{ "Thu, 15 Jan 2026 10:31:09 GMT", 9000 },
		{ "Thu, 15 Jan 2026 10:30:00 GMT", 0 },
		{ "Thu, 32 Jan 2026 10:31:09 GMT", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct answer answers[] = { { .status = 429, .retry_after = rows[i].header },
			{ .status = 200, .body = "{}" } };
		struct stage *stage;
		void *fresh = NULL;
		struct qm_error err;
		int64_t waited;

		assert_int_equal(stage_setup(&fresh), 0);
		stage = fresh;
		PLAY(stage, stage_allow_all, answers);
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
		waited = stage->sent[1].at_ms - stage->sent[0].at_ms;
		/* Without a time we take one of our own. */
		if (rows[i].wait_ms
				? waited != rows[i].wait_ms
				: waited < QM_LIMIT_FIRST_MS || waited > QM_LIMIT_FIRST_MS + 1000)
			fail_msg("Retry-After: %s: waited %d ms", rows[i].header, (int)waited);
		assert_has(stage->log, "429");
		(void)stage_teardown(&fresh);
	}
}

static void an_absurd_retry_after_is_refused_with_both_numbers(void **state)
{
	static const char *const headers[] = { "86400", "99999999999999999999999",
		"Fri, 15 Jan 2027 10:31:00 GMT" };

	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		const struct answer answers[] = { { .status = 429, .retry_after = headers[i] } };
		void *fresh = NULL;
		struct stage *stage;
		struct qm_error err;

		assert_int_equal(stage_setup(&fresh), 0);
		stage = fresh;
		PLAY(stage, stage_allow_all, answers);
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
		assert_int_equal(stage->waits, 0);
		assert_has(err.text, " h 0 min, but --max-wait leaves 10 min 0 s");
		(void)stage_teardown(&fresh);
	}
}

static void a_429_that_does_not_end_stops_after_the_retries(void **state)
{
	static const struct answer answers[] = { { .status = 429, .retry_after = "1" } };
	struct stage *stage = *state;
	struct qm_error err;

	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_int_equal(stage->sent_count, 5);
	assert_has(err.text, "gave up after 5 attempts");
	assert_int_equal(qm_session_counts(stage->session)->retries, 4);
	assert_int_equal(qm_session_counts(stage->session)->writes, 5);
}

static void retries_are_exactly_as_many_as_allowed(void **state)
{
	static const int allowed[] = { 0, 1, 2, 9 };
	static const struct answer answers[] = { { .status = 503 } };

	(void)state;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
		void *fresh = NULL;
		struct stage *stage;
		struct qm_error err;

		assert_int_equal(stage_setup(&fresh), 0);
		stage = fresh;
		stage->options.limits.retries = allowed[i];
		PLAY(stage, stage_allow_all, answers);
		assert_int_equal(stage_make_call(stage, QM_READ, NULL, &err), QM_EUNREACHABLE);
		assert_int_equal(stage->sent_count, 1 + allowed[i]);
		assert_string_equal(err.source, "https://qa.example.com/rest/admin/drop/list");
		(void)stage_teardown(&fresh);
	}
}

static void an_outage_has_its_own_limit(void **state)
{
	static const struct answer answers[] = { { .delivery = QM_NOT_SENT, .takes_ms = 10000 } };
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.retries = 1000;
	stage->options.limits.outage_ms = 120000;
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_EUNREACHABLE);
	assert_has(err.text, "it broke on the way");
	assert_has(err.text, "--outage leaves");
	assert_true(stage->now_ms <= STAGE_START_MS + 10000 + 120000 + 10000);
	assert_true(stage->now_ms >= STAGE_START_MS + 90000);
}

static void an_answer_ends_the_outage(void **state)
{
	static const struct answer answers[] = {
		{ .status = 503, .takes_ms = 40000 },
		{ .status = 200, .body = "{}" },
		{ .status = 503, .takes_ms = 40000 },
		{ .status = 200, .body = "{}" },
	};
	struct stage *stage = *state;
	struct qm_error err;

	stage->options.limits.outage_ms = 50000;
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage->sent_count, 4);
}

static void a_signal_during_a_wait_stops(void **state)
{
	static const struct answer answers[] = { { .status = 503 } };
	struct stage *stage = *state;
	struct qm_error err;

	stage->interrupt_wait = 2;
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_int_equal(stage->sent_count, 2);
	assert_has(err.text, "signal");
}

static void a_signal_during_a_request_stops(void **state)
{
	static const struct answer answers[] = { { .delivery = QM_CUT_OFF } };
	struct stage *stage = *state;
	struct qm_error err;

	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_int_equal(stage->sent_count, 1);
}

static void only_what_was_never_sent_is_given_back(void **state)
{
	static const struct answer answers[] = { { .delivery = QM_NOT_SENT },
		{ .delivery = QM_UNANSWERED }, { .status = 200, .body = "{}" } };
	struct stage *stage = *state;
	struct qm_error err;

	PLAY(stage, two_a_minute, answers);
	/* Three attempts within two a minute: the first one was given back. */
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage->sent_count, 3);
	assert_true(stage->now_ms < STAGE_START_MS + 60000);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_true(stage->now_ms >= STAGE_START_MS + 60000);
}

static void nothing_is_sent_in_the_last_50_ms_of_a_window(void **state)
{
	/* 63,904,069,860 s after the year 1 began, 6 s are left of a window of 7 s. */
	static const char two_in_7_s[] =
		"tools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - action: allow\n"
		"        rate_limit: {max: 2, window: 7}\n";
	static const struct {
		const char *policy;
		int64_t offset_ms, border_ms; /* 0: it is sent at once */
	} rows[] = {
		{ two_a_minute, 59949, 0 },
		{ two_a_minute, 59950, 60000 },
		{ two_a_minute, 59999, 60000 },
		{ two_a_minute, 60000, 0 },
		{ two_in_7_s, 5949, 0 },
		{ two_in_7_s, 5999, 6000 },
		{ two_in_7_s, 6000, 0 },
		{ stage_allow_all, 59999, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		void *fresh = NULL;
		struct stage *stage;
		struct qm_error err;

		assert_int_equal(stage_setup(&fresh), 0);
		stage = fresh;
		stage->now_ms += rows[i].offset_ms;
		PLAY(stage, rows[i].policy, good);
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
		if (rows[i].border_ms)
			assert_true(stage->sent[0].at_ms >= STAGE_START_MS + rows[i].border_ms);
		else
			assert_int_equal(stage->sent[0].at_ms, STAGE_START_MS + rows[i].offset_ms);
		assert_string_equal(stage->log, "");
		/* What was reserved was given back: both calls of the new window are left. */
		if (rows[i].border_ms)
			assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
		assert_int_equal(stage->waits, rows[i].border_ms != 0);
		(void)stage_teardown(&fresh);
	}
}

static enum qm_code fail_to_reserve(struct qm_store *store, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	(void)store;
	(void)wish;
	(void)allowed;
	(void)value;
	return qm_error_set(err, QM_EIO, "the state file is locked");
}

static enum qm_code fail_to_get(
	struct qm_store *store, const char *key, struct qm_counter *out, struct qm_error *err)
{
	(void)store;
	(void)key;
	(void)out;
	return qm_error_set(err, QM_EIO, "the state file is locked");
}

static void close_store(struct qm_store *store)
{
	free(store);
}

static void a_store_that_fails_is_an_error_at_once(void **state)
{
	static const struct qm_store_kind broken = { .name = "broken",
		.reserve = fail_to_reserve,
		.get = fail_to_get,
		.close = close_store };
	struct stage *stage = *state;
	struct qm_error err;

	stage->store = qm_alloc(sizeof *stage->store);
	stage->store->kind = &broken;
	PLAY(stage, two_a_minute, good);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_EIO);
	assert_string_equal(err.text, "the state file is locked");
	assert_int_equal(stage->waits, 0);
	assert_int_equal(stage->sent_count, 0);
}

static void a_write_that_came_late_is_sent_once_more_and_then_left_to_the_planner(void **state)
{
	static const struct answer answers[] = {
		{ .delivery = QM_UNANSWERED, .timed_out = true, .takes_ms = 60000 },
		{ .status = 504 },
	};
	struct stage *stage = *state;
	enum qm_refusal refusal;
	struct qm_error err;

	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, &refusal, &err), QM_EREFUSED);
	assert_int_equal(refusal, QM_REFUSED_UNANSWERED);
	assert_int_equal(stage->sent_count, 2);
}

static void a_key_that_the_server_sends_back_is_not_shown(void **state)
{
	static const struct answer answers[] = { { .status = 401,
		.body = "{\"message\":\"bad key s3cr3t-k3y\"}" } };
	struct stage *stage = *state;
	struct qm_secret *key = qm_secret_new("s3cr3t-k3y", 10);
	struct qm_error err;

	qm_log_hide(&stage->logger, key);
	PLAY(stage, stage_allow_all, answers);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_EAUTH);
	assert_has(err.text, "bad key ***");
	qm_secret_free(key);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_good_answer_is_handed_over),
		TEST(an_empty_answer_is_enough_for_a_write_only),
		TEST(a_used_up_window_is_waited_for),
		TEST(a_window_that_others_drew_empty_means_the_next_one),
		TEST(a_wait_beyond_max_wait_is_refused_with_both_numbers),
		TEST(max_wait_is_a_sum),
		TEST(a_wait_beyond_the_deadline_is_refused_with_both_numbers),
		TEST(nothing_is_sent_after_the_deadline_and_none_waits_longer),
		TEST(on_limit_stop_never_waits_for_a_limit),
		TEST(all_calls_count_against_max_calls),
		TEST(what_the_policy_denies_is_not_sent),
		TEST(retry_after_is_read_in_all_its_forms),
		TEST(an_absurd_retry_after_is_refused_with_both_numbers),
		TEST(a_429_that_does_not_end_stops_after_the_retries),
		TEST(retries_are_exactly_as_many_as_allowed),
		TEST(an_outage_has_its_own_limit),
		TEST(an_answer_ends_the_outage),
		TEST(a_signal_during_a_wait_stops),
		TEST(a_signal_during_a_request_stops),
		TEST(only_what_was_never_sent_is_given_back),
		TEST(nothing_is_sent_in_the_last_50_ms_of_a_window),
		TEST(a_store_that_fails_is_an_error_at_once),
		TEST(a_write_that_came_late_is_sent_once_more_and_then_left_to_the_planner),
		TEST(a_key_that_the_server_sends_back_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
