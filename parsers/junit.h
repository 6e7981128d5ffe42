/*
 * junit - reads JUnit reports of all dialects: Surefire, Gradle, Ant, pytest, Jest, Playwright,
 * googletest, PHPUnit, Eclipse and whoever else writes <testcase>.
 *
 *     testsuites | testsuite | testrun      may nest; properties, error, failure
 *       testcase                            properties, error, failure, skipped,
 *                                           flakyFailure, flakyError, rerunFailure, rerunError
 *
 * The outcome of a test is the first of these that holds: a child <error>; a child <failure>; a
 * child <skipped> or a status or result that says skipped, notrun, disabled, ignored; one that
 * says error or failed; a flaky child (it passed in the end); else it passed. Its message is
 * taken from the child that decides. Children of children decide nothing; a <testcase> within
 * another is a test of its own, told before the one around it, whose properties it inherits.
 */
#ifndef QM_PARSERS_JUNIT_H
#define QM_PARSERS_JUNIT_H

#include "parsers/report.h"

struct qm_junit;

struct qm_junit *qm_junit_new(void);
void qm_junit_free(struct qm_junit *junit);

/* Begins a report, which is borrowed, and sets the handlers that read it. */
void qm_junit_begin(
	struct qm_junit *junit, struct qm_report *report, struct qm_xml_handlers *handlers);

/* The document has ended well: is it JUnit at all? */
void qm_junit_finish(struct qm_junit *junit);

#endif
