/*
 * step_suites - which suite element of which report a result stands in.
 *
 * By order a test may only be a step where the order is that of one suite, as one report has
 * written it, and nothing of it is missing (steps.h): not where a suite comes in two shards, was
 * run again, stands in a report that broke off, or has a test that went elsewhere. So each suite
 * element has a number, and the number of results that were told in it:
 *
 *     <testsuite name="VKMC-TC-12">             suite 1, 2 results
 *       <testcase name="a"/>
 *       <testsuite name="VKMC-TC-13">           suite 2, 1 result
 *         <testcase name="b"/>
 *       </testsuite>
 *       <testcase name="c"/>
 *     </testsuite>
 *
 * In TestNG's reports it is a class within a <test>. A suite takes 8 B.
 */
#ifndef QM_UPLOAD_RESOLVE_STEP_SUITES_H
#define QM_UPLOAD_RESOLVE_STEP_SUITES_H

#include "parsers/result.h"
#include "src/base/vec.h"

struct qm_step_suite {
	uint32_t report;  /* the caller's number for it */
	uint32_t results; /* 0: not known, the report broke off */
};

struct qm_step_suites {
	struct qm_vec suites; /* struct qm_step_suite */
	struct qm_vec open;   /* uint32_t: of them, outermost first; one for outside of all */
	enum qm_report_kind kind;
	uint64_t class_hash; /* TestNG: of the class that the innermost one stands for; 0: none */
	size_t mark;         /* how many there were before the report */
};

void qm_step_suites_init(struct qm_step_suites *suites);
void qm_step_suites_release(struct qm_step_suites *suites);

void qm_step_suites_begin(struct qm_step_suites *suites, enum qm_report_kind kind, uint32_t report);
void qm_step_suites_enter(struct qm_step_suites *suites);
void qm_step_suites_leave(struct qm_step_suites *suites);
/* Returns the index of the suite that the result is counted in. */
uint32_t qm_step_suites_count(struct qm_step_suites *suites, const struct qm_result *result);

/* The report that was begun last broke off: what its suites lack is not known. */
void qm_step_suites_doubt(struct qm_step_suites *suites);

#endif
