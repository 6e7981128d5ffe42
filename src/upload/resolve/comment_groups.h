/*
 * comment_groups - which updates get a comment that tells their failure.
 *
 * With 3 failures of one message on Chrome, 2 of it on Firefox and 4 of another one on Chrome, and
 * 2 calls allowed, the 4 and the 3 get theirs; the other two keep the comment of all.
 */
#ifndef QM_UPLOAD_RESOLVE_COMMENT_GROUPS_H
#define QM_UPLOAD_RESOLVE_COMMENT_GROUPS_H

#include "src/upload/resolve/comment.h"
#include "src/upload/resolve/resolve.h"

/*
 * Sets the comments of the updates (struct qm_update) whose runs have a message that is among the
 * most frequent ones; the texts live in the arena. No other update is touched.
 */
void qm_comment_groups(const struct qm_comment_options *options, const struct qm_messages *messages,
	const struct qm_catalog *catalog, size_t batch_size, struct qm_vec *updates,
	struct qm_arena *arena);

#endif
