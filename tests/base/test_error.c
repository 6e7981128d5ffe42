#include "src/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_first_error_wins(void **state)
{
	struct qm_error err;

	(void)state;
	qm_error_init(&err);
	assert_int_equal(qm_error_set(&err, QM_EIO, "disk %d is full", 7), QM_EIO);
	assert_int_equal(qm_error_set(&err, QM_EUSAGE, "something later"), QM_EUSAGE);
	assert_int_equal(err.code, QM_EIO);
	assert_string_equal(err.text, "disk 7 is full");
}

static void nobody_needs_to_care(void **state)
{
	(void)state;
	assert_int_equal(qm_error_set(NULL, QM_ELIMIT, "too much"), QM_ELIMIT);
	qm_error_at(NULL, "file", 1, 2);
	qm_error_init(NULL);
}

static void the_place_is_told_once(void **state)
{
	static const struct {
		int line, column;
		const char *expected;
	} rows[] = {
		{ 0, 0, "a.xml: is empty" },
		{ 3, 0, "a.xml:3: is empty" },
		{ 3, 9, "a.xml:3:9: is empty" },
	};
	char line[200];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_error err;

		qm_error_init(&err);
		(void)qm_error_set(&err, QM_EINPUT, "is empty");
		qm_error_at(&err, "a.xml", rows[i].line, rows[i].column);
		qm_error_at(&err, "b.xml", 77, 77);
		qm_error_format(&err, line, sizeof line);
		assert_string_equal(line, rows[i].expected);
	}
}

static void a_long_source_keeps_its_end(void **state)
{
	struct qm_error err;
	char path[1000];

	(void)state;
	memset(path, 'd', sizeof path);
	memcpy(path + sizeof path - 7, "/a.xml", 7);
	qm_error_init(&err);
	(void)qm_error_set(&err, QM_EINPUT, "x");
	qm_error_at(&err, path, 0, 0);
	assert_int_equal(strlen(err.source), QM_ERROR_SOURCE - 1);
	assert_memory_equal(err.source, "...d", 4);
	assert_string_equal(err.source + strlen(err.source) - 6, "/a.xml");
}

static void a_long_text_is_cut(void **state)
{
	struct qm_error err;
	char text[2000];

	(void)state;
	memset(text, 't', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	qm_error_init(&err);
	(void)qm_error_set(&err, QM_EINPUT, "%s", text);
	assert_int_equal(strlen(err.text), QM_ERROR_TEXT - 1);
}

static void words_can_be_added(void **state)
{
	struct qm_error err;

	(void)state;
	qm_error_init(&err);
	qm_error_add(&err, "nothing to add to");
	qm_error_add(NULL, "nobody cares");
	assert_string_equal(err.text, "");
	(void)qm_error_set(&err, QM_ENOTFOUND, "not found");
	qm_error_add(&err, " (--project %s)", "NOPE");
	assert_string_equal(err.text, "not found (--project NOPE)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(nobody_needs_to_care),
		cmocka_unit_test(the_place_is_told_once),
		cmocka_unit_test(a_long_source_keeps_its_end),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(words_can_be_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
