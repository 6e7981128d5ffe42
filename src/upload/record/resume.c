#include "src/upload/record/resume.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/catalog/reread.h"
#include "src/upload/limits.h"
#include "src/upload/summary/summary_runs.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- What is still to be sent. */

/* A run of the catalog and what the journal has of it. */
struct candidate {
	uint32_t run;
	const struct qm_entry *entry;
	int64_t now_id; /* the run's status now; 0: not known */
};

static void leave(const struct qm_chooser *chooser, const struct candidate *candidate)
{
	struct qm_summary *summary = chooser->summary;
	const struct qm_catalog *catalog = summary->catalog;
	const struct qm_entry *entry = candidate->entry;
	int64_t now_id = candidate->now_id;
	char why[320];

	if (entry->state == QM_ENTRY_DONE)
		(void)snprintf(why, sizeof why, "was set to %s and is %s now",
			qm_summary_status(catalog, entry->status_id),
			qm_summary_status(catalog, now_id));
	else if (!entry->before_id)
		(void)snprintf(why, sizeof why,
			"is %s now, and what it was when it was planned is not known (--cache)",
			qm_summary_status(catalog, now_id));
	else
		(void)snprintf(why, sizeof why, "was %s when it was planned and is %s now",
			qm_summary_status(catalog, entry->before_id),
			qm_summary_status(catalog, now_id));
	qm_summary_supersede(
		summary, candidate->run, &chooser->origins, qm_arena_strdup(&summary->arena, why));
}

/*
 * What a run had before it was set. Where it has the wanted status already that may be our own
 * doing, by a call whose answer nobody saw: then the journal knows, and undo needs it.
 */
static void put_right(const struct qm_chooser *chooser, const struct candidate *candidate)
{
	const struct qm_entry *entry = candidate->entry;
	struct qm_run *run = qm_vec_at(&chooser->catalog->runs, candidate->run);
	bool may_be_ours = !candidate->now_id || candidate->now_id == entry->status_id;

	run->status_id = may_be_ours ? entry->before_id : candidate->now_id;
}

/* Whether an update is to be sent; if not, the summary is told. */
static bool choose(const struct qm_chooser *chooser, const struct candidate *candidate)
{
	const struct qm_status *unset =
		qm_catalog_status_default(chooser->summary->catalog, "notrun").first;
	enum qm_due due = qm_entry_due(candidate->entry, candidate->now_id, unset ? unset->id : 0);

	if (due == QM_DUE_NO_MORE)
		chooser->summary->earlier++;
	else if (due == QM_SUPERSEDED && !chooser->force)
		leave(chooser, candidate);
	else
		due = QM_DUE;
	if (due == QM_DUE)
		put_right(chooser, candidate);
	return due == QM_DUE;
}

void qm_resume_choose(const struct qm_chooser *chooser, const struct qm_history *history,
	const struct qm_vec *updates, struct qm_vec *due)
{
	const struct qm_catalog *catalog = chooser->summary->catalog;

	for (size_t i = 0; i < updates->count; i++) {
		const struct qm_update *update = qm_vec_at(updates, i);
		const struct qm_run *run = qm_vec_at(&catalog->runs, update->run);
		const struct qm_execution *execution =
			qm_vec_at(&catalog->executions, run->execution);
		const struct candidate candidate = { update->run,
			qm_history_find(
				history, qm_run_entity_type(run), execution->suite_run, run->id),
			run->status_id };

		if (!candidate.entry || choose(chooser, &candidate))
			qm_vec_push(due, update);
	}
	qm_summary_tell_superseded(chooser->summary);
}

/* ---- A catalog and updates from the journal alone. */

struct qm_resume {
	const struct qm_resume_options *options;
	const struct qm_job_world *world;
	const struct qm_history *history;
	struct qm_summary summary;
	struct qm_catalog catalog;
	struct qm_resolution resolution; /* only its updates are used */
	struct qm_plan plan;
	struct qm_vec entries; /* const struct qm_entry *, parallel to the catalog's runs */
};

