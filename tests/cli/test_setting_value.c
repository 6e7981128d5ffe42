#include "parsers/reader.h"
#include "src/api/http.h"
#include "src/cli/setting_value.h"
#include "src/upload/resolve/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ALL = QM_FOR_ALL };

static int setup(void **state)
{
	struct qm_settings *settings = qm_alloc(sizeof *settings);

	qm_settings_init(settings);
	*state = settings;
	return 0;
}

static int teardown(void **state)
{
	qm_settings_release(*state);
	free(*state);
	return 0;
}

static const struct qm_setting *row_of(const char *name)
{
	const struct qm_setting *row = qm_setting_find(name, strlen(name), ALL);

	assert_non_null(row);
	return row;
}

static void set(struct qm_settings *settings, const char *name, const char *text)
{
	struct qm_error err;

	qm_error_init(&err);
	if (qm_setting_set(settings, row_of(name), text, &err))
		fail_msg("--%s %s: %s", name, text ? text : "(nothing)", err.text);
}

static int64_t number_of(const struct qm_settings *settings, const char *name)
{
	int64_t number;

	memcpy(&number, (const char *)settings + row_of(name)->offset, sizeof number);
	return number;
}

static void numbers_times_and_choices_become_what_they_say(void **state)
{
	static const struct {
		const char *name, *text;
		int64_t value;
	} rows[] = {
		{ "batch-size", "1", 1 },
		{ "batch-size", "10000", 10000 },
		{ "headroom", "0", 0 },
		{ "headroom", "99", 99 },
		{ "max-split-calls", "0", 0 },
		{ "max-wait", "90s", 90000 },
		{ "max-wait", "10m", 600000 },
		{ "max-wait", "1h", 3600000 },
		{ "max-wait", "0", 0 },
		{ "max-wait", "41", 41000 },
		{ "max-wait", "168h", 604800000 },
		{ "timeout", "250ms", 250 },
		{ "auth", "apikey", QM_AUTH_APIKEY },
		{ "auth", "bearer", QM_AUTH_BEARER },
		{ "combine", "worst", QM_COMBINE_WORST },
		{ "combine", "last", QM_COMBINE_LAST },
		{ "overwrite", "always", QM_OVERWRITE_ALWAYS },
		{ "overwrite", "worse", QM_OVERWRITE_WORSE },
		{ "overwrite", "unset", QM_OVERWRITE_UNSET },
		{ "on-limit", "wait", QM_ON_LIMIT_WAIT },
		{ "on-limit", "stop", QM_ON_LIMIT_STOP },
		{ "salvage", "truncated", QM_SALVAGE_TRUNCATED },
		{ "salvage", "all", QM_SALVAGE_ALL },
		{ "salvage", "off", QM_SALVAGE_OFF },
		{ "format", "text", QM_FORMAT_TEXT },
		{ "format", "json", QM_FORMAT_JSON },
		{ "fail-on-unmapped", NULL, 0 },
		{ "fail-on-unmapped", "true", 0 },
		{ "fail-on-unmapped", "3", 3 },
		{ "fail-on-missing", "2147483647", INT32_MAX },
		{ "fail-on-missing", "false", -1 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		set(*state, rows[i].name, rows[i].text);
		if (number_of(*state, rows[i].name) != rows[i].value)
			fail_msg("--%s=%s", rows[i].name, rows[i].text);
	}
}

static void a_flag_stands_alone_or_says_true_or_false(void **state)
{
	static const struct {
		const char *text;
		bool value;
	} rows[] = { { NULL, true }, { "false", false }, { "true", true }, { "0", false },
		{ "1", true } };
	struct qm_settings *settings = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		set(settings, "only-changed", rows[i].text);
		assert_int_equal(settings->only_changed, rows[i].value);
	}
}

static void soft_fail_alone_means_its_usual_codes(void **state)
{
	struct qm_settings *settings = *state;

	set(settings, "soft-fail", NULL);
	assert_string_equal(settings->soft_fail, "1,4,6,7,10");
	set(settings, "soft-fail", "2,5");
	assert_string_equal(settings->soft_fail, "2,5");
	set(settings, "soft-fail", "false");
	assert_null(settings->soft_fail);
	set(settings, "soft-fail", "true");
	assert_string_equal(settings->soft_fail, "1,4,6,7,10");
}

