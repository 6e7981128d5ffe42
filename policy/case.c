#include "policy/case.h"
#include "policy/arguments_hash.h"
#include "policy/case_form.h"
#include "policy/case_json.h"
#include "policy/case_store.h"
#include "policy/engine.h"
#include "src/base/clock.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

/* What a call took, and when a reply that is an error gives it back. */
struct reply {
	size_t after; /* the call after which it comes */
	bool is_error;
	struct qm_vec taken; /* struct qm_taken */
};

struct scene {
	struct qm_engine engine;
	struct qm_vec replies; /* struct reply, one a call */
	struct qm_buf *out;
};

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string_nocheck(text) : json_null();
}

/* Adds "<what>: wanted <...>, found <...>" where they differ. */
static void expect(struct qm_buf *out, const char *what, const json_t *wanted, const json_t *found)
{
	char *left, *right;

	if (json_equal(wanted, found))
		return;
	left = json_dumps(wanted, JSON_ENCODE_ANY | JSON_COMPACT);
	right = json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT);
	qm_buf_add_format(
		out, "%s: wanted %s, found %s\n", what, left ? left : "?", right ? right : "?");
	free(left);
	free(right);
}

/* ---- Calls. */

static json_t *found_of(const struct qm_decision *decision, const json_t *arguments)
{
	static const char *const stages[] = { NULL, "unparsed", "hidden", "default", "evaluate",
		"reserve", "error" };
	bool denied = !decision->allowed, judged = decision->stage != QM_STAGE_UNPARSED;
	char hash[QM_ARGUMENTS_HASH];
	json_t *found = json_object();

	qm_arguments_hash(arguments, hash);
	(void)json_object_set_new(found, "allowed", json_boolean(decision->allowed));
	(void)json_object_set_new(found, "rule", text_or_null(denied ? decision->rule : NULL));
	(void)json_object_set_new(
		found, "message", text_or_null(denied ? decision->message.data : NULL));
	(void)json_object_set_new(found, "stage", text_or_null(stages[decision->stage]));
	(void)json_object_set_new(found, "args_hash", json_string(judged ? hash : ""));
	return found;
}

/* Only what the case speaks of is compared. */
static void compare(struct scene *scene, size_t index, const json_t *wanted, const json_t *found)
{
	static const char *const keys[] = { "allowed", "rule", "message", "stage", "args_hash" };
	char what[64];

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const json_t *one = json_object_get(wanted, keys[i]);

		(void)snprintf(what, sizeof what, "call %zu, %s", index, keys[i]);
		if (one)
			expect(scene->out, what, one, json_object_get(found, keys[i]));
	}
}

/* An object whose `error`, in letters of any case, is there and not null. */
static bool is_error_reply(const char *text)
{
	json_t *reply = text ? qm_case_json_load(text, strlen(text), NULL) : NULL, *value;
	bool is_error = false;
	const char *name;

	json_object_foreach(reply, name, value)
	{
		if (qm_text_equal_nocase(name, "error"))
			is_error = !json_is_null(value);
	}
	json_decref(reply);
	return is_error;
}

static void deliver_replies(struct scene *scene, size_t index)
{
	for (size_t i = 0; i < scene->replies.count; i++) {
		struct reply *reply = qm_vec_at(&scene->replies, i);

		if (!reply->is_error || reply->after != index)
			continue;
		if (qm_engine_rollback(scene->engine.store, &reply->taken, NULL))
			qm_buf_add_format(scene->out, "call %zu: cannot be given back\n", i);
		reply->is_error = false;
	}
}

/* Arguments that Go cannot read are to it as ones that are no object. */
static void make_call(struct scene *scene, const json_t *call, size_t index)
{
	json_t *arguments = json_object_get(call, "args");
	const struct qm_tool_call tool = { .tool = text_at(call, "tool"),
		.arguments = qm_case_json_too_large(arguments) ? json_true() : arguments };
	const json_t *after = json_object_get(call, "respond_after");
	const char *at = text_at(call, "at");
	struct reply *reply = qm_vec_add(&scene->replies);
	struct qm_decision decision;
	int64_t now_ms = 0;
	json_t *found;

	qm_vec_init(&reply->taken, sizeof(struct qm_taken));
	if (!tool.tool || (at && !qm_time_parse(at, &now_ms))) {
		qm_buf_add_format(scene->out, "call %zu: %s\n", index,
			tool.tool ? "\"at\" is no RFC 3339 time" : "it has no \"tool\"");
		return;
	}
	qm_decision_init(&decision, NULL);
	qm_engine_decide(&scene->engine, &tool, now_ms, &decision);
	found = found_of(&decision, tool.arguments);
	compare(scene, index, json_object_get(call, "expect"), found);
	reply->after = after ? (size_t)json_number_value(after) : index;
	reply->is_error = decision.allowed && is_error_reply(text_at(call, "response"));
	reply->taken = decision.taken;
	qm_vec_init(&decision.taken, sizeof(struct qm_taken));
	qm_decision_release(&decision);
	json_decref(found);
	deliver_replies(scene, index);
}

