#include "policy/case.h"
#include "tests/policy/cases.h"
#include "tests/policy/go_json.h"
#include "tests/policy/test_stores.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Arguments that Go cannot read are like ones that are no object. */
static json_t *as_go_reads_it(const json_t *line)
{
	json_t *copy = json_deep_copy(line), *call;
	size_t index;

	json_array_foreach(json_object_get(copy, "calls"), index, call)
	{
		if (go_json_too_large(json_object_get(call, "args")))
			json_object_set_new(call, "args", json_string("unreadable"));
	}
	return copy;
}

/* Every counter that was written is compared, not just those that the case names. */
static void compare_counters(
	const json_t *line, struct qm_store *recorder, struct case_report *report)
{
	json_t *found = recorder ? test_store_values(recorder) : json_object();

	case_expect(report, "counters", json_object_get(line, "counters_after"), found);
	json_decref(found);
}

static void run_on(const json_t *line, const struct qm_policy *policy, struct qm_store *take_store,
	struct case_report *report)
{
	const char *kind = json_string_value(json_object_get(line, "store"));
	struct qm_store *store = NULL, *recorder = NULL;

	if (!kind)
		store = recorder = test_store_recorder(take_store);
	else if (strcmp(kind, "none") != 0)
		store = test_store_down(strcmp(kind, "down-open") == 0);
	if (kind)
		qm_store_close(take_store);
	qm_case_calls(line, policy, store, &report->text);
	compare_counters(line, recorder, report);
	qm_store_close(store);
}

void case_evaluate(const json_t *line, const char *folder, struct case_report *report)
{
	const json_t *text = json_object_get(line, "policy");
	struct qm_policy *policy = NULL;
	struct qm_store *store = NULL;
	struct qm_error err;
	char path[256];
	json_t *readable;

	qm_error_init(&err);
	if (qm_policy_load(
		    json_string_value(text), json_string_length(text), &policy, NULL, &err)) {
		case_wrong(report, "does not load: %s", err.text);
		return;
	}
	readable = as_go_reads_it(line);
	run_on(readable, policy, qm_store_memory(), report);
	(void)snprintf(path, sizeof path, "%s/evaluate.sqlite", folder);
	if (qm_store_sqlite(&(struct qm_sqlite_options){ .path = path }, &store, &err))
		case_wrong(report, "%s", err.text);
	else
		run_on(readable, policy, store, report);
	(void)unlink(path);
	json_decref(readable);
	qm_policy_free(policy);
}
