/*
 * server - HTTP on loopback: the one file that knows libmicrohttpd.
 *
 * One thread does everything, in one loop that also watches standard input and signals: requests
 * are handled in the order of their arrival and nothing needs a lock. An answer that really is
 * late (sleep_ms) is put aside and does not hold up others.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "tests/sim/endpoint.h"

#include <signal.h>

struct sim_server_options {
	int64_t port;           /* 0: the kernel's choice */
	const char *cert, *key; /* files with PEM text; NULL: plain HTTP */
	bool until_eof;         /* ends when standard input does */
	const volatile sig_atomic_t *stop;
};

struct sim_server;

enum qm_code sim_server_open(struct sim *sim, const struct sim_server_options *options,
	struct sim_server **out, struct qm_error *err) QM_MUST_CHECK;
void sim_server_close(struct sim_server *server);

/* "http://127.0.0.1:41234" */
enum { SIM_URL = 64 };
void sim_server_url(const struct sim_server *server, char out[SIM_URL]);

/* Until a signal, /_sim/quit or the end of standard input. Signals interrupt it with `mask`. */
void sim_server_run(struct sim_server *server, const sigset_t *mask);

#endif
