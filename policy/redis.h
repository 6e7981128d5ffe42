/*
 * redis - counters in a Redis server, so that any number of runners and agents share a budget.
 *
 * Keys and hashes are Intercept's: prefix and key name a hash with `v` (the value), `ws` (start
 * of the window, RFC 3339) and `wd` (its length in nanoseconds); it expires after two windows.
 * Reserving is one script, so that no two clients both take the last call. Scripts calculate in
 * doubles, exact to 2^53.
 *
 * What goes over the wire is made here, how bytes get there is not: a dialer opens a stream (over
 * TCP, TLS or a socket of a test) and we send and receive on it. A kept connection that turns out
 * to be broken or dumb is opened anew, once for each operation; a call may then be counted twice,
 * never not at all.
 */
#ifndef QM_POLICY_REDIS_H
#define QM_POLICY_REDIS_H

#include "policy/store.h"
#include "src/base/secret.h"

#include <stddef.h>

/* An open connection; what each implementation's own struct begins with. */
struct qm_stream {
	/* All of it. */
	enum qm_code (*send)(
		struct qm_stream *stream, const void *bytes, size_t length, struct qm_error *err);
	/* What is there, but at least one byte; the end of the stream is QM_EIO. Who waits for an
	 * answer too long gets QM_ELIMIT, counted from the last send(). */
	enum qm_code (*receive)(struct qm_stream *stream, void *bytes, size_t size, size_t *length,
		struct qm_error *err);
	void (*close)(struct qm_stream *stream);
};

/* redis://[user[:password]@]host[:port][/database]; rediss:// for TLS. */
struct qm_redis_url {
	bool tls;
	char host[256];
	int port;                   /* 6379 if not given */
	char user[128];             /* "" if not given */
	struct qm_secret *password; /* NULL if not given */
	int database;
};

/* QM_EUSAGE for what is none; the text never repeats the password. Release it in any case. */
enum qm_code qm_redis_url_parse(
	const char *text, struct qm_redis_url *out, struct qm_error *err) QM_MUST_CHECK;
void qm_redis_url_release(struct qm_redis_url *url);

/*
 * Opens connections; gives up by itself after a time of its own choosing. QM_ESTOPPED, of a
 * stream too: a signal ends the program, which is no failure of the server's.
 */
struct qm_dialer {
	enum qm_code (*connect)(void *context, const struct qm_redis_url *url,
		struct qm_stream **out, struct qm_error *err);
	void (*close)(void *context); /* NULL: there is nothing to do */
	void *context;
};

struct qm_redis_options {
	struct qm_redis_url url;
	struct qm_dialer dialer;
	const char *prefix; /* put in front of each key; NULL: none */
};

/* Connects. Takes the URL and the dialer, also where it fails. */
enum qm_code qm_store_redis(const struct qm_redis_options *options, struct qm_store **out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
