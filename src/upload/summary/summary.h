/*
 * summary - what an upload, or a plan, has come to.
 *
 * Everything that a user is told at the end is in here once, and all forms (summary_forms.h) are
 * written from it.
 */
#ifndef QM_UPLOAD_SUMMARY_H
#define QM_UPLOAD_SUMMARY_H

#include "src/upload/plan.h"
#include "src/upload/reports/reports.h"
#include "src/upload/summary/failures.h"
#include "src/upload/summary/listed.h"

/* Why the work is not simply a success. In the order of the exit codes that apply first. */
enum qm_reason {
	QM_REASON_USAGE,
	QM_REASON_AUTH,
	QM_REASON_NOT_FOUND,
	QM_REASON_DENIED,
	QM_REASON_UNREACHABLE,
	QM_REASON_STOPPED,
	QM_REASON_NOT_UPLOADED,
	QM_REASON_REPORT,   /* a report was not read whole, or a suite failed outside its tests */
	QM_REASON_UNMAPPED, /* unmapped or missing beyond what was allowed, or nothing mapped */
	QM_REASON_NOTHING,  /* no reports or no tests */
	QM_REASONS
};

/* The one table of exit codes: 2, 5, 9, 8, 10, 7, 1, 4, 6, 3 in the order above. */
int qm_reason_exit_code(enum qm_reason reason);
enum qm_reason qm_reason_of(enum qm_code code);

struct qm_reason_line {
	enum qm_reason reason;
	const char *text; /* one line: what, where, what to do */
};

enum qm_conclusion {
	QM_SUCCESS,
	QM_PARTIAL,
	QM_FAILED_UPLOAD,
	QM_CONCLUDED_DENIED,
	QM_CONCLUDED_STOPPED,
	QM_PLANNED
};

const char *qm_conclusion_name(enum qm_conclusion conclusion);

/* How a call of the plan ended, by its updates. */
enum qm_call_state { QM_CALL_WAITING, QM_CALL_ACCEPTED, QM_CALL_PARTLY, QM_CALL_FAILED };

struct qm_call_result {
	enum qm_call_state state;
	size_t accepted, failed; /* updates; all others were not sent */
	int64_t at_ms;           /* plan: earliest time; upload: when it was answered */
	const char *why;         /* failed or partly: the server's or the policy's words */
};

/* Test case runs, or step runs, of one transition, "Not Run" -> "Passed". */
struct qm_transition {
	const char *from, *to;
	uint64_t runs;
};

/* What was, or would be, set in one execution. */
struct qm_updated {
	uint64_t runs, steps;
};

struct qm_summary {
	struct qm_arena arena; /* texts that belong to no one else */
	bool planning;
	bool reading;           /* `parse`: no upload was asked for */
	bool counted;           /* the verdicts are all there is to know of results */
	struct qm_vec reasons;  /* struct qm_reason_line, what applies first first */
	struct qm_vec verdicts; /* struct qm_report_verdict */
	struct qm_failures failures;
	const struct qm_catalog *catalog;       /* NULL: not reached */
	const struct qm_resolution *resolution; /* NULL: not reached */
	const struct qm_plan *plan;             /* NULL: not reached */
	struct qm_vec calls; /* struct qm_call_result, parallel to the plan's calls */
	/* struct qm_listed_run, at most 10,000 each: refused or denied; sent, without an answer;
	 * changed by somebody else, and so left; accepted, and not so when read back. */
	struct qm_vec failed, unknown, superseded_runs, differing;
	struct qm_vec accepted_updates; /* struct qm_accepted */
	/* struct qm_transition, of what was (plan: would be) set: test case runs, and steps. */
	struct qm_vec transitions, step_transitions;
	struct qm_vec updated; /* struct qm_updated, parallel to the executions: set there */
	uint64_t accepted, verified, failed_count, unknown_count, superseded, differing_count;
	uint64_t unverified_steps; /* were read back, and their rows tell no status */
	uint64_t unplanned;        /* of those that failed: gone before there was a plan */
	uint64_t earlier;      /* were done before this run, by the journal or by what they are */
	const char *journal;   /* that what is left can be resumed from; NULL: none */
	int64_t steps_wait_ms; /* until the last read of steps, as it was foreseen before them */
	int64_t planned_ms;    /* plan: Unix time from which on the calls are timed */
	struct qm_session_counts counts;
	const char *policy_name;
};

void qm_summary_init(struct qm_summary *summary);
void qm_summary_release(struct qm_summary *summary);

void qm_summary_reason(struct qm_summary *summary, enum qm_reason reason, const char *format, ...)
	QM_PRINTF(3, 4);
/* Makes a reason of a failure, by its code. */
void qm_summary_failure(struct qm_summary *summary, const struct qm_error *err);

/* A run of `update` was, or would be, set: counts its transition and its execution. */
void qm_summary_count(struct qm_summary *summary, const struct qm_update *update);

/* "VKMC-TS-20 / Chrome"; the suite run's id where there is no platform. */
void qm_summary_place(const struct qm_catalog *catalog, uint32_t index, char *out, size_t size);
/* What the project calls a status; "(unknown)" where it does not tell. */
const char *qm_summary_status(const struct qm_catalog *catalog, int64_t status_id);

/* What was, or would be, set in an execution, and in all of them. */
struct qm_updated qm_summary_updated(const struct qm_summary *summary, size_t execution);
struct qm_updated qm_summary_updated_all(const struct qm_summary *summary);
/* Executions and runs that were left as they are. */
uint64_t qm_summary_left(const struct qm_summary *summary);
/* Updates of the plan that are neither accepted nor failed nor unknown. */
uint64_t qm_summary_unsent(const struct qm_summary *summary);

bool qm_summary_has(const struct qm_summary *summary, enum qm_reason reason);
enum qm_conclusion qm_summary_conclusion(const struct qm_summary *summary);
/* Of the reason that applies first; 0 without any. */
int qm_summary_exit_code(const struct qm_summary *summary);
/* Of all its reasons, as a set: bit 4 is code 4. */
unsigned qm_summary_exit_codes(const struct qm_summary *summary);

/* Whether reports were read, and what they hold. Results that were not resolved are counted as
 * the reports have them. */
bool qm_summary_has_counts(const struct qm_summary *summary);
struct qm_report_counts qm_summary_counts(const struct qm_summary *summary);

#endif
