/*
 * store - where counters live: memory, SQLite, Redis.
 *
 * A counter is a number that counts within one window: ("tool._rate_minute", 7 calls, the window
 * that began at 10:31:00 and lasts 60 s). Whoever shares a store shares a budget: the SQLite
 * file has the name, schema and text formats of Intercept's own, so that agents behind a proxy
 * on this machine and any number of our processes draw on one.
 *
 * A back end is a const struct of functions (struct qm_store_kind) over its own state. Reserving
 * is one atomic step: no two processes can both take the last call of a window. A back end that
 * fails says so with QM_EIO, in a text that names it; it never waits for long (SQLite: 5 s for a
 * lock, Redis: 5 s for an answer) and never guesses.
 */
#ifndef QM_POLICY_STORE_H
#define QM_POLICY_STORE_H

#include "src/base/clock.h"
#include "src/base/log.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct qm_counter {
	bool exists;
	bool endless; /* stored without start or length (Redis only): counts for ever */
	int64_t value;
	int64_t window_start_ms; /* Unix time; INT64_MIN: none is stored */
	int64_t window_ms;
};

/* One call's wish: `amount` more in the window that holds `now_ms`, but not above `limit`. */
struct qm_reserve {
	const char *key;
	int64_t amount, limit;
	int64_t window_ms, now_ms;
	/* Also refused where what is kept is of any other window, be it one that is over. Then a
	 * condition on the counter reads the very value that the wish is granted on. */
	bool only_alike;
};

struct qm_store;

struct qm_store_kind {
	const char *name; /* "memory", "sqlite", "redis" */
	/* value + amount > limit within now's window: refused, nothing written. `value`: the new
	 * one, or the one that refused. A counter whose window starts elsewhere stands at 0. */
	enum qm_code (*reserve)(struct qm_store *store, const struct qm_reserve *wish,
		bool *allowed, int64_t *value, struct qm_error *err);
	/* Subtracts, not below 0, without looking at the window. */
	enum qm_code (*rollback)(
		struct qm_store *store, const char *key, int64_t amount, struct qm_error *err);
	/* The raw counter, even when its window is over. */
	enum qm_code (*get)(struct qm_store *store, const char *key, struct qm_counter *out,
		struct qm_error *err);
	enum qm_code (*reset)(struct qm_store *store, const char *key, struct qm_error *err);
	void (*close)(struct qm_store *store);
};

/* What each back end's own struct begins with. */
struct qm_store {
	const struct qm_store_kind *kind;
	bool shared; /* others draw on it: leave them headroom by default */
};

struct qm_store *qm_store_memory(void);

/*
 * A view of `base` (which must outlive it) on which one can try things out: a counter is read
 * from there when it is first asked for, and kept here from then on. Nothing is written back.
 */
struct qm_store *qm_store_snapshot(struct qm_store *base);

/* Forgets what a snapshot has kept: all counters are read from `base` anew. Costs next to nothing,
 * where a snapshot of its own for each question would cost most of the answer. */
void qm_store_snapshot_renew(struct qm_store *snapshot, struct qm_store *base);

struct qm_sqlite_options {
	const char *path;
	bool shared;        /* it is Intercept's own */
	const char *prefix; /* put in front of each key; NULL: none */
	int lock_ms;        /* how long to wait for another process's lock; 0: 5 s, as Intercept */
	const volatile sig_atomic_t *interrupted; /* not 0: do not wait; NULL: never */
};

/* Opens or makes the file and its table. QM_ESTOPPED: a signal came during a wait for a lock. */
enum qm_code qm_store_sqlite(const struct qm_sqlite_options *options, struct qm_store **out,
	struct qm_error *err) QM_MUST_CHECK;

/*
 * Fail mode open: takes `base` and does as it does, until it fails. From then on calls pass, all
 * counters read 0, and the log is told. A store that failed is left alone for 10 s, so that not
 * each call waits for it anew. A signal that ends the program is no failure (QM_ESTOPPED).
 */
struct qm_store *qm_store_fail_open(
	struct qm_store *base, const struct qm_clock *clock, const struct qm_log *log);

void qm_store_close(struct qm_store *store); /* NULL is fine */

#endif
