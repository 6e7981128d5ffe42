#include "src/base/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text, *json;
} rows[] = {
	{ NULL, "null" },
	{ "", "\"\"" },
	{ "plain text, /no/ escape's needed", "\"plain text, /no/ escape's needed\"" },
	{ "say \"yes\"", "\"say \\\"yes\\\"\"" },
	{ "C:\\dir\\", "\"C:\\\\dir\\\\\"" },
	{ "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
	{ "\v", "\"\\u000b\"" },
	{ "\x01\x1b[31m\x1f", "\"\\u0001\\u001b[31m\\u001f\"" },
	{ "\x7f", "\"\\u007f\"" },
	/* Of each length of UTF-8 one, as it is. */
	{ "\xc3\xa4\xe6\xb5\x8b\xf0\x9f\x98\x80", "\"\xc3\xa4\xe6\xb5\x8b\xf0\x9f\x98\x80\"" },
	{ "\xc2\x9b" /* U+009B, a one-byte CSI */, "\"\\u009b\"" },
	{ "\xe2\x80\xae" /* U+202E, right to left */, "\"\\u202e\"" },
	{ "\xe2\x81\xa6" /* U+2066, an isolate */, "\"\\u2066\"" },
	{ "\xe2\x80\xa8\xe2\x80\xa9" /* line separators */, "\"\\u2028\\u2029\"" },
	{ "\xe2\x80\x8b" /* of no width */, "\"\\u200b\"" },
	{ "\xef\xbb\xbf" /* byte order mark */, "\"\\ufeff\"" },
	{ "\xf3\xa0\x81\x81" /* U+E0041, a tag: two halves */, "\"\\udb40\\udc41\"" },
	{ "##[error]x", "\"#\\u0023[error]x\"" },
	{ "###vso[x]#", "\"#\\u0023#vso[x]#\"" },
	{ "C# a", "\"C# a\"" },
	/* No UTF-8: a stray byte, an overlong slash, a surrogate, one that is cut. */
	{ "a\xff"
	  "b",
		"\"a\\ufffdb\"" },
	{ "\xc0\xaf", "\"\\ufffd\\ufffd\"" },
	{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
	{ "\xe6\xb5", "\"\\ufffd\\ufffd\"" },
};

static void texts_become_strings_that_are_harmless(void **state)
{
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, 200);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_buf_clear(&out);
		qm_json_add_text(&out, rows[i].text);
		assert_string_equal(out.data, rows[i].json);
	}
	qm_buf_release(&out);
}

static void a_text_is_added_behind_what_is_there(void **state)
{
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, 200);
	qm_buf_add_text(&out, "{\"name\":");
	qm_json_add_text(&out, "a\nb");
	qm_buf_add_text(&out, ",\"file\":");
	qm_json_add_text(&out, NULL);
	qm_buf_add_char(&out, '}');
	assert_string_equal(out.data, "{\"name\":\"a\\nb\",\"file\":null}");
	qm_buf_release(&out);
}

/* No byte but printable ASCII comes out of any single byte. */
static void any_single_byte_is_printable_afterwards(void **state)
{
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, 200);
	for (int byte = 1; byte < 256; byte++) {
		const char text[] = { (char)byte, '\0' };

		qm_buf_clear(&out);
		qm_json_add_text(&out, text);
		assert_true(out.length >= 3);
		for (size_t i = 0; i < out.length; i++)
			assert_in_range((unsigned char)out.data[i], 0x20, 0x7e);
	}
	qm_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_strings_that_are_harmless),
		cmocka_unit_test(a_text_is_added_behind_what_is_there),
		cmocka_unit_test(any_single_byte_is_printable_afterwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
