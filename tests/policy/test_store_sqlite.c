#include "policy/store.h"
#include "src/base/clock.h"
#include "tests/policy/cases.h"
#include "tests/policy/raw_sqlite.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char folder[64], path[128];
};

static enum qm_code open_store(const char *path, struct qm_store **out, struct qm_error *err)
{
	return qm_store_sqlite(&(struct qm_sqlite_options){ .path = path }, out, err);
}

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	if (!place || !case_folder_new(place->folder))
		return 1;
	(void)snprintf(place->path, sizeof place->path, "%s/intercept.sqlite", place->folder);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	case_folder_remove(place->folder);
	free(place);
	return 0;
}

static const struct qm_reserve one_of_thirty = {
	.key = "t._rate_minute", .amount = 1, .limit = 30, .window_ms = 60000, .now_ms = 60000
};

/* Takes calls until there are none left; returns how many it got, 255 for an error. */
static int take_all(const char *path)
{
	struct qm_store *store = NULL;
	bool allowed = true;
	int64_t value;
	int count = 0;

	if (open_store(path, &store, NULL))
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

	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (!children[i])
			_exit(take_all(place->path));
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

static void assert_refused(const char *path, const char *words)
{
	const struct qm_sqlite_options options = { .path = path, .lock_ms = 40 };
	struct qm_store *store = NULL;
	struct qm_error err;

	qm_error_init(&err);
	assert_int_equal(qm_store_sqlite(&options, &store, &err), QM_EIO);
	assert_null(store);
	assert_non_null(strstr(err.text, path));
	if (!strstr(err.text, words))
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

static void make_file(const char *path)
{
	struct qm_store *store = NULL;

	assert_int_equal(open_store(path, &store, NULL), QM_OK);
	qm_store_close(store);
}

static void a_missing_folder_is_told(void **state)
{
	const struct place *place = *state;
	char path[160];

	(void)snprintf(path, sizeof path, "%s/none/state.sqlite", place->folder);
	assert_refused(path, "does its folder exist");
}

static void a_folder_in_its_place_is_told(void **state)
{
	assert_refused(((const struct place *)*state)->folder, "cannot be opened");
}

static void a_foreign_file_is_told_and_left_alone(void **state)
{
	const struct place *place = *state;
	static const char text[] = "This is a diary, and far too long to be taken for an empty "
				   "file that waits for tables to be made in it.\n";
	FILE *file = fopen(place->path, "w");
	char back[sizeof text] = "";

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, sizeof text - 1, file), sizeof text - 1);
	assert_int_equal(fclose(file), 0);
	assert_refused(place->path, "no SQLite database");
	file = fopen(place->path, "r");
	assert_non_null(file);
	assert_int_equal(fread(back, 1, sizeof back - 1, file), sizeof text - 1);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(back, text);
}

static void a_foreign_table_is_told(void **state)
{
	const struct place *place = *state;

	assert_true(raw_sqlite_run(place->path, "CREATE TABLE counters (name TEXT, hits INT)"));
	assert_refused(place->path, "does not look like counters");
}

static void a_locked_file_is_told_when_opened(void **state)
{
	const struct place *place = *state;
	struct raw_lock *lock = raw_sqlite_lock(place->path);

	assert_refused(place->path, "another process holds it locked");
	raw_sqlite_unlock(lock);
	make_file(place->path);
}

static void a_locked_file_is_told_when_counting(void **state)
{
	const struct place *place = *state;
	const struct qm_sqlite_options options = { .path = place->path, .lock_ms = 40 };
	struct qm_store *store = NULL;
	struct raw_lock *lock;
	struct qm_error err;
	bool allowed;
	int64_t value;

	qm_error_init(&err);
	assert_int_equal(qm_store_sqlite(&options, &store, NULL), QM_OK);
	lock = raw_sqlite_lock(place->path);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_non_null(strstr(err.text, "another process holds it locked"));
	raw_sqlite_unlock(lock);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	assert_true(allowed);
	qm_store_close(store);
}

