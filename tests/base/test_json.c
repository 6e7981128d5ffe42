#include "src/base/json.h"
#include "src/base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qm_json *read(const char *text)
{
	struct qm_json *json = NULL;
	struct qm_error err;

	qm_error_init(&err);
	if (qm_json_read(text, strlen(text), &json, &err))
		fail_msg("%s: %s", text, err.text);
	return json;
}

/* ---- What values come to. */

static void each_kind_is_told(void **state)
{
	static const struct {
		const char *json;
		enum qm_json_kind kind;
	} rows[] = {
		{ "null", QM_JSON_NULL },
		{ "false", QM_JSON_FALSE },
		{ " true ", QM_JSON_TRUE },
		{ "0", QM_JSON_INTEGER },
		{ "0.0", QM_JSON_REAL },
		{ "\"\"", QM_JSON_TEXT },
		{ "[]", QM_JSON_ARRAY },
		{ "{}", QM_JSON_OBJECT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_json *json = read(rows[i].json);

		assert_int_equal(qm_json_kind(json), rows[i].kind);
		assert_int_equal(qm_json_count(json), 0);
		assert_null(qm_json_first(json));
		qm_json_free(json);
	}
}

static void integers_are_exact_and_larger_ones_are_reals(void **state)
{
	static const struct {
		const char *json;
		enum qm_json_kind kind;
		int64_t integer;
		double real;
	} rows[] = {
		{ "66095069", QM_JSON_INTEGER, 66095069, 0 },
		{ "-1", QM_JSON_INTEGER, -1, 0 },
		{ "-0", QM_JSON_INTEGER, 0, 0 },
		{ "9223372036854775807", QM_JSON_INTEGER, INT64_MAX, 0 },
		{ "-9223372036854775808", QM_JSON_INTEGER, INT64_MIN, 0 },
		{ "9223372036854775808", QM_JSON_REAL, 0, 9223372036854775808.0 },
		{ "12.5", QM_JSON_REAL, 0, 12.5 },
		{ "-2.5e-1", QM_JSON_REAL, 0, -0.25 },
		{ "1E+2", QM_JSON_REAL, 0, 100 },
		{ "1e999", QM_JSON_REAL, 0, (double)INFINITY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_json *json = read(rows[i].json);

		assert_int_equal(qm_json_kind(json), rows[i].kind);
		assert_int_equal(qm_json_as_integer(json), rows[i].integer);
		assert_true(qm_json_as_real(json) == rows[i].real);
		qm_json_free(json);
	}
}

static void texts_are_unescaped(void **state)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
		{ "\"plain\"", "plain" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"a\\u0041\\u00e9\\u20AC\\ud83d\\ude00z\"",
			"aA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z" },
		{ "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
			"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\"\\n\xc3\xa9\\t\xc3\xa9\"", "\n\xc3\xa9\t\xc3\xa9" },
		{ "\"\x7f\"", "\x7f" },
		{ "\"cut\\u0000off\"", "cut" },
		{ "\"[{,:\"", "[{,:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_json *json = read(rows[i].json);

		assert_string_equal(qm_json_as_text(json), rows[i].text);
		qm_json_free(json);
	}
}

static void members_are_found_by_name(void **state)
{
	struct qm_json *json = read("\t{ \"a\" : 1 ,\r\n\"b\":{\"a\":2,\"c\":[3,{\"a\":4}]},"
				    "\"\\u0061\":5,\"\":6}");

	(void)state;
	assert_int_equal(qm_json_count(json), 4);
	assert_int_equal(qm_json_as_integer(qm_json_get(json, "a")), 5); /* the last one */
	assert_int_equal(qm_json_as_integer(qm_json_get(json, "")), 6);
	assert_int_equal(qm_json_as_integer(qm_json_get(qm_json_get(json, "b"), "a")), 2);
	assert_null(qm_json_get(json, "c"));
	assert_null(qm_json_get(json, "aa"));
	qm_json_free(json);
}

static void items_come_one_after_the_other(void **state)
{
	struct qm_json *json = read("[1,[21,22],{\"a\":31},[],4]");
	const struct qm_json *item = qm_json_first(json);

	(void)state;
	assert_int_equal(qm_json_count(json), 5);
	assert_int_equal(qm_json_as_integer(item), 1);
	item = qm_json_next(item);
	assert_int_equal(qm_json_as_integer(qm_json_first(item)), 21);
	assert_int_equal(qm_json_as_integer(qm_json_next(qm_json_first(item))), 22);
	assert_null(qm_json_next(qm_json_next(qm_json_first(item))));
	item = qm_json_next(item);
	assert_int_equal(qm_json_as_integer(qm_json_get(item, "a")), 31);
	item = qm_json_next(qm_json_next(item));
	assert_int_equal(qm_json_as_integer(item), 4);
	assert_null(qm_json_next(item));
	qm_json_free(json);
}

static void a_value_that_is_not_there_has_nothing(void **state)
{
	(void)state;
	assert_int_equal(qm_json_kind(NULL), QM_JSON_NONE);
	assert_int_equal(qm_json_count(NULL), 0);
	assert_null(qm_json_get(NULL, "a"));
	assert_null(qm_json_first(NULL));
	assert_null(qm_json_next(NULL));
	assert_null(qm_json_as_text(NULL));
	assert_int_equal(qm_json_as_integer(NULL), 0);
	qm_json_free(NULL);
}

static void many_values_are_all_there(void **state)
{
	enum { COUNT = 10000 };
	const struct qm_json *item;
	struct qm_json *json;
	char *text = qm_alloc(2 * COUNT + 2);
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		memcpy(text + 2 * i, i ? ",1" : "[1", 2);
	text[2 * COUNT] = ']';
	json = read(text);
	for (item = qm_json_first(json); item; item = qm_json_next(item))
		count += qm_json_as_integer(item) == 1;
	assert_int_equal(count, COUNT);
	qm_json_free(json);
	free(text);
}

/* ---- What is refused. */

static void what_is_no_json_says_where(void **state)
{
	static const struct {
		const char *json, *words;
	} rows[] = {
		{ "", "line 1, column 1" },
		{ "<html>", "a value is missing at line 1, column 1" },
		{ "{\"a\":", "a value is missing at line 1, column 6" },
		{ "{\"a\":1}\n x", "something else stands behind it at line 2, column 2" },
		{ "{\"a\"\n 1}", "a colon is missing at line 2, column 2" },
		{ "{a:1}", "a name is missing at line 1, column 2" },
		{ "{\"a\":1,}", "a name is missing" },
		{ "[1,]", "a value is missing at line 1, column 4" },
		{ "[,1]", "a value is missing" },
		{ "[1 2]", "a comma or a closing bracket is missing at line 1, column 4" },
		{ "[1}", "a comma or a closing bracket" },
		{ "[", "a value is missing" },
		{ "[1", "a comma or a closing bracket" },
		{ "\"a", "a quote at its end" },
		{ "\"a\nb\"", "column 3" },
		{ "\"\\", "an unknown escape" },
		{ "\"\\x\"", "an unknown escape" },
		{ "\"\\u12g4\"", "four hexadecimal digits" },
		{ "\"\\ud800\"", "half a surrogate pair" },
		{ "\"\\ud800\\n\"", "half a surrogate pair" },
		{ "\"\\ud800\\u0041\"", "half a surrogate pair" },
		{ "\"\\udc00\"", "half a surrogate pair" },
		{ "\"\xff\"", "UTF-8" },
		{ "\"\xc3\"", "UTF-8" },
		{ "\"\xc0\x80\"", "UTF-8" },
		{ "\"\xed\xa0\x80\"", "UTF-8" },
		{ "\xef\xbb\xbf{}", "a value is missing" },
		{ "01", "begins with 0" },
		{ "-", "a digit is missing" },
		{ "+1", "a value is missing" },
		{ ".5", "a value is missing" },
		{ "1.", "a digit is missing" },
		{ "1e", "a digit is missing" },
		{ "1e+", "a digit is missing" },
		{ "0x1", "something else" },
		{ "tru", "a value is missing" },
		{ "truer", "something else" },
		{ "NaN", "a value is missing" },
		{ "'a'", "a value is missing" },
		{ "[1]/**/", "something else" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_json *json;
		struct qm_error err;

		qm_error_init(&err);
		assert_int_equal(
			qm_json_read(rows[i].json, strlen(rows[i].json), &json, &err), QM_EINPUT);
		assert_null(json);
		if (!strstr(err.text, rows[i].words))
			fail_msg("%s: \"%s\" is not in \"%s\"", rows[i].json, rows[i].words,
				err.text);
	}
}

static void a_nul_is_no_end(void **state)
{
	static const char inside[] = "{\"a\0\":1}", behind[] = "{}\0";
	struct qm_json *json;

	(void)state;
	assert_int_equal(qm_json_read(inside, sizeof inside - 1, &json, NULL), QM_EINPUT);
	assert_int_equal(qm_json_read(behind, sizeof behind - 1, &json, NULL), QM_EINPUT);
	/* What is behind the given length is not looked at. */
	assert_int_equal(qm_json_read("[1]]", 3, &json, NULL), QM_OK);
	qm_json_free(json);
}

static void depth_is_bounded_outside_texts(void **state)
{
	char deep[2 * (QM_JSON_MAX_DEPTH + 1) + 1], text[QM_JSON_MAX_DEPTH * 4];
	struct qm_error err;
	struct qm_json *json;

	(void)state;
	qm_error_init(&err);
	memset(deep, '[', QM_JSON_MAX_DEPTH + 1);
	memset(deep + QM_JSON_MAX_DEPTH + 1, ']', QM_JSON_MAX_DEPTH + 1);
	assert_int_equal(qm_json_read(deep, sizeof deep - 1, &json, &err), QM_ELIMIT);
	assert_int_equal(qm_json_read(deep + 1, sizeof deep - 3, &json, NULL), QM_OK);
	qm_json_free(json);
	memset(text, '[', sizeof text);
	memcpy(text, "{\"a\":\"\\\"", 8);
	memcpy(text + sizeof text - 2, "\"}", 2);
	assert_int_equal(qm_json_read(text, sizeof text, &json, NULL), QM_OK);
	qm_json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_told),
		cmocka_unit_test(integers_are_exact_and_larger_ones_are_reals),
		cmocka_unit_test(texts_are_unescaped),
		cmocka_unit_test(members_are_found_by_name),
		cmocka_unit_test(items_come_one_after_the_other),
		cmocka_unit_test(a_value_that_is_not_there_has_nothing),
		cmocka_unit_test(many_values_are_all_there),
		cmocka_unit_test(what_is_no_json_says_where),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(depth_is_bounded_outside_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
