#include "src/cli/commands.h"
#include "src/cli/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_WORDS = 8 };

/* One command line, read. */
struct line {
	struct qm_settings settings;
	struct qm_given given;
	struct qm_error err;
	bool help;
};

static int setup(void **state)
{
	struct line *line = qm_alloc(sizeof *line);

	qm_settings_init(&line->settings);
	qm_error_init(&line->err);
	*state = line;
	return 0;
}

static int teardown(void **state)
{
	struct line *line = *state;

	qm_settings_release(&line->settings);
	free(line);
	return 0;
}

static void renew(struct line *line)
{
	qm_settings_release(&line->settings);
	*line = (struct line){ .help = false };
	qm_settings_init(&line->settings);
	qm_error_init(&line->err);
}

/* Reads words up to NULL. */
static enum qm_code read_words(
	struct line *line, const char *command_name, const char *const words[MAX_WORDS])
{
	const struct qm_command *command = qm_command_find(command_name, NULL);
	char *copies[MAX_WORDS];
	int count = 0;

	assert_non_null(command);
	while (count < MAX_WORDS && words[count]) {
		copies[count] = qm_arena_strdup(&line->settings.arena, words[count]);
		count++;
	}
	return qm_read_arguments(
		&line->settings, &line->given, command, count, copies, &line->help, &line->err);
}

static void read_well(struct line *line, const char *const words[MAX_WORDS])
{
	renew(line);
	if (read_words(line, "upload", words))
		fail_msg("%s: %s", words[0] ? words[0] : "(nothing)", line->err.text);
}

static const char *item(const struct qm_vec *list, size_t index)
{
	return *(const char *const *)qm_vec_at(list, index);
}

static bool is_given(const struct line *line, const char *name)
{
	const struct qm_setting *row = qm_setting_find(name, strlen(name), ~0U);

	assert_non_null(row);
	return line->given.rows[row - qm_setting_rows];
}

static void a_value_stands_behind_an_equals_sign_or_in_the_next_word(void **state)
{
	static const struct {
		const char *words[MAX_WORDS], *project;
	} rows[] = {
		{ { "--project=VKMC" }, "VKMC" },
		{ { "--project", "VKMC" }, "VKMC" },
		{ { "--project=A=B" }, "A=B" },
		{ { "--project", "--suite" }, "--suite" },
		{ { "--project", "-v" }, "-v" },
		{ { "--project", "--" }, "--" },
		{ { "--project=one", "--project", "one" }, "one" },
	};
	struct line *line = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_well(line, rows[i].words);
		assert_string_equal(line->settings.project, rows[i].project);
		assert_true(is_given(line, "project"));
		assert_false(is_given(line, "suite"));
		assert_int_equal(line->settings.operands.count, 0);
	}
}

static void flags_stand_alone_and_letters_may_be_joined(void **state)
{
	static const struct {
		const char *words[MAX_WORDS];
		bool verbose, quiet;
	} rows[] = {
		{ { "-v" }, true, false },
		{ { "-q" }, false, true },
		{ { "-qv" }, true, true },
		{ { "-v", "-q" }, true, true },
		{ { "--verbose" }, true, false },
		{ { "--verbose=true" }, true, false },
		{ { "--verbose=false" }, false, false },
		{ { "-v", "--verbose=false" }, false, false },
		{ { "a.xml" }, false, false },
	};
	struct line *line = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_well(line, rows[i].words);
		assert_int_equal(line->settings.verbose, rows[i].verbose);
		assert_int_equal(line->settings.quiet, rows[i].quiet);
	}
}

static void what_is_no_option_is_a_report(void **state)
{
	static const struct {
		const char *words[MAX_WORDS];
		size_t count;
		const char *last;
	} rows[] = {
		{ { NULL }, 0, NULL },
		{ { "a.xml", "**/TEST-*.xml", "!old/**" }, 3, "!old/**" },
		{ { "a.xml", "-v", "b.xml" }, 2, "b.xml" },
		{ { "-v", "b.xml" }, 1, "b.xml" },
		{ { "-" }, 1, "-" },
		{ { "--", "-v" }, 1, "-v" },
		{ { "--", "--help", "--url=x" }, 2, "--url=x" },
		{ { "--", "--" }, 1, "--" },
		{ { "--" }, 0, NULL },
		{ { "--only-changed", "true" }, 1, "true" },
		{ { "--soft-fail", "1,4" }, 1, "1,4" },
	};
	struct line *line = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_vec *reports = &line->settings.operands;

		read_well(line, rows[i].words);
		assert_int_equal(reports->count, rows[i].count);
		if (reports->count)
			assert_string_equal(item(reports, reports->count - 1), rows[i].last);
		assert_false(line->help);
	}
}

