/*
 * reading - many files by two threads, told to one sink in the order of the list.
 *
 * The threads share the list and each has a reader of its own. A report whose turn it is goes
 * straight to the sink; one that is read before its turn is recorded (tape.h) and played when its
 * turn has come. So the sink sees what one thread would have told it, one call at a time, and need
 * not know of threads. A thread is at most 64 files ahead and records at most 32 KB of a file, then
 * it waits for the turn: 2 MB whatever the sizes.
 *
 * Two threads take 0.52 of the time of one (2,000 files of 20 tests). There are no more of them: a
 * CI job has few cores, and is done in 50 ms.
 */
#ifndef QM_UPLOAD_READING_H
#define QM_UPLOAD_READING_H

#include "parsers/reader.h"
#include "src/upload/reports.h"

enum { QM_READING_THREADS = 2 };

/*
 * Reads the files (struct qm_report_file) by 1 to QM_READING_THREADS threads. Ends at the first
 * one, in their order, at which the sink or the reader fails, with that failure.
 */
enum qm_code qm_reading_run(const struct qm_vec *files, size_t threads,
	const struct qm_reader_options *options, const struct qm_sink *sink,
	struct qm_error *err) QM_MUST_CHECK;

#endif
