/*
 * quote - text in double quotes as Go's %q prints it, for messages in Intercept's words.
 *
 *     say "no"      "say \"no\""
 *     a tab, é      "a\ttab, é"
 *     U+200B        "\u200b"      not printable: no letter, mark, number, punctuation or symbol
 *     DEL           "\x7f"
 */
#ifndef QM_POLICY_QUOTE_H
#define QM_POLICY_QUOTE_H

#include "src/base/buf.h"

void qm_quote_n(struct qm_buf *out, const char *text, size_t length);
void qm_quote(struct qm_buf *out, const char *text);

#endif
