#include "policy/arguments_hash.h"
#include "policy/engine.h"
#include "src/base/clock.h"
#include "tests/policy/cases.h"
#include "tests/policy/go_json.h"
#include "tests/policy/test_stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A reply of the upstream that is still under way. */
struct reply {
	bool delivered;
	size_t after; /* the call after which it comes */
	bool is_error;
	struct qm_vec taken; /* what the call took, struct qm_taken */
};

struct scene {
	struct qm_engine engine;
	struct qm_store *recorder; /* NULL where there is nothing to record */
	struct qm_vec replies;     /* struct reply */
	struct case_report *report;
};

static const char *stage_name(enum qm_stage stage)
{
	static const char *const names[] = { NULL, "unparsed", "hidden", "default", "evaluate",
		"reserve", "error" };

	return names[stage];
}

/* A reply counts as an error if it is an object with an `error` that is not null. */
static bool is_error_reply(const json_t *response)
{
	const char *text = json_string_value(response);
	json_t *reply = text ? go_json_load(text, strlen(text), NULL) : NULL;
	const json_t *error = json_object_get(reply, "error");
	bool is_error = error && !json_is_null(error);

	json_decref(reply);
	return is_error;
}

static json_t *found_of(const struct qm_decision *decision, const json_t *arguments)
{
	char hash[QM_ARGUMENTS_HASH];
	bool denied = !decision->allowed;
	json_t *found = json_object();

	qm_arguments_hash(arguments, hash);
	json_object_set_new(found, "allowed", json_boolean(decision->allowed));
	json_object_set_new(found, "rule", case_text(denied ? decision->rule : NULL));
	json_object_set_new(found, "message", case_text(denied ? decision->message.data : NULL));
	json_object_set_new(found, "stage", case_text(stage_name(decision->stage)));
	json_object_set_new(
		found, "args_hash", json_string(decision->stage == QM_STAGE_UNPARSED ? "" : hash));
	return found;
}

static void deliver(struct scene *scene, size_t call_index)
{
	for (size_t i = 0; i < scene->replies.count; i++) {
		struct reply *reply = qm_vec_at(&scene->replies, i);

		if (reply->delivered || reply->after != call_index)
			continue;
		reply->delivered = true;
		if (reply->is_error && qm_engine_rollback(scene->engine.store, &reply->taken, NULL))
			case_wrong(scene->report, "cannot roll back");
	}
}

static void make_call(struct scene *scene, const json_t *call, size_t index)
{
	json_t *arguments = json_object_get(call, "args");
	const json_t *after = json_object_get(call, "respond_after");
	struct qm_tool_call tool = { .tool = json_string_value(json_object_get(call, "tool")) };
	struct reply *reply = qm_vec_add(&scene->replies);
	struct qm_decision decision;
	char what[64];
	json_t *found;

	/* Arguments that Go cannot read are like ones that are no object. */
	tool.arguments = go_json_too_large(arguments) ? json_object_get(call, "tool") : arguments;
	qm_decision_init(&decision, NULL);
	qm_engine_decide(&scene->engine, &tool, case_time(call, "at"), &decision);
	found = found_of(&decision, arguments);
	(void)snprintf(what, sizeof what, "call %zu", index);
	case_expect(scene->report, what, json_object_get(call, "expect"), found);
	reply->after = after ? (size_t)json_number_value(after) : index;
	reply->is_error = decision.allowed && is_error_reply(json_object_get(call, "response"));
	reply->taken = decision.taken;
	qm_vec_init(&decision.taken, sizeof(struct qm_taken));
	qm_decision_release(&decision);
	json_decref(found);
	deliver(scene, index);
}

static void put_counters(struct scene *scene, json_t *counters)
{
	const char *key;
	json_t *row;

	json_object_foreach(counters, key, row)
	{
		struct qm_reserve wish = { .key = key,
			.amount = (int64_t)json_number_value(json_object_get(row, "value")),
			.limit = INT64_MAX,
			.window_ms =
				(int64_t)json_number_value(json_object_get(row, "window")) * 1000,
			.now_ms = case_time(row, "window_start") };
		struct qm_store *store = scene->engine.store;
		bool allowed;
		int64_t value;

		if (store->kind->reserve(store, &wish, &allowed, &value, NULL) || !allowed)
			case_wrong(scene->report, "cannot put %s", key);
	}
}

static void run_calls(struct scene *scene, const json_t *line)
{
	json_t *call, *found, *calls = json_object_get(line, "calls");
	size_t index;

	qm_vec_init(&scene->replies, sizeof(struct reply));
	put_counters(scene, json_object_get(line, "counters_before"));
	json_array_foreach(calls, index, call) make_call(scene, call, index);
	found = scene->recorder ? test_store_values(scene->recorder) : json_object();
	case_expect(scene->report, "counters", json_object_get(line, "counters_after"), found);
	json_decref(found);
	for (size_t i = 0; i < scene->replies.count; i++)
		qm_vec_release(&((struct reply *)qm_vec_at(&scene->replies, i))->taken);
	qm_vec_release(&scene->replies);
}

static void run_on(const json_t *line, const struct qm_policy *policy, struct qm_store *store,
	struct case_report *report)
{
	const char *kind = json_string_value(json_object_get(line, "store"));
	struct scene scene = { .engine = { .policy = policy, .share = 1 }, .report = report };

	if (!kind)
		scene.engine.store = scene.recorder = test_store_recorder(store);
	else if (strcmp(kind, "none") != 0)
		scene.engine.store = test_store_down(strcmp(kind, "down-open") == 0);
	if (kind)
		qm_store_close(store);
	run_calls(&scene, line);
	qm_store_close(scene.engine.store);
}

void case_evaluate(const json_t *line, const char *folder, struct case_report *report)
{
	const json_t *text = json_object_get(line, "policy");
	struct qm_policy *policy = NULL;
	struct qm_store *store = NULL;
	struct qm_error err;
	char path[256];

	qm_error_init(&err);
	if (qm_policy_load(
		    json_string_value(text), json_string_length(text), &policy, NULL, &err)) {
		case_wrong(report, "does not load: %s", err.text);
		return;
	}
	run_on(line, policy, qm_store_memory(), report);
	(void)snprintf(path, sizeof path, "%s/evaluate.sqlite", folder);
	if (qm_store_sqlite(&(struct qm_sqlite_options){ .path = path }, &store, &err))
		case_wrong(report, "%s", err.text);
	else
		run_on(line, policy, store, report);
	(void)unlink(path);
	qm_policy_free(policy);
}
