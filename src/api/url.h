/*
 * url - is this base URL one that a key may be sent to?
 *
 *     https://testmanagement.qmetry.com          yes
 *     https://qa.example.com/qmetry/             yes; requests go to /qmetry/rest/...
 *     http://127.0.0.1:8080                      yes: it does not leave the machine
 *     http://qa.example.com                      only with allow_http: the key could be read
 *     https://user:password@qa.example.com       no: the password would be in every message
 */
#ifndef QM_API_URL_H
#define QM_API_URL_H

#include "src/base/buf.h"

/*
 * Adds the URL without trailing slashes, so that a path can be put behind it. QM_EUSAGE tells
 * what is wrong with it and never repeats a password. `loopback` tells whether the host is
 * localhost, 127.0.0.0/8 or ::1.
 */
enum qm_code qm_url_check(const char *url, bool allow_http, struct qm_buf *out, bool *loopback,
	struct qm_error *err) QM_MUST_CHECK;

/*
 * Whether what is sent to this proxy stays on the machine: "http://user:word@127.0.0.1:3128",
 * "localhost:3128". A plain http request to loopback through another one would be read on its way.
 */
bool qm_url_proxy_is_near(const char *proxy);

#endif
