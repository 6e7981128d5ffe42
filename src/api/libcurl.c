#include "src/api/libcurl.h"
#include "src/api/trust.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static void *open_library(void)
{
	/* Debian's git brings the third along, so it is there where curl itself is not. */
	static const char *const names[] = { "libcurl.so.4", "libcurl.4.dylib",
		"libcurl-gnutls.so.4" };
	void *library = NULL;

	for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	return library;
}

enum qm_code qm_libcurl_load(struct qm_libcurl *curl, struct qm_error *err)
{
	const struct {
		const char *name;
		size_t offset;
	} functions[] = {
#define ROW(name) { "curl_" #name, offsetof(struct qm_libcurl, name) },
		QM_LIBCURL_FUNCTIONS(ROW)
	};

	*curl = (struct qm_libcurl){ .object = open_library() };
	if (!curl->object)
		return qm_error_set(err, QM_EIO,
			"libcurl cannot be loaded: %s; install it (package libcurl4, libcurl "
			"or curl)",
			dlerror());
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		void *symbol = dlsym(curl->object, functions[i].name);

		if (!symbol)
			return qm_error_set(err, QM_EIO,
				"this libcurl has no %s; install libcurl 7.61 or later",
				functions[i].name);
		memcpy((char *)curl + functions[i].offset, &symbol, sizeof symbol);
	}
	if (curl->global_init(CURL_GLOBAL_DEFAULT))
		return qm_error_set(err, QM_EIO, "libcurl cannot be started");
	return QM_OK;
}

void qm_libcurl_release(struct qm_libcurl *curl)
{
	if (curl->global_cleanup)
		curl->global_cleanup();
	/* Its libraries have exit handlers of their own: RTLD_NODELETE keeps their code mapped. */
	if (curl->object)
		(void)dlclose(curl->object);
	*curl = (struct qm_libcurl){ .object = NULL };
}

/* What libcurl was built to trust; NULL where it does not tell (7.84) or looks elsewhere. */
static const char *built_in_bundle(const struct qm_libcurl *curl, CURL *handle)
{
	char *path = NULL;

	return curl->easy_getinfo(handle, CURLINFO_CAINFO, &path) ? NULL : path;
}

enum qm_code qm_libcurl_trust(const struct qm_libcurl *curl, CURL *handle, const char *cacert,
	struct qm_buf *bundle, struct qm_error *err)
{
	const char *named = qm_trust_environment();
	struct curl_blob blob = { .flags = CURL_BLOB_NOCOPY };
	enum qm_code code;

	if (!cacert && named && curl->easy_setopt(handle, CURLOPT_CAINFO, named))
		return qm_error_set(err, QM_EIO, "this libcurl takes no certificate bundle");
	if (!cacert)
		return QM_OK;
	code = qm_trust_bundle(cacert, built_in_bundle(curl, handle), bundle, err);
	if (code)
		return code;
	blob.data = bundle->data;
	blob.len = bundle->length;
	if (curl->easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob))
		return qm_error_set(err, QM_EIO,
			"this libcurl (%s) cannot add a certificate to the system's; install "
			"libcurl 7.77 or later with OpenSSL, or name a whole bundle in "
			"CURL_CA_BUNDLE instead of --cacert",
			curl->version_info(CURLVERSION_NOW)->version);
	/* For a proxy that is itself reached by https. */
	(void)curl->easy_setopt(handle, CURLOPT_PROXY_CAINFO_BLOB, &blob);
	return QM_OK;
}

bool qm_libcurl_proxy(
	const struct qm_libcurl *curl, CURL *handle, const char *proxy, bool is_loopback)
{
	if (!proxy && !is_loopback)
		return true;
	return curl->easy_setopt(handle, CURLOPT_PROXY, proxy ? proxy : "") == CURLE_OK;
}

bool qm_libcurl_verify(const struct qm_libcurl *curl, CURL *handle)
{
	return !curl->easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L) &&
		!curl->easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
}