static void a_text_is_kept_as_a_copy(void **state)
{
	struct qm_settings *settings = *state;
	char text[] = "  two  words ";

	set(settings, "comment", text);
	text[2] = 'X';
	assert_string_equal(settings->comment, "  two  words ");
	set(settings, "state", "sqlite:/tmp/a.db");
	assert_string_equal(settings->state, "sqlite:/tmp/a.db");
	set(settings, "state", "rediss://ci:s3cret@cache:6380/2");
	assert_string_equal(settings->state, "rediss://ci:s3cret@cache:6380/2");
}

/* On a command line and in a file others would read it. */
static void a_password_may_not_stand_where_others_read(void **state)
{
	static const char *const good[] = { "auto", "redis://cache", "rediss://ci@cache:6380/2" };
	static const char *const bad[] = { "redis://:s3cret@cache", "rediss://ci:s3cret@cache:1/2",
		"redis://ci:s3cret@cache:port" };
	struct qm_settings *settings = *state;
	struct qm_error err;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(
			qm_setting_set_open(settings, row_of("state"), good[i], NULL), QM_OK);
		assert_string_equal(settings->state, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		qm_error_init(&err);
		assert_int_equal(
			qm_setting_set_open(settings, row_of("state"), bad[i], &err), QM_EUSAGE);
		assert_non_null(strstr(err.text, "QMETRY_STATE_PASSWORD"));
		assert_null(strstr(err.text, "s3cret"));
	}
	assert_string_equal(settings->state, "rediss://ci@cache:6380/2");
	qm_error_init(&err);
	assert_int_equal(
		qm_setting_set_open(settings, row_of("proxy"), "http://me:s3cret@proxy:3128", &err),
		QM_EUSAGE);
	assert_non_null(strstr(err.text, "HTTPS_PROXY"));
	assert_null(strstr(err.text, "s3cret"));
	set(settings, "proxy", "http://me:s3cret@proxy:3128");
	assert_string_equal(settings->proxy, "http://me:s3cret@proxy:3128");
}

static void a_comment_may_be_empty(void **state)
{
	struct qm_settings *settings = *state;

	set(settings, "comment", "");
	assert_string_equal(settings->comment, "");
}

/* Elements behind one another with '|', for one comparison. */
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

static void a_list_is_split_at_its_separator_and_line_ends(void **state)
{
	static const struct {
		const char *text, *elements;
	} rows[] = {
		{ "A-TS-1", "A-TS-1" },
		{ "A-TS-1,A-TS-2", "A-TS-1|A-TS-2" },
		{ " A-TS-1 ,\tA-TS-2 ", "A-TS-1|A-TS-2" },
		{ "A-TS-1\nA-TS-2\r\n", "A-TS-1|A-TS-2" },
		{ ",,A-TS-1,,", "A-TS-1" },
	};
	struct qm_settings *settings = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_setting_clear(settings, row_of("suite"));
		set(settings, "suite", rows[i].text);
		assert_list(&settings->suites, rows[i].elements);
	}
}

static void a_list_grows_until_it_is_cleared(void **state)
{
	struct qm_settings *settings = *state;

	set(settings, "suite", "A-TS-1");
	set(settings, "suite", "A-TS-2");
	assert_list(&settings->suites, "A-TS-1|A-TS-2");
	qm_setting_clear(settings, row_of("suite"));
	assert_list(&settings->suites, "");
}

/* Names of statuses may hold commas. */
static void a_list_without_a_separator_is_split_at_line_ends_only(void **state)
{
	struct qm_settings *settings = *state;

	set(settings, "protect", "Blocked, for now\nN/A");
	assert_list(&settings->protect, "Blocked, for now|N/A");
	set(settings, "status", "skipped=Not, yet\nmissing=leave");
	assert_list(&settings->statuses, "skipped=Not, yet|missing=leave");
}

static void clearing_what_is_no_list_changes_nothing(void **state)
{
	struct qm_settings *settings = *state;

	set(settings, "batch-size", "7");
	qm_setting_clear(settings, row_of("batch-size"));
	assert_int_equal(settings->batch_size, 7);
}

struct refusal {
	const char *name, *text, *error;
};

