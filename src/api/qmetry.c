#include "src/api/qmetry.h"
#include "src/api/json.h"
#include "src/api/limits.h"
#include "src/api/pages.h"

#include <string.h>

/* A list being read: what the request has beyond the place, and whom its rows are for. */
struct listing {
	struct qm_list list;
	json_t *arguments, *fields;
	void *context;
	union {
		qm_suite_fn suite;
		qm_execution_fn execution;
		qm_run_fn run;
		qm_step_fn step;
		qm_build_fn build;
		qm_platform_fn platform;
	} each;
};

static void listing_init(struct listing *listing, const struct qm_project *project,
	const char *tool, const char *path, const char *const *ids)
{
	*listing = (struct listing){ .arguments = json_object(), .fields = json_object() };
	listing->list = (struct qm_list){ .tool = tool,
		.path = path,
		.ids = ids,
		.arguments = listing->arguments,
		.fields = listing->fields };
	(void)json_object_set_new(listing->arguments, "projectKey", qm_json_string(project->key));
}

static void listing_release(struct listing *listing)
{
	json_decref(listing->arguments);
	json_decref(listing->fields);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	(void)json_object_set_new(object, name, qm_json_string(text));
}

static void set_id(json_t *object, const char *name, int64_t id)
{
	(void)json_object_set_new(object, name, json_integer(id));
}

/* `filter` is a JSON array inside a text; the tool gets the same one. Takes `filter`. */
static void set_filter(struct listing *listing, json_t *filter)
{
	struct qm_buf text;

	qm_buf_init(&text, QM_REQUEST_MAX_BYTES);
	qm_json_write(filter, &text);
	set_text(listing->fields, "filter", text.data);
	if (json_array_size(filter))
		set_text(listing->arguments, "filter", text.data);
	qm_buf_release(&text);
	json_decref(filter);
}

/* The view's id is part of the request and comes with the project info. */
static enum qm_code set_view(struct listing *listing, const struct qm_project *project,
	int64_t view_id, const char *view, struct qm_error *err)
{
	if (!view_id)
		return qm_error_set(err, QM_EINPUT,
			"the info of project %s has no latestViews.%s.viewId; may the key's "
			"role see this list?",
			project->key, view);
	set_id(listing->fields, "viewId", view_id);
	return QM_OK;
}

static const char *first_text(const json_t *row, const char *a, const char *b)
{
	const char *text = qm_json_text(row, a);

	return *text ? text : qm_json_text(row, b);
}

/* What each list calls the ids of its rows; where that is not documented, all that was seen. */
static const char *const suite_ids[] = { "id", NULL };
static const char *const execution_ids[] = { "tsRunID", NULL };
static const char *const run_ids[] = { "tcRunID", NULL };
static const char *const run_build_ids[] = { "dropID", "buildID", NULL };
static const char *const step_ids[] = { "tcStepRunID", NULL };
static const char *const build_ids[] = { "dropID", "DropID", "buildID", "id", NULL };
static const char *const platform_ids[] = { "platformID", "id", NULL };

static int64_t first_id(const json_t *row, const char *const *names)
{
	int64_t id = 0;

	for (; *names && !id; names++)
		id = qm_json_id(row, *names);
	return id;
}

/* ---- Test suites. */

static enum qm_code suite_row(void *context, const json_t *row)
{
	struct listing *listing = context;
	struct qm_suite_row suite = { .id = qm_json_id(row, "id"),
		.key = qm_json_text(row, "entityKey"),
		.name = qm_json_text(row, "name"),
		.archived = qm_json_flag(row, "isArchived") };

	return suite.id ? listing->each.suite(listing->context, &suite) : QM_OK;
}

static json_t *filter_by_keys(const char *const *keys, size_t key_count)
{
	struct qm_buf value;
	json_t *filter;

	qm_buf_init(&value, QM_REQUEST_MAX_BYTES);
	for (size_t i = 0; i < key_count; i++)
		qm_buf_add_format(&value, "%s%s", i ? "," : "", keys[i]);
	filter = json_pack("[{s:s, s:o, s:s}]", "type", "string", "value",
		qm_json_string(value.data), "field", "entityKeyId");
	qm_buf_release(&value);
	return filter;
}

