#include "parsers/source.h"
#include "src/base/buf.h"
#include "src/base/file.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { MAX_BYTES = 1 << 20 };

/* A folder of its own for each test, and names in it. */
struct folder {
	char path[64], file[96];
};

static int set_up(void **state)
{
	static struct folder folder;

	(void)snprintf(folder.path, sizeof folder.path, "/tmp/qm-source-XXXXXX");
	if (!mkdtemp(folder.path))
		return -1;
	*state = &folder;
	return 0;
}

static int tear_down(void **state)
{
	const struct folder *folder = *state;

	(void)unlink(folder->file);
	return rmdir(folder->path);
}

static void write_file(struct folder *folder, const char *name, const char *bytes, size_t length)
{
	(void)snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
	assert_int_equal(qm_file_write(folder->file, bytes, length, NULL), QM_OK);
}

/* One gzip member; returns its length. */
static size_t pack(const char *text, size_t length, char *out, size_t size)
{
	z_stream zlib = { .next_in = (unsigned char *)(uintptr_t)text };

	assert_int_equal(deflateInit2(&zlib, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, 0), Z_OK);
	zlib.avail_in = (uInt)length;
	zlib.next_out = (unsigned char *)out;
	zlib.avail_out = (uInt)size;
	assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
	(void)deflateEnd(&zlib);
	return size - zlib.avail_out;
}

static void read_all(
	struct qm_source *source, size_t step, struct qm_buf *out, struct qm_verdict *verdict)
{
	char chunk[4096];
	size_t length;

	while ((length = qm_source_read(source, chunk, step, verdict)) > 0)
		qm_buf_add(out, chunk, length);
}

/* Reads the file, reads it again, and compares both times. */
static void check(const char *path, const char *want, enum qm_reason reason)
{
	static const size_t steps[] = { 1, 7, 4096 };

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct qm_source source;
		struct qm_verdict verdict;
		struct qm_buf out;

		qm_verdict_init(&verdict);
		qm_buf_init(&out, MAX_BYTES);
		assert_true(qm_source_open(&source, path, MAX_BYTES, NULL, &verdict));
		read_all(&source, steps[i], &out, &verdict);
		assert_int_equal(verdict.reason, reason);
		assert_string_equal(out.data, want);
		assert_true(qm_source_rewind(&source));
		qm_buf_clear(&out);
		read_all(&source, steps[i], &out, &verdict);
		assert_string_equal(out.data, want);
		qm_source_close(&source);
		qm_source_close(&source);
		qm_buf_release(&out);
	}
}

static void files_are_read_twice(void **state)
{
	write_file(*state, "a.xml", "<a>text</a>", 11);
	check(((struct folder *)*state)->file, "<a>text</a>", QM_REASON_NONE);
	write_file(*state, "a.xml", "", 0);
	check(((struct folder *)*state)->file, "", QM_REASON_NONE);
}

static void gzip_is_known_by_name_and_bytes(void **state)
{
	struct folder *folder = *state;
	char packed[256];
	size_t length = pack("<a>text</a>", 11, packed, sizeof packed);
	struct qm_verdict verdict;
	struct qm_source source;
	char magic[2];

	write_file(folder, "a.xml.gz", packed, length);
	check(folder->file, "<a>text</a>", QM_REASON_NONE);
	write_file(folder, "a.xml.gz", "<a/>", 4);
	check(folder->file, "<a/>", QM_REASON_NONE);
	write_file(folder, "a.xml.gz", "<", 1);
	check(folder->file, "<", QM_REASON_NONE);
	write_file(folder, "a.xml.gz", "", 0);
	check(folder->file, "", QM_REASON_NONE);
	(void)unlink(folder->file);
	write_file(folder, "a.xml", packed, length);
	qm_verdict_init(&verdict);
	assert_true(qm_source_open(&source, folder->file, MAX_BYTES, NULL, &verdict));
	assert_int_equal(qm_source_read(&source, magic, 2, &verdict), 2);
	assert_memory_equal(magic, "\x1f\x8b", 2);
	qm_source_close(&source);
}

