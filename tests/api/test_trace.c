#include "src/api/trace.h"
#include "src/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void keep_line(void *context, enum qm_log_level level, const char *line)
{
	assert_int_equal(level, QM_LOG_DEBUG);
	qm_buf_add_format(context, "%s\n", line);
}

static void check(enum qm_trace_kind kind, const char *bytes, const char *wanted)
{
	struct qm_secret *key = qm_secret_new("s3cr3t", 6);
	struct qm_buf lines;
	struct qm_log log;

	qm_buf_init(&lines, 8192);
	qm_log_init(&log, QM_LOG_DEBUG, keep_line, &lines);
	qm_log_hide(&log, key);
	qm_trace(&log, kind, bytes, strlen(bytes));
	assert_string_equal(lines.data, wanted);
	qm_buf_release(&lines);
	qm_secret_free(key);
}

static void lines_are_marked(void **state)
{
	(void)state;
	check(QM_TRACE_TEXT, "Connected to a (1.2.3.4)\n", "* Connected to a (1.2.3.4)\n");
	check(QM_TRACE_SENT, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n",
		"> GET /x HTTP/1.1\n> Host: a\n");
	check(QM_TRACE_RECEIVED, "HTTP/1.1 200 OK\r\n", "< HTTP/1.1 200 OK\n");
	check(QM_TRACE_TEXT, "no line end", "* no line end\n");
	check(QM_TRACE_TEXT, "", "");
}

static void secrets_are_not_shown(void **state)
{
	(void)state;
	check(QM_TRACE_SENT, "apikey: anything\r\nAuthorization: Bearer x\r\n",
		"> apikey: ***\n> Authorization: ***\n");
	check(QM_TRACE_SENT, "PROXY-AUTHORIZATION: Basic dTpw\r\n", "> PROXY-AUTHORIZATION: ***\n");
	check(QM_TRACE_RECEIVED, "Set-Cookie: session=1\r\n", "< Set-Cookie: ***\n");
	check(QM_TRACE_RECEIVED, "X-Echo: s3cr3t\r\n", "< X-Echo: ***\n");
	check(QM_TRACE_TEXT, "user s3cr3t", "* user ***\n");
}

static void servers_give_no_orders(void **state)
{
	(void)state;
	check(QM_TRACE_RECEIVED, "X: \x1b[31m##[error]\r\n", "< X: ?[31m# #[error]\n");
}

static void long_lines_are_cut(void **state)
{
	char bytes[3000];
	struct qm_buf lines;
	struct qm_log log;

	(void)state;
	memset(bytes, 'x', sizeof bytes);
	memcpy(bytes + sizeof bytes - 5, "\r\na\r\n", 5);
	qm_buf_init(&lines, 8192);
	qm_log_init(&log, QM_LOG_DEBUG, keep_line, &lines);
	qm_trace(&log, QM_TRACE_RECEIVED, bytes, sizeof bytes);
	assert_true(lines.length < 1100);
	assert_string_equal(lines.data + lines.length - 4, "< a\n");
	qm_buf_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_marked),
		cmocka_unit_test(secrets_are_not_shown),
		cmocka_unit_test(servers_give_no_orders),
		cmocka_unit_test(long_lines_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