/* Nobody waits here: the lock is one of this very process, and the time for it is five seconds. */
static void a_signal_ends_the_wait_for_a_lock(void **state)
{
	const struct place *place = *state;
	volatile sig_atomic_t interrupted = 0;
	char fresh[160];
	const struct qm_sqlite_options options = { .path = place->path,
		.interrupted = &interrupted };
	const struct qm_sqlite_options opening = { .path = fresh, .interrupted = &interrupted };
	struct qm_store *store = NULL, *other = NULL;
	struct raw_lock *lock;
	struct qm_error err;
	bool allowed;
	int64_t value;

	(void)snprintf(fresh, sizeof fresh, "%s/fresh.sqlite", place->folder);
	qm_error_init(&err);
	assert_int_equal(qm_store_sqlite(&options, &store, NULL), QM_OK);
	lock = raw_sqlite_lock(place->path);
	interrupted = SIGTERM;
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_ESTOPPED);
	assert_non_null(strstr(err.text, "stopped by a signal while another process holds"));
	raw_sqlite_unlock(lock);
	/* Without a wait there is nothing to be ended. */
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	assert_int_equal(value, 1);
	qm_store_close(store);
	/* One that is only just being made. */
	lock = raw_sqlite_lock(fresh);
	assert_int_equal(qm_store_sqlite(&opening, &other, NULL), QM_ESTOPPED);
	raw_sqlite_unlock(lock);
}

/* Counts for ever and tells each value once it is written. */
static void count_for_ever(const struct place *place, int pipe)
{
	const struct qm_reserve wish = {
		.key = "k", .amount = 1, .limit = INT32_MAX, .window_ms = 60000, .now_ms = 60000
	};
	struct qm_store *store = NULL;
	bool allowed;
	int64_t value;

	if (open_store(place->path, &store, NULL))
		_exit(1);
	while (store->kind->reserve(store, &wish, &allowed, &value, NULL) == QM_OK)
		if (write(pipe, &value, sizeof value) != sizeof value)
			break;
	_exit(1);
}

static void who_is_killed_while_counting_leaves_a_good_file(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct qm_counter counter;
	struct qm_error err;
	int64_t value = 0;
	int ends[2];
	pid_t child;

	qm_error_init(&err);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		count_for_ever(place, ends[1]);
	assert_int_equal(close(ends[1]), 0);
	while (value < 100)
		assert_int_equal(read(ends[0], &value, sizeof value), sizeof value);
	assert_int_equal(kill(child, SIGKILL), 0);
	while (read(ends[0], &value, sizeof value) == sizeof value)
		;
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(close(ends[0]), 0);
	if (open_store(place->path, &store, &err))
		fail_msg("%s", err.text);
	assert_int_equal(store->kind->get(store, "k", &counter, &err), QM_OK);
	/* The last one may be written and not told. */
	assert_in_range(counter.value, value, value + 1);
	qm_store_close(store);
}

static void a_transaction_that_was_killed_never_was(void **state)
{
	const struct place *place = *state;
	struct qm_store *store = NULL;
	struct raw_lock *lock;
	bool allowed = false;
	int64_t value = 0;
	int ends[2];
	pid_t child;

	assert_int_equal(open_store(place->path, &store, NULL), QM_OK);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	qm_store_close(store);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		lock = raw_sqlite_lock(place->path);
		(void)raw_sqlite_within(lock, "UPDATE counters SET value = 30");
		(void)!write(ends[1], "!", 1);
		(void)pause();
	}
	assert_int_equal(read(ends[0], &(char){ 0 }, 1), 1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
	assert_int_equal(open_store(place->path, &store, NULL), QM_OK);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	assert_int_equal(value, 2);
	qm_store_close(store);
}

