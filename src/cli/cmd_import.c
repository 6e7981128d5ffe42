#include "src/api/import.h"
#include "src/api/poll.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/sheet.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/world.h"
#include "src/upload/leftover.h"
#include "src/upload/reports.h"
#include "src/upload/zip.h"

#include <stdio.h>
#include <string.h>

/* Files are held whole; what is large is zipped, since XML shrinks to a tenth. */
enum { FILE_MAX_BYTES = 512 << 20, ZIP_FROM_BYTES = 1 << 20, NAME_BYTES = 256, TEXT_BYTES = 1024 };

/* One file on its way. */
struct parcel {
	const char *path;
	enum qm_report_kind kind;
	size_t sent_bytes;
	char request_id[QM_IMPORT_ID_BYTES]; /* "" where it was not taken */
	enum qm_import_state state;
	const char *text;
};

struct importing {
	const struct qm_context *context;
	struct qm_world world;
	struct qm_arena arena;
	struct qm_vec parcels; /* struct parcel */
	int exit_code;
};

static const struct qm_column columns[] = { { "STATE", "state", false }, { "FILE", "file", false },
	{ "BYTES", "bytes", true }, { "REQUEST", "request_id", true }, { "TEXT", "text", false } };

static void note_code(struct importing *importing, int code)
{
	importing->exit_code = qm_exit_code_first(importing->exit_code, code);
}

static void fail(struct importing *importing, struct parcel *parcel, const struct qm_error *err,
	int exit_code)
{
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];

	qm_error_format(err, text, sizeof text);
	qm_log_redact(importing->context->log, text);
	parcel->state = QM_IMPORT_FAILED;
	parcel->text = qm_arena_strdup(&importing->arena, text);
	qm_log_line(importing->context->log, QM_LOG_ERROR, "%s: %s", parcel->path, text);
	note_code(importing, exit_code);
}

static void fail_call(
	struct importing *importing, struct parcel *parcel, const struct qm_error *err)
{
	fail(importing, parcel, err, qm_reason_exit_code(qm_reason_of(err->code)));
}

/* ---- Posting. */

/* "target/TEST-a.xml" as "TEST-a.xml", or "TEST-a.zip". */
static void name_of(const char *path, const char *ending, char out[NAME_BYTES])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(name);

	if (strcmp(path, "-") == 0) {
		name = "report";
		length = strlen(name);
	} else if (qm_text_ends(name, ".xml")) {
		length -= strlen(".xml");
	}
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

static enum qm_code post(struct importing *importing, struct parcel *parcel,
	const struct qm_buf *bytes, struct qm_error *err)
{
	const struct qm_settings *settings = importing->context->settings;
	struct qm_import import = {
		.bytes = bytes->data,
		.length = bytes->length,
		.entity_type = parcel->kind == QM_REPORT_TESTNG ? "TESTNG" : "JUNIT",
		.hierarchy = settings->hierarchy,
		.suite = settings->suites.count
			? *(const char *const *)qm_vec_at(&settings->suites, 0)
			: NULL,
		.platform = settings->platform,
		.release = settings->release,
		.cycle = settings->cycle,
		.build = settings->build,
	};
	char name[NAME_BYTES], zipped_name[NAME_BYTES];
	struct qm_buf zipped;
	enum qm_code code = QM_OK;

	qm_buf_init(&zipped, FILE_MAX_BYTES);
	name_of(parcel->path, ".xml", name);
	name_of(parcel->path, ".zip", zipped_name);
	import.file_name = name;
	if (bytes->length > ZIP_FROM_BYTES &&
		qm_zip_add(name, bytes->data, bytes->length, &zipped)) {
		import.file_name = zipped_name;
		import.bytes = zipped.data;
		import.length = zipped.length;
	}
	parcel->sent_bytes = import.length;
	if (import.length > QM_IMPORT_MAX_BYTES)
		code = too_large(import.length, err);
	if (!code)
		code = qm_import_post(importing->world.session, settings->project, &import,
			parcel->request_id, err);
	qm_buf_release(&zipped);
	return code;
}

/* QMetry would take anything for a report, and find no test in it. */
static enum qm_code read_file(
	const struct qm_report_file *file, struct qm_buf *out, struct qm_error *err)
{
	enum qm_code code = qm_file_read(file->path, out, err);
	bool is_report = file->is_stream || file->kind != QM_REPORT_NONE;

	if (!code && (!out->length || !is_report))
		code = qm_error_set(err, QM_EINPUT, "%s",
			out->length ? "is no JUnit or TestNG report" : "the report is empty");
	if (!code && out->length > 1 && memcmp(out->data, "\x1f\x8b", 2) == 0)
		code = qm_error_set(err, QM_EINPUT,
			"QMetry takes no gzip; unpack the report first (large ones are zipped)");
	return code;
}

/* After one of these the next file would fare no better. */
static bool is_final(enum qm_code code)
{
	return code == QM_EAUTH || code == QM_EUNREACHABLE || code == QM_ESTOPPED ||
		code == QM_EDENIED;
}

