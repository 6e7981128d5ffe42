#include "src/base/stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t now(void *context)
{
	return *(const int64_t *)context;
}

static void what_nothing_ends_goes_on(void **state)
{
	const struct qm_stop stop = { .interrupted = NULL };

	(void)state;
	assert_false(qm_stop_is_due(NULL));
	assert_false(qm_stop_is_due(&stop));
	assert_int_equal(qm_stop_wait_ms(NULL, 200), 200);
	assert_int_equal(qm_stop_wait_ms(&stop, 200), 200);
}

static void a_signal_ends_it(void **state)
{
	volatile sig_atomic_t interrupted = 0;
	const struct qm_stop stop = { .interrupted = &interrupted };
	struct qm_error err;

	(void)state;
	assert_false(qm_stop_is_due(&stop));
	interrupted = SIGTERM;
	assert_true(qm_stop_is_due(&stop));
	qm_error_init(&err);
	assert_int_equal(qm_stop_fail(&stop, "while it was read", &err), QM_ESTOPPED);
	assert_string_equal(err.text, "stopped by a signal while it was read");
}

static void a_wait_for_bytes_ends_with_them_or_with_the_work(void **state)
{
	volatile sig_atomic_t interrupted = SIGTERM;
	const struct qm_stop stop = { .interrupted = &interrupted };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_false(qm_stop_wait_for(&stop, ends[0]));
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(qm_stop_wait_for(NULL, ends[0]));
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
}

/* Begun at 5 s, 30 min long. */
static void its_time_ends_it(void **state)
{
	static const struct {
		int64_t at_ms, wait_ms;
		bool is_due;
	} rows[] = { { 5000, 200, false }, { 1804800, 200, false }, { 1804801, 199, false },
		{ 1804999, 1, false }, { 1805000, 0, true }, { 1900000, 0, true } };
	int64_t at_ms = 0;
	const struct qm_clock clock = { .ticks_ms = now, .context = &at_ms };
	const struct qm_stop stop = { .clock = &clock, .since_ms = 5000, .allowed_ms = 1800000 };
	struct qm_error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		at_ms = rows[i].at_ms;
		assert_int_equal(qm_stop_is_due(&stop), rows[i].is_due);
		assert_int_equal(qm_stop_wait_ms(&stop, 200), rows[i].wait_ms);
	}
	qm_error_init(&err);
	assert_int_equal(qm_stop_fail(&stop, "while it was read", &err), QM_ESTOPPED);
	assert_string_equal(
		err.text, "the time of --deadline (30 min 0 s) was over while it was read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nothing_ends_goes_on),
		cmocka_unit_test(a_signal_ends_it),
		cmocka_unit_test(a_wait_for_bytes_ends_with_them_or_with_the_work),
		cmocka_unit_test(its_time_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
