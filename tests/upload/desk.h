/*
 * desk - a summary, and all that it speaks of, filled by hand.
 */
#ifndef QM_TESTS_UPLOAD_DESK_H
#define QM_TESTS_UPLOAD_DESK_H

#include "src/upload/summary/summary.h"

/* 2026-01-15 10:31:00 UTC. */
#define DESK_NOW_MS INT64_C(1768473060000)

struct desk {
	struct qm_catalog catalog;
	struct qm_resolution resolution;
	struct qm_plan plan;
	struct qm_summary summary;
	struct qm_buf text; /* at hand for what the summary is written into */
};

/* For cmocka: *state becomes a desk whose summary has reached nothing yet. */
int desk_setup(void **state);
int desk_teardown(void **state);

/* Everything was reached: 3 runs on Chrome, the first of which failed; the last one is passed
 * already. Nothing is sent. */
void desk_fill(struct desk *desk);

/* Fills it, and the calls of the plan are accepted one after the other. */
void desk_accept_all(struct desk *desk);

/* Fills it as a plan: the first call goes a minute later, the second one is denied. */
void desk_plan_two(struct desk *desk);

/* A JUnit report that was read well. */
struct qm_report_verdict *desk_add_verdict(struct desk *desk, const char *path);

#endif
