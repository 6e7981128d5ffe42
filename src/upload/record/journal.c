#include "src/upload/record/journal.h"
#include "src/api/limits.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/upload/record/journal_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct qm_journal {
	char *path;
	int file;
	off_t length; /* of whole lines: what a write that fails is cut back to */
	bool is_ours; /* made by us, or begun by one of us: not somebody's empty file */
	const struct qm_log *log;
	struct qm_history history;
	uint32_t *places; /* by place in the plan being carried out: that in the journal's */
};

enum {
	MAX_OPENINGS = 8,
	FILE_MAX_BYTES = 1 << 30,
	BLOCK_BYTES = 1 << 16,
	LINE_MAX_BYTES = 64 << 20
};

/* ---- The id. */

/* Of what all updates of a call have in common, be it cut from its group in this way or another. */
static uint64_t hash_call(
	const char *url, const char *project_key, const struct qm_bulk_update *update)
{
	static const uint64_t key[2] = { 0, 0 };
	struct qm_buf text;
	uint64_t hash;

	qm_buf_init(&text, QM_REQUEST_MAX_BYTES);
	qm_buf_add_format(&text, "%s\n%s\n%s\n%s\n%lld\n%lld\n%s", url, project_key,
		update->entity_type, update->suite_run, (long long)update->status_id,
		(long long)update->build_id, update->comment ? update->comment : "");
	hash = qm_hash(key, text.data, text.length);
	qm_buf_release(&text);
	return hash;
}

/* A sum, since the order of updates is none of their properties. */
void qm_journal_id(const char *url, const struct qm_catalog *catalog, const struct qm_plan *plan,
	char out[QM_JOURNAL_ID])
{
	unsigned long long sum = 0;

	for (size_t i = 0; i < plan->calls.count; i++) {
		const struct qm_bulk_update update =
			qm_plan_bulk(plan, catalog, qm_vec_at(&plan->calls, i));
		const uint64_t key[2] = { hash_call(url, catalog->project.key, &update), 0 };

		for (size_t j = 0; j < update.id_count; j++)
			sum += qm_hash(key, &update.ids[j], sizeof update.ids[j]);
	}
	(void)snprintf(out, QM_JOURNAL_ID, "%016llx", sum);
}

/* ---- The file. */

static enum qm_code fail(
	const struct qm_journal *journal, const char *what, int number, struct qm_error *err)
{
	(void)qm_error_set(err, QM_EIO, "the journal cannot be %s: %s", what, strerror(number));
	qm_error_at(err, journal->path, 0, 0);
	return QM_EIO;
}

/* Locks go with the process, so a journal is never locked by one that was killed. */
static enum qm_code lock(const struct qm_journal *journal, struct qm_error *err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(journal->file, F_SETLK, &whole) == 0)
		return QM_OK;
	if (errno != EACCES && errno != EAGAIN) {
		qm_log_line(journal->log, QM_LOG_WARNING,
			"%s: the file cannot be locked here (%s); see to it that only one process "
			"works with it",
			journal->path, strerror(errno));
		return QM_OK;
	}
	if (fcntl(journal->file, F_GETLK, &whole) || whole.l_type == F_UNLCK)
		whole.l_pid = 0;
	(void)qm_error_set(err, QM_ESTOPPED,
		"another process (%ld) is at work with this journal: the same upload is running; "
		"wait until it has ended, what it leaves can be resumed",
		(long)whole.l_pid);
	qm_error_at(err, journal->path, 0, 0);
	return QM_ESTOPPED;
}

/*
 * What the other process removed between our opening and our locking is no file any more. Some
 * file systems count no names at all: a file that has none time and again is taken as it is.
 */
static enum qm_code open_locked(struct qm_journal *journal, bool create, struct qm_error *err)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
	const int making = create ? O_CREAT : 0;
	struct stat status = { .st_nlink = 0 };
	enum qm_code code = QM_OK;

	for (int i = 0; i < MAX_OPENINGS && !code && !status.st_nlink; i++) {
		if (journal->file >= 0)
			(void)close(journal->file);
		journal->file = open(journal->path, flags | making | (create ? O_EXCL : 0), 0600);
		journal->is_ours = create && journal->file >= 0;
		if (create && journal->file < 0 && errno == EEXIST)
			journal->file = open(journal->path, flags | making, 0600);
		if (journal->file < 0 || fstat(journal->file, &status))
			return fail(journal, "opened", errno, err);
		if (!S_ISREG(status.st_mode))
			return fail(journal, "opened", EINVAL, err);
		code = lock(journal, err);
		if (!code && fstat(journal->file, &status))
			code = fail(journal, "opened", errno, err);
	}
	return code;
}

