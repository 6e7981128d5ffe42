#include "src/api/json.h"
#include "src/base/clock.h"
#include "src/upload/summary/summary_forms.h"

/* Lists are cut here; the totals beside them are always right. */
enum { MAX_ITEMS = 10000 };

static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	set(object, name, text ? qm_json_string(text) : json_null());
}

static void set_count(json_t *object, const char *name, uint64_t count)
{
	set(object, name, json_integer((json_int_t)count));
}

/* The list that `make` builds from the items, cut. */
static json_t *list_of(const struct qm_vec *items, json_t *(*make)(const void *item))
{
	json_t *list = json_array();

	for (size_t i = 0; items && i < items->count && i < MAX_ITEMS; i++)
		(void)json_array_append_new(list, make(qm_vec_at(items, i)));
	return list;
}

/* ---- Reports and results. */

static json_t *report_error(const struct qm_report_verdict *verdict)
{
	json_t *error = json_object();

	if (!verdict->reason) {
		json_decref(error);
		return json_null();
	}
	set_text(error, "reason", verdict->reason);
	set_count(error, "line", (uint64_t)verdict->line);
	set_count(error, "column", (uint64_t)verdict->column);
	set_text(error, "text", verdict->text ? verdict->text : "");
	return error;
}

json_t *qm_report_json(const struct qm_report_verdict *verdict)
{
	const struct qm_report_counts *counts = &verdict->counts;
	const uint64_t *outcomes = counts->outcomes;
	json_t *report = json_object();

	set_text(report, "file", verdict->path);
	set_text(report, "kind", qm_report_kind_name(verdict->kind));
	set_count(report, "suites", counts->suites);
	set_count(report, "tests", counts->tests);
	set_count(report, "passed", outcomes[QM_PASSED] + outcomes[QM_FLAKY]);
	set_count(report, "failed", outcomes[QM_FAILED]);
	set_count(report, "errored", outcomes[QM_ERRORED]);
	set_count(report, "skipped", outcomes[QM_SKIPPED] + outcomes[QM_NOT_REACHED]);
	set_count(report, "flaky", outcomes[QM_FLAKY]);
	set_count(report, "config_methods", counts->config_methods);
	set_count(report, "suite_errors", counts->suite_errors);
	set(report, "error", report_error(verdict));
	return report;
}

static void set_reports(json_t *object, const struct qm_summary *summary)
{
	json_t *list = json_array();
	uint64_t total = 0;

	for (size_t i = 0; i < summary->verdicts.count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(&summary->verdicts, i);

		if (!verdict->left_out && total++ < MAX_ITEMS)
			(void)json_array_append_new(list, qm_report_json(verdict));
	}
	set(object, "reports", list);
	set_count(object, "reports_total", total);
}

static json_t *results(const struct qm_summary *summary)
{
	const struct qm_report_counts counts = qm_summary_counts(summary);
	json_t *results = json_object();

	set_count(results, "tests", counts.tests);
	for (int i = 0; i < QM_OUTCOMES; i++)
		set_count(results, qm_outcome_name((enum qm_outcome)i), counts.outcomes[i]);
	return results;
}

/* ---- What the results met, and what they did not. */

static json_t *reason_item(const void *item)
{
	const struct qm_reason_line *line = item;
	json_t *object = json_object();

	set(object, "code", json_integer(qm_reason_exit_code(line->reason)));
	set_text(object, "text", line->text);
	return object;
}

static json_t *unmapped_item(const void *item)
{
	const struct qm_unmapped *unmapped = item;
	json_t *object = json_object();

	set_text(object, "test", unmapped->test);
	set_text(object, "file", unmapped->file);
	set_text(object, "why", unmapped->why);
	set_text(object, "nearest", unmapped->nearest);
	return object;
}

static json_t *missing_item(const void *item)
{
	const struct qm_missing *missing = item;
	json_t *object = json_object();

	set_text(object, "key", missing->key);
	set_text(object, "summary", missing->summary);
	return object;
}

static json_t *left_item(const void *item)
{
	const struct qm_left *left = item;
	json_t *object = json_object();

	set_text(object, "key", left->key);
	set_text(object, "why", left->why);
	return object;
}

