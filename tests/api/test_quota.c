#include "src/api/quota.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* 2026-01-15 10:31:00 UTC: 29 minutes before the hour, 13:29 h before the day ends. */
static const int64_t now_ms = INT64_C(1768473060000);
static const int64_t day_end_ms = INT64_C(13) * HOUR + INT64_C(29) * MINUTE;
static const int64_t year_ms = INT64_C(366) * 24 * HOUR;

static void check(const char *header, const char *body, const char *message, int64_t wanted_ms)
{
	json_t *object = body ? json_loads(body, 0, NULL) : NULL;
	int64_t wait_ms = qm_quota_wait_ms(header, object, message, now_ms);

	if (wait_ms != wanted_ms)
		fail_msg("%s %s %s: %lld ms, not %lld", header, body ? body : "", message,
			(long long)wait_ms, (long long)wanted_ms);
	json_decref(object);
}

static void the_header_has_seconds_or_a_date(void **state)
{
	(void)state;
	check("", NULL, "", 0);
	check("0", NULL, "", 0);
	check("120", NULL, "", 120 * SECOND);
	check("31622400", NULL, "", year_ms);
	check("31622401", NULL, "", year_ms);
	check("99999999999999999999999", NULL, "", year_ms);
	check("-1", NULL, "", 0);
	check("1.5", NULL, "", 0);
	check("1 s", NULL, "", 0);
	check("Thu, 15 Jan 2026 10:31:20 GMT", NULL, "", 20 * SECOND);
	check("Thu, 15 Jan 2026 10:30:59 GMT", NULL, "", 0);
	check("Thu, 15 Jan 2099 10:30:59 GMT", NULL, "", year_ms);
	check("Thursday", NULL, "", 0);
}

static void the_body_may_say_it(void **state)
{
	(void)state;
	check("", "{\"retryAfter\":30}", "", 30 * SECOND);
	check("", "{\"retry_after\":\"30\"}", "", 30 * SECOND);
	check("", "{\"retryAfter\":-30}", "", 0);
	check("", "{\"retryAfter\":9223372036854775807}", "", year_ms);
	check("", "{\"resetsAt\":\"2026-01-15T11:00:00Z\"}", "", 29 * MINUTE);
	check("", "{\"resetsAt\":1768473090}", "", 30 * SECOND);
	check("", "{\"resetsAt\":1768473090000}", "", 30 * SECOND);
	check("", "{\"resetsAt\":\"2020-01-15T11:00:00Z\"}", "", 0);
	check("", "{\"hourly\":{\"remaining\":0,\"resetsAt\":\"2026-01-15T11:00:00Z\"}}", "",
		29 * MINUTE);
	/* What is left of a quota is no reason to wait for it. */
	check("", "{\"hourly\":{\"remaining\":7,\"resetsAt\":\"2026-01-15T11:00:00Z\"}}", "", 0);
	check("",
		"{\"hourly\":{\"remaining\":0,\"resetsAt\":\"2026-01-15T11:00:00Z\"},"
		"\"daily\":{\"remaining\":0,\"resetsAt\":\"2026-01-16T00:00:00Z\"}}",
		"", day_end_ms);
	/* The header goes first, if it says anything. */
	check("7", "{\"retryAfter\":30}", "", 7 * SECOND);
	check("0", "{\"retryAfter\":30}", "", 30 * SECOND);
}

static void words_may_say_it(void **state)
{
	(void)state;
	check("", NULL, "Too many requests. Please try again in 5 minutes.", 5 * MINUTE);
	check("", NULL, "Retry after 30s", 30 * SECOND);
	check("", NULL, "wait 2 hours", 2 * HOUR);
	check("", NULL, "try again in 500 ms", 0);
	check("", NULL, "try again in a while", 0);
	check("", NULL, "try again in 999999999 hours", year_ms);
	check("", NULL, "Daily API quota exceeded", day_end_ms);
	check("", NULL, "Hourly limit of 500 calls reached", 29 * MINUTE);
	check("", NULL, "limit: 30 calls per minute", MINUTE);
	check("", NULL, "500 calls per hour, 5000 per day", day_end_ms);
	check("", NULL, "Too many requests", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_has_seconds_or_a_date),
		cmocka_unit_test(the_body_may_say_it),
		cmocka_unit_test(words_may_say_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
