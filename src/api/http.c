#include "src/api/http.h"
#include "src/api/libcurl.h"
#include "src/api/limits.h"
#include "src/api/trace.h"
#include "src/api/url.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct qm_http {
	struct qm_libcurl curl;
	CURL *handle;
	const struct qm_secret *key;
	enum qm_auth auth;
	char *project;
	struct qm_buf base;  /* URL without a trailing slash */
	struct qm_buf trust; /* PEM; empty: the system's own store */
	const volatile sig_atomic_t *interrupted;
	const struct qm_log *log;
	bool sees_issue; /* libcurl tells us when a request is issued (7.80) */
	char user_agent[96];
	char detail[CURL_ERROR_SIZE];
};

/* One request under way. */
struct exchange {
	struct qm_http *http;
	struct qm_reply *reply;
	size_t header_bytes;
	bool head_ended, framed; /* the blank line was there; the head says where the body ends */
	int issued;              /* how often the request was put on the wire */
};

/* ---- Callbacks: libcurl tells what arrives; we bound it. */

static bool is_header(const char *line, size_t length, const char *name)
{
	size_t end = strlen(name);

	return length > end && line[end] == ':' && strncasecmp(line, name, end) == 0;
}

/* Copies a header's value, without blanks around it, where the line is that header. */
static void take_header(const char *line, size_t length, const char *name, char *out, size_t size)
{
	size_t start = strlen(name);

	if (!is_header(line, length, name))
		return;
	for (start++; start < length && strchr(" \t", line[start]); start++)
		;
	while (length > start && strchr(" \t\r\n", line[length - 1]))
		length--;
	(void)snprintf(out, size, "%.*s", (int)(length - start), line + start);
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	struct qm_reply *reply = exchange->reply;

	exchange->header_bytes += count;
	if (exchange->header_bytes > QM_REPLY_HEADER_MAX_BYTES)
		return 0;
	/* An interim answer (100) came before: what it said does not count. */
	if (count > 5 && memcmp(line, "HTTP/", 5) == 0) {
		reply->content_type[0] = '\0';
		reply->retry_after[0] = '\0';
		/* From HTTP/2 on each answer is a stream with an end of its own. */
		exchange->framed = line[5] >= '2';
		exchange->head_ended = false;
	}
	exchange->head_ended = exchange->head_ended || *line == '\r' || *line == '\n';
	exchange->framed = exchange->framed || is_header(line, count, "content-length") ||
		is_header(line, count, "transfer-encoding");
	take_header(line, count, "content-type", reply->content_type, sizeof reply->content_type);
	take_header(line, count, "retry-after", reply->retry_after, sizeof reply->retry_after);
	return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;

	qm_buf_add(&exchange->reply->body, bytes, count);
	return exchange->reply->body.overflow ? 0 : size * count;
}

static bool is_interrupted(const struct qm_http *http)
{
	return http->interrupted && *http->interrupted;
}

/* Called at least once a second, whatever the transfer is doing. */
static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct exchange *exchange = context;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return is_interrupted(exchange->http);
}

/*
 * Called when the request is about to be written. libcurl would write it a second time when a
 * kept connection turns out to be dead; that call would be in no budget, so we forbid it and the
 * session decides.
 */
