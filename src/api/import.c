#include "src/api/import.h"
#include "src/api/json.h"
#include "src/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beside the file: 14 fields of a line each. */
enum { FIELDS_MAX_BYTES = 1 << 16, BOUNDARY_BYTES = 64, TYPE_BYTES = 128 };

/* ---- The request's body. */

static bool holds(const char *bytes, size_t length, const char *text)
{
	size_t size = strlen(text);
	const char *end = bytes + length;

	while ((size_t)(end - bytes) >= size) {
		bytes = memchr(bytes, *text, (size_t)(end - bytes) - size + 1);
		if (!bytes)
			return false;
		if (memcmp(bytes, text, size) == 0)
			return true;
		bytes++;
	}
	return false;
}

/* A line that is in no part: whoever writes a report does not get to end its part. */
static void choose_boundary(const struct qm_import *import, char out[BOUNDARY_BYTES])
{
	unsigned number = 0;

	do
		(void)snprintf(out, BOUNDARY_BYTES, "------------------qmetry-ci-%08x", number++);
	while (holds(import->bytes, import->length, out));
}

/* Quotes and line ends of a name would add headers. */
static void add_quoted(struct qm_buf *out, const char *text)
{
	for (; *text; text++)
		qm_buf_add_char(out,
			(unsigned char)*text < 0x20 || *text == '"' || *text == '\\' ? '_' : *text);
}

static void add_part(struct qm_buf *out, const char *boundary, const char *name)
{
	qm_buf_add_format(
		out, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, name);
}

static void add_field(struct qm_buf *out, const char *boundary, const char *name, const char *value)
{
	if (!value)
		return;
	add_part(out, boundary, name);
	qm_buf_add_format(out, "\r\n\r\n%s\r\n", value);
}

