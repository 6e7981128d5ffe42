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
};

static int setup_with(void **state, const char *password)
{
	struct place *place = calloc(1, sizeof *place);

	*state = place;
	if (!place || !case_folder_new(place->folder))
		return 1;
	place->server = redis_server_start(
		&(struct redis_server_options){ .folder = place->folder, .password = password });
	return 0;
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

static enum qm_code open_store(
	const struct place *place, const char *url, struct qm_store **out, struct qm_error *err)
{
	struct qm_redis_options options = { .dialer = redis_server_dialer(place->server) };

	*out = NULL;
	qm_error_init(err);
	assert_int_equal(qm_redis_url_parse(url, &options.url, err), QM_OK);
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

	if (open_store(place, "redis://cache", &store, &err))
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
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_OK);
	assert_true(store->shared);
	assert_true(redis_server_hang_up(place->server));
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_OK);
	assert_true(allowed);
	assert_int_equal(value, 1);
	qm_store_close(store);
}

/* A server of a few words, without any wire: NULL is silence for too long. */
struct parrot {
	struct qm_stream stream;
	const char *const *answers;
	int connections;
};

static enum qm_code parrot_send(
	struct qm_stream *stream, const void *bytes, size_t length, struct qm_error *err)
{
	(void)stream;
	(void)bytes;
	(void)length;
	(void)err;
	return QM_OK;
}

static enum qm_code parrot_receive(
	struct qm_stream *stream, void *bytes, size_t size, size_t *length, struct qm_error *err)
{
	struct parrot *parrot = (struct parrot *)stream;
	const char *answer = *parrot->answers++;

	if (!answer)
		return qm_error_set(err, QM_ELIMIT, "no answer");
	*length = strlen(answer);
	assert_true(*length <= size);
	memcpy(bytes, answer, *length);
	return QM_OK;
}

static void parrot_close(struct qm_stream *stream)
{
	(void)stream;
}

static enum qm_code parrot_connect(
	void *context, const struct qm_redis_url *url, struct qm_stream **out, struct qm_error *err)
{
	struct parrot *parrot = context;

	(void)url;
	(void)err;
	parrot->stream = (struct qm_stream){ parrot_send, parrot_receive, parrot_close };
	parrot->connections++;
	*out = &parrot->stream;
	return QM_OK;
}

/* What firewalls do to a connection that is idle from one window to the next. */
static void a_connection_that_has_fallen_silent_is_opened_anew(void **state)
{
	static const char *const answers[] = { "+PONG\r\n", "*2\r\n:1\r\n$1\r\n6\r\n", NULL,
		"+PONG\r\n", "*2\r\n:1\r\n$1\r\n7\r\n", NULL, "+PONG\r\n", NULL };
	struct parrot parrot = { .answers = answers };
	struct qm_redis_options options = { .dialer = { .connect = parrot_connect,
						    .context = &parrot } };
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed = false;
	int64_t value = 0;

	(void)state;
	qm_error_init(&err);
	assert_int_equal(qm_redis_url_parse("redis://cache", &options.url, &err), QM_OK);
	assert_int_equal(qm_store_redis(&options, &store, &err), QM_OK);
	for (int64_t wanted = 6; wanted <= 7; wanted++) {
		assert_int_equal(
			store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_OK);
		assert_int_equal(value, wanted);
	}
	assert_int_equal(parrot.connections, 2);
	/* Silent on a new one as well: that is it. */
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_int_equal(parrot.connections, 3);
	assert_string_equal(err.text, "the Redis server cache:6379 is of no use: no answer");
	qm_store_close(store);
}

static void a_server_that_is_gone_is_told(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed = false;
	int64_t value = 0;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_OK);
	redis_server_stop(place->server);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_string_equal(
		err.text, "the Redis server cache:6379 is of no use: nobody listens there");
	qm_store_close(store);
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_EIO);
	assert_null(store);
}

