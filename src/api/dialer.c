#include "src/api/dialer.h"
#include "src/api/libcurl.h"
#include "src/api/limits.h"
#include "src/api/url.h"
#include "src/base/memory.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* How often a signal is looked for that came just before a wait; what it leaves of the wait. */
enum { LOOK_MS = 1000, GRACE_MS = 500 };

struct dialer {
	struct qm_libcurl curl;
	struct qm_dialer_options options;
	char *cacert, *proxy;
};

struct curl_stream {
	struct qm_stream base;
	struct dialer *dialer;
	CURL *handle;
	struct qm_buf trust; /* PEM; belongs to the handle */
	int64_t left_ms;     /* for the answer under way */
};

static bool is_interrupted(const struct dialer *dialer)
{
	return dialer->options.interrupted && *dialer->options.interrupted;
}

/* ---- Streams */

/*
 * Waits for the socket. A wait that was in vain counts as long as it was meant to be, another one
 * as long as the clock says.
 */
static enum qm_code wait_for(struct curl_stream *stream, short events, struct qm_error *err)
{
	const struct dialer *dialer = stream->dialer;
	const struct qm_clock *clock = dialer->options.clock;
	struct pollfd wait = { .events = events };
	curl_socket_t socket = CURL_SOCKET_BAD;
	int ready = 0;

	if (dialer->curl.easy_getinfo(stream->handle, CURLINFO_ACTIVESOCKET, &socket) ||
		socket == CURL_SOCKET_BAD)
		return qm_error_set(err, QM_EIO, "the connection was closed");
	wait.fd = socket;
	while (ready <= 0) {
		int64_t before_ms = qm_clock_ticks(clock);
		int step_ms = (int)(stream->left_ms < LOOK_MS ? stream->left_ms : LOOK_MS);

		if (is_interrupted(dialer) && stream->left_ms > GRACE_MS)
			stream->left_ms = GRACE_MS;
		if (stream->left_ms <= 0)
			break;
		ready = poll(&wait, 1, step_ms);
		stream->left_ms -= ready ? qm_clock_ticks(clock) - before_ms : step_ms;
	}
	if (stream->left_ms > 0)
		return QM_OK;
	if (is_interrupted(dialer))
		return qm_error_set(err, QM_ESTOPPED, "stopped by a signal during a wait for it");
	return qm_error_set(err, QM_ELIMIT, "no whole answer in %lld s",
		(long long)(dialer->options.timeout_ms / 1000));
}

static enum qm_code broken(const struct curl_stream *stream, CURLcode result, struct qm_error *err)
{
	return qm_error_set(err, QM_EIO, "the connection broke (%s)",
		stream->dialer->curl.easy_strerror(result));
}

static enum qm_code stream_send(
	struct qm_stream *base, const void *bytes, size_t length, struct qm_error *err)
{
	struct curl_stream *stream = (struct curl_stream *)base;
	const struct qm_libcurl *curl = &stream->dialer->curl;
	const char *from = bytes;
	enum qm_code code = QM_OK;

	stream->left_ms = stream->dialer->options.timeout_ms;
	while (!code && length) {
		size_t sent = 0;
		CURLcode result = curl->easy_send(stream->handle, from, length, &sent);

		if (result == CURLE_AGAIN)
			code = wait_for(stream, POLLOUT, err);
		else if (result)
			code = broken(stream, result, err);
		from += sent;
		length -= sent;
	}
	return code;
}

/* TLS may hold bytes that the socket does not show any more: so it is asked first. */
static enum qm_code stream_receive(
	struct qm_stream *base, void *bytes, size_t size, size_t *length, struct qm_error *err)
{
	struct curl_stream *stream = (struct curl_stream *)base;
	const struct qm_libcurl *curl = &stream->dialer->curl;
	enum qm_code code = QM_OK;

	*length = 0;
	while (!code) {
		CURLcode result = curl->easy_recv(stream->handle, bytes, size, length);

		if (!result && *length)
			break;
		if (!result)
			code = qm_error_set(err, QM_EIO, "it closed the connection");
		else if (result == CURLE_AGAIN)
			code = wait_for(stream, POLLIN, err);
		else
			code = broken(stream, result, err);
	}
	return code;
}

static void stream_close(struct qm_stream *base)
{
	struct curl_stream *stream = (struct curl_stream *)base;

	if (stream->handle)
		stream->dialer->curl.easy_cleanup(stream->handle);
	qm_buf_release(&stream->trust);
	free(stream);
}

/* ---- Connecting */

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return is_interrupted(context);
}

/* To libcurl it is a web server that it shall connect to and leave alone from then on. */
static enum qm_code set_target(
	struct curl_stream *stream, const struct qm_redis_url *url, struct qm_error *err)
{
	const struct dialer *dialer = stream->dialer;
	const struct qm_libcurl *curl = &dialer->curl;
	bool bracket = strchr(url->host, ':') != NULL, loopback = false, good;
	struct qm_buf text, checked;
	enum qm_code code;

