#include "src/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void integers_are_read_with_their_range(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t number;
	} rows[] = {
		{ "30", true, 30 },
		{ "1", true, 1 },
		{ "100", true, 100 },
		{ "0", false, 0 },
		{ "101", false, 0 },
		{ "", false, 0 },
		{ " 30", false, 0 },
		{ "30 ", false, 0 },
		{ "+30", false, 0 },
		{ "1e2", false, 0 },
		{ "0x1e", false, 0 },
		{ "-5", false, 0 },
		{ "--5", false, 0 },
		{ "3.0", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "007", true, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t number = -77;

		assert_int_equal(qm_text_int(rows[i].text, 1, 100, &number), rows[i].good);
		assert_int_equal(number, rows[i].good ? rows[i].number : -77);
	}
}

static void the_ends_of_int64_are_read(void **state)
{
	int64_t number = 0;

	(void)state;
	assert_true(qm_text_int("9223372036854775807", INT64_MIN, INT64_MAX, &number));
	assert_true(number == INT64_MAX);
	assert_false(qm_text_int("9223372036854775808", INT64_MIN, INT64_MAX, &number));
	assert_true(qm_text_int("-12", -20, 0, &number));
	assert_int_equal(number, -12);
}

static void durations_have_units(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: refused */
	} rows[] = {
		{ "90", 90000 },
		{ "90s", 90000 },
		{ "10m", 600000 },
		{ "10min", 600000 },
		{ "1h", 3600000 },
		{ "250ms", 250 },
		{ "2d", 172800000 },
		{ "0", 0 },
		{ "", -1 },
		{ "s", -1 },
		{ "10 m", -1 },
		{ "-1s", -1 },
		{ "1.5h", -1 },
		{ "10M", -1 },
		{ "9223372036854775807h", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ms = -1;
		bool good = qm_text_duration_ms(rows[i].text, &ms);

		assert_int_equal(good, rows[i].ms >= 0);
		if (good)
			assert_int_equal(ms, rows[i].ms);
	}
}

static void durations_are_told_to_people(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 850, "850 ms" },
		{ 41000, "41 s" },
		{ 119999, "119 s" },
		{ 200000, "3 min 20 s" },
		{ 7500000, "2 h 5 min" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_text_from_duration(rows[i].ms, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void a_cut_never_splits_a_character(void **state)
{
	const char *text = "a\xc3\xa9\xe6\xb5\x8b\xf0\x9f\x98\x80"; /* 1 + 2 + 3 + 4 bytes */
	static const size_t borders[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };

	(void)state;
	for (size_t max = 0; max < sizeof borders / sizeof *borders; max++)
		assert_int_equal(qm_text_cut(text, strlen(text), max), borders[max]);
}

static void letters_are_what_names_have_in_common(void **state)
{
	static const char text[] = "Log_in 2\t[VIP]: \xc3\x84", letters[] = "login2vip\xc3\x84";
	char out[sizeof text] = "";
	size_t length = 0;

	(void)state;
	for (const char *c = text; *c; c++)
		if (qm_text_letter(*c))
			out[length++] = qm_text_letter(*c);
	assert_string_equal(out, letters);
	assert_int_equal(qm_text_letter('\0'), 0);
}

static void white_space_and_case_are_normalised(void **state)
{
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, 100);
	qm_text_normalise(&out, " \t Login  WORKS\n for \xc3\x84pfel ");
	assert_string_equal(out.data, "login works for \xc3\x84pfel");
	qm_buf_clear(&out);
	qm_text_normalise(&out, " \n ");
	assert_string_equal(out.data, "");
	qm_buf_release(&out);
}

static void nothing_dangerous_is_printed(void **state)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{ "plain \xc3\xa9 \xe6\xb5\x8b \xf0\x9f\x98\x80",
			"plain \xc3\xa9 \xe6\xb5\x8b \xf0\x9f\x98\x80" },
		{ "a\x1b[31mred", "a?[31mred" },
		{ "one\r\n::error::two", "one  ::error::two" },
		{ "bidi \xe2\x80\xae"
		  "txt",
			"bidi ?txt" }, /* U+202E */
		{ "c1 \xc2\x9b"
		  "2J",
			"c1 ?2J" },           /* U+009B, a one-byte CSI */
		{ "\xff\xc0\xaf", "???" },    /* no UTF-8, overlong */
		{ "\xed\xa0\x80", "???" },    /* a surrogate */
		{ "cut \xe6\xb5", "cut ??" }, /* ends within a character */
		{ "bom\xef\xbb\xbf", "bom?" },
		{ "\x7f", "?" },
		{ "::error::x", ": :error::x" },
		{ " \t::error::x", "  : :error::x" },
		{ "A::b", "A::b" },
		{ "a ##[error]x", "a # #[error]x" },
		{ "###[group]", "## #[group]" },
		{ "##vso[task.complete]", "# #vso[task.complete]" },
		{ "##teamcity[testFailed]", "# #teamcity[testFailed]" },
		{ "C## [1]", "C## [1]" },
		{ "##1[x]", "##1[x]" },
	};
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, 200);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_buf_clear(&out);
		qm_text_printable(&out, rows[i].text);
		assert_string_equal(out.data, rows[i].printed);
	}
	qm_buf_release(&out);
}

static void distances_count_edits(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{ "", "", 0 }, { "abc", "abc", 0 }, { "abc", "ABC", 0 }, { "abc", "abd", 1 },
		{ "abc", "acb", 1 }, { "abc", "ab", 1 }, { "", "abc", 3 },
		{ "kitten", "sitting", 3 }, { "platfrom", "platform", 1 },
		{ "abcdef", "uvwxyz", 4 }, /* more than the 3 allowed: 3 + 1 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(qm_text_distance(rows[i].a, rows[i].b, 3), rows[i].distance);
		assert_int_equal(qm_text_distance(rows[i].b, rows[i].a, 3), rows[i].distance);
	}
}

static void the_nearest_name_is_near(void **state)
{
	static const char *const names[] = { "platform", "project", "policy", "proxy" };

	(void)state;
	assert_string_equal(qm_text_nearest("platfrom", names, 4), "platform");
	assert_string_equal(qm_text_nearest("porxy", names, 4), "proxy");
	assert_null(qm_text_nearest("completely-different", names, 4));
	assert_null(qm_text_nearest("x", names, 4));
}

static void prefixes_and_suffixes(void **state)
{
	(void)state;
	assert_true(qm_text_starts("TEST-a.xml", "TEST-"));
	assert_false(qm_text_starts("TES", "TEST-"));
	assert_true(qm_text_ends("a.xml", ".xml"));
	assert_false(qm_text_ends("xml", ".xml"));
	assert_true(qm_text_equal_nocase("PASSED", "passed"));
	assert_false(qm_text_equal_nocase("passed", "passe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_read_with_their_range),
		cmocka_unit_test(the_ends_of_int64_are_read),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(durations_are_told_to_people),
		cmocka_unit_test(a_cut_never_splits_a_character),
		cmocka_unit_test(letters_are_what_names_have_in_common),
		cmocka_unit_test(white_space_and_case_are_normalised),
		cmocka_unit_test(nothing_dangerous_is_printed),
		cmocka_unit_test(distances_count_edits),
		cmocka_unit_test(the_nearest_name_is_near),
		cmocka_unit_test(prefixes_and_suffixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
