/* The whole state as JSON. */
#include "tests/sim/admin.h"
#include "tests/sim/answers.h"

struct totals {
	int64_t runs, changed_runs, updates, repeated_runs;
};

static void write_changes(
	struct sim_json *json, const struct sim_project *project, const struct sim_state *state)
{
	const struct sim_status *status = sim_project_status(project, state->status);

	sim_json_text(json, "status", status->default_name ? status->default_name : status->name);
	sim_json_text(json, "statusName", status->name);
	if (state->build_id) {
		sim_json_int(json, "dropID", state->build_id);
		sim_json_text(json, "buildName", sim_project_build(project, state->build_id)->name);
	}
	sim_json_text(json, "comment", state->comment);
	sim_json_bool(json, "autoExecuted", state->auto_executed);
	sim_json_int(json, "updates", state->updates);
	sim_json_int(json, "updated_ms", state->updated_ms);
}

static void write_steps(
	struct sim_json *json, const struct sim_project *project, const struct sim_run *run)
{
	sim_json_open(json, "steps", '[');
	for (size_t i = 0; i < run->steps.count; i++) {
		const struct sim_step *step = qm_vec_at(&run->steps, i);

		sim_json_open(json, NULL, '{');
		sim_json_int(json, "tcStepRunID", step->id);
		write_changes(json, project, &step->state);
		sim_json_close(json, '}');
	}
	sim_json_close(json, ']');
}

static void write_run(
	struct sim_json *json, const struct sim_project *project, const struct sim_run *run)
{
	sim_json_open(json, NULL, '{');
	sim_json_int(json, "tcRunID", run->id);
	sim_json_text(json, "entityKey", run->key);
	sim_json_text(json, "summary", run->summary);
	sim_json_text(json, "testScriptName", run->script);
	write_changes(json, project, &run->state);
	if (run->steps.count)
		write_steps(json, project, run);
	if (run->deleted)
		sim_json_bool(json, "deleted", true);
	sim_json_close(json, '}');
}

static void write_counts(struct sim_json *json, const struct sim_project *project,
	const struct sim_execution *execution)
{
	sim_json_open(json, "counts", '{');
	for (size_t i = 0; i < project->statuses.count; i++) {
		const struct sim_status *status = sim_project_status(project, i);
		int64_t count = 0;

		for (size_t j = 0; j < execution->runs.count; j++)
			count += ((const struct sim_run *)qm_vec_at(&execution->runs, j))
					 ->state.status == i;
		if (count)
			sim_json_int(json,
				status->default_name ? status->default_name : status->name, count);
	}
	sim_json_close(json, '}');
}

static void add_run(struct totals *totals, const struct sim_run *run)
{
	totals->runs++;
	totals->updates += run->state.updates;
	totals->changed_runs += run->state.updates > 0;
	totals->repeated_runs += run->state.updates > 1;
}

static void write_execution(struct sim_json *json, const struct sim_project *project,
	const struct sim_execution *execution, enum sim_runs which, struct totals *totals)
{
	sim_json_open(json, NULL, '{');
	sim_json_id_text(json, "tsRunID", execution->id);
	sim_json_text(json, "platformName", execution->platform);
	sim_json_text(json, "releaseName", execution->release);
	sim_json_text(json, "cycleName", execution->cycle);
	write_counts(json, project, execution);
	sim_json_open(json, "runs", '[');
	for (size_t i = 0; i < execution->runs.count; i++) {
		const struct sim_run *run = qm_vec_at(&execution->runs, i);

		add_run(totals, run);
		if (which == SIM_RUNS_ALL || (which == SIM_RUNS_CHANGED && run->state.updates))
			write_run(json, project, run);
	}
	sim_json_close(json, ']');
	sim_json_close(json, '}');
}

static void write_project(struct sim_json *json, const struct sim_project *project,
	enum sim_runs which, struct totals *totals)
{
	sim_json_open(json, NULL, '{');
	sim_json_text(json, "key", project->key);
	sim_json_open(json, "suites", '[');
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		sim_json_open(json, NULL, '{');
		sim_json_text(json, "key", suite->key);
		sim_json_open(json, "executions", '[');
		for (size_t j = 0; j < suite->executions.count; j++)
			write_execution(
				json, project, qm_vec_at(&suite->executions, j), which, totals);
		sim_json_close(json, ']');
		sim_json_close(json, '}');
	}
	sim_json_close(json, ']');
	sim_json_close(json, '}');
}

static void write_imports(struct sim_json *json, const struct qm_vec *imports)
{
	struct qm_vec texts;

	qm_vec_init(&texts, sizeof(char *));
	for (size_t i = 0; i < imports->count; i++)
		qm_vec_push(&texts, &((const struct sim_import *)qm_vec_at(imports, i))->described);
	sim_record_write_list(json, "imports", &texts);
	qm_vec_release(&texts);
}

static void write_links(struct sim_json *json, const struct qm_vec *links)
{
	sim_json_open(json, "links", '[');
	for (size_t i = 0; i < links->count; i++) {
		const struct sim_link *link = qm_vec_at(links, i);

		sim_json_open(json, NULL, '{');
		sim_json_int(json, "tcRunID", link->run_id);
		sim_json_int(json, "issue", link->issue_id);
		sim_json_close(json, '}');
	}
	sim_json_close(json, ']');
}

/* How often each fault has met a request and acted, so that a test can see that it did. */
static void write_faults(struct sim_json *json, const struct qm_vec *faults)
{
	sim_json_open(json, "faults", '[');
	for (size_t i = 0; i < faults->count; i++) {
		const struct sim_fault *fault = qm_vec_at(faults, i);

		sim_json_open(json, NULL, '{');
		sim_json_int(json, "seen", fault->seen);
		sim_json_int(json, "fired", fault->fired);
		sim_json_close(json, '}');
	}
	sim_json_close(json, ']');
}

void sim_write_state(struct sim_json *json, const struct sim *sim, enum sim_runs which)
{
	const struct sim_record *record = &sim->record;
	struct totals totals = { .runs = 0 };

	sim_json_open(json, NULL, '{');
	sim_json_int(json, "now_ms", sim_clock_now(&sim->clock));
	sim_json_open(json, "projects", '[');
	for (size_t i = 0; i < sim->world.projects.count; i++)
		write_project(json, qm_vec_at(&sim->world.projects, i), which, &totals);
	sim_json_close(json, ']');
	sim_json_open(json, "counters", '{');
	sim_json_int(json, "requests", record->sequence);
	sim_json_int(json, "runs", totals.runs);
	sim_json_int(json, "changed_runs", totals.changed_runs);
	sim_json_int(json, "repeated_runs", totals.repeated_runs);
	sim_json_int(json, "updates", totals.updates);
	sim_json_int(json, "violations", record->violation_count);
	sim_json_int(json, "refused", record->refused_count);
	sim_json_close(json, '}');
	sim_record_write_list(json, "violations", &record->violations);
	sim_record_write_list(json, "refused", &record->refused);
	write_imports(json, &sim->imports);
	write_links(json, &sim->links);
	write_faults(json, &sim->world.settings.faults);
	sim_json_close(json, '}');
}
