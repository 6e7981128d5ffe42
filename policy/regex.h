/*
 * regex - the `regex` operator: RE2's syntax, in time that grows with the text and not with its
 * powers.
 *
 * Patterns are read by our own parser, which accepts what Go's regexp package accepts and words
 * its errors in the same way, and are translated for PCRE2 (`$` becomes \z, \d becomes [0-9],
 * `(?P<n>` becomes `(`, ...). They are matched by PCRE2's DFA algorithm, which has no
 * backtracking: (a+)+$ on a thousand a's costs a thousand steps, as it does in Go.
 *
 * A match that needs more memory or steps than its ceilings gives up, and the caller says so.
 */
#ifndef QM_POLICY_REGEX_H
#define QM_POLICY_REGEX_H

#include "src/base/buf.h"

struct qm_regex;

enum qm_regex_match { QM_REGEX_NO, QM_REGEX_YES, QM_REGEX_GAVE_UP };

/*
 * NULL for a pattern that is none; then `reason` gets Go's words for it, such as
 * "missing closing ]: `[a`".
 */
struct qm_regex *qm_regex_new(const char *pattern, size_t length, struct qm_buf *reason);
void qm_regex_free(struct qm_regex *regex);

/* Whether the pattern matches anywhere in the text, which is UTF-8. */
enum qm_regex_match qm_regex_search(const struct qm_regex *regex, const char *text, size_t length);

/* A letter, mark, number, punctuation or symbol. */
bool qm_regex_printable(uint32_t code_point);

#endif