	qm_buf_init(&text, QM_URL_MAX_BYTES);
	qm_buf_init(&checked, QM_URL_MAX_BYTES);
	qm_buf_add_format(&text, "%s://%s%s%s:%d", url->tls ? "https" : "http", bracket ? "[" : "",
		url->host, bracket ? "]" : "", url->port);
	code = qm_url_check(text.data, true, &checked, &loopback, err);
	if (!code) {
		good = !curl->easy_setopt(stream->handle, CURLOPT_URL, checked.data) &&
			qm_libcurl_proxy(curl, stream->handle, dialer->proxy, loopback);
		if (!good)
			code = qm_error_set(err, QM_EIO, "this libcurl lacks TLS or proxies");
	}
	qm_buf_release(&text);
	qm_buf_release(&checked);
	return code;
}

static enum qm_code set_manners(struct curl_stream *stream, struct qm_error *err)
{
	struct dialer *dialer = stream->dialer;
	const struct qm_libcurl *curl = &dialer->curl;
	CURL *handle = stream->handle;
	long timeout_ms = (long)dialer->options.timeout_ms;
	int bad = 0;

	bad |= (int)curl->easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_HTTPPROXYTUNNEL, 1L);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_XFERINFODATA, dialer);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
	/* Between two windows it may be idle for longer than a firewall remembers it. */
	(void)curl->easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl->easy_setopt(handle, CURLOPT_TCP_KEEPIDLE, 30L);
	/* It shall not offer HTTP/2 to a server that speaks neither. */
	(void)curl->easy_setopt(handle, CURLOPT_SSL_ENABLE_ALPN, 0L);
	(void)curl->easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
	if (bad || !qm_libcurl_verify(curl, handle))
		return qm_error_set(err, QM_EIO, "this libcurl is too old or lacks TLS or proxies");
	return qm_libcurl_trust(curl, handle, dialer->cacert, &stream->trust, err);
}

static const char *remedy(CURLcode result, bool tls)
{
	switch (result) {
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "is --proxy right, or http_proxy and HTTPS_PROXY?";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "is --state right, or does this network need --proxy?";
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
		return tls ? "is it up, and does it speak TLS there? redis:// does without"
			   : "is it up and --state right?";
	case CURLE_PEER_FAILED_VERIFICATION:
		return "give the certificate that signed its own with --cacert, and name the host "
		       "as the certificate does";
	case CURLE_SSL_CACERT_BADFILE:
		return "is the bundle (--cacert, CURL_CA_BUNDLE, SSL_CERT_FILE) readable PEM?";
	default:
		return "is it up and --state right, or does this network need --proxy?";
	}
}

static enum qm_code perform(struct curl_stream *stream, bool tls, struct qm_error *err)
{
	const struct qm_libcurl *curl = &stream->dialer->curl;
	char detail[CURL_ERROR_SIZE] = "";
	long proxy_status = 0;
	CURLcode result;

	(void)curl->easy_setopt(stream->handle, CURLOPT_ERRORBUFFER, detail);
	result = curl->easy_perform(stream->handle);
	(void)curl->easy_setopt(stream->handle, CURLOPT_ERRORBUFFER, NULL);
	(void)curl->easy_getinfo(stream->handle, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	if (!result)
		return QM_OK;
	if (is_interrupted(stream->dialer))
		return qm_error_set(err, QM_ESTOPPED, "stopped by a signal while connecting");
	if (proxy_status >= 300)
		return qm_error_set(err, QM_EIO,
			"the proxy answered %ld; NO_PROXY names hosts that need none",
			proxy_status);
	return qm_error_set(err, QM_EIO, "%.300s: %s",
		*detail ? detail : curl->easy_strerror(result), remedy(result, tls));
}

static enum qm_code dial(
	void *context, const struct qm_redis_url *url, struct qm_stream **out, struct qm_error *err)
{
	struct dialer *dialer = context;
	struct curl_stream *stream = qm_alloc(sizeof *stream);
	enum qm_code code = QM_OK;

	*out = NULL;
	stream->base.send = stream_send;
	stream->base.receive = stream_receive;
	stream->base.close = stream_close;
	stream->dialer = dialer;
	qm_buf_init(&stream->trust, QM_TRUST_MAX_BYTES);
	stream->handle = dialer->curl.easy_init();
	if (!stream->handle)
		code = qm_error_set(err, QM_EIO, "libcurl cannot be started");
	if (!code)
		code = set_manners(stream, err);
	if (!code)
		code = set_target(stream, url, err);
	if (!code)
		code = perform(stream, url->tls, err);
	if (code)
		stream_close(&stream->base);
	else
		*out = &stream->base;
	return code;
}

static void close_dialer(void *context)
{
	struct dialer *dialer = context;

	qm_libcurl_release(&dialer->curl);
	free(dialer->cacert);
	free(dialer->proxy);
	free(dialer);
}

enum qm_code qm_dialer_new(
	const struct qm_dialer_options *options, struct qm_dialer *out, struct qm_error *err)
{
	struct dialer *dialer = qm_alloc(sizeof *dialer);
	enum qm_code code;

	*out = (struct qm_dialer){ .connect = dial, .close = close_dialer, .context = dialer };
	dialer->options = *options;
	dialer->cacert = options->cacert ? qm_strdup(options->cacert) : NULL;
	dialer->proxy = options->proxy ? qm_strdup(options->proxy) : NULL;
	code = qm_libcurl_load(&dialer->curl, err);
	if (code) {
		close_dialer(dialer);
		*out = (struct qm_dialer){ .context = NULL };
	}
	return code;
}
