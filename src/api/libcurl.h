/*
 * libcurl - the library as a table of function pointers, filled when it is first needed.
 *
 * libcurl and the forty libraries behind it are most of a program's start-up time, so nothing is
 * linked against it: who makes a connection loads it, and a run without one never does. All that
 * we connect with it believes the same certificates, which is decided here too.
 *
 * For the files of this folder that make connections; no type of libcurl is in another header.
 */
#ifndef QM_API_LIBCURL_H
#define QM_API_LIBCURL_H

/* The typecheck macros of libcurl's headers cannot be used on function pointers. */
#define CURL_DISABLE_TYPECHECK

#include "src/base/buf.h"

#include <curl/curl.h>

#define QM_LIBCURL_FUNCTIONS(X) \
	X(global_init)          \
	X(global_cleanup)       \
	X(version_info)         \
	X(easy_init)            \
	X(easy_cleanup)         \
	X(easy_setopt)          \
	X(easy_getinfo)         \
	X(easy_perform)         \
	X(easy_send)            \
	X(easy_recv)            \
	X(easy_strerror)        \
	X(slist_append)         \
	X(slist_free_all)

struct qm_libcurl {
	void *object; /* libcurl as dlopen() gave it; NULL: not loaded */
#define QM_LIBCURL_MEMBER(name) __typeof__ (&curl_##name)(name);
	QM_LIBCURL_FUNCTIONS(QM_LIBCURL_MEMBER)
};

/* QM_EIO where there is none or one that is too old. Release it in any case. */
enum qm_code qm_libcurl_load(struct qm_libcurl *curl, struct qm_error *err) QM_MUST_CHECK;
void qm_libcurl_release(struct qm_libcurl *curl);

/*
 * Sets whose certificates the handle believes (see trust.h). `bundle` holds the certificates if
 * `cacert` is given; it must outlive the handle.
 */
enum qm_code qm_libcurl_trust(const struct qm_libcurl *curl, CURL *handle, const char *cacert,
	struct qm_buf *bundle, struct qm_error *err) QM_MUST_CHECK;

/* `proxy` NULL: the one that the environment names. What stays on this machine needs none. */
bool qm_libcurl_proxy(
	const struct qm_libcurl *curl, CURL *handle, const char *proxy, bool is_loopback);

/* TLS is verified always, certificate and name. */
bool qm_libcurl_verify(const struct qm_libcurl *curl, CURL *handle);

#endif
