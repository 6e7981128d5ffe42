/*
 * trace - what libcurl tells of a connection, as lines that may be shown.
 *
 *     * Connected to proxy.example.com (10.1.2.3) port 3128
 *     > CONNECT testmanagement.qmetry.com:443 HTTP/1.1
 *     > Proxy-Authorization: ***
 *     < HTTP/1.1 200 Connection established
 *
 * Bodies are not shown. Headers that carry secrets lose their value whatever it is, since a proxy's
 * password travels in base64, where the log would not know it; the log hides secrets in all others.
 */
#ifndef QM_API_TRACE_H
#define QM_API_TRACE_H

#include "src/base/log.h"

#include <stddef.h>

enum qm_trace_kind { QM_TRACE_TEXT, QM_TRACE_SENT, QM_TRACE_RECEIVED };

/* Logs the lines of `bytes`, which need not end in a NUL, with level debug. */
void qm_trace(const struct qm_log *log, enum qm_trace_kind kind, const char *bytes, size_t length);

#endif
