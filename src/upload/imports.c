#include "src/upload/imports.h"
#include "src/api/poll.h"
#include "src/base/text.h"
#include "src/upload/zip.h"

#include <stdio.h>
#include <string.h>

enum { ZIP_FROM_BYTES = 1 << 20, NAME_BYTES = 256, TEXT_BYTES = 1024 };

void qm_imports_init(struct qm_imports *imports)
{
	*imports = (struct qm_imports){ .session = NULL };
	qm_vec_init(&imports->items, sizeof(struct qm_imported));
}

void qm_imports_release(struct qm_imports *imports)
{
	qm_vec_release(&imports->items);
}

static void hinder(struct qm_imports *imports, struct qm_imported *item,
	enum qm_import_obstacle obstacle, const struct qm_error *err)
{
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];
	bool placed;

	qm_error_format(err, text, sizeof text);
	qm_log_redact(imports->log, text);
	item->state = QM_IMPORT_FAILED;
	item->obstacle = obstacle;
	item->code = err->code;
	item->text = qm_arena_strdup(imports->arena, text);
	/* The place of what is wrong in a file begins with its path. */
	placed = strcmp(err->source, item->path) == 0;
	qm_log_line(imports->log, obstacle == QM_IMPORT_EMPTY ? QM_LOG_WARNING : QM_LOG_ERROR,
		"%s%s%s", placed ? "" : item->path, placed ? "" : ": ", text);
}

/* ---- Reading. */

struct check {
	const char *path;
	uint64_t tests;
	enum qm_report_kind kind;
	enum qm_code code;
	struct qm_error *err;
};

static enum qm_code end_check(void *context, const struct qm_report_end *end)
{
	struct check *check = context;

	check->tests = end->counts.tests;
	check->kind = end->kind;
	if (!end->reason)
		return QM_OK;
	check->code = qm_error_set(check->err, QM_EINPUT, "%s (%s); it is not imported",
		end->error->text, end->reason);
	qm_error_at(check->err, check->path, end->error->line, end->error->column);
	return QM_OK;
}

/*
 * Reads a report and keeps it in `out`. QMetry would take anything for one, import half of what is
 * broken, or say "failed" minutes later and not where; so nothing is posted that was not read well,
 * and exactly the bytes that were.
 */
static enum qm_code read_file(
	struct qm_imports *imports, const char *path, struct qm_buf *out, struct check *check)
{
	const struct qm_sink sink = { .context = check, .report_end = end_check };
	struct qm_reader_options options = {
		.salvage = QM_SALVAGE_OFF, .max_bytes = QM_IMPORT_FILE_MAX_BYTES, .copy = out
	};
	struct qm_reader *reader;
	enum qm_code code;

	if (imports->stop)
		options.stop = *imports->stop;
	reader = qm_reader_new(&options);
	code = qm_reader_read(reader, path, &sink, check->err);
	qm_reader_free(reader);
	return code ? code : check->code;
}

/* ---- Posting. */

/* "target/TEST-a.xml.gz" as "TEST-a" and an ending. */
static void name_of(const char *path, const char *ending, char out[NAME_BYTES])
{
	const char *slash = strrchr(path, '/');
	const char *name = strcmp(path, "-") == 0 ? "report" : slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (length > 3 && strcmp(name + length - 3, ".gz") == 0)
		length -= 3;
	if (length > 4 && strncmp(name + length - 4, ".xml", 4) == 0)
		length -= 4;
	length = qm_text_cut(name, length, NAME_BYTES - 8);
	(void)snprintf(out, NAME_BYTES, "%.*s%s", (int)length, name, ending);
}

static enum qm_code too_large(size_t bytes, struct qm_error *err)
{
	return qm_error_set(err, QM_ELIMIT,
		"%zu MB zipped are more than the %d MB that QMetry takes: let the tests write a "
		"report a suite and import these, leave their output out of the reports, or set "
		"statuses with qmetry-ci upload, which has no such limit",
		bytes >> 20, QM_IMPORT_MAX_BYTES >> 20);
}

static enum qm_code send(struct qm_imports *imports, struct qm_imported *item,
	enum qm_report_kind kind, const struct qm_buf *report, struct qm_error *err)
{
	struct qm_import import = imports->form;
	char name[NAME_BYTES], zipped_name[NAME_BYTES];
	struct qm_buf zipped;
	enum qm_code code;

