#include "src/upload/reports/twins.h"
#include "src/base/buf.h"
#include "src/base/map.h"
#include "src/base/memory.h"

#include <string.h>

enum { MAX_TESTS = 250000 };

/* Numbers that stand for texts; two texts have the same one with a chance of 1 in 2^64. */
struct set {
	struct qm_vec hashes; /* uint64_t; sorted and each once after seal() */
};

/* What one report, or several together, hold. */
struct content {
	const uint64_t *key; /* of the hashes */
	struct set classes, tests, config_methods;
	struct set failed; /* tests with a result that failed, or that was run again */
	bool is_comparable;
};

/* ---- Sets. */

static int compare_hashes(const void *left, const void *right)
{
	uint64_t a, b;

	memcpy(&a, left, sizeof a);
	memcpy(&b, right, sizeof b);
	return a < b ? -1 : a > b;
}

static void add(struct set *set, uint64_t hash)
{
	qm_vec_push(&set->hashes, &hash);
}

static uint64_t hash_at(const struct set *set, size_t index)
{
	const uint64_t *hashes = set->hashes.items;

	return hashes[index];
}

static void seal(struct set *set)
{
	uint64_t *hashes = set->hashes.items;
	size_t kept = 0;

	qm_vec_sort(&set->hashes, compare_hashes);
	for (size_t i = 0; i < set->hashes.count; i++)
		if (!kept || hashes[kept - 1] != hashes[i])
			hashes[kept++] = hashes[i];
	set->hashes.count = kept;
}

