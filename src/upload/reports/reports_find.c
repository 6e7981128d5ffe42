#include "src/base/glob.h"
#include "src/base/memory.h"
#include "src/upload/reports/reports.h"

#include <string.h>
#include <sys/stat.h>

/* A tree with more reports than this is a mistake in a pattern, most likely. */
enum { MAX_FILES = 100000 };

/*
 * Surefire writes TestNG's own testng-results.xml beside its TEST-*.xml: the same results twice,
 * so only TestNG's own folder is looked through for it.
 */
static const char *const usual_places[] = {
	"**/target/surefire-reports/TEST-*.xml",
	"**/target/failsafe-reports/TEST-*.xml",
	"**/build/test-results/**/TEST-*.xml",
	"**/test-output/testng-results.xml",
};

/* What the user named, sorted out. All texts are normalised and live in the arena. */
struct search {
	struct qm_reports *reports;
	struct qm_vec wanted, excluded; /* const char *: patterns */
	struct qm_vec said;             /* const char *, the user's words for each that is wanted */
	const struct qm_log *log;
	struct qm_error *err;
};

static enum qm_code add_file(struct search *search, const char *path, bool named)
{
	struct qm_report_file *file;

	if (search->reports->files.count >= MAX_FILES)
		return qm_error_set(search->err, QM_ELIMIT,
			"the patterns match more than %d files: name the folders of the reports",
			MAX_FILES);
	file = qm_vec_add(&search->reports->files);
	file->path = qm_arena_strdup(search->reports->arena, path);
	file->named = named;
	return QM_OK;
}

static enum qm_code add_found(void *context, const char *path)
{
	return add_file(context, path, false);
}

static void add_pattern(
	const struct search *search, struct qm_vec *patterns, const char *path, const char *below)
{
	size_t length = strlen(path), more = strlen(below);
	char *pattern = qm_arena_alloc(search->reports->arena, length + more + 2);

	memcpy(pattern, path, length);
	if (more) {
		pattern[length] = '/';
		memcpy(pattern + length + 1, below, more);
	}
	qm_glob_normalise(pattern);
	qm_vec_push(patterns, &pattern);
}

/* The name of a folder with its pattern characters escaped, to be used in a pattern. */
static char *escape(struct qm_arena *arena, const char *path)
{
	char *escaped = qm_arena_alloc(arena, 2 * strlen(path) + 1), *out = escaped;

	for (; *path; path++) {
		if (strchr("*?[\\", *path))
			*out++ = '\\';
		*out++ = *path;
	}
	return escaped;
}

static void want(struct search *search, const char *path, const char *below, const char *said)
{
	add_pattern(search, &search->wanted, path, below);
	qm_vec_push(&search->said, &said);
}

/* A name, a folder or a pattern; what exists by its very name is no pattern. */
static enum qm_code add_wanted(struct search *search, const char *text)
{
	char *path = qm_arena_strdup(search->reports->arena, text);
	struct stat status;
	bool exists = stat(text, &status) == 0;
	enum qm_code code;

	qm_glob_normalise(path);
	if (exists && S_ISDIR(status.st_mode)) {
		path = escape(search->reports->arena, path);
		want(search, path, "**/*.xml", text);
		want(search, path, "**/*.xml.gz", text);
		return QM_OK;
	}
	if (exists || strcmp(text, "-") == 0 || (*text && !qm_glob_is_pattern(text)))
		return add_file(search, path, true);
	code = qm_glob_check(text, search->err);
	if (!code)
		want(search, path, "", text);
	return code;
}

/* Excludes what matches and, if that is a folder, all below. */
static enum qm_code add_excluded(struct search *search, const char *pattern)
{
	enum qm_code code = qm_glob_check(pattern, search->err);

	if (code)
		return code;
	add_pattern(search, &search->excluded, pattern, "");
	add_pattern(search, &search->excluded, pattern, "**");
	return QM_OK;
}

static bool is_excluded(const struct search *search, const char *path)
{
	for (size_t i = 0; i < search->excluded.count; i++)
		if (qm_glob_match(*(const char **)qm_vec_at(&search->excluded, i), path))
			return true;
	return false;
}

static bool finds_any(const struct search *search, const char *said)
{
	const char *const *patterns = search->wanted.items, *const *all_said = search->said.items;

	for (size_t i = 0; i < search->said.count; i++)
		for (size_t j = 0; all_said[i] == said && j < search->reports->files.count; j++) {
			const struct qm_report_file *file = qm_vec_at(&search->reports->files, j);

			if (qm_glob_match(patterns[i], file->path))
				return true;
		}
	return false;
}

