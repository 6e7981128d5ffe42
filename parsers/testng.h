/*
 * testng - reads TestNG's own report, testng-results.xml.
 *
 *     suite
 *       groups / group / method             which method belongs to which groups
 *       test / class / test-method          params, exception, attributes
 *
 * Methods with is-config="true" are set-up and tear-down, no tests. A skipped result, and what
 * follows it, is held back until its <test> ends, because only then is it known what it means:
 * not reached, if a set-up method of that <test> failed (the file lists classes in no particular
 * order) and the test did not skip itself by a SkipException; superseded, if another result of
 * the same class, method, instance and parameters follows, or if it says retried="true". What
 * passes after such an attempt is flaky.
 *
 * Groups, attributes and the instance name are told as properties ("group",
 * "test-instance-name", the attribute's own name). A passed method may carry an exception that
 * was expected; it stays passed.
 */
#ifndef QM_PARSERS_TESTNG_H
#define QM_PARSERS_TESTNG_H

#include "parsers/report.h"

struct qm_testng;

struct qm_testng *qm_testng_new(void);
void qm_testng_free(struct qm_testng *testng);

/* Begins a report, which is borrowed, and sets the handlers that read it. */
void qm_testng_begin(
	struct qm_testng *testng, struct qm_report *report, struct qm_xml_handlers *handlers);

/* Nothing more comes, the document may be broken off: hands out what was held back. */
void qm_testng_finish(struct qm_testng *testng);

#endif
