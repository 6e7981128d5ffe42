#include "src/api/http.h"
#include "src/api/limits.h"
#include "src/base/file.h"
#include "tests/api/loopback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>
#include <zlib.h>

static const char key_text[] = "s3cr3t-k3y";

struct client {
	struct loopback *server;
	struct qm_secret *key;
	struct qm_log log;
	struct qm_http *http;
	struct qm_http_options options;
	struct qm_reply reply;
	volatile sig_atomic_t interrupted;
};

static void drop_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static int setup(void **state)
{
	static const char *const variables[] = { "http_proxy", "https_proxy", "HTTPS_PROXY",
		"all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };
	struct client *client = calloc(1, sizeof *client);

	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		(void)unsetenv(variables[i]);
	client->key = qm_secret_new(key_text, strlen(key_text));
	qm_log_init(&client->log, QM_LOG_NOTICE, drop_line, NULL);
	client->options = (struct qm_http_options){ .project = "VKMC",
		.key = client->key,
		.connect_timeout_ms = 10000,
		.interrupted = &client->interrupted,
		.log = &client->log };
	qm_reply_init(&client->reply);
	*state = client;
	return 0;
}

/* After it the requests that the server was sent can be looked at. */
static void hang_up(struct client *client)
{
	qm_http_free(client->http);
	client->http = NULL;
	if (client->server)
		loopback_stop(client->server);
}

static int teardown(void **state)
{
	struct client *client = *state;

	if (client->http)
		hang_up(client);
	/* Wherever the test looked: the key is in no error. */
	assert_null(strstr(client->reply.error.text, key_text));
	assert_null(strstr(client->reply.error.source, key_text));
	qm_reply_release(&client->reply);
	qm_secret_free(client->key);
	if (client->server)
		loopback_free(client->server);
	free(client);
	return 0;
}

static void connect_to(struct client *client, const char *url)
{
	struct qm_error err;

	qm_error_init(&err);
	client->options.url = url;
	if (qm_http_new(&client->options, &client->http, &err))
		fail_msg("%s", err.text);
}

#define SERVE(client, steps)                                                        \
	((client)->server = loopback_start(steps, sizeof(steps) / sizeof *(steps)), \
		connect_to(client, loopback_url((client)->server)))

static void request(struct client *client, const char *method, const char *body, int64_t timeout_ms)
{
	const struct qm_request request = { .method = method,
		.path = "/rest/x",
		.headers = { { "scope", "1" } },
		.header_count = 1,
		.body = body,
		.body_length = body ? strlen(body) : 0,
		.timeout_ms = timeout_ms };
	struct qm_transport transport = qm_http_transport(client->http);

	qm_reply_release(&client->reply);
	qm_reply_init(&client->reply);
	transport.send(transport.context, &request, &client->reply);
}

/* What follows `start` at the beginning of a line of the head; NULL if no line begins so. */
static const char *find_line(const char *request, const char *start)
{
	for (const char *at = request; at; at = strstr(at, "\r\n")) {
		at += at == request ? 0 : 2;
		if (strncasecmp(at, start, strlen(start)) == 0)
			return at + strlen(start);
	}
	return NULL;
}

static bool has_line(const char *request, const char *line)
{
	const char *rest = find_line(request, line);

	return rest && strncmp(rest, "\r\n", 2) == 0;
}

static int64_t milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static void requests_have_our_headers_and_no_others(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = OK_HEAD "Content-Length: 2\r\n\r\n{}", .keep = true },
		{ .bytes = OK_HEAD "Content-Length: 2\r\n\r\n{}", .keep = true },
		{ .bytes = OK_HEAD "Content-Length: 2\r\n\r\n{}" },
	};
	struct client *client = *state;
	const char *get, *post, *put;

	SERVE(client, steps);
	request(client, "GET", NULL, 5000);
	assert_int_equal(client->reply.delivery, QM_ANSWERED);
	assert_int_equal(client->reply.status, 200);
	assert_string_equal(client->reply.content_type, "application/json");
	assert_string_equal(client->reply.body.data, "{}");
	request(client, "POST", "{\"a\":1}", 5000);
	request(client, "PUT", "{\"b\":2}", 5000);
	assert_int_equal(client->reply.status, 200);
	hang_up(client);
	assert_int_equal(loopback_request_count(client->server), 3);
	get = loopback_request(client->server, 0);
	post = loopback_request(client->server, 1);
	put = loopback_request(client->server, 2);
	assert_true(has_line(get, "GET /rest/x HTTP/1.1"));
	assert_true(has_line(get, "apikey: s3cr3t-k3y"));
	assert_true(has_line(get, "project: VKMC"));
	assert_true(has_line(get, "scope: 1"));
	assert_true(has_line(get, "qmetry-source: qmetry-ci"));
	assert_non_null(strstr(get, "User-Agent: qmetry-ci/" QM_VERSION " ("));
	assert_null(find_line(get, "Content-Type:"));
	assert_null(find_line(get, "Authorization:"));
	assert_true(has_line(post, "POST /rest/x HTTP/1.1"));
	assert_true(has_line(post, "Content-Type: application/json"));
	assert_null(find_line(post, "Expect:"));
	assert_true(has_line(put, "PUT /rest/x HTTP/1.1"));
	assert_non_null(strstr(put, "\r\n\r\n{\"b\":2}"));
}