static json_t *combined_item(const void *item)
{
	const struct qm_combined *combined = item;
	json_t *object = json_object(), *tests = json_array();

	for (size_t i = 0; i < combined->test_count; i++)
		(void)json_array_append_new(tests, qm_json_string(combined->tests[i]));
	set_text(object, "key", combined->key);
	set_text(object, "suite_run", combined->suite_run);
	set_text(object, "outcome", qm_outcome_name((enum qm_outcome)combined->outcome));
	set_count(object, "results", combined->results);
	set(object, "tests", tests);
	return object;
}

static json_t *transition_item(const void *item)
{
	const struct qm_transition *transition = item;
	json_t *object = json_object();

	set_text(object, "from", transition->from);
	set_text(object, "to", transition->to);
	set_count(object, "runs", transition->runs);
	return object;
}

static json_t *listed_item(const void *item)
{
	const struct qm_listed_run *listed = item;
	json_t *object = json_object();

	set_text(object, "key", listed->key);
	if (listed->step)
		set_count(object, "step", listed->step);
	set(object, "id", json_integer(listed->id));
	set_text(object, "test", listed->test);
	set_text(object, "why", listed->why);
	return object;
}

/* Executions that were left out first, then runs: one list, and cut as one. */
static json_t *left(const struct qm_summary *summary)
{
	json_t *list = list_of(summary->catalog ? &summary->catalog->left : NULL, left_item);
	const struct qm_vec *runs = summary->resolution ? &summary->resolution->left : NULL;

	for (size_t i = 0; runs && i < runs->count && json_array_size(list) < MAX_ITEMS; i++)
		(void)json_array_append_new(list, left_item(qm_vec_at(runs, i)));
	return list;
}

static json_t *executions(const struct qm_summary *summary)
{
	const struct qm_catalog *catalog = summary->catalog;
	json_t *list = json_array();

	for (size_t i = 0; catalog && i < catalog->executions.count && i < MAX_ITEMS; i++) {
		const struct qm_execution *execution = qm_vec_at(&catalog->executions, i);
		const struct qm_updated updated = qm_summary_updated(summary, i);
		json_t *object = json_object();

		set_text(object, "suite", execution->suite_key);
		set_text(object, "suite_run", execution->suite_run);
		set_text(object, "platform", execution->platform);
		set_text(object, "release", execution->release);
		set_text(object, "cycle", execution->cycle);
		set_count(object, "runs", execution->run_count);
		set_count(object, "updated", updated.runs);
		set_count(object, "updated_steps", updated.steps);
		(void)json_array_append_new(list, object);
	}
	return list;
}

/* ---- Calls. */

static json_t *planned_call(const struct qm_summary *summary, const struct qm_call *call,
	const struct qm_call_result *result)
{
	struct qm_bulk_update update = qm_plan_bulk(summary->plan, summary->catalog, call);
	int64_t wait_ms = result->at_ms - summary->planned_ms;
	json_t *object = json_object();
	char at[QM_TIME_TEXT];

	set_text(object, "tool", qm_tool_bulk_update);
	set(object, "arguments", qm_bulk_arguments(summary->catalog->project.key, &update));
	if (call->denied) {
		set_text(object, "rule", call->denied->rule);
		set_text(object, "message", call->denied->message);
	} else {
		qm_time_format(result->at_ms, at);
		set_text(object, "at", at);
		set(object, "wait_ms", json_integer(wait_ms > 0 ? wait_ms : 0));
	}
	set_count(object, "ids", call->count);
	return object;
}

/* Calls of the plan, those that would go or those that are denied. */
static void set_planned(json_t *calls, const struct qm_summary *summary, const char *name,
	const char *total_name, bool denied)
{
	const struct qm_vec *results = &summary->calls;
	json_t *list = json_array();
	uint64_t total = 0;

	for (size_t i = 0; i < results->count; i++) {
		const struct qm_call *call = qm_vec_at(&summary->plan->calls, i);

		if ((call->denied != NULL) != denied)
			continue;
		if (total++ < MAX_ITEMS)
			(void)json_array_append_new(
				list, planned_call(summary, call, qm_vec_at(results, i)));
	}
	set(calls, name, list);
	set_count(calls, total_name, total);
}

