#include "src/upload/record/receipt.h"
#include "src/base/file.h"
#include "src/base/json_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char opening[] = "{\"key\":";

/* 10,000 runs of one call with three names each. */
enum { LINES_MAX_BYTES = 128 << 20 };

struct qm_receipt {
	char *path;
	const char *url;
	const struct qm_log *log;
	int file;
	bool is_made; /* by us: only then it is ours to remove */
};

static enum qm_code fail(
	const struct qm_receipt *receipt, const char *what, int number, struct qm_error *err)
{
	(void)qm_error_set(err, QM_EIO, "the receipt cannot be %s: %s", what, strerror(number));
	qm_error_at(err, receipt->path, 0, 0);
	return QM_EIO;
}

/* For as long as a write takes; where files cannot be locked it goes without. */
static void lock(const struct qm_receipt *receipt, short how)
{
	struct flock whole = { .l_type = how, .l_whence = SEEK_SET };

	while (fcntl(receipt->file, F_SETLKW, &whole) && errno == EINTR)
		continue;
}

/* At the end, also where another upload adds to the same file; all of it or nothing. */
static enum qm_code add_bytes(
	const struct qm_receipt *receipt, const char *bytes, size_t length, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	off_t end;

	lock(receipt, F_WRLCK);
	end = lseek(receipt->file, 0, SEEK_END);
	if (!qm_file_put(receipt->file, bytes, length))
		code = fail(receipt, "written", errno, err);
	/* Half a line would be taken for damage later on. Devices cannot be cut. */
	if (code && end >= 0 && ftruncate(receipt->file, end))
		qm_error_add(err, "; its last line is torn");
	lock(receipt, F_UNLCK);
	return code;
}

/* What was torn at the end becomes a line of its own. */
static enum qm_code look_at(const struct qm_receipt *receipt, struct qm_error *err)
{
	char head[sizeof opening - 1], last = '\n';
	ssize_t got = pread(receipt->file, head, sizeof head, 0);
	off_t length = lseek(receipt->file, 0, SEEK_END);

	if (got < 0 || length < 0)
		return fail(receipt, "read", errno, err);
	if (!length)
		return QM_OK;
	if (got < (ssize_t)sizeof head || memcmp(head, opening, sizeof head) != 0) {
		(void)qm_error_set(err, QM_EUSAGE,
			"the file is no receipt of qmetry-ci and is left as it is; name another "
			"one (--receipt)");
		qm_error_at(err, receipt->path, 0, 0);
		return QM_EUSAGE;
	}
	if (pread(receipt->file, &last, 1, length - 1) != 1)
		return fail(receipt, "read", errno, err);
	return last == '\n' ? QM_OK : add_bytes(receipt, "\n", 1, err);
}

enum qm_code qm_receipt_open(const char *path, const char *url, const struct qm_log *log,
	struct qm_receipt **out, struct qm_error *err)
{
	const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;
	struct qm_receipt *receipt = qm_alloc(sizeof *receipt);
	enum qm_code code;

	*out = NULL;
	receipt->path = qm_strdup(path);
	receipt->url = url;
	receipt->log = log;
	receipt->file = open(path, flags | O_EXCL, 0600);
	receipt->is_made = receipt->file >= 0;
	if (!receipt->is_made && errno == EEXIST)
		receipt->file = open(path, flags, 0600);
	code = receipt->file < 0 ? fail(receipt, "opened", errno, err) : look_at(receipt, err);
	if (code) {
		qm_receipt_close(receipt);
		return code;
	}
	*out = receipt;
	return QM_OK;
}

void qm_receipt_close(struct qm_receipt *receipt)
{
	struct stat status;

	if (!receipt)
		return;
	if (receipt->is_made && fstat(receipt->file, &status) == 0 && !status.st_size)
		(void)unlink(receipt->path);
	if (receipt->file >= 0)
		(void)close(receipt->file);
	free(receipt->path);
	free(receipt);
}

/* ---- Lines. */

