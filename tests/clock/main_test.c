/*
 * qmetry-ci-test - the product with a clock of its own, for tests; never installed.
 *
 * QMETRY_TEST_CLOCK names the file that the clock is in; without it the clock is the system's.
 * QMETRY_TEST_KILL says at which point it dies (fault_points.h).
 */
#include "src/cli/commands.h"
#include "src/cli/system_clock.h"
#include "tests/clock/clock_file.h"
#include "tests/clock/fault_points.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	const char *path = getenv("QMETRY_TEST_CLOCK");
	struct qm_clock clock = qm_system_clock;

	if (path && !qm_clock_file_open(path, &clock)) {
		(void)fprintf(stderr, "qmetry-ci-test: cannot map the clock %s\n", path);
		return 2;
	}
	qm_fault_points_begin();
	qm_ignore_write_signals();
	return qm_main(argc, argv, &clock);
}
