#include "src/api/json.h"
#include "src/api/qmetry.h"

#include <string.h>

void qm_project_init(struct qm_project *project)
{
	*project = (struct qm_project){ .key = "", .current_id = "", .client_code = "" };
	qm_vec_init(&project->statuses, sizeof(struct qm_status));
	qm_vec_init(&project->builds, sizeof(struct qm_build));
}

void qm_project_release(struct qm_project *project)
{
	qm_vec_release(&project->statuses);
	qm_vec_release(&project->builds);
}

static int64_t view_id(const json_t *info, const char *view)
{
	return qm_json_id(json_object_get(json_object_get(info, "latestViews"), view), "viewId");
}

static const char *keep_id(struct qm_arena *arena, const json_t *info, const char *name)
{
	char text[QM_ID_TEXT];

	return qm_arena_strdup(arena, qm_json_id_text(info, name, text));
}

static void read_statuses(const json_t *info, struct qm_arena *arena, struct qm_vec *out)
{
	const json_t *list = json_object_get(info, "allstatus");
	struct qm_status *status;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);

		if (!qm_json_id(row, "id"))
			continue;
		status = qm_vec_add(out);
		status->id = qm_json_id(row, "id");
		status->name = qm_arena_strdup(arena, qm_json_text(row, "name"));
		status->default_name = qm_arena_strdup(arena, qm_json_text(row, "defaultName"));
	}
}

static void read_builds(const json_t *info, struct qm_arena *arena, struct qm_vec *out)
{
	const json_t *list = json_object_get(info, "currentdrops");
	struct qm_build *build;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);

		if (!qm_json_id(row, "DropID"))
			continue;
		build = qm_vec_add(out);
		build->id = qm_json_id(row, "DropID");
		build->name = qm_arena_strdup(arena, qm_json_text(row, "Name"));
		build->archived = qm_json_flag(row, "isArchived");
	}
}

static enum qm_code read_info(
	const json_t *info, struct qm_arena *arena, struct qm_project *out, struct qm_error *err)
{
	out->current_id = keep_id(arena, info, "currentProjectId");
	out->client_code = keep_id(arena, info, "clientCode");
	out->suites_view = view_id(info, "TS");
	out->executions_view = view_id(info, "TEL");
	out->runs_view = view_id(info, "TE");
	out->steps_view = view_id(info, "TCS");
	read_statuses(info, arena, &out->statuses);
	read_builds(info, arena, &out->builds);
	if (!out->statuses.count)
		return qm_error_set(err, QM_EINPUT,
			"the info of project %s lists no statuses (allstatus); is the project "
			"right?",
			out->key);
	return QM_OK;
}

enum qm_code qm_fetch_project(struct qm_session *session, const char *key, struct qm_arena *arena,
	struct qm_project *out, struct qm_error *err)
{
	json_t *arguments = json_object(), *info = NULL;
	struct qm_api_call call = {
		.tool = { .tool = "qmetry_fetch_qmetry_project_info", .arguments = arguments },
		.request = { .method = "GET", .path = "/rest/admin/project/getinfo" },
		.effect = QM_READ,
	};
	enum qm_code code;

	out->key = qm_arena_strdup(arena, key);
	(void)json_object_set_new(arguments, "projectKey", qm_json_string(key));
	code = qm_session_call(session, &call, &info, NULL, err);
	if (!code)
		code = read_info(info, arena, out, err);
	json_decref(info);
	json_decref(arguments);
	return code;
}
