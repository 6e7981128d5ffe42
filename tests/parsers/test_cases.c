/*
 * Each folder in cases/ is a test: `input.xml` (or `input.xml.gz`) is read, and what the sink is
 * told must be what `expected` says in the lines of events.h, or `error` for a report that is
 * not read to its end. Lines that begin with "#" say what the case is about. To add a case, add
 * a folder.
 */
#include "parsers/reader.h"
#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/vec.h"
#include "tests/parsers/events.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CASES QM_TEST_DIR "/cases"

enum { MAX_FILE = 1 << 20, MAX_PATH = 4096 };

/* The path of a file of a case; false where there is none. */
static bool find_file(const char *name, const char *file, char out[MAX_PATH])
{
	(void)snprintf(out, MAX_PATH, "%s/%s/%s", CASES, name, file);
	return qm_file_exists(out);
}

/* The file without its remarks. */
static void read_expected(const char *path, struct qm_buf *out)
{
	struct qm_buf raw;
	struct qm_error err;

	qm_error_init(&err);
	qm_buf_init(&raw, MAX_FILE);
	if (qm_file_read(path, &raw, &err) != QM_OK)
		fail_msg("%s: %s", path, err.text);
	for (const char *line = raw.data; *line;) {
		size_t length = strcspn(line, "\n");

		if (*line != '#') {
			qm_buf_add(out, line, length);
			qm_buf_add_char(out, '\n');
		}
		line += length + (line[length] == '\n');
	}
	qm_buf_release(&raw);
}

static void read_report(struct qm_reader *reader, const char *path, struct qm_buf *out)
{
	const struct qm_sink sink = qm_events_sink(out);
	struct qm_error err;

	qm_error_init(&err);
	if (qm_reader_read(reader, path, &sink, &err) != QM_OK)
		fail_msg("%s: %s", path, err.text);
}

/* False, and told, where something else is said than expected. */
static bool read_case(struct qm_reader *reader, const char *name)
{
	char path[MAX_PATH];
	struct qm_buf want, got;
	bool is_error, is_good;

	qm_buf_init(&want, MAX_FILE);
	qm_buf_init(&got, MAX_FILE);
	is_error = find_file(name, "error", path);
	if (!is_error && !find_file(name, "expected", path))
		fail_msg("cases/%s has neither `expected` nor `error`", name);
	read_expected(path, &want);
	if (!find_file(name, "input.xml", path) && !find_file(name, "input.xml.gz", path))
		fail_msg("cases/%s has no input.xml", name);
	read_report(reader, path, &got);
	is_good = strcmp(want.data, got.data) == 0 &&
		is_error == (strstr(got.data, "\nerror ") != NULL);
	if (!is_good)
		print_error("cases/%s: want\n%sgot\n%s", name, want.data, got.data);
	qm_buf_release(&want);
	qm_buf_release(&got);
	return is_good;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_cases(struct qm_vec *names)
{
	DIR *folder = opendir(CASES);

	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		char *name;

		if (entry->d_name[0] == '.')
			continue;
		name = qm_strdup(entry->d_name);
		qm_vec_push(names, &name);
	}
	(void)closedir(folder);
	qm_vec_sort(names, compare_names);
}

/* All by one reader: what one report leaves behind would show in the next. */
static void cases_say_what_is_expected(void **state)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED };
	struct qm_reader *reader = qm_reader_new(&options);
	const struct qm_vec *names = *state;
	size_t good = 0;

	for (size_t i = 0; i < names->count; i++)
		good += read_case(reader, *(char **)qm_vec_at(names, i));
	qm_reader_free(reader);
	assert_int_equal(good, names->count);
}

static void each_case_by_a_reader_of_its_own(void **state)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED };
	const struct qm_vec *names = *state;
	size_t good = 0;

	for (size_t i = 0; i < names->count; i++) {
		struct qm_reader *reader = qm_reader_new(&options);

		good += read_case(reader, *(char **)qm_vec_at(names, i));
		qm_reader_free(reader);
	}
	assert_int_equal(good, names->count);
}

static int set_up(void **state)
{
	struct qm_vec *names = qm_alloc(sizeof *names);

	qm_vec_init(names, sizeof(char *));
	list_cases(names);
	*state = names;
	return 0;
}

static int tear_down(void **state)
{
	struct qm_vec *names = *state;

	for (size_t i = 0; i < names->count; i++)
		free(*(char **)qm_vec_at(names, i));
	qm_vec_release(names);
	free(names);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_say_what_is_expected),
		cmocka_unit_test(each_case_by_a_reader_of_its_own),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
