/*
 * Whom do we believe? A real TLS server (openssl s_server) with a certificate that no system
 * knows, and a client with and without --cacert.
 */
#include "src/api/http.h"
#include "tests/api/certificate.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	pid_t server;
	int input;    /* the server ends when its input does */
	FILE *output; /* and would be killed by a broken pipe */
	char port[16];
};

/* Runs it; returns the process, and both ends of its talk where they are wanted. */
static pid_t start(const char *const *arguments, int *input, FILE **output)
{
	int in[2], out[2];
	pid_t child;

	if (pipe(in) || pipe(out))
		return -1;
	child = fork();
	if (child == 0) {
		(void)dup2(in[0], STDIN_FILENO);
		(void)dup2(out[1], STDOUT_FILENO);
		(void)dup2(out[1], STDERR_FILENO);
		(void)close(in[1]);
		(void)close(out[0]);
		(void)execvp(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	(void)close(in[0]);
	(void)close(out[1]);
	*input = in[1];
	*output = fdopen(out[0], "r");
	return child;
}

/* -www answers every request with a page. The line "ACCEPT 127.0.0.1:PORT" tells the port. */
static int start_server(void **state)
{
	static const char *const arguments[] = { "openssl", "s_server", "-accept", "127.0.0.1:0",
		"-cert", "localhost.pem", "-key", "localhost.key", "-www", NULL };
	struct fixture *fixture = calloc(1, sizeof *fixture);
	char line[256];

	*state = fixture;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)unsetenv("CURL_CA_BUNDLE");
	(void)unsetenv("SSL_CERT_FILE");
	if (!certificate_make(".", "localhost") || !certificate_make(".", "elsewhere"))
		return -1;
	fixture->server = start(arguments, &fixture->input, &fixture->output);
	while (!*fixture->port && fgets(line, sizeof line, fixture->output))
		if (strncmp(line, "ACCEPT 127.0.0.1:", 17) == 0)
			(void)snprintf(fixture->port, sizeof fixture->port, "%.*s",
				(int)strcspn(line + 17, "\r\n"), line + 17);
	return *fixture->port ? 0 : -1;
}

static int stop_server(void **state)
{
	struct fixture *fixture = *state;

	if (fixture->server > 0) {
		(void)kill(fixture->server, SIGTERM);
		(void)waitpid(fixture->server, NULL, 0);
		(void)close(fixture->input);
		(void)fclose(fixture->output);
	}
	free(fixture);
	return 0;
}

static void drop_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static void ask(
	const struct fixture *fixture, const char *host, const char *cacert, struct qm_reply *reply)
{
	const struct qm_request request = { .method = "GET", .path = "/", .timeout_ms = 10000 };
	struct qm_secret *key = qm_secret_new("s3cr3t-k3y", 10);
	struct qm_transport transport;
	struct qm_http *http;
	struct qm_error err;
	struct qm_log log;
	char url[64];

	qm_error_init(&err);
	qm_reply_init(reply);
	qm_log_init(&log, QM_LOG_NOTICE, drop_line, NULL);
	(void)snprintf(url, sizeof url, "https://%s:%s", host, fixture->port);
	if (qm_http_new(&(struct qm_http_options){ .url = url,
				.project = "VKMC",
				.key = key,
				.cacert = cacert,
				.connect_timeout_ms = 10000,
				.log = &log },
		    &http, &err))
		fail_msg("%s", err.text);
	transport = qm_http_transport(http);
	transport.send(transport.context, &request, reply);
	qm_http_free(http);
	qm_secret_free(key);
}

static void an_unknown_certificate_is_refused_with_the_remedy(void **state)
{
	struct qm_reply reply;

	ask(*state, "localhost", NULL, &reply);
	assert_int_equal(reply.delivery, QM_NOT_SENT);
	assert_true(reply.permanent);
	assert_non_null(strstr(reply.error.text, "--cacert"));
	qm_reply_release(&reply);
}

static void a_certificate_that_was_added_is_believed(void **state)
{
	struct qm_reply reply;

	ask(*state, "localhost", "localhost.pem", &reply);
	if (reply.delivery != QM_ANSWERED)
		fail_msg("%s", reply.error.text);
	assert_int_equal(reply.status, 200);
	qm_reply_release(&reply);
}

static void another_certificate_that_was_added_does_not_help(void **state)
{
	struct qm_reply reply;

	ask(*state, "localhost", "elsewhere.pem", &reply);
	assert_int_equal(reply.delivery, QM_NOT_SENT);
	assert_true(reply.permanent);
	qm_reply_release(&reply);
}

static void the_name_must_be_that_of_the_certificate(void **state)
{
	struct qm_reply reply;

	ask(*state, "127.0.0.1", "localhost.pem", &reply);
	assert_int_equal(reply.delivery, QM_NOT_SENT);
	assert_true(reply.permanent);
	qm_reply_release(&reply);
}

static void the_environment_may_name_the_bundle(void **state)
{
	struct qm_reply reply;

	(void)setenv("SSL_CERT_FILE", "localhost.pem", 1);
	ask(*state, "localhost", NULL, &reply);
	(void)unsetenv("SSL_CERT_FILE");
	if (reply.delivery != QM_ANSWERED)
		fail_msg("%s", reply.error.text);
	qm_reply_release(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_certificate_is_refused_with_the_remedy),
		cmocka_unit_test(a_certificate_that_was_added_is_believed),
		cmocka_unit_test(another_certificate_that_was_added_does_not_help),
		cmocka_unit_test(the_name_must_be_that_of_the_certificate),
		cmocka_unit_test(the_environment_may_name_the_bundle),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
