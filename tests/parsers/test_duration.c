#include "parsers/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { UNKNOWN = QM_DURATION_UNKNOWN };

struct row {
	const char *text;
	int64_t ms;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t ms = qm_duration_from_seconds(rows[i].text, strlen(rows[i].text));

		if (ms != rows[i].ms)
			fail_msg("\"%s\": want %lld, got %lld", rows[i].text, (long long)rows[i].ms,
				(long long)ms);
	}
}

static void seconds_are_rounded(void **state)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "0.012", 12 },
		{ "12.345", 12345 },
		{ "7", 7000 },
		{ "0.", 0 },
		{ ".5", 500 },
		{ "1.5", 1500 },
		{ "0.0004", 0 },
		{ "0.0005", 1 },
		{ "1.9999", 2000 },
		{ "0.00049999999999999999999", 0 },
		{ "0.123456789", 123 },
		{ "00012.000", 12000 },
		{ " 1.5\n", 1500 },
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows);
}

static void seconds_have_exponents(void **state)
{
	static const struct row rows[] = {
		{ "2.5E-4", 0 },
		{ "5e-4", 1 },
		{ "1.2e+1", 12000 },
		{ "1E3", 1000000 },
		{ "1e-99999999999", 0 },
		{ "0e99999999999", 0 },
		{ "1e99999999999", UNKNOWN },
		{ "1e15", 1000000000000000000 },
		{ "1e16", UNKNOWN },
		{ "1e", UNKNOWN },
		{ "1e-", UNKNOWN },
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows);
}

static void seconds_come_in_the_writers_locale(void **state)
{
	static const struct row rows[] = {
		{ "0,25", 250 },
		{ "12,5", 12500 },
		{ "0,234", 234 },
		{ "1,234", 1234000 },
		{ "1,234.5", 1234500 },
		{ "1.234,5", 1234500 },
		{ "1,234,567", 1234567000 },
		{ "1.234.567", 1234567000 },
		{ "1,234,567.8", 1234567800 },
		{ "1234,567", 1234567 },
		{ "1,2345", 1235 },
		{ ",234", 234 },
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows);
}

static void seconds_may_have_a_unit(void **state)
{
	static const struct row rows[] = {
		{ "3s", 3000 },
		{ "250ms", 250 },
		{ "1.5s", 1500 },
		{ "2.5ms", 3 },
		{ "3 s", UNKNOWN },
		{ "3m", UNKNOWN },
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows);
}

static void what_is_no_time_is_not_known(void **state)
{
	static const struct row rows[] = {
		{ "", UNKNOWN },
		{ " ", UNKNOWN },
		{ ".", UNKNOWN },
		{ ",", UNKNOWN },
		{ "-1", UNKNOWN },
		{ "-0.001", UNKNOWN },
		{ "+1", UNKNOWN },
		{ "NaN", UNKNOWN },
		{ "inf", UNKNOWN },
		{ "1:02", UNKNOWN },
		{ "0x10", UNKNOWN },
		{ "1.5x", UNKNOWN },
		{ "99999999999999999999", UNKNOWN },
		{ "922337203685477.807", 922337203685477807 },
	};

	(void)state;
	check(rows, sizeof rows / sizeof *rows);
}

static void milliseconds_are_whole(void **state)
{
	static const struct row rows[] = {
		{ "0", 0 },
		{ "1250", 1250 },
		{ "1,250", 1250 },
		{ "2s", 2 },
		{ "", UNKNOWN },
		{ "-5", UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			qm_duration_from_ms(rows[i].text, strlen(rows[i].text)), rows[i].ms);
}

/* The text is part of a larger one: what follows it is not looked at. */
static void the_length_counts(void **state)
{
	(void)state;
	assert_int_equal(qm_duration_from_seconds("1.2345", 5), 1234);
	assert_int_equal(qm_duration_from_seconds("1.5e3", 3), 1500);
	assert_int_equal(qm_duration_from_seconds("1ms", 1), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_are_rounded),
		cmocka_unit_test(seconds_have_exponents),
		cmocka_unit_test(seconds_come_in_the_writers_locale),
		cmocka_unit_test(seconds_may_have_a_unit),
		cmocka_unit_test(what_is_no_time_is_not_known),
		cmocka_unit_test(milliseconds_are_whole),
		cmocka_unit_test(the_length_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
