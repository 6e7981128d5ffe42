#include "src/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_empty_buffer_is_an_empty_text(void **state)
{
	struct qm_buf buf;
	char *taken;

	(void)state;
	qm_buf_init(&buf, 10);
	assert_string_equal(buf.data, "");
	qm_buf_add(&buf, "x", 0);
	qm_buf_clear(&buf);
	assert_string_equal(buf.data, "");
	taken = qm_buf_take(&buf);
	assert_string_equal(taken, "");
	free(taken);
	qm_buf_release(&buf);
	qm_buf_release(&buf);
}

static void what_does_not_fit_is_not_added_in_part(void **state)
{
	struct qm_buf buf;

	(void)state;
	qm_buf_init(&buf, 5);
	qm_buf_add_text(&buf, "abc");
	assert_false(buf.overflow);
	qm_buf_add_text(&buf, "def");
	assert_true(buf.overflow);
	assert_string_equal(buf.data, "abc");
	qm_buf_add_text(&buf, "de");
	assert_string_equal(buf.data, "abcde");
	assert_true(buf.overflow);
	qm_buf_clear(&buf);
	assert_false(buf.overflow);
	qm_buf_release(&buf);
}

static void what_was_added_is_taken_back(void **state)
{
	struct qm_buf buf;

	(void)state;
	qm_buf_init(&buf, 8);
	qm_buf_cut(&buf, 0);
	assert_string_equal(buf.data, "");
	qm_buf_add_text(&buf, "abc");
	qm_buf_add_text(&buf, "defghi");
	qm_buf_cut(&buf, 5);
	assert_string_equal(buf.data, "abc");
	qm_buf_cut(&buf, 1);
	assert_string_equal(buf.data, "a");
	assert_int_equal(buf.length, 1);
	assert_true(buf.overflow);
	qm_buf_release(&buf);
}

static void numbers_are_written_in_full(void **state)
{
	static const struct {
		int64_t number;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ -1, "-1" },
		{ 66095069, "66095069" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	struct qm_buf buf;

	(void)state;
	qm_buf_init(&buf, 100);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_buf_clear(&buf);
		qm_buf_add_int(&buf, rows[i].number);
		assert_string_equal(buf.data, rows[i].text);
	}
	qm_buf_release(&buf);
}

static void it_grows_and_keeps_every_byte(void **state)
{
	struct qm_buf buf;

	(void)state;
	qm_buf_init(&buf, 100000);
	for (int i = 0; i < 100000; i++)
		qm_buf_add_char(&buf, (char)('a' + i % 26));
	assert_false(buf.overflow);
	assert_int_equal(buf.length, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buf.data[i], 'a' + i % 26);
	assert_int_equal(buf.data[100000], '\0');
	qm_buf_add_char(&buf, 'x');
	assert_true(buf.overflow);
	qm_buf_release(&buf);
}

static void formats_go_through_the_same_ceiling(void **state)
{
	struct qm_buf buf;

	(void)state;
	qm_buf_init(&buf, 8);
	qm_buf_add_format(&buf, "%s-%d", "ab", 42);
	assert_string_equal(buf.data, "ab-42");
	qm_buf_add_format(&buf, "%d", 1234);
	assert_true(buf.overflow);
	assert_string_equal(buf.data, "ab-42");
	qm_buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_text),
		cmocka_unit_test(what_does_not_fit_is_not_added_in_part),
		cmocka_unit_test(what_was_added_is_taken_back),
		cmocka_unit_test(numbers_are_written_in_full),
		cmocka_unit_test(it_grows_and_keeps_every_byte),
		cmocka_unit_test(formats_go_through_the_same_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
