#include "src/base/file.h"
#include "src/base/memory.h"
#include "tests/base/folder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct folder *folder = qm_alloc(sizeof *folder);

	folder_enter(folder);
	*state = folder;
	return 0;
}

static int teardown(void **state)
{
	int failed = folder_leave(*state);

	free(*state);
	return failed;
}

static const char *in_folder(const struct folder *folder, const char *name, char path[300])
{
	(void)snprintf(path, 300, "%s/%s", folder->path, name);
	return path;
}

static void what_was_written_is_read(void **state)
{
	static const char content[] = "one\0two\n";
	char path[300];
	struct qm_buf buf;

	qm_buf_init(&buf, 100);
	in_folder(*state, "a.txt", path);
	assert_int_equal(qm_file_write(path, "old", 3, NULL), QM_OK);
	assert_int_equal(qm_file_write(path, content, sizeof content, NULL), QM_OK);
	assert_int_equal(qm_file_read(path, &buf, NULL), QM_OK);
	assert_int_equal(buf.length, sizeof content);
	assert_memory_equal(buf.data, content, sizeof content);
	qm_buf_release(&buf);
}

static void a_file_above_the_ceiling_is_refused(void **state)
{
	char path[300];
	struct qm_buf buf;
	struct qm_error err;

	qm_buf_init(&buf, 4);
	qm_error_init(&err);
	assert_int_equal(qm_file_write(in_folder(*state, "a", path), "12345", 5, NULL), QM_OK);
	assert_int_equal(qm_file_read(path, &buf, &err), QM_ELIMIT);
	assert_string_equal(err.source, path);
	assert_string_equal(err.text, "is larger than the 4 bytes allowed");
	qm_buf_release(&buf);
}

static void a_missing_file_is_named(void **state)
{
	char path[300];
	struct qm_buf buf;
	struct qm_error err;

	qm_buf_init(&buf, 4);
	qm_error_init(&err);
	assert_int_equal(qm_file_read(in_folder(*state, "missing", path), &buf, &err), QM_EIO);
	assert_string_equal(err.source, path);
	assert_string_equal(err.text, "cannot be opened: No such file or directory");
	assert_false(qm_file_exists(path));
	qm_buf_release(&buf);
}

static void a_failed_write_leaves_the_old_file_and_no_other(void **state)
{
	char path[300], folder[300];
	struct qm_error err;

	qm_error_init(&err);
	in_folder(*state, "no/such/folder/a", path);
	assert_int_equal(qm_file_write(path, "x", 1, &err), QM_EIO);
	assert_string_equal(err.source, path);
	in_folder(*state, "folder", folder);
	assert_int_equal(qm_file_make_folder(folder, NULL), QM_OK);
	assert_int_equal(qm_file_write(folder, "x", 1, NULL), QM_EUSAGE);
	assert_int_equal(rmdir(folder), 0); /* so nothing was left in it */
}

static void what_is_no_regular_file_is_not_replaced(void **state)
{
	char path[300];
	struct stat status;
	struct qm_error err;

	qm_error_init(&err);
	assert_int_equal(mkfifo(in_folder(*state, "pipe", path), 0600), 0);
	assert_int_equal(qm_file_write(path, "x", 1, &err), QM_EUSAGE);
	assert_string_equal(err.source, path);
	assert_string_equal(err.text, "is no regular file, so it is not replaced");
	assert_int_equal(stat(path, &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
	assert_true(qm_file_is_special(path));
	assert_false(qm_file_is_special(in_folder(*state, "missing", path)));
}

static void on_alarm(int number)
{
	(void)number;
}

/* As the program catches them: reads and opens that are under way begin again. */
static void a_signal_ends_the_wait_for_a_pipe(void **state)
{
	const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = (int)SA_RESTART };
	const struct itimerval soon = { .it_value = { .tv_usec = 20000 },
		.it_interval = { .tv_usec = 20000 } };
	const struct itimerval never = { .it_value = { .tv_usec = 0 } };
	struct sigaction before;
	char path[300];
	struct qm_buf buf;
	struct qm_error err;

	qm_error_init(&err);
	qm_buf_init(&buf, 100);
	assert_int_equal(mkfifo(in_folder(*state, "pipe", path), 0600), 0);
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(qm_file_read(path, &buf, &err), QM_ESTOPPED);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_string_equal(err.source, path);
	assert_string_equal(err.text, "stopped by a signal while it was read");
	qm_buf_release(&buf);
}

static void a_pipe_is_read_to_its_end(void **state)
{
	char path[300];
	struct qm_buf buf;
	int ends[2];

	(void)state;
	qm_buf_init(&buf, 100);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "one", 3), 3);
	assert_int_equal(close(ends[1]), 0);
	(void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	assert_int_equal(qm_file_read(path, &buf, NULL), QM_OK);
	assert_string_equal(buf.data, "one");
	assert_int_equal(close(ends[0]), 0);
	qm_buf_release(&buf);
}

