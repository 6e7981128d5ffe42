#include "src/base/file.h"
#include "src/cli/commands.h"
#include "src/cli/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char found_file[] = "qmetry-ci.yaml", named_file[] = "named.yaml";

/* A working folder of its own and an environment without anything of ours. */
struct desk {
	char folder[32];
	struct qm_settings settings;
	struct qm_given given;
	struct qm_error err;
};

static void forget_environment(void)
{
	static const char *const names[] = { "CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL",
		"TF_BUILD", "BUILDKITE", "CIRCLECI" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(unsetenv(names[i]), 0);
	for (size_t i = 0; i < qm_setting_count; i++) {
		char variable[64];

		qm_setting_variable(&qm_setting_rows[i], variable);
		assert_int_equal(unsetenv(variable), 0);
	}
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	(void)snprintf(desk->folder, sizeof desk->folder, "/tmp/qm-sources-XXXXXX");
	if (!mkdtemp(desk->folder) || chdir(desk->folder))
		return -1;
	qm_settings_init(&desk->settings);
	qm_error_init(&desk->err);
	forget_environment();
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	forget_environment();
	qm_settings_release(&desk->settings);
	(void)unlink(found_file);
	(void)unlink(named_file);
	if (chdir("/") || rmdir(desk->folder))
		return -1;
	free(desk);
	return 0;
}

static void renew(struct desk *desk)
{
	qm_settings_release(&desk->settings);
	qm_settings_init(&desk->settings);
	qm_error_init(&desk->err);
	desk->given = (struct qm_given){ { false } };
}

static void write_file(const char *path, const char *text)
{
	assert_int_equal(qm_file_write(path, text, strlen(text), NULL), QM_OK);
}

static void set_variable(const char *name, const char *value)
{
	assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* All sources in their order, as the program reads them; `option` may be NULL. */
static enum qm_code read_all(struct desk *desk, const char *command_name, const char *option)
{
	const struct qm_command *command = qm_command_find(command_name, NULL);
	char *words[1] = { NULL };
	bool help = false;
	enum qm_code code;

	assert_non_null(command);
	if (option)
		words[0] = qm_arena_strdup(&desk->settings.arena, option);
	code = qm_read_arguments(
		&desk->settings, &desk->given, command, option ? 1 : 0, words, &help, &desk->err);
	if (!code)
		code = qm_read_environment(&desk->settings, &desk->given, command, &desk->err);
	if (!code)
		code = qm_read_config(&desk->settings, &desk->given, &desk->err);
	if (code)
		return code;
	qm_read_defaults(&desk->settings, &desk->given);
	return qm_read_ci(&desk->settings, &desk->err);
}

static void read_well(struct desk *desk, const char *option)
{
	renew(desk);
	if (read_all(desk, "upload", option))
		fail_msg("%s:%d: %s", desk->err.source, desk->err.line, desk->err.text);
}

static void assert_list(const struct qm_vec *list, const char *wanted)
{
	const char *const *items = list->items;
	struct qm_buf all;

	qm_buf_init(&all, 4096);
	for (size_t i = 0; i < list->count; i++)
		qm_buf_add_format(&all, "%s%s", i ? "|" : "", items[i]);
	assert_string_equal(all.data, wanted);
	qm_buf_release(&all);
}

static void the_higher_source_counts(void **state)
{
	static const struct {
		const char *option, *variable, *file;
		int64_t size;
	} rows[] = {
		{ NULL, NULL, NULL, 500 },
		{ NULL, NULL, "batch-size: 3", 3 },
		{ NULL, "2", NULL, 2 },
		{ NULL, "2", "batch-size: 3", 2 },
		{ "--batch-size=1", NULL, NULL, 1 },
		{ "--batch-size=1", NULL, "batch-size: 3", 1 },
		{ "--batch-size=1", "2", NULL, 1 },
		{ "--batch-size=1", "2", "batch-size: 3", 1 },
		{ NULL, "", "batch-size: 3", 3 },
		{ NULL, "", NULL, 500 },
		{ NULL, NULL, "batch-size:", 500 },
		{ NULL, NULL, "batch-size: ~", 500 },
		{ NULL, NULL, "", 500 },
		{ NULL, NULL, "# nothing yet\n", 500 },
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		set_variable("QMETRY_BATCH_SIZE", rows[i].variable);
		(void)unlink(found_file);
		if (rows[i].file)
			write_file(found_file, rows[i].file);
		read_well(desk, rows[i].option);
		assert_int_equal(desk->settings.batch_size, rows[i].size);
	}
}

static void a_list_of_a_higher_source_replaces_the_lower_one_whole(void **state)
{
	struct desk *desk = *state;

	write_file(found_file, "suite: [F-TS-1, F-TS-2]\nmatch: key\n");
	read_well(desk, NULL);
	assert_list(&desk->settings.suites, "F-TS-1|F-TS-2");
	assert_list(&desk->settings.match, "key");
	assert_list(&desk->settings.id_properties, "");
	set_variable("QMETRY_SUITE", "E-TS-1,E-TS-2");
	read_well(desk, NULL);
	assert_list(&desk->settings.suites, "E-TS-1|E-TS-2");
	read_well(desk, "--suite=C-TS-1");
	assert_list(&desk->settings.suites, "C-TS-1");
}

static void what_a_higher_source_gave_is_not_even_read_from_a_lower_one(void **state)
{
	struct desk *desk = *state;

	set_variable("QMETRY_BATCH_SIZE", "no number");
	read_well(desk, "--batch-size=1");
	set_variable("QMETRY_BATCH_SIZE", "2");
	write_file(found_file, "batch-size: no number\n");
	read_well(desk, NULL);
	assert_int_equal(desk->settings.batch_size, 2);
}

static void a_flag_can_be_taken_back_by_a_higher_source(void **state)
{
	struct desk *desk = *state;

	write_file(found_file, "only-changed: true\n");
	read_well(desk, NULL);
	assert_true(desk->settings.only_changed);
	set_variable("QMETRY_ONLY_CHANGED", "false");
	read_well(desk, NULL);
	assert_false(desk->settings.only_changed);
	read_well(desk, "--only-changed");
	assert_true(desk->settings.only_changed);
}

static void the_defaults_are_those_of_the_table(void **state)
{
	struct desk *desk = *state;
	const struct qm_settings *settings = &desk->settings;

	read_well(desk, NULL);
	assert_string_equal(settings->url, "https://testmanagement.qmetry.com");
	assert_string_equal(settings->state, "auto");
	assert_list(&settings->match, "map|property|key|script|summary");
	assert_int_equal(settings->max_wait, 600000);
	assert_int_equal(settings->deadline, 1800000);
	assert_int_equal(settings->timeout, 60000);
	assert_int_equal(settings->headroom, -1);
	assert_int_equal(settings->fail_on_unmapped, -1);
	assert_null(settings->soft_fail);
	assert_null(settings->project);
	assert_null(settings->comment);
}

static void the_build_auto_is_named_as_the_ci_system_counts_it(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(read_all(desk, "upload", "--build=auto"), QM_EUSAGE);
	assert_non_null(strstr(desk->err.text, "--build auto"));
	set_variable("JENKINS_URL", "https://ci.example.com/");
	set_variable("BUILD_NUMBER", "17");
	read_well(desk, "--build=auto");
	assert_string_equal(desk->settings.build, "17");
	assert_string_equal(desk->settings.comment, "qmetry-ci: {job} #{build} {url} {message}");
}

static void a_password_does_not_stay_in_the_environment(void **state)
{
	static const struct {
		const char *name, *value, *option;
	} rows[] = {
		{ "QMETRY_PROXY", "http://user:s3cret@proxy:3128", NULL },
		{ "QMETRY_STATE", "redis://:s3cret@cache:6379", NULL },
		{ "QMETRY_STATE", "redis://:s3cret@cache:6379", "--state=memory" },
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *in_place;

		set_variable(rows[i].name, rows[i].value);
		in_place = getenv(rows[i].name);
		read_well(desk, rows[i].option);
		assert_null(getenv(rows[i].name));
		assert_memory_equal(in_place, "", 1);
	}
	assert_string_equal(desk->settings.state, "memory");
	set_variable("QMETRY_STATE", "redis://:s3cret@cache:6379");
	read_well(desk, NULL);
	assert_string_equal(desk->settings.state, "redis://:s3cret@cache:6379");
	set_variable("QMETRY_STATE", "memory");
	read_well(desk, NULL);
	assert_string_equal(getenv("QMETRY_STATE"), "memory");
}

static void a_bad_variable_is_named(void **state)
{
	struct desk *desk = *state;

	set_variable("QMETRY_BATCH_SIZE", "0");
	assert_int_equal(read_all(desk, "upload", NULL), QM_EUSAGE);
	assert_int_equal(desk->err.code, QM_EUSAGE);
	assert_string_equal(desk->err.source, "QMETRY_BATCH_SIZE");
	assert_int_equal(desk->err.line, 0);
	assert_string_equal(desk->err.text,
		"\"0\" is no value for --batch-size: a number from 1 to 10000 is wanted");
}

static void a_variable_of_another_command_is_not_read(void **state)
{
	struct desk *desk = *state;

	set_variable("QMETRY_BATCH_SIZE", "0");
	assert_int_equal(read_all(desk, "parse", NULL), QM_OK);
}

/* The file is one for all commands. */
static void a_file_may_hold_what_another_command_takes_but_nothing_wrong(void **state)
{
	struct desk *desk = *state;

	write_file(found_file, "suite: A-TS-1\nbatch-size: 7\nresults: true\n");
	assert_int_equal(read_all(desk, "parse", NULL), QM_OK);
	renew(desk);
	write_file(found_file, "batch-size: 0\n");
	assert_int_equal(read_all(desk, "parse", NULL), QM_EUSAGE);
}

static void a_file_may_hold_any_kind_of_value(void **state)
{
	struct desk *desk = *state;

	write_file(found_file,
		"project: VKMC\n"
		"max-wait: 90s\n"
		"on-limit: stop\n"
		"fail-on-unmapped: 3\n"
		"fail-on-missing: true\n"
		"soft-fail: \"1,7\"\n"
		"suite: A-TS-1, A-TS-2\n"
		"status:\n  - skipped=Blocked\n  - missing=leave\n"
		"protect: |\n  Blocked\n  N/A, for now\n"
		"comment: 'nightly: all'\n");
	read_well(desk, NULL);
	assert_string_equal(desk->settings.project, "VKMC");
	assert_int_equal(desk->settings.max_wait, 90000);
	assert_int_equal(desk->settings.on_limit, QM_ON_LIMIT_STOP);
	assert_int_equal(desk->settings.fail_on_unmapped, 3);
	assert_int_equal(desk->settings.fail_on_missing, 0);
	assert_string_equal(desk->settings.soft_fail, "1,7");
	assert_list(&desk->settings.suites, "A-TS-1|A-TS-2");
	assert_list(&desk->settings.statuses, "skipped=Blocked|missing=leave");
	assert_list(&desk->settings.protect, "Blocked|N/A, for now");
	assert_string_equal(desk->settings.comment, "nightly: all");
}

struct refusal {
	const char *file;
	int line, column;
	const char *error; /* NULL: the words are libyaml's */
};

static void assert_refused(struct desk *desk, const struct refusal *row)
{
	renew(desk);
	write_file(found_file, row->file);
	if (!read_all(desk, "upload", NULL))
		fail_msg("accepted: %s", row->file);
	assert_int_equal(desk->err.code, QM_EUSAGE);
	assert_string_equal(desk->err.source, found_file);
	if (row->error)
		assert_string_equal(desk->err.text, row->error);
	if (desk->err.line != row->line || desk->err.column != row->column)
		fail_msg("%s: at %d:%d", desk->err.text, desk->err.line, desk->err.column);
}

static void what_is_wrong_in_a_file_is_told_with_its_place(void **state)
{
	static const struct refusal rows[] = {
		{ "project: A\nbatch-size: 0\n", 2, 13,
			"\"0\" is no value for --batch-size: a number from 1 to 10000 is wanted" },
		{ "project: A\nbatchsize: 5\n", 2, 1,
			"unknown setting \"batchsize\"; did you mean batch-size?" },
		{ "frobnicate: 5\n", 1, 1, "unknown setting \"frobnicate\"" },
		{ "Project: A\n", 1, 1, "unknown setting \"Project\"; did you mean project?" },
		{ "config: other.yaml\n", 1, 1, "a configuration file cannot name another one" },
		{ "project: A\nretries: 1\nproject: B\n", 3, 1, "\"project\" is set twice" },
		{ "project:\n  - A\n  - B\n", 2, 3, "project wants one value" },
		{ "batch-size: [5]\n", 1, 13, "batch-size wants one value" },
		{ "suite: {a: b}\n", 1, 8, "suite wants a text or a list of texts" },
		{ "suite:\n  - A-TS-1\n  - [x]\n", 3, 5, "a text is wanted" },
		{ "status:\n  - skipped=Blocked\n  - lost=Blocked\n", 3, 5,
			"\"lost=Blocked\" is no value for --status: the outcomes are passed, "
			"flaky, failed, errored, skipped, not_reached, missing" },
		{ "match: []\n", 1, 8,
			"the list of match is empty; leave the setting out to have the default" },
		{ "project: ''\n", 1, 10, "--project wants a value: --project=KEY" },
		{ "- project\n", 1, 1, "a configuration file holds settings: batch-size: 200" },
		{ "batch-size\n", 1, 1, "a configuration file holds settings: batch-size: 200" },
		{ "[a, b]: c\n", 1, 1, "the name of a setting is wanted" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_refused(*state, &rows[i]);
}

static void what_is_no_yaml_is_told_with_its_line(void **state)
{
	struct desk *desk = *state;

	write_file(found_file, "project: A\nsuite: [A-TS-1\nretries: 4\n");
	assert_int_equal(read_all(desk, "upload", NULL), QM_EUSAGE);
	assert_int_equal(desk->err.code, QM_EUSAGE);
	assert_string_equal(desk->err.source, found_file);
	assert_true(desk->err.line >= 2);
}

static void a_key_in_a_file_is_refused_unseen(void **state)
{
	static const char *const files[] = { "api-key: s3cret\n", "key: s3cret\n",
		"password: s3cret\n", "token: s3cret\n", "api_key: s3cret\n" };

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		assert_refused(*state,
			&(struct refusal){ files[i], 1, 1,
				"keys are not taken from a configuration file; set QMETRY_API_KEY "
				"or QMETRY_API_KEY_FILE" });
}

static void a_named_file_counts_instead_of_the_found_one(void **state)
{
	struct desk *desk = *state;

	write_file(found_file, "batch-size: 3\nretries: 9\n");
	write_file(named_file, "batch-size: 4\n");
	read_well(desk, "--config=named.yaml");
	assert_int_equal(desk->settings.batch_size, 4);
	assert_int_equal(desk->settings.retries, 4);
	set_variable("QMETRY_CONFIG", named_file);
	read_well(desk, NULL);
	assert_int_equal(desk->settings.batch_size, 4);
}

static void a_named_file_must_be_there(void **state)
{
	struct desk *desk = *state;

	read_well(desk, NULL);
	renew(desk);
	assert_int_equal(read_all(desk, "upload", "--config=missing.yaml"), QM_EUSAGE);
	assert_int_equal(desk->err.code, QM_EUSAGE);
	assert_string_equal(desk->err.source, "missing.yaml");
}

static void under_ci_a_found_file_may_not_set_what_is_guarded(void **state)
{
	static const struct {
		const char *name, *file;
	} rows[] = {
		{ "url", "url: https://evil.example.com\n" },
		{ "cacert", "cacert: evil.pem\n" },
		{ "proxy", "proxy: http://evil.example.com\n" },
		{ "allow-http", "allow-http: true\n" },
		{ "policy", "policy: lax.yaml\n" },
		{ "state", "state: memory\n" },
		{ "state-prefix", "state-prefix: mine.\n" },
		{ "headroom", "headroom: 0\n" },
		{ "cache", "cache: ../victim\n" },
		{ "write-map", "write-map: ../victim\n" },
		{ "journal", "journal: ../victim\n" },
		{ "receipt", "receipt: ../victim\n" },
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_buf text;

		qm_buf_init(&text, 512);
		qm_buf_add_format(
			&text, "under CI a file that was found may not set %s", rows[i].name);
		set_variable("CI", "true");
		assert_refused(desk, &(struct refusal){ rows[i].file, 1, 1, NULL });
		assert_int_equal(strncmp(desk->err.text, text.data, text.length), 0);
		assert_non_null(strstr(desk->err.text, "--config"));
		read_well(desk, "--config=qmetry-ci.yaml");
		set_variable("CI", NULL);
		read_well(desk, NULL);
		qm_buf_release(&text);
	}
}

static void under_ci_a_guarded_setting_is_refused_even_where_it_would_not_count(void **state)
{
	struct desk *desk = *state;

	set_variable("CI", "true");
	set_variable("QMETRY_URL", "https://qmetry.example.com");
	write_file(found_file, "url: https://evil.example.com\n");
	assert_int_equal(read_all(desk, "upload", NULL), QM_EUSAGE);
}

static void under_ci_a_found_file_may_set_all_else(void **state)
{
	struct desk *desk = *state;

	set_variable("CI", "true");
	write_file(found_file, "project: VKMC\nsuite: VKMC-TS-20\nbatch-size: 7\n");
	read_well(desk, NULL);
	assert_string_equal(desk->settings.project, "VKMC");
	assert_int_equal(desk->settings.batch_size, 7);
}

static void it_is_ci_where_the_variable_says_so(void **state)
{
	static const struct {
		const char *value;
		bool refused;
	} rows[] = { { "true", true }, { "1", true }, { "woodpecker", true }, { "false", false },
		{ "0", false }, { "", false }, { NULL, false } };
	struct desk *desk = *state;

	write_file(found_file, "url: https://evil.example.com\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		renew(desk);
		set_variable("CI", rows[i].value);
		assert_int_equal(
			read_all(desk, "upload", NULL), rows[i].refused ? QM_EUSAGE : QM_OK);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_higher_source_counts),
		CASE(a_list_of_a_higher_source_replaces_the_lower_one_whole),
		CASE(what_a_higher_source_gave_is_not_even_read_from_a_lower_one),
		CASE(a_flag_can_be_taken_back_by_a_higher_source),
		CASE(the_defaults_are_those_of_the_table),
		CASE(the_build_auto_is_named_as_the_ci_system_counts_it),
		CASE(a_password_does_not_stay_in_the_environment),
		CASE(a_bad_variable_is_named),
		CASE(a_variable_of_another_command_is_not_read),
		CASE(a_file_may_hold_what_another_command_takes_but_nothing_wrong),
		CASE(a_file_may_hold_any_kind_of_value),
		CASE(what_is_wrong_in_a_file_is_told_with_its_place),
		CASE(what_is_no_yaml_is_told_with_its_line),
		CASE(a_key_in_a_file_is_refused_unseen),
		CASE(a_named_file_counts_instead_of_the_found_one),
		CASE(a_named_file_must_be_there),
		CASE(under_ci_a_found_file_may_not_set_what_is_guarded),
		CASE(under_ci_a_guarded_setting_is_refused_even_where_it_would_not_count),
		CASE(under_ci_a_found_file_may_set_all_else),
		CASE(it_is_ci_where_the_variable_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
