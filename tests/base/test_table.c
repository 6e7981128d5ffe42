#include "src/base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_prints(struct qm_table *table, const char *expected)
{
	struct qm_buf out;

	qm_buf_init(&out, 4096);
	qm_table_print(table, "  ", &out);
	assert_string_equal(out.data, expected);
	qm_buf_release(&out);
	qm_table_release(table);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	static const char *const headings[] = { "PLATFORM", "RUNS" };
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "lr", headings);
	qm_table_text(&table, "Chrome");
	qm_table_int(&table, 400);
	qm_table_text(&table, "Internet Explorer");
	qm_table_int(&table, 12345);
	assert_prints(&table,
		"  PLATFORM            RUNS\n"
		"  Chrome               400\n"
		"  Internet Explorer  12345\n");
}

static void lines_do_not_end_in_blanks(void **state)
{
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "ll", NULL);
	qm_table_text(&table, "a");
	qm_table_text(&table, "long");
	qm_table_text(&table, "b");
	qm_table_text(&table, "x");
	qm_table_text(&table, "c");
	qm_table_text(&table, "");
	assert_prints(&table, "  a  long\n  b  x\n  c\n");
}

static void characters_count_and_not_bytes(void **state)
{
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "ll", NULL);
	qm_table_text(&table, "Entf\xc3\xa4llt");
	qm_table_text(&table, "x");
	qm_table_text(&table, "Entfallt");
	qm_table_text(&table, "y");
	assert_prints(&table, "  Entf\xc3\xa4llt  x\n  Entfallt  y\n");
}

static void cells_are_cut_and_printable(void **state)
{
	struct qm_table table;
	char text[101], expected[128];

	(void)state;
	memset(text, 'a', 100);
	text[100] = '\0';
	qm_table_init(&table, "l", NULL);
	qm_table_text(&table, text);
	qm_table_text(&table, "\033[31mred\n::error::");
	(void)memcpy(expected, "  ", 2);
	memset(expected + 2, 'a', 57);
	(void)memcpy(expected + 59, "...\n  ?[31mred ::error::\n", 26);
	assert_prints(&table, expected);
}

static void sixty_characters_are_not_cut(void **state)
{
	struct qm_table table;
	char text[61], expected[64];

	(void)state;
	memset(text, 'a', 60);
	text[60] = '\0';
	(void)memcpy(expected, "  ", 2);
	(void)memcpy(expected + 2, text, 60);
	(void)memcpy(expected + 62, "\n", 2);
	qm_table_init(&table, "l", NULL);
	qm_table_text(&table, text);
	assert_prints(&table, expected);
}

static void a_table_without_rows_is_its_headings(void **state)
{
	static const char *const headings[] = { "KEY", "RUNS" };
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "lr", headings);
	assert_prints(&table, "  KEY  RUNS\n");
	qm_table_init(&table, "lr", NULL);
	assert_prints(&table, "");
}

static void the_ends_of_int64_are_printed(void **state)
{
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "r", NULL);
	qm_table_int(&table, INT64_MIN);
	qm_table_int(&table, INT64_MAX);
	qm_table_int(&table, 0);
	assert_prints(&table,
		"  -9223372036854775808\n"
		"   9223372036854775807\n"
		"                     0\n");
}

static void a_cut_falls_between_two_characters(void **state)
{
	struct qm_table table;
	char text[2 * 70 + 1], expected[2 * 57 + 16];

	(void)state;
	for (size_t i = 0; i < 140; i += 2)
		(void)memcpy(text + i, "\xc3\xa4", 3);
	(void)memcpy(expected, "  ", 2);
	for (size_t i = 0; i < 57; i++)
		(void)memcpy(expected + 2 + 2 * i, "\xc3\xa4", 2);
	(void)memcpy(expected + 116, "...\n", 5);
	qm_table_init(&table, "l", NULL);
	qm_table_text(&table, text);
	assert_prints(&table, expected);
}

static void assert_markdown(struct qm_table *table, const char *expected)
{
	struct qm_buf out;

	qm_buf_init(&out, 4096);
	qm_table_markdown(table, &out);
	assert_string_equal(out.data, expected);
	qm_buf_release(&out);
	qm_table_release(table);
}

static void markdown_has_a_rule_below_its_headings(void **state)
{
	static const char *const headings[] = { "PLATFORM", "RUNS" };
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "lr", headings);
	qm_table_text(&table, "a|b");
	qm_table_int(&table, 400);
	assert_markdown(&table, "| PLATFORM | RUNS |\n|:---|---:|\n| a&#124;b | 400 |\n");
	qm_table_init(&table, "lr", headings);
	assert_markdown(&table, "| PLATFORM | RUNS |\n|:---|---:|\n");
}

static void markdown_without_headings_has_blank_ones(void **state)
{
	struct qm_table table;

	(void)state;
	qm_table_init(&table, "ll", NULL);
	qm_table_text(&table, "a");
	qm_table_text(&table, "b");
	assert_markdown(&table, "|  |  |\n|:---|:---|\n| a | b |\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(lines_do_not_end_in_blanks),
		cmocka_unit_test(characters_count_and_not_bytes),
		cmocka_unit_test(cells_are_cut_and_printable),
		cmocka_unit_test(sixty_characters_are_not_cut),
		cmocka_unit_test(a_table_without_rows_is_its_headings),
		cmocka_unit_test(the_ends_of_int64_are_printed),
		cmocka_unit_test(markdown_has_a_rule_below_its_headings),
		cmocka_unit_test(markdown_without_headings_has_blank_ones),
		cmocka_unit_test(a_cut_falls_between_two_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
