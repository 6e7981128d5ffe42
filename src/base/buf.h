/*
 * buf - bytes that grow up to a ceiling given at birth.
 *
 * struct qm_buf body;
 * qm_buf_init(&body, 8 << 20);            never more than 8 MiB
 * qm_buf_add_text(&body, "{\"ids\":\"");
 * qm_buf_add_int(&body, 66095069);
 * if (body.overflow) ...                  one question for a whole row of appends
 *
 * What does not fit is not added, not even in part, and `overflow` stays set. `data` is never
 * NULL and always ends in a NUL byte that `length` does not count.
 */
#ifndef QM_BASE_BUF_H
#define QM_BASE_BUF_H

#include "src/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct qm_buf {
	char *data;
	size_t length, capacity, max_bytes;
	bool overflow;
};

void qm_buf_init(struct qm_buf *buf, size_t max_bytes);
void qm_buf_release(struct qm_buf *buf);
void qm_buf_clear(struct qm_buf *buf); /* empty again, keeps its memory */
/* Takes back what was added since it was `length` bytes long; `overflow` stays as it is. */
void qm_buf_cut(struct qm_buf *buf, size_t length);

void qm_buf_add(struct qm_buf *buf, const void *bytes, size_t length);
void qm_buf_add_text(struct qm_buf *buf, const char *text);
void qm_buf_add_char(struct qm_buf *buf, char character);
void qm_buf_add_int(struct qm_buf *buf, int64_t number);
void qm_buf_add_format(struct qm_buf *buf, const char *format, ...) QM_PRINTF(2, 3);

/* Hands the text over: free() it; the buffer is empty and usable afterwards. */
char *qm_buf_take(struct qm_buf *buf);

#endif