static enum qm_code read_all(
	const struct qm_journal *journal, struct qm_buf *out, struct qm_error *err)
{
	char *block = qm_alloc(BLOCK_BYTES);
	enum qm_code code = QM_OK;
	ssize_t got = 1;

	while (got && !code) {
		got = read(journal->file, block, BLOCK_BYTES);
		if (got > 0)
			qm_buf_add(out, block, (size_t)got);
		if ((got < 0 && errno != EINTR) || out->overflow)
			code = fail(journal, "read", out->overflow ? EFBIG : errno, err);
	}
	free(block);
	return code;
}

static enum qm_code cut(struct qm_journal *journal, size_t length, struct qm_error *err)
{
	journal->length = (off_t)length;
	if (ftruncate(journal->file, journal->length) ||
		lseek(journal->file, journal->length, SEEK_SET) < 0)
		return fail(journal, "written", errno, err);
	return QM_OK;
}

static enum qm_code load(struct qm_journal *journal, struct qm_error *err)
{
	struct qm_history *history = &journal->history;
	struct qm_buf bytes;
	enum qm_code code;
	size_t good = 0;

	qm_buf_init(&bytes, FILE_MAX_BYTES);
	code = read_all(journal, &bytes, err);
	if (!code)
		code = qm_history_read(
			history, bytes.data, bytes.length, journal->path, journal->log, &good, err);
	journal->is_ours = journal->is_ours || bytes.length;
	if (!code && !history->is_complete)
		good = 0; /* nothing was sent: it begins anew */
	if (!code && good < bytes.length)
		qm_log_line(journal->log, QM_LOG_NOTICE,
			"%s: the last %zu bytes are no whole line and are cut off", journal->path,
			bytes.length - good);
	if (!code)
		code = cut(journal, good, err);
	qm_buf_release(&bytes);
	return code;
}

enum qm_code qm_journal_open(const char *path, bool create, const struct qm_log *log,
	struct qm_journal **out, struct qm_error *err)
{
	struct qm_journal *journal = qm_alloc(sizeof *journal);
	enum qm_code code;

	*out = NULL;
	journal->path = qm_strdup(path);
	journal->file = -1;
	journal->log = log;
	qm_history_init(&journal->history);
	code = open_locked(journal, create, err);
	if (!code)
		code = load(journal, err);
	if (code) {
		journal->length = 1; /* not ours to remove */
		qm_journal_close(journal);
		return code;
	}
	*out = journal;
	return QM_OK;
}

void qm_journal_close(struct qm_journal *journal)
{
	if (!journal)
		return;
	if (journal->file >= 0 && journal->is_ours && !journal->length)
		(void)unlink(journal->path);
	if (journal->file >= 0)
		(void)close(journal->file);
	qm_history_release(&journal->history);
	free(journal->places);
	free(journal->path);
	free(journal);
}

const char *qm_journal_path(const struct qm_journal *journal)
{
	return journal->path;
}

bool qm_journal_has_plan(const struct qm_journal *journal)
{
	return journal->length > 0;
}

const struct qm_history *qm_journal_history(const struct qm_journal *journal)
{
	return &journal->history;
}

/* ---- Writing. */

/* Whole lines, or none of them: what a full disk took of them is cut off again. */
static enum qm_code append(
	struct qm_journal *journal, const struct qm_buf *lines, struct qm_error *err)
{
	if (!qm_file_put(journal->file, lines->data, lines->length)) {
		int number = errno;

		(void)cut(journal, (size_t)journal->length, NULL);
		return fail(journal, "written", number, err);
	}
	journal->length += (off_t)lines->length;
	return QM_OK;
}

static enum qm_code sync_file(const struct qm_journal *journal, struct qm_error *err)
{
	return fdatasync(journal->file) ? fail(journal, "synced", errno, err) : QM_OK;
}

static void sync_folder(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

	if (file < 0)
		return;
	(void)fsync(file);
	(void)close(file);
}

/*
 * A file's name is in the blocks of its folder, whose own name is in the one above. Where folders
 * cannot be synced nothing can be done about it.
 */
static void sync_name(const struct qm_journal *journal)
{
	struct qm_buf folder;
	const char *slash = strrchr(journal->path, '/');

	qm_buf_init(&folder, strlen(journal->path) + 8);
	if (slash)
		qm_buf_add(&folder, journal->path, (size_t)(slash - journal->path) + 1);
	qm_buf_add_text(&folder, ".");
	sync_folder(folder.data);
	qm_buf_add_text(&folder, "/..");
	if (slash)
		sync_folder(folder.data);
	qm_buf_release(&folder);
}

static enum qm_code write_plan(
	struct qm_journal *journal, const struct qm_journal_plan *plan, struct qm_error *err)
{
	struct qm_journal_writer writer;
	enum qm_code code = QM_OK;
	struct qm_buf lines;

