/*
 * world - what the simulated QMetry holds, and what happened to it.
 *
 *     project VKMC
 *       suite VKMC-TS-20 (tsID 194955)
 *         execution on Chrome (tsRunID 2720260)     one for every platform and cycle
 *           run of VKMC-TC-12 (tcRunID 66095069)    has a status, a build, a comment
 *             step (tcStepRunID)                    so has a step
 *
 * It is read from one JSON file (README.md describes it); "generate" makes as many runs as a
 * benchmark wants. Ids are looked up in sorted arrays, so 100,000 runs are as quick as ten.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "tests/sim/settings.h"

struct sim_status {
	int64_t id;
	const char *name, *default_name;
	bool is_default;
};

struct sim_build {
	int64_t id;
	const char *name;
	bool archived;
};

struct sim_platform {
	int64_t id;
	const char *name;
};

struct sim_cycle {
	int64_t id;
	const char *name;
	bool archived;
};

struct sim_release {
	int64_t id;
	const char *name;
	bool archived;
	struct qm_vec cycles; /* struct sim_cycle */
};

/* What a bulk update changes. */
struct sim_state {
	const char *given; /* the status as the world names it; NULL once it is resolved */
	size_t status;     /* index into the project's statuses */
	int64_t build_id;  /* 0: none */
	const char *comment;
	int64_t updated_ms; /* 0: never */
	int64_t updates;
	bool auto_executed;
};

struct sim_step {
	int64_t id;
	const char *description;
	struct sim_state state;
};

struct sim_run {
	int64_t id;
	const char *key, *summary, *script, *version; /* script: NULL for none */
	struct sim_state state;
	struct qm_vec steps; /* struct sim_step */
	bool deleted, archived, locked;
};

/* Finds a run or a step by its id. */
struct sim_ref {
	int64_t id;
	struct sim_run *run;
	struct sim_state *state; /* the run's, or the step's */
};

/* An order for many runs. */
struct sim_generate {
	int64_t count, first_id, first_key, script_group;
	const char *key_prefix, *summary, *script, *status;
};

struct sim_execution {
	int64_t id, platform_id, release_id, cycle_id, build_id;
	const char *platform, *release, *cycle, *build; /* NULL: the row does not tell */
	bool archived, locked, closed, manual;
	struct qm_vec runs;                /* struct sim_run */
	struct qm_vec generate;            /* struct sim_generate */
	struct qm_vec run_refs, step_refs; /* struct sim_ref, sorted by id */
	size_t deleted_count;
};

struct sim_suite {
	int64_t id;
	const char *key, *name;
	bool archived;
	struct qm_vec executions; /* struct sim_execution */
};

/* Each list has a view, and its requests must name it. */
enum sim_view { SIM_VIEW_TC, SIM_VIEW_TS, SIM_VIEW_TE, SIM_VIEW_TEL, SIM_VIEW_TCS, SIM_VIEW_TSFS };
enum { SIM_VIEWS = SIM_VIEW_TSFS + 1 };

struct sim_project {
	const char *key, *client_code;
	int64_t id;
	int64_t current_drops; /* so many builds are in the project info; -1: all */
	int64_t views[SIM_VIEWS];
	struct qm_vec statuses, builds, platforms, releases, suites;
};

struct sim_world {
	struct qm_arena arena;
	struct sim_settings settings;
	struct qm_vec projects; /* struct sim_project */
};

extern const struct sim_shape sim_world_shape;

void sim_world_init(struct sim_world *world);
void sim_world_release(struct sim_world *world);

/* `path` "-": one JSON value from standard input, which may stay open. Once, after init. */
enum qm_code sim_world_load(
	struct sim_world *world, const char *path, struct qm_error *err) QM_MUST_CHECK;

/* Part of loading (link.c): makes what was ordered, resolves names, sorts ids, finds doubles. */
enum qm_code sim_world_link(struct sim_world *world, struct qm_error *err) QM_MUST_CHECK;

struct sim_project *sim_world_project(const struct sim_world *world, const char *key);
struct sim_suite *sim_project_suite(const struct sim_project *project, int64_t id);
struct sim_execution *sim_project_execution(const struct sim_project *project, int64_t id);
const struct sim_build *sim_project_build(const struct sim_project *project, int64_t id);
const struct sim_status *sim_project_status(const struct sim_project *project, size_t index);

/* Index of a status by id, or by default name, then name; the count of statuses if none. */
size_t sim_project_status_by_id(const struct sim_project *project, int64_t id);
size_t sim_project_status_by_name(const struct sim_project *project, const char *name);

/* In one of run_refs, step_refs; NULL if there is none. */
const struct sim_ref *sim_refs_find(const struct qm_vec *refs, int64_t id);

#endif
