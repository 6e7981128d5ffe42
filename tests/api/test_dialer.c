/*
 * Connections to Redis as the product makes them: to a real server with and without TLS, and to a
 * loopback that plays proxies and servers that misbehave.
 */
#include "src/api/dialer.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "tests/api/certificate.h"
#include "tests/api/loopback.h"
#include "tests/policy/cases.h"
#include "tests/policy/redis_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* For silence that is awaited, and for what comes, on a machine however busy. */
enum { PATIENCE_MS = 50, PLENTY_MS = 60000 };

static const struct qm_reserve one_of_thirty = {
	.key = "t._rate_minute", .amount = 1, .limit = 30, .window_ms = 60000, .now_ms = 60000
};

struct fixture {
	char plain_folder[64], secure_folder[64];
	struct redis_server *plain, *secure;
	char certificate[96], key[96], other[96]; /* of the secure one, and of nobody */
};

/* How a test connects. */
struct way {
	const char *url; /* %d: the port */
	int port;
	const char *cacert, *proxy;
	int64_t timeout_ms; /* 0: long enough */
	const volatile sig_atomic_t *interrupted;
};

static int64_t no_ticks(void *context)
{
	(void)context;
	return 0;
}

static int setup(void **state)
{
	struct fixture *fixture = qm_alloc(sizeof *fixture);
	static const char *const variables[] = { "CURL_CA_BUNDLE", "SSL_CERT_FILE", "http_proxy",
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY" };

	*state = fixture;
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		(void)unsetenv(variables[i]);
	if (!case_folder_new(fixture->plain_folder) || !case_folder_new(fixture->secure_folder) ||
		!certificate_make(fixture->plain_folder, "elsewhere") ||
		!certificate_make(fixture->secure_folder, "localhost"))
		return -1;
	(void)snprintf(
		fixture->other, sizeof fixture->other, "%s/elsewhere.pem", fixture->plain_folder);
	(void)snprintf(fixture->certificate, sizeof fixture->certificate, "%s/localhost.pem",
		fixture->secure_folder);
	(void)snprintf(
		fixture->key, sizeof fixture->key, "%s/localhost.key", fixture->secure_folder);
	fixture->plain = redis_server_start(&(struct redis_server_options){
		.folder = fixture->plain_folder, .password = "geheim", .tcp = true });
	fixture->secure =
		redis_server_start(&(struct redis_server_options){ .folder = fixture->secure_folder,
			.tcp = true,
			.certificate = fixture->certificate,
			.key = fixture->key });
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	redis_server_free(fixture->plain);
	redis_server_free(fixture->secure);
	case_folder_remove(fixture->plain_folder);
	case_folder_remove(fixture->secure_folder);
	free(fixture);
	return 0;
}

static enum qm_code open_store(const struct way *way, struct qm_store **out, struct qm_error *err)
{
	static const struct qm_clock clock = { .ticks_ms = no_ticks };
	const struct qm_dialer_options dialing = { .cacert = way->cacert,
		.proxy = way->proxy,
		.timeout_ms = way->timeout_ms ? way->timeout_ms : PLENTY_MS,
		.clock = &clock,
		.interrupted = way->interrupted };
	struct qm_redis_options options = { .prefix = NULL };
	struct qm_buf url;

	*out = NULL;
	qm_error_init(err);
	qm_buf_init(&url, 256);
	qm_buf_add_text(&url, way->url);
	if (strchr(way->url, '%')) {
		qm_buf_clear(&url);
		qm_buf_add_format(&url, "%.*s%d%s", (int)strcspn(way->url, "%"), way->url,
			way->port, strchr(way->url, '%') + 1);
	}
	assert_int_equal(qm_redis_url_parse(url.data, &options.url, err), QM_OK);
	assert_int_equal(qm_dialer_new(&dialing, &options.dialer, err), QM_OK);
	qm_buf_release(&url);
	return qm_store_redis(&options, out, err);
}

static enum qm_code take_one(struct qm_store *store, int64_t *value, struct qm_error *err)
{
	bool allowed = false;

	qm_error_init(err);
	return store->kind->reserve(store, &one_of_thirty, &allowed, value, err);
}

static void assert_good(const struct way *way)
{
	struct qm_store *store;
	struct qm_error err;
	int64_t value = 0, next = 0;

	if (open_store(way, &store, &err) || take_one(store, &value, &err) ||
		take_one(store, &next, &err))
		fail_msg("%s", err.text);
	assert_true(store->shared);
	assert_int_equal(next, value + 1);
	qm_store_close(store);
}

static void assert_text(const struct qm_error *err, const char *words)
{
	if (!strstr(err->text, words))
		fail_msg("\"%s\" is not in: %s", words, err->text);
}

static void assert_refused(const struct way *way, const char *words)
{
	struct qm_store *store;
	struct qm_error err;

	assert_int_equal(open_store(way, &store, &err), QM_EIO);
	assert_null(store);
	assert_text(&err, "the Redis server ");
	assert_text(&err, words);
}

static void counts_over_tcp(void **state)
{
	const struct fixture *fixture = *state;

	if (!fixture->plain)
		skip();
	assert_good(&(struct way){ .url = "redis://:geheim@127.0.0.1:%",
		.port = redis_server_port(fixture->plain),
		.proxy = NULL });
	assert_good(&(struct way){ .url = "redis://default:geheim@localhost:%/3",
		.port = redis_server_port(fixture->plain) });
}

static void a_password_that_is_wrong_or_missing_is_told(void **state)
{
	const struct fixture *fixture = *state;

	if (!fixture->plain)
		skip();
	assert_refused(&(struct way){ .url = "redis://127.0.0.1:%",
			       .port = redis_server_port(fixture->plain) },
		"QMETRY_STATE_PASSWORD");
	assert_refused(&(struct way){ .url = "redis://:verkehrt@127.0.0.1:%",
			       .port = redis_server_port(fixture->plain) },
		"WRONGPASS");
}

static void a_database_that_does_not_exist_is_told(void **state)
{
	const struct fixture *fixture = *state;

	if (!fixture->plain)
		skip();
	assert_refused(&(struct way){ .url = "redis://:geheim@127.0.0.1:%/99",
			       .port = redis_server_port(fixture->plain) },
		"DB index is out of range");
}

static void counts_over_tls(void **state)
{
	const struct fixture *fixture = *state;

	if (!fixture->secure)
		skip();
	assert_good(&(struct way){ .url = "rediss://localhost:%",
		.port = redis_server_port(fixture->secure),
		.cacert = fixture->certificate });
}

static void over_tls_only_whom_we_believe(void **state)
{
	const struct fixture *fixture = *state;
	struct way way = { .url = "rediss://localhost:%" };

	if (!fixture->secure)
		skip();
	way.port = redis_server_port(fixture->secure);
	assert_refused(&way, "--cacert");
	way.cacert = fixture->other;
	assert_refused(&way, "--cacert");
	way.url = "rediss://127.0.0.1:%";
	way.cacert = fixture->certificate;
	assert_refused(&way, "name the host as the certificate does");
}

static void tls_where_there_is_none_and_the_other_way_round(void **state)
{
	const struct fixture *fixture = *state;

	if (!fixture->plain || !fixture->secure)
		skip();
	assert_refused(&(struct way){ .url = "rediss://localhost:%",
			       .port = redis_server_port(fixture->plain),
			       .cacert = fixture->certificate,
			       .timeout_ms = 4 * PATIENCE_MS },
		"redis:// does without");
	assert_refused(&(struct way){ .url = "redis://localhost:%",
			       .port = redis_server_port(fixture->secure) },
		"the Redis server localhost:");
}

static int port_of(const struct loopback *server)
{
	int64_t port = 0;

	assert_true(qm_text_int(strrchr(loopback_url(server), ':') + 1, 1, 65535, &port));
	return (int)port;
}

static void nobody_there_is_told(void **state)
{
	static const struct loopback_step step = { .bytes = "" };
	struct loopback *server = loopback_start(&step, 1);
	int port = port_of(server);

	(void)state;
	loopback_stop(server);
	loopback_free(server);
	assert_refused(&(struct way){ .url = "redis://127.0.0.1:%", .port = port },
		"is it up and --state right");
}

/* Connects to a server of these steps, the first of which answers the PING, and asks it. */
static void ask_rude(
	const struct loopback_step *steps, size_t count, int64_t timeout_ms, struct qm_error *err)
{
	struct loopback *server = loopback_start(steps, count);
	const struct way way = {
		.url = "redis://127.0.0.1:%", .port = port_of(server), .timeout_ms = timeout_ms
	};
	struct qm_store *store;
	int64_t value;

	if (!open_store(&way, &store, err))
		assert_int_equal(take_one(store, &value, err), QM_EIO);
	qm_store_close(store);
	loopback_stop(server);
	loopback_free(server);
	assert_int_equal(err->code, QM_EIO);
}

#define RUDE(steps, timeout_ms, err) \
	ask_rude(steps, sizeof(steps) / sizeof *(steps), timeout_ms, err)

static void a_server_that_says_nothing_is_left(void **state)
{
	static const struct loopback_step at_once[] = { { .hang = true } };
	static const struct loopback_step later[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "*2\r\n:1\r\n$1\r", .hang = true } };
	struct qm_error err;

	(void)state;
	RUDE(at_once, PATIENCE_MS, &err);
	assert_text(&err, "no whole answer in");
	RUDE(later, PATIENCE_MS, &err);
	assert_text(&err, "no whole answer in");
}

