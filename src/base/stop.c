#include "src/base/stop.h"
#include "src/base/text.h"

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

enum qm_code qm_stop_fail(const struct qm_stop *stop, const char *during, struct qm_error *err)
{
	char allowed[32];

	if (is_interrupted(stop))
		return qm_error_set(err, QM_ESTOPPED, "stopped by a signal %s", during);
	qm_text_from_duration(stop->allowed_ms, allowed);
	return qm_error_set(
		err, QM_ESTOPPED, "the time of --deadline (%s) was over %s", allowed, during);
}
