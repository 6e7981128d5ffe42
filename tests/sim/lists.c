/* The lists that are read to find out where results belong. */
#include "tests/sim/answers.h"
#include "tests/sim/filter.h"

#include <inttypes.h>
#include <stdio.h>

static void begin_answer(const struct sim *sim, struct sim_json *json)
{
	sim_json_init(json);
	json->omitted = &sim->world.settings.omit_fields;
	json->ids_as_texts = sim->world.settings.ids_as_strings;
	sim_json_open(json, NULL, '{');
}

static void end_answer(struct sim_json *json, struct sim_reply *reply)
{
	sim_json_close(json, '}');
	qm_buf_release(&reply->body);
	reply->body = json->text;
}

void sim_page_begin(const struct sim *sim, const struct sim_request *request, struct sim_page *page,
	struct sim_json *json)
{
	int64_t limit = sim_request_int(request, "limit");

	if (limit > sim->world.settings.max_page)
		limit = sim->world.settings.max_page;
	*page = (struct sim_page){ .start = sim_request_int(request, "start"), .limit = limit };
	begin_answer(sim, json);
	sim_json_open(json, "data", '[');
}

bool sim_page_takes(struct sim_page *page)
{
	int64_t index = page->total++;

	return index >= page->start && index < page->start + page->limit;
}

void sim_page_end(const struct sim_page *page, struct sim_json *json, struct sim_reply *reply)
{
	sim_json_close(json, ']');
	sim_json_int(json, "total", page->total);
	end_answer(json, reply);
}

static void write_views(struct sim_json *json, const struct sim_project *project)
{
	static const char *const names[SIM_VIEWS] = { "TC", "TS", "TE", "TEL", "TCS", "TSFS" };

	sim_json_open(json, "latestViews", '{');
	for (size_t i = 0; i < SIM_VIEWS; i++) {
		sim_json_open(json, names[i], '{');
		sim_json_id(json, "viewId", project->views[i]);
		sim_json_text(json, "viewName", "Default View");
		sim_json_close(json, '}');
	}
	sim_json_close(json, '}');
}

static void write_statuses(struct sim_json *json, const struct sim_project *project)
{
	sim_json_open(json, "allstatus", '[');
	for (size_t i = 0; i < project->statuses.count; i++) {
		const struct sim_status *status = sim_project_status(project, i);

		sim_json_open(json, NULL, '{');
		sim_json_text(json, "name", status->name);
		sim_json_text(json, "defaultName", status->default_name);
		sim_json_id(json, "id", status->id);
		sim_json_text(json, "color", "#8CC152");
		if (status->is_default)
			sim_json_bool(json, "isdefault", true);
		sim_json_close(json, '}');
	}
	sim_json_close(json, ']');
}

static void write_build(struct sim_json *json, const struct sim_build *build, bool whole)
{
	sim_json_open(json, NULL, '{');
	sim_json_id(json, "DropID", build->id);
	sim_json_text(json, "Name", build->name);
	if (whole)
		sim_json_bool(json, "isArchived", build->archived);
	sim_json_close(json, '}');
}

static void write_current_drops(struct sim_json *json, const struct sim_project *project)
{
	int64_t left = project->current_drops < 0 ? INT64_MAX : project->current_drops;

	sim_json_open(json, "currentdrops", '[');
	for (size_t i = 0; i < project->builds.count && left > 0; i++) {
		const struct sim_build *build = qm_vec_at(&project->builds, i);

		if (build->archived)
			continue;
		write_build(json, build, false);
		left--;
	}
	sim_json_close(json, ']');
}

