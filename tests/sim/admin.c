#include "tests/sim/admin.h"
#include "src/base/text.h"

#include <string.h>

/* The number after `name=` in the query, or `otherwise`. */
static int64_t query_int(const struct sim_request *request, const char *name, int64_t otherwise)
{
	const char *place = request->query ? strstr(request->query, name) : NULL;

	if (place)
		(void)qm_text_int(place + strlen(name), 0, INT32_MAX, &otherwise);
	return otherwise;
}

static bool query_has(const struct sim_request *request, const char *text)
{
	return request->query && strstr(request->query, text);
}

static void reply_json(struct sim_json *json, struct sim_reply *reply)
{
	qm_buf_release(&reply->body);
	reply->body = json->text;
}

static void get_state(struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	struct sim_json json;

	sim_json_init(&json);
	sim_write_state(&json, sim,
		query_has(request, "runs=none")              ? SIM_RUNS_NONE
			: query_has(request, "runs=changed") ? SIM_RUNS_CHANGED
							     : SIM_RUNS_ALL);
	reply_json(&json, reply);
}

static void get_requests(
	struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	struct sim_json json;

	(void)request;
	sim_json_init(&json);
	sim_record_write_requests(&json, &sim->record);
	reply_json(&json, reply);
}

static void get_calls(struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	struct sim_json json;

	(void)request;
	sim_json_init(&json);
	sim_record_write_calls(&json, &sim->record);
	reply_json(&json, reply);
}

static void get_table(struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	reply->content_type = "text/plain;charset=utf-8";
	sim_write_table(&reply->body, sim, query_int(request, "rows=", 12));
}

static void post_world(struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	struct qm_error err;
	json_error_t cause;
	json_t *json = json_loadb(
		request->body.data, request->body.length, JSON_REJECT_DUPLICATES, &cause);

	qm_error_init(&err);
	if (!json)
		sim_reply_error(reply, 400, "SIM.PATCH", cause.text);
	else if (sim_patch(sim, json, &err))
		sim_reply_error(reply, 400, "SIM.PATCH", err.text);
	else
		qm_buf_add_text(&reply->body, "{\"success\":true}");
	json_decref(json);
}

static void post_quit(struct sim *sim, const struct sim_request *request, struct sim_reply *reply)
{
	(void)request;
	qm_buf_add_text(&reply->body, "{\"success\":true}");
	sim->quit = true;
}

struct admin_call {
	const char *method, *name;
	void (*answer)(struct sim *sim, const struct sim_request *request, struct sim_reply *reply);
};

static const struct admin_call calls[] = {
	{ "GET", "state", get_state },
	{ "GET", "requests", get_requests },
	{ "GET", "calls", get_calls },
	{ "GET", "table", get_table },
	{ "POST", "world", post_world },
	{ "POST", "quit", post_quit },
};

bool sim_admin_handle(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	static const char folder[] = "/_sim/";

	if (!qm_text_starts(request->path, folder))
		return false;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		if (strcmp(request->method, calls[i].method) == 0 &&
			strcmp(request->path + strlen(folder), calls[i].name) == 0) {
			calls[i].answer(sim, request, reply);
			return true;
		}
	}
	sim_reply_error(reply, 404, "SIM.UNKNOWN",
		"GET state, requests, calls or table, POST world or quit");
	return true;
}
