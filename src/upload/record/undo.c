#include "src/upload/record/undo.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/catalog/reread.h"
#include "src/upload/summary/summary_runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qm_undo {
	const struct qm_undo_options *options;
	const struct qm_job_world *world;
	struct qm_summary summary;
	struct qm_catalog catalog;
	struct qm_resolution resolution; /* only its updates are used */
	struct qm_plan plan;
	struct qm_vec runs; /* struct qm_undo_run, by execution; parallel to the catalog's runs */
};

/* ---- The lines of each run, from the last one back. */

static const char *name_run(struct qm_arena *arena, const struct qm_receipt_line *line)
{
	char id[32];
	struct qm_buf name;
	const char *copy;

	qm_buf_init(&name, 1 << 16);
	(void)snprintf(id, sizeof id, " %lld", (long long)line->id);
	qm_buf_add_text(&name, line->entity_type);
	qm_buf_add_char(&name, ' ');
	qm_buf_add_text(&name, line->suite_run);
	qm_buf_add_text(&name, id);
	copy = qm_arena_strdup(arena, name.data);
	qm_buf_release(&name);
	return copy;
}

/* One step back; where somebody changed the run between two uploads, it ends. */
static void step_back(struct qm_undo_run *run, const struct qm_receipt_line *line)
{
	if (line->after_id == run->restore_id)
		run->restore_id = line->before_id;
}

void qm_undo_chain(const struct qm_receipt_lines *lines, struct qm_vec *out)
{
	const struct qm_receipt_line *all = lines->lines.items;
	struct qm_arena names;
	struct qm_map known;

	qm_arena_init(&names);
	qm_map_init(&known);
	for (size_t i = lines->lines.count; i-- > 0;) {
		bool added;
		size_t *index = qm_map_put(&known, name_run(&names, &all[i]), out->count, &added);
		struct qm_undo_run run = { &all[i], all[i].after_id, all[i].before_id };

		if (added)
			qm_vec_push(out, &run);
		else
			step_back(qm_vec_at(out, *index), &all[i]);
	}
	qm_map_release(&known);
	qm_arena_release(&names);
}

/* ---- A catalog from the receipt. */

struct qm_undo *qm_undo_new(const struct qm_undo_options *options, const struct qm_job_world *world)
{
	struct qm_undo *undo = qm_alloc(sizeof *undo);

	undo->options = options;
	undo->world = world;
	qm_summary_init(&undo->summary);
	undo->summary.policy_name = world->policy_name;
	qm_catalog_init(&undo->catalog);
	qm_plan_init(&undo->plan);
	qm_vec_init(&undo->resolution.updates, sizeof(struct qm_update));
	qm_vec_init(&undo->runs, sizeof(struct qm_undo_run));
	return undo;
}

void qm_undo_free(struct qm_undo *undo)
{
	if (!undo)
		return;
	qm_vec_release(&undo->runs);
	qm_vec_release(&undo->resolution.updates);
	qm_plan_release(&undo->plan);
	qm_catalog_release(&undo->catalog);
	qm_summary_release(&undo->summary);
	free(undo);
}

