#include "src/upload/reports/twins.h"
#include "src/base/buf.h"
#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/upload/reports/content.h"

#include <string.h>

/* ---- Folders. */

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/*
 * Whether both are written by one task: in one folder, or Gradle's build/reports/tests/TASK for
 * TestNG's report and build/test-results/TASK for the others.
 */
static bool is_of_one_task(const char *testng, const char *junit)
{
	static const char reports[] = "build/reports/tests/", results[] = "build/test-results/";
	size_t testng_length = folder_length(testng), junit_length = folder_length(junit), task;
	const char *at = strstr(testng, reports);
	size_t root;

	if (testng_length == junit_length && memcmp(testng, junit, junit_length) == 0)
		return true;
	if (!at || at + sizeof reports - 1 > testng + testng_length)
		return false;
	root = (size_t)(at - testng);
	task = testng_length - root - (sizeof reports - 1);
	return junit_length == root + sizeof results - 1 + task &&
		memcmp(testng, junit, root) == 0 &&
		memcmp(junit + root, results, sizeof results - 1) == 0 &&
		memcmp(at + sizeof reports - 1, junit + junit_length - task, task) == 0;
}

/* The name of the folder in which `junit` is, where that one is in the folder of `testng`. */
static const char *find_folder_below(const char *testng, const char *junit, size_t *out_length)
{
	size_t testng_length = folder_length(testng), junit_length = folder_length(junit), begin;

	if (junit_length <= testng_length || memcmp(testng, junit, testng_length) != 0 ||
		(testng_length && junit[testng_length] != '/'))
		return NULL;
	begin = testng_length + (junit[testng_length] == '/');
	*out_length = junit_length - begin;
	return memchr(junit + begin, '/', *out_length) ? NULL : junit + begin;
}

/* ---- One TestNG report and the others of its task. */

struct comparison {
	struct qm_reports *reports;
	struct qm_reader *reader;
	const struct qm_log *log;
	uint64_t key[2];
	struct qm_report_file *testng;
	struct qm_content own;    /* TestNG's */
	struct qm_content others; /* of the JUnit reports that share classes */
	struct qm_content task;   /* of all JUnit reports */
	struct qm_vec sharing;    /* struct qm_report_file * */
	struct qm_vec copies;     /* struct copy */
};

/* A JUnit report that TestNG writes beside its own. */
struct copy {
	struct qm_report_file *report;
	uint64_t file; /* SUITE/TEST.xml; 0: of a class */
};

static struct qm_report_file *file_at(const struct qm_vec *files, size_t index)
{
	return *(struct qm_report_file **)qm_vec_at(files, index);
}

static void take_other(struct comparison *comparison, struct qm_report_file *file)
{
	struct qm_content content;

	qm_content_init(&content, comparison->key, 0);
	qm_content_read(&content, comparison->reader, file->path);
	if (content.is_comparable)
		qm_content_add(&comparison->task, &content);
	if (qm_content_shares_classes(&content, &comparison->own)) {
		qm_vec_push(&comparison->sharing, &file);
		qm_content_add(&comparison->others, &content);
	}
	qm_content_release(&content);
}

/* "TEST-a.xml" or "TEST-a.xml and 11 more" */
static void name_files(const struct qm_vec *files, struct qm_buf *out)
{
	qm_buf_add_text(out, file_at(files, 0)->path);
	if (files->count > 1)
		qm_buf_add_format(out, " and %zu more", files->count - 1);
}

/*
 * A report is left out only where the other one has all of its tests and, of these, all that
 * failed: with one that is left from an earlier run, the failures of the later one would be lost.
 */
static void decide(struct comparison *comparison)
{
	const struct qm_content *own = &comparison->own, *others = &comparison->others;
	size_t not_own = qm_hashes_missing(&others->tests, &own->tests, &own->config_methods, NULL);
	size_t not_others = qm_hashes_missing(&own->tests, &others->tests, NULL, NULL);
	const char *path = comparison->testng->path;
	struct qm_buf names;

	qm_buf_init(&names, 8192);
	name_files(&comparison->sharing, &names);
	if (!own->is_comparable || !others->is_comparable) {
		qm_log_line(comparison->log, QM_LOG_WARNING,
			"%s: it shares classes with %s, but they cannot be compared: all are "
			"counted",
			path, names.data);
	} else if (!not_own &&
		!qm_hashes_missing(&others->failed, &own->failed, &own->config_methods, NULL)) {
		for (size_t i = 0; i < comparison->sharing.count; i++)
			file_at(&comparison->sharing, i)->is_left_out = true;
		qm_log_line(comparison->log, QM_LOG_NOTICE,
			"%s: left out, %s is of the same run and holds all of the tests",
			names.data, path);
	} else if (!not_others && !qm_hashes_missing(&own->failed, &others->failed, NULL, NULL)) {
		comparison->testng->is_left_out = true;
		qm_log_line(comparison->log, QM_LOG_NOTICE,
			"%s: left out, %s: of the same run, with all of its tests and more", path,
			names.data);
	} else if (!not_own || !not_others) {
		qm_log_line(comparison->log, QM_LOG_WARNING,
			"%s: it has tests of %s, but not the same failures: all are counted; "
			"is one of them left from an earlier run?",
			path, names.data);
	} else {
		qm_log_line(comparison->log, QM_LOG_WARNING,
			"%s: it shares classes with %s, but neither holds all tests of the other: "
			"all are counted; exclude one of them by '!PATTERN' if it is the same run",
			path, names.data);
	}
	qm_buf_release(&names);
}