static enum qm_code post_file(struct importing *importing, const struct qm_report_file *file)
{
	struct parcel *parcel = qm_vec_add(&importing->parcels);
	struct qm_error err;
	struct qm_buf bytes;
	enum qm_code code;

	*parcel = (struct parcel){ .path = file->path, .kind = file->kind, .text = "" };
	qm_error_init(&err);
	qm_buf_init(&bytes, FILE_MAX_BYTES);
	code = read_file(file, &bytes, &err);
	if (code) {
		fail(importing, parcel, &err, QM_EXIT_REPORT);
	} else {
		code = post(importing, parcel, &bytes, &err);
		if (code)
			fail_call(importing, parcel, &err);
	}
	qm_buf_release(&bytes);
	return code;
}

static void post_files(struct importing *importing, const struct qm_reports *reports)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !is_final(code) && i < reports->files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (!file->is_left_out && (file->named || file->kind != QM_REPORT_NONE))
			code = post_file(importing, file);
	}
}

/* ---- What became of them. */

static enum qm_code ask(struct importing *importing, struct parcel *parcel, struct qm_error *err)
{
	struct qm_buf text;
	enum qm_code code;

	qm_buf_init(&text, TEXT_BYTES);
	code = qm_import_ask(importing->world.session, importing->context->settings->project,
		parcel->request_id, &parcel->state, &text, err);
	if (!code)
		parcel->text = qm_arena_strdup(&importing->arena, text.data);
	if (!code && parcel->state == QM_IMPORT_FAILED) {
		qm_log_line(importing->context->log, QM_LOG_ERROR,
			"%s: QMetry's import %s failed (%s); its page of automation imports tells "
			"more",
			parcel->path, parcel->request_id, text.data);
		note_code(importing, QM_EXIT_FAILED);
	}
	qm_buf_release(&text);
	return code;
}

static size_t count_pending(const struct importing *importing)
{
	size_t count = 0;

	for (size_t i = 0; i < importing->parcels.count; i++) {
		const struct parcel *parcel = qm_vec_at(&importing->parcels, i);

		count += parcel->state == QM_IMPORT_PENDING && *parcel->request_id;
	}
	return count;
}

static enum qm_code ask_all(struct importing *importing, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < importing->parcels.count; i++) {
		struct parcel *parcel = qm_vec_at(&importing->parcels, i);

		if (parcel->state == QM_IMPORT_PENDING && *parcel->request_id)
			code = ask(importing, parcel, err);
	}
	return code;
}

/* Until all are decided or the deadline would be passed. */
static void wait_for_all(struct importing *importing)
{
	struct qm_error err;
	struct qm_poll poll;
	bool over = false;
	enum qm_code code = QM_OK;

	qm_error_init(&err);
	qm_poll_init(&poll, importing->context->settings->deadline);
	while (!code && !over && count_pending(importing)) {
		code = qm_poll_wait(&poll, importing->world.session,
			"QMetry is working on the import", &over, &err);
		if (!code && !over)
			code = ask_all(importing, &err);
	}
	if (code) {
		qm_error_add(&err, "; %zu imports are undecided, QMetry goes on with them",
			count_pending(importing));
		qm_log_failure(importing->context->log, QM_LOG_ERROR, &err);
		note_code(importing, qm_reason_exit_code(qm_reason_of(code)));
	}
}

static void print(const struct importing *importing)
{
	static const char *const states[] = { "undecided", "imported", "failed" };
	struct qm_sheet sheet;

	qm_sheet_init(&sheet, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < importing->parcels.count; i++) {
		const struct parcel *parcel = qm_vec_at(&importing->parcels, i);

		qm_sheet_text(&sheet, states[parcel->state]);
		qm_sheet_text(&sheet, parcel->path);
		qm_sheet_int(&sheet, (int64_t)parcel->sent_bytes);
		qm_sheet_text(&sheet, *parcel->request_id ? parcel->request_id : NULL);
		qm_sheet_text(&sheet, parcel->text);
	}
	qm_sheet_print(&sheet, importing->context, "imports");
	qm_sheet_release(&sheet);
}

/* ---- Only what has no test case. */

static void tell_leftover(const struct importing *importing, const struct qm_leftover *leftover)
{
	qm_log_line(importing->context->log, QM_LOG_NOTICE,
		"%llu tests have no test case run, %llu have one and are not imported; next time "
		"name the new test cases' keys in the tests (or in a mapping file, --map), and "
		"qmetry-ci upload will set their statuses",
		(unsigned long long)leftover->tests, (unsigned long long)leftover->mapped);
}

static enum qm_code write_leftover(struct importing *importing, const struct qm_reports *reports,
	struct qm_map_file *map, struct qm_leftover *leftover, struct qm_buf *out,
	struct qm_error *err)
{
	const struct qm_context *context = importing->context;
	const struct qm_match_options match = qm_match_options_of(context->settings, map);
	const struct qm_selection selection = qm_selection_of(context->settings);
	const struct qm_reader_options reading = {
		.salvage = (enum qm_salvage)context->settings->salvage,
		.stop = qm_session_stop(importing->world.session, context->interrupted)
	};
	struct qm_mapping *mapping = NULL;
	struct qm_catalog catalog;
	struct qm_vec verdicts;
	struct qm_sink sink;
	enum qm_code code;