struct qm_resume *qm_resume_new(
	const struct qm_resume_options *options, const struct qm_job_world *world)
{
	struct qm_resume *resume = qm_alloc(sizeof *resume);

	resume->options = options;
	resume->world = world;
	resume->history = qm_journal_history(options->journal);
	qm_summary_init(&resume->summary);
	resume->summary.policy_name = world->policy_name;
	qm_catalog_init(&resume->catalog);
	qm_plan_init(&resume->plan);
	qm_vec_init(&resume->resolution.updates, sizeof(struct qm_update));
	qm_vec_init(&resume->entries, sizeof(const struct qm_entry *));
	return resume;
}

void qm_resume_free(struct qm_resume *resume)
{
	if (!resume)
		return;
	qm_vec_release(&resume->entries);
	qm_vec_release(&resume->resolution.updates);
	qm_plan_release(&resume->plan);
	qm_catalog_release(&resume->catalog);
	qm_summary_release(&resume->summary);
	free(resume);
}

static void origin_of(void *context, uint32_t run, struct qm_origin *out)
{
	const struct qm_resume *resume = context;
	const struct qm_entry *entry = *(const struct qm_entry **)qm_vec_at(&resume->entries, run);
	const struct qm_origin_report *report = entry->report == QM_NONE
		? NULL
		: qm_vec_at(&resume->history->reports, entry->report);

	for (size_t i = 0; i < entry->test_count; i++)
		out->tests[i] = entry->tests[i];
	out->test_count = entry->test_count;
	out->report = report ? report->path : NULL;
	out->sha256 = report ? report->sha256 : "";
}

static enum qm_code add_entry(
	struct qm_resume *resume, const struct qm_entry *entry, struct qm_error *err)
{
	const struct qm_run_row row = {
		.id = entry->id, .key = entry->key, .status_id = entry->before_id
	};
	const struct qm_step_row step = {
		.id = entry->id, .number = entry->step, .status_id = entry->before_id
	};
	size_t before = resume->catalog.runs.count;
	enum qm_code code = entry->step
		? qm_catalog_add_step(&resume->catalog, entry->execution, entry->key,
			  entry->case_run, &step, err)
		: qm_catalog_add_run(&resume->catalog, entry->execution, &row, err);

	if (!code && resume->catalog.runs.count > before)
		qm_vec_push(&resume->entries, &entry);
	return code;
}

/* Runs of an execution stand side by side, steps behind all, and those in the order of sending. */
static int compare_entries(const void *left, const void *right)
{
	const struct qm_entry *a = *(const struct qm_entry *const *)left;
	const struct qm_entry *b = *(const struct qm_entry *const *)right;

	if (!a->step != !b->step)
		return a->step ? 1 : -1;
	if (a->execution != b->execution)
		return a->execution < b->execution ? -1 : 1;
	return (a > b) - (a < b);
}

static enum qm_code add_pending(struct qm_resume *resume, struct qm_error *err)
{
	const struct qm_entry *all = resume->history->entries.items;
	struct qm_vec pending;
	enum qm_code code = QM_OK;

	qm_vec_init(&pending, sizeof(const struct qm_entry *));
	for (size_t i = 0; i < resume->history->entries.count; i++) {
		const struct qm_entry *entry = &all[i];

		if (entry->state == QM_ENTRY_DONE)
			resume->summary.earlier++;
		else
			qm_vec_push(&pending, &entry);
	}
	qm_vec_sort(&pending, compare_entries);
	for (size_t i = 0; !code && i < pending.count; i++)
		code = add_entry(resume, *(const struct qm_entry **)qm_vec_at(&pending, i), err);
	qm_vec_release(&pending);
	return code;
}

static void add_executions(struct qm_resume *resume)
{
	const struct qm_vec *executions = &resume->history->executions;

	for (size_t i = 0; i < executions->count; i++)
		qm_vec_push(&resume->catalog.executions, qm_vec_at(executions, i));
}

