#include "parsers/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void texts_stay_where_they_are(void **state)
{
	struct qm_texts texts;
	const char *first, *second;
	size_t mark;

	(void)state;
	qm_texts_init(&texts, 16);
	first = qm_texts_keep(&texts, "hello there", 5);
	mark = texts.used;
	second = qm_texts_keep(&texts, "", 0);
	assert_string_equal(first, "hello");
	assert_string_equal(second, "");
	assert_null(qm_texts_keep(&texts, "123456789", 9)); /* 6 + 1 + 9 + 1 is too much */
	assert_non_null(qm_texts_keep(&texts, "12345678", 8));
	assert_null(qm_texts_keep(&texts, "", 0));
	texts.used = mark;
	assert_string_equal(qm_texts_keep(&texts, "again", 5), "again");
	assert_string_equal(first, "hello");
	qm_texts_release(&texts);
}

static void a_clip_trims_and_cuts(void **state)
{
	static const struct {
		const char *pieces[4];
		const char *text;
	} rows[] = {
		{ { "" }, "" },
		{ { " \n\t\r", "  " }, "" },
		{ { " \n", " a b ", "\n" }, "a b" },
		{ { "a", " ", "b" }, "a b" },
		{ { "12345678", "9" }, "12345678" },
		{ { "1234567", "\xc3\xa9", "8" }, "1234567" },
		{ { "123456", "\xc3\xa9", "8" }, "123456\xc3\xa9" },
		{ { "1234567 ", "x" }, "1234567" },
	};
	struct qm_clip clip;

	(void)state;
	qm_clip_init(&clip, 8);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_clip_clear(&clip);
		for (size_t k = 0; k < 4 && rows[i].pieces[k]; k++)
			qm_clip_add(&clip, rows[i].pieces[k], strlen(rows[i].pieces[k]));
		assert_string_equal(qm_clip_text(&clip), rows[i].text);
	}
	qm_clip_release(&clip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_stay_where_they_are),
		cmocka_unit_test(a_clip_trims_and_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
