#include "src/upload/summary/summary.h"

#include <stdio.h>
#include <string.h>

static const int exit_codes[QM_REASONS] = {
	[QM_REASON_USAGE] = 2,
	[QM_REASON_AUTH] = 5,
	[QM_REASON_NOT_FOUND] = 9,
	[QM_REASON_DENIED] = 8,
	[QM_REASON_UNREACHABLE] = 10,
	[QM_REASON_STOPPED] = 7,
	[QM_REASON_NOT_UPLOADED] = 1,
	[QM_REASON_REPORT] = 4,
	[QM_REASON_UNMAPPED] = 6,
	[QM_REASON_NOTHING] = 3,
};

int qm_reason_exit_code(enum qm_reason reason)
{
	return exit_codes[reason];
}

enum qm_reason qm_reason_of(enum qm_code code)
{
	static const enum qm_reason reasons[] = {
		[QM_OK] = QM_REASON_NOT_UPLOADED,
		[QM_EUSAGE] = QM_REASON_USAGE,
		[QM_EINPUT] = QM_REASON_UNREACHABLE, /* the answer is not what QMetry answers */
		[QM_ELIMIT] = QM_REASON_NOT_UPLOADED,
		[QM_EIO] = QM_REASON_NOT_UPLOADED,
		[QM_ENOTFOUND] = QM_REASON_NOT_FOUND,
		[QM_EAUTH] = QM_REASON_AUTH,
		[QM_EDENIED] = QM_REASON_DENIED,
		[QM_EUNREACHABLE] = QM_REASON_UNREACHABLE,
		[QM_ESTOPPED] = QM_REASON_STOPPED,
		[QM_EREFUSED] = QM_REASON_NOT_UPLOADED,
	};

	return reasons[code];
}

const char *qm_conclusion_name(enum qm_conclusion conclusion)
{
	static const char *const names[] = {
		[QM_SUCCESS] = "success",
		[QM_PARTIAL] = "partial",
		[QM_FAILED_UPLOAD] = "failed",
		[QM_CONCLUDED_DENIED] = "denied",
		[QM_CONCLUDED_STOPPED] = "stopped",
		[QM_PLANNED] = "planned",
	};

	return names[conclusion];
}

void qm_summary_init(struct qm_summary *summary)
{
	*summary = (struct qm_summary){ .policy_name = "" };
	qm_arena_init(&summary->arena);
	qm_vec_init(&summary->reasons, sizeof(struct qm_reason_line));
	qm_vec_init(&summary->verdicts, sizeof(struct qm_report_verdict));
	qm_vec_init(&summary->calls, sizeof(struct qm_call_result));
	qm_vec_init(&summary->failed, sizeof(struct qm_listed_run));
	qm_vec_init(&summary->unknown, sizeof(struct qm_listed_run));
	qm_vec_init(&summary->superseded_runs, sizeof(struct qm_listed_run));
	qm_vec_init(&summary->differing, sizeof(struct qm_listed_run));
	qm_vec_init(&summary->accepted_updates, sizeof(struct qm_accepted));
	qm_vec_init(&summary->transitions, sizeof(struct qm_transition));
	qm_vec_init(&summary->step_transitions, sizeof(struct qm_transition));
	qm_vec_init(&summary->updated, sizeof(struct qm_updated));
	qm_failures_init(&summary->failures, &summary->arena);
}

void qm_summary_release(struct qm_summary *summary)
{
	qm_failures_release(&summary->failures);
	qm_vec_release(&summary->reasons);
	qm_vec_release(&summary->verdicts);
	qm_vec_release(&summary->calls);
	qm_vec_release(&summary->failed);
	qm_vec_release(&summary->unknown);
	qm_vec_release(&summary->superseded_runs);
	qm_vec_release(&summary->differing);
	qm_vec_release(&summary->accepted_updates);
	qm_vec_release(&summary->transitions);
	qm_vec_release(&summary->step_transitions);
	qm_vec_release(&summary->updated);
	qm_arena_release(&summary->arena);
}

/* ---- Reasons and what follows from them. */

/* Those that apply first stand first, those of a kind in the order in which they turned up. */
static struct qm_reason_line *insert_reason(struct qm_vec *reasons, enum qm_reason reason)
{
	struct qm_reason_line *lines;
	size_t place;

	(void)qm_vec_add(reasons);
	lines = reasons->items;
	for (place = reasons->count - 1; place && lines[place - 1].reason > reason; place--)
		lines[place] = lines[place - 1];
	return &lines[place];
}

void qm_summary_reason(struct qm_summary *summary, enum qm_reason reason, const char *format, ...)
{
	struct qm_reason_line *line = insert_reason(&summary->reasons, reason);
	char text[QM_ERROR_SOURCE + 2 * QM_ERROR_TEXT];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	line->reason = reason;
	line->text = qm_arena_strdup(&summary->arena, text);
}

void qm_summary_failure(struct qm_summary *summary, const struct qm_error *err)
{
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];

	qm_error_format(err, text, sizeof text);
	qm_summary_reason(summary, qm_reason_of(err->code), "%s", text);
}

bool qm_summary_has(const struct qm_summary *summary, enum qm_reason reason)
{
	for (size_t i = 0; i < summary->reasons.count; i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		if (line->reason == reason)
			return true;
	}
	return false;
}

