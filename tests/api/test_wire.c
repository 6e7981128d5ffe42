/*
 * Our requests beside those that the real MCP server put on the wire (mcp-requests.jsonl): same
 * method, path and headers, same body fields with the same types, and for the policy the same
 * tool arguments.
 */
#include "src/api/import.h"
#include "src/api/json.h"
#include "src/api/qmetry.h"
#include "src/base/file.h"
#include "tests/api/stage.h"

#include <stdio.h>
#include <stdlib.h>

static const char project_info[] =
	"{\"allstatus\":[{\"name\":\"Passed\",\"defaultName\":\"passed\",\"id\":123266}],"
	"\"latestViews\":{\"TS\":{\"viewId\":103097},\"TEL\":{\"viewId\":41799},"
	"\"TE\":{\"viewId\":104123}},\"currentProjectId\":1,\"clientCode\":\"ORG\"}";

/* What differs on purpose: values that are ours to choose, and fields that we always send. */
struct liberty {
	const char *values[6];
	const char *extra[4];
};

static bool is_listed(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static json_t *load_records(void)
{
	json_t *records = json_array();
	char *line, *rest = NULL;
	struct qm_buf file;

	qm_buf_init(&file, 1 << 20);
	assert_int_equal(qm_file_read(QM_TEST_DIR "/mcp-requests.jsonl", &file, NULL), QM_OK);
	for (line = strtok_r(file.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *record = json_loads(line, 0, NULL);

		assert_non_null(record);
		(void)json_array_append_new(records, record);
	}
	qm_buf_release(&file);
	assert_int_equal(json_array_size(records), 17);
	return records;
}

/* The record number `nth` of a tool, without the look at the project info that precedes it. */
static const json_t *record_of(const json_t *records, const char *tool, int nth)
{
	bool is_info = strcmp(tool, "qmetry_fetch_qmetry_project_info") == 0;

	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *record = json_array_get(records, i);
		bool info_path = strstr(qm_json_text(record, "path"), "getinfo") != NULL;

		if (strcmp(qm_json_text(record, "tool"), tool) == 0 && info_path == is_info &&
			nth-- == 0)
			return record;
	}
	fail_msg("no record of %s", tool);
	return NULL;
}

static bool has_same_type(const json_t *a, const json_t *b)
{
	return json_typeof(a) == json_typeof(b) || (json_is_boolean(a) && json_is_boolean(b));
}

static void compare_field(
	const char *name, const json_t *theirs, const json_t *ours, const struct liberty *liberty)
{
	if (!theirs && !is_listed(liberty->extra, 4, name))
		fail_msg("field %s is one too many", name);
	if (!ours)
		fail_msg("field %s is missing", name);
	if (!theirs || !ours)
		return;
	if (!has_same_type(theirs, ours))
		fail_msg("field %s has another type", name);
	if (!is_listed(liberty->values, 6, name) && !json_equal(theirs, ours))
		fail_msg("field %s has another value", name);
}

static void compare_objects(json_t *theirs, json_t *ours, const struct liberty *liberty)
{
	json_t *all = json_copy(theirs);

	assert_non_null(theirs);
	assert_non_null(ours);
	(void)json_object_update(all, ours);
	for (void *at = json_object_iter(all); at; at = json_object_iter_next(all, at)) {
		const char *name = json_object_iter_key(at);

		compare_field(
			name, json_object_get(theirs, name), json_object_get(ours, name), liberty);
	}
	json_decref(all);
}

static bool has_header(const struct sent *sent, const char *name, const char *value)
{
	for (size_t i = 0; i < sent->header_count; i++)
		if (strcmp(sent->headers[i].name, name) == 0 &&
			strcmp(sent->headers[i].value, value) == 0)
			return true;
	return false;
}

/* apikey, project, user-agent, qmetry-source and content-type are the transport's: test_http.c. */
static void compare_headers(const json_t *record, const struct sent *sent)
{
	static const char *const transports[] = { "apikey", "project", "user-agent",
		"qmetry-source", "content-type" };
	json_t *headers = json_object_get(record, "headers");
	size_t theirs = 0;

	for (void *at = json_object_iter(headers); at; at = json_object_iter_next(headers, at)) {
		const char *name = json_object_iter_key(at);

		if (is_listed(transports, 5, name))
			continue;
		theirs++;
		if (!has_header(sent, name, json_string_value(json_object_iter_value(at))))
			fail_msg("header %s is missing", name);
	}
	assert_int_equal(sent->header_count, theirs);
	assert_int_equal(json_object_get(headers, "content-type") != NULL, sent->body != NULL);
}

static void compare_request(
	const json_t *record, const struct sent *sent, const struct liberty *liberty)
{
	const char *body = qm_json_text(record, "body");

	assert_string_equal(sent->method, qm_json_text(record, "method"));
	assert_string_equal(sent->path, qm_json_text(record, "path"));
	compare_headers(record, sent);
	assert_int_equal(*body != '\0', sent->body != NULL);
	if (*body) {
		json_t *theirs = json_loads(body, 0, NULL), *ours = json_loads(sent->body, 0, NULL);

		compare_objects(theirs, ours, liberty);
		json_decref(theirs);
		json_decref(ours);
	}
}

/* Stands before the stage's server and keeps what the gate was asked: the policy lets all pass. */
struct fixture {
	struct stage *stage;
	struct qm_arena arena;
	struct qm_project project;
	json_t *records;
};

static int setup(void **state)
{
	static const struct answer answers[] = { { .status = 200, .body = project_info },
		{ .status = 200, .body = "{\"data\":[],\"total\":0}" } };
	struct fixture *fixture = qm_alloc(sizeof *fixture);
	void *stage = NULL;

	(void)stage_setup(&stage);
	fixture->stage = stage;
	fixture->records = load_records();
	PLAY(fixture->stage, stage_allow_all, answers);
	qm_arena_init(&fixture->arena);
	qm_project_init(&fixture->project);
	assert_int_equal(qm_fetch_project(fixture->stage->session, "VKMC", &fixture->arena,
				 &fixture->project, NULL),
		QM_OK);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	void *stage = fixture->stage;

	qm_project_release(&fixture->project);
	qm_arena_release(&fixture->arena);
	json_decref(fixture->records);
	(void)stage_teardown(&stage);
	free(fixture);
	return 0;
}

static const struct sent *last_sent(const struct fixture *fixture)
{
	return &fixture->stage->sent[fixture->stage->sent_count - 1];
}

static void project_info_is_asked_alike(void **state)
{
	const struct fixture *fixture = *state;
	const struct liberty none = { 0 };

	compare_request(record_of(fixture->records, "qmetry_fetch_qmetry_project_info", 0),
		&fixture->stage->sent[0], &none);
}

static enum qm_code no_suite(void *context, const struct qm_suite_row *row)
{
	(void)context;
	(void)row;
	return QM_OK;
}

static void test_suites_are_asked_alike(void **state)
{
	static const char *const keys[] = { "VKMC-TS-20" };
	const struct fixture *fixture = *state;
	const struct liberty paging = { .values = { "limit" } };

	assert_int_equal(qm_fetch_suites(fixture->stage->session, &fixture->project, keys, 1,
				 no_suite, NULL, NULL, NULL),
		QM_OK);
	compare_request(record_of(fixture->records, "qmetry_fetch_test_suites", 0),
		last_sent(fixture), &paging);
}

static enum qm_code no_execution(void *context, const struct qm_execution_row *row)
{
	(void)context;
	(void)row;
	return QM_OK;
}

static void executions_are_asked_alike(void **state)
{
	const struct fixture *fixture = *state;
	const struct liberty paging = { .values = { "limit", "filter" } };

	assert_int_equal(qm_fetch_executions(fixture->stage->session, &fixture->project, 194955,
				 no_execution, NULL, NULL),
		QM_OK);
	compare_request(record_of(fixture->records, "qmetry_fetch_executions_by_test_suite", 0),
		last_sent(fixture), &paging);
}

static enum qm_code no_run(void *context, const struct qm_run_row *row)
{
	(void)context;
	(void)row;
	return QM_OK;
}

static void runs_are_asked_alike(void **state)
{
	const struct fixture *fixture = *state;
	const struct liberty paging = { .values = { "start", "page", "limit" } };

	assert_int_equal(qm_fetch_runs(fixture->stage->session, &fixture->project, "2720260",
				 no_run, NULL, NULL),
		QM_OK);
	compare_request(
		record_of(fixture->records, "qmetry_fetch_test_case_runs_by_test_suite_run", 0),
		last_sent(fixture), &paging);
}

static enum qm_code no_build(void *context, const struct qm_build *build)
{
	(void)context;
	(void)build;
	return QM_OK;
}

static void builds_are_asked_alike(void **state)
{
	const struct fixture *fixture = *state;
	const struct liberty paging = { .values = { "limit" } };

	assert_int_equal(qm_fetch_builds(fixture->stage->session, &fixture->project, "Build 1.0",
				 no_build, NULL, NULL),
		QM_OK);
	compare_request(
		record_of(fixture->records, "qmetry_fetch_builds", 0), last_sent(fixture), &paging);
}

static enum qm_code no_platform(void *context, const struct qm_platform_row *row)
{
	(void)context;
	(void)row;
	return QM_OK;
}

static void platforms_are_asked_alike(void **state)
{
	const struct fixture *fixture = *state;
	const struct liberty paging = { .values = { "limit" } };

	assert_int_equal(qm_fetch_platforms(fixture->stage->session, &fixture->project, no_platform,
				 NULL, NULL),
		QM_OK);
	compare_request(record_of(fixture->records, "qmetry_fetch_platforms", 0),
		last_sent(fixture), &paging);
}

static const struct qm_before_send nobody;

/* Opens the session anew, for a user who signs; NULL: nobody. */
static void sign(
	struct stage *stage, const struct qm_secret *username, const struct qm_secret *password)
{
	stage->options.signature = (struct qm_signature){ username, password };
	qm_session_free(stage->session);
	stage->session = qm_session_new(&stage->options);
}

/* Every recorded bulk update: we always say that it was automated, and how many ids there are. */
static void bulk_updates_are_made_alike(void **state)
{
	static const int64_t one[] = { 66095087 }, two[] = { 66095069, 66095075 }, step[] = { 777 };
	const struct liberty always = { .extra = { "isAutoExecuted", "isBulkOperation",
						"entityType" } };
	const struct fixture *fixture = *state;
	struct qm_secret *user = qm_secret_new("part11.user", 11);
	struct qm_secret *password = qm_secret_new("not-a-secret", 12);
	const struct qm_bulk_update updates[] = {
		{ "TCR", "2720260", 123266, 0, NULL, one, 1, false, nobody },
		{ "TCR", "2720260", 123268, 947, "Automated test execution completed", two, 2,
			false, nobody },
		{ "TCR", "2720260", 123266, 0, NULL, one, 1, false, nobody },
		{ "TCSR", "2720260", 123266, 0, NULL, step, 1, false, nobody },
	};

	for (int i = 0; i < 4; i++) {
		const json_t *record = record_of(fixture->records, qm_tool_bulk_update, i);
		json_t *theirs = json_deep_copy(json_object_get(record, "arguments"));
		json_t *ours = qm_bulk_arguments("VKMC", &updates[i]);
		bool is_signed = json_object_get(theirs, "username");

		sign(fixture->stage, is_signed ? user : NULL, is_signed ? password : NULL);

		assert_int_equal(qm_bulk_update(fixture->stage->session, &fixture->project,
					 &updates[i], NULL, NULL),
			QM_OK);
		compare_request(record, last_sent(fixture), &always);
		/* The signature is nobody's business but the server's. */
		(void)json_object_del(theirs, "username");
		(void)json_object_del(theirs, "password");
		compare_objects(theirs, ours, &always);
		json_decref(theirs);
		json_decref(ours);
	}
	qm_secret_free(user);
	qm_secret_free(password);
}

/* Byte for byte where we send exactly the same fields. */
static void a_full_bulk_update_has_the_recorded_bytes(void **state)
{
	static const int64_t ids[] = { 66095069, 66095075 };
	const struct qm_bulk_update update = { "TCR", "2720260", 123268, 947,
		"Automated test execution completed", ids, 2, false, nobody };
	const struct fixture *fixture = *state;

	assert_int_equal(
		qm_bulk_update(fixture->stage->session, &fixture->project, &update, NULL, NULL),
		QM_OK);
	assert_string_equal(last_sent(fixture)->body,
		qm_json_text(record_of(fixture->records, qm_tool_bulk_update, 1), "body"));
}

/* The body without its boundary, which is each one's own: the first line. */
static void without_boundary(const char *body, struct qm_buf *out)
{
	size_t length = strcspn(body, "\r\n");
	char *boundary = qm_strndup(body, length);

	for (const char *at; *body; body = at + (*at ? length : 0)) {
		at = strstr(body, boundary);
		if (!at)
			at = body + strlen(body);
		qm_buf_add(out, body, (size_t)(at - body));
		qm_buf_add_char(out, '|');
	}
	free(boundary);
}

/* Byte for byte, boundary and our own choices aside: a suite goes by its key, as testsuiteId. */
static void an_import_has_the_recorded_parts(void **state)
{
	static const char file[] = "<testsuite name=\"s\" tests=\"1\">"
				   "<testcase classname=\"c\" name=\"n\"/></testsuite>";
	const struct qm_import import = { .file_name = "r.xml",
		.bytes = file,
		.length = strlen(file),
		.entity_type = "JUNIT",
		.hierarchy = "1",
		.suite = "Regression",
		.platform = "Chrome 120",
		.build = "b1" };
	struct fixture *fixture = *state;
	const json_t *record =
		record_of(fixture->records, "qmetry_import_automation_test_results", 0);
	static const struct answer taken[] = { { .status = 200, .body = "{'requestId':'7'}" } };
	char request_id[QM_IMPORT_ID_BYTES];
	struct qm_buf theirs, ours;
	char *suite;

	fixture->stage->answers = taken;
	fixture->stage->answer_count = 1;
	fixture->stage->answered = 0;
	assert_int_equal(
		qm_import_post(fixture->stage->session, "VKMC", &import, request_id, NULL), QM_OK);
	assert_string_equal(request_id, "7");
	qm_buf_init(&theirs, 1 << 16);
	qm_buf_init(&ours, 1 << 16);
	without_boundary(qm_json_text(record, "body"), &theirs);
	without_boundary(last_sent(fixture)->body, &ours);
	suite = strstr(ours.data, "testsuiteId");
	assert_non_null(suite);
	assert_non_null(strstr(theirs.data, "testsuiteName"));
	assert_int_equal(suite - ours.data, strstr(theirs.data, "testsuiteName") - theirs.data);
	assert_memory_equal(ours.data, theirs.data, (size_t)(suite - ours.data));
	assert_string_equal(suite + strlen("testsuiteId"),
		strstr(theirs.data, "testsuiteName") + strlen("testsuiteName"));
	assert_string_equal(last_sent(fixture)->path, qm_json_text(record, "path"));
	qm_buf_release(&theirs);
	qm_buf_release(&ours);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(project_info_is_asked_alike),
		TEST(test_suites_are_asked_alike),
		TEST(executions_are_asked_alike),
		TEST(runs_are_asked_alike),
		TEST(builds_are_asked_alike),
		TEST(platforms_are_asked_alike),
		TEST(bulk_updates_are_made_alike),
		TEST(a_full_bulk_update_has_the_recorded_bytes),
		TEST(an_import_has_the_recorded_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
