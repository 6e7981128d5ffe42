/*
 * verify - reads back what was accepted and compares.
 *
 * An answer of 200 says that QMetry took a call, not that every run has its status. --verify asks:
 * only executions in which something was accepted are read, each until its last such run was seen
 * (reread.h), at the end, once. A run that has another status or, where the row tells, another
 * build is named and is a reason. A step whose row tells no status is counted, and not verified.
 */
#ifndef QM_UPLOAD_VERIFY_H
#define QM_UPLOAD_VERIFY_H

#include "src/upload/deliver.h"

void qm_verify(struct qm_summary *summary, const struct qm_job_world *world,
	const struct qm_origins *origins);

#endif
