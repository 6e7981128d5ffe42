#include "tests/policy/redis_server.h"
#include "src/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_TRIES = 500, TRY_MS = 10 };

struct redis_server {
	pid_t process; /* 0 when stopped */
	char socket[96], folder[64];
	char password[64];
	int port; /* 0: none */
	char answer[16384];
};

struct socket_stream {
	struct qm_stream base;
	int socket;
};

static enum qm_code socket_send(
	struct qm_stream *stream, const void *bytes, size_t length, struct qm_error *err)
{
	int socket = ((struct socket_stream *)stream)->socket;
	const char *from = bytes;

	while (length) {
		ssize_t sent = send(socket, from, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return qm_error_set(err, QM_EIO, "cannot send");
		from += sent;
		length -= (size_t)sent;
	}
	return QM_OK;
}

static enum qm_code socket_receive(
	struct qm_stream *stream, void *bytes, size_t size, size_t *length, struct qm_error *err)
{
	ssize_t received = recv(((struct socket_stream *)stream)->socket, bytes, size, 0);

	if (received <= 0)
		return qm_error_set(err, QM_EIO, "the connection was closed");
	*length = (size_t)received;
	return QM_OK;
}

static void socket_close(struct qm_stream *stream)
{
	(void)close(((struct socket_stream *)stream)->socket);
	free(stream);
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int file = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	if (file >= 0 && connect(file, (const struct sockaddr *)&address, sizeof address) == 0)
		return file;
	if (file >= 0)
		(void)close(file);
	return -1;
}

static enum qm_code dial(
	void *context, const struct qm_redis_url *url, struct qm_stream **out, struct qm_error *err)
{
	const struct redis_server *server = context;
	int file = open_socket(server->socket);
	struct socket_stream *stream;

	(void)url;
	*out = NULL;
	if (file < 0)
		return qm_error_set(err, QM_EIO, "nobody listens there");
	stream = qm_alloc(sizeof *stream);
	stream->base.send = socket_send;
	stream->base.receive = socket_receive;
	stream->base.close = socket_close;
	stream->socket = file;
	*out = &stream->base;
	return QM_OK;
}

struct qm_dialer redis_server_dialer(struct redis_server *server)
{
	return (struct qm_dialer){ .connect = dial, .context = server };
}

/* One that the kernel has just given to us and that we gave back. */
static int free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int file = socket(AF_INET, SOCK_STREAM, 0), port = 0;

	if (file >= 0 && bind(file, (const struct sockaddr *)&address, sizeof address) == 0 &&
		getsockname(file, (struct sockaddr *)&address, &size) == 0)
		port = ntohs(address.sin_port);
	if (file >= 0)
		(void)close(file);
	return port;
}

/* Does not return. */
static void become_server(
	const struct redis_server *server, const struct redis_server_options *options)
{
	char port[16];
	const char *arguments[32] = { "redis-server", "--unixsocket", server->socket, "--save", "",
		"--appendonly", "no", "--dir", server->folder, "--requirepass", server->password,
		"--bind", "127.0.0.1", "--port", options->key ? "0" : port };
	const char *const tls[] = { "--tls-port", port, "--tls-cert-file", options->certificate,
		"--tls-key-file", options->key, "--tls-ca-cert-file", options->certificate,
		"--tls-auth-clients", "no" };
	int null = open("/dev/null", O_RDWR);
	size_t count = 0;

	(void)snprintf(port, sizeof port, "%d", server->port);
	while (arguments[count])
		count++;
	if (options->key)
		memcpy(&arguments[count], tls, sizeof tls);
	if (null >= 0) {
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
	}
	(void)execvp(arguments[0], (char *const *)(uintptr_t)arguments);
	_exit(127);
}

