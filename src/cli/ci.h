/*
 * ci - whether this is a CI job, and how its system names it.
 *
 * All systems but Jenkins of old and Azure Pipelines set the variable CI; those two are known by
 * variables of their own. CI=false says that it is none, whatever else is set.
 */
#ifndef QM_CLI_CI_H
#define QM_CLI_CI_H

#include "src/base/memory.h"

#include <stdbool.h>

bool qm_is_ci(void);

/*
 * "qmetry-ci: checkout #17 https://ci.example.com/job/checkout/17/", so that whoever looks at a
 * result in QMetry finds the job it came from; NULL where the system is not known.
 */
const char *qm_ci_comment(struct qm_arena *arena);

#endif
