/*
 * stream - bytes on their way from the file to libxml2, pulled through a chain of stages:
 *
 *     source (file, gzip) -> decoder (anything to UTF-8) -> filter -> libxml2
 *
 * Each stage reads from the one before it when it is read from itself. What was read before a
 * failure is always handed on first.
 */
#ifndef QM_PARSERS_STREAM_H
#define QM_PARSERS_STREAM_H

#include "parsers/verdict.h"

#include <stddef.h>

struct qm_stream {
	/* Writes 1 to `size` bytes to `out`; 0 is the end, or a failure that the verdict tells. */
	size_t (*read)(void *context, char *out, size_t size, struct qm_verdict *verdict);
	void *context;
};

static inline size_t qm_stream_read(
	const struct qm_stream *stream, char *out, size_t size, struct qm_verdict *verdict)
{
	return stream->read(stream->context, out, size, verdict);
}

#endif
