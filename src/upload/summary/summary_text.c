#include "src/base/clock.h"
#include "src/base/text.h"
#include "src/upload/summary/summary_forms.h"
#include "src/upload/summary/summary_page.h"

#include <stdio.h>

enum { TEXT_ROWS = 50, MARKDOWN_ROWS = 1000, CELL_BYTES = 320 };

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

/* "12 updates in 3 calls (9 of them steps)" */
static void add_steps_among(struct qm_buf *out, uint64_t updates, uint64_t steps)
{
	if (steps)
		qm_buf_add_format(out, " (%llu of %s steps)", (unsigned long long)steps,
			updates == 1 ? "it" : "them");
}

static void add_plan_headline(const struct qm_summary *summary, struct qm_buf *out)
{
	uint64_t updates = summary->plan->updates.count - summary->failed_count, calls = 0;

	for (size_t i = 0; i < summary->calls.count; i++) {
		const struct qm_call *call = qm_vec_at(&summary->plan->calls, i);

		calls += !call->denied;
	}
	qm_page_count(out, updates, "update in ", "updates in ");
	qm_page_count(out, calls, "call", "calls");
	add_steps_among(out, updates, qm_summary_updated_all(summary).steps);
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
	qm_page_count(out, summary->plan->updates.count, "update", "updates");
	qm_buf_add_text(out, " accepted");
	add_steps_among(out, summary->accepted, qm_summary_updated_all(summary).steps);
	if (summary->verified)
		qm_buf_add_format(out, ", %llu verified", (unsigned long long)summary->verified);
	else if (summary->accepted && !summary->unverified_steps)
		qm_buf_add_text(out, " (not verified)");
	if (summary->unverified_steps)
		qm_buf_add_format(out, ", %llu steps not verified, as QMetry does not tell theirs",
			(unsigned long long)summary->unverified_steps);
	if (summary->failed_count)
		qm_buf_add_format(out, ", %llu failed", (unsigned long long)summary->failed_count);
	if (summary->unknown_count)
		qm_buf_add_format(
			out, ", %llu unknown", (unsigned long long)summary->unknown_count);
	if (unsent)
		qm_buf_add_format(out, ", %llu not sent", (unsigned long long)unsent);
	if (summary->superseded)
		qm_buf_add_format(
			out, ", %llu superseded", (unsigned long long)summary->superseded);
	if (summary->earlier)
		qm_buf_add_format(out, "; %llu done before", (unsigned long long)summary->earlier);
}

static void add_conclusion(struct qm_page *page, const struct qm_summary *summary)
{
	qm_buf_add_format(page->out, page->markdown ? "## qmetry-ci: %s\n\n" : "%s: ",
		summary->reading ? "read" : qm_conclusion_name(qm_summary_conclusion(summary)));
}

static void add_headline(struct qm_page *page, const struct qm_summary *summary)
{
	struct qm_buf *out = page->out;

	add_conclusion(page, summary);
	if (summary->reading)
		qm_buf_add_text(out, "nothing was to be uploaded");
	else if (!summary->plan)
		qm_buf_add_text(out, "nothing was updated");
	else if (!summary->plan->updates.count && !summary->earlier && !summary->superseded)
		qm_buf_add_text(out, "there is nothing to update");
	else if (summary->planning)
		add_plan_headline(summary, out);
	else
		add_upload_headline(summary, out);
	qm_buf_add_char(out, '\n');
}

static void add_journal(struct qm_page *page, const struct qm_summary *summary)
{
	if (!summary->journal)
		return;
	qm_buf_add_format(page->out, "%sto carry on: qmetry-ci resume ",
		page->markdown ? "\n" : qm_page_indent);
	qm_page_foreign(page, summary->journal);
	qm_buf_add_char(page->out, '\n');
}

static void add_reasons(struct qm_page *page, const struct qm_summary *summary)
{
	if (page->markdown && summary->reasons.count)
		qm_buf_add_char(page->out, '\n');
	for (size_t i = 0; i < qm_page_shown(page, summary->reasons.count); i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		qm_buf_add_format(page->out, "%s- ", page->markdown ? "> " : qm_page_indent);
		qm_page_foreign(page, line->text);
		qm_buf_add_char(page->out, '\n');
	}
	qm_page_rest(page, summary->reasons.count);
}