static void nonsense_is_told(void **state)
{
	static const struct loopback_step web[] = {
		{ .bytes = "HTTP/1.1 400 Bad Request\r\n\r\n" }
	};
	static const struct loopback_step odd[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "+OK\r\n", .keep = true } };
	static const struct loopback_step list[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "*2\r\n*2000000000\r\n" } };
	struct qm_error err;

	(void)state;
	RUDE(web, 0, &err);
	assert_text(&err, "does not speak as Redis does");
	RUDE(odd, 0, &err);
	assert_text(&err, "no counter of Intercept");
	RUDE(list, 0, &err);
	assert_text(&err, "does not speak as Redis does");
}

static void an_answer_without_end_is_cut(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "+for ever and ever", .repeat = 100000000 } };
	struct qm_error err;

	(void)state;
	RUDE(steps, 0, &err);
	assert_text(&err, "does not end");
}

static void errors_are_told_in_the_servers_words(void **state)
{
	static const struct loopback_step loading[] = {
		{ .bytes = "-LOADING Redis is loading the dataset in memory\r\n" }
	};
	static const struct loopback_step moved[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "-MOVED 3999 127.0.0.1:6381\r\n", .keep = true } };
	struct qm_error err;

	(void)state;
	RUDE(loading, 0, &err);
	assert_text(&err, "LOADING Redis is loading the dataset in memory (it is starting");
	RUDE(moved, 0, &err);
	assert_text(&err, "MOVED 3999 127.0.0.1:6381 (a cluster");
}

