/*
 * twins - the two reports that Surefire and Gradle write of one TestNG run.
 *
 * TestNG writes testng-results.xml, and the build tool TEST-*.xml beside it: a pattern that catches
 * both finds all results twice. In one folder (Gradle: in the two folders of one task; TestNG: in
 * its own junitreports) a TestNG report and the JUnit reports that share classes with it are
 * compared by their tests, class and method without parameters:
 *
 *   all of JUnit's are in TestNG's   JUnit's are left out: TestNG's say more (description, groups,
 *                                    attributes, what was not reached)
 *   all of TestNG's are in JUnit's   TestNG's is left out: after reruns, or where a second fork
 *                                    has written over it, it holds the last few tests only
 *   neither                          all are counted, with a warning
 *
 * Besides, what failed by the report that is left out must have failed by the other one too: if one
 * of them is left from an earlier run, the failures of the later one are not lost.
 *
 * A config method that failed is a test to Surefire and counts as TestNG's here. What is broken,
 * holds a test without class or more than 250,000 tests is never left out and leaves nothing out.
 *
 * Only where both kinds are in one folder anything is read, once more than otherwise.
 */
#ifndef QM_UPLOAD_REPORTS_TWINS_H
#define QM_UPLOAD_REPORTS_TWINS_H

#include "src/upload/reports/reports.h"

/* After qm_reports_sniff(). Takes what is left out from the list of files, and tells the log. */
void qm_twins_leave_out(struct qm_reports *reports, const volatile sig_atomic_t *interrupted,
	const struct qm_log *log);

#endif