static int on_issue(void *context, char *a, char *b, int c, int d)
{
	struct exchange *exchange = context;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return exchange->issued++ ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static int on_talk(CURL *handle, curl_infotype type, char *bytes, size_t length, void *context)
{
	const struct qm_log *log = context;

	(void)handle;
	if (type == CURLINFO_TEXT)
		qm_trace(log, QM_TRACE_TEXT, bytes, length);
	else if (type == CURLINFO_HEADER_OUT)
		qm_trace(log, QM_TRACE_SENT, bytes, length);
	else if (type == CURLINFO_HEADER_IN)
		qm_trace(log, QM_TRACE_RECEIVED, bytes, length);
	return 0;
}

/* ---- Options that hold for all requests. */

static bool set_security(struct qm_http *http, const char *proxy, bool loopback)
{
	const struct qm_libcurl *curl = &http->curl;

	/* The URL was checked; this second fence is not in every libcurl (7.85). */
	(void)curl->easy_setopt(http->handle, CURLOPT_PROTOCOLS_STR, "http,https");
	/* A key for this machine stays on it, even where http_proxy is set for the rest. */
	return qm_libcurl_verify(curl, http->handle) &&
		qm_libcurl_proxy(curl, http->handle, proxy, loopback) &&
		!curl->easy_setopt(http->handle, CURLOPT_FOLLOWLOCATION, 0L);
}

static bool set_manners(struct qm_http *http, int64_t connect_timeout_ms)
{
	const struct qm_libcurl *curl = &http->curl;
	bool unzips = curl->version_info(CURLVERSION_NOW)->features & CURL_VERSION_LIBZ;
	int bad = 0;

	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_NOSIGNAL, 1L);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_TCP_NODELAY, 1L);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_USERAGENT, http->user_agent);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_ERRORBUFFER, http->detail);
	bad |= (int)curl->easy_setopt(
		http->handle, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (unzips)
		bad |= (int)curl->easy_setopt(http->handle, CURLOPT_ACCEPT_ENCODING, "gzip");
	/* What was idle for a window may be closed already over there, and a call on it lost. */
	(void)curl->easy_setopt(http->handle, CURLOPT_MAXAGE_CONN, 30L);
	/* Do not wait for a resolver that hangs when we are told to stop (7.87). */
	(void)curl->easy_setopt(http->handle, CURLOPT_QUICK_EXIT, 1L);
	return !bad;
}

static bool set_callbacks(struct qm_http *http)
{
	const struct qm_libcurl *curl = &http->curl;
	int bad = 0;

	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_HEADERFUNCTION, on_header);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_WRITEFUNCTION, on_body);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_NOPROGRESS, 0L);
	http->sees_issue = !curl->easy_setopt(http->handle, CURLOPT_PREREQFUNCTION, on_issue);
	return !bad;
}

static bool set_trace(struct qm_http *http, const struct qm_log *log)
{
	const struct qm_libcurl *curl = &http->curl;
	int bad = 0;

	if (log->level < QM_LOG_DEBUG)
		return true;
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_DEBUGFUNCTION, on_talk);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_DEBUGDATA, (void *)(uintptr_t)log);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_VERBOSE, 1L);
	return !bad;
}

/* Some networks ask the client, too, for a certificate. */
static bool set_client(struct qm_http *http, const struct qm_http_options *options)
{
	const struct qm_libcurl *curl = &http->curl;
	const struct qm_secret *password = options->client_key_password;
	int bad = 0;

	if (!options->client_cert)
		return true;
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_SSLCERT, options->client_cert);
	bad |= (int)curl->easy_setopt(http->handle, CURLOPT_SSLKEY,
		options->client_key ? options->client_key : options->client_cert);
	if (password)
		bad |= (int)curl->easy_setopt(
			http->handle, CURLOPT_KEYPASSWD, qm_secret_reveal(password));
	return !bad;
}

static enum qm_code prepare(struct qm_http *http, const struct qm_http_options *options,
	bool loopback, struct qm_error *err)
{
	http->handle = http->curl.easy_init();
	if (!http->handle)
		return qm_error_set(err, QM_EIO, "libcurl cannot be started");
	(void)snprintf(http->user_agent, sizeof http->user_agent, "qmetry-ci/%s (libcurl/%s)",
		QM_VERSION, http->curl.version_info(CURLVERSION_NOW)->version);
	if (!set_security(http, options->proxy, loopback) || !set_client(http, options) ||
		!set_trace(http, options->log) || !set_manners(http, options->connect_timeout_ms) ||
		!set_callbacks(http))
		return qm_error_set(err, QM_EIO, "this libcurl is too old or lacks TLS or proxies");
	return qm_libcurl_trust(&http->curl, http->handle, options->cacert, &http->trust, err);
}