enum qm_code qm_fetch_suites(struct qm_session *session, const struct qm_project *project,
	const char *const *keys, size_t key_count, qm_suite_fn each, qm_enough_fn enough,
	void *context, struct qm_error *err)
{
	struct listing listing;
	enum qm_code code;

	listing_init(&listing, project, "qmetry_fetch_test_suites",
		"/rest/testsuites/list/viewColumns", suite_ids);
	listing.each.suite = each;
	listing.context = context;
	listing.list.enough = enough;
	listing.list.context = context;
	set_filter(&listing, key_count ? filter_by_keys(keys, key_count) : json_array());
	set_text(listing.fields, "sort", "[{\"property\":\"name\",\"direction\":\"ASC\"}]");
	set_text(listing.fields, "udfFilter", "[]");
	set_text(listing.fields, "scope", "project");
	(void)json_object_set_new(listing.fields, "isFilterSaveRequired", json_false());
	set_text(listing.fields, "folderPath", "");
	code = set_view(&listing, project, project->suites_view, "TS", err);
	if (!code)
		code = qm_pages_read(session, &listing.list, suite_row, &listing, err);
	listing_release(&listing);
	return code;
}

/* ---- Executions of a suite: its test suite runs. */

static enum qm_code execution_row(void *context, const json_t *row)
{
	char suite_run[QM_ID_TEXT], platform[QM_ID_TEXT], release[QM_ID_TEXT], cycle[QM_ID_TEXT];
	struct listing *listing = context;
	struct qm_execution_row execution = {
		.suite_run = qm_json_id_text(row, "tsRunID", suite_run),
		.platform = qm_json_text(row, "platformName"),
		.platform_id = qm_json_id_text(row, "platformID", platform),
		.release = qm_json_text(row, "releaseName"),
		.release_id = qm_json_id_text(row, "releaseID", release),
		.cycle = qm_json_text(row, "cycleName"),
		.cycle_id = qm_json_id_text(row, "cycleID", cycle),
		.build = first_text(row, "buildName", "dropName"),
		.archived = qm_json_flag(row, "isArchived"),
		.locked = qm_json_flag(row, "isLocked"),
		.closed = qm_json_flag(row, "isClosed"),
	};

	return *suite_run ? listing->each.execution(listing->context, &execution) : QM_OK;
}

enum qm_code qm_fetch_executions(struct qm_session *session, const struct qm_project *project,
	int64_t suite_id, qm_execution_fn each, void *context, struct qm_error *err)
{
	struct listing listing;
	enum qm_code code;

	listing_init(&listing, project, "qmetry_fetch_executions_by_test_suite",
		"/rest/execution/list/platformHome", execution_ids);
	listing.each.execution = each;
	listing.context = context;
	set_id(listing.arguments, "tsID", suite_id);
	set_filter(&listing, json_array());
	set_text(listing.fields, "gridName", "TESTEXECUTIONLIST");
	set_id(listing.fields, "tsID", suite_id);
	code = set_view(&listing, project, project->executions_view, "TEL", err);
	set_text(listing.fields, "folderPath", "");
	if (!code)
		code = qm_pages_read(session, &listing.list, execution_row, &listing, err);
	listing_release(&listing);
	return code;
}

/* ---- Test case runs of an execution. */

static enum qm_code run_row(void *context, const json_t *row)
{
	struct listing *listing = context;
	struct qm_run_row run = { .id = qm_json_id(row, "tcRunID"),
		.key = qm_json_text(row, "entityKey"),
		.summary = qm_json_text(row, "summary"),
		.script_name = qm_json_text(row, "testScriptName"),
		.status_name = qm_json_text(row, "runStatus"),
		.status_id = qm_json_id(row, "runStatusID"),
		.build_id = first_id(row, run_build_ids),
		.archived = qm_json_flag(row, "isArchived"),
		.locked = qm_json_flag(row, "isLocked") };

	return run.id ? listing->each.run(listing->context, &run) : QM_OK;
}

enum qm_code qm_fetch_runs_until(struct qm_session *session, const struct qm_project *project,
	const char *suite_run, qm_run_fn each, qm_enough_fn enough, void *context,
	struct qm_error *err)
{
	const struct qm_header headers[] = { { "scope", project->current_id },
		{ "orgcode", project->client_code } };
	struct listing listing;
	enum qm_code code;

	listing_init(&listing, project, "qmetry_fetch_test_case_runs_by_test_suite_run",
		"/rest/execution/list/viewColumns", run_ids);
	listing.each.run = each;
	listing.context = context;
	listing.list.enough = enough;
	listing.list.context = context;
	listing.list.headers = headers;
	listing.list.header_count = sizeof headers / sizeof *headers;
	set_text(listing.arguments, "tsrunID", suite_run);
	set_text(listing.fields, "tsrunID", suite_run);
	set_text(listing.fields, "filter", "[]");
	set_text(listing.fields, "udfFilter", "[]");
	set_text(listing.fields, "tcrUdfFilter", "[]");
	(void)json_object_set_new(listing.fields, "showTcWithDefects", json_false());
	code = set_view(&listing, project, project->runs_view, "TE", err);
	set_text(listing.fields, "folderPath", "");
	if (!code)
		code = qm_pages_read(session, &listing.list, run_row, &listing, err);
	listing_release(&listing);
	return code;
}

