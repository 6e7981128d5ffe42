/*
 * loopback - a server on 127.0.0.1 that answers as badly as a test wants.
 *
 * It runs in a thread, takes one connection after the other and does on each what the script
 * says: bytes to send, a pause, a reset. What it was sent is kept. The kernel chooses the port.
 * A request is one of HTTP or a command of Redis.
 */
#ifndef QM_TESTS_API_LOOPBACK_H
#define QM_TESTS_API_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>

struct loopback_step {
	const char *bytes; /* what is sent once a whole request has come; NULL: nothing */
	size_t length;     /* of them; 0: up to their NUL */
	long repeat;       /* the bytes this many times more */
	bool reset;        /* then break the connection off with a RST */
	bool keep;         /* then wait for the next request on the same connection */
	bool hang;         /* then keep it open and say nothing until the client closes it */
};

struct loopback;

/* One step a request, the last one for ever; their `bytes` must outlive the server. */
struct loopback *loopback_start(const struct loopback_step *steps, size_t count);

/* A socket that never accepts, its queue filled: whoever connects waits. */
struct loopback *loopback_start_deaf(void);

/* "http://127.0.0.1:PORT" */
const char *loopback_url(const struct loopback *server);

/* Ends the thread; then the requests can be looked at. Call it before loopback_free(). */
void loopback_stop(struct loopback *server);
size_t loopback_request_count(const struct loopback *server);
const char *loopback_request(const struct loopback *server, size_t index);
void loopback_free(struct loopback *server);

#endif
