#include "src/cli/system_clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 30000, SHORT_MS = 20 };

/* Signals leave their trace in the process, so each case runs in one of its own. */
static int exit_status_of(int (*run)(void), int *out_signal)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0)
		_exit(run());
	assert_int_equal(waitpid(child, &status, 0), child);
	*out_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void assert_ends_well(int (*run)(void))
{
	int number = 0;

	assert_int_equal(exit_status_of(run, &number), 0);
}

static void now_is_the_time_of_the_system(void **state)
{
	int64_t before = (int64_t)time(NULL) * 1000, now = qm_clock_now(&qm_system_clock);

	(void)state;
	assert_true(now >= before);
	assert_true(now - before < 60000);
}

static void ticks_go_on_as_long_as_a_wait(void **state)
{
	int64_t begin = qm_clock_ticks(&qm_system_clock);

	(void)state;
	assert_true(qm_clock_wait(&qm_system_clock, SHORT_MS));
	assert_true(qm_clock_ticks(&qm_system_clock) - begin >= SHORT_MS);
}

static void no_time_is_no_wait(void **state)
{
	int64_t begin = qm_clock_ticks(&qm_system_clock);

	(void)state;
	assert_true(qm_clock_wait(&qm_system_clock, 0));
	assert_true(qm_clock_wait(&qm_system_clock, -5));
	assert_true(qm_clock_ticks(&qm_system_clock) - begin < LONG_MS);
}

static int wait_after(int number)
{
	const volatile sig_atomic_t *interrupted = qm_catch_signals();
	int64_t begin = qm_clock_ticks(&qm_system_clock);

	if (*interrupted || raise(number) || *interrupted != number)
		return 1;
	if (qm_clock_wait(&qm_system_clock, LONG_MS))
		return 2;
	return qm_clock_ticks(&qm_system_clock) - begin < LONG_MS ? 0 : 3;
}

static int wait_after_sigterm(void)
{
	return wait_after(SIGTERM);
}

static int wait_after_sigint(void)
{
	return wait_after(SIGINT);
}

static int wait_after_sighup(void)
{
	return wait_after(SIGHUP);
}

static void a_signal_before_a_wait_ends_it(void **state)
{
	(void)state;
	assert_ends_well(wait_after_sighup);
	assert_ends_well(wait_after_sigterm);
	assert_ends_well(wait_after_sigint);
}

/* The alarm is not one of ours: its handler sends the one that is, while the wait sleeps. */
static void send_sigterm(int number)
{
	(void)number;
	(void)kill(getpid(), SIGTERM);
}

static int wait_with_signal_under_way(void)
{
	const volatile sig_atomic_t *interrupted = qm_catch_signals();
	int64_t begin = qm_clock_ticks(&qm_system_clock);

	if (signal(SIGALRM, send_sigterm) == SIG_ERR)
		return 1;
	(void)alarm(1);
	if (qm_clock_wait(&qm_system_clock, LONG_MS) || *interrupted != SIGTERM)
		return 2;
	return qm_clock_ticks(&qm_system_clock) - begin < LONG_MS ? 0 : 3;
}

static void a_signal_during_a_wait_ends_it(void **state)
{
	(void)state;
	assert_ends_well(wait_with_signal_under_way);
}

static int take_two_signals(void)
{
	(void)qm_catch_signals();
	(void)raise(SIGTERM);
	(void)raise(SIGTERM);
	return 0;
}

static void the_second_signal_kills(void **state)
{
	int number = 0;

	(void)state;
	assert_int_equal(exit_status_of(take_two_signals, &number), -1);
	assert_int_equal(number, SIGTERM);
}

static int ignore_sigint_first(void)
{
	const volatile sig_atomic_t *interrupted;

	if (signal(SIGINT, SIG_IGN) == SIG_ERR)
		return 1;
	interrupted = qm_catch_signals();
	if (raise(SIGINT) || *interrupted)
		return 2;
	return qm_clock_wait(&qm_system_clock, 1) ? 0 : 3;
}

static void an_ignored_signal_stays_ignored(void **state)
{
	(void)state;
	assert_ends_well(ignore_sigint_first);
}

static int write_to_a_closed_pipe(void)
{
	int ends[2];

	qm_ignore_write_signals();
	if (pipe(ends) || close(ends[0]))
		return 1;
	return write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 2;
}

static int write_more_than_is_allowed(void)
{
	const struct rlimit tight = { .rlim_cur = 0, .rlim_max = 0 };
	FILE *file = tmpfile();

	qm_ignore_write_signals();
	if (!file || setrlimit(RLIMIT_FSIZE, &tight))
		return 1;
	return write(fileno(file), "x", 1) == -1 && errno == EFBIG ? 0 : 2;
}

static void a_limit_of_file_sizes_is_no_death(void **state)
{
	(void)state;
	assert_ends_well(write_more_than_is_allowed);
}

static void a_reader_that_went_away_is_no_death(void **state)
{
	(void)state;
	assert_ends_well(write_to_a_closed_pipe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(now_is_the_time_of_the_system),
		cmocka_unit_test(ticks_go_on_as_long_as_a_wait),
		cmocka_unit_test(no_time_is_no_wait),
		cmocka_unit_test(a_signal_before_a_wait_ends_it),
		cmocka_unit_test(a_signal_during_a_wait_ends_it),
		cmocka_unit_test(the_second_signal_kills),
		cmocka_unit_test(an_ignored_signal_stays_ignored),
		cmocka_unit_test(a_reader_that_went_away_is_no_death),
		cmocka_unit_test(a_limit_of_file_sizes_is_no_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