static void write_body(const struct qm_import *import, const char *project_key,
	const char *boundary, struct qm_buf *out)
{
	add_part(out, boundary, "file");
	qm_buf_add_text(out, "; filename=\"");
	add_quoted(out, import->file_name);
	qm_buf_add_text(out, "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
	qm_buf_add(out, import->bytes, import->length);
	qm_buf_add_text(out, "\r\n");
	add_field(out, boundary, "entityType", import->entity_type);
	add_field(out, boundary, "automationHierarchy", import->hierarchy);
	add_field(out, boundary, "testsuiteId", import->suite);
	add_field(out, boundary, "platformID", import->platform);
	add_field(out, boundary, "projectID", project_key);
	add_field(out, boundary, "releaseID", import->release);
	add_field(out, boundary, "cycleID", import->cycle);
	add_field(out, boundary, "buildID", import->build);
	add_field(out, boundary, "skipWarning", "0");
	add_field(out, boundary, "is_matching_required", "true");
	qm_buf_add_format(out, "--%s--\r\n", boundary);
}

/* ---- The calls. */

static void set_text(json_t *arguments, const char *name, const char *value)
{
	if (value)
		(void)json_object_set_new(arguments, name, qm_json_string(value));
}

/* What a policy can judge by: all but the file's bytes. */
static json_t *make_arguments(const struct qm_import *import, const char *project_key)
{
	json_t *arguments = json_object();

	set_text(arguments, "fileName", import->file_name);
	set_text(arguments, "entityType", import->entity_type);
	set_text(arguments, "automationHierarchy", import->hierarchy);
	set_text(arguments, "testsuiteId", import->suite);
	set_text(arguments, "platformID", import->platform);
	set_text(arguments, "projectID", project_key);
	set_text(arguments, "releaseID", import->release);
	set_text(arguments, "cycleID", import->cycle);
	set_text(arguments, "buildID", import->build);
	return arguments;
}

static enum qm_code keep_request_id(
	const json_t *answer, char out[QM_IMPORT_ID_BYTES], struct qm_error *err)
{
	char id[QM_ID_TEXT];
	size_t length = strlen(qm_json_id_text(answer, "requestId", id));

	if (!length || strspn(id, "0123456789") != length)
		return qm_error_set(err, QM_EINPUT,
			"the server took the file and told no requestId, so what becomes of it "
			"cannot be asked; look at QMetry's page of automation imports");
	(void)snprintf(out, QM_IMPORT_ID_BYTES, "%s", id);
	return QM_OK;
}

enum qm_code qm_import_post(struct qm_session *session, const char *project_key,
	const struct qm_import *import, char out_request_id[QM_IMPORT_ID_BYTES],
	struct qm_error *err)
{
	json_t *arguments = make_arguments(import, project_key), *answer = NULL;
	struct qm_api_call call = {
		.tool = { .tool = "qmetry_import_automation_test_results", .arguments = arguments },
		.request = { .method = "POST",
			.path = "/rest/import/createandscheduletestresults/1" },
		.effect = QM_WRITE_ONCE,
	};
	char boundary[BOUNDARY_BYTES], type[TYPE_BYTES];
	struct qm_buf body;
	enum qm_code code;

	choose_boundary(import, boundary);
	(void)snprintf(type, sizeof type, "multipart/form-data; boundary=%s", boundary);
	qm_buf_init(&body, import->length + FIELDS_MAX_BYTES);
	write_body(import, project_key, boundary, &body);
	call.request.content_type = type;
	call.request.body = body.data;
	call.request.body_length = body.length;
	code = body.overflow ? qm_error_set(err, QM_ELIMIT, "the names to import by are too long")
			     : qm_session_call(session, &call, &answer, NULL, err);
	if (!code)
		code = keep_request_id(answer, out_request_id, err);
	json_decref(answer);
	json_decref(arguments);
	qm_buf_release(&body);
	return code;
}

/* "In Progress", "IN_PROGRESS" and "inprogress" are one state. */
static bool is_state(const char *state, const char *word)
{
	for (; *state; state++) {
		char c = *state;

		if (c == ' ' || c == '_' || c == '-')
			continue;
		c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		if (c != *word++)
			return false;
	}
	return !*word;
}

/* What is neither waiting nor done will not become so: it failed. */
static enum qm_import_state state_of(const char *state)
{
	static const char *const pending[] = { "", "inqueue", "queued", "inprogress", "scheduled" };
	static const char *const done[] = { "completed", "complete", "success", "successful" };

	for (size_t i = 0; i < sizeof pending / sizeof *pending; i++)
		if (is_state(state, pending[i]))
			return QM_IMPORT_PENDING;
	for (size_t i = 0; i < sizeof done / sizeof *done; i++)
		if (is_state(state, done[i]))
			return QM_IMPORT_DONE;
	return QM_IMPORT_FAILED;
}

enum qm_code qm_import_ask(struct qm_session *session, const char *project_key,
	const char *request_id, enum qm_import_state *out, struct qm_buf *out_text,
	struct qm_error *err)
{
	json_t *arguments = json_object(), *answer = NULL;
	struct qm_api_call call = {
		.tool = { .tool = "qmetry_fetch_automation_status", .arguments = arguments },
		.request = { .method = "GET" },
		.effect = QM_READ,
	};
	char path[128];
	const char *state, *message;
	enum qm_code code;

	set_text(arguments, "projectKey", project_key);
	(void)json_object_set_new(
		arguments, "requestID", json_integer(strtoll(request_id, NULL, 10)));
	(void)snprintf(path, sizeof path, "/rest/admin/status/automation/%s", request_id);
	call.request.path = path;
	code = qm_session_call(session, &call, &answer, NULL, err);
	if (!code) {
		state = qm_json_text(answer, "status");
		message = qm_json_text(answer, "message");
		*out = state_of(state);
		qm_buf_clear(out_text);
		qm_text_printable(out_text, state);
		if (*message)
			qm_buf_add_text(out_text, ": ");
		qm_text_printable(out_text, message);
	}
	json_decref(answer);
	json_decref(arguments);
	return code;
}