enum qm_code qm_fetch_runs(struct qm_session *session, const struct qm_project *project,
	const char *suite_run, qm_run_fn each, void *context, struct qm_error *err)
{
	return qm_fetch_runs_until(session, project, suite_run, each, NULL, context, err);
}

/* ---- Steps of a test case run. */

const char qm_tool_fetch_steps[] = "qmetry_fetch_test_case_step_runs";

/* Nothing says that the first one is 1. */
static int64_t step_number(const json_t *row)
{
	const json_t *value = json_object_get(row, "stepNo");
	int64_t number = qm_json_id(row, "stepNo");
	bool is_zero = (json_is_integer(value) && !json_integer_value(value)) ||
		(json_is_string(value) && strcmp(json_string_value(value), "0") == 0);

	return number > 0 || is_zero ? number : -1;
}

static enum qm_code step_row(void *context, const json_t *row)
{
	struct listing *listing = context;
	struct qm_step_row step = { .id = qm_json_id(row, "tcStepRunID"),
		.number = step_number(row),
		.description = qm_json_text(row, "description"),
		.status_name = qm_json_text(row, "runStatus"),
		.status_id = qm_json_id(row, "runStatusID") };

	return listing->each.step(listing->context, &step);
}

json_t *qm_steps_arguments(const char *project_key, int64_t case_run)
{
	json_t *arguments = json_object();

	set_text(arguments, "projectKey", project_key);
	set_id(arguments, "tcrID", case_run);
	return arguments;
}

enum qm_code qm_fetch_steps(struct qm_session *session, const struct qm_project *project,
	int64_t case_run, qm_step_fn each, void *context, struct qm_error *err)
{
	struct listing listing;
	enum qm_code code;

	listing_init(&listing, project, qm_tool_fetch_steps,
		"/rest/execution/tcStepRun/list/viewColumns", step_ids);
	listing.list.is_whole = true;
	listing.each.step = each;
	listing.context = context;
	(void)json_object_update_new(listing.arguments, qm_steps_arguments(project->key, case_run));
	code = set_view(&listing, project, project->steps_view, "TCS", err);
	set_id(listing.fields, "tcrID", case_run);
	set_text(listing.fields, "scope", "cycle");
	if (!code)
		code = qm_pages_read(session, &listing.list, step_row, &listing, err);
	listing_release(&listing);
	return code;
}

/* ---- Builds, which QMetry also calls drops. */

static json_t *filter_by_name(const char *name)
{
	return json_pack("[{s:o, s:s, s:s}]", "value", qm_json_string(name), "type", "string",
		"field", "name");
}

static enum qm_code build_row(void *context, const json_t *row)
{
	struct listing *listing = context;
	/* The project info spells them DropID and Name; what this list does is not documented. */
	struct qm_build build = { .id = first_id(row, build_ids),
		.name = first_text(row, "name", "Name"),
		.archived = qm_json_flag(row, "isArchived") };

	if (!*build.name)
		build.name = first_text(row, "buildName", "dropName");
	return build.id ? listing->each.build(listing->context, &build) : QM_OK;
}

enum qm_code qm_fetch_builds(struct qm_session *session, const struct qm_project *project,
	const char *name, qm_build_fn each, void *context, struct qm_error *err)
{
	struct listing listing;
	enum qm_code code;

	listing_init(&listing, project, "qmetry_fetch_builds", "/rest/admin/drop/list", build_ids);
	listing.each.build = each;
	listing.context = context;
	set_filter(&listing, name ? filter_by_name(name) : json_array());
	code = qm_pages_read(session, &listing.list, build_row, &listing, err);
	listing_release(&listing);
	return code;
}

/* ---- Platforms. */

static enum qm_code platform_row(void *context, const json_t *row)
{
	struct listing *listing = context;
	struct qm_platform_row platform = { .id = first_id(row, platform_ids),
		.name = first_text(row, "name", "platformName") };

	return platform.id ? listing->each.platform(listing->context, &platform) : QM_OK;
}

enum qm_code qm_fetch_platforms(struct qm_session *session, const struct qm_project *project,
	qm_platform_fn each, void *context, struct qm_error *err)
{
	struct listing listing;
	enum qm_code code;

	listing_init(&listing, project, "qmetry_fetch_platforms", "/rest/admin/platform/list",
		platform_ids);
	listing.each.platform = each;
	listing.context = context;
	set_filter(&listing, json_array());
	set_text(listing.fields, "sort", "[{\"property\":\"platformID\",\"direction\":\"DESC\"}]");
	code = qm_pages_read(session, &listing.list, platform_row, &listing, err);
	listing_release(&listing);
	return code;
}
