/* Whole reports that are handed in, and the link between runs and issues. */
#include "src/base/text.h"
#include "tests/sim/answers.h"
#include "tests/sim/multipart.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 30 << 20, FIRST_REQUEST_ID = 70001 };

/* What a field may hold; NULL: any text. */
struct field {
	const char *name;
	const char *const *choices;
};

static const char *const entity_types[] = { "JUNIT", "TESTNG", "CUCUMBER", "ROBOT", "QAF", "HPUFT",
	NULL };
static const char *const hierarchies[] = { "1", "2", "3", NULL };
static const char *const zero_or_one[] = { "0", "1", NULL };
static const char *const true_or_false[] = { "true", "false", NULL };

static const struct field fields[] = {
	{ "entityType", entity_types },
	{ "automationHierarchy", hierarchies },
	{ "testsuiteName", NULL },
	{ "testsuiteId", NULL },
	{ "tsFolderPath", NULL },
	{ "tcFolderPath", NULL },
	{ "platformID", NULL },
	{ "projectID", NULL },
	{ "releaseID", NULL },
	{ "cycleID", NULL },
	{ "buildID", NULL },
	{ "testcase_fields", NULL },
	{ "testsuite_fields", NULL },
	{ "skipWarning", zero_or_one },
	{ "is_matching_required", true_or_false },
};

static bool is_value(const struct sim_part *part, const char *text)
{
	return part->length == strlen(text) && memcmp(part->data, text, part->length) == 0;
}

static bool check_field(const struct sim_part *part, struct sim_finding *finding)
{
	char rule[SIM_RULE];

	(void)snprintf(rule, sizeof rule, "body.%s", part->name);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *const *choice = fields[i].choices;

		if (strcmp(fields[i].name, part->name) != 0)
			continue;
		if (part->file_name || !part->length)
			return sim_find(finding, rule, "must be a field with a value");
		while (choice && *choice && !is_value(part, *choice))
			choice++;
		return !choice || *choice ||
			sim_find(finding, rule, "must not be \"%.*s\"", (int)part->length,
				part->data);
	}
	return sim_find(finding, rule, "is not known");
}

static bool check_file(const struct sim_part *part, struct sim_finding *finding)
{
	if (!part || !part->file_name)
		return sim_find(finding, "body.file", "must be there, with the name of the file");
	if (!qm_text_ends(part->file_name, ".xml") && !qm_text_ends(part->file_name, ".json") &&
		!qm_text_ends(part->file_name, ".zip"))
		return sim_find(finding, "body.file", "must end in .xml, .json or .zip");
	if (strpbrk(part->file_name, "/\\"))
		return sim_find(finding, "body.file", "must be named without folders");
	return true;
}

static bool import_fits(struct sim_request *request, struct sim_finding *finding)
{
	if (!check_file(sim_multipart_find(request, "file"), finding))
		return false;
	for (size_t i = 0; i < request->parts.count; i++) {
		const struct sim_part *part = qm_vec_at(&request->parts, i);

		if (strcmp(part->name, "file") != 0 && !check_field(part, finding))
			return false;
	}
	if (!sim_multipart_find(request, "entityType"))
		return sim_find(finding, "body.entityType", "is missing");
	if (sim_multipart_find(request, "cycleID") && !sim_multipart_find(request, "releaseID"))
		return sim_find(finding, "body.cycleID", "needs a releaseID");
	if (sim_multipart_find(request, "releaseID") && !sim_multipart_find(request, "projectID"))
		return sim_find(finding, "body.releaseID", "needs a projectID");
	return true;
}

const struct sim_body sim_body_import = { NULL, 0, false, import_fits };

void sim_imports_release(struct qm_vec *imports)
{
	for (size_t i = 0; i < imports->count; i++)
		free(((struct sim_import *)qm_vec_at(imports, i))->described);
	qm_vec_release(imports);
}

static char *describe(const struct sim_request *request)
{
	struct sim_json json;
	char *text;

	sim_json_init(&json);
	sim_json_open(&json, NULL, '{');
	for (size_t i = 0; i < request->parts.count; i++) {
		const struct sim_part *part = qm_vec_at(&request->parts, i);

		if (part->file_name) {
			sim_json_text(&json, "file_name", part->file_name);
			sim_json_int(&json, "bytes", (int64_t)part->length);
		} else {
			sim_json_text_n(&json, part->name, part->data, part->length);
		}
	}
	sim_json_close(&json, '}');
	text = qm_buf_take(&json.text);
	sim_json_release(&json);
	return text;
}

void sim_answer_import(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const struct sim_part *type = sim_multipart_find(request, "entityType");
	struct sim_import *import;

	if (sim_multipart_find(request, "file")->length > FILE_MAX_BYTES) {
		sim_refuse_with(
			sim, request, reply, 413, "max_file", "The file is larger than 30 MB");
		return;
	}
	import = qm_vec_add(&sim->imports);
	import->id = FIRST_REQUEST_ID + (int64_t)sim->imports.count - 1;
	import->at_ms = request->at_ms;
	import->described = describe(request);
	(void)snprintf(import->entity_type, sizeof import->entity_type, "%.*s", (int)type->length,
		type->data);
	qm_buf_clear(&reply->body);
	qm_buf_add_format(&reply->body,
		"{\"success\":true,\"message\":\"Your Import request has been queued.\","
		"\"requestId\":\"%" PRId64 "\"}",
		import->id);
}

static struct sim_import *find_import(const struct sim *sim, const char *tail)
{
	int64_t id = 0;

	(void)qm_text_int(tail, 1, INT64_MAX, &id);
	for (size_t i = 0; i < sim->imports.count; i++) {
		struct sim_import *import = qm_vec_at(&sim->imports, i);

		if (import->id == id)
			return import;
	}
	return NULL;
}

void sim_answer_import_status(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	struct sim_import *import = find_import(sim, request->tail);
	const char *state;
	struct sim_json json;

	if (!import) {
		sim_refuse_with(
			sim, request, reply, 404, "unknown_import", "No such import request");
		return;
	}
	state = sim_settings_import_state(&sim->world.settings, import->polls++);
	sim_json_init(&json);
	sim_json_open(&json, NULL, '{');
	sim_json_id_text(&json, "requestId", import->id);
	sim_json_text(&json, "automationFramework", import->entity_type);
	sim_json_text(&json, "status", state);
	if (qm_text_equal_nocase(state, "completed")) {
		sim_json_open(&json, "testSuiteData", '[');
		sim_json_open(&json, NULL, '{');
		sim_json_int(&json, "testSuiteId", import->id + 1000);
		sim_json_text(&json, "testSuiteEntityKey", "VKMC-TS-900");
		sim_json_close(&json, '}');
		sim_json_close(&json, ']');
	} else if (qm_text_equal_nocase(state, "failed")) {
		sim_json_text(&json, "message", "The file could not be imported");
	}
	sim_json_close(&json, '}');
	qm_buf_release(&reply->body);
	reply->body = json.text;
}

void sim_answer_link(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	const json_t *issues = json_object_get(request->json, "issueIds");

	for (size_t i = 0; i < json_array_size(issues); i++) {
		struct sim_link *link = qm_vec_add(&sim->links);

		link->run_id = sim_request_int(request, "tcrId");
		link->issue_id = json_integer_value(json_array_get(issues, i));
	}
	qm_buf_clear(&reply->body);
	qm_buf_add_text(&reply->body, "{\"success\":true}");
}