/* Sentences about numbers stand below one another. */
static void begin_line(struct qm_page *page)
{
	qm_buf_add_text(page->out, page->markdown ? "* " : qm_page_indent);
}

/* "12 tests in 2 reports: 8 passed, 1 flaky, 3 failed" */
static void add_outcomes(struct qm_page *page, const struct qm_summary *summary)
{
	static const char *const words[QM_OUTCOMES] = { "passed", "flaky", "failed", "errored",
		"skipped", "not reached" };
	const struct qm_report_counts counts = qm_summary_counts(summary);
	const char *separator = ": ";

	qm_buf_add_char(page->out, '\n');
	begin_line(page);
	qm_page_count(page->out, counts.tests, "test in ", "tests in ");
	qm_page_count(page->out, summary->verdicts.count, "report", "reports");
	for (int i = 0; i < QM_OUTCOMES; i++) {
		if (!counts.outcomes[i])
			continue;
		qm_buf_add_format(page->out, "%s%llu %s", separator,
			(unsigned long long)counts.outcomes[i], words[i]);
		separator = ", ";
	}
	qm_buf_add_char(page->out, '\n');
}

static void add_mapped(struct qm_page *page, const struct qm_resolution *resolution)
{
	struct qm_buf *out = page->out;

	begin_line(page);
	qm_page_count(out, resolution->mapped, "test", "tests");
	qm_buf_add_format(out, " mapped, %llu not", (unsigned long long)resolution->unmapped_count);
	if (resolution->ignored)
		qm_buf_add_format(out, ", %llu ignored", (unsigned long long)resolution->ignored);
	if (resolution->elsewhere)
		qm_buf_add_format(out, ", %llu of platforms that were not chosen",
			(unsigned long long)resolution->elsewhere);
	qm_buf_add_text(out, "; ");
	qm_page_count(out, resolution->missing_count, "test case", "test cases");
	qm_buf_add_text(out, " in no report");
	if (resolution->unchanged) {
		qm_buf_add_text(out, "; ");
		qm_page_count(out, resolution->unchanged, "run has", "runs have");
		qm_buf_add_text(out, " the status already");
	}
	qm_buf_add_char(out, '\n');
}

/* "9 steps met by description, 3 by order, 1 without a test; 4 reads" */
static void add_steps(struct qm_page *page, const struct qm_step_counts *steps)
{
	struct qm_buf *out = page->out;

	if (!steps->reads)
		return;
	begin_line(page);
	qm_page_count(out, steps->by_description, "step", "steps");
	qm_buf_add_format(out,
		" met by description, %llu by order, %llu without a test; %llu results of no "
		"step; ",
		(unsigned long long)steps->by_order, (unsigned long long)steps->without_test,
		(unsigned long long)steps->unmapped_tests);
	qm_page_count(out, steps->reads, "read", "reads");
	qm_buf_add_char(out, '\n');
}

static void add_calls(struct qm_page *page, const struct qm_summary *summary)
{
	const struct qm_session_counts *counts = &summary->counts;
	struct qm_buf *out = page->out;

	begin_line(page);
	qm_page_count(out, counts->reads, "read", "reads");
	qm_buf_add_text(out, ", ");
	qm_page_count(out, counts->writes, "write", "writes");
	if (counts->retries) {
		qm_buf_add_text(out, ", of these ");
		qm_page_count(out, counts->retries, "retry", "retries");
	}
	if (counts->waited_ms) {
		qm_buf_add_text(out, "; waited ");
		add_duration(out, counts->waited_ms);
	}
	qm_buf_add_text(out, "; ");
	qm_page_foreign(page, summary->policy_name);
	qm_buf_add_char(out, '\n');
}

/* ---- Tables. */

