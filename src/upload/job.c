#include "src/upload/job.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/catalog/reread.h"
#include "src/upload/catalog/survey.h"
#include "src/upload/limits.h"
#include "src/upload/mapping/map_write.h"
#include "src/upload/record/resume.h"
#include "src/upload/reports/age.h"
#include "src/upload/reports/digest.h"
#include "src/upload/reports/tee.h"
#include "src/upload/reports/twins.h"
#include "src/upload/resolve/resolve_steps.h"
#include "src/upload/resolve/step_price.h"
#include "src/upload/summary/shortfall.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Problems of reports that are told one by one; what is beyond is told as a number. */
enum { MAX_PROBLEMS = 20 };

struct qm_job {
	const struct qm_job_options *options;
	const struct qm_job_world *world;
	struct qm_summary summary;
	struct qm_reports reports;
	struct qm_catalog catalog;
	struct qm_mapping *mapping;
	struct qm_resolver *resolver;
	struct qm_plan plan;
	struct qm_journal *journal; /* NULL: none */
	struct qm_digests digests;
	size_t problems; /* of reports, so far */
};

struct qm_job *qm_job_new(const struct qm_job_options *options, const struct qm_job_world *world)
{
	struct qm_job *job = qm_alloc(sizeof *job);

	job->options = options;
	job->world = world;
	qm_summary_init(&job->summary);
	job->summary.planning = options->planning;
	job->summary.policy_name = world->policy_name;
	qm_reports_init(&job->reports, &job->summary.arena);
	qm_catalog_init(&job->catalog);
	job->catalog.cache = options->cache;
	qm_plan_init(&job->plan);
	qm_digests_init(&job->digests);
	return job;
}

void qm_job_free(struct qm_job *job)
{
	if (!job)
		return;
	qm_journal_close(job->journal);
	qm_digests_release(&job->digests);
	qm_plan_release(&job->plan);
	qm_resolver_free(job->resolver);
	qm_mapping_free(job->mapping);
	qm_catalog_release(&job->catalog);
	qm_reports_release(&job->reports);
	qm_summary_release(&job->summary);
	free(job);
}

/* ---- Problems of reports. */

static bool may_tell_problem(struct qm_job *job)
{
	return job->problems++ < MAX_PROBLEMS;
}

static void tell_more_problems(struct qm_job *job)
{
	if (job->problems > MAX_PROBLEMS)
		qm_summary_reason(&job->summary, QM_REASON_REPORT, "%zu more problems of reports",
			job->problems - MAX_PROBLEMS);
}

/* What failed outside the tests of a report counts, even where nothing can be uploaded for it. */
static void tell_incidents(struct qm_job *job, const struct qm_report_verdict *verdict)
{
	for (size_t i = 0; i < verdict->incident_count; i++)
		if (may_tell_problem(job))
			qm_summary_reason(&job->summary, QM_REASON_REPORT, "%s: %s", verdict->path,
				verdict->incidents[i]);
	job->problems += (size_t)verdict->unlisted_incidents;
}

static void tell_verdict(struct qm_job *job, const struct qm_report_verdict *verdict)
{
	char text[QM_REPORT_VERDICT_TEXT];

	if (qm_report_verdict_text(verdict, text) && may_tell_problem(job))
		qm_summary_reason(&job->summary, QM_REASON_REPORT, "%s", text);
}

static struct qm_reader_options reader_options(const struct qm_job *job)
{
	return (struct qm_reader_options){ .salvage = job->options->salvage,
		.stop = qm_session_stop(job->world->session, job->world->interrupted) };
}

/* Reads all reports; false if a sink failed, and so whatever follows would be half the truth. */
static bool read_reports(struct qm_job *job, const struct qm_sink *sink)
{
	struct qm_tee tee = {
		.first = *sink,
		.second = qm_failures_sink(&job->summary.failures),
	};
	const struct qm_reader_options options = reader_options(job);
	const struct qm_sink both = qm_tee_sink(&tee);
	struct qm_vec *verdicts = &job->summary.verdicts;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = qm_reports_read(&job->reports, &options, &both, verdicts, job->world->log, &err);
	for (size_t i = 0; i < verdicts->count; i++) {
		tell_incidents(job, qm_vec_at(verdicts, i));
		tell_verdict(job, qm_vec_at(verdicts, i));
	}
	tell_more_problems(job);
	if (code)
		qm_summary_failure(&job->summary, &err);
	return !code;
}

