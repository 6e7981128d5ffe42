/*
 * source - the bytes of one report: a file, a file packed with gzip, or standard input.
 *
 * Gzip is looked for where the name ends in ".gz" and on standard input, by its first two
 * bytes. Nothing is read ahead and nothing is kept, so memory does not depend on the size.
 *
 * What may keep a reader waiting (a pipe, a terminal) is asked for bytes every fifth of a second
 * and not read blindly: once a stop is due the source has no more bytes, wherever it is.
 */
#ifndef QM_PARSERS_SOURCE_H
#define QM_PARSERS_SOURCE_H

#include "parsers/stream.h"
#include "src/base/buf.h"
#include "src/base/stop.h"

#include <stdbool.h>

struct qm_gunzip;

struct qm_source {
	int file;                   /* -1: closed */
	bool is_input;              /* standard input, which stays open */
	bool may_wait;              /* no regular file */
	const struct qm_stop *stop; /* NULL: never */
	char head[2];               /* read to look for gzip, not yet handed on */
	size_t head_length, head_used;
	int64_t start;             /* where the report begins in the file; -1: not known */
	uint64_t bytes, max_bytes; /* read so far, decompressed */
	struct qm_gunzip *gunzip;
	struct qm_stream raw; /* the bytes as they are stored */
	struct qm_buf *copy;  /* of what is read, until it is rewound; NULL: none */
};

/* `path` "-" is standard input. A file that cannot be opened is told by the verdict. */
bool qm_source_open(struct qm_source *source, const char *path, uint64_t max_bytes,
	const struct qm_stop *stop, struct qm_verdict *verdict);
void qm_source_close(struct qm_source *source); /* a closed one is fine */

/* A qm_stream's read; `context` is the source. */
size_t qm_source_read(void *context, char *out, size_t size, struct qm_verdict *verdict);

/* Starts again from the beginning; false where that cannot be (a pipe). */
bool qm_source_rewind(struct qm_source *source);

#endif
