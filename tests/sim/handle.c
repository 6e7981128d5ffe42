#include "src/base/text.h"
#include "tests/sim/admin.h"
#include "tests/sim/answers.h"
#include "tests/sim/faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void sim_init(struct sim *sim)
{
	*sim = (struct sim){ .quit = false };
	sim_world_init(&sim->world);
	sim_record_init(&sim->record);
	qm_vec_init(&sim->imports, sizeof(struct sim_import));
	qm_vec_init(&sim->links, sizeof(struct sim_link));
}

void sim_release(struct sim *sim)
{
	sim_imports_release(&sim->imports);
	qm_vec_release(&sim->links);
	sim_record_release(&sim->record);
	sim_world_release(&sim->world);
	sim_clock_close(&sim->clock);
}

static const struct sim_key *find_key(const struct sim_settings *settings, const char *text)
{
	static const struct sim_key any = { .text = "" };

	if (!settings->keys.count && *text)
		return &any;
	for (size_t i = 0; i < settings->keys.count; i++) {
		const struct sim_key *key = qm_vec_at(&settings->keys, i);

		if (strcmp(key->text, text) == 0)
			return key;
	}
	return NULL;
}

static const struct sim_key *key_of(
	const struct sim_settings *settings, const struct sim_request *request)
{
	static const char bearer[] = "Bearer ";
	const char *text = sim_request_header(request, "apikey");

	if (text)
		return find_key(settings, text);
	text = sim_request_header(request, "authorization");
	return text && qm_text_starts(text, bearer) ? find_key(settings, text + strlen(bearer))
						    : NULL;
}

/* ---- Limits of the server itself */

static bool is_for(const struct sim_limit *limit, const struct sim_request *request)
{
	if (limit->off)
		return false;
	return !limit->tool || strcmp(limit->tool, sim_record_tool(request)) == 0;
}

static bool is_full(struct sim_limit *limit, int64_t now_ms)
{
	int64_t start = sim_window_start(limit->window_s * 1000, now_ms);

	if (limit->window_start_ms != start) {
		limit->window_start_ms = start;
		limit->calls = 0;
	}
	return limit->calls >= limit->max;
}

static void answer_full(
	const struct sim_limit *limit, struct sim_request *request, struct sim_reply *reply)
{
	int64_t end = limit->window_start_ms + limit->window_s * 1000;
	char text[SIM_HTTP_DATE];

	sim_reply_error(reply, (int)limit->status, "CO.TOO_MANY_REQUESTS", "Too many requests");
	if (strcmp(limit->retry_after, "none") == 0)
		return;
	if (strcmp(limit->retry_after, "date") == 0)
		sim_http_date(end + 999, text); /* whole seconds only: not too early */
	else
		(void)snprintf(text, sizeof text, "%" PRId64, (end - request->at_ms + 999) / 1000);
	sim_reply_header(reply, "Retry-After", qm_arena_strdup(&request->arena, text));
}

/* Number `index` of the world's limits and of the two quotas; NULL after the last one. */
static struct sim_limit *limit_at(struct sim_settings *settings, size_t index)
{
	size_t count = settings->limits.count;

	if (index < count)
		return qm_vec_at(&settings->limits, index);
	return index < count + 2 ? &settings->quota.limits[index - count] : NULL;
}

static bool refuse_limited(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	struct sim_settings *settings = &sim->world.settings;
	struct sim_limit *limit;

	for (size_t i = 0; (limit = limit_at(settings, i)); i++) {
		if (!is_for(limit, request) || !is_full(limit, request->at_ms))
			continue;
		answer_full(limit, request, reply);
		sim_record_refused(&sim->record, request, "limit", "Too many requests");
		return true;
	}
	for (size_t i = 0; (limit = limit_at(settings, i)); i++)
		limit->calls += is_for(limit, request);
	return false;
}

/* ---- One request */

static void find_endpoint(struct sim *sim, struct sim_request *request)
{
	const char *prefix = sim->world.settings.path_prefix;
	const char *project = sim_request_header(request, "project");

	if (qm_text_starts(request->path, prefix))
		request->endpoint =
			sim_endpoint_find(request->path + strlen(prefix), &request->tail);
	if (project)
		request->project = sim_world_project(&sim->world, project);
}

static void refuse_violation(const struct sim_request *request, const struct sim_finding *finding,
	struct sim_reply *reply)
{
	char text[SIM_RULE + 2 + SIM_FINDING];

	(void)request;
	(void)snprintf(text, sizeof text, "%s: %s", finding->rule, finding->text);
	sim_reply_error(reply, 400, "SIM.VIOLATION", text);
}

static void answer(struct sim *sim, struct sim_request *request, const struct sim_finding *finding,
	struct sim_reply *reply)
{
	const struct sim_key *key = key_of(&sim->world.settings, request);

	if (refuse_limited(sim, request, reply))
		return;
	if (!request->endpoint) {
		sim_record_refused(&sim->record, request, "unknown_path", request->path);
		sim_reply_error(reply, 404, "CO.NOT_FOUND", "Resource not found");
	} else if (!key) {
		sim_record_refused(&sim->record, request, "key", "Invalid API key");
		sim_reply_error(reply, 401, "CO.INVALID_API_KEY", "Invalid API key");
	} else if (finding->rule[0]) {
		refuse_violation(request, finding, reply);
	} else if (!request->project) {
		sim_record_refused(&sim->record, request, "unknown_project", "No such project");
		sim_reply_error(reply, 404, "CO.PROJECT_NOT_FOUND", "Project not found");
	} else if (key->role && request->endpoint->is_write) {
		sim_record_refused(&sim->record, request, "role", "The role may not write");
		sim_reply_error(
			reply, 403, "CO.ACCESS_DENIED", "You do not have rights to do this");
	} else {
		request->endpoint->answer(sim, request, reply);
	}
}

static void tell(const struct sim *sim, const struct sim_request *request, int status)
{
	if (sim->verbose)
		(void)fprintf(stderr, "%" PRId64 " %s %s %zu ids: %d\n", request->at_ms,
			request->method, request->path, request->ids.count, status);
}

void sim_handle(struct sim *sim, struct sim_request *request, struct sim_reply *reply)
{
	struct sim_settings *settings = &sim->world.settings;
	const struct sim_action *action;
	struct sim_finding finding;
	int64_t fault;

	if (sim_admin_handle(sim, request, reply))
		return;
	request->at_ms = sim_clock_now(&sim->clock);
	find_endpoint(sim, request);
	sim_record_call(&sim->record, request, settings->windows_s);
	sim_check(settings, request, &finding);
	if (finding.rule[0])
		sim_record_violation(&sim->record, request, finding.rule, finding.text);
	action = sim_faults_next(settings, request, &fault);
	if (!action || sim_fault_works(action))
		answer(sim, request, &finding, reply);
	if (action)
		sim_fault_apply(action, &sim->clock, request, reply);
	sim_record_answer(&sim->record, request, reply->status, fault, settings->log_size);
	tell(sim, request, reply->status);
}
