#include "src/api/json.h"
#include "src/api/limits.h"
#include "src/api/qmetry.h"

#include <string.h>

const char qm_tool_bulk_update[] = "qmetry_bulk_update_test_case_execution_status";

static void add_ids(struct qm_buf *out, const struct qm_bulk_update *update)
{
	for (size_t i = 0; i < update->id_count; i++) {
		if (i)
			qm_buf_add_char(out, ',');
		qm_buf_add_int(out, update->ids[i]);
	}
}

/* What body and arguments have in common, in the order of the recorded requests. */
static json_t *common_fields(const struct qm_bulk_update *update)
{
	json_t *fields = json_object();
	struct qm_buf ids;

	qm_buf_init(&ids, QM_REQUEST_MAX_BYTES);
	add_ids(&ids, update);
	(void)json_object_set_new(fields, "entityIDs", json_stringn_nocheck(ids.data, ids.length));
	(void)json_object_set_new(fields, "qmTsRunId", qm_json_string(update->suite_run));
	(void)json_object_set_new(fields, "runStatusID", json_integer(update->status_id));
	if (update->build_id)
		(void)json_object_set_new(fields, "dropID", json_integer(update->build_id));
	(void)json_object_set_new(fields, "isAutoExecuted", json_string("1"));
	(void)json_object_set_new(fields, "isBulkOperation", json_boolean(update->id_count > 1));
	if (update->comment)
		(void)json_object_set_new(fields, "comments", qm_json_string(update->comment));
	if (strcmp(update->entity_type, "TCSR") == 0)
		(void)json_object_set_new(fields, "type", json_string("TCSR"));
	qm_buf_release(&ids);
	return fields;
}

json_t *qm_bulk_arguments(const char *project_key, const struct qm_bulk_update *update)
{
	json_t *arguments = json_object();

	(void)json_object_set_new(arguments, "projectKey", qm_json_string(project_key));
	(void)json_object_set_new(arguments, "entityType", qm_json_string(update->entity_type));
	(void)json_object_update_new(arguments, common_fields(update));
	return arguments;
}

struct qm_tool_call qm_bulk_call(const struct qm_bulk_update *update, json_t *arguments)
{
	static const char *const signature[] = { "username", "password", NULL };

	return (struct qm_tool_call){ .tool = qm_tool_bulk_update,
		.arguments = arguments,
		.sealed = update->is_signed ? signature : NULL };
}

bool qm_bulk_path_is_of_ids(const char *path)
{
	return strcmp(path, "args.entityIDs") == 0 || strcmp(path, "args.isBulkOperation") == 0;
}

/* By hand, since jansson's copies could not be wiped. qm_secret_load() let no controls in. */
static void add_secret(struct qm_buf *body, const char *name, const struct qm_secret *secret)
{
	if (!secret)
		return;
	qm_buf_add_format(body, ",\"%s\":\"", name);
	for (const char *c = qm_secret_reveal(secret); *c; c++) {
		if (*c == '"' || *c == '\\')
			qm_buf_add_char(body, '\\');
		qm_buf_add_char(body, *c);
	}
	qm_buf_add_char(body, '"');
}

static void write_body(const struct qm_bulk_update *update, const struct qm_signature *signature,
	struct qm_buf *out)
{
	json_t *body = json_object();

	(void)json_object_set_new(body, "entityType", qm_json_string(update->entity_type));
	(void)json_object_set_new(body, "qmRunObj", json_string(""));
	(void)json_object_update_new(body, common_fields(update));
	qm_json_write(body, out);
	json_decref(body);
	out->length--; /* the closing bracket */
	add_secret(out, "username", signature->username);
	add_secret(out, "password", signature->password);
	qm_buf_add_char(out, '}');
}

enum qm_code qm_bulk_update(struct qm_session *session, const struct qm_project *project,
	const struct qm_bulk_update *update, enum qm_refusal *refusal, struct qm_error *err)
{
	const struct qm_signature *signature = qm_session_signature(session);
	json_t *arguments = qm_bulk_arguments(project->key, update), *answer = NULL;
	struct qm_bulk_update as_sent = *update;
	struct qm_api_call call = {
		.request = { .method = "PUT", .path = "/rest/execution/runstatus/bulkupdate" },
		.effect = QM_WRITE,
		.before = update->before,
	};
	struct qm_buf body;
	enum qm_code code;

	as_sent.is_signed = signature->password != NULL;
	call.tool = qm_bulk_call(&as_sent, arguments);
	qm_buf_init(&body, QM_REQUEST_MAX_BYTES);
	write_body(update, signature, &body);
	call.request.body = body.data;
	call.request.body_length = body.length;
	code = qm_session_call(session, &call, &answer, refusal, err);
	json_decref(answer);
	json_decref(arguments);
	qm_wipe(body.data, body.length);
	qm_buf_release(&body);
	return code;
}
