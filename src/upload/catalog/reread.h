/*
 * reread - what QMetry holds now of runs that are known already.
 *
 * Only executions that hold a run which is asked for are read, and each only until its last one
 * was seen: 3 runs at the head of a list of 10,000 cost one page. Step runs cost one call for each
 * test case run that they are of, the price of which is told before (step_price.h).
 */
#ifndef QM_UPLOAD_CATALOG_REREAD_H
#define QM_UPLOAD_CATALOG_REREAD_H

#include "src/upload/deliver.h"

struct qm_seen {
	bool wanted;       /* set by the caller */
	bool found;        /* it is still listed */
	int64_t status_id; /* 0: the row does not tell */
	int64_t build_id;  /* 0: likewise */
};

/* `seen` is parallel to the catalog's runs. */
enum qm_code qm_reread(const struct qm_job_world *world, const struct qm_catalog *catalog,
	struct qm_seen *seen, struct qm_error *err) QM_MUST_CHECK;

#endif