/* Design: --fail-on-unmapped [N], --soft-fail[=CODES]. */
static void a_number_that_may_be_left_out_may_stand_in_the_next_word(void **state)
{
	static const struct {
		const char *words[MAX_WORDS];
		int64_t number;
		size_t reports;
	} rows[] = {
		{ { "--fail-on-unmapped" }, 0, 0 },
		{ { "--fail-on-unmapped=3" }, 3, 0 },
		{ { "--fail-on-unmapped", "3" }, 3, 0 },
		{ { "--fail-on-unmapped", "a.xml" }, 0, 1 },
		{ { "--fail-on-unmapped", "./3" }, 0, 1 },
		{ { "--fail-on-unmapped", "-v" }, 0, 0 },
		{ { "--fail-on-unmapped", "3", "4" }, 3, 1 },
	};
	struct line *line = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_well(line, rows[i].words);
		assert_int_equal(line->settings.fail_on_unmapped, rows[i].number);
		assert_int_equal(line->settings.operands.count, rows[i].reports);
	}
}

static void soft_fail_takes_its_codes_behind_an_equals_sign(void **state)
{
	struct line *line = *state;

	read_well(line, (const char *const[MAX_WORDS]){ "--soft-fail=5" });
	assert_string_equal(line->settings.soft_fail, "5");
	read_well(line, (const char *const[MAX_WORDS]){ "--soft-fail", "5" });
	assert_string_equal(line->settings.soft_fail, "1,4,6,7,10");
}

static void a_list_is_repeated_or_joined(void **state)
{
	struct line *line = *state;

	read_well(line,
		(const char *const[MAX_WORDS]){ "--suite", "A-TS-1", "--suite=A-TS-2,A-TS-3" });
	assert_int_equal(line->settings.suites.count, 3);
	assert_string_equal(item(&line->settings.suites, 0), "A-TS-1");
	assert_string_equal(item(&line->settings.suites, 2), "A-TS-3");
}

static void help_is_seen_wherever_it_stands(void **state)
{
	static const char *const rows[][MAX_WORDS] = { { "--help" }, { "-h" },
		{ "a.xml", "-v", "--help" }, { "-h", "a.xml" } };
	struct line *line = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_well(line, rows[i]);
		assert_true(line->help);
	}
}

struct refusal {
	const char *command, *words[MAX_WORDS], *error;
};

static void assert_refused(struct line *line, const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		renew(line);
		if (!read_words(line, rows[i].command, rows[i].words))
			fail_msg("%s %s was accepted", rows[i].command, rows[i].words[0]);
		assert_int_equal(line->err.code, QM_EUSAGE);
		assert_string_equal(line->err.text, rows[i].error);
	}
}

static void an_unknown_option_is_told_the_nearest(void **state)
{
	static const struct refusal rows[] = {
		{ "upload", { "--projct=VKMC" },
			"unknown option --projct; did you mean --project? (see qmetry-ci upload "
			"--help)" },
		{ "upload", { "--batchsize", "5" },
			"unknown option --batchsize; did you mean --batch-size? (see qmetry-ci "
			"upload --help)" },
		{ "plan", { "--hlep" },
			"unknown option --hlep; did you mean --help? (see qmetry-ci plan --help)" },
		{ "parse", { "--frobnicate" },
			"unknown option --frobnicate (see qmetry-ci parse --help)" },
		{ "parse", { "--suite=A" },
			"parse has no option --suite (see qmetry-ci parse --help)" },
		{ "upload", { "--results" },
			"upload has no option --results (see qmetry-ci upload --help)" },
		{ "upload", { "-x" }, "unknown option -x (see qmetry-ci upload --help)" },
		{ "upload", { "-vx" }, "unknown option -x (see qmetry-ci upload --help)" },
	};

	assert_refused(*state, rows, sizeof rows / sizeof *rows);
}

