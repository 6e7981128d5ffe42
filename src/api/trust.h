/*
 * trust - whose certificates are believed.
 *
 * By default the system's, as libcurl knows them. CURL_CA_BUNDLE or SSL_CERT_FILE name another
 * bundle, as with curl. A company's own certificate (--cacert) is added to that bundle and does
 * not take its place: the same command works inside the company's network and outside.
 */
#ifndef QM_API_TRUST_H
#define QM_API_TRUST_H

#include "src/base/buf.h"

/* The bundle that the environment names, or NULL. */
const char *qm_trust_environment(void);

/*
 * Adds the system's bundle (from the environment, else `fallback`, else the usual places; a
 * folder of single certificates is libcurl's business) and the certificates of `cacert`. QM_EUSAGE
 * where `cacert` cannot be read or holds no PEM certificate.
 */
enum qm_code qm_trust_bundle(const char *cacert, const char *fallback, struct qm_buf *out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
