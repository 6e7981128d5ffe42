#include "tests/sim/world.h"
#include "src/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_world_init(struct sim_world *world)
{
	sim_fields_init(&sim_world_shape, world);
	qm_arena_init(&world->arena);
}

static void release_refs(struct sim_project *project)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; j < suite->executions.count; j++) {
			struct sim_execution *execution = qm_vec_at(&suite->executions, j);

			qm_vec_release(&execution->run_refs);
			qm_vec_release(&execution->step_refs);
		}
	}
}

void sim_world_release(struct sim_world *world)
{
	for (size_t i = 0; i < world->projects.count; i++)
		release_refs(qm_vec_at(&world->projects, i));
	sim_fields_release(&sim_world_shape, world);
	qm_arena_release(&world->arena);
}

/* Standard input may stay open after the world (see --until-eof), so its end is not read. */
static json_t *read_json(const char *path, struct qm_error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	size_t flags = JSON_REJECT_DUPLICATES | (is_stdin ? JSON_DISABLE_EOF_CHECK : 0);
	json_error_t cause;
	json_t *json =
		is_stdin ? json_loadf(stdin, flags, &cause) : json_load_file(path, flags, &cause);

	if (!json) {
		(void)qm_error_set(err, QM_EUSAGE, "%s", cause.text);
		qm_error_at(err, path, cause.line, cause.column);
	}
	return json;
}

enum qm_code sim_world_load(struct sim_world *world, const char *path, struct qm_error *err)
{
	json_t *json = read_json(path, err);
	enum qm_code code;

	if (!json)
		return QM_EUSAGE;
	code = sim_fields_load(&sim_world_shape, json, world, &world->arena, err);
	if (!code)
		code = sim_settings_finish(&world->settings, err);
	if (!code)
		code = sim_world_link(world, err);
	if (code)
		qm_error_at(err, path, 0, 0);
	json_decref(json);
	return code;
}

struct sim_project *sim_world_project(const struct sim_world *world, const char *key)
{
	for (size_t i = 0; i < world->projects.count; i++) {
		struct sim_project *project = qm_vec_at(&world->projects, i);

		if (strcmp(project->key, key) == 0)
			return project;
	}
	return NULL;
}

struct sim_suite *sim_project_suite(const struct sim_project *project, int64_t id)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		struct sim_suite *suite = qm_vec_at(&project->suites, i);

		if (suite->id == id)
			return suite;
	}
	return NULL;
}

struct sim_execution *sim_project_execution(const struct sim_project *project, int64_t id)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; j < suite->executions.count; j++) {
			struct sim_execution *execution = qm_vec_at(&suite->executions, j);

			if (execution->id == id)
				return execution;
		}
	}
	return NULL;
}

const struct sim_build *sim_project_build(const struct sim_project *project, int64_t id)
{
	for (size_t i = 0; i < project->builds.count; i++) {
		const struct sim_build *build = qm_vec_at(&project->builds, i);

		if (build->id == id)
			return build;
	}
	return NULL;
}

const struct sim_status *sim_project_status(const struct sim_project *project, size_t index)
{
	return qm_vec_at(&project->statuses, index);
}

size_t sim_project_status_by_id(const struct sim_project *project, int64_t id)
{
	size_t index = 0;

	while (index < project->statuses.count && sim_project_status(project, index)->id != id)
		index++;
	return index;
}

size_t sim_project_status_by_name(const struct sim_project *project, const char *name)
{
	size_t count = project->statuses.count;

	for (size_t i = 0; i < count; i++) {
		const struct sim_status *status = sim_project_status(project, i);

		if (status->default_name && strcmp(status->default_name, name) == 0)
			return i;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(sim_project_status(project, i)->name, name) == 0)
			return i;
	return count;
}

static int compare_id(const void *key, const void *item)
{
	int64_t id = *(const int64_t *)key, other = ((const struct sim_ref *)item)->id;

	return (id > other) - (id < other);
}

const struct sim_ref *sim_refs_find(const struct qm_vec *refs, int64_t id)
{
	if (!refs->count)
		return NULL;
	return bsearch(&id, refs->items, refs->count, refs->item_size, compare_id);
}
