/*
 * deflate - compresses bytes that are in memory, for a container around them (zip.h).
 *
 * It stands beside gunzip, in the one file that knows zlib.
 */
#ifndef QM_PARSERS_DEFLATE_H
#define QM_PARSERS_DEFLATE_H

#include "src/base/buf.h"

#include <stdint.h>

/* Adds the raw deflate stream (RFC 1951) of `bytes`; false where it does not fit. */
bool qm_deflate(const char *bytes, size_t length, struct qm_buf *out);

/* CRC-32 as gzip and zip have it. */
uint32_t qm_crc32(const char *bytes, size_t length);

#endif