void sim_answer_info(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_project *project = request->project;
	struct sim_json json;

	begin_answer(sim, &json);
	sim_json_id(&json, "currentProjectId", project->id);
	sim_json_text(&json, "clientCode", project->client_code);
	sim_json_text(&json, "projectKey", project->key);
	write_views(&json, project);
	write_statuses(&json, project);
	write_current_drops(&json, project);
	sim_json_open(&json, "rootFolders", '{');
	sim_json_open(&json, "TS", '{');
	sim_json_id(&json, "id", project->id * 10 + 1);
	sim_json_close(&json, '}');
	sim_json_open(&json, "TC", '{');
	sim_json_id(&json, "id", project->id * 10 + 2);
	sim_json_close(&json, '}');
	sim_json_close(&json, '}');
	sim_json_open(&json, "customListObjs", '{');
	sim_json_close(&json, '}');
	end_answer(&json, reply);
}

void sim_answer_suites(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct qm_vec *suites = &request->project->suites;
	struct sim_page page;
	struct sim_json json;

	sim_page_begin(sim, request, &page, &json);
	for (size_t i = 0; i < suites->count; i++) {
		const struct sim_suite *suite = qm_vec_at(suites, i);

		if (!sim_filter_has_key(request->filter, "entityKeyId", suite->key) ||
			!sim_filter_has_text(request->filter, "name", suite->name) ||
			!sim_page_takes(&page))
			continue;
		sim_json_open(&json, NULL, '{');
		sim_json_id(&json, "id", suite->id);
		sim_json_text(&json, "entityKey", suite->key);
		sim_json_text(&json, "name", suite->name);
		sim_json_bool(&json, "isArchived", suite->archived);
		sim_json_int(&json, "linkedPlatformsCount", (int64_t)suite->executions.count);
		sim_json_close(&json, '}');
	}
	sim_page_end(&page, &json, reply);
}

static bool execution_passes(const json_t *filter, const struct sim_execution *execution)
{
	return sim_filter_has_id(filter, "platformID", execution->platform_id) &&
		sim_filter_has_id(filter, "releaseID", execution->release_id) &&
		sim_filter_has_id(filter, "cycleID", execution->cycle_id) &&
		sim_filter_has_id(filter, "isArchived", execution->archived) &&
		sim_filter_has_flag(filter, "isAutomatedFlag", !execution->manual);
}

static void write_execution(struct sim_json *json, const struct sim_execution *execution)
{
	sim_json_open(json, NULL, '{');
	sim_json_id_text(json, "tsRunID", execution->id);
	if (execution->platform) {
		sim_json_id(json, "platformID", execution->platform_id);
		sim_json_text(json, "platformName", execution->platform);
	}
	if (execution->release) {
		sim_json_id(json, "releaseID", execution->release_id);
		sim_json_text(json, "releaseName", execution->release);
	}
	if (execution->cycle) {
		sim_json_id(json, "cycleID", execution->cycle_id);
		sim_json_text(json, "cycleName", execution->cycle);
	}
	if (execution->build_id)
		sim_json_id(json, "dropID", execution->build_id);
	sim_json_text(json, "buildName", execution->build);
	sim_json_bool(json, "isAutomatedFlag", !execution->manual);
	sim_json_bool(json, "isArchived", execution->archived);
	if (execution->locked)
		sim_json_bool(json, "isLocked", true);
	if (execution->closed)
		sim_json_bool(json, "isClosed", true);
	sim_json_int(
		json, "totalTcRun", (int64_t)(execution->runs.count - execution->deleted_count));
	sim_json_close(json, '}');
}

void sim_answer_executions(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_suite *suite =
		sim_project_suite(request->project, sim_request_int(request, "tsID"));
	struct sim_page page;
	struct sim_json json;

	if (!suite) {
		sim_refuse(sim, request, reply, "unknown_suite", "There is no such test suite");
		return;
	}
	sim_page_begin(sim, request, &page, &json);
	for (size_t i = 0; i < suite->executions.count; i++) {
		const struct sim_execution *execution = qm_vec_at(&suite->executions, i);

		if (execution_passes(request->filter, execution) && sim_page_takes(&page))
			write_execution(&json, execution);
	}
	sim_page_end(&page, &json, reply);
}