	qm_buf_init(&lines, LINE_MAX_BYTES);
	qm_journal_writer_init(&writer, plan, journal->log);
	while (!code && qm_journal_writer_next(&writer, &lines)) {
		if (lines.overflow)
			code = fail(journal, "written", EFBIG, err);
		else if (lines.length >= BLOCK_BYTES)
			code = append(journal, &lines, err);
		if (lines.length >= BLOCK_BYTES)
			qm_buf_clear(&lines);
	}
	if (!code)
		code = append(journal, &lines, err);
	if (!code)
		code = sync_file(journal, err);
	qm_journal_writer_release(&writer);
	qm_buf_release(&lines);
	return code;
}

enum qm_code qm_journal_begin(
	struct qm_journal *journal, const struct qm_journal_plan *plan, struct qm_error *err)
{
	enum qm_code code = write_plan(journal, plan, err);

	if (code) {
		(void)cut(journal, 0, NULL);
		return code;
	}
	sync_name(journal);
	journal->places = qm_alloc_array(plan->plan->updates.count, sizeof *journal->places);
	for (size_t i = 0; i < plan->plan->updates.count; i++)
		journal->places[i] = (uint32_t)i;
	return QM_OK;
}

enum qm_code qm_journal_restart(struct qm_journal *journal, struct qm_error *err)
{
	qm_history_release(&journal->history);
	qm_history_init(&journal->history);
	return cut(journal, 0, err);
}

enum qm_code qm_journal_attach(struct qm_journal *journal, const struct qm_catalog *catalog,
	const struct qm_plan *plan, struct qm_error *err)
{
	const struct qm_entry *entries = journal->history.entries.items;
	const struct qm_update *updates = plan->updates.items;

	journal->places = qm_alloc_array(plan->updates.count, sizeof *journal->places);
	for (size_t i = 0; i < plan->calls.count; i++) {
		const struct qm_call *call = qm_vec_at(&plan->calls, i);
		struct qm_bulk_update update = qm_plan_bulk(plan, catalog, call);

		for (size_t j = 0; j < update.id_count; j++) {
			const struct qm_entry *entry = qm_history_find(&journal->history,
				update.entity_type, update.suite_run, update.ids[j]);

			if (!entry)
				return fail(journal, "used: it lacks an update", EINVAL, err);
			journal->places[call->updates + j - updates] = (uint32_t)(entry - entries);
		}
	}
	return QM_OK;
}

/* [[0,500],[703,1]]: what stands together here may have stood apart when it was planned. */
static void add_places(
	const struct qm_journal *journal, size_t first, size_t count, struct qm_buf *out)
{
	const uint32_t *places = journal->places + first;
	size_t start = 0;

	for (size_t i = 1; i <= count; i++) {
		if (i < count && places[i] == places[i - 1] + 1)
			continue;
		qm_buf_add_format(
			out, "%s[%u,%zu]", start ? "," : "", (unsigned)places[start], i - start);
		start = i;
	}
}

enum qm_code qm_journal_note(struct qm_journal *journal, enum qm_entry_state state, size_t first,
	size_t count, int64_t now_ms, struct qm_error *err)
{
	static const char *const names[] = {
		[QM_ENTRY_BEGUN] = "begun", [QM_ENTRY_DONE] = "done", [QM_ENTRY_FAILED] = "failed"
	};
	char at[QM_TIME_TEXT];
	struct qm_buf line;
	enum qm_code code;

	qm_buf_init(&line, LINE_MAX_BYTES);
	qm_time_format(now_ms, at);
	qm_buf_add_format(&line, "{\"%s\":[", names[state]);
	add_places(journal, first, count, &line);
	qm_buf_add_format(&line, "],\"at\":\"%s\"", at);
	qm_history_seal(&line);
	code = append(journal, &line, err);
	if (!code && state != QM_ENTRY_FAILED)
		code = sync_file(journal, err);
	qm_buf_release(&line);
	return code;
}

void qm_journal_remove(struct qm_journal *journal)
{
	char *slash = strrchr(journal->path, '/');

	if (unlink(journal->path))
		qm_log_line(journal->log, QM_LOG_WARNING,
			"%s: the journal is done and cannot be removed: %s", journal->path,
			strerror(errno));
	if (!slash)
		return;
	*slash = '\0';
	if (strcmp(journal->path, QM_JOURNAL_FOLDER) == 0 ||
		qm_text_ends(journal->path, "/" QM_JOURNAL_FOLDER))
		(void)rmdir(journal->path);
	*slash = '/';
}

void qm_journal_warn(const struct qm_log *log, const struct qm_error *failure)
{
	struct qm_error err = *failure;

	qm_error_add(&err,
		"; the upload goes on without a journal, so that it cannot be resumed "
		"if it is cut short (--no-journal says that this is meant)");
	qm_log_failure(log, QM_LOG_WARNING, &err);
}