/* A line end in a header's value would add headers of somebody else's choice. */
static bool is_header_value(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

/* To this machine, but by way of another one. */
static enum qm_code check_proxy(const struct qm_http_options *options, struct qm_error *err)
{
	bool plain = strncasecmp(options->url, "http://", 7) == 0;
	const char *proxy = options->proxy;

	if (!plain || options->allow_http || !proxy || !*proxy || qm_url_proxy_is_near(proxy))
		return QM_OK;
	(void)qm_error_set(err, QM_EUSAGE,
		"the proxy is another machine, and plain http would show it the key; use https, "
		"no proxy, or --allow-http where the network is trusted");
	qm_error_at(err, "--proxy or QMETRY_PROXY", 0, 0);
	return QM_EUSAGE;
}

enum qm_code qm_http_new(
	const struct qm_http_options *options, struct qm_http **out, struct qm_error *err)
{
	struct qm_http *http = qm_alloc(sizeof *http);
	bool loopback = false;
	enum qm_code code;

	*out = NULL;
	http->key = options->key;
	http->auth = options->auth;
	http->interrupted = options->interrupted;
	http->project = qm_strdup(options->project);
	qm_buf_init(&http->base, QM_URL_MAX_BYTES);
	qm_buf_init(&http->trust, QM_TRUST_MAX_BYTES);
	code = qm_url_check(options->url, options->allow_http, &http->base, &loopback, err);
	if (code)
		qm_error_at(err, "--url", 0, 0);
	if (!code)
		code = check_proxy(options, err);
	if (!code && !is_header_value(options->project)) {
		code = qm_error_set(err, QM_EUSAGE, "the key holds a control character");
		qm_error_at(err, "--project", 0, 0);
	}
	if (!code)
		code = qm_libcurl_load(&http->curl, err);
	if (!code)
		code = prepare(http, options, loopback, err);
	if (code) {
		qm_http_free(http);
		http = NULL;
	}
	*out = http;
	return code;
}

void qm_http_free(struct qm_http *http)
{
	if (!http)
		return;
	if (http->handle)
		http->curl.easy_cleanup(http->handle);
	qm_libcurl_release(&http->curl);
	qm_buf_release(&http->base);
	qm_buf_release(&http->trust);
	free(http->project);
	free(http);
}

/* ---- One request. */

static void add_header(
	struct qm_http *http, struct curl_slist **list, const char *name, const char *value)
{
	struct curl_slist *longer;
	struct qm_buf line;

	qm_buf_init(&line, QM_REPLY_HEADER_MAX_BYTES);
	qm_buf_add_format(&line, "%s: %s", name, value);
	longer = http->curl.slist_append(*list, line.data);
	if (!longer)
		qm_memory_gone();
	*list = longer;
	qm_wipe(line.data, line.length);
	qm_buf_release(&line);
}

static struct curl_slist *make_headers(struct qm_http *http, const struct qm_request *request)
{
	struct curl_slist *list = http->curl.slist_append(NULL, "Expect:");
	const char *key = qm_secret_reveal(http->key);
	struct qm_buf bearer;

	qm_buf_init(&bearer, QM_REPLY_HEADER_MAX_BYTES);
	if (http->auth == QM_AUTH_BEARER)
		qm_buf_add_format(&bearer, "Bearer %s", key);
	if (http->auth == QM_AUTH_BEARER)
		add_header(http, &list, "Authorization", bearer.data);
	else
		add_header(http, &list, "apikey", key);
	add_header(http, &list, "project", http->project);
	add_header(http, &list, "qmetry-source", "qmetry-ci");
	if (request->body)
		add_header(http, &list, "Content-Type",
			request->content_type ? request->content_type : "application/json");
	for (size_t i = 0; i < request->header_count; i++)
		add_header(http, &list, request->headers[i].name, request->headers[i].value);
	qm_wipe(bearer.data, bearer.length);
	qm_buf_release(&bearer);
	return list;
}

static void wipe_headers(struct qm_http *http, struct curl_slist *list)
{
	for (struct curl_slist *node = list; node; node = node->next)
		qm_wipe(node->data, strlen(node->data));
	http->curl.slist_free_all(list);
}

static void set_request(struct qm_http *http, const struct qm_request *request, const char *url,
	struct curl_slist *headers, struct exchange *exchange)
{
	const struct qm_libcurl *curl = &http->curl;
	CURL *handle = http->handle;
	int bad = 0;

	bad |= (int)curl->easy_setopt(handle, CURLOPT_URL, url);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
	if (request->body) {
		bad |= (int)curl->easy_setopt(
			handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
		bad |= (int)curl->easy_setopt(handle, CURLOPT_POSTFIELDS, request->body);
	} else {
		bad |= (int)curl->easy_setopt(handle, CURLOPT_HTTPGET, 1L);
	}
	bad |= (int)curl->easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_HEADERDATA, exchange);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_WRITEDATA, exchange);
	bad |= (int)curl->easy_setopt(handle, CURLOPT_XFERINFODATA, exchange);
	(void)curl->easy_setopt(handle, CURLOPT_PREREQDATA, exchange); /* 7.80 */
	/* The last request's address would stay in its place. */
	if (bad)
		qm_memory_gone();
}

