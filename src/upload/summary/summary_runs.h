/*
 * summary_runs - single runs that are not as they were to be: listed, and told in reasons.
 *
 * A list holds 10,000 runs and a reason is told of 20; the totals beside them are always right.
 */
#ifndef QM_UPLOAD_SUMMARY_SUMMARY_RUNS_H
#define QM_UPLOAD_SUMMARY_SUMMARY_RUNS_H

#include "src/upload/resolve/origin.h"
#include "src/upload/summary/summary.h"

/* Reasons of a kind that name a run; what is beyond is told as a number. */
enum { QM_SUMMARY_TOLD = 20 };

const char *qm_summary_key(const struct qm_catalog *catalog, const struct qm_run *run);
/* The key, and of a step run its number behind it: "VKMC-TC-1 step 2". */
const char *qm_summary_name(struct qm_summary *summary, const struct qm_run *run);
/* Lists a run; `why` is borrowed. NULL where the list is full. */
const struct qm_listed_run *qm_summary_list(struct qm_summary *summary, struct qm_vec *list,
	uint32_t run, const struct qm_origins *origins, const char *why);
/* A run that was not even sent: lists it as failed, with a reason. */
void qm_summary_fail(struct qm_summary *summary, uint32_t run, const struct qm_origins *origins,
	const char *why);
/* A run that somebody else changed is left: lists it. */
void qm_summary_supersede(struct qm_summary *summary, uint32_t run,
	const struct qm_origins *origins, const char *why);
/* One reason for all runs that are superseded. */
void qm_summary_tell_superseded(struct qm_summary *summary);

#endif
