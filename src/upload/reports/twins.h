/*
 * twins - the reports that Surefire, Gradle and TestNG itself write of one TestNG run.
 *
 * TestNG writes testng-results.xml, and the build tool TEST-*.xml beside it: a pattern that catches
 * both finds all results twice. In one folder (Gradle: in the two folders of one task) a TestNG
 * report and the JUnit reports that share classes with it are compared by their tests, class and
 * method without parameters:
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
 * TestNG writes JUnit reports, too, in folders beside its own: junitreports/TEST-CLASS.xml and, by
 * the names of its suites and their <test>s, SUITE/TEST.xml, with the class that has declared a
 * method where that is a base class. Those are left out where all that they say is said by a report
 * of the same folder; else, for they are not deleted before a run, they are counted with a warning.
 *
 * A config method that failed is a test to Surefire and counts as TestNG's here. What is broken,
 * holds a test without class or more than 250,000 tests is never left out and leaves nothing out.
 *
 * Only where both kinds are in one folder, or one folder apart, anything is read, once more than
 * otherwise.
 */
#ifndef QM_UPLOAD_REPORTS_TWINS_H
#define QM_UPLOAD_REPORTS_TWINS_H

#include "src/upload/reports/reports.h"

/* After qm_reports_sniff(). Takes what is left out from the list of files, and tells the log. */
void qm_twins_leave_out(struct qm_reports *reports, const volatile sig_atomic_t *interrupted,
	const struct qm_log *log);

#endif
