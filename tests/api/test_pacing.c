#include "tests/api/stage.h"

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

static const struct answer good[] = { { .status = 200, .body = "{\"success\":true}" } };

/* Both calls of every window are gone by the time that it is waited for. */
static bool wait_and_lose_always(void *context, int64_t ms)
{
	const struct qm_api_call call = stage_call(QM_WRITE);
	struct stage *stage = context;

	stage->now_ms += ms;
	stage->waits++;
	for (int i = 0; i < 2; i++) {
		struct qm_reservation *reservation;
		struct qm_verdict verdict;

		assert_int_equal(qm_gate_reserve(stage->gate, &call.tool, stage->now_ms, &verdict,
					 &reservation, NULL),
			QM_OK);
		qm_reservation_free(reservation);
	}
	return true;
}

static void who_loses_every_window_stops_at_max_wait(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;

	stage->clock.wait_ms = wait_and_lose_always;
	PLAY(stage, two_a_minute, good);
	for (int i = 0; i < 2; i++)
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
	assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_ESTOPPED);
	assert_non_null(strstr(err.text, "--max-wait leaves"));
	assert_int_equal(stage->sent_count, 2);
	/* Nine minutes were waited; the tenth and its 50 ms do not fit. */
	assert_int_equal(stage->waits, 9);
}

static void be_patient(struct stage *stage)
{
	stage->options.limits.max_wait_ms = stage->options.limits.deadline_ms = 4 * 3600000;
}

/* The third call of two an hour, at 10:31, waits until 11:00. */
static void make_three_calls(struct stage *stage)
{
	struct qm_error err;

	PLAY(stage, two_an_hour, good);
	for (int i = 0; i < 3; i++)
		assert_int_equal(stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
}

static void a_long_wait_is_told_once_and_ends_just_behind_the_border(void **state)
{
	struct stage *stage = *state;

	be_patient(stage);
	make_three_calls(stage);
	assert_string_equal(stage->log, "waiting 29 min 0 s: 2 calls an hour, team.yaml\n");
	assert_int_equal(stage->sent[2].at_ms, STAGE_START_MS + 29 * 60000 + 50);
	assert_int_equal(qm_session_counts(stage->session)->waited_ms, 29 * 60000 + 50);
}

static void a_clock_set_forwards_shortens_a_wait_and_sends_nothing_early(void **state)
{
	struct stage *stage = *state;

	be_patient(stage);
	stage->step_wait = 2;
	stage->step_ms = 25 * 60000;
	make_three_calls(stage);
	assert_int_equal(stage->sent[2].at_ms, STAGE_START_MS + 4 * 60000 + 50);
}

static void a_clock_set_back_prolongs_no_wait(void **state)
{
	static const int64_t steps_ms[] = { -600000, -3600000, -86400000 };

	(void)state;
	for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
		void *fresh = NULL;
		struct stage *stage;
		int64_t late_ms;

		assert_int_equal(stage_setup(&fresh), 0);
		stage = fresh;
		be_patient(stage);
		stage->step_wait = 2;
		stage->step_ms = steps_ms[i];
		make_three_calls(stage);
		/* Within the hour it is longer by that; another hour is another window. */
		late_ms = i == 0 ? 600000 : 0;
		assert_true(stage->sent[2].at_ms <= STAGE_START_MS + 29 * 60000 + late_ms + 50);
		(void)stage_teardown(&fresh);
	}
}

/* 100 runners, each with a seed of its own, wait for the same minute. */
static void runners_spread_over_the_first_moments_of_a_window(void **state)
{
	int64_t first = INT64_MAX, last = 0, sum = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		int64_t at[2];

		for (int twice = 0; twice < 2; twice++) {
			void *fresh = NULL;
			struct stage *stage;
			struct qm_error err;

			assert_int_equal(stage_setup(&fresh), 0);
			stage = fresh;
			stage->options.spread_waits = true;
			stage->options.seed = seed;
			PLAY(stage, two_a_minute, good);
			for (int i = 0; i < 3; i++)
				assert_int_equal(
					stage_make_call(stage, QM_WRITE, NULL, &err), QM_OK);
			at[twice] = stage->sent[2].at_ms - STAGE_START_MS - 60050;
			(void)stage_teardown(&fresh);
		}
		assert_int_equal(at[0], at[1]);
		first = at[0] < first ? at[0] : first;
		last = at[0] > last ? at[0] : last;
		sum += at[0];
	}
	assert_in_range(first, 0, 30);
	assert_in_range(last, 570, 600);
	assert_in_range(sum / 100, 200, 400);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_loses_every_window_stops_at_max_wait),
		TEST(a_long_wait_is_told_once_and_ends_just_behind_the_border),
		TEST(a_clock_set_forwards_shortens_a_wait_and_sends_nothing_early),
		TEST(a_clock_set_back_prolongs_no_wait),
		TEST(runners_spread_over_the_first_moments_of_a_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
