/*
 * exit_code - the one place where exit codes are made.
 *
 * Several things can go wrong in one run; the code is that of the reason which applies first:
 * 2, 5, 9, 8, 10, 7, 1, 4, 6, 3, 0. With --soft-fail some of them become 0, with a loud warning;
 * the conclusion in the summary stays what it was.
 */
#ifndef QM_CLI_EXIT_CODE_H
#define QM_CLI_EXIT_CODE_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	QM_EXIT_OK = 0,
	QM_EXIT_FAILED = 1,
	QM_EXIT_USAGE = 2,
	QM_EXIT_NOTHING = 3,
	QM_EXIT_REPORT = 4,
	QM_EXIT_AUTH = 5,
};

struct qm_exit_row {
	int code;
	const char *text;
};

/* By number; what help and README list. */
extern const struct qm_exit_row qm_exit_rows[];
extern const size_t qm_exit_row_count;

bool qm_soft_codes_are_good(const char *codes);

/* Whether `codes` ("1,4,6,7,10") names this code. */
bool qm_soft_code_is_named(const char *codes, int code);

#endif
