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
	NANOSECONDS = 1000000,      /* in a millisecond */
	MAX_REPLY_BYTES = 64 << 10, /* a counter's answer has 100, an error's is a sentence */
	MAX_ELEMENTS = 16,          /* of a list; a counter has three fields */
	MAX_KEY_BYTES = 64 << 20,
	MAX_WORDS = 10,
	NUMBER_TEXT = 24,
};

/* A script is called by its SHA-1; its text goes over the wire where the server has it not. */
struct script {
	const char *sha1, *text;
};

/*
 * ARGV: amount, limit, start, length, time to live; and a sixth where only a counter will do that
 * is as we would have written it, or none. Another start, letter by letter, means 0.
 */
static const struct script reserve_script = { "e81590515311aba420b9497b4b924587d1e05988",
	"local kept = redis.call('HMGET', KEYS[1], 'v', 'ws', 'wd') "
	"local value = 0 "
	"if kept[2] == ARGV[3] then value = tonumber(kept[1] or '0') end "
	"if ARGV[6] and (kept[1] or kept[2] or kept[3]) and (kept[2] ~= ARGV[3] or "
	"kept[3] ~= ARGV[4] or kept[1] ~= string.format('%.0f', value or 0)) then "
	"return {0, '0'} end "
	"local sum = value + tonumber(ARGV[1]) "
	"if sum > tonumber(ARGV[2]) then return {0, string.format('%.0f', value)} end "
	"local text = string.format('%.0f', sum) "
	"redis.call('HSET', KEYS[1], 'v', text, 'ws', ARGV[3], 'wd', ARGV[4]) "
	"redis.call('PEXPIRE', KEYS[1], ARGV[5]) "
	"return {1, text}" };

static const struct script rollback_script = { "5ea05b179fe41f6fa5a8ac1be01eb3fa67f90aee",
	"if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end "
	"local value = tonumber(redis.call('HGET', KEYS[1], 'v') or '0') - tonumber(ARGV[1]) "
	"if value < 0 then value = 0 end "
	"redis.call('HSET', KEYS[1], 'v', string.format('%.0f', value)) "
	"return 1" };