static bool wait_until_it_listens(const struct redis_server *server)
{
	const struct timespec pause = { .tv_nsec = TRY_MS * 1000000L };

	for (int i = 0; i < START_TRIES; i++) {
		int file = open_socket(server->socket);

		if (file >= 0) {
			(void)close(file);
			return true;
		}
		if (waitpid(server->process, NULL, WNOHANG) != 0)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

struct redis_server *redis_server_start(const struct redis_server_options *options)
{
	struct redis_server *server = qm_alloc(sizeof *server);
	const char *folder = options->folder, *password = options->password;

	server->port = options->tcp ? free_port() : 0;
	(void)snprintf(server->folder, sizeof server->folder, "%s", folder);
	(void)snprintf(server->socket, sizeof server->socket, "%s/redis.socket", folder);
	(void)snprintf(server->password, sizeof server->password, "%s", password ? password : "");
	server->process = fork();
	if (server->process == 0)
		become_server(server, options);
	if (server->process > 0 && wait_until_it_listens(server))
		return server;
	server->process = 0;
	free(server);
	return NULL;
}

int redis_server_port(const struct redis_server *server)
{
	return server->port;
}

void redis_server_stop(struct redis_server *server)
{
	if (server->process > 0) {
		(void)kill(server->process, SIGKILL);
		(void)waitpid(server->process, NULL, 0);
	}
	server->process = 0;
	(void)unlink(server->socket);
}

void redis_server_free(struct redis_server *server)
{
	if (!server)
		return;
	redis_server_stop(server);
	free(server);
}

/* ---- The look past our own code */

static redisReply *ask(struct redis_server *server, int count, const char *const *words)
{
	redisContext *context = redisConnectUnix(server->socket);
	redisReply *reply = NULL;

	if (context && !context->err) {
		if (server->password[0])
			freeReplyObject(redisCommand(context, "AUTH %s", server->password));
		reply = redisCommandArgv(context, count, (const char **)(uintptr_t)words, NULL);
	}
	redisFree(context);
	return reply;
}

json_t *redis_server_hash(struct redis_server *server, const char *key)
{
	redisReply *reply = ask(server, 2, (const char *const[]){ "HGETALL", key });
	json_t *fields = json_null();

	if (reply && reply->elements)
		fields = json_object();
	for (size_t i = 0; reply && i + 1 < reply->elements; i += 2)
		json_object_set_new(
			fields, reply->element[i]->str, json_string(reply->element[i + 1]->str));
	freeReplyObject(reply);
	return fields;
}

static int compare_texts(const void *a, const void *b)
{
	const redisReply *left = *(redisReply *const *)a, *right = *(redisReply *const *)b;

	return strcmp(left->str, right->str);
}

json_t *redis_server_keys(struct redis_server *server)
{
	redisReply *reply = ask(server, 2, (const char *const[]){ "KEYS", "*" });
	json_t *keys = json_array();

	if (reply && reply->elements)
		qsort(reply->element, reply->elements, sizeof *reply->element, compare_texts);
	for (size_t i = 0; reply && i < reply->elements; i++)
		json_array_append_new(keys, json_string(reply->element[i]->str));
	freeReplyObject(reply);
	return keys;
}

long long redis_server_pttl(struct redis_server *server, const char *key)
{
	redisReply *reply = ask(server, 2, (const char *const[]){ "PTTL", key });
	long long ms = reply ? reply->integer : -3;

	freeReplyObject(reply);
	return ms;
}

bool redis_server_put(struct redis_server *server, const char *key, json_t *fields)
{
	bool done = true;
	const char *name;
	json_t *value;

	json_object_foreach(fields, name, value)
	{
		redisReply *reply = ask(server, 4,
			(const char *const[]){ "HSET", key, name, json_string_value(value) });

		done = done && reply && reply->type == REDIS_REPLY_INTEGER;
		freeReplyObject(reply);
	}
	return done;
}

const char *redis_server_do(struct redis_server *server, const char *command)
{
	const char *words[16];
	char copy[512], *rest = copy;
	redisReply *reply;
	int count = 0;

	(void)snprintf(copy, sizeof copy, "%s", command);
	while (count < 16 && (words[count] = strtok_r(rest, " ", &rest)))
		count++;
	reply = ask(server, count, words);
	server->answer[0] = '\0';
	if (reply && reply->str)
		(void)snprintf(server->answer, sizeof server->answer, "%s", reply->str);
	freeReplyObject(reply);
	return server->answer;
}

bool redis_server_hang_up(struct redis_server *server)
{
	redisReply *reply = ask(server, 6,
		(const char *const[]){ "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes" });
	bool done = reply && reply->type == REDIS_REPLY_INTEGER;

	freeReplyObject(reply);
	return done;
}