static void members_follow_each_other(void **state)
{
	struct folder *folder = *state;
	char packed[512];
	size_t first = pack("<a>", 3, packed, sizeof packed);
	size_t both = first + pack("</a>", 4, packed + first, sizeof packed - first);
	size_t empty = both + pack("", 0, packed + both, sizeof packed - both);

	write_file(folder, "a.gz", packed, both);
	check(folder->file, "<a></a>", QM_REASON_NONE);
	write_file(folder, "a.gz", packed, empty);
	check(folder->file, "<a></a>", QM_REASON_NONE);
	packed[both] = '\0';
	write_file(folder, "a.gz", packed, both + 1);
	check(folder->file, "<a></a>", QM_REASON_NONE);
	memcpy(packed + both, "junk", 4);
	write_file(folder, "a.gz", packed, both + 4);
	check(folder->file, "<a></a>", QM_REASON_NONE);
	write_file(folder, "a.gz", packed, first + 3);
	check(folder->file, "<a>", QM_REASON_TRUNCATED);
}

static void each_way_to_cut_it_off_is_truncated(void **state)
{
	struct folder *folder = *state;
	char packed[256];
	size_t length = pack("<a>text</a>", 11, packed, sizeof packed);

	for (size_t cut = 2; cut < length; cut++) {
		struct qm_source source;
		struct qm_verdict verdict;
		struct qm_buf out;

		write_file(folder, "a.gz", packed, cut);
		qm_verdict_init(&verdict);
		qm_buf_init(&out, MAX_BYTES);
		assert_true(qm_source_open(&source, folder->file, MAX_BYTES, NULL, &verdict));
		read_all(&source, 100, &out, &verdict);
		assert_int_equal(verdict.reason, QM_REASON_TRUNCATED);
		assert_memory_equal(out.data, "<a>text</a>", out.length);
		qm_source_close(&source);
		qm_buf_release(&out);
	}
}

static void damage_is_told(void **state)
{
	struct folder *folder = *state;
	char packed[256];
	size_t length = pack("<a>text</a>", 11, packed, sizeof packed);

	packed[length - 5] ^= 1; /* in the check sum */
	write_file(folder, "a.gz", packed, length);
	check(folder->file, "<a>text</a>", QM_REASON_UNREADABLE);
	packed[2] = 9; /* no method of compression */
	write_file(folder, "a.gz", packed, length);
	check(folder->file, "", QM_REASON_UNREADABLE);
}

static void more_bytes_than_allowed_are_refused(void **state)
{
	struct folder *folder = *state;
	char packed[1024], zeros[100000];
	struct qm_source source;
	struct qm_verdict verdict;
	struct qm_buf out;

	memset(zeros, ' ', sizeof zeros);
	write_file(folder, "a.gz", packed, pack(zeros, sizeof zeros, packed, sizeof packed));
	qm_verdict_init(&verdict);
	qm_buf_init(&out, MAX_BYTES);
	assert_true(qm_source_open(&source, folder->file, 99999, NULL, &verdict));
	read_all(&source, 4096, &out, &verdict);
	assert_int_equal(verdict.reason, QM_REASON_LIMIT);
	assert_int_equal(out.length, 99999);
	qm_source_close(&source);
	qm_buf_clear(&out);
	qm_verdict_init(&verdict);
	assert_true(qm_source_open(&source, folder->file, 100000, NULL, &verdict));
	read_all(&source, 4096, &out, &verdict);
	assert_int_equal(verdict.reason, QM_REASON_NONE);
	assert_int_equal(out.length, 100000);
	qm_source_close(&source);
	qm_buf_release(&out);
}

static void what_cannot_be_read_is_told(void **state)
{
	struct folder *folder = *state;
	struct qm_source source;
	struct qm_verdict verdict;
	char byte;

	(void)snprintf(folder->file, sizeof folder->file, "%s/none", folder->path);
	qm_verdict_init(&verdict);
	assert_false(qm_source_open(&source, folder->file, MAX_BYTES, NULL, &verdict));
	assert_int_equal(verdict.reason, QM_REASON_UNREADABLE);
	assert_int_equal(verdict.error.code, QM_EIO);
	assert_false(qm_source_rewind(&source));
	qm_source_close(&source);
	qm_verdict_init(&verdict);
	assert_true(qm_source_open(&source, folder->path, MAX_BYTES, NULL, &verdict));
	assert_int_equal(qm_source_read(&source, &byte, 1, &verdict), 0);
	assert_int_equal(verdict.reason, QM_REASON_UNREADABLE);
	assert_non_null(strstr(verdict.error.text, "folder"));
	qm_source_close(&source);
}

