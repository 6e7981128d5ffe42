/*
 * digest - the SHA-256 of reports, so that a receipt tells which very file a status came from.
 *
 * Only those that are asked for are read, once; what came through a pipe or is gone has none.
 */
#ifndef QM_UPLOAD_REPORTS_DIGEST_H
#define QM_UPLOAD_REPORTS_DIGEST_H

#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

struct qm_digests {
	struct qm_map by_path; /* -> index into digests */
	struct qm_vec digests; /* const char * */
	struct qm_arena arena;
};

void qm_digests_init(struct qm_digests *digests);
void qm_digests_release(struct qm_digests *digests);

/* 64 digits, or "". */
const char *qm_digests_of(struct qm_digests *digests, const char *path);

#endif
