#include "policy/redis.h"
#include "tests/policy/cases.h"
#include "tests/policy/redis_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char folder[64];
	struct redis_server *server;
	struct qm_redis_url url;
};

static int setup_with(void **state, const char *password)
{
	struct place *place = calloc(1, sizeof *place);

	*state = place;
	if (!place || !case_folder_new(place->folder))
		return 1;
	place->server = redis_server_start(place->folder, password);
	return qm_redis_url_parse("redis://cache/2", &place->url, NULL) != QM_OK;
}

static int setup(void **state)
{
	return setup_with(state, NULL);
}

static int setup_with_password(void **state)
{
	return setup_with(state, "geheim");
}

static int teardown(void **state)
{
	struct place *place = *state;

	redis_server_free(place->server);
	qm_redis_url_release(&place->url);
	case_folder_remove(place->folder);
	free(place);
	return 0;
}

/* A machine without redis-server cannot run these. */
static void need_server(const struct place *place)
{
	if (!place->server)
		skip();
}

static enum qm_code open_store(const struct place *place, const struct qm_secret *password,
	bool fail_open, struct qm_store **out, struct qm_error *err)
{
	const struct qm_redis_options options = { .url = &place->url,
		.password = password,
		.fail_open = fail_open,
		.dialer = redis_server_dialer(place->server) };

	qm_error_init(err);
	return qm_store_redis(&options, out, err);
}

static const struct qm_reserve one_of_thirty = {
	.key = "t._rate_minute", .amount = 1, .limit = 30, .window_ms = 60000, .now_ms = 60000
};

static int take_all(const struct place *place)
{
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed = true;
	int64_t value;
	int count = 0;

	if (open_store(place, NULL, false, &store, &err))
		return 255;
	while (allowed) {
		if (store->kind->reserve(store, &one_of_thirty, &allowed, &value, NULL))
			return 255;
		count += allowed;
	}
	qm_store_close(store);
	return count;
}

static void eight_processes_get_thirty_calls_of_thirty(void **state)
{
	enum { PROCESSES = 8 };
	const struct place *place = *state;
	pid_t children[PROCESSES];
	int taken = 0;

	need_server(place);
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (!children[i])
			_exit(take_all(place));
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = 0;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), 255);
		taken += WEXITSTATUS(status);
	}
	assert_int_equal(taken, 30);
}

static void a_broken_connection_is_opened_anew(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed = false;
	int64_t value = 0;

	need_server(place);
	assert_int_equal(open_store(place, NULL, false, &store, &err), QM_OK);
	assert_true(store->shared);
	assert_true(redis_server_hang_up(place->server));
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_OK);
	assert_true(allowed);
	assert_int_equal(value, 1);
	qm_store_close(store);
}

static void a_server_that_is_gone_is_told(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL, *other = NULL;
	struct qm_error err;
	bool allowed = false;
	int64_t value = 0;

	need_server(place);
	assert_int_equal(open_store(place, NULL, false, &store, &err), QM_OK);
	redis_server_stop(place->server);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_string_equal(
		err.text, "the Redis server cache:6379 is of no use: nobody listens there");
	qm_store_close(store);
	/* The first connection has to succeed in open mode too. */
	assert_int_equal(open_store(place, NULL, true, &other, &err), QM_EIO);
	assert_null(other);
}

static void the_password_is_needed_and_never_told(void **state)
{
	const struct place *place = *state;
	struct qm_secret *right = qm_secret_new("geheim", 6), *wrong = qm_secret_new("verkehrt", 8);
	struct qm_store *store = NULL;
	struct qm_error err;

	if (place->server) {
		assert_int_equal(open_store(place, NULL, false, &store, &err), QM_EAUTH);
		assert_int_equal(open_store(place, wrong, false, &store, &err), QM_EAUTH);
		assert_null(strstr(err.text, "verkehrt"));
		assert_null(store);
		assert_int_equal(open_store(place, right, false, &store, &err), QM_OK);
		qm_store_close(store);
	}
	qm_secret_free(right);
	qm_secret_free(wrong);
	need_server(place);
}

static void what_is_no_counter_is_told(void **state)
{
	const struct place *place = *state;
	json_t *fields = json_pack("{s:s, s:s, s:s}", "v", "many", "ws", "soon", "wd", "long");
	struct qm_redis_url first;
	struct qm_counter counter;
	struct qm_store *store = NULL;
	struct qm_error err;

	/* Looking past our code sees the first database only. */
	assert_int_equal(qm_redis_url_parse("redis://cache", &first, NULL), QM_OK);
	if (place->server) {
		const struct qm_redis_options options = { .url = &first,
			.dialer = redis_server_dialer(place->server) };

		qm_error_init(&err);
		assert_int_equal(qm_store_redis(&options, &store, &err), QM_OK);
		assert_true(redis_server_put(place->server, "k", fields));
		assert_int_equal(store->kind->get(store, "k", &counter, &err), QM_EIO);
		assert_non_null(strstr(err.text, "no counter of Intercept"));
		qm_store_close(store);
	}
	json_decref(fields);
	need_server(place);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(eight_processes_get_thirty_calls_of_thirty),
		TEST(a_broken_connection_is_opened_anew),
		TEST(a_server_that_is_gone_is_told),
		cmocka_unit_test_setup_teardown(
			the_password_is_needed_and_never_told, setup_with_password, teardown),
		TEST(what_is_no_counter_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
