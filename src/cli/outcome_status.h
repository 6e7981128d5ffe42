/*
 * outcome_status - "--status skipped=Blocked" in the words of src/upload.
 */
#ifndef QM_CLI_OUTCOME_STATUS_H
#define QM_CLI_OUTCOME_STATUS_H

#include "src/upload/resolve/resolve.h"

/* The index into status_names for an outcome's name or "missing"; -1 if there is none. */
int qm_outcome_status_index(const char *name, size_t length);

/* `statuses` (const char *, each OUTCOME=NAME) by index. QM_EUSAGE for two of one outcome. */
enum qm_code qm_outcome_statuses(
	const struct qm_vec *statuses, const char *names[QM_TARGETS], struct qm_error *err);

#endif
