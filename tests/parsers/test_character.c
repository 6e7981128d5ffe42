#include "parsers/character.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* XML 1.0, production 2. */
static bool allowed_by_the_standard(unsigned long point)
{
	return point == 0x9 || point == 0xa || point == 0xd || (point >= 0x20 && point <= 0xd7ff) ||
		(point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}

static void characters_are_those_of_the_standard(void **state)
{
	(void)state;
	for (unsigned long point = 0; point < 0x120000; point++)
		assert_int_equal(qm_character_allowed(point), allowed_by_the_standard(point));
}

/* Each byte at each place of a text that is otherwise clean, of each length. */
static void a_suspect_byte_is_seen_wherever_it_is(void **state)
{
	char text[80];

	(void)state;
	for (size_t length = 1; length <= sizeof text; length++) {
		for (size_t at = 0; at < length; at++) {
			for (int byte = 0; byte < 256; byte++) {
				bool is_control =
					byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';

				memset(text, 'a', sizeof text);
				text[at] = (char)byte;
				assert_int_equal(qm_character_suspect(text, length, false),
					is_control || byte == 0xef);
			}
		}
	}
}

static void references_are_suspect_where_there_are_any(void **state)
{
	static const struct {
		const char *text;
		bool suspect;
	} rows[] = {
		{ "a&lt;b&amp;", false },
		{ "a&#7;", true },
		{ "&lt;&#7;", true },
		{ "# & a", false },
		{ "cut off here &", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t length = strlen(rows[i].text);

		assert_int_equal(qm_character_suspect(rows[i].text, length, true), rows[i].suspect);
		assert_false(qm_character_suspect(rows[i].text, length, false));
	}
}

static void references_are_read(void **state)
{
	static const struct {
		const char *text;
		size_t length; /* 0: none */
		unsigned long point;
	} rows[] = {
		{ "&#10;", 5, 10 },
		{ "&#x1b;", 6, 0x1b },
		{ "&#x1B;x", 6, 0x1b },
		{ "&#x0010FFFF;", 12, 0x10ffff },
		{ "&#99999999;", 11, 99999999 },
		{ "&#1", 0, 0 },
		{ "&#;", 0, 0 },
		{ "&#x;", 0, 0 },
		{ "&#X1b;", 0, 0 },
		{ "&#1b;", 0, 0 },
		{ "&amp;", 0, 0 },
		{ "&#x00010FFFF;", 0, 0 },
		{ "&", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned long point = 0;

		assert_int_equal(qm_character_reference(rows[i].text, strlen(rows[i].text), &point),
			rows[i].length);
		assert_int_equal(point, rows[i].point);
	}
}

static void characters_are_encoded(void **state)
{
	static const struct {
		unsigned long point;
		const char *bytes;
	} rows[] = {
		{ 'A', "A" },
		{ 0x7f, "\x7f" },
		{ 0x80, "\xc2\x80" },
		{ 0x7ff, "\xdf\xbf" },
		{ 0x800, "\xe0\xa0\x80" },
		{ 0xffff, "\xef\xbf\xbf" },
		{ 0x10000, "\xf0\x90\x80\x80" },
		{ 0x1f600, "\xf0\x9f\x98\x80" },
		{ 0x10ffff, "\xf4\x8f\xbf\xbf" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char bytes[4];
		size_t length = qm_character_encode(rows[i].point, bytes);

		assert_int_equal(length, strlen(rows[i].bytes));
		assert_memory_equal(bytes, rows[i].bytes, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_those_of_the_standard),
		cmocka_unit_test(a_suspect_byte_is_seen_wherever_it_is),
		cmocka_unit_test(references_are_suspect_where_there_are_any),
		cmocka_unit_test(references_are_read),
		cmocka_unit_test(characters_are_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
