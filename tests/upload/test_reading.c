#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/upload/reports/reading.h"
#include "tests/parsers/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FILES = 150, MAX_BYTES = 64 << 20 };

/* A folder with reports of very different sizes, and what reading them has told. */
struct desk {
	char folder[64];
	struct qm_arena arena;
	const char *paths[FILES];
	struct qm_vec files;
	struct qm_buf told;
	struct qm_sink events; /* writes `told` */
	size_t results, fail_at;
	volatile sig_atomic_t interrupted;
};

/*
 * The first is long, so that others wait for it; some are more than a thread may record, some
 * broken; of those from 100 on a few together are.
 */
static size_t tests_of(int file)
{
	if (file == 0)
		return 3000;
	if (file % 20 == 7)
		return 1500;
	return file >= 100 && file < 120 ? 200 : (size_t)file % 5;
}

static void write_report(struct desk *desk, int number)
{
	struct qm_buf text;

	qm_buf_init(&text, MAX_BYTES);
	qm_buf_add_text(&text, "<testsuite name='s'>");
	for (size_t i = 0; i < tests_of(number); i++)
		qm_buf_add_format(&text,
			"<testcase classname='a.B' name='test %d of the file %d'><failure message="
			"'some words that fill the tape'>%0200d</failure></testcase>\n",
			(int)i, number, (int)i);
	qm_buf_add_text(&text, number % 13 == 5 ? "<broken>" : "</testsuite>");
	assert_int_equal(qm_file_write(desk->paths[number], text.data, text.length, NULL), QM_OK);
	qm_buf_release(&text);
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);
	char path[96];

	qm_arena_init(&desk->arena);
	(void)snprintf(desk->folder, sizeof desk->folder, "/tmp/qm-reading-XXXXXX");
	if (!mkdtemp(desk->folder))
		return -1;
	qm_vec_init(&desk->files, sizeof(struct qm_report_file));
	qm_buf_init(&desk->told, MAX_BYTES);
	desk->events = qm_events_sink(&desk->told);
	for (int i = 0; i < FILES; i++) {
		struct qm_report_file *file = qm_vec_add(&desk->files);

		(void)snprintf(path, sizeof path, "%s/%d.xml", desk->folder, i);
		desk->paths[i] = file->path = qm_arena_strdup(&desk->arena, path);
		if (i != 31) /* that one is gone */
			write_report(desk, i);
	}
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	for (int i = 0; i < FILES; i++)
		(void)unlink(desk->paths[i]);
	(void)rmdir(desk->folder);
	qm_vec_release(&desk->files);
	qm_buf_release(&desk->told);
	qm_arena_release(&desk->arena);
	free(desk);
	return 0;
}

static enum qm_code take_result(void *context, const struct qm_result *result)
{
	struct desk *desk = context;

	if (++desk->results == desk->fail_at)
		return QM_ELIMIT;
	return desk->events.result(&desk->told, result);
}

static enum qm_code take_begin(void *context, const struct qm_report_begin *report)
{
	struct desk *desk = context;

	return desk->events.report_begin(&desk->told, report);
}

static enum qm_code take_end(void *context, const struct qm_report_end *end)
{
	struct desk *desk = context;

	qm_buf_add_format(&desk->told, "%s: ", end->path + strlen(desk->folder));
	return desk->events.report_end(&desk->told, end);
}

static enum qm_code run(struct desk *desk, size_t threads, struct qm_error *err)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED,
		.stop = { .interrupted = &desk->interrupted } };
	const struct qm_sink sink = { .context = desk,
		.report_begin = take_begin,
		.result = take_result,
		.report_end = take_end };

	qm_buf_clear(&desk->told);
	desk->results = 0;
	qm_error_init(err);
	return qm_reading_run(&desk->files, threads, &options, &sink, err);
}

static void two_threads_tell_what_one_tells(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;
	char *one;

	assert_int_equal(run(desk, 1, &err), QM_OK);
	one = qm_buf_take(&desk->told);
	assert_non_null(strstr(one, "/0.xml: end junit suites=1 tests=3000"));
	assert_non_null(strstr(one, "/149.xml: end junit"));
	for (int i = 0; i < 5; i++) {
		assert_int_equal(run(desk, 2, &err), QM_OK);
		assert_string_equal(desk->told.data, one);
	}
	free(one);
}

static void a_sink_that_fails_ends_both_at_the_same_result(void **state)
{
	/* In the first file, in recorded ones, in one that was too long for it, among many long. */
	static const size_t places[] = { 1, 2999, 3004, 3400, 4000, 12000 };
	struct desk *desk = *state;
	struct qm_error err, two_err;
	char *one;

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		desk->fail_at = places[i];
		assert_int_equal(run(desk, 1, &err), QM_ELIMIT);
		one = qm_buf_take(&desk->told);
		assert_int_equal(run(desk, 2, &two_err), QM_ELIMIT);
		assert_string_equal(desk->told.data, one);
		assert_string_equal(two_err.text, err.text);
		assert_int_equal(desk->results, places[i]);
		free(one);
	}
}

static void a_signal_ends_both(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;

	desk->interrupted = SIGTERM;
	for (size_t threads = 1; threads <= 2; threads++) {
		assert_int_equal(run(desk, threads, &err), QM_ESTOPPED);
		assert_string_equal(desk->told.data, "");
		assert_non_null(strstr(err.source, "/0.xml"));
	}
}

static void no_file_is_fine(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;

	qm_vec_clear(&desk->files);
	assert_int_equal(run(desk, 2, &err), QM_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_threads_tell_what_one_tells),
		TEST(a_sink_that_fails_ends_both_at_the_same_result),
		TEST(a_signal_ends_both),
		TEST(no_file_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
