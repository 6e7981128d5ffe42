#include "tests/api/stage.h"
#include "src/base/memory.h"

#include <stdio.h>
#include <stdlib.h>

const char stage_allow_all[] = "version: \"1\"\ntools: {}\n";

static int64_t now_ms(void *context)
{
	const struct stage *stage = context;

	return stage->now_ms + stage->stepped_ms;
}

/* Another origin than Unix time, so that mixing the two up shows. */
static int64_t ticks_ms(void *context)
{
	const struct stage *stage = context;

	return stage->now_ms - STAGE_START_MS + 5000;
}

static bool wait_ms(void *context, int64_t ms)
{
	struct stage *stage = context;

	stage->waits++;
	if (stage->waits == stage->interrupt_wait)
		return false;
	stage->now_ms += ms;
	if (stage->waits == stage->step_wait)
		stage->stepped_ms += stage->step_ms;
	return true;
}

static void keep_line(void *context, enum qm_log_level level, const char *line)
{
	struct stage *stage = context;
	size_t length = strlen(stage->log);

	(void)level;
	(void)snprintf(stage->log + length, sizeof stage->log - length, "%s\n", line);
}

static void keep_request(struct stage *stage, const struct qm_request *request)
{
	struct sent *sent = &stage->sent[stage->sent_count++];

	(void)snprintf(sent->method, sizeof sent->method, "%s", request->method);
	(void)snprintf(sent->path, sizeof sent->path, "%s", request->path);
	for (size_t i = 0; i < request->header_count; i++) {
		(void)snprintf(sent->headers[i].name, sizeof sent->headers[i].name, "%s",
			request->headers[i].name);
		(void)snprintf(sent->headers[i].value, sizeof sent->headers[i].value, "%s",
			request->headers[i].value);
	}
	sent->header_count = request->header_count;
	sent->body = request->body ? qm_strndup(request->body, request->body_length) : NULL;
	sent->at_ms = stage->now_ms;
	sent->timeout_ms = request->timeout_ms;
}

static void play_answer(void *context, const struct qm_request *request, struct qm_reply *reply)
{
	struct stage *stage = context;
	const struct answer *answer = &stage->answers[stage->answered];

	assert_true(stage->sent_count < STAGE_SENT);
	keep_request(stage, request);
	if (stage->answered + 1 < stage->answer_count)
		stage->answered++;
	stage->now_ms += answer->takes_ms;
	reply->delivery = answer->delivery;
	reply->status = answer->status;
	reply->timed_out = answer->timed_out;
	reply->permanent = answer->permanent;
	(void)snprintf(reply->content_type, sizeof reply->content_type, "%s",
		answer->content_type ? answer->content_type : "application/json");
	(void)snprintf(reply->retry_after, sizeof reply->retry_after, "%s",
		answer->retry_after ? answer->retry_after : "");
	for (const char *c = answer->body; c && *c; c++)
		qm_buf_add_char(&reply->body, *c == '\'' ? '"' : *c);
	if (answer->delivery != QM_ANSWERED)
		(void)qm_error_set(&reply->error, QM_EUNREACHABLE, "it broke on the way");
}

int stage_setup(void **state)
{
	struct stage *stage = qm_alloc(sizeof *stage);

	stage->now_ms = STAGE_START_MS;
	stage->clock = (struct qm_clock){ now_ms, ticks_ms, wait_ms, stage };
	qm_log_init(&stage->logger, QM_LOG_NOTICE, keep_line, stage);
	stage->options = (struct qm_session_options){
		.transport = { play_answer, stage },
		.clock = &stage->clock,
		.log = &stage->logger,
		.url = "https://qa.example.com/",
		.policy_name = "team.yaml",
		.limits = { .max_wait_ms = 600000,
			.deadline_ms = 1800000,
			.outage_ms = 300000,
			.timeout_ms = 60000,
			.retries = 4 },
		.seed = 7,
	};
	*state = stage;
	return 0;
}

int stage_teardown(void **state)
{
	struct stage *stage = *state;

	qm_session_free(stage->session);
	qm_gate_free(stage->gate);
	qm_store_close(stage->store);
	qm_policy_free(stage->policy);
	for (size_t i = 0; i < stage->sent_count; i++)
		free(stage->sent[i].body);
	free(stage);
	return 0;
}

void stage_play(struct stage *stage, const char *policy, const struct answer *answers, size_t count)
{
	const struct qm_gate_options none = { .headroom_percent = 0, .share = 1 };
	struct qm_error err;

	qm_error_init(&err);
	stage->answers = answers;
	stage->answer_count = count;
	assert_int_equal(qm_policy_load(policy, strlen(policy), &stage->policy, NULL, &err), QM_OK);
	if (!stage->store)
		stage->store = qm_store_memory();
	stage->gate = qm_gate_new(stage->policy, stage->store, &none);
	stage->options.gate = stage->gate;
	stage->session = qm_session_new(&stage->options);
}

struct qm_api_call stage_call(enum qm_effect effect)
{
	const struct qm_api_call read = {
		.tool = { .tool = "qmetry_fetch_builds" },
		.request = { .method = "POST", .path = "/rest/admin/drop/list" },
		.effect = QM_READ,
	};
	const struct qm_api_call write = {
		.tool = { .tool = "qmetry_bulk_update_test_case_execution_status" },
		.request = { .method = "PUT", .path = "/rest/execution/runstatus/bulkupdate" },
		.effect = QM_WRITE,
	};

	return effect == QM_READ ? read : write;
}

enum qm_code stage_make_call(
	struct stage *stage, enum qm_effect effect, enum qm_refusal *refusal, struct qm_error *err)
{
	const struct qm_api_call call = stage_call(effect);
	enum qm_code code;
	json_t *answer;

	qm_error_init(err);
	code = qm_session_call(stage->session, &call, &answer, refusal, err);
	json_decref(answer);
	return code;
}