static void add_executions(struct qm_page *page, const struct qm_summary *summary)
{
	static const char *const headings[] = { "SUITE", "SUITE RUN", "PLATFORM", "RELEASE",
		"CYCLE", "RUNS", "UPDATED", "STEPS" };
	const struct qm_vec *executions = &summary->catalog->executions;
	bool steps = qm_summary_updated_all(summary).steps;
	struct qm_table table;

	if (!executions->count)
		return;
	qm_page_title(page, "Executions", executions->count);
	qm_page_begin_table(page, &table, steps ? "lllllrrr" : "lllllrr", headings);
	for (size_t i = 0; i < qm_page_shown(page, executions->count); i++) {
		const struct qm_execution *execution = qm_vec_at(executions, i);

		qm_page_cell(page, &table, execution->suite_key);
		qm_page_cell(page, &table, execution->suite_run);
		qm_page_cell(page, &table, execution->platform);
		qm_page_cell(page, &table, execution->release);
		qm_page_cell(page, &table, execution->cycle);
		qm_table_int(&table, execution->run_count);
		qm_table_int(&table, (int64_t)qm_summary_updated(summary, i).runs);
		if (steps)
			qm_table_int(&table, (int64_t)qm_summary_updated(summary, i).steps);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, executions->count);
}

static void add_transitions(
	struct qm_page *page, const struct qm_vec *transitions, const char *title, const char *what)
{
	const char *const headings[] = { "BEFORE", "AFTER", what };
	struct qm_table table;

	if (!transitions->count)
		return;
	qm_page_title(page, title, transitions->count);
	qm_page_begin_table(page, &table, "llr", headings);
	for (size_t i = 0; i < qm_page_shown(page, transitions->count); i++) {
		const struct qm_transition *transition = qm_vec_at(transitions, i);

		qm_page_cell(page, &table, transition->from);
		qm_page_cell(page, &table, transition->to);
		qm_table_int(&table, (int64_t)transition->runs);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, transitions->count);
}

static void add_planned_call(struct qm_page *page, const struct qm_summary *summary, size_t index,
	struct qm_table *table)
{
	const struct qm_call *call = qm_vec_at(&summary->plan->calls, index);
	const struct qm_call_result *result = qm_vec_at(&summary->calls, index);
	int64_t wait_ms = result->at_ms - summary->planned_ms;
	char cell[CELL_BYTES];

	qm_table_int(table, (int64_t)index + 1);
	if (call->denied) {
		qm_page_cell(page, table, "denied");
		qm_page_cell(page, table, "never");
	} else {
		qm_time_format(result->at_ms - result->at_ms % 1000, cell);
		qm_page_cell(page, table, cell);
		qm_text_from_duration(wait_ms, cell);
		qm_page_cell(page, table, wait_ms > 0 ? cell : "now");
	}
	qm_summary_place(summary->catalog, call->execution, cell, sizeof cell);
	qm_page_cell(page, table, cell);
	if (call->of_steps)
		(void)snprintf(
			cell, sizeof cell, "%zu step%s", call->count, call->count == 1 ? "" : "s");
	else
		(void)snprintf(cell, sizeof cell, "%zu", call->count);
	qm_page_cell(page, table, cell);
	qm_page_cell(page, table, qm_summary_status(summary->catalog, call->status_id));
}

static void add_planned(struct qm_page *page, const struct qm_summary *summary)
{
	static const char *const headings[] = { "CALL", "EARLIEST", "IN", "EXECUTION", "RUNS",
		"STATUS" };
	struct qm_table table;

	if (!summary->planning || !summary->calls.count)
		return;
	qm_page_title(page, "Calls", summary->calls.count);
	qm_page_begin_table(page, &table, "rlrlrl", headings);
	for (size_t i = 0; i < qm_page_shown(page, summary->calls.count); i++)
		add_planned_call(page, summary, i, &table);
	qm_page_end_table(page, &table);
	qm_page_rest(page, summary->calls.count);
}

/* `runs` holds struct qm_listed_run. */
static void add_listed(
	struct qm_page *page, const struct qm_vec *runs, uint64_t total, const char *title)
{
	static const char *const headings[] = { "KEY", "RUN", "TEST", "WHY" };
	struct qm_table table;

