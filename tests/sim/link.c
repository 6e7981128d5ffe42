/* The second half of loading a world: what its parts have to do with each other. */
#include "src/base/buf.h"
#include "tests/sim/world.h"

#include <inttypes.h>
#include <string.h>

enum {
	TEXT_MAX_BYTES = 4096,
	/* Ten times the largest suite known; more is a typing error. */
	GENERATE_MAX = 1000000,
};

struct linking {
	struct sim_world *world;
	struct sim_project *project;
	struct qm_buf text; /* scratch */
	struct qm_error *err;
};

/* "case {n} of Suite{m}" */
static const char *fill_in(struct linking *linking, const char *pattern, int64_t n, int64_t m)
{
	struct qm_buf *text = &linking->text;

	if (!pattern)
		return NULL;
	qm_buf_clear(text);
	while (*pattern) {
		if (strncmp(pattern, "{n}", 3) == 0 || strncmp(pattern, "{m}", 3) == 0) {
			qm_buf_add_int(text, pattern[1] == 'n' ? n : m);
			pattern += 3;
		} else {
			qm_buf_add_char(text, *pattern++);
		}
	}
	return qm_arena_strndup(&linking->world->arena, text->data, text->length);
}

static enum qm_code generate(
	struct linking *linking, const struct sim_generate *order, struct sim_execution *execution)
{
	struct qm_arena *arena = &linking->world->arena;

	if (order->count > GENERATE_MAX || order->script_group < 1)
		return qm_error_set(linking->err, QM_EUSAGE,
			"generate: at most %d runs, script_group at least 1", GENERATE_MAX);
	for (int64_t i = 0; i < order->count; i++) {
		struct sim_run *run = qm_vec_add(&execution->runs);
		int64_t n = order->first_key + i, m = i / order->script_group + 1;

		qm_vec_init(&run->steps, sizeof(struct sim_step));
		run->id = order->first_id + i;
		qm_buf_clear(&linking->text);
		qm_buf_add_text(&linking->text, order->key_prefix);
		qm_buf_add_int(&linking->text, n);
		run->key = qm_arena_strdup(arena, linking->text.data);
		run->summary = fill_in(linking, order->summary, n, m);
		run->script = fill_in(linking, order->script, n, m);
		run->version = "v1";
		run->state.given = order->status;
	}
	return QM_OK;
}

static enum qm_code resolve(struct linking *linking, struct sim_state *state)
{
	const struct sim_project *project = linking->project;

	state->status = sim_project_status_by_name(project, state->given);
	if (state->status == project->statuses.count)
		return qm_error_set(linking->err, QM_EUSAGE, "project %s has no status \"%s\"",
			project->key, state->given);
	if (state->build_id && !sim_project_build(project, state->build_id))
		return qm_error_set(linking->err, QM_EUSAGE, "project %s has no build %" PRId64,
			project->key, state->build_id);
	return QM_OK;
}

static int compare_refs(const void *a, const void *b)
{
	int64_t left = ((const struct sim_ref *)a)->id, right = ((const struct sim_ref *)b)->id;

	return (left > right) - (left < right);
}

static enum qm_code sort_refs(struct linking *linking, struct qm_vec *refs)
{
	qm_vec_sort(refs, compare_refs);
	for (size_t i = 1; i < refs->count; i++) {
		int64_t id = ((const struct sim_ref *)qm_vec_at(refs, i))->id;

		if (id == ((const struct sim_ref *)qm_vec_at(refs, i - 1))->id)
			return qm_error_set(linking->err, QM_EUSAGE,
				"two runs of an execution have the id %" PRId64, id);
	}
	return QM_OK;
}

static void add_ref(struct qm_vec *refs, int64_t id, struct sim_run *run, struct sim_state *state)
{
	struct sim_ref *ref = qm_vec_add(refs);

	*ref = (struct sim_ref){ .id = id, .run = run, .state = state };
}

static enum qm_code link_run(
	struct linking *linking, struct sim_run *run, struct sim_execution *execution)
{
	enum qm_code code = resolve(linking, &run->state);

