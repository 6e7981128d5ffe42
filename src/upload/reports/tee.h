/*
 * tee - one sink that drives two: what a parser says is told to the first, then to the second.
 *
 * Where the first one fails, the second is not asked. This is how somebody who only wants to look
 * on (verdicts, headlines) need not forward what he does not care for.
 */
#ifndef QM_UPLOAD_REPORTS_TEE_H
#define QM_UPLOAD_REPORTS_TEE_H

#include "parsers/result.h"

struct qm_tee {
	struct qm_sink first, second;
};

/* Borrows the tee. */
struct qm_sink qm_tee_sink(struct qm_tee *tee);

#endif