/* ---- The stages. Each says whether the next one makes sense. */

/* Separated by commas, as many as fit. */
static void list_patterns(const struct qm_job *job, struct qm_buf *out)
{
	for (size_t i = 0; i < job->options->pattern_count; i++) {
		qm_buf_add_text(out, i ? ", " : "");
		qm_buf_add_text(out, job->options->patterns[i]);
	}
	if (!job->options->pattern_count)
		qm_buf_add_text(out, "the usual places of Surefire, Failsafe, Gradle and TestNG");
	if (out->overflow)
		qm_buf_add_text(out, "...");
}

static void tell_no_reports(struct qm_job *job)
{
	struct qm_buf where;

	if (job->options->allow_empty)
		return;
	if (job->reports.too_old) {
		qm_summary_reason(&job->summary, QM_REASON_NOTHING,
			"all reports (%zu) are older than --newer-than (%s): did the tests run? "
			"--allow-empty makes it fine",
			job->reports.too_old, job->reports.since);
		return;
	}
	qm_buf_init(&where, 400);
	list_patterns(job, &where);
	qm_summary_reason(&job->summary, QM_REASON_NOTHING,
		"no test report was found in %s: did the tests run, and is this the folder they "
		"ran in? --allow-empty makes it fine",
		where.data);
	qm_buf_release(&where);
}

static bool find_reports(struct qm_job *job)
{
	const struct qm_sink nobody = { .context = NULL };
	struct qm_error err;

	qm_error_init(&err);
	if (qm_reports_find(&job->reports, job->options->patterns, job->options->pattern_count,
		    job->world->log, &err) ||
		qm_age_sort_out(&job->reports, job->options->newer_than,
			qm_clock_now(job->world->clock), job->world->log, &err)) {
		qm_summary_reason(&job->summary, QM_REASON_USAGE, "%s", err.text);
		return false;
	}
	if (qm_reports_sniff(&job->reports, job->world->interrupted)) {
		qm_twins_leave_out(&job->reports, job->world->interrupted, job->world->log);
		return true;
	}
	/* No report among them, so nobody is asked; but each file is told what is wrong with it. */
	if (read_reports(job, &nobody) && !qm_summary_has(&job->summary, QM_REASON_REPORT))
		tell_no_reports(job);
	return false;
}

static bool load_catalog(struct qm_job *job)
{
	const struct qm_job_options *options = job->options;
	const struct qm_reader_options reading = reader_options(job);
	const struct qm_survey survey = { &job->reports, &reading, &options->match,
		job->world->log };
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = qm_catalog_load(&job->catalog, job->world->session, options->project,
		&options->selection, &survey, job->world->log, &err);
	if (code)
		goto done;
	job->summary.catalog = &job->catalog;
	job->mapping = qm_mapping_new(&job->catalog, &options->match);
	code = qm_resolver_new(
		&job->catalog, job->mapping, &options->resolve, &job->resolver, &err);
done:
	if (code)
		qm_summary_failure(&job->summary, &err);
	return !code;
}

/* The upload has its own way to go: a file that cannot be written is told, and ends nothing. */
static void write_map(struct qm_job *job)
{
	const char *path = job->options->write_map;
	struct qm_error err;
	struct qm_buf text;

	if (!path)
		return;
	if (!qm_map_has_entries(job->summary.resolution)) {
		qm_log_line(job->world->log, QM_LOG_NOTICE,
			"every test has a test case: %s is not written", path);
		return;
	}
	qm_error_init(&err);
	qm_buf_init(&text, QM_MAX_MAP_BYTES);
	qm_map_write(job->summary.resolution, qm_shortfall_example(&job->catalog), &text);
	if (qm_file_create(path, text.data, text.length, &err))
		qm_summary_failure(&job->summary, &err);
	else
		qm_log_line(job->world->log, QM_LOG_NOTICE,
			"%s: written, with the tests that have no test case", path);
	qm_buf_release(&text);
}

