#include "src/cli/commands.h"
#include "src/cli/exit_code.h"
#include "src/cli/help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_COLUMNS = 140 };

static int setup(void **state)
{
	struct qm_buf *text = qm_alloc(sizeof *text);

	qm_buf_init(text, QM_HELP_MAX_BYTES);
	*state = text;
	return 0;
}

static int teardown(void **state)
{
	qm_buf_release(*state);
	free(*state);
	return 0;
}

static const char *help_of(struct qm_buf *text, const struct qm_command *command)
{
	qm_buf_clear(text);
	qm_help_command(command, text);
	assert_false(text->overflow);
	return text->data;
}

/* Lines that describe --NAME: what is indented and followed by the end of a word. */
static size_t lines_about(const char *text, const char *name)
{
	size_t count = 0, length = strlen(name);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *option = line + strspn(line, " ");

		if (option == line)
			continue;
		if (option[0] == '-' && option[1] != '-' && option[2] == ',')
			option += strlen("-v, ");
		if (strncmp(option, "--", 2) == 0 && strncmp(option + 2, name, length) == 0 &&
			strchr(" [\n", option[2 + length]))
			count++;
	}
	return count;
}

static void each_command_lists_the_settings_that_it_takes_and_no_other(void **state)
{
	for (size_t c = 0; c < qm_command_count; c++) {
		const struct qm_command *command = &qm_commands[c];
		const char *text = help_of(*state, command);

		for (size_t i = 0; i < qm_setting_count; i++) {
			const struct qm_setting *row = &qm_setting_rows[i];
			size_t wanted = (row->commands & command->bit) ? 1 : 0;

			if (lines_about(text, row->name) != wanted)
				fail_msg("%s: --%s", command->name, row->name);
		}
	}
}

static void each_setting_shows_its_letter_value_choices_and_default(void **state)
{
	static const char *const lines[] = {
		"  -v, --verbose                tell every call on standard error\n",
		"      --suite KEY              test suite, such as VKMC-TS-20 (repeatable)\n",
		"      --batch-size N           runs that one call sets at most (500)\n",
		"      --fail-on-unmapped[=N]   fail if more than N (0) tests have no test case\n",
		("      --format FORM            form of the result on standard output: text|json "
		 "(text)\n"),
	};
	const char *text = help_of(*state, qm_command_find("upload", NULL));

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (!strstr(text, lines[i]))
			fail_msg("not in the help: %s", lines[i]);
}

static void a_title_stands_only_over_settings(void **state)
{
	for (size_t c = 0; c < qm_command_count; c++) {
		const struct qm_command *command = &qm_commands[c];
		bool wanted[QM_GROUPS] = { false };
		const char *text = help_of(*state, command);

		for (size_t i = 0; i < qm_setting_count; i++)
			if (qm_setting_rows[i].commands & command->bit)
				wanted[qm_setting_rows[i].group] = true;
		for (size_t g = 0; g < QM_GROUPS; g++) {
			struct qm_buf title;

			qm_buf_init(&title, 256);
			qm_buf_add_format(&title, "\n%s:\n", qm_setting_group_names[g]);
			assert_int_equal(strstr(text, title.data) != NULL, wanted[g]);
			qm_buf_release(&title);
		}
	}
}

static void all_exit_codes_are_listed_where_a_command_works(void **state)
{
	for (size_t c = 0; c < qm_command_count; c++) {
		const struct qm_command *command = &qm_commands[c];
		const char *text = help_of(*state, command);

		for (size_t i = 0; i < qm_exit_row_count; i++) {
			struct qm_buf line;

			qm_buf_init(&line, 512);
			qm_buf_add_format(
				&line, "\n  %2d  %s\n", qm_exit_rows[i].code, qm_exit_rows[i].text);
			assert_int_equal(strstr(text, line.data) != NULL, command->bit != 0);
			qm_buf_release(&line);
		}
		assert_int_equal(strstr(text, "2, 5, 9, 8, 10, 7, 1, 4, 6, 3, 0") != NULL,
			command->bit != 0);
	}
}

static void the_help_begins_with_usage_and_purpose(void **state)
{
	for (size_t c = 0; c < qm_command_count; c++) {
		const struct qm_command *command = &qm_commands[c];
		const char *text = help_of(*state, command);
		struct qm_buf begin;

		qm_buf_init(&begin, 1024);
		qm_buf_add_format(&begin, "Usage: qmetry-ci %s", command->name);
		assert_null(strstr(text, " \n"));
		assert_int_equal(strncmp(text, begin.data, begin.length), 0);
		assert_non_null(strstr(text, command->help));
		qm_buf_release(&begin);
	}
}

/* Only a command that makes calls needs one. */
static void the_key_is_told_of_where_one_is_needed(void **state)
{
	for (size_t c = 0; c < qm_command_count; c++) {
		const struct qm_command *command = &qm_commands[c];
		const char *text = help_of(*state, command);
		bool calls = (command->bit & QM_FOR_CALLS) != 0;

		assert_int_equal(strstr(text, "QMETRY_API_KEY_FILE") != NULL, calls);
	}
}

static void lines_are_of_a_readable_length_and_end_clean(void **state)
{
	for (size_t c = 0; c < qm_command_count; c++) {
		const char *text = help_of(*state, &qm_commands[c]);

		assert_int_equal(text[strlen(text) - 1], '\n');
		for (const char *line = text; *line;) {
			size_t length = strcspn(line, "\n");

			assert_true(length <= LINE_COLUMNS);
			line += length + (line[length] == '\n');
		}
		assert_null(strchr(text, '\t'));
	}
}

static void commands_are_found_by_name_or_the_nearest_is_told(void **state)
{
	static const struct {
		const char *name, *error;
	} rows[] = {
		{ "uplaod", "unknown command \"uplaod\"; did you mean upload?" },
		{ "Plan ", "unknown command \"Plan \"; did you mean plan?" },
		{ "frobnicate", "unknown command \"frobnicate\"; qmetry-ci --help lists them" },
	};

	(void)state;
	for (size_t c = 0; c < qm_command_count; c++)
		assert_ptr_equal(qm_command_find(qm_commands[c].name, NULL), &qm_commands[c]);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_error err;

		qm_error_init(&err);
		assert_null(qm_command_find(rows[i].name, &err));
		assert_int_equal(err.code, QM_EUSAGE);
		assert_string_equal(err.text, rows[i].error);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_command_lists_the_settings_that_it_takes_and_no_other),
		CASE(each_setting_shows_its_letter_value_choices_and_default),
		CASE(a_title_stands_only_over_settings),
		CASE(all_exit_codes_are_listed_where_a_command_works),
		CASE(the_help_begins_with_usage_and_purpose),
		CASE(the_key_is_told_of_where_one_is_needed),
		CASE(lines_are_of_a_readable_length_and_end_clean),
		CASE(commands_are_found_by_name_or_the_nearest_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
