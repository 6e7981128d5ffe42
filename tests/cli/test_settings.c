#include "src/cli/setting_value.h"
#include "src/cli/settings.h"
#include "src/cli/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { HELP_COLUMNS = 80 };

static void every_row_has_its_place_in_what_was_given(void **state)
{
	(void)state;
	assert_true(qm_setting_count > 0);
	assert_true(qm_setting_count <= QM_SOURCES_MAX_ROWS);
}

static void every_fallback_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *row = &qm_setting_rows[i];
		struct qm_settings settings;
		struct qm_error err;

		if (!row->fallback)
			continue;
		qm_error_init(&err);
		qm_settings_init(&settings);
		if (qm_setting_set(&settings, row, row->fallback, &err))
			fail_msg("--%s: %s", row->name, err.text);
		qm_settings_release(&settings);
	}
}

static void what_a_bare_option_stands_for_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *row = &qm_setting_rows[i];

		if (row->kind == QM_SETTING_MAYBE_TEXT) {
			assert_non_null(row->bare);
			assert_true(!row->check || !row->check(row->bare));
		}
	}
}

static void no_two_rows_share_a_name_a_letter_or_a_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *a = &qm_setting_rows[i];

		for (size_t j = i + 1; j < qm_setting_count; j++) {
			const struct qm_setting *b = &qm_setting_rows[j];

			assert_string_not_equal(a->name, b->name);
			assert_true(a->offset != b->offset);
			assert_true(!a->letter || a->letter != b->letter);
		}
	}
}

static void names_are_lower_case_words_with_dashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const char *name = qm_setting_rows[i].name;
		size_t length = strlen(name);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), length);
		assert_true(length > 0 && name[0] != '-' && name[length - 1] != '-');
	}
}

static void letters_are_of_flags_and_leave_h_to_help(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *row = &qm_setting_rows[i];

		assert_true(!row->letter || row->kind == QM_SETTING_FLAG);
		assert_true(row->letter != 'h');
	}
}

static void variables_are_the_names_in_upper_case(void **state)
{
	static const struct {
		const char *name, *variable;
	} rows[] = {
		{ "url", "QMETRY_URL" },
		{ "batch-size", "QMETRY_BATCH_SIZE" },
		{ "max-split-calls", "QMETRY_MAX_SPLIT_CALLS" },
		{ "suite-run", "QMETRY_SUITE_RUN" },
		{ "fail-on-unmapped", "QMETRY_FAIL_ON_UNMAPPED" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_setting *row =
			qm_setting_find(rows[i].name, strlen(rows[i].name), QM_FOR_ALL);
		char variable[64];

		assert_non_null(row);
		qm_setting_variable(row, variable);
		assert_string_equal(variable, rows[i].variable);
	}
}

static void no_variable_is_one_that_holds_a_key(void **state)
{
	static const char *const keys[] = { "QMETRY_API_KEY", "QMETRY_API_KEY_FILE",
		"QMETRY_USERNAME", "QMETRY_PASSWORD" };

	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		char variable[64];

		assert_true(strlen("QMETRY_") + strlen(qm_setting_rows[i].name) < sizeof variable);
		qm_setting_variable(&qm_setting_rows[i], variable);
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			assert_string_not_equal(variable, keys[k]);
	}
}

static void every_help_is_one_short_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const char *help = qm_setting_rows[i].help;

		assert_non_null(help);
		assert_true(help[0] != '\0');
		assert_true(strlen(help) <= HELP_COLUMNS);
		assert_null(strpbrk(help, "\r\n\t"));
	}
}

static void every_row_has_what_its_kind_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *row = &qm_setting_rows[i];
		bool ranged = row->kind == QM_SETTING_NUMBER || row->kind == QM_SETTING_DURATION ||
			row->kind == QM_SETTING_MAYBE_NUMBER;

		assert_true(row->commands && (row->commands & ~(unsigned)QM_FOR_ALL) == 0);
		assert_true(row->group < QM_GROUPS);
		assert_true(row->offset < sizeof(struct qm_settings));
		assert_int_equal(row->argument != NULL, row->kind != QM_SETTING_FLAG);
		assert_true(!ranged || row->min < row->max);
		assert_true(row->kind != QM_SETTING_CHOICE || row->choices);
	}
}

