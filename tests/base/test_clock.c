#include "src/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Unix times from `date -u -d TEXT +%s`. */
static void times_are_written_and_read(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1768473000000, "2026-01-15T10:30:00Z" },
		{ 1768473045123, "2026-01-15T10:30:45.123Z" },
		{ 1768473045100, "2026-01-15T10:30:45.1Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ 951782400000, "2000-02-29T00:00:00Z" },
		{ -62135596800000, "0001-01-01T00:00:00Z" },
		{ 253402300799000, "9999-12-31T23:59:59Z" },
	};
	char text[QM_TIME_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ms = 42;

		qm_time_format(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
		assert_true(qm_time_parse(rows[i].text, &ms));
		assert_true(ms == rows[i].ms);
	}
}

static void other_spellings_of_an_instant_are_read(void **state)
{
	static const char *const same[] = {
		"2026-01-15T10:30:00Z",
		"2026-01-15T11:30:00+01:00",
		"2026-01-15T05:00:00-05:30",
		"2026-01-15T10:30:00.000Z",
		"2026-01-15T10:30:00.000999999Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		int64_t ms = 0;

		assert_true(qm_time_parse(same[i], &ms));
		assert_true(ms == 1768473000000);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-01-15",
		"2026-01-15T10:30:00",
		"2026-01-15 10:30:00Z",
		"2026-13-15T10:30:00Z",
		"2026-02-29T10:30:00Z",
		"2026-01-15T24:00:00Z",
		"2026-01-15T10:60:00Z",
		"2026-01-15T10:30:00.Z",
		"2026-01-15T10:30:00Zx",
		"2026-01-15T10:30:00+1:00",
		"26-01-15T10:30:00Z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t ms = 42;

		assert_false(qm_time_parse(bad[i], &ms));
		assert_int_equal(ms, 42);
	}
}

static void http_dates_are_read(void **state)
{
	static const char *const bad[] = { "", "Sun", "Sun, 6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT", "30" };
	int64_t ms = 0;

	(void)state;
	/* The example of RFC 9110, section 5.6.7; 784111777 by date(1). */
	assert_true(qm_time_parse_http("Sun, 06 Nov 1994 08:49:37 GMT", &ms));
	assert_true(ms == 784111777000);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(qm_time_parse_http(bad[i], &ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_and_read),
		cmocka_unit_test(other_spellings_of_an_instant_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(http_dates_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