static void the_password_is_needed_and_never_told(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_error err;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_EIO);
	assert_non_null(strstr(err.text, "NOAUTH Authentication required."));
	assert_int_equal(open_store(place, "redis://:verkehrt@cache", &store, &err), QM_EIO);
	assert_null(strstr(err.text, "verkehrt"));
	assert_null(store);
	assert_int_equal(open_store(place, "redis://:geheim@cache", &store, &err), QM_OK);
	qm_store_close(store);
}

static void assert_taken(struct qm_store *store, int64_t wanted)
{
	struct qm_error err;
	bool allowed = false;
	int64_t value = 0;

	qm_error_init(&err);
	if (store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err))
		fail_msg("%s", err.text);
	assert_true(allowed);
	assert_int_equal(value, wanted);
}

static void assert_refused(struct qm_store *store, const char *words)
{
	struct qm_error err;
	bool allowed = false;
	int64_t value = 0;

	qm_error_init(&err);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_non_null(strstr(err.text, "the Redis server cache:6379 is of no use: "));
	if (!strstr(err.text, words))
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

/* The rights that README names are enough, and the keys may be confined to the prefix. */
static void a_user_needs_no_more_than_is_said(void **state)
{
	const struct place *place = *state;
	struct qm_counter counter;
	struct qm_store *store = NULL;
	struct qm_error err;

	need_server(place);
	assert_string_equal(
		redis_server_do(place->server,
			"ACL SETUSER ci on >geheim ~t.* +ping +evalsha +eval +hmget +hget +hset "
			"+exists +pexpire +del"),
		"OK");
	assert_int_equal(open_store(place, "redis://ci:geheim@cache", &store, &err), QM_OK);
	assert_taken(store, 1);
	assert_int_equal(store->kind->rollback(store, one_of_thirty.key, 1, &err), QM_OK);
	assert_int_equal(store->kind->get(store, one_of_thirty.key, &counter, &err), QM_OK);
	assert_int_equal(counter.value, 0);
	assert_int_equal(store->kind->reset(store, one_of_thirty.key, &err), QM_OK);
	assert_int_equal(store->kind->get(store, "u.other", &counter, &err), QM_EIO);
	assert_non_null(strstr(err.text, "NOPERM"));
	qm_store_close(store);
}

static void each_database_counts_for_itself(void **state)
{
	const struct place *place = *state;
	struct qm_store *first = NULL, *third = NULL;
	struct qm_error err;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &first, &err), QM_OK);
	assert_int_equal(open_store(place, "redis://cache/3", &third, &err), QM_OK);
	assert_taken(first, 1);
	assert_taken(third, 1);
	assert_true(redis_server_hang_up(place->server));
	assert_taken(third, 2);
	assert_taken(first, 2);
	qm_store_close(first);
	qm_store_close(third);
}

/* What a condition would read otherwise, or not at all, is not granted unread. */
static void only_a_counter_as_we_write_it_is_alike(void **state)
{
#define HASH(v, ws, wd) "{" v "\"ws\": \"" ws "\", \"wd\": \"" wd "\"}"
#define START           "2026-01-15T10:31:00Z"
#define MINUTE          "60000000000"
	static const struct {
		const char *fields;
		bool allowed;
	} rows[] = {
		{ "{}", true },
		{ HASH("\"v\": \"3\", ", START, MINUTE), true },
		{ HASH("\"v\": \"3\", ", "2026-01-15T10:30:00Z", MINUTE), false },
		{ HASH("\"v\": \"3\", ", "2026-01-15T11:31:00+01:00", MINUTE), false },
		{ HASH("\"v\": \"3\", ", START, "3600000000000"), false },
		{ HASH("\"v\": \"x\", ", START, MINUTE), false },
		{ HASH("\"v\": \"1.5\", ", START, MINUTE), false },
		{ HASH("", START, MINUTE), false },
		{ "{\"v\": \"3\"}", false },
		{ "{\"v\": \"3\", \"ws\": \"" START "\"}", false },
	};
	const struct place *place = *state;
	struct qm_reserve wish = one_of_thirty;
	struct qm_store *store = NULL;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &store, NULL), QM_OK);
	wish.only_alike = true;
	assert_true(qm_time_parse("2026-01-15T10:31:20Z", &wish.now_ms));
	wish.window_ms = 60000;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *fields = json_loads(rows[i].fields, 0, NULL), *kept;
		bool allowed = !rows[i].allowed;
		struct qm_error err;
		int64_t value;

		qm_error_init(&err);
		(void)redis_server_do(place->server, "FLUSHALL");
		assert_true(redis_server_put(place->server, wish.key, fields));
		if (store->kind->reserve(store, &wish, &allowed, &value, &err))
			fail_msg("%s: %s", rows[i].fields, err.text);
		if (allowed != rows[i].allowed)
			fail_msg("%s: %d", rows[i].fields, (int)allowed);
		kept = redis_server_hash(place->server, wish.key);
		assert_int_equal(json_equal(kept, fields), !allowed);
		json_decref(kept);
		json_decref(fields);
	}
	qm_store_close(store);
}