static void every_group_has_a_title(void **state)
{
	(void)state;
	for (size_t i = 0; i < QM_GROUPS; i++)
		assert_true(qm_setting_group_names[i] && qm_setting_group_names[i][0]);
}

/* A pull request must not redirect the key, get round the policy, or write files of its choice. */
static void what_a_pull_request_could_do_harm_with_is_guarded(void **state)
{
	static const char *const names[] = { "url", "cacert", "allow-http", "policy", "state",
		"proxy", "state-prefix", "headroom", "events", "cache", "write-map", "journal",
		"receipt", "summary", "outputs" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct qm_setting *row =
			qm_setting_find(names[i], strlen(names[i]), QM_FOR_ALL);

		assert_non_null(row);
		assert_true(row->guarded);
	}
}

static void a_row_is_found_by_its_whole_name_for_a_command_that_takes_it(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		unsigned command;
		const char *name;
	} rows[] = {
		{ "suite", 5, QM_FOR_UPLOAD, "suite" },
		{ "suite=A", 5, QM_FOR_UPLOAD, "suite" },
		{ "suite-run", 9, QM_FOR_PLAN, "suite-run" },
		{ "suit", 4, QM_FOR_UPLOAD, NULL },
		{ "suites", 6, QM_FOR_UPLOAD, NULL },
		{ "", 0, QM_FOR_ALL, NULL },
		{ "suite", 5, QM_FOR_PARSE, NULL },
		{ "results", 7, QM_FOR_PARSE, "results" },
		{ "results", 7, QM_FOR_UPLOAD, NULL },
		{ "format", 6, QM_FOR_PARSE, "format" },
		{ "SUITE", 5, QM_FOR_UPLOAD, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_setting *row =
			qm_setting_find(rows[i].text, rows[i].length, rows[i].command);

		assert_int_equal(row != NULL, rows[i].name != NULL);
		if (row)
			assert_string_equal(row->name, rows[i].name);
	}
}

static void a_letter_finds_its_row(void **state)
{
	(void)state;
	assert_string_equal(qm_setting_find_letter('v', QM_FOR_PARSE)->name, "verbose");
	assert_string_equal(qm_setting_find_letter('q', QM_FOR_UPLOAD)->name, "quiet");
	assert_null(qm_setting_find_letter('x', QM_FOR_ALL));
}

static void before_anything_is_read_nothing_is_given(void **state)
{
	struct qm_settings settings;

	(void)state;
	qm_settings_init(&settings);
	assert_int_equal(settings.headroom, -1);
	assert_int_equal(settings.fail_on_unmapped, -1);
	assert_int_equal(settings.fail_on_missing, -1);
	assert_null(settings.soft_fail);
	assert_null(settings.url);
	assert_int_equal(settings.suites.count, 0);
	assert_int_equal(settings.operands.count, 0);
	assert_false(settings.verbose);
	qm_settings_release(&settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_its_place_in_what_was_given),
		cmocka_unit_test(every_fallback_is_accepted),
		cmocka_unit_test(what_a_bare_option_stands_for_is_accepted),
		cmocka_unit_test(no_two_rows_share_a_name_a_letter_or_a_member),
		cmocka_unit_test(names_are_lower_case_words_with_dashes),
		cmocka_unit_test(letters_are_of_flags_and_leave_h_to_help),
		cmocka_unit_test(variables_are_the_names_in_upper_case),
		cmocka_unit_test(no_variable_is_one_that_holds_a_key),
		cmocka_unit_test(every_help_is_one_short_line),
		cmocka_unit_test(every_row_has_what_its_kind_needs),
		cmocka_unit_test(every_group_has_a_title),
		cmocka_unit_test(what_a_pull_request_could_do_harm_with_is_guarded),
		cmocka_unit_test(a_row_is_found_by_its_whole_name_for_a_command_that_takes_it),
		cmocka_unit_test(a_letter_finds_its_row),
		cmocka_unit_test(before_anything_is_read_nothing_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
