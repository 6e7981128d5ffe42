#include "policy/store.h"
#include "src/base/clock.h"
#include "tests/policy/cases.h"
#include "tests/policy/raw_sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
		TEST(a_locked_file_is_told_when_opened),
		TEST(a_locked_file_is_told_when_counting),
		TEST(a_read_only_file_is_told),
		TEST(a_broken_time_is_told_with_its_counter),
		TEST(who_shares_a_file_shares_a_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
