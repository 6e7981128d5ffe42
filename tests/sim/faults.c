#include "tests/sim/faults.h"
#include "src/base/text.h"
#include "tests/sim/record.h"

#include <string.h>

static bool holds_id(const struct qm_vec *wanted, const struct qm_vec *ids)
{
	for (size_t i = 0; i < wanted->count; i++)
		for (size_t j = 0; j < ids->count; j++)
			if (*(int64_t *)qm_vec_at(wanted, i) == *(int64_t *)qm_vec_at(ids, j))
				return true;
	return !wanted->count;
}

static bool meets(const struct sim_match *match, const struct sim_request *request)
{
	if (match->tool && strcmp(match->tool, sim_record_tool(request)) != 0)
		return false;
	if (match->path && !strstr(request->path, match->path))
		return false;
	if (match->body_contains && !strstr(request->body.data, match->body_contains))
		return false;
	return (int64_t)request->ids.count >= match->ids_min &&
		holds_id(&match->ids, &request->ids);
}

static bool acts(struct sim_fault *fault, const struct sim_request *request)
{
	const struct sim_match *match = &fault->match;

	if (!meets(match, request))
		return false;
	fault->seen++;
	if ((match->nth && fault->seen != match->nth) || fault->seen < match->from ||
		(match->to && fault->seen > match->to))
		return false;
	return !fault->times || fault->fired < fault->times;
}

const struct sim_action *sim_faults_next(
	struct sim_settings *settings, const struct sim_request *request, int64_t *number)
{
	struct sim_fault *first = NULL;

	*number = -1;
	/* All of them count the request, whichever acts on it. */
	for (size_t i = 0; i < settings->faults.count; i++) {
		struct sim_fault *fault = qm_vec_at(&settings->faults, i);

		if (acts(fault, request) && !first) {
			first = fault;
			*number = (int64_t)i;
		}
	}
	if (!first)
		return NULL;
	first->fired++;
	return &first->action;
}

static bool has_answer(const struct sim_action *action)
{
	return action->status || action->body || action->body_html || action->body_json ||
		action->redirect || action->success_false || action->huge;
}

bool sim_fault_works(const struct sim_action *action)
{
	if (action->close)
		return strcmp(action->close, "after") == 0;
	return action->work || !has_answer(action);
}

static void set_body(struct sim_reply *reply, const char *type, const char *body)
{
	reply->content_type = type;
	qm_buf_clear(&reply->body);
	qm_buf_add_text(&reply->body, body);
}

static void answer(const struct sim_action *action, struct sim_reply *reply)
{
	static const char json[] = "application/json;charset=UTF-8";

	reply->status = action->status ? (int)action->status : action->redirect ? 302 : 200;
	if (action->body_html)
		set_body(reply, "text/html;charset=utf-8", action->body_html);
	else if (action->body_json)
		set_body(reply, json, action->body_json);
	else if (action->body)
		set_body(reply, "text/plain", action->body);
	else if (action->success_false)
		set_body(reply, json, "{\"success\":false,\"message\":\"The update failed\"}");
	else
		set_body(reply, json, "");
	if (action->redirect)
		sim_reply_header(reply, "Location", action->redirect);
	reply->huge_bytes = action->huge;
}

/* "@+7" is the date 7 seconds from now, "@-7" one that is over. */
static const char *expand(
	const char *value, const struct sim_clock *clock, struct sim_request *request)
{
	int64_t seconds;
	char date[SIM_HTTP_DATE];

	if (value[0] != '@' || !value[1] || !qm_text_int(value + 2, 0, INT32_MAX, &seconds))
		return value;
	sim_http_date(sim_clock_now(clock) + (value[1] == '-' ? -seconds : seconds) * 1000, date);
	return qm_arena_strdup(&request->arena, date);
}

void sim_fault_apply(const struct sim_action *action, const struct sim_clock *clock,
	struct sim_request *request, struct sim_reply *reply)
{
	reply->sleep_ms += action->sleep_ms;
	if (!sim_clock_advance(clock, action->delay_ms))
		reply->sleep_ms += action->delay_ms;
	if (action->close) {
		reply->status = 0;
		return;
	}
	if (has_answer(action))
		answer(action, reply);
	for (size_t i = 0; i < action->headers.count; i++) {
		const struct sim_pair *header = qm_vec_at(&action->headers, i);

		sim_reply_header(reply, header->name, expand(header->value, clock, request));
	}
	reply->send_bytes = action->truncate;
}