static void write_run(struct sim_json *json, const struct sim_project *project,
	const struct sim_execution *execution, const struct sim_run *run)
{
	const struct sim_status *status = sim_project_status(project, run->state.status);

	sim_json_open(json, NULL, '{');
	sim_json_id(json, "tcRunID", run->id);
	sim_json_id_text(json, "tsRunID", execution->id);
	sim_json_text(json, "entityKey", run->key);
	sim_json_text(json, "summary", run->summary);
	sim_json_text(json, "latestVersion", run->version);
	sim_json_text(json, "testScriptName", run->script);
	sim_json_text(json, "runStatus", status->name);
	sim_json_id(json, "runStatusID", status->id);
	if (run->state.build_id) {
		sim_json_id(json, "dropID", run->state.build_id);
		sim_json_text(
			json, "buildName", sim_project_build(project, run->state.build_id)->name);
	}
	if (run->archived)
		sim_json_bool(json, "isArchived", true);
	if (run->locked)
		sim_json_bool(json, "isLocked", true);
	/* Rows are full of what a client does not know. */
	sim_json_text(json, "priorityAlias", "Major");
	sim_json_int(json, "attachmentCount", 0);
	sim_json_close(json, '}');
}

/* The rows to look at: walking over all 100,000 for each page would be felt. */
static void narrow(
	const struct sim_execution *execution, struct sim_page *page, size_t *first, size_t *end)
{
	size_t count = execution->runs.count;

	*first = (size_t)page->start < count ? (size_t)page->start : count;
	*end = count - *first > (size_t)page->limit ? *first + (size_t)page->limit : count;
	page->total = (int64_t)*first;
}

void sim_answer_runs(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_execution *execution =
		sim_project_execution(request->project, sim_request_int(request, "tsrunID"));
	size_t first = 0, end;
	struct sim_page page;
	struct sim_json json;

	if (!execution) {
		sim_refuse(sim, request, reply, "unknown_suite_run",
			"There is no such test suite run");
		return;
	}
	sim_page_begin(sim, request, &page, &json);
	end = execution->runs.count;
	if (!json_array_size(request->filter) && !execution->deleted_count)
		narrow(execution, &page, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct sim_run *run = qm_vec_at(&execution->runs, i);

		if (!run->deleted && sim_filter_has_key(request->filter, "entityKeyId", run->key) &&
			sim_page_takes(&page))
			write_run(&json, request->project, execution, run);
	}
	page.total += (int64_t)(execution->runs.count - end);
	sim_json_close(&json, ']');
	sim_json_bool(&json, "hasTcRunUdf", false);
	sim_json_int(&json, "total", page.total);
	end_answer(&json, reply);
}

static void write_step(struct sim_json *json, const struct sim_project *project,
	const struct sim_execution *execution, const struct sim_step *step, int64_t number)
{
	const struct sim_status *status = sim_project_status(project, step->state.status);

	sim_json_open(json, NULL, '{');
	sim_json_id(json, "tcStepRunID", step->id);
	sim_json_id_text(json, "tsRunID", execution->id);
	sim_json_int(json, "stepNo", number);
	sim_json_text(json, "description", step->description);
	sim_json_text(json, "runStatus", status->name);
	sim_json_id(json, "runStatusID", status->id);
	sim_json_close(json, '}');
}

/* The run with that id in whatever execution. */
static const struct sim_ref *find_run(
	const struct sim_project *project, int64_t id, const struct sim_execution **out)
{
	for (size_t i = 0; i < project->suites.count; i++) {
		const struct sim_suite *suite = qm_vec_at(&project->suites, i);

		for (size_t j = 0; j < suite->executions.count; j++) {
			const struct sim_ref *ref;

			*out = qm_vec_at(&suite->executions, j);
			ref = sim_refs_find(&(*out)->run_refs, id);
			if (ref)
				return ref;
		}
	}
	return NULL;
}