/*
 * Whether nothing is lost without it: all it says is in TestNG's report or, of a class, in one of
 * the task; what is left out of those is in another of them.
 */
static bool is_known(const struct comparison *comparison, const struct copy *copy)
{
	const struct qm_content *own = &comparison->own, *task = &comparison->task;
	struct qm_content content;
	bool known = false;

	qm_content_init(&content, comparison->key, copy->file);
	qm_content_read(&content, comparison->reader, copy->report->path);
	if (own->is_comparable && task->is_comparable && content.is_comparable)
		known = copy->file ? !qm_hashes_missing(&content.tests, &own->copied, NULL, NULL) &&
				!qm_hashes_missing(&content.failed, &own->copied_failed, NULL, NULL)
				   : !qm_hashes_missing(&content.tests, &own->tests, &task->tests,
					     &own->config_methods) &&
				!qm_hashes_missing(&content.failed, &own->failed, &task->failed,
					&own->config_methods);
	qm_content_release(&content);
	return known;
}

static void tell_of_copies(
	const struct comparison *comparison, const struct qm_vec *copies, bool are_left_out)
{
	const char *path = comparison->testng->path;
	struct qm_buf names;

	qm_buf_init(&names, 8192);
	if (copies->count)
		name_files(copies, &names);
	if (copies->count && are_left_out)
		qm_log_line(comparison->log, QM_LOG_NOTICE,
			"%s: left out, TestNG wrote the same into %s", names.data, path);
	else if (copies->count)
		qm_log_line(comparison->log, QM_LOG_WARNING,
			"%s: TestNG writes such files with %s, but this says more: it is counted, "
			"too; exclude it by '!PATTERN' if it is left from an earlier run",
			names.data, path);
	qm_buf_release(&names);
}

static void leave_copies_out(struct comparison *comparison)
{
	struct qm_vec known, unknown;

	qm_content_seal(&comparison->task);
	qm_vec_init(&known, sizeof(struct qm_report_file *));
	qm_vec_init(&unknown, sizeof(struct qm_report_file *));
	for (size_t i = 0; i < comparison->copies.count; i++) {
		const struct copy *copy = qm_vec_at(&comparison->copies, i);

		copy->report->is_left_out = is_known(comparison, copy);
		qm_vec_push(copy->report->is_left_out ? &known : &unknown, &copy->report);
	}
	tell_of_copies(comparison, &known, true);
	tell_of_copies(comparison, &unknown, false);
	qm_vec_release(&known);
	qm_vec_release(&unknown);
}

static void take_file(struct comparison *comparison, struct qm_report_file *file, bool *is_read)
{
	const char *testng = comparison->testng->path;
	bool is_other = is_of_one_task(testng, file->path);
	size_t length = 0;
	const char *folder = is_other ? NULL : find_folder_below(testng, file->path, &length);
	struct copy copy = { .report = file };

	if (!is_other && !folder)
		return;
	if (!*is_read)
		qm_content_read(&comparison->own, comparison->reader, testng);
	*is_read = true;
	if (is_other)
		take_other(comparison, file);
	else if (qm_content_has_copy(
			 &comparison->own, folder, length, folder + length + 1, &copy.file))
		qm_vec_push(&comparison->copies, &copy);
}

static void compare(struct comparison *comparison, struct qm_report_file *testng)
{
	struct qm_vec *files = &comparison->reports->files;
	bool is_read = false;

	comparison->testng = testng;
	qm_content_init(&comparison->own, comparison->key, 0);
	qm_content_init(&comparison->others, comparison->key, 0);
	qm_content_init(&comparison->task, comparison->key, 0);
	qm_vec_clear(&comparison->sharing);
	qm_vec_clear(&comparison->copies);
	for (size_t i = 0; i < files->count; i++) {
		struct qm_report_file *file = qm_vec_at(files, i);

		if (file->kind == QM_REPORT_JUNIT && !file->is_left_out)
			take_file(comparison, file, &is_read);
	}
	qm_content_seal(&comparison->others);
	if (comparison->sharing.count)
		decide(comparison);
	if (comparison->copies.count)
		leave_copies_out(comparison);
	qm_content_release(&comparison->own);
	qm_content_release(&comparison->others);
	qm_content_release(&comparison->task);
}

void qm_twins_leave_out(struct qm_reports *reports, const volatile sig_atomic_t *interrupted,
	const struct qm_log *log)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF,
		.stop = { .interrupted = interrupted } };
	struct comparison comparison = { .reports = reports, .log = log };
	struct qm_report_file *files = reports->files.items;
	struct qm_map map;
	size_t kept = 0;

	qm_map_init(&map); /* its random key: nobody can write two tests that are taken for one */
	memcpy(comparison.key, map.key, sizeof comparison.key);
	qm_map_release(&map);
	qm_vec_init(&comparison.sharing, sizeof(struct qm_report_file *));
	qm_vec_init(&comparison.copies, sizeof(struct copy));
	for (size_t i = 0; i < reports->files.count && !(interrupted && *interrupted); i++) {
		if (files[i].kind != QM_REPORT_TESTNG)
			continue;
		if (!comparison.reader)
			comparison.reader = qm_reader_new(&options);
		compare(&comparison, &files[i]);
	}
	for (size_t i = 0; i < reports->files.count; i++)
		if (!files[i].is_left_out)
			files[kept++] = files[i];
	reports->files.count = kept;
	qm_reader_free(comparison.reader);
	qm_vec_release(&comparison.sharing);
	qm_vec_release(&comparison.copies);
}
