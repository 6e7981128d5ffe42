#include "src/cli/exit_code.h"
#include "src/cli/sheet.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/world.h"
#include "src/upload/imports.h"
#include "src/upload/leftover.h"
#include "src/upload/reports/twins.h"

struct importing {
	const struct qm_context *context;
	struct qm_world world;
	struct qm_arena arena;
	struct qm_imports imports;
	struct qm_stop stop;
	uint64_t mapped; /* of --only-unmapped: results that have a test case */
	int exit_code;
};

static const struct qm_column columns[] = { { "STATE", "state", false }, { "FILE", "file", false },
	{ "BYTES", "bytes", true }, { "REQUEST", "request_id", true }, { "TEXT", "text", false } };

static void note_code(struct importing *importing, int code)
{
	importing->exit_code = qm_exit_code_first(importing->exit_code, code);
}

static int exit_code_of(const struct qm_imported *item)
{
	switch (item->obstacle) {
	case QM_IMPORT_UNHINDERED:
	case QM_IMPORT_EMPTY:
		return QM_EXIT_OK;
	case QM_IMPORT_UNREADABLE:
		return QM_EXIT_REPORT;
	case QM_IMPORT_UNPOSTED:
		return qm_reason_exit_code(qm_reason_of(item->code));
	case QM_IMPORT_REJECTED:
		break;
	}
	return QM_EXIT_FAILED;
}

static void prepare(struct importing *importing)
{
	const struct qm_context *context = importing->context;
	const struct qm_settings *settings = context->settings;
	struct qm_imports *imports = &importing->imports;

	importing->stop = qm_session_stop(importing->world.session, context->interrupted);
	imports->session = importing->world.session;
	imports->stop = &importing->stop;
	imports->log = context->log;
	imports->project_key = settings->project;
	imports->arena = &importing->arena;
	imports->form = (struct qm_import){
		.hierarchy = settings->hierarchy,
		.suite = settings->suites.count
			? *(const char *const *)qm_vec_at(&settings->suites, 0)
			: NULL,
		.platform = settings->platform,
		.release = settings->release,
		.cycle = settings->cycle,
		.build = settings->build,
	};
}

/* What is wrong with a file is told by its item. */
static void post_files(struct importing *importing, const struct qm_reports *reports)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < reports->files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (!file->is_left_out && (file->named || file->kind != QM_REPORT_NONE))
			code = qm_imports_post_file(&importing->imports, file->path);
	}
}

/* ---- What became of them. */

static void wait_for_all(struct importing *importing)
{
	const struct qm_context *context = importing->context;
	struct qm_imports *imports = &importing->imports;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = qm_imports_wait(imports, context->settings->deadline, &err);
	if (code) {
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
		note_code(importing, qm_reason_exit_code(qm_reason_of(code)));
	}
	for (size_t i = 0; i < imports->items.count; i++)
		note_code(importing, exit_code_of(qm_vec_at(&imports->items, i)));
}

static void print(const struct importing *importing)
{
	static const char *const states[] = { "undecided", "imported", "failed" };
	struct qm_sheet sheet;

	qm_sheet_init(&sheet, columns, sizeof columns / sizeof *columns);
	for (size_t i = 0; i < importing->imports.items.count; i++) {
		const struct qm_imported *item = qm_vec_at(&importing->imports.items, i);

		qm_sheet_text(&sheet,
			item->obstacle == QM_IMPORT_EMPTY ? "left out" : states[item->state]);
		qm_sheet_text(&sheet, item->path);
		qm_sheet_int(&sheet, (int64_t)item->sent_bytes);
		qm_sheet_text(&sheet, *item->request_id ? item->request_id : NULL);
		qm_sheet_text(&sheet, item->text);
	}
	qm_sheet_print(&sheet, importing->context, "imports");
	qm_sheet_release(&sheet);
}

/* ---- Only what has no test case. */

static void tell_leftover(const struct importing *importing, const struct qm_leftover *leftover)
{
	const struct qm_log *log = importing->context->log;
	unsigned long long tests = leftover->counts.tests, mapped = leftover->counts.mapped;
	unsigned long long doubtful = leftover->counts.doubtful;

	qm_log_line(log, QM_LOG_NOTICE,
		"%llu tests have no test case run, %llu have one and are not imported; next time "
		"name the new test cases' keys in the tests (or in a mapping file, --map), and "
		"qmetry-ci upload will set their statuses",
		tests, mapped);
	if (doubtful)
		qm_log_line(log, QM_LOG_WARNING,
			"%llu test%s may have a test case and %s not imported either; the first "
			"is %s",
			doubtful, doubtful == 1 ? "" : "s", doubtful == 1 ? "is" : "are",
			leftover->first_doubtful);
}

