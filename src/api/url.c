#include "src/api/url.h"
#include "src/api/limits.h"
#include "src/base/text.h"

#include <string.h>
#include <strings.h>

struct authority {
	const char *host;
	size_t host_length;
	const char *port; /* behind the colon; NULL: none */
	size_t port_length;
};

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= 0x20 || *text == 0x7f || *text == '\\')
			return false;
	return true;
}

/* Splits "host:port" or "[::1]:port"; false where it is neither. */
static bool split_authority(const char *text, size_t length, struct authority *out)
{
	const char *end = text + length;
	const char *host_end = *text == '[' ? memchr(text, ']', length) : memchr(text, ':', length);

	*out = (struct authority){ .host = text };
	if (*text == '[' && !host_end)
		return false;
	host_end = !host_end ? end : *text == '[' ? host_end + 1 : host_end;
	out->host_length = (size_t)(host_end - text);
	if (host_end < end && *host_end != ':')
		return false;
	if (host_end < end) {
		out->port = host_end + 1;
		out->port_length = (size_t)(end - out->port);
	}
	return out->host_length > 0;
}

static bool is_port(const struct authority *authority)
{
	char text[8];
	int64_t port;

	if (!authority->port)
		return true;
	if (authority->port_length >= sizeof text)
		return false;
	memcpy(text, authority->port, authority->port_length);
	text[authority->port_length] = '\0';
	return qm_text_int(text, 1, 65535, &port);
}

/* 127.0.0.0/8 in the usual writing; what merely begins like it is a name somewhere else. */
static bool is_loopback_ipv4(const char *host, size_t length)
{
	int parts = 0;
	size_t i = 0;

	while (i < length && parts < 4) {
		int number = 0;
		size_t start = i;

		for (; i < length && host[i] >= '0' && host[i] <= '9' && i - start < 3; i++)
			number = number * 10 + (host[i] - '0');
		if (i == start || number > 255 || (parts == 0 && number != 127))
			return false;
		parts++;
		if (i < length && (host[i] != '.' || i + 1 == length))
			return false;
		i += i < length;
	}
	return parts == 4 && i == length;
}

static bool is_loopback(const struct authority *authority)
{
	const char *host = authority->host;
	size_t length = authority->host_length;

	return (length == 9 && strncasecmp(host, "localhost", 9) == 0) ||
		(length == 5 && memcmp(host, "[::1]", 5) == 0) || is_loopback_ipv4(host, length);
}

static enum qm_code check_authority(const char *url, const char *text, size_t length,
	struct authority *out, struct qm_error *err)
{
	if (memchr(text, '@', length))
		return qm_error_set(err, QM_EUSAGE,
			"the URL holds user info (the part before @); remove it: the key "
			"belongs into QMETRY_API_KEY");
	if (!split_authority(text, length, out))
		return qm_error_set(err, QM_EUSAGE, "%.200s: the URL has no valid host", url);
	if (!is_port(out))
		return qm_error_set(
			err, QM_EUSAGE, "%.200s: the port is not a number of 1 to 65535", url);
	return QM_OK;
}

enum qm_code qm_url_check(
	const char *url, bool allow_http, struct qm_buf *out, bool *loopback, struct qm_error *err)
{
	bool secure = strncasecmp(url, "https://", 8) == 0;
	size_t length = strlen(url), authority_length;
	const char *text = url + (secure ? 8 : 7);
	struct authority authority = { NULL, 0, NULL, 0 };
	enum qm_code code;

	if (!secure && strncasecmp(url, "http://", 7) != 0)
		return qm_error_set(err, QM_EUSAGE, "the URL must begin with https://");
	if (length > QM_URL_MAX_BYTES || !is_plain(url))
		return qm_error_set(err, QM_EUSAGE,
			"the URL holds a blank, a backslash or a control character, or more "
			"than %d bytes",
			QM_URL_MAX_BYTES);
	authority_length = strcspn(text, "/?#");
	code = check_authority(url, text, authority_length, &authority, err);
	if (code)
		return code;
	if (strpbrk(text, "?#"))
		return qm_error_set(err, QM_EUSAGE,
			"the URL has a query or a fragment (the part from ? or #); give the "
			"address of the instance only");
	*loopback = is_loopback(&authority);
	if (!secure && !allow_http && !*loopback)
		return qm_error_set(err, QM_EUSAGE,
			"%.200s: plain http would show the key to everyone on the way; use "
			"https, or --allow-http where the network is trusted",
			url);
	while (length && url[length - 1] == '/')
		length--;
	qm_buf_add(out, url, length);
	return QM_OK;
}

bool qm_url_proxy_is_near(const char *proxy)
{
	const char *scheme = strstr(proxy, "://"), *text = scheme ? scheme + 3 : proxy, *at;
	size_t length = strcspn(text, "/?#");
	struct authority authority;

	/* A password may hold an @ as well. */
	for (at = text + length; at > text && at[-1] != '@'; at--)
		continue;
	length -= (size_t)(at - text);
	return split_authority(at, length, &authority) && is_loopback(&authority);
}
