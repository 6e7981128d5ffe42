/*
 * secret - a key or a password that cannot be printed.
 *
 * The bytes are reachable only through qm_secret_reveal(), which is called where a request is
 * made and nowhere else; they are wiped when freed, and left out of core files. Secrets come from
 * the environment (NAME) or from a file whose path is in NAME_FILE ("-": standard input), never
 * from the command line.
 */
#ifndef QM_BASE_SECRET_H
#define QM_BASE_SECRET_H

#include "src/base/error.h"

#include <stddef.h>

struct qm_secret;

/* A copy of `bytes`. */
struct qm_secret *qm_secret_new(const char *bytes, size_t length);
void qm_secret_free(struct qm_secret *secret);

/*
 * Takes NAME out of the environment, else reads the file named by NAME_FILE; white space at both
 * ends is dropped, and a file's byte order mark. `out` is NULL where neither is set, which is no
 * failure. Both set, an unreadable file, more than 4 KB, a byte of 0 or a control character inside:
 * QM_EUSAGE.
 */
enum qm_code qm_secret_load(
	const char *name, struct qm_secret **out, struct qm_error *err) QM_MUST_CHECK;

/* NUL-terminated; never NULL for a secret that is not NULL. */
const char *qm_secret_reveal(const struct qm_secret *secret);

/* Overwrites memory in a way that the compiler may not leave out. */
void qm_wipe(void *memory, size_t size);

#endif
