#include "policy/redis.h"
#include "policy/window.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NANOSECONDS = 1000000, /* in a millisecond */
	MAX_REPLY_BYTES = 1 << 20,
	MAX_KEY_BYTES = 64 << 20,
	MAX_WORDS = 9,
	NUMBER_TEXT = 24,
};

/* ARGV: amount, limit, start, length, time to live. Another start, letter by letter, means 0. */
static const char reserve_script[] =
	"local value = 0 "
	"if redis.call('HGET', KEYS[1], 'ws') == ARGV[3] then "
	"value = tonumber(redis.call('HGET', KEYS[1], 'v')) or 0 end "
	"local sum = value + tonumber(ARGV[1]) "
	"if sum > tonumber(ARGV[2]) then return {0, string.format('%.0f', value)} end "
	"local text = string.format('%.0f', sum) "
	"redis.call('HSET', KEYS[1], 'v', text, 'ws', ARGV[3], 'wd', ARGV[4]) "
	"redis.call('PEXPIRE', KEYS[1], ARGV[5]) "
	"return {1, text}";

static const char rollback_script[] =
	"local value = redis.call('HGET', KEYS[1], 'v') "
	"if not value then return 0 end "
	"local left = (tonumber(value) or 0) - tonumber(ARGV[1]) "
	"if left < 0 then left = 0 end "
	"redis.call('HSET', KEYS[1], 'v', string.format('%.0f', left)) "
	"return 1";

struct redis_store {
	struct qm_store base;
	struct qm_redis_options options; /* borrowed, but for the prefix */
	char *prefix;
	struct qm_stream *stream; /* NULL while there is no connection */
	redisReader *reader;
	struct qm_buf key; /* of the command under way */
};

/* One command; words may hold any bytes. */
struct command {
	const char *words[MAX_WORDS];
	size_t lengths[MAX_WORDS];
	int count;
};

static void add_word(struct command *command, const char *text, size_t length)
{
	command->words[command->count] = text;
	command->lengths[command->count++] = length;
}

static void add_text(struct command *command, const char *text)
{
	add_word(command, text, strlen(text));
}

static void add_key(struct redis_store *store, struct command *command, const char *key)
{
	qm_buf_clear(&store->key);
	qm_buf_add_text(&store->key, store->prefix);
	qm_buf_add_text(&store->key, key);
	add_word(command, store->key.data, store->key.length);
}

/* ---- The connection */

static void disconnect(struct redis_store *store)
{
	if (store->stream)
		store->stream->close(store->stream);
	if (store->reader)
		redisReaderFree(store->reader);
	store->stream = NULL;
	store->reader = NULL;
}

/* Adds the server's name: errors of streams only say what happened. */
static enum qm_code fail(
	const struct redis_store *store, enum qm_code code, const char *text, struct qm_error *err)
{
	const struct qm_redis_url *url = store->options.url;

	return qm_error_set(
		err, code, "the Redis server %s:%d is of no use: %s", url->host, url->port, text);
}

static enum qm_code send_command(
	struct redis_store *store, const struct command *command, struct qm_error *err)
{
	char *bytes = NULL;
	long long length = redisFormatCommandArgv(
		&bytes, command->count, (const char **)(uintptr_t)command->words, command->lengths);
	enum qm_code code;

	if (length < 0)
		return qm_error_set(err, QM_EIO, "a command cannot be formatted");
	code = store->stream->send(store->stream, bytes, (size_t)length, err);
	/* It may hold the password. */
	qm_wipe(bytes, (size_t)length);
	redisFreeCommand(bytes);
	return code;
}

static enum qm_code receive_reply(struct redis_store *store, redisReply **out, struct qm_error *err)
{
	char bytes[4096];
	size_t length, total = 0;
	void *reply = NULL;
	enum qm_code code;

	for (;;) {
		if (redisReaderGetReply(store->reader, &reply) != REDIS_OK)
			return qm_error_set(err, QM_EIO, "it does not speak as Redis does (%s)",
				store->reader->errstr);
		if (reply)
			break;
		if (total > MAX_REPLY_BYTES)
			return qm_error_set(err, QM_EIO, "its answer does not end");
		code = store->stream->receive(store->stream, bytes, sizeof bytes, &length, err);
		if (code)
			return code;
		total += length;
		(void)redisReaderFeed(store->reader, bytes, length);
	}
	*out = reply;
	return QM_OK;
}

