/*
 * utf8 - one code point at a time.
 */
#ifndef QM_POLICY_UTF8_H
#define QM_POLICY_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { QM_UTF8_BAD = 0xFFFD };

/*
 * The number of bytes that the code point at `text` takes; `length` is at least 1. A byte that
 * begins none is 1 byte and QM_UTF8_BAD, which well-formed text spells with 3 bytes.
 */
size_t qm_utf8_next(const char *text, size_t length, uint32_t *out);

/* Writes 1 to 4 bytes and returns how many; the code point is no surrogate. */
size_t qm_utf8_put(uint32_t point, char out[4]);

#endif