static void a_bearer_token_takes_the_place_of_the_key(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = OK_HEAD
		"Content-Length: 2\r\n\r\n{}" } };
	struct client *client = *state;

	client->options.auth = QM_AUTH_BEARER;
	SERVE(client, steps);
	request(client, "GET", NULL, 5000);
	hang_up(client);
	assert_true(
		has_line(loopback_request(client->server, 0), "Authorization: Bearer s3cr3t-k3y"));
	assert_null(find_line(loopback_request(client->server, 0), "apikey:"));
}

static void a_path_in_the_url_comes_before_ours(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = OK_HEAD
		"Content-Length: 2\r\n\r\n{}" } };
	struct client *client = *state;
	char url[128];

	client->server = loopback_start(steps, 1);
	(void)snprintf(url, sizeof url, "%s/qmetry/", loopback_url(client->server));
	connect_to(client, url);
	request(client, "GET", NULL, 5000);
	hang_up(client);
	assert_true(has_line(loopback_request(client->server, 0), "GET /qmetry/rest/x HTTP/1.1"));
}

static void answers_come_in_all_framings(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = OK_HEAD
			"Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n",
			.keep = true },
		{ .bytes = OK_HEAD "Connection: close\r\n\r\n{\"a\":1}" },
		{ .bytes = "HTTP/1.1 100 Continue\r\nRetry-After: 9\r\n\r\n" OK_HEAD
			   "Content-Length: 7\r\n\r\n{\"a\":1}" },
	};
	struct client *client = *state;

	SERVE(client, steps);
	for (size_t i = 0; i < 3; i++) {
		request(client, "POST", "{}", 5000);
		assert_int_equal(client->reply.delivery, QM_ANSWERED);
		assert_string_equal(client->reply.body.data, "{\"a\":1}");
		assert_string_equal(client->reply.retry_after, "");
	}
}

static void an_empty_answer_says_that_it_is_empty(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = "HTTP/1.1 204 Done\r\n\r\n", .keep = true },
		{ .bytes = OK_HEAD "Content-Length: 0\r\n\r\n", .keep = true },
		{ .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
	};
	struct client *client = *state;

	SERVE(client, steps);
	for (size_t i = 0; i < 3; i++) {
		request(client, "PUT", "{}", 5000);
		assert_int_equal(client->reply.delivery, QM_ANSWERED);
		assert_int_equal(client->reply.body.length, 0);
	}
}

static void other_statuses_are_answers_too(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = "HTTP/1.1 429 Too Many\r\nRETRY-AFTER:  17 \r\n"
			   "Content-Length: 0\r\n\r\n",
			.keep = true },
		{ .bytes = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/login\r\n"
			   "Content-Length: 0\r\n\r\n",
			.keep = true },
		{ .bytes = "HTTP/1.1 503 Away\r\nContent-Type: text/html\r\n"
			   "Content-Length: 4\r\n\r\nhmm!",
			.keep = true },
	};
	struct client *client = *state;

	SERVE(client, steps);
	request(client, "GET", NULL, 5000);
	assert_int_equal(client->reply.status, 429);
	assert_string_equal(client->reply.retry_after, "17");
	request(client, "GET", NULL, 5000);
	assert_int_equal(client->reply.delivery, QM_ANSWERED);
	assert_int_equal(client->reply.status, 302);
	request(client, "GET", NULL, 5000);
	assert_int_equal(client->reply.status, 503);
	assert_string_equal(client->reply.retry_after, "");
	assert_string_equal(client->reply.content_type, "text/html");
	hang_up(client);
	assert_int_equal(loopback_request_count(client->server), 3);
}