static void add_text(struct qm_buf *line, const char *name, const char *text)
{
	qm_buf_add_format(line, ",\"%s\":", name);
	qm_json_add_text(line, text);
}

/* A text that is for people only; what an undo reads to work with stays as it is. */
static void add_foreign(
	const struct qm_receipt *receipt, struct qm_buf *line, const char *name, const char *text)
{
	qm_buf_add_format(line, ",\"%s\":", name);
	qm_log_add_json(receipt->log, line, text);
}

static void add_status(const struct qm_receipt *receipt, struct qm_buf *line, const char *name,
	const struct qm_catalog *catalog, int64_t id)
{
	const struct qm_status *status = qm_catalog_status_of(catalog, id);

	qm_buf_add_format(line, ",\"%s\":{\"id\":%lld", name, (long long)id);
	add_foreign(receipt, line, "name", status ? status->name : NULL);
	qm_buf_add_char(line, '}');
}

static void add_origin(
	const struct qm_receipt *receipt, struct qm_buf *line, const struct qm_origin *origin)
{
	qm_buf_add_text(line, ",\"tests\":[");
	for (size_t i = 0; i < origin->test_count; i++) {
		qm_buf_add_text(line, i ? "," : "");
		qm_log_add_json(receipt->log, line, origin->tests[i]);
	}
	qm_buf_add_char(line, ']');
	add_foreign(receipt, line, "report", origin->report);
	add_text(line, "report_sha256", *origin->sha256 ? origin->sha256 : NULL);
}

static void write_line(const struct qm_receipt *receipt, const struct qm_receipt_call *call,
	const struct qm_update *update, struct qm_buf *line)
{
	const struct qm_catalog *catalog = call->catalog;
	const struct qm_run *run = qm_vec_at(&catalog->runs, update->run);
	const struct qm_test_case *test_case = qm_vec_at(&catalog->test_cases, run->test_case);
	const struct qm_execution *execution = qm_vec_at(&catalog->executions, run->execution);
	const struct qm_origin origin = qm_origin_of(call->origins, update->run);
	char at[QM_TIME_TEXT];

	qm_time_format(call->at_ms, at);
	qm_buf_add_text(line, opening);
	qm_json_add_text(line, test_case->key);
	add_text(line, "type", qm_run_entity_type(run));
	qm_buf_add_format(line, ",\"id\":%lld", (long long)run->id);
	if (run->step)
		qm_buf_add_format(line, ",\"step\":%u,\"case_run\":%lld", (unsigned)run->step,
			(long long)run->case_run);
	add_text(line, "suite", execution->suite_key);
	add_text(line, "suite_run", execution->suite_run);
	add_foreign(receipt, line, "platform", execution->platform);
	add_status(receipt, line, "before", catalog, run->status_id);
	add_status(receipt, line, "after", catalog, update->status_id);
	if (call->call->build_id)
		qm_buf_add_format(line, ",\"build\":%lld", (long long)call->call->build_id);
	add_origin(receipt, line, &origin);
	qm_buf_add_format(line, ",\"call\":%llu", (unsigned long long)call->number);
	add_text(line, "at", at);
	add_text(line, "url", receipt->url);
	add_text(line, "project", catalog->project.key);
	qm_buf_add_text(line, "}\n");
}

enum qm_code qm_receipt_add(
	struct qm_receipt *receipt, const struct qm_receipt_call *call, struct qm_error *err)
{
	struct qm_buf lines;
	enum qm_code code;

	qm_buf_init(&lines, LINES_MAX_BYTES);
	for (size_t i = 0; i < call->count; i++)
		write_line(receipt, call, &call->call->updates[call->first + i], &lines);
	code = lines.overflow ? fail(receipt, "written", EFBIG, err)
			      : add_bytes(receipt, lines.data, lines.length, err);
	if (!code && fdatasync(receipt->file) && errno != EINVAL)
		code = fail(receipt, "synced", errno, err);
	qm_buf_release(&lines);
	return code;
}