static enum qm_code price_steps(struct qm_job *job, const struct qm_vec *due, struct qm_error *err)
{
	int64_t *case_runs = qm_alloc_array(due->count, sizeof *case_runs);
	const struct qm_step_reads reads = { .project_key = job->catalog.project.key,
		.case_runs = case_runs,
		.count = due->count,
		.verify = job->options->verify };
	enum qm_code code;

	for (size_t i = 0; i < due->count; i++) {
		const struct qm_step_read *read = qm_vec_at(due, i);

		case_runs[i] =
			((const struct qm_run *)qm_vec_at(&job->catalog.runs, read->run))->id;
	}
	code = qm_step_price(job->world, &reads, &job->summary.steps_wait_ms, err);
	free(case_runs);
	return code;
}

/* With --level step: told before they are made, for a plan as for an upload. */
static enum qm_code read_steps(struct qm_job *job, struct qm_error *err)
{
	const struct qm_vec *reads;
	enum qm_code code = qm_resolver_due_steps(job->resolver, &reads, err);

	if (code || !reads->count)
		return code;
	code = price_steps(job, reads, err);
	if (!code)
		code = qm_resolver_read_steps(job->resolver, job->world->session, err);
	/* Ids of a cache may be of runs that are gone. */
	if (code == QM_ENOTFOUND || code == QM_EREFUSED || qm_resolver_lost_steps(job->resolver))
		qm_catalog_forget_cached(&job->catalog);
	return code;
}

static bool resolve_results(struct qm_job *job)
{
	const struct qm_sink sink = qm_resolver_sink(job->resolver);
	const struct qm_map_file *map = job->options->match.map;
	const struct qm_shortfall allowance = { job->options->max_unmapped,
		job->options->max_missing, map ? map->path : NULL };
	size_t reports = job->reports.files.count;
	struct qm_error err;

	if (!read_reports(job, &sink))
		return false;
	if (job->reports.too_old)
		qm_resolver_note_unread(job->resolver);
	qm_error_init(&err);
	if (read_steps(job, &err) ||
		qm_resolver_finish(job->resolver, &job->summary.resolution, &err)) {
		qm_summary_failure(&job->summary, &err);
		job->summary.counted = true;
		return false;
	}
	qm_mapping_free(job->mapping);
	job->mapping = NULL;
	qm_catalog_forget_texts(&job->catalog);
	if (job->options->match.map && job->options->match.use[QM_MATCH_MAP])
		qm_map_file_tell_unused(job->options->match.map, job->world->log);
	qm_shortfall_tell(&job->summary, &allowance);
	write_map(job);
	if (!job->summary.resolution->counts.tests && !job->options->allow_empty)
		qm_summary_reason(&job->summary, QM_REASON_NOTHING,
			"no test in %zu report%s: did the tests run? --allow-empty makes it fine",
			reports, reports == 1 ? "" : "s");
	return true;
}

/* ---- The journal of this very upload. */

/* One that was asked for is opened before any call: what is wrong with it is told at once. */
static bool open_named_journal(struct qm_job *job)
{
	const struct qm_job_options *options = job->options;
	struct qm_error err;

	qm_error_init(&err);
	if (options->planning || options->no_journal || !options->journal ||
		!qm_journal_open(options->journal, true, job->world->log, &job->journal, &err))
		return true;
	err.code = QM_EUSAGE;
	qm_summary_failure(&job->summary, &err);
	return false;
}

static enum qm_code open_own_journal(struct qm_job *job, const char *id, struct qm_error *err)
{
	char path[sizeof QM_JOURNAL_FOLDER + QM_JOURNAL_ID + 16];
	enum qm_code code = QM_EIO;

	(void)snprintf(path, sizeof path, QM_JOURNAL_FOLDER "/%s.journal", id);
	/* Twice, as another process that is done may just be removing the folder. */
	for (int i = 0; i < 2 && code == QM_EIO; i++) {
		qm_error_init(err);
		code = qm_file_make_folder(QM_JOURNAL_FOLDER, err);
		if (!code)
			code = qm_journal_open(path, true, job->world->log, &job->journal, err);
	}
	if (code == QM_EIO) {
		qm_journal_warn(job->world->log, err);
		qm_error_init(err);
		code = QM_OK;
	}
	return code;
}