/* The first answer keeps the connection, so that the broken one comes on a reused connection:
 * there libcurl would send the request again by itself, outside of every budget. */
static void a_broken_answer_is_no_answer_and_nothing_is_sent_twice(void **state)
{
	static const struct loopback_step broken[] = {
		{ .reset = true },
		{ .bytes = NULL },
		{ .bytes = OK_HEAD "Content-Length: 100\r\n\r\n{\"half\":" },
		{ .bytes = OK_HEAD "Content-Length: 100\r\n\r\n{\"half\":", .reset = true },
		{ .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n" },
		{ .bytes = OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n" },
		{ .bytes = "SSH-2.0-OpenSSH_9.2\r\n" },
		/* Broken off within its head, where libcurl sees a good and empty answer. */
		{ .bytes = "HTTP/1.1 200 OK\r\nContent-Le" },
		{ .bytes = OK_HEAD "Content-Length: 7\r\n" },
		/* The end of the connection ends the body, before its first byte. */
		{ .bytes = OK_HEAD "\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		const struct loopback_step steps[] = {
			{ .bytes = OK_HEAD "Content-Length: 2\r\n\r\n{}", .keep = true },
			broken[i],
		};
		void *fresh = NULL;
		struct client *client;

		(void)setup(&fresh);
		client = fresh;
		SERVE(client, steps);
		request(client, "GET", NULL, 5000);
		assert_int_equal(client->reply.delivery, QM_ANSWERED);
		request(client, "PUT", "{}", 5000);
		if (client->reply.delivery != QM_UNANSWERED)
			fail_msg("case %zu: delivery %d", i, client->reply.delivery);
		assert_false(client->reply.timed_out);
		assert_false(client->reply.permanent);
		assert_non_null(strstr(client->reply.error.source, "/rest/x"));
		assert_true(*client->reply.error.text);
		hang_up(client);
		assert_int_equal(loopback_request_count(client->server), 2);
		(void)teardown(&fresh);
	}
}

static void a_server_that_says_nothing_times_out(void **state)
{
	static const struct loopback_step steps[] = { { .hang = true } };
	struct client *client = *state;
	int64_t begun;

	SERVE(client, steps);
	begun = milliseconds();
	request(client, "PUT", "{}", 300);
	assert_true(milliseconds() - begun >= 290);
	assert_true(milliseconds() - begun < 5000);
	assert_int_equal(client->reply.delivery, QM_UNANSWERED);
	assert_true(client->reply.timed_out);
	assert_non_null(strstr(client->reply.error.text, "--timeout"));
}

static void nobody_listening_means_not_sent(void **state)
{
	static const struct loopback_step steps[] = { { .hang = true } };
	struct client *client = *state;

	client->server = loopback_start(steps, 1);
	loopback_stop(client->server);
	connect_to(client, loopback_url(client->server));
	loopback_free(client->server);
	client->server = NULL;
	request(client, "PUT", "{}", 5000);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
	assert_false(client->reply.permanent);
	assert_non_null(strstr(client->reply.error.text, "--proxy"));
}

static void a_connection_that_takes_too_long_means_not_sent(void **state)
{
	struct client *client = *state;

	client->options.connect_timeout_ms = 300;
	client->server = loopback_start_deaf();
	connect_to(client, loopback_url(client->server));
	request(client, "PUT", "{}", 5000);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
	assert_false(client->reply.timed_out);
}

static void an_unknown_name_means_not_sent(void **state)
{
	struct client *client = *state;

	connect_to(client, "https://qmetry.invalid");
	request(client, "PUT", "{}", 5000);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
	assert_false(client->reply.permanent);
}

static void plain_http_behind_https_is_told(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = "HTTP/1.1 400 Bad\r\n\r\n" } };
	struct client *client = *state;
	char url[128];

	client->server = loopback_start(steps, 1);
	(void)snprintf(url, sizeof url, "https%s", loopback_url(client->server) + 4);
	connect_to(client, url);
	client->options.connect_timeout_ms = 300;
	request(client, "PUT", "{}", 500);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
}

