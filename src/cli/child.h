/*
 * child - the command of `run`, such as the tests.
 *
 * It has our terminal, streams and process group, so Ctrl-C reaches both; a signal that was sent
 * to us alone (kill, a CI system that ends the job) is passed on. We outlive it in any case, to
 * tell what became of it. It does not get our secrets: what runs in tests must not be able to
 * read the key.
 */
#ifndef QM_CLI_CHILD_H
#define QM_CLI_CHILD_H

#include "src/base/error.h"

struct qm_child_end {
	int exit_code;   /* as a shell has it: 128 + n where signal n ended it */
	int interrupted; /* the signal by which we were told to end while it ran; 0: none */
};

/*
 * Runs the command, a list of words with NULL behind it, found by PATH, and waits for its end.
 * QM_ENOTFOUND where there is no such command, QM_EIO where it cannot be started.
 */
enum qm_code qm_child_run(
	char *const *words, struct qm_child_end *out, struct qm_error *err) QM_MUST_CHECK;

#endif
