/*
 * clock - time as an argument.
 *
 * Nothing below src/cli asks the system for the time: it is handed a clock. The product's clock
 * is the system's; tests hand in one that moves only when told, so an hour's waiting takes no
 * time. There are two times: `now` (Unix time, may be stepped by an administrator; windows and
 * dates are made of it) and `ticks` (never steps; deadlines and durations are made of it).
 */
#ifndef QM_BASE_CLOCK_H
#define QM_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qm_clock {
	int64_t (*now_ms)(void *context);   /* Unix time */
	int64_t (*ticks_ms)(void *context); /* from an arbitrary start */
	/* Waits; false if a signal that ends the program came first. */
	bool (*wait_ms)(void *context, int64_t ms);
	void *context;
};

int64_t qm_clock_now(const struct qm_clock *clock);
int64_t qm_clock_ticks(const struct qm_clock *clock);
bool qm_clock_wait(const struct qm_clock *clock, int64_t ms);

/* Whether a signal that ends the program has come: for work that computes and does not wait. */
bool qm_clock_interrupted(const struct qm_clock *clock);

/* "2026-01-15T10:30:00Z", a fraction only where there is one; year 1 to 9999. */
enum { QM_TIME_TEXT = 32 };
void qm_time_format(int64_t unix_ms, char out[QM_TIME_TEXT]);

/* RFC 3339 with any offset and fraction (cut to ms); false if it is something else. */
bool qm_time_parse(const char *text, int64_t *out_unix_ms);

/* An HTTP date, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, the preferred form only). */
bool qm_time_parse_http(const char *text, int64_t *out_unix_ms);

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
int64_t qm_time_days(int64_t year, unsigned month, unsigned day);

#endif
