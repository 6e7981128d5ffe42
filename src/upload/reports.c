#include "src/upload/reports.h"
#include "src/base/glob.h"
#include "src/base/memory.h"
#include "src/upload/tee.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A tree with more reports than this is a mistake in a pattern, most likely. */
enum { MAX_FILES = 100000, HEAD_BYTES = 512 };

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

void qm_reports_init(struct qm_reports *reports, struct qm_arena *arena)
{
	reports->arena = arena;
	qm_vec_init(&reports->files, sizeof(struct qm_report_file));
}

void qm_reports_release(struct qm_reports *reports)
{
	qm_vec_release(&reports->files);
}

/* ---- Finding. */

/* What the user named, sorted out. All texts are normalised and live in the arena. */
struct search {
	struct qm_reports *reports;
	struct qm_vec wanted, excluded; /* const char *: patterns */
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
		add_pattern(search, &search->wanted, path, "**/*.xml");
		return QM_OK;
	}
	if (exists || strcmp(text, "-") == 0 || (*text && !qm_glob_is_pattern(text)))
		return add_file(search, path, true);
	code = qm_glob_check(text, search->err);
	if (!code)
		add_pattern(search, &search->wanted, path, "");
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

static int compare_files(const void *left, const void *right)
{
	const struct qm_report_file *a = left, *b = right;

	return strcmp(a->path, b->path);
}

/* Sorts, and keeps one of each path: named, if it was named once. */
static void tidy(const struct search *search)
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
	size_t pattern_count, struct qm_error *err)
{
	struct search search = { .reports = reports, .err = err };
	enum qm_code code;

	qm_vec_init(&search.wanted, sizeof(char *));
	qm_vec_init(&search.excluded, sizeof(char *));
	code = find(&search, patterns, pattern_count, err);
	if (!code)
		tidy(&search);
	qm_vec_release(&search.wanted);
	qm_vec_release(&search.excluded);
	return code;
}

/* What can be read only once: standard input, a pipe. */
static bool is_stream(const char *path)
{
	struct stat status;

	return strcmp(path, "-") == 0 || (stat(path, &status) == 0 && !S_ISREG(status.st_mode));
}

size_t qm_reports_sniff(struct qm_reports *reports)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	struct qm_reader *reader = qm_reader_new(&options);
	size_t count = 0;

	for (size_t i = 0; i < reports->files.count; i++) {
		struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (is_stream(file->path)) {
			count++;
			continue;
		}
		file->kind = qm_reader_sniff(reader, file->path);
		count += file->kind != QM_REPORT_NONE;
	}
	qm_reader_free(reader);
	return count;
}

/* ---- Reading. */

struct reading {
	const struct qm_reports *reports;
	const struct qm_report_file *file;
	struct qm_vec *verdicts;
	const struct qm_log *log;
};

/*
 * Whether a file begins as XML does or is compressed. One that holds text where a report was
 * expected (a log that was redirected into it) is no XML of somebody else's: it is broken.
 */
static bool is_someones_xml(const char *path)
{
	static const char *const marks[] = { "\x1f\x8b", "\xfe\xff", "\xff\xfe", "<" };
	char head[HEAD_BYTES + 1] = "";
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, head, HEAD_BYTES);
	const char *text = head;

	if (file >= 0)
		(void)close(file);
	if (length <= 0)
		return false;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strncmp(text, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

static const char *keep_text(const struct reading *reading, const char *text)
{
	return text ? qm_arena_strdup(reading->reports->arena, text) : NULL;
}

static void notice(const struct reading *reading, const struct qm_report_verdict *verdict)
{
	unsigned long long replaced = verdict->counts.replaced_characters;

	if (verdict->left_out)
		qm_log_line(reading->log, QM_LOG_NOTICE,
			"%s: left out, it is XML, but no test report", verdict->path);
	else if (replaced)
		qm_log_line(reading->log, QM_LOG_NOTICE,
			"%s: %llu control character%s that XML forbids %s replaced", verdict->path,
			replaced, replaced == 1 ? "" : "s", replaced == 1 ? "was" : "were");
}

static enum qm_code keep_verdict(void *context, const struct qm_report_end *end)
{
	const struct reading *reading = context;
	struct qm_report_verdict *verdict = qm_vec_add(reading->verdicts);

	*verdict = (struct qm_report_verdict){
		.path = reading->file->path,
		.kind = end->kind,
		.counts = end->counts,
		.reason = keep_text(reading, end->reason),
		.text = end->reason && end->error ? keep_text(reading, end->error->text) : NULL,
		.line = end->error ? end->error->line : 0,
		.column = end->error ? end->error->column : 0,
		.salvaged = end->salvaged,
	};
	verdict->left_out = verdict->reason && strcmp(verdict->reason, "not-a-report") == 0 &&
		!reading->file->named && is_someones_xml(verdict->path);
	notice(reading, verdict);
	return QM_OK;
}

enum qm_code qm_reports_read(const struct qm_reports *reports,
	const struct qm_reader_options *options, const struct qm_sink *sink,
	struct qm_vec *verdicts, const struct qm_log *log, struct qm_error *err)
{
	struct reading reading = { .reports = reports, .verdicts = verdicts, .log = log };
	struct qm_tee tee = {
		.first = *sink,
		.second = { .context = &reading, .report_end = keep_verdict },
	};
	const struct qm_sink both = qm_tee_sink(&tee);
	struct qm_reader *reader = qm_reader_new(options);
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < reports->files.count && !code; i++) {
		reading.file = qm_vec_at(&reports->files, i);
		code = qm_reader_read(reader, reading.file->path, &both, err);
	}
	qm_reader_free(reader);
	return code;
}
