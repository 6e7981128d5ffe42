#include "src/upload/reports/content.h"
#include "src/base/map.h"

#include <string.h>

enum { MAX_FILE_NAME = 255 };

/* ---- Sets. */

static int compare_hashes(const void *left, const void *right)
{
	uint64_t a, b;

	memcpy(&a, left, sizeof a);
	memcpy(&b, right, sizeof b);
	return a < b ? -1 : a > b;
}

static void add(struct qm_hashes *set, uint64_t hash)
{
	qm_vec_push(&set->hashes, &hash);
}

static uint64_t hash_at(const struct qm_hashes *set, size_t index)
{
	const uint64_t *hashes = set->hashes.items;

	return hashes[index];
}

static void seal(struct qm_hashes *set)
{
	uint64_t *hashes = set->hashes.items;
	size_t kept = 0;

	qm_vec_sort(&set->hashes, compare_hashes);
	for (size_t i = 0; i < set->hashes.count; i++)
		if (!kept || hashes[kept - 1] != hashes[i])
			hashes[kept++] = hashes[i];
	set->hashes.count = kept;
}

static bool holds(const struct qm_hashes *set, uint64_t hash)
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

size_t qm_hashes_missing(const struct qm_hashes *part, const struct qm_hashes *a,
	const struct qm_hashes *b, const struct qm_hashes *c)
{
	size_t missing = 0;

	for (size_t i = 0; i < part->hashes.count; i++) {
		uint64_t hash = hash_at(part, i);

		missing += !holds(a, hash) && !(b && holds(b, hash)) && !(c && holds(c, hash));
	}
	return missing;
}

/* ---- What a report holds. */

void qm_content_init(struct qm_content *content, const uint64_t key[2], uint64_t file)
{
	content->key = key;
	content->file = file;
	qm_vec_init(&content->classes.hashes, sizeof(uint64_t));
	qm_vec_init(&content->tests.hashes, sizeof(uint64_t));
	qm_vec_init(&content->config_methods.hashes, sizeof(uint64_t));
	qm_vec_init(&content->failed.hashes, sizeof(uint64_t));
	qm_vec_init(&content->files.hashes, sizeof(uint64_t));
	qm_vec_init(&content->copied.hashes, sizeof(uint64_t));
	qm_vec_init(&content->copied_failed.hashes, sizeof(uint64_t));
	content->is_comparable = true;
}

void qm_content_release(struct qm_content *content)
{
	qm_vec_release(&content->classes.hashes);
	qm_vec_release(&content->tests.hashes);
	qm_vec_release(&content->config_methods.hashes);
	qm_vec_release(&content->failed.hashes);
	qm_vec_release(&content->files.hashes);
	qm_vec_release(&content->copied.hashes);
	qm_vec_release(&content->copied_failed.hashes);
}

void qm_content_seal(struct qm_content *content)
{
	seal(&content->classes);
	seal(&content->tests);
	seal(&content->config_methods);
	seal(&content->failed);
	seal(&content->files);
	seal(&content->copied);
	seal(&content->copied_failed);
}

static uint64_t hash_class(const struct qm_content *content, const char *class_name)
{
	return qm_hash(content->key, class_name, strlen(class_name));
}

/* A method of a class, or one in a file. */
static uint64_t hash_method(const struct qm_content *content, uint64_t of, const char *name)
{
	const uint64_t parts[] = { of, qm_hash(content->key, name, qm_result_base_length(name)) };

	return qm_hash(content->key, parts, sizeof parts);
}

/* SUITE/TEST.xml, for the names of a suite and its <test> or of a folder and its file. */
static uint64_t hash_file(const struct qm_content *content, const char *suite, size_t suite_length,
	const char *test, size_t test_length)
{
	static const char replaced[] = "*/\\?%:;<>&~|"; /* by "_", as TestNG does */
	char name[MAX_FILE_NAME];
	uint64_t parts[2] = { qm_hash(content->key, suite, suite_length), 0 };

	test_length = test_length < sizeof name ? test_length : sizeof name;
	for (size_t i = 0; i < test_length; i++)
		name[i] = memchr(replaced, test[i], sizeof replaced - 1) ? '_' : test[i];
	parts[1] = qm_hash(content->key, name, test_length);
	return qm_hash(content->key, parts, sizeof parts);
}

