/*
 * texts - two places for texts that were read: one that never moves, one that cuts.
 *
 * struct qm_texts is a stack of NUL-terminated texts in one block, so the pointers stay right
 * while more are added; what was added behind a mark is forgotten by going back to it:
 *
 *     size_t mark = texts.used;
 *     name = qm_texts_keep(&texts, bytes, length);     NULL: no room, a ceiling is reached
 *     texts.used = mark;
 *
 * The block is as large as its ceiling, but memory that was never written costs nothing.
 *
 * struct qm_clip collects a text that comes in pieces, without the white space at its ends,
 * and cuts it between two characters where it grows beyond its ceiling.
 */
#ifndef QM_PARSERS_TEXTS_H
#define QM_PARSERS_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

struct qm_texts {
	char *bytes;
	size_t used, size;
};

void qm_texts_init(struct qm_texts *texts, size_t max_bytes);
void qm_texts_release(struct qm_texts *texts);

const char *qm_texts_keep(struct qm_texts *texts, const char *bytes, size_t length);

struct qm_clip {
	char *bytes;
	size_t length, size;
	bool full;
};

void qm_clip_init(struct qm_clip *clip, size_t max_bytes);
void qm_clip_release(struct qm_clip *clip);

void qm_clip_clear(struct qm_clip *clip);
void qm_clip_add(struct qm_clip *clip, const char *bytes, size_t length);

/* The text so far; "" if there is none. Valid until the clip is changed. */
const char *qm_clip_text(struct qm_clip *clip);

#endif
