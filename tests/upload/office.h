/*
 * office - a little QMetry inside the test: it answers by path, keeps statuses, and refuses.
 *
 * Project VKMC has the suite VKMC-TS-20, executed on Chrome (2720260) and, if wanted, on Firefox
 * (2720261); either has the runs of VKMC-TC-1 to VKMC-TC-<runs>, whose ids are 1001 and on, or
 * 2001 and on. Statuses: Passed (1), Failed (2), Blocked (3), Not Run (4), N/A (5); all runs begin
 * with Not Run.
 *
 * What a write may meet is set beforehand: bad ids, a greatest number of ids, an execution that is
 * closed, or an answer of its own for the n-th write. The clock is the stage's (tests/api).
 */
#ifndef QM_TESTS_UPLOAD_OFFICE_H
#define QM_TESTS_UPLOAD_OFFICE_H

#include "tests/api/stage.h"

enum { OFFICE_RUNS = 999, OFFICE_FAULTS = 64 };

struct office {
	struct stage *stage;
	int runs;
	bool two_executions, closed;
	bool bad[2 * 1000 + OFFICE_RUNS + 1]; /* by id */
	size_t max_ids;                       /* 0: any number */
	struct answer faults[OFFICE_FAULTS];  /* by write, from 1 on; status 0: none */

	int status[2 * 1000 + OFFICE_RUNS + 1];
	size_t requests, writes;
	char log[16384]; /* "2: 1001,1002" for each write, one a line: status and ids */
};

int office_setup(void **state);
int office_teardown(void **state);

/* Opens the session under a policy (YAML). */
void office_open(struct office *office, const char *policy);

/* How many runs have a status. */
int office_count(const struct office *office, int status);

#endif
