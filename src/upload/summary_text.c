#include "src/base/clock.h"
#include "src/base/table.h"
#include "src/base/text.h"
#include "src/upload/summary.h"

#include <stdio.h>
#include <string.h>

enum { MAX_LINES = 50, CELL_BYTES = 320 };

static const char indent[] = "  ";

/* ---- Words. */

/* "1 call", "2 calls" */
static void add_count(struct qm_buf *out, uint64_t count, const char *one, const char *many)
{
	qm_buf_add_format(out, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

static void add_title(struct qm_buf *out, const char *title, uint64_t total)
{
	qm_buf_add_format(out, "\n%s (%llu)\n", title, (unsigned long long)total);
}

static size_t shown(size_t count)
{
	return count < MAX_LINES ? count : MAX_LINES;
}

/* What a list keeps to itself. */
static void add_rest(struct qm_buf *out, uint64_t total)
{
	if (total > MAX_LINES)
		qm_buf_add_format(out, "%s... and %llu more\n", indent,
			(unsigned long long)(total - MAX_LINES));
}

static void print_table(struct qm_table *table, struct qm_buf *out)
{
	qm_table_print(table, indent, out);
	qm_table_release(table);
}

/* ---- The headline and the numbers. */

static void add_duration(struct qm_buf *out, int64_t ms)
{
	char text[32];

	qm_text_from_duration(ms > 0 ? ms : 0, text);
	qm_buf_add_text(out, text);
}

/* When the last call of a plan goes, from now on. */
static int64_t plan_duration_ms(const struct qm_summary *summary)
{
	int64_t last_ms = summary->planned_ms;

	for (size_t i = 0; i < summary->calls.count; i++) {
		const struct qm_call_result *result = qm_vec_at(&summary->calls, i);

		last_ms = result->at_ms > last_ms ? result->at_ms : last_ms;
	}
	return last_ms - summary->planned_ms;
}

static void add_plan_headline(const struct qm_summary *summary, struct qm_buf *out)
{
	uint64_t updates = summary->plan->updates.count - summary->failed_count, calls = 0;

	for (size_t i = 0; i < summary->calls.count; i++) {
		const struct qm_call *call = qm_vec_at(&summary->plan->calls, i);

		calls += !call->denied;
	}
	add_count(out, updates, "update in ", "updates in ");
	add_count(out, calls, "call", "calls");
	if (calls) {
		qm_buf_add_text(out, ", the last one in ");
		add_duration(out, plan_duration_ms(summary));
	}
	if (summary->failed_count)
		qm_buf_add_format(out, "; %llu denied", (unsigned long long)summary->failed_count);
}

static void add_upload_headline(const struct qm_summary *summary, struct qm_buf *out)
{
	uint64_t unsent = qm_summary_unsent(summary);

	qm_buf_add_format(out, "%llu of ", (unsigned long long)summary->accepted);
	add_count(out, summary->plan->updates.count, "update", "updates");
	qm_buf_add_text(out, " accepted");
	if (summary->verified)
		qm_buf_add_format(out, ", %llu verified", (unsigned long long)summary->verified);
	else if (summary->accepted)
		qm_buf_add_text(out, " (not verified)");
	if (summary->failed_count)
		qm_buf_add_format(out, ", %llu failed", (unsigned long long)summary->failed_count);
	if (unsent)
		qm_buf_add_format(out, ", %llu not sent", (unsigned long long)unsent);
	if (summary->superseded)
		qm_buf_add_format(
			out, ", %llu superseded", (unsigned long long)summary->superseded);
}

static void add_headline(const struct qm_summary *summary, struct qm_buf *out)
{
	qm_buf_add_format(out, "%s: ", qm_conclusion_name(qm_summary_conclusion(summary)));
	if (!summary->plan)
		qm_buf_add_text(out, "nothing was updated");
	else if (!summary->plan->updates.count)
		qm_buf_add_text(out, "there is nothing to update");
	else if (summary->planning)
		add_plan_headline(summary, out);
	else
		add_upload_headline(summary, out);
	qm_buf_add_char(out, '\n');
}

static void add_reasons(const struct qm_summary *summary, struct qm_buf *out)
{
	for (size_t i = 0; i < shown(summary->reasons.count); i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		qm_buf_add_format(out, "%s- ", indent);
		qm_text_printable(out, line->text);
		qm_buf_add_char(out, '\n');
	}
	add_rest(out, summary->reasons.count);
}

/* "12 tests in 2 reports: 8 passed, 1 flaky, 3 failed" */
static void add_results(const struct qm_summary *summary, struct qm_buf *out)
{
	static const char *const words[QM_OUTCOMES] = { "passed", "flaky", "failed", "errored",
		"skipped", "not reached" };
	const struct qm_resolution *resolution = summary->resolution;
	const char *separator = ": ";

	qm_buf_add_format(out, "\n%s", indent);
	add_count(out, resolution->counts.tests, "test in ", "tests in ");
	add_count(out, summary->verdicts.count, "report", "reports");
	for (int i = 0; i < QM_OUTCOMES; i++) {
		if (!resolution->counts.outcomes[i])
			continue;
		qm_buf_add_format(out, "%s%llu %s", separator,
			(unsigned long long)resolution->counts.outcomes[i], words[i]);
		separator = ", ";
	}
	qm_buf_add_format(out, "\n%s", indent);
	add_count(out, resolution->mapped, "test", "tests");
	qm_buf_add_format(
		out, " mapped, %llu not; ", (unsigned long long)resolution->unmapped_count);
	add_count(out, resolution->missing_count, "test case", "test cases");
	qm_buf_add_text(out, " in no report");
	if (resolution->unchanged) {
		qm_buf_add_text(out, "; ");
		add_count(out, resolution->unchanged, "run has", "runs have");
		qm_buf_add_text(out, " the status already");
	}
	qm_buf_add_char(out, '\n');
}

static void add_calls(const struct qm_summary *summary, struct qm_buf *out)
{
	const struct qm_session_counts *counts = &summary->counts;

	qm_buf_add_format(out, "%s", indent);
	add_count(out, counts->reads, "read", "reads");
	qm_buf_add_text(out, ", ");
	add_count(out, counts->writes, "write", "writes");
	if (counts->retries) {
		qm_buf_add_text(out, ", of these ");
		add_count(out, counts->retries, "retry", "retries");
	}
	if (counts->waited_ms) {
		qm_buf_add_text(out, "; waited ");
		add_duration(out, counts->waited_ms);
	}
	qm_buf_add_text(out, "; ");
	qm_text_printable(out, summary->policy_name);
	qm_buf_add_char(out, '\n');
}

/* ---- Tables. */

static void add_executions(const struct qm_summary *summary, struct qm_buf *out)
{
	static const char *const headings[] = { "SUITE", "SUITE RUN", "PLATFORM", "RELEASE",
		"CYCLE", "RUNS", "UPDATED" };
	const struct qm_vec *executions = &summary->catalog->executions;
	struct qm_table table;

	if (!executions->count)
		return;
	add_title(out, "Executions", executions->count);
	qm_table_init(&table, "lllllrr", headings);
	for (size_t i = 0; i < shown(executions->count); i++) {
		const struct qm_execution *execution = qm_vec_at(executions, i);

		qm_table_text(&table, execution->suite_key);
		qm_table_text(&table, execution->suite_run);
		qm_table_text(&table, execution->platform);
		qm_table_text(&table, execution->release);
		qm_table_text(&table, execution->cycle);
		qm_table_int(&table, execution->run_count);
		qm_table_int(&table, (int64_t)qm_summary_updated(summary, i));
	}
	print_table(&table, out);
	add_rest(out, executions->count);
}

static void add_transitions(const struct qm_summary *summary, struct qm_buf *out)
{
	static const char *const headings[] = { "BEFORE", "AFTER", "RUNS" };
	struct qm_table table;

	if (!summary->transitions.count)
		return;
	add_title(out, "Before -> after", summary->transitions.count);
	qm_table_init(&table, "llr", headings);
	for (size_t i = 0; i < shown(summary->transitions.count); i++) {
		const struct qm_transition *transition = qm_vec_at(&summary->transitions, i);

		qm_table_text(&table, transition->from);
		qm_table_text(&table, transition->to);
		qm_table_int(&table, (int64_t)transition->runs);
	}
	print_table(&table, out);
	add_rest(out, summary->transitions.count);
}

static void add_planned_call(const struct qm_summary *summary, size_t index, struct qm_table *table)
{
	const struct qm_call *call = qm_vec_at(&summary->plan->calls, index);
	const struct qm_call_result *result = qm_vec_at(&summary->calls, index);
	int64_t wait_ms = result->at_ms - summary->planned_ms;
	char cell[CELL_BYTES];

	qm_table_int(table, (int64_t)index + 1);
	if (call->denied) {
		qm_table_text(table, "denied");
		qm_table_text(table, "never");
	} else {
		qm_time_format(result->at_ms - result->at_ms % 1000, cell);
		qm_table_text(table, cell);
		qm_text_from_duration(wait_ms, cell);
		qm_table_text(table, wait_ms > 0 ? cell : "now");
	}
	qm_summary_place(summary->catalog, call->execution, cell, sizeof cell);
	qm_table_text(table, cell);
	qm_table_int(table, (int64_t)call->count);
	qm_table_text(table, qm_summary_status(summary->catalog, call->status_id));
}

static void add_planned(const struct qm_summary *summary, struct qm_buf *out)
{
	static const char *const headings[] = { "CALL", "EARLIEST", "IN", "EXECUTION", "RUNS",
		"STATUS" };
	struct qm_table table;

	if (!summary->planning || !summary->calls.count)
		return;
	add_title(out, "Calls", summary->calls.count);
	qm_table_init(&table, "rlrlrl", headings);
	for (size_t i = 0; i < shown(summary->calls.count); i++)
		add_planned_call(summary, i, &table);
	print_table(&table, out);
	add_rest(out, summary->calls.count);
}

static void add_failed(const struct qm_summary *summary, struct qm_buf *out)
{
	static const char *const headings[] = { "KEY", "RUN", "TEST", "WHY" };
	struct qm_table table;

	if (!summary->failed.count)
		return;
	add_title(out, summary->planning ? "Denied" : "Not uploaded", summary->failed_count);
	qm_table_init(&table, "lrll", headings);
	for (size_t i = 0; i < shown(summary->failed.count); i++) {
		const struct qm_failed_update *failed = qm_vec_at(&summary->failed, i);

		qm_table_text(&table, failed->key);
		qm_table_int(&table, failed->id);
		qm_table_text(&table, failed->test);
		qm_table_text(&table, failed->why);
	}
	print_table(&table, out);
	add_rest(out, summary->failed_count);
}

/* Both hold struct qm_left; `total` counts what they have no room for, too. */
static void add_left(const struct qm_vec *executions, const struct qm_vec *runs, uint64_t total,
	struct qm_buf *out)
{
	size_t count = executions->count + runs->count;
	struct qm_table table;

	if (!count)
		return;
	add_title(out, "Left as they are", total);
	qm_table_init(&table, "ll", NULL);
	for (size_t i = 0; i < shown(count); i++) {
		const struct qm_left *left = i < executions->count
			? qm_vec_at(executions, i)
			: qm_vec_at(runs, i - executions->count);

		qm_table_text(&table, left->key);
		qm_table_text(&table, left->why);
	}
	print_table(&table, out);
	add_rest(out, total);
}

static void add_unmapped(const struct qm_resolution *resolution, struct qm_buf *out)
{
	static const char *const headings[] = { "TEST", "WHY", "NEAREST" };
	struct qm_table table;

	if (!resolution->unmapped.count)
		return;
	add_title(out, "Tests without a test case", resolution->unmapped_count);
	qm_table_init(&table, "lll", headings);
	for (size_t i = 0; i < shown(resolution->unmapped.count); i++) {
		const struct qm_unmapped *unmapped = qm_vec_at(&resolution->unmapped, i);

		qm_table_text(&table, unmapped->test);
		qm_table_text(&table, unmapped->why);
		qm_table_text(&table, unmapped->nearest);
	}
	print_table(&table, out);
	add_rest(out, resolution->unmapped_count);
}

static void add_missing(const struct qm_resolution *resolution, struct qm_buf *out)
{
	struct qm_table table;

	if (!resolution->missing.count)
		return;
	add_title(out, "Test cases in no report", resolution->missing_count);
	qm_table_init(&table, "ll", NULL);
	for (size_t i = 0; i < shown(resolution->missing.count); i++) {
		const struct qm_missing *missing = qm_vec_at(&resolution->missing, i);

		qm_table_text(&table, missing->key);
		qm_table_text(&table, missing->summary);
	}
	print_table(&table, out);
	add_rest(out, resolution->missing_count);
}

static void add_problem(const struct qm_report_verdict *verdict, struct qm_table *table)
{
	qm_table_text(table, verdict->path);
	qm_table_text(table, verdict->reason);
	qm_table_int(table, verdict->salvaged ? (int64_t)verdict->counts.tests : 0);
}

static void add_problems(const struct qm_summary *summary, struct qm_buf *out)
{
	static const char *const headings[] = { "FILE", "REASON", "TESTS KEPT" };
	struct qm_table table;
	uint64_t total = 0;

	qm_table_init(&table, "llr", headings);
	for (size_t i = 0; i < summary->verdicts.count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(&summary->verdicts, i);

		if (verdict->reason && !verdict->left_out && total++ < MAX_LINES)
			add_problem(verdict, &table);
	}
	if (total) {
		add_title(out, "Reports with problems", total);
		qm_table_print(&table, indent, out);
		add_rest(out, total);
	}
	qm_table_release(&table);
}

void qm_summary_text(const struct qm_summary *summary, struct qm_buf *out)
{
	add_headline(summary, out);
	add_reasons(summary, out);
	if (summary->resolution)
		add_results(summary, out);
	if (summary->catalog)
		add_calls(summary, out);
	if (summary->catalog)
		add_executions(summary, out);
	add_transitions(summary, out);
	if (summary->plan)
		add_planned(summary, out);
	add_failed(summary, out);
	if (summary->catalog && summary->resolution) {
		add_left(&summary->catalog->left, &summary->resolution->left,
			qm_summary_left(summary), out);
		add_unmapped(summary->resolution, out);
		add_missing(summary->resolution, out);
	}
	add_problems(summary, out);
}
