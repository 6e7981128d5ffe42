/*
 * text - questions about bounded, possibly foreign text.
 *
 * Numbers are read with their range: "30" in 1..100 is a number, "30 ", "+30", "1e2" and "0x1e"
 * are not. Durations are a number and a unit: "90s", "10m", "1h", "250ms"; a bare number is
 * seconds. Nothing in here depends on the locale.
 */
#ifndef QM_BASE_TEXT_H
#define QM_BASE_TEXT_H

#include "src/base/buf.h"

bool qm_text_equal_nocase(const char *a, const char *b); /* ASCII letters only */
bool qm_text_starts(const char *text, const char *prefix);
bool qm_text_ends(const char *text, const char *suffix);

/* False where `text` is no decimal integer of min..max; then `out` keeps its value. */
bool qm_text_int(const char *text, int64_t min, int64_t max, int64_t *out);
bool qm_text_duration_ms(const char *text, int64_t *out_ms);

/* "850 ms", "41 s", "3 min 20 s", "2 h 5 min": for people; `out` holds 32 bytes. */
void qm_text_from_duration(int64_t ms, char out[32]);

/* The longest prefix of at most `max_bytes` that ends on a UTF-8 character's border. */
size_t qm_text_cut(const char *text, size_t length, size_t max_bytes);

/* Adds `text` with white space runs as one blank, none at the ends, ASCII letters lower. */
void qm_text_normalise(struct qm_buf *out, const char *text);

/*
 * A letter or digit, A to Z small, and 0 for all else: what two names of one thing have in common,
 * whatever stands between the words. Bytes that are no ASCII are letters.
 */
char qm_text_letter(char character);

/* Length and value of the character at `text`; 0 where the bytes are no valid UTF-8. */
size_t qm_text_decode(const char *text, unsigned *out_point);

/* Controls, line separators, bidi controls and other characters that only direct. */
bool qm_text_is_invisible(unsigned point);

/*
 * Adds `text` for a person's terminal or log: control characters, escape sequences, bidi
 * controls and bytes that are no UTF-8 become '?'; line ends and tabs become blanks. What a CI
 * system would take for an order ("##[", "##vso[", "::" at the start) gets a blank inside. What
 * other places ask for is in escape.h.
 */
void qm_text_printable(struct qm_buf *out, const char *text);

/*
 * Edits (insert, delete, replace, swap neighbours) from `a` to `b`, or `max` + 1 if it takes
 * more; bounded cost: O(length x max). Case does not count.
 */
size_t qm_text_distance(const char *a, const char *b, size_t max);

/* The nearest of `names` within a third of its length, or NULL: "did you mean ...?" */
const char *qm_text_nearest(const char *text, const char *const *names, size_t count);

#endif