static bool holds(const struct set *set, uint64_t hash)
{
	size_t low = 0, high = set->hashes.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (hash_at(set, middle) < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->hashes.count && hash_at(set, low) == hash;
}

/* How many of `part` are neither in `whole` nor in `more`. */
static size_t count_missing(const struct set *part, const struct set *whole, const struct set *more)
{
	size_t missing = 0;

	for (size_t i = 0; i < part->hashes.count; i++)
		missing += !holds(whole, hash_at(part, i)) && !holds(more, hash_at(part, i));
	return missing;
}

/* ---- What a report holds. */

static void init_content(struct content *content, const uint64_t *key)
{
	content->key = key;
	qm_vec_init(&content->classes.hashes, sizeof(uint64_t));
	qm_vec_init(&content->tests.hashes, sizeof(uint64_t));
	qm_vec_init(&content->config_methods.hashes, sizeof(uint64_t));
	qm_vec_init(&content->failed.hashes, sizeof(uint64_t));
	content->is_comparable = true;
}

static void release_content(struct content *content)
{
	qm_vec_release(&content->classes.hashes);
	qm_vec_release(&content->tests.hashes);
	qm_vec_release(&content->config_methods.hashes);
	qm_vec_release(&content->failed.hashes);
}

static uint64_t hash_class(const struct content *content, const char *class_name)
{
	return qm_hash(content->key, class_name, strlen(class_name));
}

static uint64_t hash_method(const struct content *content, const char *class_name, const char *name)
{
	const uint64_t parts[] = { hash_class(content, class_name),
		qm_hash(content->key, name, qm_result_base_length(name)) };

	return qm_hash(content->key, parts, sizeof parts);
}

/* Most results are of the class of the one before: it is kept once. */
static void add_class(struct content *content, const char *class_name)
{
	uint64_t hash = hash_class(content, class_name);
	size_t count = content->classes.hashes.count;

	if (!count || hash_at(&content->classes, count - 1) != hash)
		add(&content->classes, hash);
}

static enum qm_code take_result(void *context, const struct qm_result *result)
{
	struct content *content = context;
	uint64_t hash;

	if (!result->class_name || !*result->class_name || !result->name ||
		content->tests.hashes.count >= MAX_TESTS) {
		content->is_comparable = false;
		return QM_ELIMIT; /* read no further */
	}
	add_class(content, result->class_name);
	hash = hash_method(content, result->class_name, result->name);
	add(&content->tests, hash);
	if (result->outcome == QM_FAILED || result->outcome == QM_ERRORED || result->superseded)
		add(&content->failed, hash);
	return QM_OK;
}

static enum qm_code take_config_method(void *context, const struct qm_incident *incident)
{
	struct content *content = context;

	if (incident->class_name && incident->name &&
		content->config_methods.hashes.count < MAX_TESTS)
		add(&content->config_methods,
			hash_method(content, incident->class_name, incident->name));
	return QM_OK;
}

static enum qm_code take_end(void *context, const struct qm_report_end *end)
{
	struct content *content = context;

	content->is_comparable = content->is_comparable && !end->reason;
	return QM_OK;
}

static void read_content(
	struct qm_reader *reader, const struct qm_report_file *file, struct content *content)
{
	const struct qm_sink sink = { .context = content,
		.result = take_result,
		.config_method = take_config_method,
		.report_end = take_end };

	if (qm_reader_read(reader, file->path, &sink, NULL))
		content->is_comparable = false;
	seal(&content->classes);
	seal(&content->tests);
	seal(&content->config_methods);
	seal(&content->failed);
}

static void add_all(struct set *set, const struct set *more)
{
	for (size_t i = 0; i < more->hashes.count; i++)
		add(set, hash_at(more, i));
}

static bool shares_classes(const struct content *a, const struct content *b)
{
	for (size_t i = 0; i < a->classes.hashes.count; i++)
		if (holds(&b->classes, hash_at(&a->classes, i)))
			return true;
	return false;
}

/* ---- Folders. */

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* The folder in which TestNG itself writes its results once more. */
static const char testngs_own[] = "/junitreports";

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

	if (junit_length == testng_length + sizeof testngs_own - 1 &&
		memcmp(junit + testng_length, testngs_own, sizeof testngs_own - 1) == 0)
		junit_length = testng_length;
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

/* ---- One TestNG report and the others of its task. */

struct comparison {
	struct qm_reports *reports;
	struct qm_reader *reader;
	const struct qm_log *log;
	uint64_t key[2];
	struct qm_report_file *testng;
	struct content own,
		others;        /* TestNG's, and those of the JUnit reports that share classes */
	struct qm_vec sharing; /* struct qm_report_file * */
};

static struct qm_report_file *sharing_at(const struct comparison *comparison, size_t index)
{
	return *(struct qm_report_file **)qm_vec_at(&comparison->sharing, index);
}

static void take_other(struct comparison *comparison, struct qm_report_file *file)
{
	struct content content;

	init_content(&content, comparison->key);
	read_content(comparison->reader, file, &content);
	if (shares_classes(&content, &comparison->own)) {
		qm_vec_push(&comparison->sharing, &file);
		add_all(&comparison->others.tests, &content.tests);
		add_all(&comparison->others.failed, &content.failed);
		comparison->others.is_comparable = comparison->others.is_comparable &&
			content.is_comparable && comparison->others.tests.hashes.count <= MAX_TESTS;
	}
	release_content(&content);
}

/* "TEST-a.xml" or "TEST-a.xml and 11 more" */
static void name_others(const struct comparison *comparison, struct qm_buf *out)
{
	qm_buf_add_text(out, sharing_at(comparison, 0)->path);
	if (comparison->sharing.count > 1)
		qm_buf_add_format(out, " and %zu more", comparison->sharing.count - 1);
}

/*
 * A report is left out only where the other one has all of its tests and, of these, all that
 * failed: with one that is left from an earlier run, the failures of the later one would be lost.
 */
static void decide(struct comparison *comparison)
{
	const struct content *own = &comparison->own, *others = &comparison->others;
	static const struct set nothing = { .hashes = { .count = 0 } };
	size_t not_own = count_missing(&others->tests, &own->tests, &own->config_methods);
	size_t not_others = count_missing(&own->tests, &others->tests, &nothing);
	const char *path = comparison->testng->path;
	struct qm_buf names;

	qm_buf_init(&names, 8192);
	name_others(comparison, &names);
	if (!own->is_comparable || !others->is_comparable) {
		qm_log_line(comparison->log, QM_LOG_WARNING,
			"%s: it shares classes with %s, but they cannot be compared: all are "
			"counted",
			path, names.data);
	} else if (!not_own &&
		!count_missing(&others->failed, &own->failed, &own->config_methods)) {
		for (size_t i = 0; i < comparison->sharing.count; i++)
			sharing_at(comparison, i)->is_left_out = true;
		qm_log_line(comparison->log, QM_LOG_NOTICE,
			"%s: left out, %s is of the same run and holds all of the tests",
			names.data, path);
	} else if (!not_others && !count_missing(&own->failed, &others->failed, &nothing)) {
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

static void compare(struct comparison *comparison, struct qm_report_file *testng)
{
	struct qm_vec *files = &comparison->reports->files;
	bool is_read = false;

	comparison->testng = testng;
	init_content(&comparison->own, comparison->key);
	init_content(&comparison->others, comparison->key);
	qm_vec_clear(&comparison->sharing);
	for (size_t i = 0; i < files->count; i++) {
		struct qm_report_file *file = qm_vec_at(files, i);

		if (file->kind != QM_REPORT_JUNIT || file->is_left_out ||
			!is_of_one_task(testng->path, file->path))
			continue;
		if (!is_read)
			read_content(comparison->reader, testng, &comparison->own);
		is_read = true;
		take_other(comparison, file);
	}
	seal(&comparison->others.tests);
	seal(&comparison->others.failed);
	if (comparison->sharing.count)
		decide(comparison);
	release_content(&comparison->own);
	release_content(&comparison->others);
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
}