/* Over the connection that there is. An answer that is an error is none of the connection. */
static enum qm_code exchange(struct redis_store *store, const struct command *command,
	redisReply **out, struct qm_error *err)
{
	enum qm_code code;

	assert(store->stream);
	code = send_command(store, command, err);
	if (!code)
		code = receive_reply(store, out, err);
	assert(code || *out);
	return code;
}

/* Sends one command of the login; the first that is not answered with OK ends it. */
static enum qm_code log_in_with(
	struct redis_store *store, const struct command *command, struct qm_error *err)
{
	redisReply *reply = NULL;
	enum qm_code code = exchange(store, command, &reply, err);

	if (!code && reply->type == REDIS_REPLY_ERROR)
		code = qm_error_set(err, QM_EAUTH, "%s", reply->str);
	freeReplyObject(reply);
	return code;
}

static enum qm_code log_in(struct redis_store *store, struct qm_error *err)
{
	const struct qm_redis_url *url = store->options.url;
	const struct qm_secret *password =
		store->options.password ? store->options.password : url->password;
	struct command command = { .count = 0 };
	char database[NUMBER_TEXT];
	enum qm_code code;

	if (password) {
		add_text(&command, "AUTH");
		if (url->user[0])
			add_text(&command, url->user);
		add_text(&command, qm_secret_reveal(password));
		code = log_in_with(store, &command, err);
		if (code)
			return code;
	}
	command.count = 0;
	(void)snprintf(database, sizeof database, "%d", url->database);
	add_text(&command, "SELECT");
	add_text(&command, database);
	return log_in_with(store, &command, err);
}

static enum qm_code connect_store(struct redis_store *store, struct qm_error *err)
{
	const struct qm_dialer *dialer = &store->options.dialer;
	struct qm_error inner;
	enum qm_code code;

	qm_error_init(&inner);
	code = dialer->connect(dialer->context, store->options.url, &store->stream, &inner);
	assert(code || store->stream);
	if (!code) {
		store->reader = redisReaderCreate();
		code = store->reader ? log_in(store, &inner)
				     : qm_error_set(&inner, QM_EIO, "no memory is left");
	}
	if (!code)
		return QM_OK;
	disconnect(store);
	return fail(store, code == QM_EAUTH ? code : QM_EIO, inner.text, err);
}

/* ---- Commands */

/* Opens the connection where there is none, and once anew where it turns out to be broken. */
static enum qm_code ask(struct redis_store *store, const struct command *command, redisReply **out,
	struct qm_error *err)
{
	enum qm_code code = QM_EIO;
	struct qm_error inner;

	*out = NULL;
	for (int attempt = 0; attempt < 2 && code; attempt++) {
		qm_error_init(&inner);
		if (!store->stream) {
			code = connect_store(store, err);
			if (code)
				return code;
			attempt++;
		}
		code = exchange(store, command, out, &inner);
		if (code)
			disconnect(store);
	}
	if (code)
		return fail(store, QM_EIO, inner.text, err);
	assert(*out);
	if ((*out)->type != REDIS_REPLY_ERROR)
		return QM_OK;
	code = fail(store, QM_EIO, (*out)->str, err);
	freeReplyObject(*out);
	*out = NULL;
	return code;
}

static bool read_integer(const redisReply *reply, int64_t *out)
{
	return reply->type == REDIS_REPLY_STRING &&
		qm_text_int(reply->str, INT64_MIN, INT64_MAX, out);
}

static enum qm_code bad_answer(struct redis_store *store, struct qm_error *err)
{
	return fail(store, QM_EIO, "what it holds is no counter of Intercept", err);
}

static void number_text(int64_t number, char out[NUMBER_TEXT])
{
	(void)snprintf(out, NUMBER_TEXT, "%jd", (intmax_t)number);
}

static enum qm_code ask_to_reserve(struct redis_store *store, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	char amount[NUMBER_TEXT], limit[NUMBER_TEXT], length[NUMBER_TEXT], life[NUMBER_TEXT];
	char start[QM_TIME_TEXT];
	struct command command = { .count = 0 };
	redisReply *reply = NULL;
	enum qm_code code;

	number_text(wish->amount, amount);
	number_text(wish->limit, limit);
	number_text(wish->window_ms * NANOSECONDS, length);
	number_text(wish->window_ms * 2, life);
	qm_time_format(qm_window_start_ms(wish->window_ms, wish->now_ms), start);
	add_text(&command, "EVAL");
	add_text(&command, reserve_script);
	add_text(&command, "1");
	add_key(store, &command, wish->key);
	add_text(&command, amount);
	add_text(&command, limit);
	add_text(&command, start);
	add_text(&command, length);
	add_text(&command, life);
	code = ask(store, &command, &reply, err);
	if (code || !reply)
		return code;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
		reply->element[0]->type != REDIS_REPLY_INTEGER ||
		!read_integer(reply->element[1], value))
		code = bad_answer(store, err);
	else
		*allowed = reply->element[0]->integer == 1;
	freeReplyObject(reply);
	return code;
}