static void count_runs(struct qm_catalog *catalog)
{
	const struct qm_run *runs = catalog->runs.items;

	for (size_t i = 0; i < catalog->runs.count; i++) {
		struct qm_execution *execution = qm_vec_at(&catalog->executions, runs[i].execution);

		if (runs[i].step)
			break; /* behind all others, and in no range */
		if (!execution->run_count++)
			execution->first_run = (uint32_t)i;
	}
}

static enum qm_code restore(struct qm_resume *resume, struct qm_error *err)
{
	const struct qm_entry *entries = resume->history->entries.items;
	enum qm_code code;

	add_executions(resume);
	code = add_pending(resume, err);
	count_runs(&resume->catalog);
	if (resume->history->entries.count)
		resume->catalog.build_id = entries[0].build_id;
	resume->summary.catalog = &resume->catalog;
	return code;
}

/* ---- What the runs have now. */

static void add_update(struct qm_resume *resume, uint32_t run, const struct qm_entry *entry)
{
	const struct qm_update update = { .run = run,
		.outcome = entry->outcome,
		.status_id = entry->status_id,
		.comment = entry->comment };

	qm_vec_push(&resume->resolution.updates, &update);
}

static void choose_all(struct qm_resume *resume, const struct qm_seen *seen)
{
	struct qm_summary *summary = &resume->summary;
	const struct qm_chooser chooser = { summary, &resume->catalog, { origin_of, resume },
		resume->options->force };

	for (size_t i = 0; i < resume->entries.count; i++) {
		const struct candidate candidate = { (uint32_t)i,
			*(const struct qm_entry **)qm_vec_at(&resume->entries, i),
			seen[i].status_id };

		if (!seen[i].found)
			qm_summary_fail(summary, candidate.run, &chooser.origins,
				candidate.entry->step
					? "its test case run does not list it any more"
					: "it is not listed in its suite run any more");
		else if (choose(&chooser, &candidate))
			add_update(resume, candidate.run, candidate.entry);
	}
	qm_summary_tell_superseded(summary);
}

static enum qm_code look_again(struct qm_resume *resume, struct qm_error *err)
{
	size_t count = resume->catalog.runs.count;
	struct qm_seen *seen = qm_alloc_array(count, sizeof *seen);
	enum qm_code code;

	for (size_t i = 0; i < count; i++)
		seen[i].wanted = true;
	code = qm_reread(resume->world, &resume->catalog, seen, err);
	if (!code)
		choose_all(resume, seen);
	free(seen);
	return code;
}

static enum qm_code fetch_project(struct qm_resume *resume, struct qm_error *err)
{
	struct qm_catalog *catalog = &resume->catalog;

	catalog->project.key = resume->history->project;
	if (!catalog->runs.count)
		return QM_OK;
	return qm_fetch_project(resume->world->session, resume->history->project, &catalog->arena,
		&catalog->project, err);
}

const struct qm_summary *qm_resume_run(struct qm_resume *resume)
{
	const struct qm_deliver_options delivery = {
		.url = resume->history->url,
		.max_split_calls = resume->options->max_split_calls,
		.verify = resume->options->verify,
		.journal = resume->options->journal,
		.needs_journal = true,
		.origins = { origin_of, resume },
	};
	struct qm_summary *summary = &resume->summary;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = restore(resume, &err);
	if (!code)
		code = fetch_project(resume, &err);
	if (!code)
		code = look_again(resume, &err);
	if (code) {
		qm_summary_failure(summary, &err);
		summary->journal = qm_journal_path(resume->options->journal);
	} else {
		qm_plan_make(&resume->plan, &resume->catalog, &resume->resolution,
			resume->options->batch_size);
		qm_deliver(summary, &resume->plan, resume->world, &delivery);
	}
	summary->counts = *qm_session_counts(resume->world->session);
	return summary;
}
