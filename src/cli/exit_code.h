/*
 * exit_code - what the program's exit codes say, which one counts, and which --soft-fail excuses.
 *
 * Several things can go wrong in one run; the code is that of the reason which applies first:
 * 2, 5, 9, 8, 10, 7, 1, 4, 6, 3, 0. A plan that could be read (0) and a report that could not (4)
 * make 4; an unreachable server (10) besides makes 10. What --soft-fail names does not count, with
 * a loud warning: of the codes 10, 4 and 6 --soft-fail=4,10 leaves 6. The conclusion in the summary
 * stays what it was.
 *
 * The codes of an upload's reasons are in src/upload/summary/summary.c; a test holds the two
 * together.
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
	QM_EXIT_STOPPED = 7,
	QM_EXIT_DENIED = 8,
};

struct qm_exit_row {
	int code;
	const char *text;
};

/* By number; what help and README list. */
extern const struct qm_exit_row qm_exit_rows[];
extern const size_t qm_exit_row_count;

/* The codes in the order in which they apply, as many as there are rows. */
extern const int qm_exit_order[];

/* Of two codes the one that applies first. */
int qm_exit_code_first(int a, int b);

/* NULL for a number that is no exit code. */
const char *qm_exit_code_text(int code);

bool qm_soft_codes_are_good(const char *codes);

/* Whether `codes` ("1,4,6,7,10") names this code. */
bool qm_soft_code_is_named(const char *codes, int code);

/* Codes that apply together, as a set: bit 4 is code 4. 0 is the code of the empty one. */
int qm_exit_codes_first(unsigned codes);
/* The first one that `soft` does not name; `soft` may be NULL: it names none. */
int qm_exit_codes_hard(unsigned codes, const char *soft);

#endif
