/*
 * certificate - one that no system knows, for a test's own TLS server.
 */
#ifndef QM_TESTS_API_CERTIFICATE_H
#define QM_TESTS_API_CERTIFICATE_H

#include <stdbool.h>

/* Makes HOST.pem and HOST.key in the folder: self-signed, good for that host. */
bool certificate_make(const char *folder, const char *host);

#endif