/* It closes whenever a call is to be counted, on the new connection too. */
static void a_connection_that_breaks_again_is_told(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = NULL }, { .bytes = "+PONG\r\n", .keep = true }, { .bytes = NULL },
		{ .bytes = "+PONG\r\n", .keep = true } };
	struct qm_error err;

	(void)state;
	RUDE(steps, 0, &err);
	assert_text(&err, "closed the connection");
}

static void one_that_breaks_once_is_opened_anew(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "*2\r\n:1\r\n", .reset = true }, { .bytes = "+PONG\r\n", .keep = true },
		{ .bytes = "*2\r\n:1\r\n$1\r\n7\r\n", .keep = true } };
	struct loopback *server = loopback_start(steps, sizeof steps / sizeof *steps);
	struct qm_store *store;
	struct qm_error err;
	int64_t value = 0;

	(void)state;
	assert_int_equal(
		open_store(&(struct way){ .url = "redis://127.0.0.1:%", .port = port_of(server) },
			&store, &err),
		QM_OK);
	if (take_one(store, &value, &err))
		fail_msg("%s", err.text);
	assert_int_equal(value, 7);
	qm_store_close(store);
	loopback_stop(server);
	loopback_free(server);
}

/* What knows no AUTH may repeat what it was told. */
static void the_password_is_not_repeated(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = "-ERR unknown command 'AUTH', with args beginning with: 'geheim'\r\n" }
	};
	struct loopback *server = loopback_start(steps, 1);

	(void)state;
	assert_refused(
		&(struct way){ .url = "redis://:geheim@127.0.0.1:%", .port = port_of(server) },
		"with args beginning with: '***'");
	loopback_stop(server);
	loopback_free(server);
}

