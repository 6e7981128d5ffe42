#include "src/base/escape.h"
#include "src/base/json_text.h"
#include "src/base/text.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROUNDS = 20000, MAX_BYTES = 48 };

typedef void (*escape_fn)(struct qm_buf *out, const char *text);

static void check_behind(const char *before, escape_fn escape, const char *text, const char *wanted)
{
	struct qm_buf out;

	qm_buf_init(&out, 1024);
	qm_buf_add_text(&out, before);
	escape(&out, text);
	assert_string_equal(out.data, wanted);
	qm_buf_release(&out);
}

static void check(escape_fn escape, const char *text, const char *wanted)
{
	check_behind("", escape, text, wanted);
}

static void github_commands_keep_their_one_line(void **state)
{
	(void)state;
	check(qm_escape_github_message, "100% of it\n::error::x", "100%25 of it ::error::x");
	check(qm_escape_github_message, "::set-output name=a::b", ": :set-output name=a::b");
	check(qm_escape_github_message, "%0A::stop", "%250A::stop");
	check(qm_escape_github_property, "a:b,c=d%", "a%3Ab%2Cc=d%25");
}

static void azure_commands_keep_their_brackets(void **state)
{
	(void)state;
	check(qm_escape_azure, "50%;a]b\n##vso[x]", "50%AZP25%3Ba%5Db # #vso[x%5D");
}

static void markdown_is_seen_as_it_was_written(void **state)
{
	(void)state;
	check(qm_escape_markdown, "adds an item", "adds an item");
	check(qm_escape_markdown, "**x**", "&#42;&#42;x&#42;&#42;");
	check(qm_escape_markdown, "[a](http://b)", "&#91;a&#93;&#40;http&#58;&#47;&#47;b&#41;");
	check(qm_escape_markdown, "<img src=x>", "&#60;img src&#61;x&#62;");
	check(qm_escape_markdown, "a|b", "a&#124;b");
	check(qm_escape_markdown, "&lt;", "&#38;lt&#59;");
	check(qm_escape_markdown, "    code  ", "code");
	check_behind("| ", qm_escape_markdown, "", "| ");
	check(qm_escape_markdown, "\xc3\xa4\xe6\xb5\x8b", "\xc3\xa4\xe6\xb5\x8b");
}

static void html_is_text(void **state)
{
	(void)state;
	check(qm_escape_html, "<b a='1' c=\"2\">&amp;",
		"&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;");
}

/* ---- Random bytes, from an alphabet in which accidents happen often. */

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static const char *make_text(uint64_t *random, char text[MAX_BYTES * 8])
{
	static const char *const pieces[] = { "##[", "##vso[", "##teamcity[", "::", "\n", "\r",
		"\x1b[31m", "\xe2\x80\xae", "\xe2\x81\xa6", "\xc2\x9b", "<", ">", "&", "\"", "'",
		"`", "*", "|", "](", "http://", "\\", "%", "%0A", "%3A", "#", ":", " ", "\t", "a",
		"Z", "\xc3\xa4", "\xf0\x9f\x98\x80", "\xef\xbb\xbf" };
	size_t count = next_random(random) % MAX_BYTES, used = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t choice = next_random(random);
		const char *piece = pieces[choice / 2 % (sizeof pieces / sizeof *pieces)];
		const char byte[] = { (char)(choice / 2 % 255 + 1), '\0' };
		const char *add = choice % 2 ? piece : byte;

		/* No piece is longer than 11 bytes, and there is room for them. */
		if (used + strlen(add) >= MAX_BYTES * 8)
			break;
		memcpy(text + used, add, strlen(add));
		used += strlen(add);
	}
	text[used] = '\0';
	return text;
}

/* What "##[" and its kin look like wherever they stand. */
static bool holds_order(const char *line)
{
	const char *c = line + strspn(line, " \t");

	if (qm_text_starts(c, "::"))
		return true;
	while ((c = strstr(c, "##"))) {
		c += 2;
		if (c[strspn(c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '[')
			return true;
	}
	return false;
}

/* One line of visible characters. */
static void assert_visible(const char *text)
{
	while (*text) {
		unsigned point = 0;
		size_t length = qm_text_decode(text, &point);

		assert_true(length > 0);
		assert_false(qm_text_is_invisible(point));
		text += length;
	}
}

static void assert_references(const char *text, const char *never)
{
	for (; *text; text++) {
		assert_null(strchr(never, *text));
		if (*text == '&') {
			const char *end = strchr(text, ';');

			assert_non_null(end);
			for (text++; *text == '#' || isalnum((unsigned char)*text); text++)
				;
			assert_ptr_equal(text, end);
		}
	}
}

static void random_bytes_give_no_orders(void **state)
{
	static const escape_fn escapes[] = { qm_text_printable, qm_json_add_text,
		qm_escape_github_message, qm_escape_github_property, qm_escape_markdown,
		qm_escape_html };
	uint64_t random = 88172645463325252;
	char text[MAX_BYTES * 8];
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, MAX_BYTES * 64);
	for (int round = 0; round < ROUNDS; round++) {
		(void)make_text(&random, text);
		for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
			qm_buf_clear(&out);
			escapes[i](&out, text);
			assert_false(out.overflow);
			assert_visible(out.data);
			assert_false(holds_order(out.data));
		}
	}
	qm_buf_release(&out);
}

static void random_bytes_make_no_markup(void **state)
{
	uint64_t random = 1181783497276652981;
	char text[MAX_BYTES * 8];
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, MAX_BYTES * 64);
	for (int round = 0; round < ROUNDS; round++) {
		(void)make_text(&random, text);
		qm_buf_clear(&out);
		qm_escape_html(&out, text);
		assert_references(out.data, "<>\"'");
		qm_buf_clear(&out);
		qm_escape_markdown(&out, text);
		assert_references(out.data, "<>\"'`*_[]()|\\!-+.:/@~=$^{}%,?");
		qm_buf_clear(&out);
		qm_escape_github_property(&out, text);
		assert_null(strpbrk(out.data, ":,"));
	}
	qm_buf_release(&out);
}

/* A JSON string has no quote inside that is not escaped, and its backslashes come in pairs. */
static void random_bytes_stay_within_their_string(void **state)
{
	uint64_t random = 2685821657736338717;
	char text[MAX_BYTES * 8];
	struct qm_buf out;

	(void)state;
	qm_buf_init(&out, MAX_BYTES * 64);
	for (int round = 0; round < ROUNDS; round++) {
		size_t i;

		(void)make_text(&random, text);
		qm_buf_clear(&out);
		qm_json_add_text(&out, text);
		for (i = 1; out.data[i] != '"'; i++)
			i += out.data[i] == '\\';
		assert_int_equal(i + 1, out.length);
	}
	qm_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(github_commands_keep_their_one_line),
		cmocka_unit_test(azure_commands_keep_their_brackets),
		cmocka_unit_test(markdown_is_seen_as_it_was_written),
		cmocka_unit_test(html_is_text),
		cmocka_unit_test(random_bytes_give_no_orders),
		cmocka_unit_test(random_bytes_make_no_markup),
		cmocka_unit_test(random_bytes_stay_within_their_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
