#include "policy/store_arithmetic.h"
#include "policy/window.h"

/* A sum out of range stops at its end. */
static int64_t add(int64_t value, int64_t amount)
{
	if (amount > 0 && value > INT64_MAX - amount)
		return INT64_MAX;
	if (amount < 0 && value < INT64_MIN - amount)
		return INT64_MIN;
	return value + amount;
}

void qm_counter_reserve(
	struct qm_counter *counter, const struct qm_reserve *wish, bool *allowed, int64_t *value)
{
	int64_t start = qm_window_start_ms(wish->window_ms, wish->now_ms);
	/* Only where windows start is compared: with equal starts the value goes on, though the
	 * length may have been changed. */
	bool same = counter->exists && counter->window_start_ms == start;
	int64_t current = same ? counter->value : 0;
	int64_t next = add(current, wish->amount);
	bool alike = !counter->exists || (same && counter->window_ms == wish->window_ms);

	*allowed = next <= wish->limit && (alike || !wish->only_alike);
	*value = *allowed ? next : current;
	if (*allowed)
		*counter = (struct qm_counter){ .exists = true,
			.value = next,
			.window_start_ms = start,
			.window_ms = wish->window_ms };
}

int64_t qm_counter_less(int64_t value, int64_t amount)
{
	/* 2^63 is no int64, so it is added in two steps. */
	int64_t left = amount == INT64_MIN ? add(add(value, INT64_MAX), 1) : add(value, -amount);

	return left > 0 ? left : 0;
}