/* ---- Signals */

static void a_signal_ends_a_wait(void **state)
{
	static const struct loopback_step steps[] = { { .bytes = "+PONG\r\n", .keep = true },
		{ .hang = true } };
	struct loopback *server = loopback_start(steps, 2);
	volatile sig_atomic_t interrupted = 0;
	struct qm_store *store;
	struct qm_error err;
	int64_t value = 0;

	(void)state;
	assert_int_equal(open_store(&(struct way){ .url = "redis://127.0.0.1:%",
					    .port = port_of(server),
					    .interrupted = &interrupted },
				 &store, &err),
		QM_OK);
	interrupted = SIGTERM;
	assert_int_equal(take_one(store, &value, &err), QM_ESTOPPED);
	assert_text(&err, "stopped by a signal");
	/* Nobody is called any more. */
	assert_int_equal(take_one(store, &value, &err), QM_ESTOPPED);
	qm_store_close(store);
	loopback_stop(server);
	loopback_free(server);
}

static void after_a_signal_what_is_answered_at_once_is_done(void **state)
{
	const struct fixture *fixture = *state;
	volatile sig_atomic_t interrupted = 0;
	struct qm_store *store;
	struct qm_error err;
	int64_t value = 0;

	if (!fixture->plain)
		skip();
	assert_int_equal(open_store(&(struct way){ .url = "redis://:geheim@127.0.0.1:%",
					    .port = redis_server_port(fixture->plain),
					    .interrupted = &interrupted },
				 &store, &err),
		QM_OK);
	interrupted = SIGTERM;
	assert_int_equal(take_one(store, &value, &err), QM_OK);
	qm_store_close(store);
}

/* ---- Proxies: the loopback plays proxy and server. */

static const struct loopback_step tunnel[] = {
	{ .bytes = "HTTP/1.1 200 Connection established\r\n\r\n", .keep = true },
	{ .bytes = "+PONG\r\n", .keep = true },
	{ .bytes = "*2\r\n:1\r\n$1\r\n1\r\n", .keep = true },
	{ .bytes = "*2\r\n:1\r\n$1\r\n2\r\n", .keep = true }
};

static void a_proxy_is_asked_for_a_tunnel(void **state)
{
	struct loopback *proxy = loopback_start(tunnel, 4);
	char url[64];

	(void)state;
	(void)snprintf(url, sizeof url, "%s", loopback_url(proxy));
	assert_good(&(struct way){ .url = "redis://cache.example:7000", .proxy = url });
	loopback_stop(proxy);
	assert_non_null(strstr(loopback_request(proxy, 0), "CONNECT cache.example:7000 HTTP/1.1"));
	assert_non_null(strstr(loopback_request(proxy, 1), "PING"));
	loopback_free(proxy);
}

