#include "policy/number_text.h"
#include "policy/quote.h"
#include "policy/value.h"
#include "policy/yaml_value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct qm_arena *arena = qm_alloc(sizeof *arena);

	qm_arena_init(arena);
	*state = arena;
	return 0;
}

static int teardown(void **state)
{
	qm_arena_release(*state);
	free(*state);
	return 0;
}

static void numbers_have_the_fewest_digits(void **state)
{
	static const struct {
		double number;
		const char *display, *json;
	} rows[] = {
		{ 0, "0", "0" },
		{ -0.0, "-0", "-0" },
		{ 5, "5", "5" },
		{ -7.5, "-7.5", "-7.5" },
		{ 0.1, "0.1", "0.1" },
		{ 100000, "100000", "100000" },
		{ 999999.5, "999999.5", "999999.5" },
		{ 1000000, "1e+06", "1000000" },
		{ 0.0001, "0.0001", "0.0001" },
		{ 0.00001, "1e-05", "0.00001" },
		{ 1e-6, "1e-06", "0.000001" },
		{ 1e-7, "1e-07", "1e-7" },
		{ 1.5e-10, "1.5e-10", "1.5e-10" },
		{ 123456789.125, "1.23456789125e+08", "123456789.125" },
		{ 1e20, "1e+20", "100000000000000000000" },
		{ 1e21, "1e+21", "1e+21" },
		{ 1e100, "1e+100", "1e+100" },
		{ 5e-324, "5e-324", "5e-324" },
		{ 9007199254740993.0, "9.007199254740992e+15", "9007199254740992" },
		{ 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004" },
		/* A power of two: the nearest decimal of 16 digits belongs to its neighbour. */
		{ 0x1p-44, "5.684341886080802e-14", "5.684341886080802e-14" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308", "1.7976931348623157e+308" },
	};
	char text[QM_NUMBER_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_number_display(rows[i].number, text);
		assert_string_equal(text, rows[i].display);
		qm_number_json(rows[i].number, text);
		assert_string_equal(text, rows[i].json);
	}
	qm_number_display(INFINITY, text);
	assert_string_equal(text, "+Inf");
	qm_number_display(-INFINITY, text);
	assert_string_equal(text, "-Inf");
	qm_number_display(NAN, text);
	assert_string_equal(text, "NaN");
}

static void texts_are_quoted_as_go_quotes_them(void **state)
{
	static const struct {
		const char *text, *quoted;
	} rows[] = {
		{ "", "\"\"" },
		{ "say \"no\" \\ <b>", "\"say \\\"no\\\" \\\\ <b>\"" },
		{ "\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"" },
		{ "\x01\x1f\x7f", "\"\\x01\\x1f\\x7f\"" },
		{ "\xc3\xa9\xe2\x9c\x93\xf0\x9f\x98\x80",
			"\"\xc3\xa9\xe2\x9c\x93\xf0\x9f\x98\x80\"" },
		{ "\xc2\xa0\xe2\x80\x8b\xe2\x80\xae", "\"\\u00a0\\u200b\\u202e\"" },
		{ "\xf3\xa0\x80\x81", "\"\\U000e0001\"" },
		{ "a\xff\xc3", "\"a\\xff\\xc3\"" },
		{ "\xef\xbf\xbd", "\"\xef\xbf\xbd\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_buf out;

		qm_buf_init(&out, 1000);
		qm_quote(&out, rows[i].text);
		assert_string_equal(out.data, rows[i].quoted);
		qm_buf_release(&out);
	}
}

/* The value that a YAML scalar stands for. */
static enum qm_code scalar(struct qm_arena *arena, const char *text, struct qm_value *out)
{
	const struct qm_yaml_node *root = NULL;

	assert_int_equal(qm_yaml_parse(text, strlen(text), arena, &root, NULL), QM_OK);
	assert_non_null(root);
	return qm_yaml_scalar(root, out, NULL);
}

static void scalars_are_typed_as_yaml_1_2_types_them(void **state)
{
	static const struct {
		const char *text;
		enum qm_value_kind kind;
		const char *display;
	} rows[] = {
		{ "TRUE", QM_VALUE_BOOL, "true" },
		{ "tRUE", QM_VALUE_STRING, "tRUE" },
		{ "yes", QM_VALUE_STRING, "yes" },
		{ "Off", QM_VALUE_STRING, "Off" },
		{ "~", QM_VALUE_NULL, "<nil>" },
		{ "''", QM_VALUE_STRING, "" },
		{ "0755", QM_VALUE_INTEGER, "493" },
		{ "08", QM_VALUE_DOUBLE, "8" },
		{ "0x1F", QM_VALUE_INTEGER, "31" },
		{ "-0b11", QM_VALUE_INTEGER, "-3" },
		{ "0o17", QM_VALUE_INTEGER, "15" },
		{ "0o9", QM_VALUE_STRING, "0o9" },
		{ "1_000_", QM_VALUE_INTEGER, "1000" },
		{ "_1", QM_VALUE_STRING, "_1" },
		{ "+7", QM_VALUE_INTEGER, "7" },
		{ "-9223372036854775808", QM_VALUE_INTEGER, "-9223372036854775808" },
		{ "9223372036854775808", QM_VALUE_NATURAL, "9223372036854775808" },
		{ "+9223372036854775808", QM_VALUE_DOUBLE, "9.223372036854776e+18" },
		{ "18446744073709551616", QM_VALUE_DOUBLE, "1.8446744073709552e+19" },
		{ ".5", QM_VALUE_DOUBLE, "0.5" },
		{ "5.", QM_VALUE_DOUBLE, "5" },
		{ ".", QM_VALUE_STRING, "." },
		{ "1e3", QM_VALUE_DOUBLE, "1000" },
		{ "1e999", QM_VALUE_STRING, "1e999" },
		{ "1:30", QM_VALUE_STRING, "1:30" },
		{ "-.INF", QM_VALUE_DOUBLE, "-Inf" },
		{ "!!str 12", QM_VALUE_STRING, "12" },
		{ "!!float 3", QM_VALUE_DOUBLE, "3" },
		{ "!!int '3'", QM_VALUE_INTEGER, "3" },
		{ "!mine 3", QM_VALUE_STRING, "3" },
		{ "2026-3-4", QM_VALUE_TIME, "2026-03-04 00:00:00 +0000 UTC" },
		{ "2026-02-29", QM_VALUE_STRING, "2026-02-29" },
		{ "2024-02-29 1:2:3.250", QM_VALUE_TIME, "2024-02-29 01:02:03.25 +0000 UTC" },
		{ "2026-03-04t10:00:00-05:30", QM_VALUE_TIME, "2026-03-04 10:00:00 -0530 -0530" },
		{ "2026-03-04T10:00:00", QM_VALUE_STRING, "2026-03-04T10:00:00" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_value value;
		struct qm_buf out;

		assert_int_equal(scalar(*state, rows[i].text, &value), QM_OK);
		if (value.kind != rows[i].kind)
			fail_msg("%s: kind %d", rows[i].text, (int)value.kind);
		qm_buf_init(&out, 1000);
		qm_value_display(&out, &value);
		assert_string_equal(out.data, rows[i].display);
		qm_buf_release(&out);
	}
}

static void a_tag_that_does_not_fit_is_an_error(void **state)
{
	static const char *const texts[] = { "!!int x", "!!bool 1", "!!null a",
		"!!float 2026-01-01" };
	struct qm_value value;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(scalar(*state, texts[i], &value), QM_EUSAGE);
}

static void json_displays_as_go_prints_it(void **state)
{
	static const char text[] = "{\"b\": [1000000, 1.5, \"x y\", null, true], "
				   "\"a\": {\"z\": {}, \"y\": []}, \"\": 0}";
	json_t *json = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
	struct qm_value value;
	struct qm_buf out;

	qm_buf_init(&out, 1000);
	qm_value_from_json(json, *state, &value);
	qm_value_display(&out, &value);
	assert_string_equal(out.data, "map[:0 a:map[y:[] z:map[]] b:[1e+06 1.5 x y <nil> true]]");
	qm_buf_release(&out);
	json_decref(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_the_fewest_digits),
		cmocka_unit_test(texts_are_quoted_as_go_quotes_them),
		TEST(scalars_are_typed_as_yaml_1_2_types_them),
		TEST(a_tag_that_does_not_fit_is_an_error),
		TEST(json_displays_as_go_prints_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
