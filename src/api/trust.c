#include "src/api/trust.h"
#include "src/api/limits.h"
#include "src/base/file.h"

#include <stdlib.h>
#include <string.h>

const char *qm_trust_environment(void)
{
	const char *path = getenv("CURL_CA_BUNDLE");

	if (path && *path)
		return path;
	path = getenv("SSL_CERT_FILE");
	return path && *path ? path : NULL;
}

/* Where distributions keep their bundle, for a libcurl that was not told when it was built. */
static const char *usual_place(void)
{
	static const char *const places[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Alpine, Arch */
		"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
		"/etc/ssl/ca-bundle.pem",             /* SUSE */
		"/etc/ssl/cert.pem",                  /* BSD, macOS */
	};

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (qm_file_exists(places[i]))
			return places[i];
	return NULL;
}

enum qm_code qm_trust_bundle(
	const char *cacert, const char *fallback, struct qm_buf *out, struct qm_error *err)
{
	const char *named = qm_trust_environment(), *system = named;
	enum qm_code code;
	size_t before;

	if (!system)
		system = fallback && qm_file_exists(fallback) ? fallback : usual_place();
	code = system ? qm_file_read(system, out, err) : QM_OK;
	if (code)
		return code;
	qm_buf_add_char(out, '\n');
	before = out->length;
	code = qm_file_read(cacert, out, err);
	if (code && err)
		err->code = QM_EUSAGE;
	if (code)
		return QM_EUSAGE;
	if (!strstr(out->data + before, "-----BEGIN CERTIFICATE-----") &&
		!strstr(out->data + before, "-----BEGIN TRUSTED CERTIFICATE-----")) {
		code = qm_error_set(err, QM_EUSAGE,
			"no certificate inside; --cacert wants PEM (-----BEGIN CERTIFICATE-----)");
		qm_error_at(err, cacert, 0, 0);
	}
	return code;
}
