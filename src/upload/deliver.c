#include "src/upload/deliver.h"
#include "src/upload/verify.h"

static enum qm_code write_journal(const struct qm_summary *summary, const struct qm_plan *plan,
	const struct qm_job_world *world, const struct qm_deliver_options *options,
	struct qm_error *err)
{
	char id[QM_JOURNAL_ID];
	const struct qm_journal_plan contents = {
		.id = id,
		.url = options->url,
		.catalog = summary->catalog,
		.plan = plan,
		.origins = options->origins,
		.receipt = options->receipt,
		.verify = options->verify,
		.now_ms = qm_clock_now(world->clock),
	};

	if (qm_journal_history(options->journal)->is_complete)
		return qm_journal_attach(options->journal, summary->catalog, plan, err);
	qm_journal_id(options->url, summary->catalog, plan, id);
	return qm_journal_begin(options->journal, &contents, err);
}

/* One that is no condition is done without, and nobody shall overlook that. */
static enum qm_code open_journal(const struct qm_summary *summary, const struct qm_plan *plan,
	const struct qm_job_world *world, const struct qm_deliver_options *options,
	struct qm_journal **out, struct qm_error *err)
{
	struct qm_error failure;
	enum qm_code code;

	*out = options->journal;
	if (!*out || !plan->updates.count)
		return QM_OK;
	qm_error_init(&failure);
	code = write_journal(summary, plan, world, options, &failure);
	if (code && options->needs_journal) {
		*err = failure;
		return code;
	}
	if (code) {
		*out = NULL;
		qm_journal_warn(world->log, &failure);
	}
	return QM_OK;
}

/* Nothing is left of what was planned, now or before. */
static bool is_done(const struct qm_summary *summary)
{
	return !qm_summary_unsent(summary) && !summary->failed_count && !summary->unknown_count &&
		!summary->superseded;
}

/* Where what is left can be carried on from. */
static void keep_journal(struct qm_summary *summary, const struct qm_journal *journal)
{
	if (journal && qm_journal_has_plan(journal))
		summary->journal = qm_arena_strdup(&summary->arena, qm_journal_path(journal));
}

void qm_deliver(struct qm_summary *summary, struct qm_plan *plan, const struct qm_job_world *world,
	const struct qm_deliver_options *options)
{
	struct qm_upload_options upload = {
		.session = world->session,
		.clock = world->clock,
		.log = world->log,
		.max_split_calls = options->max_split_calls,
		.origins = options->origins,
		.receipt = world->receipt,
		.needs_journal = options->needs_journal,
	};
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	plan->is_signed = qm_session_signature(world->session)->password != NULL;
	code = qm_plan_judge(plan, summary->catalog, world->gate, world->clock, &err);
	if (!code)
		code = open_journal(summary, plan, world, options, &upload.journal, &err);
	if (code) {
		qm_summary_failure(summary, &err);
		keep_journal(summary, options->journal);
		return;
	}
	summary->plan = plan;
	qm_upload(summary, &upload);
	if (options->verify)
		qm_verify(summary, world, &options->origins);
	if (upload.journal && is_done(summary))
		qm_journal_remove(upload.journal);
	else
		keep_journal(summary, upload.journal);
}