static void a_pipe_cannot_be_read_twice(void **state)
{
	struct folder *folder = *state;
	struct qm_source source;
	struct qm_verdict verdict;
	char chunk[16];
	int ends[2], input = dup(STDIN_FILENO);

	(void)folder;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "<a/>", 4), 4);
	(void)close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	(void)close(ends[0]);
	qm_verdict_init(&verdict);
	assert_true(qm_source_open(&source, "-", MAX_BYTES, NULL, &verdict));
	assert_int_equal(qm_source_read(&source, chunk, sizeof chunk, &verdict), 2);
	assert_int_equal(qm_source_read(&source, chunk + 2, sizeof chunk - 2, &verdict), 2);
	assert_memory_equal(chunk, "<a/>", 4);
	assert_int_equal(qm_source_read(&source, chunk, sizeof chunk, &verdict), 0);
	assert_false(qm_source_rewind(&source));
	qm_source_close(&source);
	assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
	(void)close(input);
}

/* ---- Signals. */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	interrupted = number;
}

/* The alarm goes off while the source waits for a writer that never comes. */
static void a_wait_for_bytes_is_interrupted(void **state)
{
	static const struct itimerval soon = { .it_value = { .tv_usec = 20000 } };
	const struct sigaction action = { .sa_handler = interrupt, .sa_flags = (int)SA_RESTART };
	const struct qm_stop stop = { .interrupted = &interrupted };
	struct folder *folder = *state;
	struct qm_verdict verdict;
	struct qm_source source;
	char byte;

	(void)snprintf(folder->file, sizeof folder->file, "%s/pipe", folder->path);
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	interrupted = 0;
	qm_verdict_init(&verdict);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_true(qm_source_open(&source, folder->file, MAX_BYTES, &stop, &verdict));
	assert_int_equal(qm_source_read(&source, &byte, 1, &verdict), 0);
	assert_int_equal(interrupted, SIGALRM);
	assert_int_equal(verdict.reason, QM_REASON_NONE);
	qm_source_close(&source);
}

/* A millisecond for each look at the clock, so that nobody waits for long. */
static int64_t pass_a_millisecond(void *context)
{
	return ++*(int64_t *)context;
}

static void a_wait_for_bytes_ends_at_the_deadline(void **state)
{
	int64_t ticks_ms = 0;
	const struct qm_clock clock = { .ticks_ms = pass_a_millisecond, .context = &ticks_ms };
	const struct qm_stop stop = { .clock = &clock, .allowed_ms = 8 };
	struct folder *folder = *state;
	struct qm_verdict verdict;
	struct qm_source source;
	char byte;

	(void)snprintf(folder->file, sizeof folder->file, "%s/pipe", folder->path);
	assert_int_equal(mkfifo(folder->file, 0600), 0);
	qm_verdict_init(&verdict);
	assert_true(qm_source_open(&source, folder->file, MAX_BYTES, &stop, &verdict));
	assert_int_equal(qm_source_read(&source, &byte, 1, &verdict), 0);
	assert_true(ticks_ms >= 8);
	assert_int_equal(verdict.reason, QM_REASON_NONE);
	qm_source_close(&source);
}

static void after_a_signal_nothing_more_is_read(void **state)
{
	const struct qm_stop stop = { .interrupted = &interrupted };
	struct folder *folder = *state;
	struct qm_verdict verdict;
	struct qm_source source;
	char byte;

	write_file(folder, "a.xml", "<a/>", 4);
	interrupted = 0;
	qm_verdict_init(&verdict);
	assert_true(qm_source_open(&source, folder->file, MAX_BYTES, &stop, &verdict));
	assert_int_equal(qm_source_read(&source, &byte, 1, &verdict), 1);
	interrupted = SIGTERM;
	assert_int_equal(qm_source_read(&source, &byte, 1, &verdict), 0);
	qm_source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_read_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gzip_is_known_by_name_and_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(members_follow_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			each_way_to_cut_it_off_is_truncated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_bytes_than_allowed_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_pipe_cannot_be_read_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_wait_for_bytes_is_interrupted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_wait_for_bytes_ends_at_the_deadline, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			after_a_signal_nothing_more_is_read, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