static void a_pipe_that_nobody_reads_is_not_waited_for(void **state)
{
	char path[300];

	assert_int_equal(mkfifo(in_folder(*state, "unread", path), 0600), 0);
	assert_int_equal(qm_file_append(path, "x", 1, NULL), QM_EIO);
}

static void folders_are_made_with_their_parents(void **state)
{
	char path[300];
	struct stat status;
	struct qm_error err;

	in_folder(*state, "a/b/c", path);
	assert_int_equal(qm_file_make_folder(path, NULL), QM_OK);
	assert_int_equal(stat(path, &status), 0);
	assert_true(S_ISDIR(status.st_mode));
	assert_int_equal(qm_file_make_folder(path, NULL), QM_OK);
	assert_int_equal(qm_file_write(in_folder(*state, "plain", path), "x", 1, NULL), QM_OK);
	qm_error_init(&err);
	assert_int_equal(qm_file_make_folder(in_folder(*state, "plain/b", path), &err), QM_EIO);
	assert_non_null(strstr(err.text, "cannot be made"));
}

static void a_file_is_created_once(void **state)
{
	char path[300], folder[300];
	struct qm_buf content;
	struct qm_error err;

	(void)in_folder(*state, "once/file", path);
	assert_int_equal(qm_file_make_folder(in_folder(*state, "once", folder), NULL), QM_OK);
	assert_int_equal(qm_file_create(path, "one", 3, NULL), QM_OK);
	qm_error_init(&err);
	assert_int_equal(qm_file_create(path, "two", 3, &err), QM_EUSAGE);
	assert_string_equal(err.text, "exists already and is not overwritten; name another file");
	qm_buf_init(&content, 100);
	assert_int_equal(qm_file_read(path, &content, NULL), QM_OK);
	assert_string_equal(content.data, "one");
	qm_buf_release(&content);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0); /* so nothing was left in it */
}

static void text_is_added_to_the_end(void **state)
{
	char path[300];
	struct qm_buf content;
	struct qm_error err;

	(void)in_folder(*state, "log", path);
	assert_int_equal(qm_file_size(path), 0);
	assert_int_equal(qm_file_append(path, "one\n", 4, NULL), QM_OK);
	assert_int_equal(qm_file_append(path, "two\n", 4, NULL), QM_OK);
	assert_int_equal(qm_file_size(path), 8);
	qm_buf_init(&content, 100);
	assert_int_equal(qm_file_read(path, &content, NULL), QM_OK);
	assert_string_equal(content.data, "one\ntwo\n");
	qm_buf_release(&content);
	qm_error_init(&err);
	assert_int_equal(qm_file_append(in_folder(*state, "no/such", path), "x", 1, &err), QM_EIO);
	assert_non_null(strstr(err.text, "cannot be written"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_written_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_above_the_ceiling_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_file_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_failed_write_leaves_the_old_file_and_no_other, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_no_regular_file_is_not_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(a_signal_ends_the_wait_for_a_pipe, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pipe_is_read_to_its_end, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_pipe_that_nobody_reads_is_not_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
			folders_are_made_with_their_parents, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_is_created_once, setup, teardown),
		cmocka_unit_test_setup_teardown(text_is_added_to_the_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
