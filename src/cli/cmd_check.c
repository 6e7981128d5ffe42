#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/sheet.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/world.h"
#include "src/upload/record/journal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 2048 };

/* The lines, in the order in which an upload would come to them. */
struct check {
	const struct qm_context *context;
	struct qm_world world;
	struct qm_catalog catalog;
	struct qm_sheet sheet;
	bool failed[QM_OPEN_STEPS];
	int exit_code;
};

static const struct qm_column columns[] = { { "RESULT", "result", false },
	{ "CHECK", "check", false }, { "TEXT", "text", false } };

/* ---- Lines. */

static void add_line(struct check *check, const char *result, const char *name, const char *text)
{
	qm_sheet_text(&check->sheet, result);
	qm_sheet_text(&check->sheet, name);
	qm_sheet_text(&check->sheet, text);
}

static void add_good(struct check *check, const char *name, const char *format, ...)
	QM_PRINTF(3, 4);

static void add_good(struct check *check, const char *name, const char *format, ...)
{
	char text[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	add_line(check, "ok", name, text);
}

/* The error's own words name the remedy. */
static void add_failure(struct check *check, const char *name, const struct qm_error *err)
{
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];

	qm_error_format(err, text, sizeof text);
	add_line(check, "failed", name, text);
	check->exit_code =
		qm_exit_code_first(check->exit_code, qm_reason_exit_code(qm_reason_of(err->code)));
}

static void add_unknown(struct check *check, const char *name, const char *why)
{
	add_line(check, "unknown", name, why);
}

/* ---- What is ours: settings, policy, counters, key, journal. */

static bool check_settings(struct check *check)
{
	const struct qm_settings *settings = check->context->settings;
	struct qm_error err;
	bool fine;

	qm_error_init(&err);
	fine = !qm_check_connection(settings, &err) && !qm_check_target(settings, &err);
	if (fine)
		add_good(check, "settings", "project %s at %s", settings->project, settings->url);
	else
		add_failure(check, "settings", &err);
	return fine;
}

static void open_step(
	struct check *check, enum qm_world_step step, const char *name, const char *good)
{
	struct qm_error err;

	qm_error_init(&err);
	check->failed[step] =
		qm_world_open_step(&check->world, check->context, step, &err) != QM_OK;
	if (check->failed[step])
		add_failure(check, name, &err);
	else if (good)
		add_good(check, name, "%s", good);
}

static void open_ours(struct check *check)
{
	const struct qm_settings *settings = check->context->settings;

	open_step(check, QM_OPEN_POLICY, "policy",
		settings->policy ? settings->policy : "the built-in policy");
	open_step(check, QM_OPEN_STATE, "state", NULL);
	if (!check->failed[QM_OPEN_STATE])
		add_good(check, "state", "counters in %s (--state %s)",
			check->world.store->shared ? "a store that others share"
						   : "a store of our own",
			settings->state);
	open_step(check, QM_OPEN_KEY, "key", "there is one");
}

/* Whether it is there to be written to, or its folder is there for it to be made in. */
static bool is_writable(const char *path)
{
	char folder[PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) + (slash == path) : 0;
	struct stat status;

	if (stat(path, &status) == 0)
		return access(path, S_ISDIR(status.st_mode) ? W_OK | X_OK : W_OK) == 0;
	if (length >= sizeof folder)
		return false;
	memcpy(folder, path, length);
	folder[length ? length : 1] = '\0';
	return access(folder, W_OK | X_OK) == 0;
}

static void check_journal(struct check *check)
{
	const struct qm_settings *settings = check->context->settings;
	const char *path = settings->journal ? settings->journal : QM_JOURNAL_FOLDER;
	struct qm_error err;

	qm_error_init(&err);
	if (settings->no_journal) {
		add_unknown(check, "journal", "none is kept (--no-journal)");
	} else if (is_writable(path)) {
		add_good(check, "journal", "%s can be written to", path);
	} else {
		(void)qm_error_set(&err, settings->journal ? QM_EUSAGE : QM_EIO,
			"cannot be written to (%s); %s, or give the user of the job the right to "
			"write here",
			strerror(errno),
			settings->journal ? "name another file (--journal)"
					  : "run in another folder");
		qm_error_at(&err, path, 0, 0);
		add_failure(check, "journal", &err);
	}
}