	qm_catalog_init(&catalog);
	qm_vec_init(&verdicts, sizeof(struct qm_report_verdict));
	code = qm_catalog_load(&catalog, importing->world.session, context->settings->project,
		&selection, context->log, err);
	if (code)
		goto done;
	mapping = qm_mapping_new(&catalog, &match);
	qm_leftover_begin(leftover, mapping, out);
	sink = qm_leftover_sink(leftover);
	code = qm_reports_read(reports, &reading, &sink, &verdicts, context->log, err);
	qm_leftover_end(leftover);
	for (size_t i = 0; !code && i < verdicts.count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(&verdicts, i);

		if (verdict->reason && !verdict->left_out)
			note_code(importing, QM_EXIT_REPORT);
	}
done:
	qm_mapping_free(mapping);
	qm_vec_release(&verdicts);
	qm_catalog_release(&catalog);
	return code;
}

static enum qm_code import_leftover(struct importing *importing, const struct qm_reports *reports,
	struct qm_map_file *map, struct qm_error *err)
{
	struct parcel parcel = { .path = "unmapped.xml", .kind = QM_REPORT_JUNIT, .text = "" };
	struct qm_leftover leftover = { .tests = 0 };
	struct qm_error why;
	struct qm_buf report;
	enum qm_code code;

	qm_error_init(&why);
	qm_buf_init(&report, FILE_MAX_BYTES);
	code = write_leftover(importing, reports, map, &leftover, &report, err);
	if (!code)
		tell_leftover(importing, &leftover);
	if (!code && leftover.tests) {
		if (post(importing, &parcel, &report, &why))
			fail_call(importing, &parcel, &why);
		qm_vec_push(&importing->parcels, &parcel);
	}
	qm_buf_release(&report);
	return code;
}

/* ---- The command. */

static enum qm_code check_settings(const struct qm_settings *settings, struct qm_error *err)
{
	enum qm_code code = qm_check_connection(settings, err);

	if (!code && settings->only_unmapped && !settings->suites.count &&
		!settings->suite_runs.count)
		code = qm_error_set(err, QM_EUSAGE,
			"--only-unmapped compares with a suite's test cases: --suite KEY names it");
	if (!code && settings->suites.count > 1)
		code = qm_error_set(
			err, QM_EUSAGE, "an import goes into one suite; name one with --suite");
	if (!code && settings->cycle && !settings->release)
		code = qm_error_set(
			err, QM_EUSAGE, "--cycle wants the --release that it belongs to");
	return code;
}

static enum qm_code find_reports(
	const struct importing *importing, struct qm_reports *reports, struct qm_error *err)
{
	const struct qm_context *context = importing->context;
	const struct qm_settings *settings = context->settings;
	enum qm_code code = qm_reports_find(
		reports, settings->operands.items, settings->operands.count, context->log, err);

	if (!code)
		(void)qm_reports_sniff(reports, context->interrupted);
	return code;
}

static enum qm_code run(struct importing *importing, const struct qm_reports *reports,
	struct qm_map_file *map, struct qm_error *err)
{
	enum qm_code code = qm_world_open(&importing->world, importing->context, err);

	if (!code && importing->context->settings->only_unmapped)
		code = import_leftover(importing, reports, map, err);
	else if (!code)
		post_files(importing, reports);
	if (!code) {
		wait_for_all(importing);
		print(importing);
	}
	return code;
}

int qm_command_import(const struct qm_context *context)
{
	struct qm_context with_signals = *context;
	struct importing importing = { .context = &with_signals, .exit_code = QM_EXIT_OK };
	struct qm_map_file *map = NULL;
	struct qm_reports reports;
	struct qm_error err;
	enum qm_code code;

	with_signals.interrupted = qm_catch_signals();
	qm_error_init(&err);
	qm_world_init(&importing.world);
	qm_arena_init(&importing.arena);
	qm_vec_init(&importing.parcels, sizeof(struct parcel));
	qm_reports_init(&reports, &importing.arena);
	code = check_settings(context->settings, &err);
	if (!code)
		code = qm_open_map(context->settings, &map, &err);
	if (!code)
		code = find_reports(&importing, &reports, &err);
	if (!code && reports.files.count)
		code = run(&importing, &reports, map, &err);
	if (code)
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
	if (!code && !reports.files.count && !context->settings->allow_empty) {
		qm_log_line(context->log, QM_LOG_ERROR,
			"no test report was found: did the tests run, and is this the folder they "
			"ran in? --allow-empty makes it fine");
		note_code(&importing, QM_EXIT_NOTHING);
	}
	qm_reports_release(&reports);
	qm_map_file_free(map);
	qm_vec_release(&importing.parcels);
	qm_world_close(&importing.world);
	qm_arena_release(&importing.arena);
	return code ? qm_reason_exit_code(qm_reason_of(code)) : importing.exit_code;
}
