#include "src/base/stop.h"
#include "src/base/text.h"

#include <poll.h>

/* The longest time for which a signal that came in another thread, or just before, is not seen. */
enum { LOOK_UP_MS = 200 };

static bool is_interrupted(const struct qm_stop *stop)
{
	return stop->interrupted && *stop->interrupted;
}

static int64_t left_ms(const struct qm_stop *stop)
{
	return stop->allowed_ms - (qm_clock_ticks(stop->clock) - stop->since_ms);
}

bool qm_stop_is_due(const struct qm_stop *stop)
{
	return stop && (is_interrupted(stop) || (stop->clock && left_ms(stop) <= 0));
}

int64_t qm_stop_wait_ms(const struct qm_stop *stop, int64_t ms)
{
	int64_t left = stop && stop->clock ? left_ms(stop) : ms;

	return left > ms ? ms : left > 0 ? left : 0;
}

bool qm_stop_wait_for(const struct qm_stop *stop, int file)
{
	struct pollfd poller = { .fd = file, .events = POLLIN };

	while (!qm_stop_is_due(stop) &&
		poll(&poller, 1, (int)qm_stop_wait_ms(stop, LOOK_UP_MS)) <= 0)
		continue;
	return !qm_stop_is_due(stop);
}

enum qm_code qm_stop_fail(const struct qm_stop *stop, const char *during, struct qm_error *err)
{
	char allowed[32];

	if (is_interrupted(stop))
		return qm_error_set(err, QM_ESTOPPED, "stopped by a signal %s", during);
	qm_text_from_duration(stop->allowed_ms, allowed);
	return qm_error_set(
		err, QM_ESTOPPED, "the time of --deadline (%s) was over %s", allowed, during);
}