struct explanation {
	CURLcode result;
	bool before;    /* it happens before anything is sent */
	bool permanent; /* no retry cures it */
	const char *remedy;
};

static const struct explanation *explain(CURLcode result)
{
	static const struct explanation table[] = {
		{ CURLE_COULDNT_RESOLVE_PROXY, true, false, "is --proxy right, or HTTPS_PROXY?" },
		{ CURLE_COULDNT_RESOLVE_HOST, true, false,
			"is the URL right (--url), or does this network need --proxy?" },
		{ CURLE_COULDNT_CONNECT, true, false,
			"is the server up and the URL right, or does this network need --proxy?" },
		{ CURLE_SSL_CONNECT_ERROR, true, false, "is this an https address?" },
		{ CURLE_PEER_FAILED_VERIFICATION, true, true,
			"behind a company's proxy, give its certificate with --cacert" },
		{ CURLE_SSL_CACERT_BADFILE, true, true,
			"is the bundle (--cacert, CURL_CA_BUNDLE, SSL_CERT_FILE) readable PEM?" },
		{ CURLE_SSL_CERTPROBLEM, true, true,
			"are --client-cert and --client-key readable PEM that belong together, and "
			"is QMETRY_CLIENT_KEY_PASSWORD right?" },
		{ CURLE_URL_MALFORMAT, true, true, "is the URL right (--url)?" },
		{ CURLE_OPERATION_TIMEDOUT, false, false,
			"is the server overloaded? see --timeout" },
		{ CURLE_UNSUPPORTED_PROTOCOL, false, false, "is this a web server?" },
		{ CURLE_WEIRD_SERVER_REPLY, false, false, "is this a web server?" },
	};
	static const struct explanation other = { CURLE_OK, false, false,
		"the connection broke; is the server up?" };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].result == result)
			return &table[i];
	return &other;
}

/* A proxy that refuses the tunnel: nothing was sent, and 403 or 407 will not change. */
static long proxy_answer(const struct qm_http *http)
{
	long status = 0;

	(void)http->curl.easy_getinfo(http->handle, CURLINFO_HTTP_CONNECTCODE, &status);
	return status >= 300 ? status : 0;
}

/* What happened, in libcurl's words but for what we did to it ourselves. */
static const char *detail_of(const struct exchange *exchange, CURLcode result)
{
	const struct qm_http *http = exchange->http;

	if (exchange->issued > 1 || result == CURLE_OK)
		return "the server closed the connection";
	return *http->detail ? http->detail : http->curl.easy_strerror(result);
}

