/*
 * steps - which step of a test case a test is.
 *
 * With --level step a suite (TestNG: a class) is the test case, and its tests are the steps:
 *
 *     <testsuite name="VKMC-TC-12 Login">         VKMC-TC-12   1  Open the page
 *       <testcase name="open the  page"/>                      2  Log in
 *       <testcase name="Log in"/>
 *
 * By description: a test is the step whose whole description is its name, Class.name or name
 * without parameters; blanks and the case of A to Z do not count. By order: where no test of the
 * suite has any step's description, and there are as many tests as steps, the first test is the
 * first step and so on. That asks for all tests of one suite element of one whole report, since
 * nothing else has an order (step_suites.h), and for names that do not speak against it: one whose
 * letters and digits are those of a description ("Log in", <p>Log in.</p>) stands at that step, or
 * no test has one. Never both: where some are met by description, the others are no step.
 *
 * Results of one test (parameters, reruns) are one test. Two steps of one description, or two tests
 * with the description of one step, are ambiguous: no step, and never guessed.
 *
 * Only hashes are compared, so that no text of a test need be kept until its steps are read: two
 * texts have the same one with a chance of 1 in 2^64.
 */
#ifndef QM_UPLOAD_RESOLVE_STEPS_H
#define QM_UPLOAD_RESOLVE_STEPS_H

#include "parsers/result.h"
#include "src/base/buf.h"

/* 0 stands for no text at all. */
struct qm_test_id {
	uint64_t test;       /* Class.name without parameters, as it is written */
	uint64_t names[3];   /* normalised: name, Class.name, name without parameters */
	uint32_t letters[2]; /* and digits alone: name, name without parameters */
};

/* The description of a step. */
struct qm_step_id {
	uint64_t text; /* normalised */
	uint32_t letters;
};

/* `scratch` is cleared; its ceiling bounds what is looked at. */
void qm_test_identify(
	const struct qm_result *result, struct qm_buf *scratch, struct qm_test_id *out);
void qm_step_identify(const char *description, struct qm_buf *scratch, struct qm_step_id *out);

/* Adds letters, small, and digits; tags and entities, as rich text has them, are none. */
void qm_step_letters(struct qm_buf *out, const char *text);

/* For each result the first one of the same test: those are the tests, in order of appearance. */
void qm_steps_group(const struct qm_test_id *tests, size_t count, size_t *out);

/* Why a test is no step; what is not below 0 is the index of its step. */
enum { QM_NO_STEP = -1, QM_STEP_TWICE = -2, QM_STEP_SHARED = -3 };

/*
 * For each result, in their order, the step that it is of: `out` has as many as `tests`. `steps`
 * are in their order. Returns whether it was by order, which only `has_order` allows.
 */
bool qm_steps_match(const struct qm_step_id *steps, size_t step_count,
	const struct qm_test_id *tests, size_t test_count, bool has_order, int32_t *out);

#endif