static void a_huge_body_stops_at_the_ceiling(void **state)
{
	static char head_and_body[65536] = OK_HEAD "Connection: close\r\n\r\n";
	const struct loopback_step steps[] = { { .bytes = head_and_body,
		.repeat = 400 } }; /* 26 MB */
	struct client *client = *state;
	size_t length = strlen(head_and_body);

	memset(head_and_body + length, 'x', sizeof head_and_body - length - 1);
	SERVE(client, steps);
	request(client, "GET", NULL, 20000);
	assert_int_equal(client->reply.delivery, QM_ANSWERED);
	assert_true(client->reply.body.overflow);
	assert_true(client->reply.body.length <= QM_REPLY_MAX_BYTES);
}

static void endless_headers_stop_at_the_ceiling(void **state)
{
	static char head[2 * QM_REPLY_HEADER_MAX_BYTES] = "HTTP/1.1 200 OK\r\n";
	const struct loopback_step steps[] = { { .bytes = head, .hang = true } };
	struct client *client = *state;

	for (size_t length = strlen(head); length + 32 < sizeof head;
		length += strlen(head + length))
		(void)snprintf(
			head + length, sizeof head - length, "X-%zu: and no end\r\n", length);
	SERVE(client, steps);
	request(client, "GET", NULL, 20000);
	assert_int_equal(client->reply.delivery, QM_UNANSWERED);
	assert_false(client->reply.timed_out);
	assert_non_null(strstr(client->reply.error.text, "headers"));
}

/* An answer with `count` zeros in a gzip body; returns its length. */
static size_t zip_zeros(size_t count, char *out, size_t size)
{
	static const char head[] = OK_HEAD "Content-Encoding: gzip\r\nConnection: close\r\n\r\n";
	z_stream stream = { .next_out = (Bytef *)out + sizeof head - 1,
		.avail_out = (uInt)(size - sizeof head + 1) };
	char *zeros = calloc(count, 1);

	memcpy(out, head, sizeof head - 1);
	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (Bytef *)zeros;
	stream.avail_in = (uInt)count;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	(void)deflateEnd(&stream);
	free(zeros);
	return size - stream.avail_out;
}

/* 24 MB of zeros come in 24 KB: the ceiling counts what was unpacked. */
static void gzip_is_taken_and_bounded_after_unpacking(void **state)
{
	static char small[4096], bomb[65536];
	const struct loopback_step steps[] = {
		{ .bytes = small, .length = zip_zeros(5000, small, sizeof small) },
		{ .bytes = bomb, .length = zip_zeros(24 << 20, bomb, sizeof bomb) },
	};
	struct client *client = *state;

	SERVE(client, steps);
	request(client, "GET", NULL, 20000);
	assert_int_equal(client->reply.delivery, QM_ANSWERED);
	assert_int_equal(client->reply.body.length, 5000);
	request(client, "GET", NULL, 20000);
	assert_int_equal(client->reply.delivery, QM_ANSWERED);
	assert_true(client->reply.body.overflow);
	assert_true(client->reply.body.length <= QM_REPLY_MAX_BYTES);
}

static void a_signal_cuts_a_request_off(void **state)
{
	static const struct loopback_step steps[] = { { .hang = true } };
	struct client *client = *state;
	int64_t begun;

	SERVE(client, steps);
	client->interrupted = 1;
	begun = milliseconds();
	request(client, "PUT", "{}", 60000);
	assert_true(milliseconds() - begun < 3000);
	assert_int_equal(client->reply.delivery, QM_CUT_OFF);
}

static void a_signal_cuts_a_connection_attempt_off(void **state)
{
	struct client *client = *state;
	int64_t begun;

	client->server = loopback_start_deaf();
	connect_to(client, loopback_url(client->server));
	client->interrupted = 1;
	begun = milliseconds();
	request(client, "PUT", "{}", 60000);
	assert_true(milliseconds() - begun < 3000);
	assert_int_equal(client->reply.delivery, QM_CUT_OFF);
}

