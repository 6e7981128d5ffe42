/*
 * events - what a report says, as text: one line for each call of the sink.
 *
 *     report junit
 *     suite name="login" hostname="ci"
 *     result suite="login" class="a.B" name="c" outcome=failed message="boom"
 *     end-suite name="login"
 *     end kind=junit suites=1 tests=1 passed=0 failed=1 ...
 *
 * Absent texts are left out; in texts a backslash, a quote and control characters are escaped.
 */
#ifndef QM_TESTS_PARSERS_EVENTS_H
#define QM_TESTS_PARSERS_EVENTS_H

#include "parsers/result.h"
#include "src/base/buf.h"

/* A sink whose context is `out`, a struct qm_buf that lines are added to. */
struct qm_sink qm_events_sink(struct qm_buf *out);

/* Adds ` key="text"`; nothing where `text` is NULL. */
void qm_events_add_text(struct qm_buf *out, const char *key, const char *text);

#endif
