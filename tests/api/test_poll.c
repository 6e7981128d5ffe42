#include "src/api/poll.h"
#include "tests/api/stage.h"

#include <stdlib.h>

static const struct answer none[] = { { .status = 200 } };

static void waits_grow_and_the_last_one_is_cut(void **state)
{
	static const int64_t at_s[] = { 5, 15, 35, 75, 135, 195, 200 };
	struct stage *stage = *state;
	struct qm_error err;
	struct qm_poll poll;
	bool over = false;

	qm_error_init(&err);
	PLAY(stage, stage_allow_all, none);
	qm_poll_init(&poll, 200000);
	for (size_t i = 0; i < sizeof at_s / sizeof *at_s; i++) {
		assert_int_equal(qm_poll_wait(&poll, stage->session, "soon", &over, &err), QM_OK);
		assert_false(over);
		assert_int_equal(stage->now_ms - STAGE_START_MS, at_s[i] * 1000);
	}
	assert_int_equal(qm_poll_wait(&poll, stage->session, "soon", &over, &err), QM_OK);
	assert_true(over);
	assert_int_equal(stage->now_ms - STAGE_START_MS, 200000);
	assert_int_equal(qm_session_counts(stage->session)->waited_ms, 200000);
	assert_non_null(strstr(stage->log, "waiting 5 s: soon"));
}

static void no_time_is_no_wait(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;
	struct qm_poll poll;
	bool over = false;

	qm_error_init(&err);
	PLAY(stage, stage_allow_all, none);
	qm_poll_init(&poll, 0);
	assert_int_equal(qm_poll_wait(&poll, stage->session, "soon", &over, &err), QM_OK);
	assert_true(over);
	assert_int_equal(stage->waits, 0);
}

static void a_wait_must_fit_the_deadline_and_ends_with_a_signal(void **state)
{
	struct stage *stage = *state;
	struct qm_error err;
	struct qm_poll poll;
	bool over = false;

	qm_error_init(&err);
	stage->options.limits.deadline_ms = 12000;
	PLAY(stage, stage_allow_all, none);
	qm_poll_init(&poll, 600000);
	assert_int_equal(qm_poll_wait(&poll, stage->session, "soon", &over, &err), QM_OK);
	assert_int_equal(qm_poll_wait(&poll, stage->session, "soon", &over, &err), QM_ESTOPPED);
	assert_non_null(strstr(err.text, "--deadline leaves 7 s of 12 s"));
	qm_error_init(&err);
	stage->interrupt_wait = stage->waits + 1;
	qm_poll_init(&poll, 600000);
	assert_int_equal(qm_poll_wait(&poll, stage->session, "soon", &over, &err), QM_ESTOPPED);
	assert_non_null(strstr(err.text, "signal"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(waits_grow_and_the_last_one_is_cut),
		TEST(no_time_is_no_wait),
		TEST(a_wait_must_fit_the_deadline_and_ends_with_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
