/*
 * fault_points - where qmetry-ci-test can be killed.
 *
 * QMETRY_TEST_KILL=N kills it at the N-th point that it passes, as SIGKILL does: nothing is tidied
 * up. A run that passes fewer points ends as usual, so that a test finds the last one by counting
 * up.
 */
#ifndef QM_TESTS_CLOCK_FAULT_POINTS_H
#define QM_TESTS_CLOCK_FAULT_POINTS_H

#include "src/api/transport.h"

struct qm_fault_points {
	long kill_at; /* 0: never */
	long passed;
	struct qm_transport transport; /* the product's */
};

/* Reads the variable; before the first point. */
void qm_fault_points_begin(void);

#endif
