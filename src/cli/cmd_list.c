#include "src/base/glob.h"
#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/sheet.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/world.h"

#include <string.h>

/* What is being listed, and where its rows go. */
struct listing {
	const struct qm_context *context;
	struct qm_world *world;
	struct qm_catalog catalog;
	struct qm_vec executions;                   /* struct qm_found_execution, for runs */
	const struct qm_found_execution *execution; /* whose runs are being read */
	struct qm_sheet sheet;
	struct qm_error *err;
};

/* One kind of thing that can be listed. */
struct kind {
	const char *name;
	const struct qm_column *columns;
	size_t column_count;
	bool of_suite, of_suite_run; /* wants --suite; --suite-run will do, too */
	enum qm_code (*read)(struct listing *listing);
};

/* ---- Filters: one of the patterns must match one of the names. */

/* Names are no paths: a slash is a character like others, and letter case does not count. */
static void as_name(const char *text, struct qm_buf *out)
{
	qm_buf_clear(out);
	for (; *text; text++) {
		char c = *text == '/' ? '\x1f' : *text;

		qm_buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

static bool matches(const char *pattern, const char *name)
{
	struct qm_buf wanted, text;
	bool match;

	qm_buf_init(&wanted, 1 << 16);
	qm_buf_init(&text, 1 << 16);
	as_name(pattern, &wanted);
	as_name(name, &text);
	match = qm_glob_match(wanted.data, text.data);
	qm_buf_release(&wanted);
	qm_buf_release(&text);
	return match;
}

static bool is_wanted(const struct listing *listing, const char *const *names, size_t count)
{
	const struct qm_vec *operands = &listing->context->settings->operands;
	bool any = operands->count > 1; /* the first one says what is listed */

	for (size_t i = 1; i < operands->count; i++)
		for (size_t j = 0; j < count; j++)
			if (matches(*(const char *const *)qm_vec_at(operands, i), names[j]))
				return true;
	return !any;
}

static enum qm_code read_project(struct listing *listing)
{
	return qm_catalog_load_project(&listing->catalog, listing->world->session,
		listing->context->settings->project, listing->err);
}

/* ---- Suites. */

static const struct qm_column suite_columns[] = { { "KEY", "key", false }, { "ID", "id", true },
	{ "NAME", "name", false }, { "STATE", "state", false } };

static enum qm_code add_suite(void *context, const struct qm_suite_row *row)
{
	struct listing *listing = context;
	const char *const names[] = { row->key, row->name };

	if (!is_wanted(listing, names, 2))
		return QM_OK;
	qm_sheet_text(&listing->sheet, row->key);
	qm_sheet_int(&listing->sheet, row->id);
	qm_sheet_text(&listing->sheet, row->name);
	qm_sheet_text(&listing->sheet, row->archived ? "archived" : NULL);
	return QM_OK;
}

static enum qm_code list_suites(struct listing *listing)
{
	const struct qm_settings *settings = listing->context->settings;
	enum qm_code code = read_project(listing);

	if (!code)
		code = qm_fetch_suites(listing->world->session, &listing->catalog.project,
			settings->suites.items, settings->suites.count, add_suite, NULL, listing,
			listing->err);
	return code;
}

/* ---- Executions. */

static const struct qm_column execution_columns[] = { { "SUITE", "suite", false },
	{ "SUITE RUN", "suite_run", false }, { "PLATFORM", "platform", false },
	{ "RELEASE", "release", false }, { "CYCLE", "cycle", false }, { "BUILD", "build", false },
	{ "STATE", "state", false } };

static enum qm_code look(struct listing *listing)
{
	const struct qm_selection selection = qm_selection_of(listing->context->settings);
	enum qm_code code = read_project(listing);

	return code ? code
		    : qm_catalog_look(&listing->catalog, listing->world->session, &selection,
			      &listing->executions, listing->err);
}

static enum qm_code list_executions(struct listing *listing)
{
	enum qm_code code = look(listing);

	for (size_t i = 0; !code && i < listing->executions.count; i++) {
		const struct qm_found_execution *found = qm_vec_at(&listing->executions, i);
		const struct qm_execution *execution = &found->execution;
		const char *const names[] = { execution->platform, execution->release,
			execution->cycle, execution->suite_run };

		if (!is_wanted(listing, names, 4))
			continue;
		qm_sheet_text(&listing->sheet, execution->suite_key);
		qm_sheet_text(&listing->sheet, execution->suite_run);
		qm_sheet_text(&listing->sheet, execution->platform);
		qm_sheet_text(&listing->sheet, execution->release);
		qm_sheet_text(&listing->sheet, execution->cycle);
		qm_sheet_text(&listing->sheet, execution->build);
		qm_sheet_text(&listing->sheet, found->state);
	}
	return code;
}

/* ---- Runs. */

static const struct qm_column run_columns[] = { { "SUITE RUN", "suite_run", false },
	{ "KEY", "key", false }, { "ID", "id", true }, { "STATUS", "status", false },
	{ "SUMMARY", "summary", false }, { "SCRIPT", "script", false },
	{ "STATE", "state", false } };

static const char *status_name(const struct listing *listing, const struct qm_run_row *row)
{
	const struct qm_status *status = qm_catalog_status_of(&listing->catalog, row->status_id);

	return status ? status->name : row->status_name;
}

static enum qm_code add_run(void *context, const struct qm_run_row *row)
{
	struct listing *listing = context;
	const char *const names[] = { row->key, row->summary, row->script_name };

	if (!is_wanted(listing, names, 3))
		return QM_OK;
	qm_sheet_text(&listing->sheet, listing->execution->execution.suite_run);
	qm_sheet_text(&listing->sheet, row->key);
	qm_sheet_int(&listing->sheet, row->id);
	qm_sheet_text(&listing->sheet, status_name(listing, row));
	qm_sheet_text(&listing->sheet, row->summary);
	qm_sheet_text(&listing->sheet, *row->script_name ? row->script_name : NULL);
	qm_sheet_text(&listing->sheet, row->archived ? "archived" : row->locked ? "locked" : NULL);
	return QM_OK;
}

/* Suite runs that were named without a suite. */
static void add_suite_runs(struct listing *listing)
{
	const struct qm_vec *suite_runs = &listing->context->settings->suite_runs;

	for (size_t i = 0; i < suite_runs->count; i++) {
		struct qm_found_execution *found = qm_vec_add(&listing->executions);

		found->execution.suite_run = *(const char *const *)qm_vec_at(suite_runs, i);
	}
}

static enum qm_code list_runs(struct listing *listing)
{
	enum qm_code code = look(listing);

	if (!code && !listing->context->settings->suites.count)
		add_suite_runs(listing);
	for (size_t i = 0; !code && i < listing->executions.count; i++) {
		listing->execution = qm_vec_at(&listing->executions, i);
		code = qm_fetch_runs(listing->world->session, &listing->catalog.project,
			listing->execution->execution.suite_run, add_run, listing, listing->err);
	}
	return code;
}

/* ---- Builds, platforms, statuses. */

static const struct qm_column build_columns[] = { { "ID", "id", true }, { "NAME", "name", false },
	{ "STATE", "state", false } };

static enum qm_code add_build(void *context, const struct qm_build *build)
{
	struct listing *listing = context;

	if (!is_wanted(listing, &build->name, 1))
		return QM_OK;
	qm_sheet_int(&listing->sheet, build->id);
	qm_sheet_text(&listing->sheet, build->name);
	qm_sheet_text(&listing->sheet, build->archived ? "archived" : NULL);
	return QM_OK;
}

/* The list needs no project info: it has no view. */
static enum qm_code list_builds(struct listing *listing)
{
	listing->catalog.project.key = listing->context->settings->project;
	return qm_fetch_builds(listing->world->session, &listing->catalog.project, NULL, add_build,
		listing, listing->err);
}

static const struct qm_column platform_columns[] = { { "ID", "id", true },
	{ "NAME", "name", false } };

static enum qm_code add_platform(void *context, const struct qm_platform_row *row)
{
	struct listing *listing = context;

	if (!is_wanted(listing, &row->name, 1))
		return QM_OK;
	qm_sheet_int(&listing->sheet, row->id);
	qm_sheet_text(&listing->sheet, row->name);
	return QM_OK;
}

static enum qm_code list_platforms(struct listing *listing)
{
	listing->catalog.project.key = listing->context->settings->project;
	return qm_fetch_platforms(listing->world->session, &listing->catalog.project, add_platform,
		listing, listing->err);
}

static const struct qm_column status_columns[] = { { "ID", "id", true }, { "NAME", "name", false },
	{ "DEFAULT NAME", "default_name", false } };

static enum qm_code list_statuses(struct listing *listing)
{
	enum qm_code code = read_project(listing);
	const struct qm_vec *statuses = &listing->catalog.project.statuses;

	for (size_t i = 0; !code && i < statuses->count; i++) {
		const struct qm_status *status = qm_vec_at(statuses, i);
		const char *const names[] = { status->name, status->default_name };

		if (!is_wanted(listing, names, 2))
			continue;
		qm_sheet_int(&listing->sheet, status->id);
		qm_sheet_text(&listing->sheet, status->name);
		qm_sheet_text(&listing->sheet, status->default_name);
	}
	return code;
}

/* ---- The command. */

#define COLUMNS(columns) columns, sizeof(columns) / sizeof *(columns)

static const struct kind kinds[] = {
	{ "suites", COLUMNS(suite_columns), false, false, list_suites },
	{ "executions", COLUMNS(execution_columns), true, false, list_executions },
	{ "runs", COLUMNS(run_columns), true, true, list_runs },
	{ "builds", COLUMNS(build_columns), false, false, list_builds },
	{ "platforms", COLUMNS(platform_columns), false, false, list_platforms },
	{ "statuses", COLUMNS(status_columns), false, false, list_statuses },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static const struct kind *find_kind(const struct qm_settings *settings, struct qm_error *err)
{
	const char *names[KINDS], *wanted, *nearest;

	if (!settings->operands.count) {
		(void)qm_error_set(err, QM_EUSAGE,
			"list what? suites, executions, runs, builds, platforms or statuses");
		return NULL;
	}
	wanted = *(const char *const *)qm_vec_at(&settings->operands, 0);
	for (size_t i = 0; i < KINDS; i++) {
		names[i] = kinds[i].name;
		if (strcmp(kinds[i].name, wanted) == 0)
			return &kinds[i];
	}
	nearest = qm_text_nearest(wanted, names, KINDS);
	(void)qm_error_set(err, QM_EUSAGE,
		"\"%s\" cannot be listed; suites, executions, runs, builds, platforms and statuses "
		"can%s%s%s",
		wanted, nearest ? "; did you mean " : "", nearest ? nearest : "",
		nearest ? "?" : "");
	return NULL;
}

static enum qm_code check_settings(
	const struct qm_settings *settings, const struct kind *kind, struct qm_error *err)
{
	enum qm_code code = qm_check_connection(settings, err);

	for (size_t i = 1; !code && i < settings->operands.count; i++)
		code = qm_glob_check(*(const char *const *)qm_vec_at(&settings->operands, i), err);
	if (!code && kind->of_suite && !settings->suites.count &&
		!(kind->of_suite_run && settings->suite_runs.count))
		code = qm_error_set(err, QM_EUSAGE, "%s of which suite? --suite KEY%s says it",
			kind->name, kind->of_suite_run ? " or --suite-run ID" : "");
	return code ? code : qm_check_target(settings, err);
}

static enum qm_code read_and_print(struct listing *listing, const struct kind *kind)
{
	enum qm_code code;

	qm_catalog_init(&listing->catalog);
	qm_vec_init(&listing->executions, sizeof(struct qm_found_execution));
	qm_sheet_init(&listing->sheet, kind->columns, kind->column_count);
	code = kind->read(listing);
	if (!code)
		qm_sheet_print(&listing->sheet, listing->context, kind->name);
	qm_sheet_release(&listing->sheet);
	qm_vec_release(&listing->executions);
	qm_catalog_release(&listing->catalog);
	return code;
}

int qm_command_list(const struct qm_context *context)
{
	struct qm_context with_signals = *context;
	struct qm_world world;
	struct qm_error err;
	struct listing listing = { .context = &with_signals, .world = &world, .err = &err };
	const struct kind *kind;
	enum qm_code code;

	with_signals.interrupted = qm_catch_signals();
	qm_error_init(&err);
	qm_world_init(&world);
	kind = find_kind(context->settings, &err);
	code = kind ? check_settings(context->settings, kind, &err) : QM_EUSAGE;
	if (!code)
		code = qm_world_open(&world, &with_signals, &err);
	if (!code)
		code = read_and_print(&listing, kind);
	if (code)
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
	qm_world_close(&world);
	return code ? qm_reason_exit_code(qm_reason_of(code)) : QM_EXIT_OK;
}
