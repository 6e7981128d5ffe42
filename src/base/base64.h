/*
 * base64 - reads what RFC 4648, section 4 writes: "aGk=" is "hi".
 */
#ifndef QM_BASE_BASE64_H
#define QM_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes at most `length` / 4 * 3 bytes and tells how many. Line ends may stand anywhere, padding
 * has to be there. False for what is no base64.
 */
bool qm_base64_decode(const char *text, size_t length, char *out, size_t *out_length);

#endif
