/*
 * dialer - connections to a Redis server: TCP or TLS, directly or through a proxy.
 *
 * libcurl makes them (CURLOPT_CONNECT_ONLY), so that the server's certificate and name are
 * verified against the same certificates as QMetry's, and a proxy is chosen in the same way: a
 * tunnel through --proxy, or through http_proxy (redis://) and HTTPS_PROXY (rediss://), unless
 * NO_PROXY names the host. What is sent and received over them is the store's business.
 *
 * Nothing here lasts longer than it may: connecting takes at most `timeout_ms`, and so does each
 * answer, counted from the question, however it trickles. After a signal an answer gets half a
 * second more, as is enough for what has to be put in order, and then QM_ESTOPPED.
 */
#ifndef QM_API_DIALER_H
#define QM_API_DIALER_H

#include "policy/redis.h"

#include <signal.h>

struct qm_dialer_options {
	const char *cacert; /* as for HTTP; the texts are copied */
	const char *proxy;
	int64_t timeout_ms;
	const struct qm_clock *clock;
	const volatile sig_atomic_t *interrupted; /* not 0: a signal came */
};

/* Loads libcurl (QM_EIO); connects nowhere. The dialer's close() frees it. */
enum qm_code qm_dialer_new(const struct qm_dialer_options *options, struct qm_dialer *out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