void sim_answer_steps(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_execution *execution = NULL;
	const struct sim_ref *ref =
		find_run(request->project, sim_request_int(request, "tcrID"), &execution);
	struct sim_page page;
	struct sim_json json;

	if (!ref || ref->run->deleted) {
		sim_refuse(sim, request, reply, "unknown_id", "There is no such test case run");
		return;
	}
	sim_page_begin(sim, request, &page, &json);
	if (!json_object_get(request->json, "limit"))
		page.limit = sim->world.settings.max_page;
	for (size_t i = 0; i < ref->run->steps.count; i++)
		if (sim_page_takes(&page))
			write_step(&json, request->project, execution,
				qm_vec_at(&ref->run->steps, i), (int64_t)i + 1);
	sim_page_end(&page, &json, reply);
}

void sim_answer_builds(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct qm_vec *builds = &request->project->builds;
	struct sim_page page;
	struct sim_json json;

	sim_page_begin(sim, request, &page, &json);
	for (size_t i = 0; i < builds->count; i++) {
		const struct sim_build *build = qm_vec_at(builds, i);

		if (sim_filter_has_text(request->filter, "name", build->name) &&
			sim_filter_has_id(request->filter, "isArchived", build->archived) &&
			sim_page_takes(&page))
			write_build(&json, build, true);
	}
	sim_page_end(&page, &json, reply);
}

void sim_answer_platforms(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct qm_vec *platforms = &request->project->platforms;
	struct sim_page page;
	struct sim_json json;

	sim_page_begin(sim, request, &page, &json);
	for (size_t i = 0; i < platforms->count; i++) {
		const struct sim_platform *platform = qm_vec_at(platforms, i);

		if (!sim_filter_has_text(request->filter, "name", platform->name) ||
			!sim_page_takes(&page))
			continue;
		sim_json_open(&json, NULL, '{');
		sim_json_id(&json, "platformID", platform->id);
		sim_json_text(&json, "name", platform->name);
		sim_json_close(&json, '}');
	}
	sim_page_end(&page, &json, reply);
}

static void write_cycles(struct sim_json *json, const struct sim_release *release, bool archived)
{
	sim_json_open(json, "children", '[');
	for (size_t i = 0; i < release->cycles.count; i++) {
		const struct sim_cycle *cycle = qm_vec_at(&release->cycles, i);

		if (cycle->archived && !archived)
			continue;
		sim_json_open(json, NULL, '{');
		sim_json_id(json, "cyclID", cycle->id);
		sim_json_text(json, "type", cycle->name);
		sim_json_bool(json, "isArchived", cycle->archived);
		sim_json_close(json, '}');
	}
	sim_json_close(json, ']');
}

/* Names are in "type", and a cycle's id is spelled so: this is how the server answers. */
void sim_answer_tree(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_project *project = request->project;
	bool archived = json_is_true(json_object_get(request->json, "showArchive"));
	struct sim_json json;

	begin_answer(sim, &json);
	sim_json_text(&json, "text", ".");
	sim_json_open(&json, "children", '[');
	sim_json_open(&json, NULL, '{');
	sim_json_id(&json, "projID", project->id);
	sim_json_text(&json, "type", project->key);
	sim_json_open(&json, "children", '[');
	for (size_t i = 0; i < project->releases.count; i++) {
		const struct sim_release *release = qm_vec_at(&project->releases, i);

		if (release->archived && !archived)
			continue;
		sim_json_open(&json, NULL, '{');
		sim_json_id(&json, "relID", release->id);
		sim_json_text(&json, "type", release->name);
		sim_json_bool(&json, "isArchived", release->archived);
		write_cycles(&json, release, archived);
		sim_json_close(&json, '}');
	}
	sim_json_close(&json, ']');
	sim_json_close(&json, '}');
	sim_json_close(&json, ']');
	end_answer(&json, reply);
}