static void explain_failure(
	const struct exchange *exchange, CURLcode result, long proxy, struct qm_error *err)
{
	if (is_interrupted(exchange->http))
		(void)qm_error_set(err, QM_ESTOPPED, "stopped by a signal");
	else if (exchange->header_bytes > QM_REPLY_HEADER_MAX_BYTES)
		(void)qm_error_set(err, QM_EUNREACHABLE,
			"the answer has more than %d bytes of headers; is the URL right (--url)?",
			QM_REPLY_HEADER_MAX_BYTES);
	else if (proxy)
		(void)qm_error_set(err, QM_EUNREACHABLE,
			"the proxy answered %ld; if it wants a login, set HTTPS_PROXY or "
			"QMETRY_PROXY to http://USER:PASSWORD@HOST:PORT, and NO_PROXY for hosts "
			"that need none",
			proxy);
	else
		(void)qm_error_set(err, QM_EUNREACHABLE, "%.300s: %s", detail_of(exchange, result),
			explain(result)->remedy);
}

static void read_failure(const struct exchange *exchange, CURLcode result, const char *url)
{
	const struct qm_http *http = exchange->http;
	const struct explanation *explanation = explain(result);
	bool sent = http->sees_issue ? exchange->issued > 0 : !explanation->before;
	long proxy = sent ? 0 : proxy_answer(http);
	struct qm_reply *reply = exchange->reply;

	reply->delivery = is_interrupted(http) ? QM_CUT_OFF : sent ? QM_UNANSWERED : QM_NOT_SENT;
	reply->timed_out = sent && result == CURLE_OPERATION_TIMEDOUT;
	reply->permanent = explanation->permanent || (proxy && proxy < 500);
	explain_failure(exchange, result, proxy, &reply->error);
	qm_error_at(&reply->error, url, 0, 0);
}

/*
 * To libcurl a connection that ends within the head, or before a body whose length nobody told, is
 * the end of an empty answer. To a write that would be a success.
 */
static bool is_whole(const struct exchange *exchange)
{
	const struct qm_reply *reply = exchange->reply;

	return exchange->head_ended &&
		(exchange->framed || reply->body.length || reply->status == 204);
}

static void perform(struct qm_http *http, const struct qm_request *request, const char *url,
	struct qm_reply *reply)
{
	struct exchange exchange = { .http = http, .reply = reply };
	struct curl_slist *headers = make_headers(http, request);
	CURLcode result;
	long status = 0;

	http->detail[0] = '\0';
	set_request(http, request, url, headers, &exchange);
	result = http->curl.easy_perform(http->handle);
	(void)http->curl.easy_getinfo(http->handle, CURLINFO_RESPONSE_CODE, &status);
	reply->status = (int)status;
	/* An answer that is too large is an answer: the server has seen the request. */
	if ((result == CURLE_OK && is_whole(&exchange)) || reply->body.overflow)
		reply->delivery = QM_ANSWERED;
	else
		read_failure(&exchange, result, url);
	wipe_headers(http, headers);
}

static void send_request(void *context, const struct qm_request *request, struct qm_reply *reply)
{
	struct qm_http *http = context;
	bool clean = true;
	struct qm_buf url;

	qm_buf_init(&url, QM_URL_MAX_BYTES * 2);
	qm_buf_add_format(&url, "%s%s", http->base.data, request->path);
	for (size_t i = 0; i < request->header_count; i++)
		clean = clean && is_header_value(request->headers[i].value);
	if (clean && !url.overflow) {
		perform(http, request, url.data, reply);
	} else {
		reply->delivery = QM_NOT_SENT;
		reply->permanent = true;
		(void)qm_error_set(&reply->error, QM_EUNREACHABLE,
			"the server's project info holds ids that cannot be sent back");
	}
	qm_buf_release(&url);
}

struct qm_transport qm_http_transport(struct qm_http *http)
{
	return (struct qm_transport){ .send = send_request, .context = http };
}