struct redis_store {
	struct qm_store base;
	struct qm_redis_options options; /* but for the prefix, which is copied */
	char *prefix;
	struct qm_stream *stream; /* NULL while there is no connection */
	redisReader *reader;
	redisReplyObjectFunctions makers; /* the reader's, which bound lists */
	struct qm_buf key;                /* of the command under way */
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

static void set_word(struct command *command, int index, const char *text)
{
	command->words[index] = text;
	command->lengths[index] = strlen(text);
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
	const struct qm_redis_url *url = &store->options.url;

	return qm_error_set(err, code == QM_ESTOPPED ? code : QM_EIO,
		"the Redis server %s:%d is of no use: %s", url->host, url->port, text);
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
			return qm_error_set(err, QM_EINPUT,
				"it does not speak as Redis does (%s); is it one, and does it "
				"want TLS (rediss://)?",
				store->reader->errstr);
		if (reply)
			break;
		if (total > MAX_REPLY_BYTES)
			return qm_error_set(err, QM_EINPUT, "its answer does not end");
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

/* What to do about an answer that is an error; "" where it speaks for itself. */
static const char *remedy(const char *answer)
{
	static const struct {
		const char *begin, *remedy;
	} table[] = {
		{ "NOAUTH", " (see QMETRY_STATE_PASSWORD)" },
		{ "WRONGPASS", " (see QMETRY_STATE_PASSWORD, and the user in --state)" },
		{ "READONLY", " (a replica; name the primary with --state)" },
		{ "MOVED", " (a cluster, which is not supported; name a single server)" },
		{ "LOADING", " (it is starting; try again)" },
		{ "NOPERM",
			" (EVALSHA, EVAL, PING, HMGET, HGET, HSET, EXISTS, PEXPIRE and DEL are "
			"needed)" },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (qm_text_starts(answer, table[i].begin))
			return table[i].remedy;
	return "";
}

/* Sends one command of the login; the first that is not answered with OK ends it. */
static enum qm_code log_in_with(
	struct redis_store *store, const struct command *command, struct qm_error *err)
{
	redisReply *reply = NULL;
	enum qm_code code = exchange(store, command, &reply, err);

	if (!code && reply && reply->type == REDIS_REPLY_ERROR)
		code = qm_error_set(err, QM_EIO, "%s%s", reply->str, remedy(reply->str));
	freeReplyObject(reply);
	return code;
}

/* As other clients do it: who asks for nothing special needs no permission for it. */
static enum qm_code log_in(struct redis_store *store, struct qm_error *err)
{
	const struct qm_redis_url *url = &store->options.url;
	struct command command = { .count = 0 };
	char database[NUMBER_TEXT];
	enum qm_code code = QM_OK;

	if (url->password) {
		add_text(&command, "AUTH");
		if (url->user[0])
			add_text(&command, url->user);
		add_text(&command, qm_secret_reveal(url->password));
		code = log_in_with(store, &command, err);
	}
	command.count = 0;
	(void)snprintf(database, sizeof database, "%d", url->database);
	add_text(&command, url->database ? "SELECT" : "PING");
	if (url->database)
		add_text(&command, database);
	return code ? code : log_in_with(store, &command, err);
}

/* What does not know AUTH may repeat it: "unknown command, with args beginning with...". */
static void hide_password(const struct redis_store *store, char *text)
{
	struct qm_log log;

	qm_log_init(&log, QM_LOG_ERROR, NULL, NULL);
	qm_log_hide(&log, store->options.url.password);
	qm_log_redact(&log, text);
}

#if HIREDIS_MAJOR < 1
typedef int element_count;
#else
typedef size_t element_count;
#endif

/* hiredis itself makes room for as many elements as are announced: up to 16 GB. */
static void *make_list(const redisReadTask *task, element_count count)
{
	const redisReplyObjectFunctions *usual = task->privdata;

	return count > MAX_ELEMENTS ? NULL : usual->createArray(task, count);
}

static bool make_reader(struct redis_store *store)
{
	store->reader = redisReaderCreate();
	if (!store->reader)
		return false;
	store->makers = *store->reader->fn;
	store->makers.createArray = make_list;
	store->reader->privdata = store->reader->fn;
	store->reader->fn = &store->makers;
	return true;
}

static enum qm_code connect_store(struct redis_store *store, struct qm_error *err)
{
	const struct qm_dialer *dialer = &store->options.dialer;
	struct qm_error inner;
	enum qm_code code;

	qm_error_init(&inner);
	code = dialer->connect(dialer->context, &store->options.url, &store->stream, &inner);
	assert(code || store->stream);
	if (!code) {
		code = make_reader(store) ? log_in(store, &inner)
					  : qm_error_set(&inner, QM_EIO, "no memory is left");
	}
	if (!code)
		return QM_OK;
	disconnect(store);
	hide_password(store, inner.text);
	return fail(store, code, inner.text, err);
}

/* ---- Commands */

/*
 * Opens the connection where there is none, and once anew where a kept one turns out to be broken
 * (QM_EIO) or says nothing (QM_ELIMIT): what is idle for minutes is forgotten by firewalls. What a
 * server says is no better over a new one.
 */
static enum qm_code ask_anyhow(struct redis_store *store, const struct command *command,
	redisReply **out, struct qm_error *err)
{
	bool kept = store->stream != NULL;
	struct qm_error inner;
	enum qm_code code;

	*out = NULL;
	if (!kept) {
		code = connect_store(store, err);
		if (code)
			return code;
	}
	qm_error_init(&inner);
	code = exchange(store, command, out, &inner);
	if (!code)
		return QM_OK;
	disconnect(store);
	if (kept && (code == QM_EIO || code == QM_ELIMIT))
		return ask_anyhow(store, command, out, err);
	return fail(store, code, inner.text, err);
}

/* An answer that is an error becomes one of ours. */
static enum qm_code refuse_error(
	struct redis_store *store, redisReply **reply, struct qm_error *err)
{
	struct qm_buf text;

	assert(*reply);
	if ((*reply)->type != REDIS_REPLY_ERROR)
		return QM_OK;
	qm_buf_init(&text, MAX_REPLY_BYTES * 2);
	/* Only what is no number lets our scripts fail; where in them says nothing to anybody. */
	if (strstr((*reply)->str, "user_script") && strstr((*reply)->str, "attempt to "))
		qm_buf_add_text(&text,
			"what it holds under a counter's name is no counter of Intercept; delete "
			"it, or use another --state-prefix");
	else
		qm_buf_add_format(&text, "%s%s", (*reply)->str, remedy((*reply)->str));
	(void)fail(store, QM_EIO, text.data, err);
	qm_buf_release(&text);
	freeReplyObject(*reply);
	*reply = NULL;
	return QM_EIO;
}

static enum qm_code ask(struct redis_store *store, const struct command *command, redisReply **out,
	struct qm_error *err)
{
	enum qm_code code = ask_anyhow(store, command, out, err);

	return code ? code : refuse_error(store, out, err);
}

/* The first words are the script, its text where the server has forgotten it. */
static enum qm_code ask_script(struct redis_store *store, const struct script *script,
	struct command *command, redisReply **out, struct qm_error *err)
{
	enum qm_code code;

	set_word(command, 0, "EVALSHA");
	set_word(command, 1, script->sha1);
	code = ask_anyhow(store, command, out, err);
	assert(code || *out);
	if (!code && (*out)->type == REDIS_REPLY_ERROR && qm_text_starts((*out)->str, "NOSCRIPT")) {
		freeReplyObject(*out);
		set_word(command, 0, "EVAL");
		set_word(command, 1, script->text);
		code = ask_anyhow(store, command, out, err);
	}
	return code ? code : refuse_error(store, out, err);
}

/* A script with one key; its arguments are added behind. */
static void begin_script(struct redis_store *store, struct command *command, const char *key)
{
	*command = (struct command){ .count = 2 };
	add_text(command, "1");
	add_key(store, command, key);
}

/* ---- Operations */

static bool read_integer(const redisReply *reply, int64_t *out)
{
	const char *text = reply->type == REDIS_REPLY_STRING ? reply->str : "";

	text += text[0] == '+' && text[1] >= '0' && text[1] <= '9';
	return qm_text_int(text, INT64_MIN, INT64_MAX, out);
}

static enum qm_code bad_answer(struct redis_store *store, struct qm_error *err)
{
	return fail(store, QM_EINPUT, "what it holds is no counter of Intercept", err);
}

static void number_text(int64_t number, char out[NUMBER_TEXT])
{
	(void)snprintf(out, NUMBER_TEXT, "%jd", (intmax_t)number);
}

static enum qm_code redis_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	char amount[NUMBER_TEXT], limit[NUMBER_TEXT], length[NUMBER_TEXT], life[NUMBER_TEXT];
	char start[QM_TIME_TEXT];
	struct command command;
	redisReply *reply = NULL;
	enum qm_code code;

	number_text(wish->amount, amount);
	number_text(wish->limit, limit);
	number_text(wish->window_ms * NANOSECONDS, length);
	number_text(wish->window_ms * 2, life);
	qm_time_format(qm_window_start_ms(wish->window_ms, wish->now_ms), start);
	begin_script(store, &command, wish->key);
	add_text(&command, amount);
	add_text(&command, limit);
	add_text(&command, start);
	add_text(&command, length);
	add_text(&command, life);
	if (wish->only_alike)
		add_text(&command, "alike");
	code = ask_script(store, &reserve_script, &command, &reply, err);
	if (code)
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

static enum qm_code redis_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	redisReply *reply = NULL;
	struct command command;
	char text[NUMBER_TEXT];
	enum qm_code code;

	number_text(amount, text);
	begin_script(store, &command, key);
	add_text(&command, text);
	code = ask_script(store, &rollback_script, &command, &reply, err);
	freeReplyObject(reply);
	return code;
}

/* A field that is empty or not there leaves the counter without an end. */
static bool is_missing(const redisReply *field)
{
	return field->type == REDIS_REPLY_NIL || (field->type == REDIS_REPLY_STRING && !field->len);
}

/*
 * Reads as Intercept does: numbers that are none are 0, a time that is none is an error where it
 * is looked at.
 */
static bool read_hash(const redisReply *reply, struct qm_counter *out)
{
	const redisReply *value, *start, *length;
	int64_t nanoseconds = 0;

	*out = (struct qm_counter){ .window_start_ms = INT64_MIN };
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
		return false;
	value = reply->element[0];
	start = reply->element[1];
	length = reply->element[2];
	out->exists = value->type != REDIS_REPLY_NIL || !is_missing(start);
	out->endless = is_missing(start) || is_missing(length);
	(void)read_integer(value, &out->value);
	(void)read_integer(length, &nanoseconds);
	out->window_ms = nanoseconds / NANOSECONDS;
	if (is_missing(start))
		return true;
	return (start->type == REDIS_REPLY_STRING &&
		       qm_time_parse(start->str, &out->window_start_ms)) ||
		out->endless;
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
	code = ask(store, &command, &reply, err);
	if (!code && !read_hash(reply, out))
		code = bad_answer(store, err);
	freeReplyObject(reply);
	return code;
}

static enum qm_code redis_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	struct redis_store *store = (struct redis_store *)base;
	struct command command = { .count = 0 };
	redisReply *reply = NULL;
	enum qm_code code;

	add_text(&command, "DEL");
	add_key(store, &command, key);
	code = ask(store, &command, &reply, err);
	freeReplyObject(reply);
	return code;
}

static void redis_close(struct qm_store *base)
{
	struct redis_store *store = (struct redis_store *)base;
	struct qm_redis_options *options = &store->options;

	disconnect(store);
	if (options->dialer.close)
		options->dialer.close(options->dialer.context);
	qm_redis_url_release(&options->url);
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
