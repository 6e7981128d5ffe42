#include "tests/sim/server.h"
#include "src/base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* A key and its chain are a few KB. */
	PEM_MAX_BYTES = 256 << 10,
	/* select() cannot watch more than FD_SETSIZE. */
	CONNECTIONS_MAX = 256,
	/* So that a body of 500 ids arrives in one piece. */
	CONNECTION_MEMORY_BYTES = 256 << 10,
	HUGE_BLOCK_BYTES = 64 << 10,
	QUIT_GRACE_MS = 1000,
};

struct sim_server {
	struct sim *sim;
	struct sim_server_options options;
	struct MHD_Daemon *daemon;
	struct qm_buf cert, key;
	struct qm_vec held; /* struct held */
	size_t exchanges;   /* under way */
	uint16_t port;
};

/* What libmicrohttpd carries along for a request. */
struct exchange {
	struct sim_request request;
	struct sim_reply reply;
	bool seen, handled;
};

/* An answer that waits. */
struct held {
	struct MHD_Connection *connection;
	int64_t due_ticks;
};

/* ---- Receiving */

static void *on_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct sim_server *server = context;
	struct exchange *exchange = qm_alloc(sizeof *exchange);
	const char *query = strchr(uri, '?');
	size_t length = query ? (size_t)(query - uri) : strlen(uri);

	(void)connection;
	sim_request_init(&exchange->request);
	sim_reply_init(&exchange->reply);
	exchange->request.path = qm_arena_strndup(&exchange->request.arena, uri, length);
	if (query)
		exchange->request.query = qm_arena_strdup(&exchange->request.arena, query + 1);
	server->exchanges++;
	return exchange;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode reason)
{
	struct sim_server *server = context;
	struct exchange *exchange = *state;

	(void)connection;
	(void)reason;
	if (!exchange)
		return;
	sim_request_release(&exchange->request);
	sim_reply_release(&exchange->reply);
	free(exchange);
	*state = NULL;
	server->exchanges--;
}

static enum MHD_Result on_header(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct sim_request *request = context;
	struct sim_pair *header = qm_vec_add(&request->headers);

	(void)kind;
	header->name = qm_arena_strdup(&request->arena, name);
	header->value = qm_arena_strdup(&request->arena, value ? value : "");
	return MHD_YES;
}

/* ---- Sending */

struct padding {
	uint64_t length;
};

/* Bytes of {"data":[],"padding":"xxx..."}: whoever reads it all finds that it is JSON. */
static ssize_t read_padding(void *context, uint64_t position, char *out, size_t max)
{
	static const char head[] = "{\"data\":[],\"padding\":\"", tail[] = "\"}";
	const struct padding *padding = context;
	uint64_t tail_start = padding->length - strlen(tail);

	for (size_t i = 0; i < max; i++) {
		uint64_t at = position + i;

		if (at >= padding->length)
			return i ? (ssize_t)i : MHD_CONTENT_READER_END_OF_STREAM;
		out[i] = at < strlen(head) ? head[at]
			: at >= tail_start ? tail[at - tail_start]
					   : 'x';
	}
	return (ssize_t)max;
}

/* Bytes of a reply that breaks off. */
static ssize_t read_part(void *context, uint64_t position, char *out, size_t max)
{
	const struct sim_reply *reply = context;
	uint64_t end = (uint64_t)reply->send_bytes;

	if (position >= end)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (max > end - position)
		max = (size_t)(end - position);
	memcpy(out, reply->body.data + position, max);
	return (ssize_t)max;
}

static struct MHD_Response *make_response(struct sim_reply *reply)
{
	size_t length = reply->body.length;
	char *text;

	if (reply->huge_bytes) {
		struct padding *padding = qm_alloc(sizeof *padding);

		padding->length = (uint64_t)(reply->huge_bytes < 64 ? 64 : reply->huge_bytes);
		return MHD_create_response_from_callback(
			padding->length, HUGE_BLOCK_BYTES, read_padding, padding, free);
	}
	/* The exchange, and the body in it, outlives the response. */
	if (reply->send_bytes >= 0 && reply->send_bytes < (int64_t)length)
		return MHD_create_response_from_callback(
			length, HUGE_BLOCK_BYTES, read_part, reply, NULL);
	text = qm_buf_take(&reply->body);
	return MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
}

static void add_headers(
	const struct sim *sim, const struct sim_reply *reply, struct MHD_Response *response)
{
	char date[SIM_HTTP_DATE];

	/* By the simulator's clock, not the system's. */
	sim_http_date(sim_clock_now(&sim->clock), date);
	(void)MHD_add_response_header(response, "Date", date);
	(void)MHD_add_response_header(response, "Content-Type", reply->content_type);
	for (size_t i = 0; i < reply->headers.count; i++) {
		const struct sim_pair *header = qm_vec_at(&reply->headers, i);

		(void)MHD_add_response_header(response, header->name, header->value);
	}
}

/* Not a shutdown but a reset, which no client takes for the end of an answer. */
static void reset_connection(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct linger linger = { .l_onoff = 1 };
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	if (!info)
		return;
	(void)setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	/* Linux sends the reset now; elsewhere it goes out when the socket is closed. */
	(void)connect(info->connect_fd, &nobody, sizeof nobody);
}

