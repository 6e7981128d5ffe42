/*
 * gunzip - inflates a stream of gzip members while it is read.
 *
 * Memory is 64 KB whatever the file. Several members, one after the other, are one text, as for
 * gzip(1); what follows the last member and begins no other is ignored.
 */
#ifndef QM_PARSERS_GUNZIP_H
#define QM_PARSERS_GUNZIP_H

#include "parsers/stream.h"

#include <stdbool.h>

struct qm_gunzip;

/* The compressed bytes are read from `in`, which is borrowed. */
struct qm_gunzip *qm_gunzip_new(const struct qm_stream *in);
void qm_gunzip_free(struct qm_gunzip *gunzip);

/* Forgets what was read; `in` starts from its beginning. */
void qm_gunzip_reset(struct qm_gunzip *gunzip);

/* Whether `head` (2 bytes) begins a gzip member. */
bool qm_gunzip_is_magic(const char *head);

/* As qm_stream's read: damaged data is unreadable, an end within a member is truncated. */
size_t qm_gunzip_read(struct qm_gunzip *gunzip, char *out, size_t size, struct qm_verdict *verdict);

#endif
