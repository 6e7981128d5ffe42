/*
 * reports - which files are read, and reading them all into one sink.
 *
 * Files are named by paths and patterns: `target/surefire-reports/TEST-*.xml`,
 * `**` for any number of folders, `!` in front to exclude what matches. Without any, the usual
 * places of Surefire, Failsafe, Gradle and TestNG below the working folder are looked through.
 * The list is sorted by path bytes and has no file twice, whatever links and detours lead to it, so
 * a run is repeatable.
 *
 * A folder means all *.xml and *.xml.gz below it. What exists by its very name is no pattern,
 * TEST-a[1].xml for one. An XML file that a pattern caught and that is no report
 * (failsafe-summary.xml) is left out with a notice; one that was named is an error. A report that
 * cannot be read loses nothing else.
 */
#ifndef QM_UPLOAD_REPORTS_H
#define QM_UPLOAD_REPORTS_H

#include "parsers/reader.h"
#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/base/vec.h"

struct qm_report_file {
	const char *path;
	bool named;               /* itself, and not by a pattern or a folder */
	bool is_stream;           /* can be read only once: standard input, a pipe */
	int64_t modified_ms;      /* Unix time; of a stream or a file that is not there: 0 */
	enum qm_report_kind kind; /* after qm_reports_sniff() */
	bool is_left_out;         /* its results are in another one, see twins.h */
};

struct qm_reports {
	struct qm_arena *arena;   /* texts live here */
	struct qm_vec files;      /* struct qm_report_file */
	size_t too_old;           /* left out for their age, see age.h */
	char since[QM_TIME_TEXT]; /* from when on they count, where some were left out */
};

void qm_reports_init(struct qm_reports *reports, struct qm_arena *arena);
void qm_reports_release(struct qm_reports *reports);

/*
 * QM_EUSAGE for a pattern that is none; finding nothing is no failure: files is empty. What was
 * found twice is told to the log, and so is a pattern or folder that found nothing where others
 * did.
 */
enum qm_code qm_reports_find(struct qm_reports *reports, const char *const *patterns,
	size_t pattern_count, const struct qm_log *log, struct qm_error *err) QM_MUST_CHECK;

/*
 * Looks at the head of each file and tells how many may be reports: where none is, nobody needs to
 * be asked for anything. Standard input and pipes count, unread. Ends early where a signal came.
 */
size_t qm_reports_sniff(struct qm_reports *reports, const volatile sig_atomic_t *interrupted);

/* What was read of one file; kept for the summary. Texts live in the arena. */
struct qm_report_verdict {
	const char *path;
	enum qm_report_kind kind;
	struct qm_report_counts counts;
	const char *reason; /* NULL: read well; see qm_report_end */
	int line, column;
	const char *text;
	bool salvaged;
	bool left_out;                /* caught by a pattern and no report */
	const char *const *incidents; /* lines, see incidents.h */
	size_t incident_count;
	uint64_t unlisted_incidents;
};

/*
 * Reads all files, one after the other, into `sink` and adds a qm_report_verdict for each to
 * `verdicts`. Fails only where the sink does.
 */
enum qm_code qm_reports_read(const struct qm_reports *reports,
	const struct qm_reader_options *options, const struct qm_sink *sink,
	struct qm_vec *verdicts, const struct qm_log *log, struct qm_error *err) QM_MUST_CHECK;

/*
 * What was wrong with a report, in a line: "TEST-a.xml:7:20: ... (truncated; the 12 tests before
 * the break count)". False where nothing was.
 */
enum { QM_REPORT_VERDICT_TEXT = QM_ERROR_SOURCE + QM_ERROR_TEXT + 128 };
bool qm_report_verdict_text(
	const struct qm_report_verdict *verdict, char out[QM_REPORT_VERDICT_TEXT]);

#endif