/* Most results are of the class, and of the <test>, of the one before: it is kept once. */
static void add_once(struct qm_hashes *set, uint64_t hash)
{
	size_t count = set->hashes.count;

	if (!count || hash_at(set, count - 1) != hash)
		add(set, hash);
}

/* What TestNG writes of this method into SUITE/TEST.xml, under whatever class has declared it. */
static void add_copied(struct qm_content *content, const char *suite, const char *test,
	const char *name, bool has_failed)
{
	uint64_t file;

	if (!suite || !test)
		return;
	file = hash_file(content, suite, strlen(suite), test, strlen(test));
	add_once(&content->files, file);
	add(&content->copied, hash_method(content, file, name));
	if (has_failed)
		add(&content->copied_failed, hash_method(content, file, name));
}

/* "@BeforeTest setUp", as some TestNGs write config methods into SUITE/TEST.xml: "setUp". */
static const char *skip_annotation(const char *name)
{
	const char *blank = *name == '@' ? strchr(name, ' ') : NULL;

	return blank ? blank + 1 : name;
}

static enum qm_code take_result(void *context, const struct qm_result *result)
{
	struct qm_content *content = context;
	bool has_failed =
		result->outcome == QM_FAILED || result->outcome == QM_ERRORED || result->superseded;
	uint64_t class, method;

	if (!result->class_name || !*result->class_name || !result->name ||
		content->tests.hashes.count >= QM_CONTENT_MAX_TESTS) {
		content->is_comparable = false;
		return QM_ELIMIT; /* read no further */
	}
	class = hash_class(content, result->class_name);
	method = content->file ? hash_method(content, content->file, skip_annotation(result->name))
			       : hash_method(content, class, result->name);
	add_once(&content->classes, class);
	add(&content->tests, method);
	if (has_failed)
		add(&content->failed, method);
	add_copied(content, result->suite, result->test, result->name, has_failed);
	return QM_OK;
}

static enum qm_code take_config_method(void *context, const struct qm_incident *incident)
{
	struct qm_content *content = context;

	if (!incident->class_name || !incident->name ||
		content->config_methods.hashes.count >= QM_CONTENT_MAX_TESTS)
		return QM_OK;
	add(&content->config_methods,
		hash_method(content, hash_class(content, incident->class_name), incident->name));
	add_copied(content, incident->suite, incident->test, incident->name, true);
	return QM_OK;
}

static enum qm_code take_end(void *context, const struct qm_report_end *end)
{
	struct qm_content *content = context;

	content->is_comparable = content->is_comparable && !end->reason;
	return QM_OK;
}

void qm_content_read(struct qm_content *content, struct qm_reader *reader, const char *path)
{
	const struct qm_sink sink = { .context = content,
		.result = take_result,
		.config_method = take_config_method,
		.report_end = take_end };

	if (qm_reader_read(reader, path, &sink, NULL))
		content->is_comparable = false;
	qm_content_seal(content);
}

static void add_all(struct qm_hashes *set, const struct qm_hashes *more)
{
	for (size_t i = 0; i < more->hashes.count; i++)
		add(set, hash_at(more, i));
}

void qm_content_add(struct qm_content *sum, const struct qm_content *content)
{
	add_all(&sum->tests, &content->tests);
	add_all(&sum->failed, &content->failed);
	sum->is_comparable = sum->is_comparable && content->is_comparable &&
		sum->tests.hashes.count <= QM_CONTENT_MAX_TESTS;
}

bool qm_content_shares_classes(const struct qm_content *a, const struct qm_content *b)
{
	for (size_t i = 0; i < a->classes.hashes.count; i++)
		if (holds(&b->classes, hash_at(&a->classes, i)))
			return true;
	return false;
}

bool qm_content_has_copy(const struct qm_content *content, const char *folder, size_t folder_length,
	const char *file, uint64_t *out_hash)
{
	static const char of_classes[] = "junitreports", end[] = ".xml";
	size_t length = strlen(file);

	*out_hash = 0;
	if (folder_length == sizeof of_classes - 1 &&
		memcmp(folder, of_classes, folder_length) == 0)
		return true;
	if (length < sizeof end || strcmp(file + length - (sizeof end - 1), end) != 0)
		return false;
	*out_hash = hash_file(content, folder, folder_length, file, length - (sizeof end - 1));
	return holds(&content->files, *out_hash);
}
