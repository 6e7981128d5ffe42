/*
 * clock_file - a clock that two programs share: 8 bytes of a file hold the Unix time in ms.
 *
 * It moves only when somebody waits, so an hour's waiting takes no time. The simulator, started
 * with --clock and the same file, sees the same time.
 */
#ifndef QM_TESTS_CLOCK_CLOCK_FILE_H
#define QM_TESTS_CLOCK_CLOCK_FILE_H

#include "src/base/clock.h"

/* Maps the file; false where it cannot be. The clock is valid until the process ends. */
bool qm_clock_file_open(const char *path, struct qm_clock *out);

#endif
