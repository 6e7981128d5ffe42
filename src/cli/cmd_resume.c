#include "src/base/file.h"
#include "src/cli/commands.h"
#include "src/cli/publish.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/tell.h"
#include "src/cli/world.h"
#include "src/upload/record/resume.h"

/* A journal, and the settings with the project that it is of. */
struct resumption {
	struct qm_context context;
	struct qm_settings settings;
	struct qm_journal *journal;
	struct qm_world world;
};

static enum qm_code open_journal(struct resumption *resumption, struct qm_error *err)
{
	const struct qm_vec *operands = &resumption->settings.operands;
	const struct qm_history *history;
	enum qm_code code;

	if (operands->count != 1)
		return qm_error_set(err, QM_EUSAGE,
			"resume takes one journal: qmetry-ci resume " QM_JOURNAL_FOLDER
			"/ID.journal");
	code = qm_journal_open(*(const char **)operands->items, false, resumption->context.log,
		&resumption->journal, err);
	if (code) {
		err->code = QM_EUSAGE;
		return QM_EUSAGE;
	}
	history = qm_journal_history(resumption->journal);
	if (!history->is_complete) {
		(void)qm_error_set(err, QM_EUSAGE,
			"the journal ends before its plan does, so nothing was sent: run the "
			"upload again");
		qm_error_at(err, qm_journal_path(resumption->journal), 0, 0);
		return QM_EUSAGE;
	}
	code = qm_check_place(&resumption->settings, history->url, history->project, err);
	if (code)
		qm_error_at(err, qm_journal_path(resumption->journal), 0, 0);
	resumption->settings.project = history->project;
	return code;
}

/* The receipt that the upload began is gone on with where it still is. */
static const char *receipt_of(const struct resumption *resumption)
{
	const char *begun = qm_journal_history(resumption->journal)->receipt;

	if (resumption->settings.receipt || !begun)
		return NULL;
	if (qm_file_exists(begun))
		return begun;
	qm_log_line(resumption->context.log, QM_LOG_WARNING,
		"%s: the receipt that the upload began is not here, so that what is set now is "
		"not in it; --receipt FILE names one",
		begun);
	return NULL;
}

static int carry_on(struct resumption *resumption)
{
	const struct qm_history *history = qm_journal_history(resumption->journal);
	const struct qm_settings *settings = &resumption->settings;
	size_t batch_size = (size_t)settings->batch_size;
	const struct qm_job_world world = qm_world_of_job(&resumption->world, &resumption->context);
	const struct qm_resume_options options = {
		.journal = resumption->journal,
		.batch_size = batch_size < history->batch_size ? batch_size : history->batch_size,
		.max_split_calls = (size_t)settings->max_split_calls,
		.verify = settings->verify || history->verify,
		.force = settings->force,
	};
	struct qm_resume *resume = qm_resume_new(&options, &world);
	int code = qm_tell_summary(&resumption->context, qm_resume_run(resume));

	qm_resume_free(resume);
	return code;
}

int qm_command_resume(const struct qm_context *context)
{
	struct resumption resumption = { .context = *context, .settings = *context->settings };
	struct qm_error err;
	int code;

	resumption.context.interrupted = qm_catch_signals();
	resumption.context.settings = &resumption.settings;
	qm_error_init(&err);
	qm_world_init(&resumption.world);
	qm_publish_begin(context, "qmetry-ci resume");
	if (open_journal(&resumption, &err) || qm_check_connection(&resumption.settings, &err) ||
		qm_world_open(&resumption.world, &resumption.context, &err) ||
		qm_world_open_receipt(
			&resumption.world, &resumption.context, receipt_of(&resumption), &err))
		code = qm_tell_unbegun(&resumption.context, &err, false);
	else
		code = carry_on(&resumption);
	qm_world_close(&resumption.world);
	qm_journal_close(resumption.journal);
	return code;
}