static void an_option_of_one_value_is_not_repeated_with_another(void **state)
{
	static const struct refusal rows[] = {
		{ "upload", { "--platform", "Chrome", "--platform=Firefox" },
			"--platform has one value and is given twice, as \"Chrome\" and as "
			"\"Firefox\"; leave one of them out" },
		{ "upload", { "--batch-size=1", "--batch-size=1", "--batch-size=2" },
			"--batch-size has one value and is given twice, as \"1\" and as \"2\"; "
			"leave one of them out" },
		/* It may hold a password. */
		{ "upload", { "--proxy", "http://a", "--proxy", "http://b" },
			"--proxy has one value and is given twice; leave one of them out" },
		{ "upload", { "--soft-fail", "--soft-fail=4" },
			"--soft-fail has one value and is given twice; leave one of them out" },
		{ "upload", { "--fail-on-missing=1", "--fail-on-missing" },
			"--fail-on-missing has one value and is given twice; leave one of them "
			"out" },
		{ "parse", { "--format", "json", "--format=text" },
			"--format has one value and is given twice, as \"json\" and as \"text\"; "
			"leave one of them out" },
	};

	assert_refused(*state, rows, sizeof rows / sizeof *rows);
}

static void a_missing_or_wrong_value_is_refused(void **state)
{
	static const struct refusal rows[] = {
		{ "upload", { "--project" }, "--project wants a value: --project=KEY" },
		{ "upload", { "a.xml", "--suite" }, "--suite wants a value: --suite=KEY" },
		{ "upload", { "--suite=" }, "--suite wants a value: --suite=KEY" },
		{ "upload", { "--project", "" }, "--project wants a value: --project=KEY" },
		{ "upload", { "--batch-size", "0" },
			"\"0\" is no value for --batch-size: a number from 1 to 10000 is wanted" },
		{ "parse", { "--format=xml" },
			"\"xml\" is no value for --format: choose one of text, json" },
		{ "upload", { "--verbose=loud" },
			"\"loud\" is no value for --verbose: write true or false" },
	};

	assert_refused(*state, rows, sizeof rows / sizeof *rows);
}

static void options_for_keys_are_refused_without_a_word_of_the_key(void **state)
{
	static const char *const rows[][MAX_WORDS] = {
		{ "--api-key=s3cret" },
		{ "--api-key", "s3cret" },
		{ "--apikey=s3cret" },
		{ "--key=s3cret" },
		{ "--token=s3cret" },
		{ "--api-token", "s3cret" },
		{ "--password=s3cret" },
		{ "--username=s3cret" },
	};
	struct line *line = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		renew(line);
		assert_int_equal(read_words(line, "upload", rows[i]), QM_EUSAGE);
		assert_string_equal(line->err.text,
			"keys and passwords are not taken from the command line, where other users "
			"see them; set QMETRY_API_KEY, QMETRY_USERNAME and QMETRY_PASSWORD, or the "
			"same with _FILE");
		assert_null(strstr(line->err.source, "s3cret"));
	}
}

static void the_value_of_an_unknown_option_is_not_repeated(void **state)
{
	struct line *line = *state;

	assert_int_equal(
		read_words(line, "upload", (const char *const[MAX_WORDS]){ "--secret=s3cret" }),
		QM_EUSAGE);
	assert_null(strstr(line->err.text, "s3cret"));
}

static void a_long_unknown_option_is_cut(void **state)
{
	char word[512];
	struct line *line = *state;

	memset(word, 'a', sizeof word);
	memcpy(word, "--", 2);
	word[sizeof word - 1] = '\0';
	assert_int_equal(
		read_words(line, "upload", (const char *const[MAX_WORDS]){ word }), QM_EUSAGE);
	assert_true(strlen(line->err.text) < 160);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_value_stands_behind_an_equals_sign_or_in_the_next_word),
		CASE(flags_stand_alone_and_letters_may_be_joined),
		CASE(what_is_no_option_is_a_report),
		CASE(a_number_that_may_be_left_out_may_stand_in_the_next_word),
		CASE(soft_fail_takes_its_codes_behind_an_equals_sign),
		CASE(a_list_is_repeated_or_joined),
		CASE(help_is_seen_wherever_it_stands),
		CASE(an_unknown_option_is_told_the_nearest),
		CASE(an_option_of_one_value_is_not_repeated_with_another),
		CASE(a_missing_or_wrong_value_is_refused),
		CASE(options_for_keys_are_refused_without_a_word_of_the_key),
		CASE(the_value_of_an_unknown_option_is_not_repeated),
		CASE(a_long_unknown_option_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