static enum MHD_Result send_reply(
	struct sim_server *server, struct MHD_Connection *connection, struct exchange *exchange)
{
	struct sim_reply *reply = &exchange->reply;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!reply->status) {
		reset_connection(connection);
		return MHD_NO;
	}
	response = make_response(reply);
	if (!response)
		return MHD_NO;
	add_headers(server->sim, reply, response);
	result = MHD_queue_response(connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static void hold(struct sim_server *server, struct MHD_Connection *connection, int64_t sleep_ms)
{
	struct held *held = qm_vec_add(&server->held);

	*held = (struct held){ connection, sim_clock_ticks() + sleep_ms };
	MHD_suspend_connection(connection);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *length, void **state)
{
	struct sim_server *server = context;
	struct exchange *exchange = *state;
	struct sim_request *request = &exchange->request;

	(void)url;
	(void)version;
	if (!exchange->seen) {
		exchange->seen = true;
		request->method = qm_arena_strdup(&request->arena, method);
		(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, request);
		return MHD_YES;
	}
	if (*length) {
		qm_buf_add(&request->body, data, *length);
		*length = 0;
		return request->body.overflow ? MHD_NO : MHD_YES;
	}
	if (!exchange->handled) {
		exchange->handled = true;
		sim_handle(server->sim, request, &exchange->reply);
		if (exchange->reply.sleep_ms > 0) {
			hold(server, connection, exchange->reply.sleep_ms);
			return MHD_YES;
		}
	}
	return send_reply(server, connection, exchange);
}

/* ---- Life */

static enum qm_code read_pem(const char *path, struct qm_buf *out, struct qm_error *err)
{
	return path ? qm_file_read(path, out, err) : QM_OK;
}

static enum qm_code start(struct sim_server *server, struct qm_error *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	bool tls = server->cert.length;
	struct MHD_OptionItem items[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert.data },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.data },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
		(server->sim->verbose ? MHD_USE_ERROR_LOG : 0) | (tls ? MHD_USE_TLS : 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)server->options.port);
	server->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, server,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK,
		on_uri, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
		MHD_OPTION_ARRAY, tls ? items : items + 2, MHD_OPTION_END);
	if (!server->daemon)
		return qm_error_set(err, QM_EIO, "cannot listen on 127.0.0.1, port %d: %s",
			(int)server->options.port, strerror(errno));
	server->port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	return QM_OK;
}

enum qm_code sim_server_open(struct sim *sim, const struct sim_server_options *options,
	struct sim_server **out, struct qm_error *err)
{
	struct sim_server *server = qm_alloc(sizeof *server);
	enum qm_code code;

	server->sim = sim;
	server->options = *options;
	qm_vec_init(&server->held, sizeof(struct held));
	qm_buf_init(&server->cert, PEM_MAX_BYTES);
	qm_buf_init(&server->key, PEM_MAX_BYTES);
	code = read_pem(options->cert, &server->cert, err);
	if (!code)
		code = read_pem(options->key, &server->key, err);
	if (!code)
		code = start(server, err);
	if (code) {
		sim_server_close(server);
		server = NULL;
	}
	*out = server;
	return code;
}

/* Lets those go on whose time has come; all of them where `all`. */
static void resume(struct sim_server *server, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < server->held.count; i++) {
		struct held *held = qm_vec_at(&server->held, i);

		if (all || held->due_ticks <= sim_clock_ticks())
			MHD_resume_connection(held->connection);
		else
			*(struct held *)qm_vec_at(&server->held, kept++) = *held;
	}
	server->held.count = kept;
}

void sim_server_close(struct sim_server *server)
{
	if (!server)
		return;
	resume(server, true);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	qm_vec_release(&server->held);
	qm_buf_release(&server->cert);
	qm_buf_release(&server->key);
	free(server);
}

void sim_server_url(const struct sim_server *server, char out[SIM_URL])
{
	(void)snprintf(out, SIM_URL, "%s://127.0.0.1:%d", server->cert.length ? "https" : "http",
		server->port);
}

/* How long may be waited for events: -1 for ever. */
static int64_t time_left(const struct sim_server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout;
	int64_t left = -1;

	if (MHD_get_timeout(server->daemon, &timeout) == MHD_YES)
		left = (int64_t)timeout;
	for (size_t i = 0; i < server->held.count; i++) {
		const struct held *held = qm_vec_at(&server->held, i);
		int64_t due = held->due_ticks - sim_clock_ticks();

		if (left < 0 || due < left)
			left = due > 0 ? due : 0;
	}
	return left;
}

static bool is_stdin_over(void)
{
	char bytes[256];

	return read(STDIN_FILENO, bytes, sizeof bytes) == 0;
}

/* One turn: waits for events and does what they ask for; false at the end of standard input. */
static bool turn(struct sim_server *server, int64_t left, const sigset_t *mask)
{
	struct timespec timeout = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
	fd_set readable, writable, broken;
	MHD_socket max = STDIN_FILENO;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&broken);
	if (MHD_get_fdset(server->daemon, &readable, &writable, &broken, &max) != MHD_YES)
		return false;
	if (server->options.until_eof)
		FD_SET(STDIN_FILENO, &readable);
	if (pselect(max + 1, &readable, &writable, &broken, left < 0 ? NULL : &timeout, mask) < 0)
		return true; /* a signal: whoever set the flag knows */
	resume(server, false);
	(void)MHD_run_from_select(server->daemon, &readable, &writable, &broken);
	return !server->options.until_eof || !FD_ISSET(STDIN_FILENO, &readable) || !is_stdin_over();
}

void sim_server_run(struct sim_server *server, const sigset_t *mask)
{
	int64_t end;

	while (!*server->options.stop && !server->sim->quit)
		if (!turn(server, time_left(server), mask))
			return;
	/* Who asked for the end shall get the answer. */
	end = sim_clock_ticks() + QUIT_GRACE_MS;
	while (server->sim->quit && server->exchanges && sim_clock_ticks() < end)
		if (!turn(server, 10, mask))
			return;
}
