/*
 * character - which characters XML 1.0 allows, and finding those that it does not.
 *
 * Forbidden are the control characters other than tab, line feed and carriage return, the
 * surrogates U+D800 to U+DFFF, U+FFFE and U+FFFF.
 */
#ifndef QM_PARSERS_CHARACTER_H
#define QM_PARSERS_CHARACTER_H

#include <stdbool.h>
#include <stddef.h>

bool qm_character_allowed(unsigned long point);

/*
 * Whether `text` may hold something to replace: a forbidden control character, a byte 0xEF
 * (U+FFFE begins with it) or, with `references`, a character reference. Many bytes at a time.
 */
bool qm_character_suspect(const char *text, size_t length, bool references);

/*
 * Reads "&#10;" or "&#x1b;" at `text`: its length, 0 where it is none of at most `length` bytes.
 */
size_t qm_character_reference(const char *text, size_t length, unsigned long *out_point);

/* Writes 1 to 4 bytes of UTF-8. */
size_t qm_character_encode(unsigned long point, char out[4]);

#endif