static void make_plan(struct qm_job *job, const struct qm_resolution *resolution)
{
	qm_plan_release(&job->plan);
	job->plan.comment = qm_comment_make(&job->options->comment, NULL, &job->summary.arena);
	job->plan.is_signed = qm_session_signature(job->world->session)->password != NULL;
	qm_plan_make(&job->plan, &job->catalog, resolution, job->options->batch_size);
}

static void origin_of(void *context, uint32_t run, struct qm_origin *out)
{
	struct qm_job *job = context;

	out->test_count = qm_resolver_names(job->resolver, run, out->tests);
	out->report = qm_resolver_report(job->resolver, run);
	if (out->report && (job->options->receipt || job->journal))
		out->sha256 = qm_digests_of(&job->digests, out->report);
}

/* Where they came out of a cache: whoever goes on must see what others changed meanwhile. */
static enum qm_code read_statuses(struct qm_job *job, struct qm_error *err)
{
	const struct qm_update *updates = job->summary.resolution->updates.items;
	size_t count = job->catalog.runs.count;
	struct qm_seen *seen = qm_alloc_array(count, sizeof *seen);
	enum qm_code code;

	/* Steps are in no cache. */
	for (size_t i = 0; i < job->summary.resolution->updates.count; i++) {
		const struct qm_run *run = qm_vec_at(&job->catalog.runs, updates[i].run);

		seen[updates[i].run].wanted = !run->step;
	}
	code = qm_reread(job->world, &job->catalog, seen, err);
	for (size_t i = 0; !code && i < count; i++) {
		struct qm_run *run = qm_vec_at(&job->catalog.runs, i);

		if (seen[i].found)
			run->status_id = seen[i].status_id;
	}
	free(seen);
	return code;
}

/* What an earlier attempt did is not done again. */
static void go_on(struct qm_job *job, const struct qm_history *history)
{
	const struct qm_chooser chooser = { &job->summary, &job->catalog, { origin_of, job },
		job->options->force };
	struct qm_resolution rest = *job->summary.resolution;

	qm_log_line(job->world->log, QM_LOG_NOTICE,
		"going on with the upload that was begun at %s (%s): %zu of %zu updates are done",
		history->begun_at, qm_journal_path(job->journal),
		qm_history_count(history, QM_ENTRY_DONE), history->entries.count);
	qm_vec_init(&rest.updates, sizeof(struct qm_update));
	qm_resume_choose(&chooser, history, &job->summary.resolution->updates, &rest.updates);
	make_plan(job, &rest);
	qm_vec_release(&rest.updates);
}

/* Whether the journal is of the very reports that the updates come from. */
static bool is_of_reports(struct qm_job *job, const struct qm_history *history)
{
	const struct qm_origins origins = { origin_of, job };
	const struct qm_update *updates = job->plan.updates.items;
	struct qm_map digests;
	bool is_same;

	qm_map_init(&digests);
	for (size_t i = 0; i < job->plan.updates.count; i++) {
		const struct qm_origin origin = qm_origin_of(&origins, updates[i].run);

		if (origin.report)
			(void)qm_map_put(&digests, origin.sha256, i, NULL);
	}
	is_same = qm_history_is_of(history, &digests);
	qm_map_release(&digests);
	return is_same;
}

static enum qm_code begin_anew(struct qm_job *job, struct qm_error *err)
{
	qm_log_line(job->world->log, QM_LOG_NOTICE,
		"the journal %s is of other reports, begun at %s: it is begun anew",
		qm_journal_path(job->journal), qm_journal_history(job->journal)->begun_at);
	return qm_journal_restart(job->journal, err);
}

static enum qm_code find_journal(struct qm_job *job, struct qm_error *err)
{
	const struct qm_history *history;
	char id[QM_JOURNAL_ID];
	enum qm_code code = QM_OK;
	bool is_same;