static int compare_runs(const void *left, const void *right)
{
	const struct qm_receipt_line *a = ((const struct qm_undo_run *)left)->last;
	const struct qm_receipt_line *b = ((const struct qm_undo_run *)right)->last;
	int order = strcmp(a->suite_run, b->suite_run);

	if (!order)
		order = (a->step > 0) - (b->step > 0);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static struct qm_execution *execution_of(
	struct qm_catalog *catalog, const struct qm_receipt_line *line)
{
	struct qm_execution *last = catalog->executions.count
		? qm_vec_at(&catalog->executions, catalog->executions.count - 1)
		: NULL;

	if (last && strcmp(last->suite_run, line->suite_run) == 0)
		return last;
	last = qm_vec_add(&catalog->executions);
	*last = (struct qm_execution){
		.suite_key = line->suite,
		.suite_run = line->suite_run,
		.platform = line->platform,
		.release = "",
		.cycle = "",
		.build = "",
		.first_run = (uint32_t)catalog->runs.count,
	};
	return last;
}

/* Within an execution's range there are test case runs only, and its steps behind them. */
static enum qm_code add_run(
	struct qm_undo *undo, const struct qm_undo_run *run, struct qm_error *err)
{
	struct qm_catalog *catalog = &undo->catalog;
	const struct qm_receipt_line *line = run->last;
	const struct qm_run_row row = {
		.id = line->id, .key = line->key, .status_id = run->after_id
	};
	const struct qm_step_row step = {
		.id = line->id, .number = line->step, .status_id = run->after_id
	};
	struct qm_execution *execution = execution_of(catalog, line);
	uint32_t index = (uint32_t)catalog->executions.count - 1;

	if (line->step)
		return qm_catalog_add_step(catalog, index, line->key, line->case_run, &step, err);
	execution->run_count++;
	return qm_catalog_add_run(catalog, index, &row, err);
}

static enum qm_code build_catalog(struct qm_undo *undo, struct qm_error *err)
{
	struct qm_catalog *catalog = &undo->catalog;
	enum qm_code code = QM_OK;

	qm_undo_chain(undo->options->lines, &undo->runs);
	qm_vec_sort(&undo->runs, compare_runs);
	for (size_t i = 0; !code && i < undo->runs.count; i++)
		code = add_run(undo, qm_vec_at(&undo->runs, i), err);
	undo->summary.catalog = catalog;
	return code;
}

/* ---- What is to be restored. */

static const char *name_of(const struct qm_catalog *catalog, int64_t status_id, const char *kept)
{
	return qm_catalog_status_of(catalog, status_id) ? qm_summary_status(catalog, status_id)
							: kept;
}

static void leave(
	struct qm_undo *undo, uint32_t run, const struct qm_receipt_line *line, int64_t now_id)
{
	const struct qm_catalog *catalog = &undo->catalog;
	const struct qm_origins none = { NULL, NULL };
	char why[320];

	(void)snprintf(why, sizeof why, "was set to %s and is %s now",
		name_of(catalog, line->after_id, line->after_name),
		qm_summary_status(catalog, now_id));
	qm_summary_supersede(
		&undo->summary, run, &none, qm_arena_strdup(&undo->summary.arena, why));
}

static void choose(struct qm_undo *undo, uint32_t index, const struct qm_seen *seen)
{
	const struct qm_undo_run *wanted = qm_vec_at(&undo->runs, index);
	const struct qm_origins none = { NULL, NULL };
	const struct qm_update update = {
		.run = index, .outcome = QM_TARGET_MISSING, .status_id = wanted->restore_id
	};

	if (!seen->found)
		qm_summary_fail(&undo->summary, index, &none,
			wanted->last->step ? "its test case run does not list it any more"
					   : "it is not listed in its suite run any more");
	else if (seen->status_id && seen->status_id == wanted->restore_id)
		undo->summary.earlier++;
	else if (!qm_catalog_status_of(&undo->catalog, wanted->restore_id))
		qm_summary_fail(&undo->summary, index, &none,
			"the status that it had before is not known to the project");
	else if (seen->status_id != wanted->after_id && !undo->options->force)
		leave(undo, index, wanted->last, seen->status_id);
	else
		qm_vec_push(&undo->resolution.updates, &update);
}

static enum qm_code look(struct qm_undo *undo, struct qm_error *err)
{
	size_t count = undo->catalog.runs.count;
	struct qm_seen *seen = qm_alloc_array(count, sizeof *seen);
	enum qm_code code;

	for (size_t i = 0; i < count; i++)
		seen[i].wanted = true;
	code = qm_reread(undo->world, &undo->catalog, seen, err);
	for (size_t i = 0; !code && i < count; i++)
		choose(undo, (uint32_t)i, &seen[i]);
	qm_summary_tell_superseded(&undo->summary);
	free(seen);
	return code;
}

static void tell_damage(struct qm_undo *undo)
{
	const struct qm_receipt_lines *lines = undo->options->lines;

	if (lines->damaged)
		qm_summary_reason(&undo->summary, QM_REASON_NOT_UPLOADED,
			"%s:%d: %zu line%s of the receipt %s damaged, and what %s is not undone",
			undo->options->path, lines->first_damaged, lines->damaged,
			lines->damaged == 1 ? "" : "s", lines->damaged == 1 ? "is" : "are",
			lines->damaged == 1 ? "it says" : "they say");
}

const struct qm_summary *qm_undo_run(struct qm_undo *undo)
{
	const struct qm_deliver_options delivery = {
		.url = undo->options->lines->url,
		.max_split_calls = undo->options->max_split_calls,
		.verify = undo->options->verify,
	};
	struct qm_summary *summary = &undo->summary;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	tell_damage(undo);
	code = build_catalog(undo, &err);
	if (!code)
		code = qm_fetch_project(undo->world->session, undo->options->lines->project,
			&undo->catalog.arena, &undo->catalog.project, &err);
	if (!code)
		code = look(undo, &err);
	if (code) {
		qm_summary_failure(summary, &err);
	} else {
		qm_plan_make(
			&undo->plan, &undo->catalog, &undo->resolution, undo->options->batch_size);
		qm_deliver(summary, &undo->plan, undo->world, &delivery);
	}
	summary->counts = *qm_session_counts(undo->world->session);
	return summary;
}
