#include "policy/store.h"
#include "policy/window.h"
#include "src/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MINUTE = 60000, HOUR = 3600000, DAY = 86400000, WEEK = 7 * DAY };

static int64_t at(const char *text)
{
	int64_t ms;

	assert_true(qm_time_parse(text, &ms));
	return ms;
}

static void windows_start_on_the_clock(void **state)
{
	static const struct {
		int64_t length_ms;
		const char *now, *start, *end;
	} rows[] = {
		{ MINUTE, "2026-01-15T10:31:00Z", "2026-01-15T10:31:00Z", "2026-01-15T10:32:00Z" },
		{ MINUTE, "2026-01-15T10:31:59.999Z", "2026-01-15T10:31:00Z",
			"2026-01-15T10:32:00Z" },
		{ HOUR, "2026-01-15T10:59:59Z", "2026-01-15T10:00:00Z", "2026-01-15T11:00:00Z" },
		{ DAY, "2026-12-31T23:59:59Z", "2026-12-31T00:00:00Z", "2027-01-01T00:00:00Z" },
		{ WEEK, "2026-03-08T23:59:59Z", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z" },
		{ 7000, "2026-03-04T00:00:06.5Z", "2026-03-04T00:00:02Z", "2026-03-04T00:00:09Z" },
		{ 7000, "1970-01-01T00:00:02.999Z", "1969-12-31T23:59:56Z",
			"1970-01-01T00:00:03Z" },
		{ MINUTE, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:00Z",
			"1970-01-01T00:00:00Z" },
		{ DAY, "0001-01-01T12:00:00Z", "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t now_ms = at(rows[i].now);

		assert_int_equal(qm_window_start_ms(rows[i].length_ms, now_ms), at(rows[i].start));
		assert_int_equal(qm_window_end_ms(rows[i].length_ms, now_ms), at(rows[i].end));
	}
}

static void a_window_without_length_is_an_instant(void **state)
{
	(void)state;
	assert_int_equal(qm_window_start_ms(0, 1234), 1234);
	assert_int_equal(qm_window_end_ms(0, 1234), 1235);
	assert_int_equal(qm_window_start_ms(-5, 1234), 1234);
}

static void the_longest_window_holds(void **state)
{
	const int64_t longest_ms = INT64_C(9223372036000);
	int64_t now_ms = at("2026-01-15T10:31:00Z"), start_ms;

	(void)state;
	start_ms = qm_window_start_ms(longest_ms, now_ms);
	assert_true(start_ms <= now_ms && now_ms - start_ms < longest_ms);
	assert_int_equal(qm_window_end_ms(longest_ms, now_ms), start_ms + longest_ms);
}

static void a_counter_counts_while_its_window_lasts(void **state)
{
	struct qm_counter counter = { .exists = true, .value = 7, .window_ms = MINUTE };

	(void)state;
	counter.window_start_ms = at("2026-01-15T10:31:00Z");
	assert_int_equal(qm_window_value(&counter, at("2026-01-15T10:31:59.999Z")), 7);
	assert_int_equal(qm_window_value(&counter, at("2026-01-15T10:32:00Z")), 0);
	assert_int_equal(qm_window_value(&counter, at("2026-01-15T10:30:59.999Z")), 0);
	counter.endless = true;
	assert_int_equal(qm_window_value(&counter, at("2030-01-01T00:00:00Z")), 7);
	counter.exists = false;
	assert_int_equal(qm_window_value(&counter, at("2026-01-15T10:31:00Z")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_start_on_the_clock),
		cmocka_unit_test(a_window_without_length_is_an_instant),
		cmocka_unit_test(the_longest_window_holds),
		cmocka_unit_test(a_counter_counts_while_its_window_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
