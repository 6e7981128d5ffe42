/*
 * secrets - all that the program is told in confidence, read once, before anything else.
 *
 *     QMETRY_API_KEY                     the key
 *     QMETRY_USERNAME, QMETRY_PASSWORD   Part 11: who signs each change of a status
 *     QMETRY_STATE_PASSWORD              of the Redis server of --state
 *     QMETRY_CLIENT_KEY_PASSWORD         of the file of --client-key
 *
 * or NAME_FILE with the path of a file that holds it. They are read before the options are judged,
 * so that the log can hide them in whatever is said about these, and they leave the environment:
 * no child process inherits them. A secret that cannot be read is an error only for the command
 * that asks for it; `parse` works with a broken QMETRY_API_KEY_FILE.
 *
 * Passwords within the addresses of proxies and of QMETRY_STATE stay in their variables, where they
 * are looked for, and are hidden too.
 */
#ifndef QM_CLI_SECRETS_H
#define QM_CLI_SECRETS_H

#include "src/base/log.h"

enum qm_secret_name {
	QM_SECRET_KEY,
	QM_SECRET_USERNAME,
	QM_SECRET_PASSWORD,
	QM_SECRET_STATE_PASSWORD,
	QM_SECRET_CLIENT_KEY_PASSWORD,
	QM_SECRET_NAMES
};

enum { QM_URL_PASSWORDS = 7 };

struct qm_secrets {
	struct {
		struct qm_secret *secret; /* NULL: not given, or why not is in `err` */
		struct qm_error err;
	} entries[QM_SECRET_NAMES];
	struct qm_secret *url_passwords[QM_URL_PASSWORDS];
};

/* `may_read_input`: a NAME_FILE of "-" is standard input. The log hides them from now on. */
void qm_secrets_load(struct qm_secrets *secrets, bool may_read_input, struct qm_log *log);

/* The log must not be used any more. */
void qm_secrets_release(struct qm_secrets *secrets);

/* `out` is NULL where it was not given; what is wrong with it is QM_EUSAGE. */
enum qm_code qm_secrets_get(const struct qm_secrets *secrets, enum qm_secret_name name,
	const struct qm_secret **out, struct qm_error *err) QM_MUST_CHECK;

#endif
