/*
 * store_sqlite - the SQLite back end, with what only tests set.
 */
#ifndef QM_POLICY_STORE_SQLITE_H
#define QM_POLICY_STORE_SQLITE_H

#include "policy/store.h"

struct qm_sqlite_options {
	const char *path;
	bool shared;        /* as in qm_store_sqlite() */
	const char *prefix; /* put in front of each key; NULL: none */
	int lock_ms;        /* how long to wait for another process's lock */
};

enum qm_code qm_store_sqlite_open(const struct qm_sqlite_options *options, struct qm_store **out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
