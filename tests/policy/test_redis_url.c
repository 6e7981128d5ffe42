#include "policy/redis.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void an_address_has_its_parts(void **state)
{
	static const struct {
		const char *text, *host, *user, *password;
		int port, database;
		bool tls;
	} rows[] = {
		{ "redis://cache", "cache", "", NULL, 6379, 0, false },
		{ "redis://cache:7000/3", "cache", "", NULL, 7000, 3, false },
		{ "rediss://cache/", "cache", "", NULL, 6379, 0, true },
		{ "redis://:geheim@cache", "cache", "", "geheim", 6379, 0, false },
		{ "redis://ci:p%40ss@w0rd@cache:1/15", "cache", "ci", "p@ss@w0rd", 1, 15, false },
		{ "redis://ci@cache", "cache", "ci", NULL, 6379, 0, false },
		{ "redis://ci:@cache", "cache", "ci", NULL, 6379, 0, false },
		{ "redis://:@cache", "cache", "", NULL, 6379, 0, false },
		{ "redis://[::1]:6380/1", "::1", "", NULL, 6380, 1, false },
		{ "redis://[::1]", "::1", "", NULL, 6379, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_redis_url url;

		assert_int_equal(qm_redis_url_parse(rows[i].text, &url, NULL), QM_OK);
		assert_string_equal(url.host, rows[i].host);
		assert_string_equal(url.user, rows[i].user);
		assert_int_equal(url.port, rows[i].port);
		assert_int_equal(url.database, rows[i].database);
		assert_int_equal(url.tls, rows[i].tls);
		assert_int_equal(url.password != NULL, rows[i].password != NULL);
		if (rows[i].password)
			assert_string_equal(qm_secret_reveal(url.password), rows[i].password);
		qm_redis_url_release(&url);
	}
}

static void what_is_no_address_is_told_without_the_password(void **state)
{
	static const char *const texts[] = { "", "cache:6379", "http://cache", "redis://",
		"redis://:geheim@", "redis://:geheim@cache:port", "redis://:geheim@cache:70000",
		"redis://:geheim@cache:0", "redis://:geheim@cache/x", "redis://:geheim%4@cache",
		"redis://:geheim%00@cache", "redis://:geheim@[::1", "redis://:geheim@[::1]x",
		"redis://:geheim@cache?x=1" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct qm_redis_url url;
		struct qm_error err;

		qm_error_init(&err);
		if (qm_redis_url_parse(texts[i], &url, &err) != QM_EUSAGE)
			fail_msg("%s", texts[i]);
		assert_null(strstr(err.text, "geheim"));
		qm_redis_url_release(&url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_its_parts),
		cmocka_unit_test(what_is_no_address_is_told_without_the_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
