/*
 * http - the transport of the product: libcurl, one connection that is kept.
 *
 * libcurl and the forty libraries behind it are most of the program's start-up time, so they are
 * loaded when the first client is made and not before. TLS is verified always, redirects are
 * never followed (the key would travel along), and the key is in the header of a request and
 * nowhere else. One call of send() is one request on the wire, never two: libcurl's own repeat
 * on a kept connection that broke is off, since nobody would have counted it.
 *
 * A proxy is the one of --proxy, else of https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY
 * (http_proxy for http), unless no_proxy or NO_PROXY names the host or it is this machine. Its
 * user and password come from these variables or QMETRY_PROXY: http://user:password@proxy:3128.
 *
 * A broken connection may raise SIGPIPE, which the program must ignore.
 */
#ifndef QM_API_HTTP_H
#define QM_API_HTTP_H

#include "src/api/transport.h"
#include "src/base/log.h"
#include "src/base/secret.h"

#include <signal.h>

enum qm_auth { QM_AUTH_APIKEY, QM_AUTH_BEARER };

struct qm_http_options {
	const char *url; /* base, with or without a path and a trailing slash; no user info */
	const char *project;
	enum qm_auth auth;
	const struct qm_secret *key;
	const char *cacert;                   /* PEM, added to the system's store; NULL: none */
	const char *proxy;                    /* NULL: what the usual variables say */
	const char *client_cert, *client_key; /* PEM; NULL: none, or the key beside it */
	const struct qm_secret *client_key_password; /* NULL: none */
	bool allow_http;                             /* plain http elsewhere than on loopback */
	int64_t connect_timeout_ms;
	const volatile sig_atomic_t *interrupted; /* not 0: cut the request under way off */
	const struct qm_log *log;                 /* at level debug libcurl talks, too (trace.h) */
};

struct qm_http;

/* Checks the URL (QM_EUSAGE) and loads libcurl (QM_EIO); makes no connection. */
enum qm_code qm_http_new(const struct qm_http_options *options, struct qm_http **out,
	struct qm_error *err) QM_MUST_CHECK;
void qm_http_free(struct qm_http *http);

struct qm_transport qm_http_transport(struct qm_http *http);

#endif
