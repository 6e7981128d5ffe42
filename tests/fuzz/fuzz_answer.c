/*
 * Whatever a server answers, each call ends after a bounded number of requests; what is handed on
 * is UTF-8, and what is said of a failure is one line that gives no orders. The first byte chooses
 * the status, the second how the answer came, all others are its body.
 */
#include "src/api/limits.h"
#include "src/api/qmetry.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

enum { MOST_REQUESTS = 64 };

struct server {
	const uint8_t *data;
	size_t size;
	int status, asked;
	bool is_html;
	char retry_after[8];
};

static void answer(void *context, const struct qm_request *request, struct qm_reply *reply)
{
	struct server *server = context;

	(void)request;
	must(server->asked++ < MOST_REQUESTS);
	reply->delivery = QM_ANSWERED;
	reply->status = server->status;
	(void)snprintf(reply->content_type, sizeof reply->content_type, "%s",
		server->is_html ? "text/html" : "application/json");
	(void)snprintf(reply->retry_after, sizeof reply->retry_after, "%s", server->retry_after);
	qm_buf_add(&reply->body, server->data, server->size);
}

static int64_t no_time(void *context)
{
	return *(int64_t *)context;
}

static bool wait_no_time(void *context, int64_t ms)
{
	*(int64_t *)context += ms;
	return true;
}

static void drop_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	must(is_utf8(line, strlen(line)));
}

static void is_text(const char *text)
{
	must(text && is_utf8(text, strlen(text)));
}

static enum qm_code take_suite(void *context, const struct qm_suite_row *row)
{
	(void)context;
	is_text(row->key);
	is_text(row->name);
	return QM_OK;
}

static enum qm_code take_execution(void *context, const struct qm_execution_row *row)
{
	(void)context;
	is_text(row->suite_run);
	is_text(row->platform);
	is_text(row->build);
	return QM_OK;
}

static enum qm_code take_run(void *context, const struct qm_run_row *row)
{
	(void)context;
	is_text(row->key);
	is_text(row->summary);
	is_text(row->script_name);
	is_text(row->status_name);
	return QM_OK;
}

static enum qm_code take_step(void *context, const struct qm_step_row *row)
{
	(void)context;
	must(row->number >= -1); /* the id may be missing: that is the caller's to judge */
	is_text(row->description);
	is_text(row->status_name);
	return QM_OK;
}

static enum qm_code take_build(void *context, const struct qm_build *build)
{
	(void)context;
	is_text(build->name);
	return QM_OK;
}

/* Failures are told in one visible line, successes not at all. */
static void check(enum qm_code code, struct qm_error *err)
{
	must(code == err->code);
	for (const char *c = err->text; *c; c++)
		must((unsigned char)*c >= 0x20 && *c != 0x7f);
	must(!strstr(err->text, "##["));
	qm_error_init(err);
}

static void ask_all(struct qm_session *session, const struct qm_project *project)
{
	static const char *const keys[] = { "A-TS-1" };
	static const int64_t ids[] = { 1, 2 };
	const struct qm_bulk_update update = {
		.entity_type = "TCR", .suite_run = "1", .status_id = 1, .ids = ids, .id_count = 2
	};
	enum qm_refusal refusal;
	struct qm_error err;

	qm_error_init(&err);
	check(qm_fetch_suites(session, project, keys, 1, take_suite, NULL, NULL, &err), &err);
	check(qm_fetch_executions(session, project, 1, take_execution, NULL, &err), &err);
	check(qm_fetch_runs(session, project, "1", take_run, NULL, &err), &err);
	check(qm_fetch_steps(session, project, 1, take_step, NULL, &err), &err);
	check(qm_fetch_builds(session, project, "1", take_build, NULL, &err), &err);
	check(qm_bulk_update(session, project, &update, &refusal, &err), &err);
}

static void ask(struct qm_session *session)
{
	struct qm_project project;
	struct qm_arena arena;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	qm_arena_init(&arena);
	qm_project_init(&project);
	code = qm_fetch_project(session, "A", &arena, &project, &err);
	check(code, &err);
	if (code) {
		project.key = project.current_id = project.client_code = "A";
		project.suites_view = project.executions_view = project.runs_view = 1;
		project.steps_view = 1;
	}
	ask_all(session, &project);
	qm_project_release(&project);
	qm_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 413, 422,
		429, 500, 503, 504 };
	static const char policy[] = "version: \"1\"\ndefault: allow\ntools: {}\n";
	const struct qm_gate_options all = { .share = 1 };
	int64_t now_ms = INT64_C(1768473060000);
	const struct qm_clock clock = { no_time, no_time, wait_no_time, &now_ms };
	struct server server = { .data = data + 2, .size = size - 2 };
	struct qm_session_options options = { .transport = { answer, &server },
		.clock = &clock,
		.url = "https://example.com",
		.policy_name = "policy",
		.limits = { .deadline_ms = 1000, .outage_ms = 1000, .timeout_ms = 1000 } };
	struct qm_policy *rules = NULL;
	struct qm_store *store;
	struct qm_session *session;
	struct qm_log log;

	if (size < 2)
		return 0;
	server.status = statuses[data[0] % 16];
	server.is_html = data[1] & 1;
	(void)snprintf(server.retry_after, sizeof server.retry_after, "%.*s", data[1] & 2 ? 3 : 0,
		(const char *)"120");
	qm_log_init(&log, QM_LOG_DEBUG, drop_line, NULL);
	options.log = &log;
	must(qm_policy_load(policy, strlen(policy), &rules, NULL, NULL) == QM_OK);
	store = qm_store_memory();
	options.gate = qm_gate_new(rules, store, &all);
	session = qm_session_new(&options);
	ask(session);
	qm_session_free(session);
	qm_gate_free(options.gate);
	qm_store_close(store);
	qm_policy_free(rules);
	return 0;
}