	if (job->options->no_journal || !job->plan.updates.count)
		return QM_OK;
	qm_journal_id(job->options->url, &job->catalog, &job->plan, id);
	if (!job->journal)
		code = open_own_journal(job, id, err);
	if (code || !job->journal)
		return code;
	history = qm_journal_history(job->journal);
	if (!history->is_complete)
		return QM_OK;
	is_same = strcmp(history->id, id) == 0;
	if (is_same && is_of_reports(job, history)) {
		code = job->catalog.is_cached ? read_statuses(job, err) : QM_OK;
		if (!code)
			go_on(job, history);
		return code;
	}
	if (is_same || qm_history_is_over(history))
		return begin_anew(job, err);
	code = qm_error_set(err, QM_EUSAGE,
		"the journal is of another upload, begun at %s, of which %zu of %zu updates are "
		"done: end it by qmetry-ci resume, or name another file (--journal)",
		history->begun_at, qm_history_count(history, QM_ENTRY_DONE),
		history->entries.count);
	qm_error_at(err, qm_journal_path(job->journal), 0, 0);
	return code;
}

/* ---- Carrying it out. */

/* What --max-calls would keep back: the last calls, since the worst news go first. */
static void tell_calls_beyond(struct qm_job *job)
{
	const struct qm_call_budget budget = qm_session_budget(job->world->session);
	unsigned long long calls = 0, updates = 0;

	for (size_t i = 0; i < job->plan.calls.count; i++) {
		const struct qm_call *call = qm_vec_at(&job->plan.calls, i);

		calls += !call->denied;
		updates += !call->denied && calls > budget.left ? call->count : 0;
	}
	if (calls > budget.left)
		qm_summary_reason(&job->summary, QM_REASON_STOPPED,
			"the plan has %llu calls, but --max-calls (%lld) leaves %llu after %llu "
			"reads: %llu updates would not be sent",
			calls, (long long)budget.allowed, (unsigned long long)budget.left,
			(unsigned long long)budget.made, updates);
}

static enum qm_code preview(struct qm_job *job, struct qm_error *err)
{
	const struct qm_job_world *world = job->world;
	const struct qm_upload_options options = {
		.session = world->session,
		.clock = world->clock,
		.log = world->log,
		.origins = { origin_of, job },
	};
	enum qm_code code =
		qm_plan_judge(&job->plan, &job->catalog, world->gate, world->clock, err);

	if (code)
		return code;
	job->summary.plan = &job->plan;
	code = qm_upload_preview(&job->summary, &options, &job->plan, world->gate, err);
	if (!code)
		tell_calls_beyond(job);
	return code;
}

static void carry_out(struct qm_job *job)
{
	const struct qm_job_options *options = job->options;
	struct qm_deliver_options delivery = {
		.url = options->url,
		.max_split_calls = options->max_split_calls,
		.verify = options->verify,
		.receipt = options->receipt,
		.needs_journal = options->journal != NULL,
		.origins = { origin_of, job },
	};
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	qm_resolver_comment(job->resolver, options->batch_size);
	make_plan(job, job->summary.resolution);
	code = options->planning ? preview(job, &err) : find_journal(job, &err);
	if (code) {
		qm_summary_failure(&job->summary, &err);
	} else if (!options->planning) {
		delivery.journal = job->journal;
		qm_deliver(&job->summary, &job->plan, job->world, &delivery);
		if (job->summary.failed_count)
			qm_catalog_forget_cached(&job->catalog);
	}
}

/* Nothing can be uploaded. What the tests did is told all the same, unless time is up. */
static void count_results(struct qm_job *job)
{
	const struct qm_sink nobody = { .context = NULL };

	if (!qm_summary_has(&job->summary, QM_REASON_STOPPED))
		job->summary.counted = read_reports(job, &nobody);
}

const struct qm_summary *qm_job_run(struct qm_job *job)
{
	if (open_named_journal(job) && find_reports(job)) {
		if (!load_catalog(job))
			count_results(job);
		else if (resolve_results(job))
			carry_out(job);
	}
	job->summary.counts = *qm_session_counts(job->world->session);
	return &job->summary;
}
