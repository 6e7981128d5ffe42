/*
 * ask - questions to whoever sits at the terminal.
 *
 *     QMetry address [https://testmanagement.qmetry.com]: _
 *     1  VKMC-TS-20  Regression
 *     2  VKMC-TS-21  Smoke
 *     Suite (number, key or part of a name): _
 *
 * Questions go to standard error, answers come from standard input, which need not be a terminal:
 * a script can answer, and where the input ends the default counts.
 */
#ifndef QM_CLI_ASK_H
#define QM_CLI_ASK_H

#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/base/stop.h"

struct qm_question {
	const char *text;
	const char *fallback; /* what an empty answer means; NULL: it is asked again */
	const char *option;   /* that answers as well */
};

/*
 * The answer without white space at its ends lives in the arena. QM_EUSAGE where no more input
 * comes and there is no fallback, QM_ESTOPPED where a stop is due before the answer is there.
 */
enum qm_code qm_ask(const struct qm_question *question, const struct qm_stop *stop,
	struct qm_arena *arena, const char **out, struct qm_error *err) QM_MUST_CHECK;

/* One line for people, made printable; where what can be chosen has a number, 0 for none. */
void qm_tell(size_t number, const char *text);

#endif