/* QM_REASONS: there is none. */
static enum qm_reason first_reason(const struct qm_summary *summary)
{
	const struct qm_reason_line *lines = summary->reasons.items;

	return summary->reasons.count ? lines[0].reason : QM_REASONS;
}

int qm_summary_exit_code(const struct qm_summary *summary)
{
	enum qm_reason first = first_reason(summary);

	return first == QM_REASONS ? 0 : exit_codes[first];
}

unsigned qm_summary_exit_codes(const struct qm_summary *summary)
{
	unsigned codes = 0;

	for (size_t i = 0; i < summary->reasons.count; i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		codes |= 1U << exit_codes[line->reason];
	}
	return codes;
}

enum qm_conclusion qm_summary_conclusion(const struct qm_summary *summary)
{
	enum qm_reason first = first_reason(summary);
	/* A bad report or an unmapped test is in the way of a green job, not of a plan. */
	bool planned = summary->planning && first > QM_REASON_NOT_UPLOADED &&
		(summary->plan || first == QM_REASONS);

	if (planned)
		return QM_PLANNED;
	if (first == QM_REASONS)
		return QM_SUCCESS;
	if (first == QM_REASON_DENIED)
		return QM_CONCLUDED_DENIED;
	if (first == QM_REASON_STOPPED)
		return QM_CONCLUDED_STOPPED;
	return summary->accepted || summary->earlier ? QM_PARTIAL : QM_FAILED_UPLOAD;
}

/* ---- Counting what was read. */

static void add_counts(struct qm_report_counts *sum, const struct qm_report_counts *counts)
{
	sum->tests += counts->tests;
	for (int i = 0; i < QM_OUTCOMES; i++)
		sum->outcomes[i] += counts->outcomes[i];
}

bool qm_summary_has_counts(const struct qm_summary *summary)
{
	return summary->resolution || summary->counted;
}

struct qm_report_counts qm_summary_counts(const struct qm_summary *summary)
{
	struct qm_report_counts sum = { .tests = 0 };

	if (summary->resolution)
		return summary->resolution->counts;
	for (size_t i = 0; summary->counted && i < summary->verdicts.count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(&summary->verdicts, i);

		if (!verdict->left_out)
			add_counts(&sum, &verdict->counts);
	}
	return sum;
}

/* ---- Counting what was set. */

const char *qm_summary_status(const struct qm_catalog *catalog, int64_t status_id)
{
	const struct qm_status *status = qm_catalog_status_of(catalog, status_id);

	return status ? status->name : "(unknown)";
}

static void count_transition(struct qm_vec *transitions, const char *from, const char *to)
{
	struct qm_transition *transition;

	for (size_t i = 0; i < transitions->count; i++) {
		transition = qm_vec_at(transitions, i);
		if (strcmp(transition->from, from) == 0 && strcmp(transition->to, to) == 0) {
			transition->runs++;
			return;
		}
	}
	transition = qm_vec_add(transitions);
	*transition = (struct qm_transition){ .from = from, .to = to, .runs = 1 };
}

void qm_summary_count(struct qm_summary *summary, const struct qm_update *update)
{
	const struct qm_run *run = qm_vec_at(&summary->catalog->runs, update->run);
	struct qm_updated *updated;

	while (summary->updated.count < summary->catalog->executions.count)
		(void)qm_vec_add(&summary->updated);
	updated = qm_vec_at(&summary->updated, run->execution);
	*(run->step ? &updated->steps : &updated->runs) += 1;
	count_transition(run->step ? &summary->step_transitions : &summary->transitions,
		qm_summary_status(summary->catalog, run->status_id),
		qm_summary_status(summary->catalog, update->status_id));
}

struct qm_updated qm_summary_updated(const struct qm_summary *summary, size_t execution)
{
	const struct qm_updated nothing = { 0, 0 };

	if (execution >= summary->updated.count)
		return nothing;
	return *(const struct qm_updated *)qm_vec_at(&summary->updated, execution);
}

struct qm_updated qm_summary_updated_all(const struct qm_summary *summary)
{
	struct qm_updated all = { 0, 0 };

	for (size_t i = 0; i < summary->updated.count; i++) {
		const struct qm_updated one = qm_summary_updated(summary, i);

		all.runs += one.runs;
		all.steps += one.steps;
	}
	return all;
}

uint64_t qm_summary_left(const struct qm_summary *summary)
{
	uint64_t executions = summary->catalog ? summary->catalog->left.count : 0;

	return executions + (summary->resolution ? summary->resolution->left_count : 0);
}

uint64_t qm_summary_unsent(const struct qm_summary *summary)
{
	uint64_t all = summary->plan ? summary->plan->updates.count : 0;

	return all + summary->unplanned - summary->accepted - summary->failed_count -
		summary->unknown_count;
}

void qm_summary_place(const struct qm_catalog *catalog, uint32_t index, char *out, size_t size)
{
	const struct qm_execution *execution = qm_vec_at(&catalog->executions, index);
	const char *where = *execution->platform ? execution->platform : execution->suite_run;

	(void)snprintf(out, size, "%s%s%s", execution->suite_key,
		*execution->suite_key ? " / " : "", where);
}