static json_t *calls(const struct qm_summary *summary)
{
	json_t *calls = json_object();

	set_count(calls, "reads", summary->counts.reads);
	set_count(calls, "writes", summary->counts.writes);
	set_count(calls, "retries", summary->counts.retries);
	set(calls, "waited_ms", json_integer(summary->counts.waited_ms));
	if (summary->planning) {
		set_planned(calls, summary, "planned", "planned_total", false);
		set_planned(calls, summary, "denied", "denied_total", true);
	}
	return calls;
}

static json_t *updates(const struct qm_summary *summary)
{
	json_t *updates = json_object();

	set_count(updates, "accepted", summary->accepted);
	set_count(updates, "verified", summary->verified);
	set_count(updates, "unchanged", summary->resolution ? summary->resolution->unchanged : 0);
	set_count(updates, "failed", summary->failed_count);
	set_count(updates, "unknown", summary->unknown_count);
	set_count(updates, "superseded", summary->superseded);
	set_count(updates, "earlier", summary->earlier);
	return updates;
}

/* Of --level step: what was set of steps, and what the tests of a suite met. */
static json_t *steps(const struct qm_summary *summary, const struct qm_step_counts *counts)
{
	json_t *steps = json_object();

	set_count(steps, "reads", counts->reads);
	set(steps, "reads_wait_ms", json_integer(summary->steps_wait_ms));
	set_count(steps, "by_description", counts->by_description);
	set_count(steps, "by_order", counts->by_order);
	set_count(steps, "without_test", counts->without_test);
	set_count(steps, "unmapped_tests", counts->unmapped_tests);
	set_count(steps, "updated", qm_summary_updated_all(summary).steps);
	set_count(steps, "unverified", summary->unverified_steps);
	set(steps, "transitions", list_of(&summary->step_transitions, transition_item));
	set_count(steps, "transitions_total", summary->step_transitions.count);
	return steps;
}

json_t *qm_summary_json(const struct qm_summary *summary)
{
	const struct qm_resolution none = { .mapped = 0 };
	const struct qm_resolution *resolution = summary->resolution ? summary->resolution : &none;
	json_t *object = json_object();

	set_text(object, "conclusion", qm_conclusion_name(qm_summary_conclusion(summary)));
	set(object, "reasons", list_of(&summary->reasons, reason_item));
	set_count(object, "reasons_total", summary->reasons.count);
	set_reports(object, summary);
	set(object, "results", results(summary));
	set_count(object, "mapped", resolution->mapped);
	set_count(object, "ignored", resolution->ignored);
	set(object, "unmapped", list_of(&resolution->unmapped, unmapped_item));
	set_count(object, "unmapped_total", resolution->unmapped_count);
	set(object, "missing", list_of(&resolution->missing, missing_item));
	set_count(object, "missing_total", resolution->missing_count);
	set(object, "left", left(summary));
	set_count(object, "left_total", qm_summary_left(summary));
	set(object, "combined", list_of(&resolution->combined, combined_item));
	set_count(object, "combined_total", resolution->combined_count);
	set(object, "transitions", list_of(&summary->transitions, transition_item));
	set_count(object, "transitions_total", summary->transitions.count);
	set(object, "steps", steps(summary, &resolution->steps));
	set(object, "executions", executions(summary));
	set_count(object, "executions_total",
		summary->catalog ? summary->catalog->executions.count : 0);
	set(object, "calls", calls(summary));
	set(object, "updates", updates(summary));
	set(object, "failed", list_of(&summary->failed, listed_item));
	set_count(object, "failed_total", summary->failed_count);
	set(object, "unknown", list_of(&summary->unknown, listed_item));
	set_count(object, "unknown_total", summary->unknown_count);
	set(object, "superseded", list_of(&summary->superseded_runs, listed_item));
	set_count(object, "superseded_total", summary->superseded);
	set(object, "differing", list_of(&summary->differing, listed_item));
	set_count(object, "differing_total", summary->differing_count);
	set_text(object, "journal", summary->journal);
	return object;
}