static bool is_in_statistics(const struct place *place, const char *words)
{
	return strstr(redis_server_do(place->server, "INFO commandstats"), words) != NULL;
}

/* Were the hash of a script wrong, its text would travel each time. */
static void a_script_travels_once_and_when_it_is_forgotten(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_error err;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_OK);
	assert_taken(store, 1);
	assert_taken(store, 2);
	assert_int_equal(store->kind->rollback(store, one_of_thirty.key, 1, &err), QM_OK);
	assert_int_equal(store->kind->rollback(store, one_of_thirty.key, 1, &err), QM_OK);
	assert_true(is_in_statistics(place, "cmdstat_eval:calls=2,"));
	assert_true(is_in_statistics(place, "cmdstat_evalsha:calls=4,"));
	assert_string_equal(redis_server_do(place->server, "SCRIPT FLUSH"), "OK");
	assert_taken(store, 1);
	assert_true(is_in_statistics(place, "cmdstat_eval:calls=3,"));
	qm_store_close(store);
}

static void a_replica_is_told(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_error err;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_OK);
	/* Of a primary that nobody will ever reach. */
	assert_string_equal(redis_server_do(place->server, "REPLICAOF 127.0.0.1 1"), "OK");
	assert_refused(store, "READONLY");
	assert_refused(store, "(a replica; name the primary with --state)");
	qm_store_close(store);
}

static void a_server_without_memory_is_told(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_error err;

	need_server(place);
	assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_OK);
	assert_string_equal(redis_server_do(place->server, "CONFIG SET maxmemory 1"), "OK");
	assert_refused(store, "OOM");
	assert_string_equal(redis_server_do(place->server, "CONFIG SET maxmemory 0"), "OK");
	assert_taken(store, 1);
	qm_store_close(store);
}

static void what_is_no_counter_is_told(void **state)
{
	const struct place *place = *state;
	json_t *fields = json_pack("{s:s, s:s, s:s}", "v", "many", "ws", "soon", "wd", "long");
	struct qm_counter counter;
	struct qm_store *store = NULL;
	struct qm_error err;

	if (place->server) {
		assert_int_equal(open_store(place, "redis://cache", &store, &err), QM_OK);
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
		cmocka_unit_test(a_connection_that_has_fallen_silent_is_opened_anew),
		TEST(a_server_that_is_gone_is_told),
		cmocka_unit_test_setup_teardown(
			the_password_is_needed_and_never_told, setup_with_password, teardown),
		TEST(a_user_needs_no_more_than_is_said),
		TEST(each_database_counts_for_itself),
		TEST(only_a_counter_as_we_write_it_is_alike),
		TEST(a_script_travels_once_and_when_it_is_forgotten),
		TEST(a_replica_is_told),
		TEST(a_server_without_memory_is_told),
		TEST(what_is_no_counter_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