/* Where other reports were found, nobody would miss the ones of a module that was not built. */
static void tell_what_finds_none(const struct search *search)
{
	const char *const *said = search->said.items;

	for (size_t i = 0; i < search->said.count && search->reports->files.count; i++)
		if ((!i || said[i - 1] != said[i]) && !finds_any(search, said[i]))
			qm_log_line(
				search->log, QM_LOG_WARNING, "no report was found in %s", said[i]);
}

static int compare_files(const void *left, const void *right)
{
	const struct qm_report_file *a = left, *b = right;

	return strcmp(a->path, b->path);
}

/* Sorts, and keeps one of each path: named, if it was named once. */
static void sort_paths(const struct search *search)
{
	struct qm_vec *files = &search->reports->files;
	struct qm_report_file *all = files->items;
	size_t kept = 0;

	qm_vec_sort(files, compare_files);
	for (size_t i = 0; i < files->count; i++) {
		if (is_excluded(search, all[i].path))
			continue;
		if (kept && strcmp(all[kept - 1].path, all[i].path) == 0)
			all[kept - 1].named = all[kept - 1].named || all[i].named;
		else
			all[kept++] = all[i];
	}
	files->count = kept;
}

/* A file among those that were found, by what it is on the disk. */
struct identity {
	dev_t device;
	ino_t inode;
	size_t index; /* into the files */
};

static int compare_identities(const void *left, const void *right)
{
	const struct identity *a = left, *b = right;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

/* Asks the system what the files are; adds the identities of those that can be read again. */
static void look_up(struct qm_vec *files, struct qm_vec *identities)
{
	for (size_t i = 0; i < files->count; i++) {
		struct qm_report_file *file = qm_vec_at(files, i);
		struct stat status;
		struct identity *identity;

		file->is_stream = strcmp(file->path, "-") == 0;
		if (file->is_stream || stat(file->path, &status) != 0)
			continue;
		file->is_stream = !S_ISREG(status.st_mode);
		if (file->is_stream)
			continue;
		file->modified_ms =
			(int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
		identity = qm_vec_add(identities);
		*identity = (struct identity){
			.device = status.st_dev, .inode = status.st_ino, .index = i
		};
	}
}

/* Drops what another path has led to already; the first path in the list's order stays. */
static void drop_repeated(const struct search *search)
{
	struct qm_vec *files = &search->reports->files, identities;
	struct qm_report_file *all = files->items;
	const struct identity *sorted;
	size_t first = 0, kept = 0;

	qm_vec_init(&identities, sizeof(struct identity));
	look_up(files, &identities);
	qm_vec_sort(&identities, compare_identities);
	sorted = identities.items;
	for (size_t i = 1; i < identities.count; i++) {
		if (sorted[i].device != sorted[first].device ||
			sorted[i].inode != sorted[first].inode) {
			first = i;
			continue;
		}
		qm_log_line(search->log, QM_LOG_NOTICE, "%s: left out, it is the same file as %s",
			all[sorted[i].index].path, all[sorted[first].index].path);
		all[sorted[first].index].named |= all[sorted[i].index].named;
		all[sorted[i].index].path = NULL;
	}
	for (size_t i = 0; i < files->count; i++)
		if (all[i].path)
			all[kept++] = all[i];
	files->count = kept;
	qm_vec_release(&identities);
}

static enum qm_code find(struct search *search, const char *const *patterns, size_t pattern_count,
	struct qm_error *err)
{
	size_t usual = sizeof usual_places / sizeof *usual_places;
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < pattern_count && !code; i++) {
		bool excludes = patterns[i][0] == '!';

		usual = excludes ? usual : 0;
		code = excludes ? add_excluded(search, patterns[i] + 1)
				: add_wanted(search, patterns[i]);
	}
	for (size_t i = 0; i < usual; i++)
		add_pattern(search, &search->wanted, usual_places[i], "");
	if (!code)
		code = qm_glob_walk(
			search->wanted.items, search->wanted.count, add_found, search, err);
	return code;
}

enum qm_code qm_reports_find(struct qm_reports *reports, const char *const *patterns,
	size_t pattern_count, const struct qm_log *log, struct qm_error *err)
{
	struct search search = { .reports = reports, .log = log, .err = err };
	enum qm_code code;

	qm_vec_init(&search.wanted, sizeof(char *));
	qm_vec_init(&search.excluded, sizeof(char *));
	qm_vec_init(&search.said, sizeof(char *));
	code = find(&search, patterns, pattern_count, err);
	if (!code) {
		tell_what_finds_none(&search);
		sort_paths(&search);
		drop_repeated(&search);
	}
	qm_vec_release(&search.wanted);
	qm_vec_release(&search.excluded);
	qm_vec_release(&search.said);
	return code;
}
