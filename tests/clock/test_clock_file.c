#include "src/base/memory.h"
#include "tests/clock/clock_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t start_ms = 1768473000000;

static int setup(void **state)
{
	char name[] = "/tmp/qm-clock-XXXXXX";
	int file = mkstemp(name);

	if (file < 0 || write(file, &start_ms, sizeof start_ms) != sizeof start_ms)
		return -1;
	(void)close(file);
	*state = qm_strdup(name);
	return 0;
}

static int teardown(void **state)
{
	(void)unlink(*state);
	free(*state);
	return 0;
}

static void it_moves_only_when_somebody_waits(void **state)
{
	struct qm_clock clock;

	assert_true(qm_clock_file_open(*state, &clock));
	assert_int_equal(qm_clock_now(&clock), start_ms);
	assert_true(qm_clock_wait(&clock, 3600000));
	assert_int_equal(qm_clock_now(&clock), start_ms + 3600000);
	assert_int_equal(qm_clock_ticks(&clock), start_ms + 3600000);
}

static void who_has_the_same_file_sees_the_same_time(void **state)
{
	struct qm_clock ours, theirs;

	assert_true(qm_clock_file_open(*state, &ours));
	assert_true(qm_clock_file_open(*state, &theirs));
	assert_true(qm_clock_wait(&ours, 40));
	assert_true(qm_clock_wait(&theirs, 2));
	assert_int_equal(qm_clock_now(&ours), start_ms + 42);
	assert_int_equal(qm_clock_now(&theirs), start_ms + 42);
}

static void a_file_that_is_missing_or_too_short_is_none(void **state)
{
	struct qm_clock clock;

	assert_int_equal(truncate(*state, 7), 0);
	assert_false(qm_clock_file_open(*state, &clock));
	assert_false(qm_clock_file_open("/nonexistent/clock", &clock));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_moves_only_when_somebody_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(
			who_has_the_same_file_sees_the_same_time, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_missing_or_too_short_is_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
