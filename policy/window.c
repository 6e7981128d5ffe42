#include "policy/window.h"
#include "policy/store.h"

/* From 0001-01-01 to 1970-01-01. */
static const int64_t epoch_ms = INT64_C(62135596800000);

int64_t qm_window_start_ms(int64_t length_ms, int64_t now_ms)
{
	int64_t into;

	if (length_ms <= 0)
		return now_ms;
	into = (now_ms + epoch_ms) % length_ms;
	if (into < 0)
		into += length_ms;
	return now_ms - into;
}

int64_t qm_window_end_ms(int64_t length_ms, int64_t now_ms)
{
	return qm_window_start_ms(length_ms, now_ms) + (length_ms > 0 ? length_ms : 1);
}

int64_t qm_window_value(const struct qm_counter *counter, int64_t now_ms)
{
	if (!counter->exists)
		return 0;
	if (counter->endless)
		return counter->value;
	return qm_window_start_ms(counter->window_ms, now_ms) == counter->window_start_ms
		? counter->value
		: 0;
}
