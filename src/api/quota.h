/*
 * quota - how long a server that had too many requests wants to be left alone.
 *
 * QMetry counts the calls of an account a minute, an hour and a day, and says so in many ways. The
 * first of these that holds counts:
 *
 *     Retry-After: 120                          two minutes
 *     Retry-After: Thu, 15 Jan 2026 10:31:20 GMT    until then
 *     {"retryAfter": 30}                        30 s; also as a text of digits, retry_after
 *     {"hourly": {"remaining": 0, "resetsAt": "2026-01-15T11:00:00Z"}}    until then; also as
 *                                               Unix time, in seconds or milliseconds
 *     "... Please try again in 5 minutes."      that long
 *     "Daily API quota exceeded"                until the next day (hour, minute) in UTC
 *
 * What is malformed, zero or past says nothing, so that the next one is asked; what is longer than
 * a year is a year. No clock in here.
 */
#ifndef QM_API_QUOTA_H
#define QM_API_QUOTA_H

#include <jansson.h>
#include <stdint.h>

/* Milliseconds; 0 where nothing is said. `body` may be NULL, `message` may be "". */
int64_t qm_quota_wait_ms(
	const char *retry_after, const json_t *body, const char *message, int64_t now_ms);

#endif
