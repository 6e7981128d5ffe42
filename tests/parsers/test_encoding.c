#include "parsers/encoding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *head;
	size_t length; /* 0: up to its NUL */
	const char *name;
	size_t mark;
};

static void the_first_bytes_tell(void **state)
{
	static const struct row rows[] = {
		{ "", 0, NULL, 0 },
		{ "<a/>", 0, NULL, 0 },
		{ "\xef\xbb\xbf<a/>", 0, NULL, 3 },
		{ "\xff\xfe<\0a\0", 6, "UTF-16LE", 2 },
		{ "\xfe\xff\0<\0a", 6, "UTF-16BE", 2 },
		{ "<\0?\0", 4, "UTF-16LE", 0 },
		{ "\0<\0?", 4, "UTF-16BE", 0 },
		{ "<?xml version='1.0'?>", 0, NULL, 0 },
		{ "<?xml version='1.0' encoding='utf-8'?>", 0, NULL, 0 },
		{ "<?xml version='1.0' encoding='UTF8'?>", 0, NULL, 0 },
		{ "<?xml version='1.0' encoding=\"ISO-8859-15\"?>", 0, "ISO-8859-15", 0 },
		{ " \n<?xml encoding = 'WINDOWS-1252' ?>", 0, "windows-1252", 0 },
		{ "<?xml encoding=''?>", 0, NULL, 0 },
		{ "<?xml encoding=latin1?>", 0, NULL, 0 },
		{ "<?xml version='encoding' encoding='GBK'?>", 0, "GBK", 0 },
		{ "<?xml encoding='CP850'?>", 0, "cp850", 0 },
		{ "<?xml encoding='Windows-31J'?>", 0, "windows-31j", 0 },
		/* Only the declaration counts, and only if it comes first. */
		{ "<?xml version='1.0'?><a encoding='latin1'/>", 0, NULL, 0 },
		{ "<a encoding='latin1'/>", 0, NULL, 0 },
		/* A mark beats it. */
		{ "\xef\xbb\xbf<?xml encoding='latin1'?>", 0, NULL, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t length = rows[i].length ? rows[i].length : strlen(rows[i].head);
		struct qm_encoding encoding;
		struct qm_verdict verdict;

		qm_verdict_init(&verdict);
		qm_encoding_detect(rows[i].head, length, &encoding, &verdict);
		assert_int_equal(verdict.reason, QM_REASON_NONE);
		assert_int_equal(encoding.mark, rows[i].mark);
		if (rows[i].name)
			assert_string_equal(encoding.name, rows[i].name);
		else
			assert_null(encoding.name);
	}
}

static void what_is_not_known_is_told(void **state)
{
	static const struct row rows[] = {
		{ "\xff\xfe\0\0<\0\0\0", 8, "UTF-32", 0 },
		{ "\0\0\xfe\xff\0\0\0<", 8, "UTF-32", 0 },
		{ "<?xml encoding='x-none'?>", 0, "x-none", 0 },
		{ "<?xml encoding='UTF-16'?>", 0, "UTF-16", 0 },
		{ "<?xml encoding='utf-16le'?>", 0, "utf-16le", 0 },
		/* glibc would look for a module of this name. */
		{ "<?xml encoding='../../tmp/evil'?>", 0, "../../tmp/evil", 0 },
		{ "<?xml encoding='UTF-8//TRANSLIT'?>", 0, "UTF-8//TRANSLIT", 0 },
		{ "<?xml encoding='ISO-2022-CN-EXT'?>", 0, "ISO-2022-CN-EXT", 0 },
		{ "<?xml encoding='a-name-that-is-much-too-long-to-be-an-encoding'?>", 0,
			"a-name-that-is-much-too-long-to", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t length = rows[i].length ? rows[i].length : strlen(rows[i].head);
		struct qm_encoding encoding;
		struct qm_verdict verdict;

		qm_verdict_init(&verdict);
		qm_encoding_detect(rows[i].head, length, &encoding, &verdict);
		assert_int_equal(verdict.reason, QM_REASON_ENCODING);
		assert_non_null(strstr(verdict.error.text, rows[i].name));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_bytes_tell),
		cmocka_unit_test(what_is_not_known_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