static void the_environment_names_proxies_and_whom_they_are_not_for(void **state)
{
	const struct fixture *fixture = *state;
	struct loopback *proxy = loopback_start(tunnel, 4);

	assert_int_equal(setenv("http_proxy", loopback_url(proxy), 1), 0);
	assert_good(&(struct way){ .url = "redis://cache.example:7000" });
	loopback_stop(proxy);
	assert_non_null(strstr(loopback_request(proxy, 0), "CONNECT cache.example:7000 HTTP/1.1"));
	/* The proxy is gone: who gets through needs none. 0.0.0.0 is this machine under a name
	 * that is not known as such. */
	if (fixture->plain) {
		const int port = redis_server_port(fixture->plain);

		assert_good(&(struct way){ .url = "redis://:geheim@127.0.0.1:%", .port = port });
		assert_refused(&(struct way){ .url = "redis://:geheim@0.0.0.0:%", .port = port },
			"--proxy");
		assert_int_equal(setenv("NO_PROXY", "0.0.0.0", 1), 0);
		assert_good(&(struct way){ .url = "redis://:geheim@0.0.0.0:%", .port = port });
	}
	loopback_free(proxy);
	assert_int_equal(unsetenv("http_proxy") | unsetenv("NO_PROXY"), 0);
}

static void a_proxy_that_refuses_is_told(void **state)
{
	static const struct loopback_step steps[] = {
		{ .bytes = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n" }
	};
	struct loopback *proxy = loopback_start(steps, 1);

	(void)state;
	assert_refused(
		&(struct way){ .url = "redis://cache.example", .proxy = loopback_url(proxy) },
		"the proxy answered 403");
	loopback_stop(proxy);
	loopback_free(proxy);
}

static void what_does_not_let_us_in_is_left(void **state)
{
	static const struct loopback_step steps[] = { { .hang = true } };
	struct loopback *deaf = loopback_start_deaf(), *proxy = loopback_start(steps, 1);

	(void)state;
	assert_refused(&(struct way){ .url = "redis://127.0.0.1:%",
			       .port = port_of(deaf),
			       .timeout_ms = PATIENCE_MS },
		"is it up and --state right?");
	assert_refused(&(struct way){ .url = "redis://cache.example",
			       .proxy = loopback_url(proxy),
			       .timeout_ms = PATIENCE_MS },
		"cache.example:6379 is of no use: ");
	loopback_stop(deaf);
	loopback_stop(proxy);
	loopback_free(deaf);
	loopback_free(proxy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_over_tcp),
		cmocka_unit_test(a_password_that_is_wrong_or_missing_is_told),
		cmocka_unit_test(a_database_that_does_not_exist_is_told),
		cmocka_unit_test(counts_over_tls),
		cmocka_unit_test(over_tls_only_whom_we_believe),
		cmocka_unit_test(tls_where_there_is_none_and_the_other_way_round),
		cmocka_unit_test(nobody_there_is_told),
		cmocka_unit_test(a_server_that_says_nothing_is_left),
		cmocka_unit_test(nonsense_is_told),
		cmocka_unit_test(an_answer_without_end_is_cut),
		cmocka_unit_test(errors_are_told_in_the_servers_words),
		cmocka_unit_test(a_connection_that_breaks_again_is_told),
		cmocka_unit_test(one_that_breaks_once_is_opened_anew),
		cmocka_unit_test(the_password_is_not_repeated),
		cmocka_unit_test(a_signal_ends_a_wait),
		cmocka_unit_test(after_a_signal_what_is_answered_at_once_is_done),
		cmocka_unit_test(a_proxy_is_asked_for_a_tunnel),
		cmocka_unit_test(the_environment_names_proxies_and_whom_they_are_not_for),
		cmocka_unit_test(a_proxy_that_refuses_is_told),
		cmocka_unit_test(what_does_not_let_us_in_is_left),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