	if (!runs->count)
		return;
	qm_page_title(page, title, total);
	qm_page_begin_table(page, &table, "lrll", headings);
	for (size_t i = 0; i < qm_page_shown(page, runs->count); i++) {
		const struct qm_listed_run *listed = qm_vec_at(runs, i);

		qm_page_cell(page, &table, listed->name);
		qm_table_int(&table, listed->id);
		qm_page_cell(page, &table, listed->test);
		qm_page_cell(page, &table, listed->why);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, total);
}

static void add_runs(struct qm_page *page, const struct qm_summary *summary)
{
	add_listed(page, &summary->failed, summary->failed_count,
		summary->planning ? "Denied" : "Not uploaded");
	add_listed(page, &summary->unknown, summary->unknown_count, "May have been set");
	add_listed(page, &summary->superseded_runs, summary->superseded,
		"Changed by somebody else, and left");
	add_listed(page, &summary->differing, summary->differing_count, "Accepted, and different");
}

/* Both hold struct qm_left; `total` counts what they have no room for, too. */
static void add_left(struct qm_page *page, const struct qm_vec *executions,
	const struct qm_vec *runs, uint64_t total)
{
	size_t count = executions->count + runs->count;
	struct qm_table table;

	if (!count)
		return;
	qm_page_title(page, "Left as they are", total);
	qm_page_begin_table(page, &table, "ll", NULL);
	for (size_t i = 0; i < qm_page_shown(page, count); i++) {
		const struct qm_left *left = i < executions->count
			? qm_vec_at(executions, i)
			: qm_vec_at(runs, i - executions->count);

		qm_page_cell(page, &table, left->key);
		qm_page_cell(page, &table, left->why);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, total);
}

static void add_unmapped(struct qm_page *page, const struct qm_resolution *resolution)
{
	static const char *const headings[] = { "TEST", "WHY", "NEAREST" };
	struct qm_table table;

	if (!resolution->unmapped.count)
		return;
	qm_page_title(page,
		resolution->steps.unmapped_tests ? "Tests without a test case or step"
						 : "Tests without a test case",
		resolution->unmapped_count);
	qm_page_begin_table(page, &table, "lll", headings);
	for (size_t i = 0; i < qm_page_shown(page, resolution->unmapped.count); i++) {
		const struct qm_unmapped *unmapped = qm_vec_at(&resolution->unmapped, i);

		qm_page_cell(page, &table, unmapped->test);
		qm_page_cell(page, &table, unmapped->why);
		qm_page_cell(page, &table, unmapped->nearest);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, resolution->unmapped_count);
}

static void add_missing(struct qm_page *page, const struct qm_resolution *resolution)
{
	struct qm_table table;

	if (!resolution->missing.count)
		return;
	qm_page_title(page, "Test cases in no report", resolution->missing_count);
	qm_page_begin_table(page, &table, "ll", NULL);
	for (size_t i = 0; i < qm_page_shown(page, resolution->missing.count); i++) {
		const struct qm_missing *missing = qm_vec_at(&resolution->missing, i);
		char place[200];

		(void)snprintf(place, sizeof place, "%.80s%s%.100s", missing->key,
			*missing->platform ? " on " : "", missing->platform);
		qm_page_cell(page, &table, place);
		qm_page_cell(page, &table, missing->summary);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, resolution->missing_count);
}

static void add_problem(
	struct qm_page *page, const struct qm_report_verdict *verdict, struct qm_table *table)
{
	qm_page_cell(page, table, verdict->path);
	qm_page_cell(page, table, verdict->reason);
	qm_table_int(table, verdict->salvaged ? (int64_t)verdict->counts.tests : 0);
}

static void add_problems(struct qm_page *page, const struct qm_summary *summary)
{
	static const char *const headings[] = { "FILE", "REASON", "TESTS KEPT" };
	struct qm_table table;
	uint64_t total = 0;

	qm_page_begin_table(page, &table, "llr", headings);
	for (size_t i = 0; i < summary->verdicts.count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(&summary->verdicts, i);

		if (verdict->reason && !verdict->left_out && total++ < page->max_rows)
			add_problem(page, verdict, &table);
	}
	if (total) {
		qm_page_title(page, "Reports with problems", total);
		qm_page_end_table(page, &table);
		qm_page_rest(page, total);
	} else {
		qm_table_release(&table);
	}
}

