#include "src/api/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *url;
	const char *base; /* NULL: refused */
	bool loopback;
};

static void check(const struct row *rows, size_t count, bool allow_http)
{
	for (size_t i = 0; i < count; i++) {
		bool loopback = false;
		struct qm_error err;
		struct qm_buf base;
		enum qm_code code;

		qm_error_init(&err);
		qm_buf_init(&base, 4096);
		code = qm_url_check(rows[i].url, allow_http, &base, &loopback, &err);
		if (code != (rows[i].base ? QM_OK : QM_EUSAGE))
			fail_msg("%s: code %d, %s", rows[i].url, code, err.text);
		if (rows[i].base) {
			assert_string_equal(base.data, rows[i].base);
			assert_int_equal(loopback, rows[i].loopback);
		}
		qm_buf_release(&base);
	}
}

#define CHECK(rows, allow_http) check(rows, sizeof(rows) / sizeof *(rows), allow_http)

static void good_urls_lose_only_their_trailing_slashes(void **state)
{
	static const struct row rows[] = {
		{ "https://testmanagement.qmetry.com", "https://testmanagement.qmetry.com", false },
		{ "https://testmanagement.qmetry.com/", "https://testmanagement.qmetry.com",
			false },
		{ "HTTPS://qa.example.com//", "HTTPS://qa.example.com", false },
		{ "https://qa.example.com:8443/qmetry/", "https://qa.example.com:8443/qmetry",
			false },
		{ "https://qa.example.com/a@b", "https://qa.example.com/a@b", false },
		{ "https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443", false },
		{ "https://127.0.0.1", "https://127.0.0.1", true },
		{ "http://127.0.0.1:8080", "http://127.0.0.1:8080", true },
		{ "http://127.255.0.9/q", "http://127.255.0.9/q", true },
		{ "http://localhost:1", "http://localhost:1", true },
		{ "http://LocalHost", "http://LocalHost", true },
		{ "http://[::1]:65535", "http://[::1]:65535", true },
	};

	(void)state;
	CHECK(rows, false);
}

static void urls_that_a_key_must_not_go_to_are_refused(void **state)
{
	static const struct row rows[] = {
		{ "", NULL, false },
		{ "testmanagement.qmetry.com", NULL, false },
		{ "ftp://qa.example.com", NULL, false },
		{ "file:///etc/passwd", NULL, false },
		{ "https://", NULL, false },
		{ "https:///rest", NULL, false },
		{ "https://:443", NULL, false },
		{ "https://me@qa.example.com", NULL, false },
		{ "https://me:word@qa.example.com", NULL, false },
		{ "https://127.0.0.1:1@qa.example.com", NULL, false },
		{ "https://qa.example.com\\@evil.example", NULL, false },
		{ "https://qa.example.com?x=1", NULL, false },
		{ "https://qa.example.com/#x", NULL, false },
		{ "https://qa.example.com/a b", NULL, false },
		{ "https://qa.example.com\r\nX: y", NULL, false },
		{ "https://qa.example.com:", NULL, false },
		{ "https://qa.example.com:0", NULL, false },
		{ "https://qa.example.com:65536", NULL, false },
		{ "https://qa.example.com:8o", NULL, false },
		{ "https://[::1", NULL, false },
		{ "https://[::1]x", NULL, false },
	};

	(void)state;
	CHECK(rows, false);
	CHECK(rows, true);
}

static void plain_http_elsewhere_needs_to_be_allowed(void **state)
{
	static const char *const urls[] = {
		"http://qa.example.com",
		"http://127.0.0.1.evil.example",
		"http://localhost.example",
		"http://127.1",
		"http://0x7f.0.0.1",
		"http://2130706433",
		"http://128.0.0.1",
		"http://127.0.0.256",
		"http://127.0.0.1.",
		"http://127.0.0.0001",
		"http://[::2]",
		"http://127..0.1",
		"http://[::ffff:127.0.0.1]:8",
	};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct row refused = { urls[i], NULL, false },
			   allowed = { urls[i], urls[i], false };

		check(&refused, 1, false);
		check(&allowed, 1, true);
	}
}

static void a_password_in_the_url_is_not_repeated(void **state)
{
	static const char *const urls[] = { "https://me:s3cr3t@qa.example.com",
		"https://qa.example.com/?token=s3cr3t", "https://qa.example.com/#s3cr3t" };

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		bool loopback = false;
		struct qm_error err;
		struct qm_buf base;

		qm_error_init(&err);
		qm_buf_init(&base, 4096);
		assert_int_equal(qm_url_check(urls[i], true, &base, &loopback, &err), QM_EUSAGE);
		assert_null(strstr(err.text, "s3cr3t"));
		qm_buf_release(&base);
	}
}

static void a_url_has_a_ceiling(void **state)
{
	char url[4096] = "https://qa.example.com/";
	struct row row = { url, NULL, false };
	size_t length = strlen(url);

	(void)state;
	memset(url + length, 'a', sizeof url - length - 1);
	check(&row, 1, false);
}

static void a_proxy_is_near_where_its_host_is_loopback(void **state)
{
	static const char *const near[] = { "http://127.0.0.1:3128", "localhost:3128", "[::1]",
		"http://user:p@ss@localhost:1/", "socks5h://127.1.2.3" };
	static const char *const far[] = { "http://192.0.2.1:3128", "proxy.example.com",
		"http://localhost@192.0.2.1:1", "http://localhost.example.com:1",
		"127.0.0.1.nip.io", "http://", "", "http://192.0.2.1/@localhost" };

	(void)state;
	for (size_t i = 0; i < sizeof near / sizeof *near; i++)
		assert_true(qm_url_proxy_is_near(near[i]));
	for (size_t i = 0; i < sizeof far / sizeof *far; i++)
		assert_false(qm_url_proxy_is_near(far[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_urls_lose_only_their_trailing_slashes),
		cmocka_unit_test(urls_that_a_key_must_not_go_to_are_refused),
		cmocka_unit_test(plain_http_elsewhere_needs_to_be_allowed),
		cmocka_unit_test(a_password_in_the_url_is_not_repeated),
		cmocka_unit_test(a_url_has_a_ceiling),
		cmocka_unit_test(a_proxy_is_near_where_its_host_is_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
