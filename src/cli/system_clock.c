#include "src/cli/system_clock.h"

#include <stddef.h>
#include <sys/select.h>
#include <time.h>

static volatile sig_atomic_t interrupted;

/* A closed terminal or connection is an order to end as well. */
static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };

enum { ENDING_SIGNALS = sizeof ending_signals / sizeof *ending_signals };

static void on_signal(int number)
{
	if (interrupted) {
		(void)signal(number, SIG_DFL);
		(void)raise(number);
	}
	interrupted = number;
}

static int64_t read_clock(clockid_t id)
{
	struct timespec time;

	(void)clock_gettime(id, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int64_t now_ms(void *context)
{
	(void)context;
	return read_clock(CLOCK_REALTIME);
}

static int64_t ticks_ms(void *context)
{
	(void)context;
	return read_clock(CLOCK_MONOTONIC);
}

/* Sleeps with the signals let through only while it sleeps, so none can come unseen before it. */
static void sleep_ms(int64_t ms)
{
	const struct timespec duration = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	sigset_t ending, before;

	(void)sigemptyset(&ending);
	for (int i = 0; i < ENDING_SIGNALS; i++)
		(void)sigaddset(&ending, ending_signals[i]);
	(void)sigprocmask(SIG_BLOCK, &ending, &before);
	if (!interrupted)
		(void)pselect(0, NULL, NULL, NULL, &duration, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static bool wait_ms(void *context, int64_t ms)
{
	int64_t end = ticks_ms(context) + ms;

	for (int64_t left = ms; left > 0 && !interrupted; left = end - ticks_ms(context))
		sleep_ms(left);
	return !interrupted;
}

const struct qm_clock qm_system_clock = {
	.now_ms = now_ms, .ticks_ms = ticks_ms, .wait_ms = wait_ms
};

/* nohup and some runners start programs with a signal ignored: it stays so. */
static void catch_signal(int number)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESTART }, before;

	(void)sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		(void)sigaction(number, &action, NULL);
}

const volatile sig_atomic_t *qm_catch_signals(void)
{
	for (int i = 0; i < ENDING_SIGNALS; i++)
		catch_signal(ending_signals[i]);
	return &interrupted;
}

void qm_ignore_write_signals(void)
{
	const struct sigaction action = { .sa_handler = SIG_IGN };

	(void)sigaction(SIGPIPE, &action, NULL);
	(void)sigaction(SIGXFSZ, &action, NULL);
}