/* In a terminal the tests themselves have just said it. */
static void add_failed_tests(struct qm_page *page, const struct qm_failures *failures)
{
	static const char *const headings[] = { "TEST", "WHERE", "MESSAGE" };
	struct qm_table table;
	char where[CELL_BYTES];

	if (!failures->tests.count)
		return;
	qm_page_title(page, "Failed tests", failures->count);
	qm_page_begin_table(page, &table, "lll", headings);
	for (size_t i = 0; i < qm_page_shown(page, failures->tests.count); i++) {
		const struct qm_failed_test *failed = qm_vec_at(&failures->tests, i);

		(void)snprintf(
			where, sizeof where, "%s:%lld", failed->file, (long long)failed->line);
		qm_page_cell(page, &table, failed->test);
		qm_page_cell(page, &table, failed->line ? where : failed->file);
		qm_page_cell(page, &table, failed->message);
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, failures->count);
}

/* Which tests decided, where several have one test case. */
static void add_combined(struct qm_page *page, const struct qm_resolution *resolution)
{
	static const char *const headings[] = { "KEY", "SUITE RUN", "RESULTS", "OUTCOME", "BY" };
	struct qm_table table;

	if (!resolution->combined.count)
		return;
	qm_page_title(page, "Test cases of several results", resolution->combined_count);
	qm_page_begin_table(page, &table, "llrll", headings);
	for (size_t i = 0; i < qm_page_shown(page, resolution->combined.count); i++) {
		const struct qm_combined *combined = qm_vec_at(&resolution->combined, i);

		qm_page_cell(page, &table, combined->key);
		qm_page_cell(page, &table, combined->suite_run);
		qm_table_int(&table, combined->results);
		qm_page_cell(page, &table, qm_outcome_name((enum qm_outcome)combined->outcome));
		qm_page_cell(page, &table, combined->test_count ? combined->tests[0] : "");
	}
	qm_page_end_table(page, &table);
	qm_page_rest(page, resolution->combined_count);
}

static void add_all(struct qm_page *page, const struct qm_summary *summary)
{
	add_headline(page, summary);
	add_reasons(page, summary);
	add_journal(page, summary);
	if (qm_summary_has_counts(summary))
		add_outcomes(page, summary);
	if (summary->resolution)
		add_mapped(page, summary->resolution);
	if (summary->resolution)
		add_steps(page, &summary->resolution->steps);
	if (summary->catalog)
		add_calls(page, summary);
	if (page->markdown)
		add_failed_tests(page, &summary->failures);
	if (summary->catalog)
		add_executions(page, summary);
	add_transitions(page, &summary->transitions, "Before -> after", "RUNS");
	add_transitions(page, &summary->step_transitions, "Steps before -> after", "STEPS");
	if (summary->plan)
		add_planned(page, summary);
	add_runs(page, summary);
	if (summary->catalog && summary->resolution) {
		add_left(page, &summary->catalog->left, &summary->resolution->left,
			qm_summary_left(summary));
		add_unmapped(page, summary->resolution);
		add_missing(page, summary->resolution);
		add_combined(page, summary->resolution);
	}
	add_problems(page, summary);
}

static void write_page(const struct qm_summary *summary, struct qm_page *page)
{
	qm_buf_init(&page->piece, QM_PAGE_PIECE + 1);
	add_all(page, summary);
	qm_buf_release(&page->piece);
}

void qm_summary_text(const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out)
{
	struct qm_page page = { .out = out, .log = log, .max_rows = TEXT_ROWS };

	write_page(summary, &page);
}

void qm_summary_markdown(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out)
{
	struct qm_page page = {
		.out = out, .log = log, .markdown = true, .max_rows = MARKDOWN_ROWS
	};

	write_page(summary, &page);
	/* Fewer rows until it fits; what has none left is a few lines. */
	while (out->overflow && page.max_rows) {
		qm_buf_clear(out);
		page.max_rows /= 4;
		write_page(summary, &page);
	}
}