static void tell_verdicts(struct importing *importing, const struct qm_vec *verdicts)
{
	char text[QM_REPORT_VERDICT_TEXT];

	for (size_t i = 0; i < verdicts->count; i++) {
		if (!qm_report_verdict_text(qm_vec_at(verdicts, i), text))
			continue;
		qm_log_line(importing->context->log, QM_LOG_ERROR, "%s", text);
		note_code(importing, QM_EXIT_REPORT);
	}
}

static enum qm_code write_leftover(struct importing *importing, const struct qm_reports *reports,
	struct qm_map_file *map, struct qm_leftover *leftover, struct qm_buf *out,
	struct qm_error *err)
{
	const struct qm_context *context = importing->context;
	const struct qm_match_options match = qm_match_options_of(context->settings, map);
	const struct qm_selection selection = qm_selection_of(context->settings);
	const struct qm_reader_options reading = {
		.salvage = (enum qm_salvage)context->settings->salvage, .stop = importing->stop
	};
	struct qm_mapping *mapping = NULL;
	struct qm_catalog catalog;
	struct qm_vec verdicts;
	struct qm_sink sink;
	enum qm_code code;

	qm_catalog_init(&catalog);
	qm_vec_init(&verdicts, sizeof(struct qm_report_verdict));
	code = qm_catalog_load(&catalog, importing->world.session, context->settings->project,
		&selection, NULL, context->log, err);
	if (code)
		goto done;
	mapping = qm_mapping_new(&catalog, &match);
	qm_leftover_begin(leftover, mapping, out);
	sink = qm_leftover_sink(leftover);
	code = qm_reports_read(reports, &reading, &sink, &verdicts, context->log, err);
	qm_leftover_end(leftover);
	tell_verdicts(importing, &verdicts);
	if (!code && out->overflow)
		code = qm_error_set(err, QM_ELIMIT,
			"the tests without a test case make a report of more than %d MB; import "
			"the reports in parts",
			QM_IMPORT_FILE_MAX_BYTES >> 20);
done:
	qm_mapping_free(mapping);
	qm_vec_release(&verdicts);
	qm_catalog_release(&catalog);
	return code;
}

static enum qm_code import_leftover(struct importing *importing, const struct qm_reports *reports,
	struct qm_map_file *map, struct qm_error *err)
{
	struct qm_leftover leftover = { .is_open = false };
	struct qm_buf report;
	enum qm_code code;

	qm_buf_init(&report, QM_IMPORT_FILE_MAX_BYTES);
	code = write_leftover(importing, reports, map, &leftover, &report, err);
	if (!code)
		tell_leftover(importing, &leftover);
	importing->mapped =
		leftover.counts.mapped + leftover.counts.ignored + leftover.counts.doubtful;
	/* A call that fails is told by its item. */
	if (!code && leftover.counts.tests)
		(void)!qm_imports_post(
			&importing->imports, "unmapped.xml", QM_REPORT_JUNIT, &report);
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

	if (!code && qm_reports_sniff(reports, context->interrupted))
		qm_twins_leave_out(reports, context->interrupted, context->log);
	return code;
}

static enum qm_code run(struct importing *importing, const struct qm_reports *reports,
	struct qm_map_file *map, struct qm_error *err)
{
	enum qm_code code = qm_world_open(&importing->world, importing->context, err);

	if (!code)
		prepare(importing);
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

/* Whether anything was, or was to be, imported. */
static bool has_tests(const struct importing *importing)
{
	const struct qm_vec *items = &importing->imports.items;

	for (size_t i = 0; i < items->count; i++) {
		const struct qm_imported *item = qm_vec_at(items, i);

		if (item->obstacle != QM_IMPORT_EMPTY)
			return true;
	}
	return importing->mapped > 0;
}

static void tell_nothing(struct importing *importing, bool found)
{
	qm_log_line(importing->context->log, QM_LOG_ERROR,
		"no test %s was found: did the tests run, and is this the folder they ran in? "
		"--allow-empty makes it fine",
		found ? "in the reports" : "report");
	note_code(importing, QM_EXIT_NOTHING);
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
	qm_imports_init(&importing.imports);
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
	if (!code && !context->settings->allow_empty && !has_tests(&importing))
		tell_nothing(&importing, reports.files.count > 0);
	qm_reports_release(&reports);
	qm_map_file_free(map);
	qm_imports_release(&importing.imports);
	qm_world_close(&importing.world);
	qm_arena_release(&importing.arena);
	return code ? qm_reason_exit_code(qm_reason_of(code)) : importing.exit_code;
}
