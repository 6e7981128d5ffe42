#include "src/base/memory.h"
#include "src/upload/reports/age.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)

/* 2026-01-15T10:30:00Z */
#define NOW INT64_C(1768473000000)

/* A list of files that need not exist; the age is in the list. */
struct desk {
	char talk[2048], left[256];
	struct qm_arena arena;
	struct qm_reports reports;
	struct qm_log log;
};

static void note(void *context, enum qm_log_level level, const char *line)
{
	struct desk *desk = context;
	size_t length = strlen(desk->talk);

	(void)snprintf(desk->talk + length, sizeof desk->talk - length, "%s%s;",
		level == QM_LOG_WARNING ? "warning: " : "", line);
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	qm_arena_init(&desk->arena);
	qm_reports_init(&desk->reports, &desk->arena);
	qm_log_init(&desk->log, QM_LOG_NOTICE, note, desk);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_reports_release(&desk->reports);
	qm_arena_release(&desk->arena);
	free(desk);
	return 0;
}

static void add(struct desk *desk, const char *path, int64_t modified_ms)
{
	struct qm_report_file *file = qm_vec_add(&desk->reports.files);

	file->path = path;
	file->modified_ms = modified_ms;
	file->is_stream = !modified_ms;
}

static enum qm_code sort_out(struct desk *desk, const char *newer_than, struct qm_error *err)
{
	enum qm_code code = qm_age_sort_out(&desk->reports, newer_than, NOW, &desk->log, err);

	desk->left[0] = '\0';
	for (size_t i = 0; i < desk->reports.files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&desk->reports.files, i);

		(void)snprintf(desk->left + strlen(desk->left),
			sizeof desk->left - strlen(desk->left), "%s;", file->path);
	}
	return code;
}

static void what_is_older_than_a_time_is_left_out(void **state)
{
	struct desk *desk = *state;

	add(desk, "-", 0); /* a stream counts always */
	add(desk, "a.xml", NOW - 2 * HOUR);
	add(desk, "b.xml", NOW - 2 * HOUR - 1);
	add(desk, "c.xml", NOW - 30 * HOUR);
	add(desk, "d.xml", NOW + HOUR); /* a clock that is ahead */
	assert_int_equal(sort_out(desk, "2h", NULL), QM_OK);
	assert_string_equal(desk->left, "-;a.xml;d.xml;");
	assert_int_equal(desk->reports.too_old, 2);
	assert_string_equal(desk->talk,
		"2 reports left out, older than --newer-than (2026-01-15T08:30:00Z): b.xml, ...;");
}

static void what_is_older_than_a_file_is_left_out(void **state)
{
	static const struct timespec times[2] = { { .tv_sec = NOW / 1000 - 60 },
		{ .tv_sec = NOW / 1000 - 60 } };
	struct desk *desk = *state;
	char path[] = "/tmp/qm-age-XXXXXX";
	int file = mkstemp(path);

	assert_true(file >= 0);
	assert_int_equal(futimens(file, times), 0);
	(void)close(file);
	add(desk, "a.xml", NOW - 60001);
	add(desk, "b.xml", NOW - 60000);
	assert_int_equal(sort_out(desk, path, NULL), QM_OK);
	assert_string_equal(desk->left, "b.xml;");
	assert_string_equal(desk->talk,
		"1 report left out, older than --newer-than (2026-01-15T10:29:00Z): a.xml;");
	assert_int_equal(unlink(path), 0);
}

static void what_is_older_than_a_moment_is_left_out(void **state)
{
	struct desk *desk = *state;

	add(desk, "a.xml", NOW - 60001);
	add(desk, "b.xml", NOW - 60000);
	add(desk, "c.xml", NOW - 60749);
	add(desk, "d.xml", NOW - 61000); /* maybe, by a file system of whole seconds */
	add(desk, "e.xml", NOW - 62000);
	assert_int_equal(sort_out(desk, "@1768472939.251", NULL), QM_OK);
	assert_string_equal(desk->left, "a.xml;b.xml;c.xml;d.xml;");
	assert_int_equal(sort_out(desk, "@1768472940", NULL), QM_OK); /* a minute before NOW */
	assert_string_equal(desk->left, "b.xml;");
}

static void neither_time_nor_file_is_an_error_of_usage(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;

	qm_error_init(&err);
	assert_int_equal(sort_out(desk, "yesterday", &err), QM_EUSAGE);
	assert_string_equal(err.text,
		"--newer-than: \"yesterday\" is neither a time back, such as 2h, nor a moment, "
		"such as @1768473000, nor a file that exists");
	assert_int_equal(sort_out(desk, "@1768472939.1", NULL), QM_EUSAGE);
	assert_int_equal(sort_out(desk, "@-1", NULL), QM_EUSAGE);
	assert_int_equal(sort_out(desk, "@99999999999999999999", NULL), QM_EUSAGE);
}

static void reports_of_one_run_are_no_cause_to_warn(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(sort_out(desk, NULL, NULL), QM_OK);
	add(desk, "-", 0);
	assert_int_equal(sort_out(desk, NULL, NULL), QM_OK);
	add(desk, "a.xml", NOW - 24 * HOUR);
	add(desk, "b.xml", NOW - 20 * HOUR);
	assert_int_equal(sort_out(desk, NULL, NULL), QM_OK);
	assert_string_equal(desk->talk, "");
	assert_string_equal(desk->left, "-;a.xml;b.xml;");
}

static void much_older_ones_are_warned_of_and_stay(void **state)
{
	struct desk *desk = *state;

	add(desk, "a.xml", NOW - 5 * HOUR);
	add(desk, "b.xml", NOW);
	assert_int_equal(sort_out(desk, NULL, NULL), QM_OK);
	assert_string_equal(desk->talk,
		"warning: a.xml was written 5 h 0 min before b.xml: is it left from an earlier "
		"run? --newer-than leaves such reports out;");
	desk->talk[0] = '\0';
	add(desk, "c.xml", NOW - 9 * HOUR);
	assert_int_equal(sort_out(desk, NULL, NULL), QM_OK);
	assert_string_equal(desk->talk,
		"warning: c.xml was written 9 h 0 min before b.xml, and 1 more are as old: are "
		"they left from an earlier run? --newer-than leaves such reports out;");
	assert_string_equal(desk->left, "a.xml;b.xml;c.xml;");
	assert_int_equal(desk->reports.too_old, 0);
}

static void a_day_without_a_report_is_warned_of(void **state)
{
	struct desk *desk = *state;

	add(desk, "a.xml", NOW - 25 * HOUR);
	assert_int_equal(sort_out(desk, NULL, NULL), QM_OK);
	assert_string_equal(desk->talk,
		"warning: the newest report, a.xml, was written 25 h 0 min ago: did the tests "
		"run? --newer-than leaves old reports out;");
	desk->talk[0] = '\0';
	assert_int_equal(sort_out(desk, "2d", NULL), QM_OK); /* asked for */
	assert_string_equal(desk->talk, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_older_than_a_time_is_left_out),
		TEST(what_is_older_than_a_file_is_left_out),
		TEST(what_is_older_than_a_moment_is_left_out),
		TEST(neither_time_nor_file_is_an_error_of_usage),
		TEST(reports_of_one_run_are_no_cause_to_warn),
		TEST(much_older_ones_are_warned_of_and_stay),
		TEST(a_day_without_a_report_is_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
