#include "src/api/json.h"
#include "src/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read(const char *text)
{
	json_t *json = NULL;

	if (qm_json_read(text, strlen(text), &json, NULL))
		fail_msg("no JSON: %s", text);
	return json;
}

static void ids_come_as_numbers_or_texts(void **state)
{
	static const struct {
		const char *json;
		int64_t id;
		const char *text;
	} rows[] = {
		{ "{\"id\":66095069}", 66095069, "66095069" },
		{ "{\"id\":\"66095069\"}", 66095069, "66095069" },
		{ "{\"id\":9223372036854775807}", INT64_MAX, "9223372036854775807" },
		{ "{\"id\":12.0}", 12, "12" },
		{ "{\"id\":12.5}", 0, "" },
		{ "{\"id\":1e300}", 0, "" },
		{ "{\"id\":\"\"}", 0, "" },
		{ "{\"id\":\"R-7\"}", 0, "R-7" },
		{ "{\"id\":\"12 \"}", 0, "12 " },
		{ "{\"id\":null}", 0, "" },
		{ "{\"id\":true}", 0, "" },
		{ "{\"id\":[1]}", 0, "" },
		{ "{}", 0, "" },
		{ "[]", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *json = read(rows[i].json);
		char text[QM_ID_TEXT];

		assert_int_equal(qm_json_id(json, "id"), rows[i].id);
		assert_string_equal(qm_json_id_text(json, "id", text), rows[i].text);
		json_decref(json);
	}
	assert_int_equal(qm_json_id(NULL, "id"), 0);
}

static void flags_come_in_many_forms(void **state)
{
	static const struct {
		const char *json;
		bool flag;
	} rows[] = {
		{ "{\"f\":true}", true },
		{ "{\"f\":1}", true },
		{ "{\"f\":\"1\"}", true },
		{ "{\"f\":\"True\"}", true },
		{ "{\"f\":false}", false },
		{ "{\"f\":0}", false },
		{ "{\"f\":\"0\"}", false },
		{ "{\"f\":\"\"}", false },
		{ "{\"f\":null}", false },
		{ "{}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *json = read(rows[i].json);

		assert_int_equal(qm_json_flag(json, "f"), rows[i].flag);
		json_decref(json);
	}
}

static void a_huge_number_somewhere_costs_nothing_else(void **state)
{
	json_t *json = read("{\"odd\":123456789012345678901234567890,\"id\":66095069}");

	(void)state;
	assert_int_equal(qm_json_id(json, "id"), 66095069);
	json_decref(json);
}

static void depth_is_bounded_outside_strings(void **state)
{
	enum { DEEP = 2048 };
	char text[2 * DEEP + 2];
	struct qm_error err;
	json_t *json;

	(void)state;
	qm_error_init(&err);
	memset(text, '[', DEEP + 1);
	memset(text + DEEP + 1, ']', DEEP + 1);
	assert_int_equal(qm_json_read(text, sizeof text, &json, &err), QM_ELIMIT);
	assert_null(json);
	assert_int_equal(qm_json_read(text + 1, sizeof text - 2, &json, NULL), QM_OK);
	json_decref(json);
	memset(text, '[', sizeof text);
	memcpy(text, "{\"a\":\"\\\"", 8);
	memcpy(text + sizeof text - 2, "\"}", 2);
	assert_int_equal(qm_json_read(text, sizeof text, &json, NULL), QM_OK);
	json_decref(json);
}

static void what_is_no_json_says_where(void **state)
{
	static const char *const texts[] = { "", "<html>", "{\"a\":", "{\"a\":1} x",
		"{\"a\":\"\xff\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct qm_error err;
		json_t *json;

		qm_error_init(&err);
		assert_int_equal(qm_json_read(texts[i], strlen(texts[i]), &json, &err), QM_EINPUT);
		assert_null(json);
		assert_non_null(strstr(err.text, "line"));
	}
}

static void the_message_of_an_error_is_found(void **state)
{
	static const struct {
		const char *json, *message;
	} rows[] = {
		{ "{\"code\":\"CO.INVALID_API_KEY\",\"message\":\"Invalid API key\"}",
			"Invalid API key (CO.INVALID_API_KEY)" },
		{ "{\"message\":\"no\"}", "no" },
		{ "{\"code\":\"E1\"}", "E1" },
		{ "{\"error\":\"boom\"}", "boom" },
		{ "{\"error\":{\"message\":\"boom\",\"code\":\"E2\"}}", "boom (E2)" },
		{ "{\"timestamp\":1,\"status\":400,\"error\":\"Bad Request\",\"message\":\"ids\"}",
			"ids" },
		{ "{\"message\":\"\",\"error\":\"Bad Request\"}", "Bad Request" },
		{ "{\"errors\":[{\"message\":\"first\"},{\"message\":\"second\"}]}", "first" },
		{ "{\"errors\":[\"first\"]}", "first" },
		{ "{\"success\":false}", "" },
		{ "{\"message\":17}", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *json = read(rows[i].json);
		struct qm_buf out;

		qm_buf_init(&out, 1000);
		qm_json_message(json, &out);
		assert_string_equal(out.data, rows[i].message);
		qm_buf_release(&out);
		json_decref(json);
	}
}

static void the_title_of_a_page_is_found(void **state)
{
	static const struct {
		const char *page, *title;
	} rows[] = {
		{ "<html><head><title>Sign in</title>", "Sign in" },
		{ "<HTML><TITLE lang=en>\n  Sign in\n</TITLE>", "Sign in" },
		{ "<title></title>", "" },
		{ "<title>cut off", "" },
		{ "<title", "" },
		{ "no page < at all", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_buf out;

		qm_buf_init(&out, 1000);
		qm_html_title(rows[i].page, &out);
		assert_string_equal(out.data, rows[i].title);
		qm_buf_release(&out);
	}
}

static void any_text_becomes_a_json_string(void **state)
{
	json_t *good = qm_json_string("a \"b\"\n\xc3\xa9"),
	       *bad = qm_json_string("a\xff"
				     "b\xc3\xa9");
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, 1000);
	qm_json_write(good, &out);
	assert_string_equal(out.data, "\"a \\\"b\\\"\\n\xc3\xa9\"");
	assert_string_equal(json_string_value(bad), "a?b\xc3\xa9");
	qm_buf_release(&out);
	json_decref(good);
	json_decref(bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_come_as_numbers_or_texts),
		cmocka_unit_test(flags_come_in_many_forms),
		cmocka_unit_test(a_huge_number_somewhere_costs_nothing_else),
		cmocka_unit_test(depth_is_bounded_outside_strings),
		cmocka_unit_test(what_is_no_json_says_where),
		cmocka_unit_test(the_message_of_an_error_is_found),
		cmocka_unit_test(the_title_of_a_page_is_found),
		cmocka_unit_test(any_text_becomes_a_json_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
