/*
 * decoder - the second stage: whatever the encoding of a report is, what comes out is UTF-8
 * without a byte order mark.
 *
 * UTF-8 passes through as it is; whether it is valid is checked by libxml2 where it looks, so
 * not inside of what the filter drops. Everything else is converted by the system's iconv,
 * which refuses bytes that the encoding does not allow.
 */
#ifndef QM_PARSERS_DECODER_H
#define QM_PARSERS_DECODER_H

#include "parsers/stream.h"

#include <iconv.h>
#include <stdbool.h>

struct qm_decoder {
	const struct qm_stream *in;
	bool converts;
	iconv_t converter;
	char *raw; /* QM_MAX_CHUNK bytes read and not yet handed on: raw[position..length) */
	size_t position, length;
	bool ended; /* `in` has no more */
};

void qm_decoder_init(struct qm_decoder *decoder);
void qm_decoder_release(struct qm_decoder *decoder);

/* Reads the head of `in` (borrowed) and finds its encoding; one that is not known is told. */
void qm_decoder_begin(
	struct qm_decoder *decoder, const struct qm_stream *in, struct qm_verdict *verdict);

/* A qm_stream's read; `context` is the decoder. */
size_t qm_decoder_read(void *context, char *out, size_t size, struct qm_verdict *verdict);

#endif