static void what_cannot_be_a_header_is_not_sent(void **state)
{
	static const struct loopback_step steps[] = { { .hang = true } };
	const struct qm_request request = { .method = "GET",
		.path = "/rest/x",
		.headers = { { "orgcode", "ORG\r\nX-More: 1" } },
		.header_count = 1,
		.timeout_ms = 5000 };
	struct client *client = *state;
	struct qm_transport transport;

	SERVE(client, steps);
	transport = qm_http_transport(client->http);
	transport.send(transport.context, &request, &client->reply);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
	assert_true(client->reply.permanent);
}

static void bad_settings_are_refused_before_anything_is_loaded(void **state)
{
	struct client *client = *state;
	struct qm_error err;

	qm_error_init(&err);
	client->options.url = "http://qa.example.com";
	assert_int_equal(qm_http_new(&client->options, &client->http, &err), QM_EUSAGE);
	assert_null(client->http);
	qm_error_init(&err);
	client->options.url = "https://qa.example.com";
	client->options.project = "VKMC\r\nX: y";
	assert_int_equal(qm_http_new(&client->options, &client->http, &err), QM_EUSAGE);
	qm_error_init(&err);
	client->options.project = "VKMC";
	client->options.cacert = "not-there.pem";
	assert_int_equal(qm_http_new(&client->options, &client->http, &err), QM_EUSAGE);
	assert_string_equal(err.source, "not-there.pem");
}

/* A proxy for the rest of the world must not get the key that is for this machine. */
static void loopback_is_not_asked_through_the_environments_proxy(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = OK_HEAD
		"Content-Length: 2\r\n\r\n{}" } };
	struct client *client = *state;

	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	SERVE(client, steps);
	request(client, "GET", NULL, 5000);
	(void)unsetenv("http_proxy");
	assert_int_equal(client->reply.delivery, QM_ANSWERED);
}

static void a_proxy_is_used_and_what_it_refuses_is_told(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = "HTTP/1.1 407 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" },
		{ .bytes = "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n" },
	};
	struct client *client = *state;

	client->server = loopback_start(steps, 2);
	client->options.proxy = loopback_url(client->server);
	connect_to(client, "https://qmetry.invalid");
	request(client, "GET", NULL, 5000);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
	assert_true(client->reply.permanent);
	assert_non_null(strstr(client->reply.error.text, "407"));
	request(client, "GET", NULL, 5000);
	assert_int_equal(client->reply.delivery, QM_NOT_SENT);
	assert_false(client->reply.permanent);
	hang_up(client);
	assert_true(has_line(
		loopback_request(client->server, 0), "CONNECT qmetry.invalid:443 HTTP/1.1"));
	assert_null(find_line(loopback_request(client->server, 0), "apikey:"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(requests_have_our_headers_and_no_others),
		TEST(a_bearer_token_takes_the_place_of_the_key),
		TEST(a_path_in_the_url_comes_before_ours),
		TEST(answers_come_in_all_framings),
		TEST(an_empty_answer_says_that_it_is_empty),
		TEST(other_statuses_are_answers_too),
		TEST(a_broken_answer_is_no_answer_and_nothing_is_sent_twice),
		TEST(a_server_that_says_nothing_times_out),
		TEST(nobody_listening_means_not_sent),
		TEST(a_connection_that_takes_too_long_means_not_sent),
		TEST(an_unknown_name_means_not_sent),
		TEST(plain_http_behind_https_is_told),
		TEST(a_huge_body_stops_at_the_ceiling),
		TEST(endless_headers_stop_at_the_ceiling),
		TEST(gzip_is_taken_and_bounded_after_unpacking),
		TEST(a_signal_cuts_a_request_off),
		TEST(a_signal_cuts_a_connection_attempt_off),
		TEST(what_cannot_be_a_header_is_not_sent),
		TEST(bad_settings_are_refused_before_anything_is_loaded),
		TEST(loopback_is_not_asked_through_the_environments_proxy),
		TEST(a_proxy_is_used_and_what_it_refuses_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
