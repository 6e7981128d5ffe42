/*
 * reader - reads one report file into a sink.
 *
 * The file is read once, in chunks of 64 KB, whatever its size; the root element decides the
 * format. A report that is bad in itself is no failure of the reader: the sink's report_end
 * tells what is wrong, and reading goes on with the next file. The reader fails only when the
 * sink does, or with QM_ESTOPPED when a signal or a deadline ends the work: then no report_end is
 * told.
 *
 * A reader is made once a thread and used for any number of files, one after the other.
 */
#ifndef QM_PARSERS_READER_H
#define QM_PARSERS_READER_H

#include "parsers/result.h"
#include "src/base/buf.h"
#include "src/base/stop.h"

enum qm_salvage {
	QM_SALVAGE_TRUNCATED, /* a file that ends too early keeps its completed results */
	QM_SALVAGE_ALL,       /* so does one with any other break */
	QM_SALVAGE_OFF,
};

struct qm_reader_options {
	enum qm_salvage salvage;
	uint64_t max_bytes;  /* of one report, decompressed; 0: QM_MAX_REPORT_BYTES of limits.h */
	uint64_t max_tests;  /* of one report; 0: QM_MAX_TESTS */
	struct qm_stop stop; /* when to end the reading */
	/* Gets the bytes as they were read, unpacked: for who hands on what was read well. All of
	 * them are there only then. NULL: nobody. */
	struct qm_buf *copy;
};

struct qm_reader;

struct qm_reader *qm_reader_new(const struct qm_reader_options *options);
void qm_reader_free(struct qm_reader *reader);

/* `path` may be "-" (standard input) and may be compressed with gzip. */
enum qm_code qm_reader_read(struct qm_reader *reader, const char *path, const struct qm_sink *sink,
	struct qm_error *err) QM_MUST_CHECK;

/*
 * Looks at the head of the file only (at most 64 KB) and tells its kind by the root element;
 * none where it is no report or cannot be read. Used to leave out what a wide glob caught.
 * Standard input is not touched, as what was looked at would be gone: none.
 */
enum qm_report_kind qm_reader_sniff(struct qm_reader *reader, const char *path);

#endif