/* ---- What is over there. */

/* The first call tells of server, key and project at once. */
static bool check_project(struct check *check)
{
	const struct qm_settings *settings = check->context->settings;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = qm_catalog_load_project(
		&check->catalog, check->world.session, settings->project, &err);
	if (!code || code == QM_EAUTH || code == QM_ENOTFOUND)
		add_good(check, "connection", "%s answers", settings->url);
	if (!code)
		add_good(check, "project", "%s has %zu statuses and %zu current builds",
			settings->project, check->catalog.project.statuses.count,
			check->catalog.project.builds.count);
	else
		add_failure(check,
			code == QM_EAUTH               ? "key"
				: code == QM_ENOTFOUND ? "project"
						       : "connection",
			&err);
	return !code;
}

static void check_suites(struct check *check)
{
	const struct qm_selection selection = qm_selection_of(check->context->settings);
	struct qm_error err;

	qm_error_init(&err);
	if (!selection.suite_count)
		add_unknown(check, "suite", "none was named (--suite KEY)");
	else if (qm_catalog_choose(&check->catalog, check->world.session, &selection,
			 check->context->log, &err))
		add_failure(check, "suite", &err);
	else
		add_good(check, "suite", "%zu execution%s chosen", check->catalog.executions.count,
			check->catalog.executions.count == 1 ? "" : "s");
}

static void check_build(struct check *check)
{
	const struct qm_selection selection = qm_selection_of(check->context->settings);
	struct qm_error err;

	qm_error_init(&err);
	if (!selection.build)
		add_unknown(check, "build", "none was named (--build NAME)");
	else if (qm_catalog_find_build(&check->catalog, check->world.session, &selection, &err))
		add_failure(check, "build", &err);
	else
		add_good(check, "build", "%s is build %lld", check->catalog.build_name,
			(long long)check->catalog.build_id);
}

static void check_server(struct check *check)
{
	static const char why[] = "cannot be checked before what failed above is mended";
	bool fine = true;

	for (int step = 0; step < QM_OPEN_SESSION; step++)
		fine = fine && !check->failed[step];
	if (fine)
		open_step(check, QM_OPEN_SESSION, "connection", NULL);
	if (!fine)
		add_unknown(check, "connection", why);
	fine = fine && !check->failed[QM_OPEN_SESSION] && check_project(check);
	if (fine) {
		check_suites(check);
		check_build(check);
	} else {
		add_unknown(check, "suite", why);
		add_unknown(check, "build", why);
	}
}

/* ---- The command. */

static void print(const struct check *check)
{
	const char *const *cells = check->sheet.cells.items;
	struct qm_buf text;

	if (check->context->settings->format == QM_FORMAT_JSON) {
		qm_sheet_print(&check->sheet, check->context, "checks");
		return;
	}
	/* Not as a table, whose cells are cut: a remedy stands at the end. */
	qm_buf_init(&text, 1 << 20);
	for (size_t i = 0; i + 2 < check->sheet.cells.count; i += 3) {
		qm_buf_add_format(&text, "%-8s %-11s ", cells[i], cells[i + 1]);
		qm_text_printable(&text, cells[i + 2]);
		qm_buf_add_char(&text, '\n');
	}
	qm_log_redact(check->context->log, text.data);
	qm_output_write(check->context->output, text.data, strlen(text.data));
	qm_buf_release(&text);
}

int qm_command_check(const struct qm_context *context)
{
	struct qm_context with_signals = *context;
	struct check check = { .context = &with_signals, .exit_code = QM_EXIT_OK };

	with_signals.interrupted = qm_catch_signals();
	qm_world_init(&check.world);
	qm_catalog_init(&check.catalog);
	qm_sheet_init(&check.sheet, columns, sizeof columns / sizeof *columns);
	if (check_settings(&check)) {
		open_ours(&check);
		check_server(&check);
	}
	check_journal(&check);
	print(&check);
	qm_sheet_release(&check.sheet);
	qm_catalog_release(&check.catalog);
	qm_world_close(&check.world);
	return check.exit_code;
}