	qm_buf_init(&zipped, QM_IMPORT_FILE_MAX_BYTES);
	name_of(item->path, ".xml", name);
	name_of(item->path, ".zip", zipped_name);
	import.entity_type = kind == QM_REPORT_TESTNG ? "TESTNG" : "JUNIT";
	import.file_name = name;
	import.bytes = report->data;
	import.length = report->length;
	if (report->length > ZIP_FROM_BYTES &&
		qm_zip_add(name, report->data, report->length, &zipped)) {
		import.file_name = zipped_name;
		import.bytes = zipped.data;
		import.length = zipped.length;
	}
	item->sent_bytes = import.length;
	code = import.length > QM_IMPORT_MAX_BYTES
		? too_large(import.length, err)
		: qm_import_post(
			  imports->session, imports->project_key, &import, item->request_id, err);
	qm_buf_release(&zipped);
	return code;
}

static bool is_final(enum qm_code code)
{
	return code == QM_EAUTH || code == QM_EUNREACHABLE || code == QM_ESTOPPED ||
		code == QM_EDENIED;
}

static enum qm_code post(struct qm_imports *imports, struct qm_imported *item,
	enum qm_report_kind kind, const struct qm_buf *report)
{
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = send(imports, item, kind, report, &err);
	if (code)
		hinder(imports, item, QM_IMPORT_UNPOSTED, &err);
	return is_final(code) ? code : QM_OK;
}

static struct qm_imported *add_item(struct qm_imports *imports, const char *path)
{
	struct qm_imported *item = qm_vec_add(&imports->items);

	*item = (struct qm_imported){ .path = path, .text = "" };
	return item;
}

enum qm_code qm_imports_post(struct qm_imports *imports, const char *name, enum qm_report_kind kind,
	const struct qm_buf *report)
{
	return post(imports, add_item(imports, name), kind, report);
}

enum qm_code qm_imports_post_file(struct qm_imports *imports, const char *path)
{
	struct qm_imported *item = add_item(imports, path);
	struct qm_error err;
	struct check check = { .path = path, .code = QM_OK, .err = &err };
	struct qm_buf report;
	enum qm_code code;

	qm_error_init(&err);
	qm_buf_init(&report, QM_IMPORT_FILE_MAX_BYTES);
	code = read_file(imports, path, &report, &check);
	if (code) {
		hinder(imports, item,
			code == QM_ESTOPPED ? QM_IMPORT_UNPOSTED : QM_IMPORT_UNREADABLE, &err);
	} else if (!check.tests) {
		(void)qm_error_set(&err, QM_EINPUT, "there is no test in it; it is not imported");
		hinder(imports, item, QM_IMPORT_EMPTY, &err);
	} else {
		code = post(imports, item, check.kind, &report);
	}
	qm_buf_release(&report);
	return is_final(code) ? code : QM_OK;
}

/* ---- What became of them. */

static bool is_undecided(const struct qm_imported *item)
{
	return item->state == QM_IMPORT_PENDING && *item->request_id;
}

static size_t count_undecided(const struct qm_imports *imports)
{
	size_t count = 0;

	for (size_t i = 0; i < imports->items.count; i++)
		count += is_undecided(qm_vec_at(&imports->items, i));
	return count;
}

static enum qm_code ask(struct qm_imports *imports, struct qm_imported *item, struct qm_error *err)
{
	struct qm_buf text;
	enum qm_code code;

	qm_buf_init(&text, TEXT_BYTES);
	code = qm_import_ask(
		imports->session, imports->project_key, item->request_id, &item->state, &text, err);
	if (!code)
		item->text = qm_arena_strdup(imports->arena, text.data);
	if (!code && item->state == QM_IMPORT_FAILED) {
		item->obstacle = QM_IMPORT_REJECTED;
		qm_log_line(imports->log, QM_LOG_ERROR,
			"%s: QMetry's import %s failed (%s); its page of automation imports tells "
			"more",
			item->path, item->request_id, text.data);
	}
	qm_buf_release(&text);
	return code;
}

static enum qm_code ask_all(struct qm_imports *imports, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < imports->items.count; i++) {
		struct qm_imported *item = qm_vec_at(&imports->items, i);

		if (is_undecided(item))
			code = ask(imports, item, err);
	}
	return code;
}

enum qm_code qm_imports_wait(struct qm_imports *imports, int64_t time_ms, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	struct qm_poll poll;
	bool over = false;

	qm_poll_init(&poll, time_ms);
	while (!code && !over && count_undecided(imports)) {
		code = qm_poll_wait(
			&poll, imports->session, "QMetry is working on the import", &over, err);
		if (!code && !over)
			code = ask_all(imports, err);
	}
	if (over)
		code = qm_error_set(err, QM_ESTOPPED, "the time of --deadline is over");
	if (code)
		qm_error_add(err, "; %zu imports are undecided, QMetry goes on with them",
			count_undecided(imports));
	return code;
}
