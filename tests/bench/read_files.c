/*
 * read_files THREADS ROUNDS FILE... - reads reports by so many threads, looks for test case keys in
 * each result, and prints the milliseconds of the fastest round and what it has counted.
 *
 * THREADS 0 opens, reads and closes the files and does nothing with what is in them.
 */
#include "src/base/text.h"
#include "src/upload/mapping/keys.h"
#include "src/upload/reports/reading.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

struct counts {
	uint64_t tests, keys;
};

static enum qm_code count(void *context, const struct qm_result *result)
{
	const char *const texts[] = { result->name, result->class_name };
	struct counts *counts = context;
	char key[QM_KEY_BYTES];

	counts->tests++;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t at = 0;

		while (texts[i] && qm_keys_next(texts[i], &at, "PROJ", key))
			counts->keys++;
	}
	return QM_OK;
}

static int read_only(const struct qm_vec *files)
{
	static char chunk[64 * 1024];
	int failed = 0;

	for (size_t i = 0; i < files->count; i++) {
		const struct qm_report_file *file = qm_vec_at(files, i);
		int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
		ssize_t length;

		while ((length = read(descriptor, chunk, sizeof chunk)) > 0)
			continue;
		failed |= length < 0 || close(descriptor);
	}
	return failed;
}

static double now_ms(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED };
	struct counts counts = { .tests = 0 };
	const struct qm_sink sink = { .context = &counts, .result = count };
	int64_t threads = 0, rounds = 0;
	double fastest_ms = 1e9;
	struct qm_vec files;

	if (argc < 4 || !qm_text_int(argv[1], 0, QM_READING_THREADS, &threads) ||
		!qm_text_int(argv[2], 1, 1000, &rounds))
		return 2;
	qm_vec_init(&files, sizeof(struct qm_report_file));
	for (int i = 3; i < argc; i++) {
		struct qm_report_file *file = qm_vec_add(&files);

		file->path = argv[i];
	}
	for (int64_t i = 0; i < rounds; i++) {
		double begin_ms = now_ms(), ms;

		counts = (struct counts){ .tests = 0 };
		if (threads ? (int)qm_reading_run(&files, (size_t)threads, &options, &sink, NULL)
			    : read_only(&files))
			return 3;
		ms = now_ms() - begin_ms;
		fastest_ms = ms < fastest_ms ? ms : fastest_ms;
	}
	(void)printf("%.3f ms, %llu tests, %llu keys\n", fastest_ms,
		(unsigned long long)counts.tests, (unsigned long long)counts.keys);
	qm_vec_release(&files);
	return 0;
}
