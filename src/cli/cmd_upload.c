#include "src/base/text.h"
#include "src/cli/commands.h"
#include "src/cli/exit_code.h"
#include "src/cli/outcome_status.h"
#include "src/cli/terminal.h"
#include "src/cli/world.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 4 << 20 };

/* ---- Settings in the words of src/upload. */

static void choose_matches(const struct qm_settings *settings, struct qm_match_options *out)
{
	const char *const *names = settings->match.items;

	for (int match = QM_MATCH_PROPERTY; match <= QM_MATCH_SUMMARY; match++)
		for (size_t i = 0; i < settings->match.count; i++)
			if (strcmp(names[i], qm_match_name((enum qm_match)match)) == 0)
				out->use[match] = true;
	out->id_properties = settings->id_properties.items;
	out->id_property_count = settings->id_properties.count;
}

static struct qm_job_options job_options(const struct qm_settings *settings, bool planning)
{
	struct qm_job_options options = {
		.patterns = settings->reports.items,
		.pattern_count = settings->reports.count,
		.salvage = (enum qm_salvage)settings->salvage,
		.project = settings->project,
		.selection = { .suites = settings->suites.items,
			.suite_count = settings->suites.count,
			.suite_runs = settings->suite_runs.items,
			.suite_run_count = settings->suite_runs.count,
			.platform = settings->platform,
			.release = settings->release,
			.cycle = settings->cycle,
			.all_executions = settings->all_executions,
			.build = settings->build },
		.resolve = { .combine = (enum qm_combine)settings->combine,
			.overwrite = (enum qm_overwrite)settings->overwrite,
			.protect = settings->protect.items,
			.protect_count = settings->protect.count,
			.only_changed = settings->only_changed },
		.comment = settings->comment,
		.batch_size = (size_t)settings->batch_size,
		.max_split_calls = (size_t)settings->max_split_calls,
		.allow_empty = settings->allow_empty,
		.max_unmapped = settings->fail_on_unmapped,
		.max_missing = settings->fail_on_missing,
		.planning = planning,
	};

	choose_matches(settings, &options.match);
	qm_outcome_statuses(&settings->statuses, options.resolve.status_names);
	return options;
}

static enum qm_code check_settings(const struct qm_settings *settings, struct qm_error *err)
{
	if (!settings->project)
		return qm_error_set(
			err, QM_EUSAGE, "no project: --project KEY or QMETRY_PROJECT names it");
	if (!settings->suites.count && !settings->suite_runs.count)
		return qm_error_set(err, QM_EUSAGE,
			"no suite: --suite KEY or --suite-run ID says where the results go");
	return QM_OK;
}

/* ---- Result. */

static void print_json(const struct qm_summary *summary)
{
	json_t *object = qm_summary_json(summary);
	/* Pure ASCII: what is invisible or turns the writing round arrives as an escape. */
	char *text = json_dumps(object, JSON_INDENT(1) | JSON_ENSURE_ASCII);

	if (text)
		qm_output_write(text, strlen(text));
	qm_output_write("\n", 1);
	free(text);
	json_decref(object);
}

static void print_text(const struct qm_summary *summary)
{
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_summary_text(summary, &text);
	qm_output_write(text.data, text.length);
	qm_buf_release(&text);
}

/* A code that --soft-fail names becomes 0, and nobody shall overlook it. */
static int soften(const struct qm_context *context, int code)
{
	const char *codes = context->settings->soft_fail;

	if (!code || !codes || !qm_soft_code_is_named(codes, code))
		return code;
	qm_log_line(context->log, QM_LOG_WARNING,
		"--soft-fail: the exit code is 0 instead of %d; the upload is NOT complete", code);
	return QM_EXIT_OK;
}

static int report_failure(const struct qm_context *context, const struct qm_error *err)
{
	struct qm_summary summary;
	int code;

	qm_log_failure(context->log, QM_LOG_ERROR, err);
	qm_summary_init(&summary);
	qm_summary_failure(&summary, err);
	code = qm_summary_exit_code(&summary);
	qm_summary_release(&summary);
	return code;
}

static int run_job(const struct qm_context *context, struct qm_world *world, bool planning)
{
	const struct qm_job_options options = job_options(context->settings, planning);
	const struct qm_job_world job_world = {
		.session = world->session,
		.gate = world->gate,
		.clock = context->clock,
		.log = context->log,
		.policy_name = world->policy_name,
	};
	struct qm_job *job = qm_job_new(&options, &job_world);
	const struct qm_summary *summary = qm_job_run(job);
	int code = qm_summary_exit_code(summary);

	if (context->settings->format == QM_FORMAT_JSON)
		print_json(summary);
	else
		print_text(summary);
	for (size_t i = 0; i < summary->reasons.count; i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		qm_log_line(context->log, QM_LOG_ERROR, "%s", line->text);
	}
	qm_job_free(job);
	return code;
}

static int upload_or_plan(const struct qm_context *context, bool planning)
{
	struct qm_world world;
	struct qm_error err;
	int code;

	qm_error_init(&err);
	qm_world_init(&world);
	if (check_settings(context->settings, &err) || qm_world_open(&world, context, &err))
		code = report_failure(context, &err);
	else
		code = soften(context, run_job(context, &world, planning));
	qm_world_close(&world);
	qm_error_init(&err);
	if (qm_output_end(&err)) {
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
		code = code ? code : QM_EXIT_FAILED;
	}
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
