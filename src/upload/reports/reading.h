/*
 * reading - many files by two threads, told to one sink in the order of the list.
 *
 * The threads share the list and each has a reader of its own. A report whose turn it is goes
 * straight to the sink; one that is read before its turn is recorded (tape.h) and played when its
 * turn has come. So the sink sees what one thread would have told it, one call at a time, and need
 * not know of threads.
 *
 *     ... 18 19 20    21           22 ... 36    37 38 39    40          41 ... 52
 *     told            A reads and  not yet      recorded    B reads and
 *                     tells it     taken        by B        records it
 *
 * To record and play a result costs a fifth of reading it, so few should be: the thread that has
 * the turn reads file after file straight to the sink, while the other leaves it the next 16 and
 * records those behind them. When the turn comes to a file that is still read, the two change
 * places. A thread records at most 256 KB and one result, then it waits for the turn; larger files
 * are read less far ahead. All tapes together, with those kept for more files, have less than 3 MB.
 *
 * Two threads take 0.56 of the time of one (2,000 files of 20 tests). There are no more of them: a
 * CI job has few cores, and is done in 50 ms.
 */
#ifndef QM_UPLOAD_REPORTS_READING_H
#define QM_UPLOAD_REPORTS_READING_H

#include "parsers/reader.h"
#include "src/upload/reports/reports.h"

enum { QM_READING_THREADS = 2 };

/*
 * Reads the files (struct qm_report_file) by 1 to QM_READING_THREADS threads. Ends at the first
 * one, in their order, at which the sink or the reader fails, with that failure.
 */
enum qm_code qm_reading_run(const struct qm_vec *files, size_t threads,
	const struct qm_reader_options *options, const struct qm_sink *sink,
	struct qm_error *err) QM_MUST_CHECK;

#endif
