#include "policy/redis.h"
#include "src/base/buf.h"
#include "src/base/text.h"

#include <string.h>

enum { DEFAULT_PORT = 6379, MAX_DATABASE = 1000000, MAX_PASSWORD_BYTES = 4096 };

static enum qm_code wrong(struct qm_error *err, const char *what)
{
	return qm_error_set(err, QM_EUSAGE,
		"the address of the Redis server %s; write redis://host:port/database", what);
}

static int hex_digit(char character)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = character ? strchr(digits, character) : NULL;

	return found ? (int)((found - digits) % 16) : -1;
}

/* Undoes %40 and its like. */
static bool decode(const char *text, size_t length, struct qm_buf *out)
{
	for (size_t i = 0; i < length; i++) {
		int high, low;

		if (text[i] != '%') {
			qm_buf_add_char(out, text[i]);
			continue;
		}
		high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
		low = i + 2 < length ? hex_digit(text[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return false;
		qm_buf_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	return !out->overflow;
}

/* user, user:password or :password. */
static enum qm_code read_login(
	const char *text, size_t length, struct qm_redis_url *out, struct qm_error *err)
{
	const char *colon = memchr(text, ':', length);
	size_t user_length = colon ? (size_t)(colon - text) : length;
	enum qm_code code = QM_OK;
	struct qm_buf buf;

	qm_buf_init(&buf, sizeof out->user - 1);
	if (!decode(text, user_length, &buf))
		code = wrong(err, "has a user name that is too long or wrongly escaped");
	else
		memcpy(out->user, buf.data, buf.length + 1);
	qm_buf_release(&buf);
	if (code || !colon || user_length + 1 == length)
		return code;
	qm_buf_init(&buf, MAX_PASSWORD_BYTES);
	if (!decode(colon + 1, length - user_length - 1, &buf))
		code = wrong(err, "has a password that is too long or wrongly escaped");
	else
		out->password = qm_secret_new(buf.data, buf.length);
	qm_wipe(buf.data, buf.length);
	qm_buf_release(&buf);
	return code;
}

static enum qm_code read_number(
	const char *text, size_t length, int min, int max, int *out, struct qm_error *err)
{
	char digits[16] = "";
	int64_t number = 0;

	if (length < sizeof digits)
		memcpy(digits, text, length);
	if (!qm_text_int(digits, min, max, &number))
		return wrong(err, "has a port or database that is no number in range");
	*out = (int)number;
	return QM_OK;
}

/* host, host:port or [::1]:port. */
static enum qm_code read_host(
	const char *text, size_t length, struct qm_redis_url *out, struct qm_error *err)
{
	bool bracket = length && *text == '[';
	const char *end = bracket ? memchr(text, ']', length) : memchr(text, ':', length);
	const char *host = text + bracket, *colon;
	size_t host_length;

	if (bracket && !end)
		return wrong(err, "has a [ without its ]");
	host_length = (size_t)((end ? end : text + length) - host);
	if (!host_length || host_length >= sizeof out->host)
		return wrong(err, "names no host");
	memcpy(out->host, host, host_length);
	out->host[host_length] = '\0';
	colon = bracket ? end + 1 : end;
	if (!colon || colon == text + length)
		return QM_OK;
	if (*colon != ':')
		return wrong(err, "has something behind its ]");
	return read_number(
		colon + 1, (size_t)(text + length - colon - 1), 1, 65535, &out->port, err);
}

enum qm_code qm_redis_url_parse(const char *text, struct qm_redis_url *out, struct qm_error *err)
{
	const char *at, *rest;
	enum qm_code code = QM_OK;
	size_t length;

	*out = (struct qm_redis_url){ .port = DEFAULT_PORT };
	out->tls = qm_text_starts(text, "rediss://");
	if (!out->tls && !qm_text_starts(text, "redis://"))
		return wrong(err, "does not begin with redis:// or rediss://");
	text += strlen(out->tls ? "rediss://" : "redis://");
	length = strcspn(text, "/?#");
	rest = text + length;
	/* A password may hold an @, so the last one ends the login. */
	for (at = rest; at > text && at[-1] != '@';)
		at--;
	if (at > text)
		code = read_login(text, (size_t)(at - 1 - text), out, err);
	if (!code)
		code = read_host(at, (size_t)(rest - at), out, err);
	if (!code && *rest == '/' && rest[1])
		code = read_number(
			rest + 1, strlen(rest + 1), 0, MAX_DATABASE, &out->database, err);
	else if (!code && *rest && *rest != '/')
		code = wrong(err, "has a ? or # in it");
	return code;
}

void qm_redis_url_release(struct qm_redis_url *url)
{
	qm_secret_free(url->password);
	url->password = NULL;
}
