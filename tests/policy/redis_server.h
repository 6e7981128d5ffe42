/*
 * redis_server - a private Redis server for a test, on a socket in a folder of its own, and a look
 * at what it holds past our own code.
 */
#ifndef QM_TESTS_POLICY_REDIS_SERVER_H
#define QM_TESTS_POLICY_REDIS_SERVER_H

#include "policy/redis.h"

#include <jansson.h>

struct redis_server;

struct redis_server_options {
	const char *folder;
	const char *password;          /* NULL: none is needed */
	bool tcp;                      /* listens on a port of 127.0.0.1 too */
	const char *certificate, *key; /* PEM files: there it speaks TLS; NULL: it does not */
};

/* NULL where there is no redis-server to start. */
struct redis_server *redis_server_start(const struct redis_server_options *options);

/* Ends the server; the struct stays. */
void redis_server_stop(struct redis_server *server);
void redis_server_free(struct redis_server *server); /* NULL is fine */

int redis_server_port(const struct redis_server *server);

/* Connects to its socket whatever the URL says. */
struct qm_dialer redis_server_dialer(struct redis_server *server);

/* All fields of the hash, or null. */
json_t *redis_server_hash(struct redis_server *server, const char *key);
json_t *redis_server_keys(struct redis_server *server); /* sorted */
long long redis_server_pttl(struct redis_server *server, const char *key);
bool redis_server_put(struct redis_server *server, const char *key, json_t *fields);

/* One command of words with blanks between them; the answer as text, for as long as the server. */
const char *redis_server_do(struct redis_server *server, const char *command);

/* Breaks the connections of all clients but the one that says so. */
bool redis_server_hang_up(struct redis_server *server);

#endif
