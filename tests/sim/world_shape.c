#include "tests/sim/world.h"

static const struct sim_field status_fields[] = {
	{ SIM_FIELD("id", SIM_INT, struct sim_status, id), .required = true },
	{ SIM_FIELD("name", SIM_TEXT, struct sim_status, name), .required = true },
	{ SIM_FIELD("defaultName", SIM_TEXT, struct sim_status, default_name) },
	{ SIM_FIELD("isdefault", SIM_BOOL, struct sim_status, is_default) },
};
static const struct sim_shape status_shape = { SIM_SHAPE(status_fields, struct sim_status) };

static const struct sim_field build_fields[] = {
	{ SIM_FIELD("DropID", SIM_INT, struct sim_build, id), .required = true },
	{ SIM_FIELD("Name", SIM_TEXT, struct sim_build, name), .required = true },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct sim_build, archived) },
};
static const struct sim_shape build_shape = { SIM_SHAPE(build_fields, struct sim_build) };

static const struct sim_field platform_fields[] = {
	{ SIM_FIELD("platformID", SIM_INT, struct sim_platform, id), .required = true },
	{ SIM_FIELD("name", SIM_TEXT, struct sim_platform, name), .required = true },
};
static const struct sim_shape platform_shape = { SIM_SHAPE(platform_fields, struct sim_platform) };

static const struct sim_field cycle_fields[] = {
	{ SIM_FIELD("cycleID", SIM_INT, struct sim_cycle, id), .required = true },
	{ SIM_FIELD("name", SIM_TEXT, struct sim_cycle, name), .required = true },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct sim_cycle, archived) },
};
static const struct sim_shape cycle_shape = { SIM_SHAPE(cycle_fields, struct sim_cycle) };

static const struct sim_field release_fields[] = {
	{ SIM_FIELD("releaseID", SIM_INT, struct sim_release, id), .required = true },
	{ SIM_FIELD("name", SIM_TEXT, struct sim_release, name), .required = true },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct sim_release, archived) },
	{ SIM_FIELD("cycles", SIM_OBJECTS, struct sim_release, cycles), .shape = &cycle_shape },
};
static const struct sim_shape release_shape = { SIM_SHAPE(release_fields, struct sim_release) };

static const struct sim_field step_fields[] = {
	{ SIM_FIELD("tcStepRunID", SIM_INT, struct sim_step, id), .required = true },
	{ SIM_FIELD("description", SIM_TEXT, struct sim_step, description) },
	{ SIM_FIELD("status", SIM_TEXT, struct sim_step, state.given) },
};
static const struct sim_step step_defaults = { .description = "", .state.given = "notrun" };
static const struct sim_shape step_shape = { SIM_SHAPE(step_fields, step_defaults),
	.defaults = &step_defaults };

static const struct sim_field run_fields[] = {
	{ SIM_FIELD("tcRunID", SIM_INT, struct sim_run, id), .required = true },
	{ SIM_FIELD("entityKey", SIM_TEXT, struct sim_run, key), .required = true },
	{ SIM_FIELD("summary", SIM_TEXT, struct sim_run, summary) },
	{ SIM_FIELD("testScriptName", SIM_TEXT, struct sim_run, script) },
	{ SIM_FIELD("latestVersion", SIM_TEXT, struct sim_run, version) },
	{ SIM_FIELD("status", SIM_TEXT, struct sim_run, state.given) },
	{ SIM_FIELD("dropID", SIM_INT, struct sim_run, state.build_id) },
	{ SIM_FIELD("comment", SIM_TEXT, struct sim_run, state.comment) },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct sim_run, archived) },
	{ SIM_FIELD("isLocked", SIM_BOOL, struct sim_run, locked) },
	{ SIM_FIELD("steps", SIM_OBJECTS, struct sim_run, steps), .shape = &step_shape },
};
static const struct sim_run run_defaults = {
	.summary = "", .version = "v1", .state.given = "notrun"
};
static const struct sim_shape run_shape = { SIM_SHAPE(run_fields, run_defaults),
	.defaults = &run_defaults };

static const struct sim_field generate_fields[] = {
	{ SIM_FIELD("count", SIM_INT, struct sim_generate, count), .required = true },
	{ SIM_FIELD("first_id", SIM_INT, struct sim_generate, first_id), .required = true },
	{ SIM_FIELD("key_prefix", SIM_TEXT, struct sim_generate, key_prefix) },
	{ SIM_FIELD("first_key", SIM_INT, struct sim_generate, first_key) },
	{ SIM_FIELD("summary", SIM_TEXT, struct sim_generate, summary) },
	{ SIM_FIELD("script", SIM_TEXT, struct sim_generate, script) },
	{ SIM_FIELD("script_group", SIM_INT, struct sim_generate, script_group) },
	{ SIM_FIELD("status", SIM_TEXT, struct sim_generate, status) },
};
static const struct sim_generate generate_defaults = { .first_key = 1,
	.script_group = 100,
	.key_prefix = "VKMC-TC-",
	.summary = "test {n}",
	.status = "notrun" };
static const struct sim_shape generate_shape = { SIM_SHAPE(generate_fields, generate_defaults),
	.defaults = &generate_defaults };

