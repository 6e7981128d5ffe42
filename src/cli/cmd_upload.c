#include "src/cli/cmd_upload.h"
#include "src/base/file.h"
#include "src/cli/ci.h"
#include "src/cli/exit_code.h"
#include "src/cli/outcome_status.h"
#include "src/cli/publish.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/tell.h"
#include "src/cli/world.h"

#include <string.h>

/* ---- Settings in the words of src/upload. */

static struct qm_comment_options comment_options(
	const struct qm_settings *settings, const struct qm_log *log, struct qm_arena *arena)
{
	const struct qm_ci ci = qm_ci_read(arena);

	return (struct qm_comment_options){
		.pattern = settings->comment && *settings->comment ? settings->comment : NULL,
		.facts = { ci.job, ci.build, ci.url, ci.branch, ci.commit },
		.max_calls = (size_t)settings->max_comment_calls,
		.log = log,
	};
}

static struct qm_job_options job_options(const struct qm_settings *settings,
	const struct qm_world *world, struct qm_map_file *map, bool planning)
{
	struct qm_job_options options = {
		.patterns = settings->operands.items,
		.pattern_count = settings->operands.count,
		.newer_than = settings->newer_than,
		.salvage = (enum qm_salvage)settings->salvage,
		.project = settings->project,
		.selection = qm_selection_of(settings),
		.match = qm_match_options_of(settings, map),
		.resolve = { .level = (enum qm_level)settings->level,
			.combine = (enum qm_combine)settings->combine,
			.overwrite = (enum qm_overwrite)settings->overwrite,
			.protect = settings->protect.items,
			.protect_count = settings->protect.count,
			.only_changed = settings->only_changed,
			.map = map },
		.write_map = settings->write_map,
		.batch_size = (size_t)settings->batch_size,
		.max_split_calls = (size_t)settings->max_split_calls,
		.allow_empty = settings->allow_empty,
		.max_unmapped = settings->fail_on_unmapped,
		.max_missing = settings->fail_on_missing,
		.planning = planning,
		.url = world->url,
		.journal = settings->journal,
		.no_journal = settings->no_journal,
		.force = settings->force,
		.verify = settings->verify,
		.receipt = settings->receipt,
	};

	options.selection.has_routes = map && map->routes.count;
	/* That it works was checked. */
	(void)qm_outcome_statuses(&settings->statuses, options.resolve.status_names, NULL);
	return options;
}

/* `--soft-fail 1,7` means --soft-fail and a report of that name, which nobody has. */
static enum qm_code check_reports(const struct qm_settings *settings, struct qm_error *err)
{
	for (size_t i = 0; settings->soft_fail && i < settings->operands.count; i++) {
		const char *report = *(const char **)qm_vec_at(&settings->operands, i);

		if (qm_soft_codes_are_good(report) && !qm_file_exists(report))
			return qm_error_set(err, QM_EUSAGE,
				"there is no report \"%s\"; exit codes are written behind an "
				"equals sign: --soft-fail=%s",
				report, report);
	}
	return QM_OK;
}

/* What can be said before anything is opened. */
static enum qm_code check_settings(const struct qm_settings *settings, struct qm_error *err)
{
	const char *statuses[QM_TARGETS];
	enum qm_code code = qm_check_connection(settings, err);

	if (!code)
		code = check_reports(settings, err);
	if (!code)
		code = qm_outcome_statuses(&settings->statuses, statuses, err);
	if (!code && !settings->suites.count && !settings->suite_runs.count)
		code = qm_error_set(err, QM_EUSAGE,
			"no suite: --suite KEY or --suite-run ID says where the results go");
	return code ? code : qm_check_target(settings, err);
}

static int run_job(const struct qm_context *context, struct qm_world *world,
	struct qm_map_file *map, bool planning)
{
	const struct qm_settings *settings = context->settings;
	struct qm_job_options options = job_options(settings, world, map, planning);
	const struct qm_job_world job_world = qm_world_of_job(world, context);
	struct qm_cache *cache = settings->cache
		? qm_cache_open(settings->cache, world->url, settings->project, context->clock,
			  context->log)
		: NULL;
	struct qm_arena facts;
	struct qm_job *job;
	int code;

	qm_arena_init(&facts);
	options.comment = comment_options(settings, context->log, &facts);
	options.resolve.comment = &options.comment;
	options.cache = cache;
	job = qm_job_new(&options, &job_world);
	code = qm_tell_summary(context, qm_job_run(job));
	qm_job_free(job);
	qm_cache_free(cache);
	qm_arena_release(&facts);
	return code;
}

/* What the user wrote by hand is never overwritten, which is known before any call. */
static enum qm_code open_map(
	const struct qm_settings *settings, struct qm_map_file **out, struct qm_error *err)
{
	if (settings->write_map && qm_file_exists(settings->write_map)) {
		(void)qm_error_set(err, QM_EUSAGE,
			"exists already and is not overwritten (--write-map); name another file");
		qm_error_at(err, settings->write_map, 0, 0);
		return QM_EUSAGE;
	}
	return qm_open_map(settings, out, err);
}

enum qm_code qm_upload_check(const struct qm_settings *settings, struct qm_error *err)
{
	struct qm_map_file *map = NULL;
	enum qm_code code = check_settings(settings, err);

	if (!code)
		code = open_map(settings, &map, err);
	qm_map_file_free(map);
	return code;
}

static int upload_or_plan(const struct qm_context *context, bool planning)
{
	struct qm_context with_signals = *context;
	struct qm_map_file *map = NULL;
	struct qm_world world;
	struct qm_error err;
	int code;

	with_signals.interrupted = qm_catch_signals();
	qm_error_init(&err);
	qm_world_init(&world);
	qm_publish_begin(context, planning ? "qmetry-ci plan" : "qmetry-ci upload");
	if (check_settings(context->settings, &err) || open_map(context->settings, &map, &err) ||
		qm_world_open(&world, &with_signals, &err) ||
		(!planning && qm_world_open_receipt(&world, &with_signals, NULL, &err)))
		code = qm_tell_unbegun(context, &err, planning);
	else
		code = run_job(&with_signals, &world, map, planning);
	qm_world_close(&world);
	qm_map_file_free(map);
	return code;
}

int qm_command_upload(const struct qm_context *context)
{
	return upload_or_plan(context, false);
}

int qm_command_plan(const struct qm_context *context)
{
	return upload_or_plan(context, true);
}