static void assert_refused(void **state, const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct qm_error err;

		qm_error_init(&err);
		if (!qm_setting_set(*state, row_of(rows[i].name), rows[i].text, &err))
			fail_msg("--%s=%s was accepted", rows[i].name, rows[i].text);
		assert_int_equal(err.code, QM_EUSAGE);
		assert_string_equal(err.source, "");
		assert_string_equal(err.text, rows[i].error);
	}
}

static void a_wrong_number_is_told_its_range(void **state)
{
	static const struct refusal rows[] = {
		{ "batch-size", "0",
			"\"0\" is no value for --batch-size: a number from 1 to 10000 is wanted" },
		{ "batch-size", "10001",
			"\"10001\" is no value for --batch-size: a number from 1 to 10000 is "
			"wanted" },
		{ "headroom", "-1",
			"\"-1\" is no value for --headroom: a number from 0 to 99 is wanted" },
		{ "headroom", "20 ",
			"\"20 \" is no value for --headroom: a number from 0 to 99 is wanted" },
		{ "retries", "0x4",
			"\"0x4\" is no value for --retries: a number from 0 to 100 is wanted" },
		{ "retries", "99999999999999999999",
			"\"99999999999999999999\" is no value for --retries: a number from 0 to "
			"100 is wanted" },
		{ "fail-on-unmapped", "-1",
			"\"-1\" is no value for --fail-on-unmapped: a number from 0 to 2147483647 "
			"is wanted" },
		{ "fail-on-missing", "yes",
			"\"yes\" is no value for --fail-on-missing: a number from 0 to 2147483647 "
			"is wanted" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void a_wrong_time_is_told_its_range(void **state)
{
	static const struct refusal rows[] = {
		{ "max-wait", "ten minutes",
			"\"ten minutes\" is no value for --max-wait: a time such as 90s, 10m or 1h "
			"is wanted, 0 ms to 168 h 0 min" },
		{ "deadline", "500ms",
			"\"500ms\" is no value for --deadline: a time such as 90s, 10m or 1h is "
			"wanted, 1 s to 168 h 0 min" },
		{ "timeout", "0",
			"\"0\" is no value for --timeout: a time such as 90s, 10m or 1h is wanted, "
			"1 ms to 60 min 0 s" },
		{ "timeout", "61m",
			"\"61m\" is no value for --timeout: a time such as 90s, 10m or 1h is "
			"wanted, 1 ms to 60 min 0 s" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void a_wrong_choice_is_told_all_of_them(void **state)
{
	static const struct refusal rows[] = {
		{ "auth", "basic",
			"\"basic\" is no value for --auth: choose one of apikey, bearer" },
		{ "auth", "api", "\"api\" is no value for --auth: choose one of apikey, bearer" },
		{ "auth", "apikey|bearer",
			"\"apikey|bearer\" is no value for --auth: choose one of apikey, bearer" },
		{ "format", "JSON", "\"JSON\" is no value for --format: choose one of text, json" },
		{ "match", "key,name",
			"\"name\" is no value for --match: choose one of map, property, key, "
			"script, summary" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void an_empty_list_is_refused(void **state)
{
	static const struct refusal rows[] = {
		{ "match", ",", "\",\" is no value for --match: there is nothing in this list" },
		{ "suite", " , ",
			"\" , \" is no value for --suite: there is nothing in this list" },
		{ "protect", " ",
			"\" \" is no value for --protect: there is nothing in this list" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void what_a_check_does_not_like_is_told_what_to_write(void **state)
{
	static const struct refusal rows[] = {
		{ "only-changed", "yes",
			"\"yes\" is no value for --only-changed: write true or false" },
		{ "only-changed", "", "\"\" is no value for --only-changed: write true or false" },
		{ "state", "disk",
			"\"disk\" is no value for --state: write auto, memory, sqlite:PATH, "
			"redis://HOST:PORT/DATABASE or rediss://... (TLS)" },
		{ "state", "sqlite:",
			"\"sqlite:\" is no value for --state: write auto, memory, sqlite:PATH, "
			"redis://HOST:PORT/DATABASE or rediss://... (TLS)" },
		{ "state", "sqlite::memory:",
			"\"sqlite::memory:\" is no value for --state: sqlite wants the path of a "
			"file, which other jobs find; counters of this run alone are \"memory\"" },
		{ "state", "sqlite:file:x?mode=memory",
			"\"sqlite:file:x?mode=memory\" is no value for --state: sqlite wants the "
			"path of a file, which other jobs find; counters of this run alone are "
			"\"memory\"" },
		{ "status", "skipped",
			"\"skipped\" is no value for --status: write OUTCOME=NAME, such as "
			"skipped=Blocked" },
		{ "status", "skipped=",
			"\"skipped=\" is no value for --status: write OUTCOME=NAME, such as "
			"skipped=Blocked" },
		{ "status", "lost=Blocked",
			"\"lost=Blocked\" is no value for --status: the outcomes are passed, "
			"flaky, failed, errored, skipped, not_reached, missing" },
		{ "soft-fail", "1,11",
			"\"1,11\" is no value for --soft-fail: write exit codes such as 1,7 (see "
			"--help)" },
		{ "soft-fail", "",
			"\"\" is no value for --soft-fail: write exit codes such as 1,7 (see "
			"--help)" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void a_missing_value_is_asked_for(void **state)
{
	static const struct refusal rows[] = {
		{ "suite", NULL, "--suite wants a value: --suite=KEY" },
		{ "suite", "", "--suite wants a value: --suite=KEY" },
		{ "suite", " , ",
			"\" , \" is no value for --suite: there is nothing in this list" },
		{ "suite-run", "2720260,TS-1",
			"\"TS-1\" is no value for --suite-run: an id is a number, such as 2720260 "
			"(qmetry-ci list executions tells it)" },
		{ "url", "", "--url wants a value: --url=URL" },
		{ "comment", NULL, "--comment wants a value: --comment=TEXT" },
		{ "batch-size", NULL, "--batch-size wants a value: --batch-size=N" },
		{ "deadline", "", "--deadline wants a value: --deadline=TIME" },
		{ "format", NULL, "--format wants a value: --format=FORM" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void a_value_that_may_hold_a_password_is_not_repeated(void **state)
{
	static const struct refusal rows[] = {
		{ "state", "redis://:s3cret@host:port",
			"--state: write auto, memory, sqlite:PATH, redis://HOST:PORT/DATABASE or "
			"rediss://... (TLS)" },
		{ "state", "redis://host:s3cret",
			"--state: write auto, memory, sqlite:PATH, redis://HOST:PORT/DATABASE or "
			"rediss://... (TLS)" },
	};

	assert_refused(state, rows, sizeof rows / sizeof *rows);
}

static void what_is_refused_changes_nothing(void **state)
{
	struct qm_settings *settings = *state;
	const struct refusal rows[] = { { "batch-size", "0", NULL }, { "max-wait", "x", NULL },
		{ "format", "x", NULL }, { "state", "x", NULL } };

	set(settings, "batch-size", "7");
	set(settings, "max-wait", "7s");
	set(settings, "format", "json");
	set(settings, "state", "memory");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(qm_setting_set(settings, row_of(rows[i].name), rows[i].text, NULL),
			QM_EUSAGE);
	assert_int_equal(settings->batch_size, 7);
	assert_int_equal(settings->max_wait, 7000);
	assert_int_equal(settings->format, QM_FORMAT_JSON);
	assert_string_equal(settings->state, "memory");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(numbers_times_and_choices_become_what_they_say),
		CASE(a_flag_stands_alone_or_says_true_or_false),
		CASE(soft_fail_alone_means_its_usual_codes),
		CASE(a_text_is_kept_as_a_copy),
		CASE(a_password_may_not_stand_where_others_read),
		CASE(a_comment_may_be_empty),
		CASE(a_list_is_split_at_its_separator_and_line_ends),
		CASE(a_list_grows_until_it_is_cleared),
		CASE(a_list_without_a_separator_is_split_at_line_ends_only),
		CASE(clearing_what_is_no_list_changes_nothing),
		CASE(a_wrong_number_is_told_its_range),
		CASE(a_wrong_time_is_told_its_range),
		CASE(a_wrong_choice_is_told_all_of_them),
		CASE(an_empty_list_is_refused),
		CASE(what_a_check_does_not_like_is_told_what_to_write),
		CASE(a_missing_value_is_asked_for),
		CASE(a_value_that_may_hold_a_password_is_not_repeated),
		CASE(what_is_refused_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
