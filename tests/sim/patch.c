/* Changes behind the client's back. */
#include "tests/sim/admin.h"
#include "tests/sim/answers.h"

#include <inttypes.h>

struct run_change {
	struct qm_vec ids; /* int64_t */
	const char *status, *comment;
	int64_t build_id;
};

struct execution_change {
	int64_t id;
	bool archived, locked, closed;
};

struct patch {
	struct sim_settings settings;
	struct qm_vec runs;       /* struct run_change */
	struct qm_vec executions; /* struct execution_change */
	struct qm_vec deleted;    /* int64_t */
	bool reset;
};

static const struct sim_field run_fields[] = {
	{ SIM_FIELD("ids", SIM_INTS, struct run_change, ids), .required = true },
	{ SIM_FIELD("status", SIM_TEXT, struct run_change, status) },
	{ SIM_FIELD("comment", SIM_TEXT, struct run_change, comment) },
	{ SIM_FIELD("dropID", SIM_INT, struct run_change, build_id) },
};
static const struct sim_shape run_shape = { SIM_SHAPE(run_fields, struct run_change) };

static const struct sim_field execution_fields[] = {
	{ SIM_FIELD("tsRunID", SIM_INT, struct execution_change, id), .required = true },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct execution_change, archived) },
	{ SIM_FIELD("isLocked", SIM_BOOL, struct execution_change, locked) },
	{ SIM_FIELD("isClosed", SIM_BOOL, struct execution_change, closed) },
};
static const struct sim_shape execution_shape = { SIM_SHAPE(
	execution_fields, struct execution_change) };

static const struct sim_field patch_fields[] = {
	{ SIM_FIELD("runs", SIM_OBJECTS, struct patch, runs), .shape = &run_shape },
	{ SIM_FIELD("executions", SIM_OBJECTS, struct patch, executions),
		.shape = &execution_shape },
	{ SIM_FIELD("delete_runs", SIM_INTS, struct patch, deleted) },
	{ SIM_FIELD("reset", SIM_BOOL, struct patch, reset) },
	{ SIM_FIELD(NULL, SIM_OBJECT, struct patch, settings), .shape = &sim_settings_shape },
};
static const struct sim_shape patch_shape = { SIM_SHAPE(patch_fields, struct patch) };

/* What is done with a run that was found. */
typedef enum qm_code (*run_fn)(struct sim_project *project, struct sim_execution *execution,
	struct sim_run *run, const struct run_change *change, struct qm_error *err);

static enum qm_code change_run(struct sim_project *project, struct sim_execution *execution,
	struct sim_run *run, const struct run_change *change, struct qm_error *err)
{
	size_t status = run->state.status;

	(void)execution;
	if (change->status)
		status = sim_project_status_by_name(project, change->status);
	if (status == project->statuses.count)
		return qm_error_set(err, QM_EUSAGE, "runs: no status \"%s\"", change->status);
	if (change->build_id && !sim_project_build(project, change->build_id))
		return qm_error_set(err, QM_EUSAGE, "runs: no build %" PRId64, change->build_id);
	run->state.status = status;
	if (change->build_id)
		run->state.build_id = change->build_id;
	if (change->comment)
		run->state.comment = change->comment;
	return QM_OK;
}

static enum qm_code delete_run(struct sim_project *project, struct sim_execution *execution,
	struct sim_run *run, const struct run_change *change, struct qm_error *err)
{
	(void)project;
	(void)change;
	(void)err;
	execution->deleted_count += !run->deleted;
	run->deleted = true;
	return QM_OK;
}

/* In whatever execution of the project: the number of runs found is added to `found`. */
static enum qm_code with_run(struct sim_project *project, int64_t id, run_fn act,
	const struct run_change *change, struct qm_error *err)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; j < suite->executions.count; j++) {
			struct sim_execution *execution = qm_vec_at(&suite->executions, j);
			const struct sim_ref *ref = sim_refs_find(&execution->run_refs, id);

			if (ref)
				return act(project, execution, ref->run, change, err);
		}
	}
	return qm_error_set(err, QM_ENOTFOUND, "there is no run %" PRId64, id);
}

static enum qm_code with_runs(struct sim *sim, const struct qm_vec *ids, run_fn act,
	const struct run_change *change, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < ids->count; i++) {
		int64_t id = *(const int64_t *)qm_vec_at(ids, i);

		code = QM_ENOTFOUND;
		for (size_t j = 0; code == QM_ENOTFOUND && j < sim->world.projects.count; j++) {
			qm_error_init(err);
			code = with_run(qm_vec_at(&sim->world.projects, j), id, act, change, err);
		}
	}
	return code;
}

static enum qm_code change_execution(
	struct sim *sim, const struct execution_change *change, struct qm_error *err)
{
	for (size_t i = 0; i < sim->world.projects.count; i++) {
		struct sim_execution *execution =
			sim_project_execution(qm_vec_at(&sim->world.projects, i), change->id);

		if (!execution)
			continue;
		execution->archived = change->archived;
		execution->locked = change->locked;
		execution->closed = change->closed;
		return QM_OK;
	}
	return qm_error_set(err, QM_ENOTFOUND, "there is no execution %" PRId64, change->id);
}

static enum qm_code apply(struct sim *sim, const struct patch *patch, struct qm_error *err)
{
	enum qm_code code = sim_settings_finish(&sim->world.settings, err);

	for (size_t i = 0; !code && i < patch->runs.count; i++) {
		const struct run_change *change = qm_vec_at(&patch->runs, i);

		code = with_runs(sim, &change->ids, change_run, change, err);
	}
	if (!code)
		code = with_runs(sim, &patch->deleted, delete_run, NULL, err);
	for (size_t i = 0; !code && i < patch->executions.count; i++)
		code = change_execution(sim, qm_vec_at(&patch->executions, i), err);
	if (!code && patch->reset)
		sim_record_reset(&sim->record);
	return code;
}

enum qm_code sim_patch(struct sim *sim, const json_t *json, struct qm_error *err)
{
	struct sim_settings *settings = &sim->world.settings;
	struct patch patch;
	enum qm_code code;

	sim_fields_init(&patch_shape, &patch);
	/* The settings are lent to the patch, so that what it does not name stays. */
	patch.settings = *settings;
	code = sim_fields_load(&patch_shape, json, &patch, &sim->world.arena, err);
	*settings = patch.settings;
	if (!code)
		code = apply(sim, &patch, err);
	sim_fields_init(&sim_settings_shape, &patch.settings);
	sim_fields_release(&patch_shape, &patch);
	return code;
}