/* A file that may not grow is as good as a full disk, and needs none. */
static void a_full_disk_is_told_and_counts_nothing(void **state)
{
	enum { ROOM_BYTES = 128 << 10 };
	const struct place *place = *state;
	const struct qm_reserve wish = {
		.key = "k", .amount = 1, .limit = INT32_MAX, .window_ms = 60000, .now_ms = 60000
	};
	struct rlimit before, tight;
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed = true;
	int64_t value = 0, last = 0;

	qm_error_init(&err);
	assert_int_equal(open_store(place->path, &store, NULL), QM_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = (struct rlimit){ .rlim_cur = ROOM_BYTES, .rlim_max = before.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	while (!store->kind->reserve(store, &wish, &allowed, &value, &err))
		last = value;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err.code, QM_EIO);
	assert_non_null(strstr(err.text, place->path));
	assert_non_null(strstr(err.text, "is the disk full"));
	assert_true(last > 0);
	assert_int_equal(store->kind->reserve(store, &wish, &allowed, &value, &err), QM_OK);
	assert_int_equal(value, last + 1);
	qm_store_close(store);
}

/* Runs what permissions are to stop without the rights of root, whom they do not stop. */
static bool holds_for_others(const struct place *place, bool (*test)(const struct place *))
{
	enum { NOBODY = 65534 };
	int status = 1;
	pid_t child = fork();

	if (!child) {
		if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(2);
		_exit(!test(place));
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool is_told(const struct place *place, const char *words)
{
	struct qm_store *store = NULL;
	struct qm_error err;

	qm_error_init(&err);
	return open_store(place->path, &store, &err) == QM_EIO && strstr(err.text, place->path) &&
		strstr(err.text, words);
}

static bool cannot_be_opened(const struct place *place)
{
	return is_told(place, "it cannot be opened; does its folder exist, and may you write");
}

static bool cannot_be_written(const struct place *place)
{
	return is_told(place, "it cannot be written; check its permissions");
}

static bool has_a_folder_that_cannot_be_written(const struct place *place)
{
	return is_told(place, "its folder cannot be written");
}

static void an_unreadable_file_is_told(void **state)
{
	const struct place *place = *state;

	make_file(place->path);
	assert_int_equal(chmod(place->folder, 0777), 0);
	assert_int_equal(chmod(place->path, 0), 0);
	assert_true(holds_for_others(place, cannot_be_opened));
}

static void a_file_that_may_only_be_read_is_told(void **state)
{
	const struct place *place = *state;

	make_file(place->path);
	assert_int_equal(chmod(place->folder, 0777), 0);
	assert_int_equal(chmod(place->path, 0444), 0);
	assert_true(holds_for_others(place, cannot_be_written));
}

static void a_folder_that_may_only_be_read_is_told(void **state)
{
	const struct place *place = *state;

	assert_int_equal(chmod(place->folder, 0555), 0);
	assert_true(holds_for_others(place, cannot_be_opened));
	assert_int_equal(chmod(place->folder, 0755), 0);
	make_file(place->path);
	assert_int_equal(chmod(place->path, 0666), 0);
	assert_int_equal(chmod(place->folder, 0555), 0);
	/* The file would do, but not what SQLite puts beside it. */
	assert_true(holds_for_others(place, has_a_folder_that_cannot_be_written));
	assert_int_equal(chmod(place->folder, 0755), 0);
}

static void what_is_no_number_is_told_with_its_counter(void **state)
{
	const struct place *place = *state;
	struct qm_counter counter;
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed;
	int64_t value;

	assert_int_equal(open_store(place->path, &store, NULL), QM_OK);
	assert_true(raw_sqlite_run(place->path,
		"INSERT INTO counters VALUES ('t._rate_minute', 'many', '1970-01-01T00:01:00Z', "
		"60000000000)"));
	qm_error_init(&err);
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_non_null(strstr(err.text, "t._rate_minute"));
	assert_int_equal(store->kind->get(store, one_of_thirty.key, &counter, NULL), QM_EIO);
	assert_int_equal(store->kind->rollback(store, one_of_thirty.key, 1, NULL), QM_EIO);
	assert_true(raw_sqlite_run(place->path, "DELETE FROM counters"));
	qm_store_close(store);
}

/* Permissions mean nothing to root, a file of a newer format is read-only to all. */
static void a_read_only_file_is_told(void **state)
{
	enum { WRITE_VERSION_AT = 18 };
	const struct place *place = *state;
	FILE *file;

	make_file(place->path);
	file = fopen(place->path, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, WRITE_VERSION_AT, SEEK_SET), 0);
	assert_int_equal(fputc(9, file), 9);
	assert_int_equal(fclose(file), 0);
	assert_refused(place->path, "cannot be written");
}

static void a_database_of_something_else_is_left_as_it_is(void **state)
{
	const struct place *place = *state;

	assert_true(raw_sqlite_run(place->path, "CREATE TABLE customers (name TEXT)"));
	assert_refused(place->path, "is a database of something else and is left as it is");
	assert_false(raw_sqlite_run(place->path, "SELECT * FROM counters"));
	assert_true(raw_sqlite_run(place->path,
		"DROP TABLE customers; CREATE TABLE counted (id INTEGER PRIMARY KEY "
		"AUTOINCREMENT); DROP TABLE counted"));
	make_file(place->path);
}

static void a_broken_time_is_told_with_its_counter(void **state)
{
	const struct place *place = *state;
	const struct qm_sqlite_options options = { .path = place->path, .prefix = "a:" };
	struct qm_store *store = NULL;
	struct qm_error err;
	bool allowed;
	int64_t value;

	qm_error_init(&err);
	assert_int_equal(qm_store_sqlite(&options, &store, NULL), QM_OK);
	assert_true(raw_sqlite_run(place->path,
		"INSERT INTO counters VALUES ('a:t._rate_minute', 3, 'soon', 60000000000)"));
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, &err), QM_EIO);
	assert_non_null(strstr(err.text, "\"soon\""));
	assert_non_null(strstr(err.text, "a:t._rate_minute"));
	/* The transaction is over: others can go on. */
	assert_true(raw_sqlite_run(place->path, "DELETE FROM counters"));
	assert_int_equal(
		store->kind->reserve(store, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	qm_store_close(store);
}

static void who_shares_a_file_shares_a_budget(void **state)
{
	const struct place *place = *state;
	const struct qm_sqlite_options options = { .path = place->path, .shared = true };
	struct qm_store *ours = NULL, *theirs = NULL;
	struct qm_counter counter;
	bool allowed;
	int64_t value;

	assert_int_equal(qm_store_sqlite(&options, &ours, NULL), QM_OK);
	assert_int_equal(qm_store_sqlite(&options, &theirs, NULL), QM_OK);
	assert_true(ours->shared);
	assert_int_equal(ours->kind->reserve(ours, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	assert_int_equal(
		theirs->kind->reserve(theirs, &one_of_thirty, &allowed, &value, NULL), QM_OK);
	assert_int_equal(value, 2);
	assert_int_equal(ours->kind->rollback(ours, one_of_thirty.key, 1, NULL), QM_OK);
	assert_int_equal(theirs->kind->get(theirs, one_of_thirty.key, &counter, NULL), QM_OK);
	assert_int_equal(counter.value, 1);
	assert_int_equal(counter.window_ms, 60000);
	qm_store_close(ours);
	qm_store_close(theirs);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(eight_processes_get_thirty_calls_of_thirty),
		TEST(a_missing_folder_is_told),
		TEST(a_folder_in_its_place_is_told),
		TEST(a_foreign_file_is_told_and_left_alone),
		TEST(a_foreign_table_is_told),
		TEST(a_database_of_something_else_is_left_as_it_is),
		TEST(a_locked_file_is_told_when_opened),
		TEST(a_locked_file_is_told_when_counting),
		TEST(a_signal_ends_the_wait_for_a_lock),
		TEST(who_is_killed_while_counting_leaves_a_good_file),
		TEST(a_transaction_that_was_killed_never_was),
		TEST(a_full_disk_is_told_and_counts_nothing),
		TEST(an_unreadable_file_is_told),
		TEST(a_file_that_may_only_be_read_is_told),
		TEST(a_folder_that_may_only_be_read_is_told),
		TEST(a_read_only_file_is_told),
		TEST(what_is_no_number_is_told_with_its_counter),
		TEST(a_broken_time_is_told_with_its_counter),
		TEST(who_shares_a_file_shares_a_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