static enum qm_code redis_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	bool open = store->options.fail_open;
	enum qm_code code = ask_to_reserve(store, wish, allowed, value, open ? NULL : err);

	if (!code || !open)
		return code;
	*allowed = true;
	*value = 0;
	return QM_OK;
}

/* A command of which nothing but success matters. */
static enum qm_code ask_simply(
	struct redis_store *store, const struct command *command, struct qm_error *err)
{
	bool open = store->options.fail_open;
	redisReply *reply = NULL;
	enum qm_code code = ask(store, command, &reply, open ? NULL : err);

	freeReplyObject(reply);
	return open ? QM_OK : code;
}

static enum qm_code redis_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command command = { .count = 0 };
	char text[NUMBER_TEXT];

	number_text(amount, text);
	add_text(&command, "EVAL");
	add_text(&command, rollback_script);
	add_text(&command, "1");
	add_key(store, &command, key);
	add_text(&command, text);
	return ask_simply(store, &command, err);
}

/* A field that is not there leaves the counter without an end. */
static bool read_hash(const redisReply *reply, struct qm_counter *out)
{
	const redisReply *start, *length;
	int64_t nanoseconds = 0;

	*out = (struct qm_counter){ .window_start_ms = INT64_MIN };
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
		return false;
	if (reply->element[0]->type == REDIS_REPLY_NIL)
		return true;
	start = reply->element[1];
	length = reply->element[2];
	out->exists = true;
	out->endless = start->type == REDIS_REPLY_NIL || length->type == REDIS_REPLY_NIL;
	if (start->type != REDIS_REPLY_NIL &&
		(start->type != REDIS_REPLY_STRING ||
			!qm_time_parse(start->str, &out->window_start_ms)))
		return false;
	if (length->type != REDIS_REPLY_NIL && !read_integer(length, &nanoseconds))
		return false;
	out->window_ms = nanoseconds / NANOSECONDS;
	return read_integer(reply->element[0], &out->value);
}

static enum qm_code redis_get(
	struct qm_store *base, const char *key, struct qm_counter *out, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command command = { .count = 0 };
	redisReply *reply = NULL;
	enum qm_code code;

	add_text(&command, "HMGET");
	add_key(store, &command, key);
	add_text(&command, "v");
	add_text(&command, "ws");
	add_text(&command, "wd");
	code = ask(store, &command, &reply, store->options.fail_open ? NULL : err);
	if (!code && !(reply && read_hash(reply, out)))
		code = bad_answer(store, store->options.fail_open ? NULL : err);
	freeReplyObject(reply);
	if (!code || !store->options.fail_open)
		return code;
	*out = (struct qm_counter){ .exists = false };
	return QM_OK;
}

static enum qm_code redis_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command command = { .count = 0 };

	add_text(&command, "DEL");
	add_key(store, &command, key);
	return ask_simply(store, &command, err);
}

static void redis_close(struct qm_store *base)
{
	struct redis_store *store = (struct redis_store *)base;

	disconnect(store);
	qm_buf_release(&store->key);
	free(store->prefix);
	free(store);
}

static const struct qm_store_kind redis_kind = {
	.name = "redis",
	.reserve = redis_reserve,
	.rollback = redis_rollback,
	.get = redis_get,
	.reset = redis_reset,
	.close = redis_close,
};

enum qm_code qm_store_redis(
	const struct qm_redis_options *options, struct qm_store **out, struct qm_error *err)
{
	struct redis_store *store = qm_alloc(sizeof *store);
	enum qm_code code;

	*out = NULL;
	store->base.kind = &redis_kind;
	store->base.shared = true;
	store->options = *options;
	store->prefix = qm_strdup(options->prefix ? options->prefix : "");
	qm_buf_init(&store->key, MAX_KEY_BYTES);
	code = connect_store(store, err);
	if (code)
		redis_close(&store->base);
	else
		*out = &store->base;
	return code;
}