static void put_counters(struct scene *scene, json_t *counters)
{
	struct qm_store *store = scene->engine.store;
	const char *key;
	json_t *row;

	json_object_foreach(counters, key, row)
	{
		double value = json_number_value(json_object_get(row, "value"));
		double window = json_number_value(json_object_get(row, "window"));
		const char *start = text_at(row, "window_start");
		struct qm_reserve wish = { .key = key,
			.amount = qm_to_integer(value),
			.limit = INT64_MAX,
			.window_ms = qm_to_integer(window * 1000) };
		bool allowed = false;
		int64_t now;

		if (!start || !qm_time_parse(start, &wish.now_ms) ||
			store->kind->reserve(store, &wish, &allowed, &now, NULL) || !allowed)
			qm_buf_add_format(scene->out, "counter %s cannot be put\n", key);
	}
}

/* Every counter that was written is compared, not just those that the case names. */
static void compare_counters(struct scene *scene, json_t *wanted)
{
	json_t *found =
		scene->engine.store ? qm_case_recorder_values(scene->engine.store) : json_object();
	const char *key;
	json_t *value;

	json_object_foreach(wanted, key, value)
	{
		if (!json_object_get(found, key))
			(void)json_object_set_new(found, key, json_null());
	}
	json_object_foreach(found, key, value)
	{
		const json_t *one = json_object_get(wanted, key);

		expect(scene->out, key, one ? one : json_null(), value);
	}
	json_decref(found);
}

void qm_case_calls(const json_t *line, const struct qm_policy *policy, struct qm_store *store,
	struct qm_buf *out)
{
	struct qm_store *recorder = store ? qm_case_recorder(store) : NULL;
	struct scene scene = { .engine = { .policy = policy, .store = recorder, .share = 1 },
		.out = out };
	json_t *call, *calls = json_object_get(line, "calls");
	json_t *counters = json_object_get(line, "counters_after");
	size_t index;

	qm_vec_init(&scene.replies, sizeof(struct reply));
	if (store)
		put_counters(&scene, json_object_get(line, "counters_before"));
	json_array_foreach(calls, index, call) make_call(&scene, call, index);
	if (counters)
		compare_counters(&scene, counters);
	for (size_t i = 0; i < scene.replies.count; i++)
		qm_vec_release(&((struct reply *)qm_vec_at(&scene.replies, i))->taken);
	qm_vec_release(&scene.replies);
	qm_store_close(recorder);
}

/* ---- Validation. */

static void compare_problems(
	const json_t *line, const struct qm_vec *problems, bool loaded, struct qm_buf *out)
{
	json_t *found = json_array();

	for (size_t i = 0; i < problems->count; i++) {
		const struct qm_policy_problem *problem = qm_vec_at(problems, i);

		(void)json_array_append_new(found, json_string(problem->text));
	}
	if (json_object_get(line, "errors_kind")) {
		if (loaded || problems->count)
			qm_buf_add_text(out, "it should not load\n");
	} else {
		expect(out, "errors", json_object_get(line, "errors"), found);
	}
	json_decref(found);
}

static bool has_own_policy(const json_t *line)
{
	return json_is_string(json_object_get(line, "policy"));
}

static enum qm_code load(
	const json_t *line, struct qm_policy **out, struct qm_vec *problems, struct qm_error *err)
{
	const json_t *text = json_object_get(line, "policy");

	return qm_policy_load(
		json_string_value(text), json_string_length(text), out, problems, err);
}

static void run_validation(const json_t *line, struct qm_buf *out)
{
	struct qm_policy *policy;
	struct qm_vec problems;
	struct qm_error err;

	qm_error_init(&err);
	qm_vec_init(&problems, sizeof(struct qm_policy_problem));
	compare_problems(line, &problems, !load(line, &policy, &problems, &err), out);
	qm_policy_problems_release(&problems);
	qm_policy_free(policy);
}

static void run_on_policy(const json_t *line, const struct qm_policy *usual, struct qm_buf *out)
{
	const char *name = text_at(line, "store");
	struct qm_policy *own = NULL;
	size_t before = out->length;
	struct qm_store *store;
	struct qm_error err;

	qm_error_init(&err);
	if (!qm_case_store(name, &store))
		qm_buf_add_format(out, "unknown \"store\" \"%s\"\n", name);
	else if (has_own_policy(line) && load(line, &own, NULL, &err))
		qm_buf_add_format(out, "its policy does not load: %s\n", err.text);
	if (out->length == before)
		qm_case_calls(line, own ? own : usual, store, out);
	else
		qm_store_close(store);
	qm_policy_free(own);
}

enum qm_case_result qm_case_run(json_t *line, const struct qm_policy *usual, struct qm_buf *out)
{
	bool has_calls = json_is_array(json_object_get(line, "calls"));
	size_t before = out->length;

	qm_case_form_check(line, out);
	if (out->length > before)
		return QM_CASE_FAILED;
	if (json_object_get(line, "ops"))
		qm_buf_add_text(out, "skipped: it is about a store alone\n");
	else if (has_calls && !has_own_policy(line) && !usual)
		qm_buf_add_text(out, "skipped: it has no policy\n");
	else if (has_calls)
		run_on_policy(line, usual, out);
	else
		run_validation(line, out);
	if (out->length == before)
		return QM_CASE_PASSED;
	return strncmp(out->data + before, "skipped", 7) == 0 ? QM_CASE_SKIPPED : QM_CASE_FAILED;
}