static const struct sim_field execution_fields[] = {
	{ SIM_FIELD("tsRunID", SIM_INT, struct sim_execution, id), .required = true },
	{ SIM_FIELD("platformID", SIM_INT, struct sim_execution, platform_id) },
	{ SIM_FIELD("platformName", SIM_TEXT, struct sim_execution, platform) },
	{ SIM_FIELD("releaseID", SIM_INT, struct sim_execution, release_id) },
	{ SIM_FIELD("releaseName", SIM_TEXT, struct sim_execution, release) },
	{ SIM_FIELD("cycleID", SIM_INT, struct sim_execution, cycle_id) },
	{ SIM_FIELD("cycleName", SIM_TEXT, struct sim_execution, cycle) },
	{ SIM_FIELD("dropID", SIM_INT, struct sim_execution, build_id) },
	{ SIM_FIELD("buildName", SIM_TEXT, struct sim_execution, build) },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct sim_execution, archived) },
	{ SIM_FIELD("isLocked", SIM_BOOL, struct sim_execution, locked) },
	{ SIM_FIELD("isClosed", SIM_BOOL, struct sim_execution, closed) },
	{ SIM_FIELD("isManual", SIM_BOOL, struct sim_execution, manual) },
	{ SIM_FIELD("runs", SIM_OBJECTS, struct sim_execution, runs), .shape = &run_shape },
	{ SIM_FIELD("generate", SIM_OBJECTS, struct sim_execution, generate),
		.shape = &generate_shape },
};
static const struct sim_shape execution_shape = { SIM_SHAPE(
	execution_fields, struct sim_execution) };

static const struct sim_field suite_fields[] = {
	{ SIM_FIELD("id", SIM_INT, struct sim_suite, id), .required = true },
	{ SIM_FIELD("key", SIM_TEXT, struct sim_suite, key), .required = true },
	{ SIM_FIELD("name", SIM_TEXT, struct sim_suite, name) },
	{ SIM_FIELD("isArchived", SIM_BOOL, struct sim_suite, archived) },
	{ SIM_FIELD("executions", SIM_OBJECTS, struct sim_suite, executions),
		.shape = &execution_shape },
};
static const struct sim_suite suite_defaults = { .name = "" };
static const struct sim_shape suite_shape = { SIM_SHAPE(suite_fields, suite_defaults),
	.defaults = &suite_defaults };

static const struct sim_field view_fields[] = {
	{ .name = "TC", .kind = SIM_INT, .offset = SIM_VIEW_TC * sizeof(int64_t) },
	{ .name = "TS", .kind = SIM_INT, .offset = SIM_VIEW_TS * sizeof(int64_t) },
	{ .name = "TE", .kind = SIM_INT, .offset = SIM_VIEW_TE * sizeof(int64_t) },
	{ .name = "TEL", .kind = SIM_INT, .offset = SIM_VIEW_TEL * sizeof(int64_t) },
	{ .name = "TCS", .kind = SIM_INT, .offset = SIM_VIEW_TCS * sizeof(int64_t) },
	{ .name = "TSFS", .kind = SIM_INT, .offset = SIM_VIEW_TSFS * sizeof(int64_t) },
};
static const int64_t view_defaults[SIM_VIEWS] = { 103095, 103097, 104123, 41799, 104125, 104127 };
static const struct sim_shape view_shape = { SIM_SHAPE(view_fields, view_defaults),
	.defaults = &view_defaults };

static const struct sim_field project_fields[] = {
	{ SIM_FIELD("key", SIM_TEXT, struct sim_project, key), .required = true },
	{ SIM_FIELD("id", SIM_INT, struct sim_project, id) },
	{ SIM_FIELD("clientCode", SIM_TEXT, struct sim_project, client_code) },
	{ SIM_FIELD("views", SIM_OBJECT, struct sim_project, views), .shape = &view_shape },
	{ SIM_FIELD("statuses", SIM_OBJECTS, struct sim_project, statuses), .required = true,
		.shape = &status_shape },
	{ SIM_FIELD("builds", SIM_OBJECTS, struct sim_project, builds), .shape = &build_shape },
	{ SIM_FIELD("currentdrops", SIM_INT, struct sim_project, current_drops) },
	{ SIM_FIELD("platforms", SIM_OBJECTS, struct sim_project, platforms),
		.shape = &platform_shape },
	{ SIM_FIELD("releases", SIM_OBJECTS, struct sim_project, releases),
		.shape = &release_shape },
	{ SIM_FIELD("suites", SIM_OBJECTS, struct sim_project, suites), .shape = &suite_shape },
};
static const struct sim_project project_defaults = {
	.id = 1, .client_code = "ORG", .current_drops = -1
};
static const struct sim_shape project_shape = { SIM_SHAPE(project_fields, project_defaults),
	.defaults = &project_defaults };

static const struct sim_field world_fields[] = {
	{ SIM_FIELD("projects", SIM_OBJECTS, struct sim_world, projects), .required = true,
		.shape = &project_shape },
	{ SIM_FIELD(NULL, SIM_OBJECT, struct sim_world, settings), .shape = &sim_settings_shape },
};
const struct sim_shape sim_world_shape = { SIM_SHAPE(world_fields, struct sim_world) };
