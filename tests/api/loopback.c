#include "tests/api/loopback.h"
#include "src/base/memory.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUESTS = 16, QUEUE = 4, STEPS = 8 };

struct loopback {
	struct loopback_step steps[STEPS];
	size_t step_count, step;
	int listener, wake[2]; /* closing wake[1] ends the thread */
	int queue[QUEUE];
	char url[64];
	char *requests[REQUESTS];
	size_t request_count;
	pthread_t thread;
	bool running;
};

/* Waits for bytes or for the end; false for the end. */
static bool wait_readable(const struct loopback *server, int file)
{
	struct pollfd files[] = { { .fd = file, .events = POLLIN },
		{ .fd = server->wake[0], .events = POLLIN } };

	return poll(files, 2, -1) > 0 && !files[1].revents;
}

static size_t content_length(const char *request)
{
	for (const char *line = request; line; line = strstr(line, "\r\n")) {
		line += line == request ? 0 : 2;
		if (strncasecmp(line, "content-length:", 15) == 0)
			return strtoul(line + 15, NULL, 10);
	}
	return 0;
}

/* "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n": two lines a word, none of which holds a line end. */
static bool is_whole_command(const char *request)
{
	long lines = 1 + 2 * strtol(request + 1, NULL, 10);

	for (const char *at = request; (at = strstr(at, "\r\n")); at += 2)
		lines--;
	return lines == 0;
}

static bool is_whole(const char *request, size_t length)
{
	const char *end = strstr(request, "\r\n\r\n");

	if (*request == '*')
		return is_whole_command(request);
	return end && length >= (size_t)(end + 4 - request) + content_length(request);
}

static bool take_request(struct loopback *server, int client)
{
	size_t capacity = 1 << 16, length = 0;
	char *request = qm_alloc(capacity);
	ssize_t got = 1;

	while (!is_whole(request, length) && length + 1 < capacity && got > 0) {
		got = wait_readable(server, client)
			? recv(client, request + length, capacity - length - 1, 0)
			: -1;
		length += got > 0 ? (size_t)got : 0;
	}
	if (got <= 0 || server->request_count == REQUESTS) {
		free(request);
		return false;
	}
	server->requests[server->request_count++] = request;
	return true;
}

static void send_all(int client, const struct loopback_step *step)
{
	for (long i = 0; i <= step->repeat; i++) {
		const char *at = step->bytes;
		size_t left = step->length ? step->length : strlen(step->bytes);

		while (left) {
			ssize_t put = send(client, at, left, MSG_NOSIGNAL);

			if (put <= 0)
				return;
			at += put;
			left -= (size_t)put;
		}
	}
}

static void wait_for_close(const struct loopback *server, int client)
{
	char byte;

	while (wait_readable(server, client) && recv(client, &byte, 1, 0) > 0)
		;
}

static void reset(int client)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void serve(struct loopback *server, int client)
{
	bool keep = true;

	while (keep && take_request(server, client)) {
		const struct loopback_step *step = &server->steps[server->step];

		if (server->step + 1 < server->step_count)
			server->step++;
		if (step->bytes)
			send_all(client, step);
		if (step->hang)
			wait_for_close(server, client);
		if (step->reset)
			reset(client);
		keep = step->keep;
	}
	(void)close(client);
}

static void *run(void *context)
{
	struct loopback *server = context;

	while (wait_readable(server, server->listener)) {
		int client = accept(server->listener, NULL, NULL);

		if (client >= 0)
			serve(server, client);
	}
	return NULL;
}

static struct loopback *listen_somewhere(int backlog, struct sockaddr_in *address)
{
	struct loopback *server = qm_alloc(sizeof *server);
	socklen_t length = sizeof *address;

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	server->listener = socket(AF_INET, SOCK_STREAM, 0);
	for (int i = 0; i < QUEUE; i++)
		server->queue[i] = -1;
	if (server->listener < 0 || pipe(server->wake) ||
		bind(server->listener, (struct sockaddr *)address, length) ||
		listen(server->listener, backlog) ||
		getsockname(server->listener, (struct sockaddr *)address, &length)) {
		perror("loopback");
		abort();
	}
	(void)snprintf(
		server->url, sizeof server->url, "http://127.0.0.1:%d", ntohs(address->sin_port));
	return server;
}

struct loopback *loopback_start(const struct loopback_step *steps, size_t count)
{
	struct sockaddr_in address;
	struct loopback *server = listen_somewhere(8, &address);

	assert(count <= STEPS);
	memcpy(server->steps, steps, count * sizeof *steps);
	server->step_count = count;
	server->running = pthread_create(&server->thread, NULL, run, server) == 0;
	return server;
}

struct loopback *loopback_start_deaf(void)
{
	struct sockaddr_in address;
	struct loopback *server = listen_somewhere(0, &address);

	for (int i = 0; i < QUEUE; i++) {
		server->queue[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(server->queue[i], (struct sockaddr *)&address, sizeof address);
	}
	return server;
}

const char *loopback_url(const struct loopback *server)
{
	return server->url;
}

void loopback_stop(struct loopback *server)
{
	(void)close(server->wake[1]);
	if (server->running)
		(void)pthread_join(server->thread, NULL);
	server->running = false;
	(void)close(server->wake[0]);
	(void)close(server->listener);
	for (int i = 0; i < QUEUE; i++)
		if (server->queue[i] >= 0)
			(void)close(server->queue[i]);
}

size_t loopback_request_count(const struct loopback *server)
{
	return server->request_count;
}

const char *loopback_request(const struct loopback *server, size_t index)
{
	return server->requests[index];
}

void loopback_free(struct loopback *server)
{
	for (size_t i = 0; i < server->request_count; i++)
		free(server->requests[i]);
	free(server);
}
