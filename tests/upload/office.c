#include "tests/upload/office.h"
#include "src/base/memory.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void reply_with(struct qm_reply *reply, int status, const char *text)
{
	reply->delivery = QM_ANSWERED;
	reply->status = status;
	(void)snprintf(reply->content_type, sizeof reply->content_type, "application/json");
	qm_buf_add_text(&reply->body, text);
}

static const char project_info[] =
	"{\"allstatus\":[{\"name\":\"Passed\",\"defaultName\":\"passed\",\"id\":1},"
	"{\"name\":\"Failed\",\"defaultName\":\"failed\",\"id\":2},"
	"{\"name\":\"Blocked\",\"defaultName\":\"blocked\",\"id\":3},"
	"{\"name\":\"Not Run\",\"defaultName\":\"notrun\",\"id\":4},"
	"{\"name\":\"N/A\",\"defaultName\":\"empty\",\"id\":5}],"
	"\"latestViews\":{\"TS\":{\"viewId\":1},\"TEL\":{\"viewId\":2},\"TE\":{\"viewId\":3}},"
	"\"currentProjectId\":7,\"clientCode\":\"ORG\",\"currentdrops\":[]}";

static const char suites[] =
	"{\"data\":[{\"id\":194955,\"entityKey\":\"VKMC-TS-20\",\"name\":\"Smoke\"}],\"total\":1}";

#define EXECUTION(id, platform)                                                       \
	"{\"tsRunID\":\"" id "\",\"platformID\":7,\"platformName\":\"" platform "\"," \
	"\"releaseName\":\"R1\",\"cycleName\":\"C1\"}"

static const char one_execution[] = "{\"data\":[" EXECUTION("2720260", "Chrome") "],\"total\":1}";
static const char both_executions[] = "{\"data\":[" EXECUTION("2720260", "Chrome") "," EXECUTION(
	"2720261", "Firefox") "],\"total\":2}";

/* One page of runs. */
static void list_runs(const struct office *office, const json_t *body, struct qm_reply *reply)
{
	const char *suite_run = json_string_value(json_object_get(body, "tsrunID"));
	int base = suite_run && strcmp(suite_run, "2720261") == 0 ? 2000 : 1000;
	int start = (int)json_integer_value(json_object_get(body, "start"));
	int limit = (int)json_integer_value(json_object_get(body, "limit"));
	json_t *answer = json_pack("{s:[],s:i}", "data", "total", office->runs);
	char *text, key[32], summary[32];

	for (int i = start + 1; i <= office->runs && i <= start + limit; i++) {
		(void)snprintf(key, sizeof key, "VKMC-TC-%d", i);
		(void)snprintf(summary, sizeof summary, "case %d", i);
		(void)json_array_append_new(json_object_get(answer, "data"),
			json_pack("{s:i,s:s,s:s,s:i}", "tcRunID", base + i, "entityKey", key,
				"summary", summary, "runStatusID", office->status[base + i]));
	}
	text = json_dumps(answer, JSON_COMPACT);
	reply_with(reply, 200, text);
	free(text);
	json_decref(answer);
}

/* The first bad id of the list, 0 if there is none; counts them, too. */
static long look_at(const struct office *office, const char *ids, size_t *out_count)
{
	long bad = 0;

	*out_count = 0;
	for (const char *c = ids; *c;) {
		char *end;
		long id = strtol(c, &end, 10);

		assert_true(id > 1000 && id < 3000 && end > c);
		if (office->bad[id] && !bad)
			bad = id;
		++*out_count;
		c = *end == ',' ? end + 1 : end;
	}
	return bad;
}

static void set_all(struct office *office, const char *ids, int status)
{
	for (const char *c = ids; *c;) {
		char *end;
		long id = strtol(c, &end, 10);

		office->status[id] = status;
		c = *end == ',' ? end + 1 : end;
	}
}

static void update_status(struct office *office, const json_t *body, struct qm_reply *reply)
{
	const char *ids = json_string_value(json_object_get(body, "entityIDs"));
	int status = (int)json_integer_value(json_object_get(body, "runStatusID"));
	size_t count, length = strlen(office->log);
	const struct answer *fault;
	char text[128];
	long bad;

	assert_non_null(ids);
	(void)snprintf(office->log + length, sizeof office->log - length, "%d: %s\n", status, ids);
	office->writes++;
	fault = &office->faults[office->writes < OFFICE_FAULTS ? office->writes : 0];
	bad = look_at(office, ids, &count);
	if (fault->status || fault->delivery != QM_ANSWERED) {
		reply_with(reply, fault->status, fault->body ? fault->body : "");
		reply->delivery = fault->delivery;
		reply->timed_out = fault->timed_out;
		if (fault->delivery != QM_ANSWERED)
			(void)qm_error_set(&reply->error, QM_EUNREACHABLE, "it broke on the way");
	} else if (office->max_ids && count > office->max_ids) {
		reply_with(reply, 413, "{\"message\":\"Request Entity Too Large\"}");
	} else if (office->closed) {
		reply_with(reply, 400, "{\"message\":\"the execution is closed\"}");
	} else if (bad) {
		(void)snprintf(text, sizeof text,
			"{\"success\":false,\"message\":\"run %ld is not there\"}", bad);
		reply_with(reply, 200, text);
	} else {
		set_all(office, ids, status);
		reply_with(reply, 200, "{\"success\":true}");
	}
}

static void answer_request(void *context, const struct qm_request *request, struct qm_reply *reply)
{
	struct office *office = context;
	json_t *body =
		request->body ? json_loadb(request->body, request->body_length, 0, NULL) : NULL;

	office->requests++;
	if (strcmp(request->path, "/rest/admin/project/getinfo") == 0)
		reply_with(reply, 200, project_info);
	else if (strcmp(request->path, "/rest/testsuites/list/viewColumns") == 0)
		reply_with(reply, 200, suites);
	else if (strcmp(request->path, "/rest/execution/list/platformHome") == 0)
		reply_with(reply, 200, office->two_executions ? both_executions : one_execution);
	else if (strcmp(request->path, "/rest/execution/list/viewColumns") == 0)
		list_runs(office, body, reply);
	else if (strcmp(request->path, "/rest/execution/runstatus/bulkupdate") == 0)
		update_status(office, body, reply);
	else
		reply_with(reply, 404, "{\"message\":\"no such path\"}");
	json_decref(body);
}

int office_setup(void **state)
{
	struct office *office = qm_alloc(sizeof *office);
	void *stage;
	int failed = stage_setup(&stage);

	office->stage = stage;
	office->stage->options.transport = (struct qm_transport){ answer_request, office };
	for (size_t i = 0; i < sizeof office->status / sizeof *office->status; i++)
		office->status[i] = 4;
	*state = office;
	return failed;
}

int office_teardown(void **state)
{
	struct office *office = *state;
	void *stage = office->stage;
	int failed = stage_teardown(&stage);

	free(office);
	return failed;
}

void office_open(struct office *office, const char *policy)
{
	stage_play(office->stage, policy, NULL, 0);
}

int office_count(const struct office *office, int status)
{
	int count = 0;

	for (int i = 1; i <= office->runs; i++) {
		count += office->status[1000 + i] == status;
		count += office->two_executions && office->status[2000 + i] == status;
	}
	return count;
}
