#include "src/base/memory.h"
#include "src/cli/output.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* More than a pipe holds (64 KB) and than the output collects. */
enum { LARGE = 300 * 1024 };

struct channel {
	int reader, writer;
	struct qm_output output;
	struct qm_error err;
};

static int setup(void **state)
{
	struct channel *channel = qm_alloc(sizeof *channel);
	int ends[2];

	(void)signal(SIGPIPE, SIG_IGN);
	if (pipe(ends))
		return -1;
	channel->reader = ends[0];
	channel->writer = ends[1];
	qm_output_init(&channel->output, channel->writer);
	qm_error_init(&channel->err);
	*state = channel;
	return 0;
}

static int teardown(void **state)
{
	struct channel *channel = *state;

	(void)close(channel->reader);
	(void)close(channel->writer);
	free(channel);
	return 0;
}

/* Reads up to the end in a child; its exit status is 0 if `text` came `times` times. */
static pid_t read_in_a_child(const struct channel *channel, const char *text, size_t times)
{
	size_t length = strlen(text), got = 0;
	pid_t child = fork();
	char byte;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	(void)close(channel->writer);
	for (; read(channel->reader, &byte, 1) == 1; got++)
		if (byte != text[got % length])
			_exit(1);
	_exit(got == length * times ? 0 : 2);
}

static int status_of(pid_t child)
{
	int status = 0;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void pieces_arrive_whole_and_in_order(void **state)
{
	static const char line[] = "0123456789abcdef\n";
	struct channel *channel = *state;
	size_t times = LARGE / strlen(line);
	pid_t child = read_in_a_child(channel, line, times);

	for (size_t i = 0; i < times; i++)
		qm_output_write(&channel->output, line, strlen(line));
	assert_false(qm_output_failed(&channel->output));
	assert_int_equal(qm_output_end(&channel->output, &channel->err), QM_OK);
	(void)close(channel->writer);
	channel->writer = -1;
	assert_int_equal(status_of(child), 0);
}

static void a_text_larger_than_a_piece_comes_behind_what_was_collected(void **state)
{
	struct channel *channel = *state;
	char *large = qm_alloc(LARGE + 1);
	pid_t child;

	memset(large, 'x', LARGE);
	child = read_in_a_child(channel, large, 1);
	qm_output_write(&channel->output, large, 10);
	qm_output_write(&channel->output, large, LARGE - 10);
	assert_int_equal(qm_output_end(&channel->output, &channel->err), QM_OK);
	(void)close(channel->writer);
	channel->writer = -1;
	assert_int_equal(status_of(child), 0);
	free(large);
}

static void a_pipe_that_does_not_block_is_waited_for(void **state)
{
	struct channel *channel = *state;
	char *large = qm_alloc(LARGE + 1);
	pid_t child;

	memset(large, 'y', LARGE);
	assert_int_equal(fcntl(channel->writer, F_SETFL, O_NONBLOCK), 0);
	child = read_in_a_child(channel, large, 1);
	qm_output_write(&channel->output, large, LARGE);
	assert_int_equal(qm_output_end(&channel->output, &channel->err), QM_OK);
	(void)close(channel->writer);
	channel->writer = -1;
	assert_int_equal(status_of(child), 0);
	free(large);
}

static void a_reader_that_went_away_is_a_failure(void **state)
{
	struct channel *channel = *state;
	char *large = qm_alloc(LARGE);

	(void)close(channel->reader);
	channel->reader = -1;
	qm_output_write(&channel->output, "a", 1);
	assert_false(qm_output_failed(&channel->output));
	qm_output_write(&channel->output, large, LARGE);
	assert_true(qm_output_failed(&channel->output));
	assert_int_equal(qm_output_end(&channel->output, &channel->err), QM_EIO);
	assert_string_equal(channel->err.source, "standard output");
	assert_non_null(strstr(channel->err.text, "Broken pipe"));
	free(large);
}

static void the_first_failure_is_told(void **state)
{
	struct channel *channel = *state;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	if (full < 0)
		skip();
	qm_output_init(&channel->output, full);
	qm_output_write(&channel->output, "a", 1);
	assert_int_equal(qm_output_end(&channel->output, &channel->err), QM_EIO);
	assert_non_null(strstr(channel->err.text, "No space left"));
	(void)close(full);
}

static void nothing_written_is_no_failure(void **state)
{
	struct channel *channel = *state;

	(void)close(channel->reader);
	channel->reader = -1;
	assert_int_equal(qm_output_end(&channel->output, &channel->err), QM_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pieces_arrive_whole_and_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_text_larger_than_a_piece_comes_behind_what_was_collected, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_pipe_that_does_not_block_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_reader_that_went_away_is_a_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(the_first_failure_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_written_is_no_failure, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
