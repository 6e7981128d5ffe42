#include "src/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct lines {
	int count;
	enum qm_log_level level;
	char last[5000];
};

static void keep(void *context, enum qm_log_level level, const char *line)
{
	struct lines *lines = context;

	lines->count++;
	lines->level = level;
	(void)snprintf(lines->last, sizeof lines->last, "%s", line);
}

static void what_is_less_important_is_dropped(void **state)
{
	struct lines lines = { .count = 0 };
	struct qm_log log;

	(void)state;
	qm_log_init(&log, QM_LOG_WARNING, keep, &lines);
	qm_log_line(&log, QM_LOG_NOTICE, "not seen");
	assert_int_equal(lines.count, 0);
	qm_log_line(&log, QM_LOG_WARNING, "%d of %d", 3, 4);
	assert_string_equal(lines.last, "3 of 4");
	assert_int_equal(lines.level, QM_LOG_WARNING);
}

static void secrets_are_hidden_wherever_they_turn_up(void **state)
{
	struct qm_secret *secret = qm_secret_new("abc123", 6);
	struct lines lines = { .count = 0 };
	struct qm_log log;

	(void)state;
	qm_log_init(&log, QM_LOG_DEBUG, keep, &lines);
	qm_log_hide(&log, NULL);
	qm_log_hide(&log, secret);
	qm_log_line(&log, QM_LOG_DEBUG, "apikey: abc123, again abc123abc12");
	assert_string_equal(lines.last, "apikey: ***, again ***abc12");
	qm_secret_free(secret);
}

static void a_line_is_one_line(void **state)
{
	struct lines lines = { .count = 0 };
	struct qm_log log;

	(void)state;
	qm_log_init(&log, QM_LOG_NOTICE, keep, &lines);
	qm_log_line(&log, QM_LOG_NOTICE, "%s", "name\n::set-output name=x::y\x1b[31m");
	assert_string_equal(lines.last, "name ::set-output name=x::y?[31m");
	assert_int_equal(lines.count, 1);
}

static void a_failure_tells_its_place(void **state)
{
	struct lines lines = { .count = 0 };
	struct qm_error err;
	struct qm_log log;

	(void)state;
	qm_error_init(&err);
	(void)qm_error_set(&err, QM_EINPUT, "is empty");
	qm_error_at(&err, "a.xml", 1, 2);
	qm_log_init(&log, QM_LOG_NOTICE, keep, &lines);
	qm_log_failure(&log, QM_LOG_ERROR, &err);
	assert_string_equal(lines.last, "a.xml:1:2: is empty");
}

static void a_json_string_hides_secrets_before_it_is_escaped(void **state)
{
	struct qm_secret *key = qm_secret_new("a\"b", 3);
	struct qm_buf out;
	struct qm_log log;

	(void)state;
	qm_buf_init(&out, 256);
	qm_log_init(&log, QM_LOG_NOTICE, NULL, NULL);
	qm_log_add_json(&log, &out, "xa\"bx");
	qm_log_hide(&log, key);
	qm_log_add_json(&log, &out, "xa\"bx");
	qm_log_add_json(&log, &out, NULL);
	assert_string_equal(out.data, "\"xa\\\"bx\"\"x***x\"null");
	qm_buf_release(&out);
	qm_secret_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_less_important_is_dropped),
		cmocka_unit_test(secrets_are_hidden_wherever_they_turn_up),
		cmocka_unit_test(a_json_string_hides_secrets_before_it_is_escaped),
		cmocka_unit_test(a_line_is_one_line),
		cmocka_unit_test(a_failure_tells_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