	add_ref(&execution->run_refs, run->id, run, &run->state);
	for (size_t i = 0; !code && i < run->steps.count; i++) {
		struct sim_step *step = qm_vec_at(&run->steps, i);

		code = resolve(linking, &step->state);
		add_ref(&execution->step_refs, step->id, run, &step->state);
	}
	return code;
}

/* A world without lists of its own has the platforms and cycles that its executions name. */
static void add_platform(struct qm_vec *platforms, const struct sim_execution *execution)
{
	struct sim_platform *platform;

	if (!execution->platform)
		return;
	for (size_t i = 0; i < platforms->count; i++) {
		platform = qm_vec_at(platforms, i);
		if (platform->id == execution->platform_id)
			return;
	}
	platform = qm_vec_add(platforms);
	*platform = (struct sim_platform){ execution->platform_id, execution->platform };
}

static void add_cycle(struct qm_vec *releases, const struct sim_execution *execution)
{
	struct sim_release *release = NULL;
	struct sim_cycle *cycle;

	if (!execution->release || !execution->cycle)
		return;
	for (size_t i = 0; !release && i < releases->count; i++) {
		release = qm_vec_at(releases, i);
		if (release->id != execution->release_id)
			release = NULL;
	}
	if (!release) {
		release = qm_vec_add(releases);
		release->id = execution->release_id;
		release->name = execution->release;
		qm_vec_init(&release->cycles, sizeof(struct sim_cycle));
	}
	for (size_t i = 0; i < release->cycles.count; i++) {
		cycle = qm_vec_at(&release->cycles, i);
		if (cycle->id == execution->cycle_id)
			return;
	}
	cycle = qm_vec_add(&release->cycles);
	*cycle = (struct sim_cycle){ .id = execution->cycle_id, .name = execution->cycle };
}

static enum qm_code link_execution(struct linking *linking, struct sim_execution *execution)
{
	enum qm_code code = QM_OK;

	qm_vec_init(&execution->run_refs, sizeof(struct sim_ref));
	qm_vec_init(&execution->step_refs, sizeof(struct sim_ref));
	for (size_t i = 0; !code && i < execution->generate.count; i++)
		code = generate(linking, qm_vec_at(&execution->generate, i), execution);
	/* From here on the runs stay where they are: references point at them. */
	for (size_t i = 0; !code && i < execution->runs.count; i++)
		code = link_run(linking, qm_vec_at(&execution->runs, i), execution);
	if (!code)
		code = sort_refs(linking, &execution->run_refs);
	if (!code)
		code = sort_refs(linking, &execution->step_refs);
	return code;
}

static void list_used(struct sim_project *project, bool platforms, bool releases)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; j < suite->executions.count; j++) {
			const struct sim_execution *execution = qm_vec_at(&suite->executions, j);

			if (platforms)
				add_platform(&project->platforms, execution);
			if (releases)
				add_cycle(&project->releases, execution);
		}
	}
}

static enum qm_code link_project(struct linking *linking, struct sim_project *project)
{
	enum qm_code code = QM_OK;

	linking->project = project;
	for (size_t i = 0; i < project->suites.count; i++) {
		struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; !code && j < suite->executions.count; j++) {
			struct sim_execution *execution = qm_vec_at(&suite->executions, j);

			if (sim_project_execution(project, execution->id) != execution)
				code = qm_error_set(linking->err, QM_EUSAGE,
					"two executions have the tsRunID %" PRId64, execution->id);
			else
				code = link_execution(linking, execution);
		}
	}
	list_used(project, !project->platforms.count, !project->releases.count);
	return code;
}

enum qm_code sim_world_link(struct sim_world *world, struct qm_error *err)
{
	struct linking linking = { .world = world, .err = err };
	enum qm_code code = QM_OK;

	qm_buf_init(&linking.text, TEXT_MAX_BYTES);
	for (size_t i = 0; !code && i < world->projects.count; i++)
		code = link_project(&linking, qm_vec_at(&world->projects, i));
	qm_buf_release(&linking.text);
	return code;
}
