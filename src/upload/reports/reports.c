#include "src/upload/reports/reports.h"
#include "src/base/memory.h"
#include "src/upload/reports/reading.h"
#include "src/upload/reports/tee.h"
#include "src/upload/summary/incidents.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 512 };

void qm_reports_init(struct qm_reports *reports, struct qm_arena *arena)
{
	*reports = (struct qm_reports){ .arena = arena };
	qm_vec_init(&reports->files, sizeof(struct qm_report_file));
}

void qm_reports_release(struct qm_reports *reports)
{
	qm_vec_release(&reports->files);
}

size_t qm_reports_sniff(struct qm_reports *reports, const volatile sig_atomic_t *interrupted)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	struct qm_reader *reader = qm_reader_new(&options);
	size_t count = 0;

	for (size_t i = 0; i < reports->files.count && !(interrupted && *interrupted); i++) {
		struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (!file->is_stream)
			file->kind = qm_reader_sniff(reader, file->path);
		count += file->is_stream || file->kind != QM_REPORT_NONE;
	}
	qm_reader_free(reader);
	return count;
}

/* ---- Reading. */

struct reading {
	const struct qm_reports *reports;
	size_t ended; /* files, so far */
	struct qm_vec *verdicts;
	const struct qm_log *log;
	struct qm_incidents incidents; /* of the file being read */
};

/*
 * Whether a file begins as XML does or is compressed. One that holds text where a report was
 * expected (a log that was redirected into it) is no XML of somebody else's: it is broken.
 */
static bool is_someones_xml(const char *path)
{
	static const char *const marks[] = { "\x1f\x8b", "\xfe\xff", "\xff\xfe", "<" };
	char head[HEAD_BYTES + 1] = "";
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = file < 0 ? -1 : read(file, head, HEAD_BYTES);
	const char *text = head;

	if (file >= 0)
		(void)close(file);
	if (length <= 0)
		return false;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (strncmp(text, marks[i], strlen(marks[i])) == 0)
			return true;
	return false;
}

static enum qm_code keep_suite_error(void *context, const struct qm_incident *incident)
{
	struct reading *reading = context;

	qm_incidents_suite_error(&reading->incidents, incident);
	return QM_OK;
}

static enum qm_code keep_config_method(void *context, const struct qm_incident *incident)
{
	struct reading *reading = context;

	qm_incidents_config_method(&reading->incidents, incident);
	return QM_OK;
}

static enum qm_code keep_not_reached(void *context, const struct qm_not_reached *not_reached)
{
	struct reading *reading = context;

	qm_incidents_not_reached(&reading->incidents, not_reached);
	return QM_OK;
}

static const char *keep_text(const struct reading *reading, const char *text)
{
	return text ? qm_arena_strdup(reading->reports->arena, text) : NULL;
}

static void notice(const struct reading *reading, const struct qm_report_verdict *verdict)
{
	unsigned long long replaced = verdict->counts.replaced_characters;

	if (verdict->left_out)
		qm_log_line(reading->log, QM_LOG_NOTICE,
			"%s: left out, it is XML, but no test report", verdict->path);
	else if (replaced)
		qm_log_line(reading->log, QM_LOG_NOTICE,
			"%s: %llu control character%s that XML forbids %s replaced", verdict->path,
			replaced, replaced == 1 ? "" : "s", replaced == 1 ? "was" : "were");
}

static enum qm_code keep_verdict(void *context, const struct qm_report_end *end)
{
	struct reading *reading = context;
	const struct qm_report_file *file = qm_vec_at(&reading->reports->files, reading->ended++);
	struct qm_report_verdict *verdict = qm_vec_add(reading->verdicts);

	*verdict = (struct qm_report_verdict){
		.path = file->path,
		.kind = end->kind,
		.counts = end->counts,
		.reason = keep_text(reading, end->reason),
		.text = end->reason && end->error ? keep_text(reading, end->error->text) : NULL,
		.line = end->error ? end->error->line : 0,
		.column = end->error ? end->error->column : 0,
		.salvaged = end->salvaged,
	};
	verdict->left_out = verdict->reason && strcmp(verdict->reason, "not-a-report") == 0 &&
		!file->named && is_someones_xml(verdict->path);
	verdict->incident_count = qm_incidents_take(&reading->incidents, reading->reports->arena,
		&verdict->incidents, &verdict->unlisted_incidents);
	notice(reading, verdict);
	return QM_OK;
}

enum qm_code qm_reports_read(const struct qm_reports *reports,
	const struct qm_reader_options *options, const struct qm_sink *sink,
	struct qm_vec *verdicts, const struct qm_log *log, struct qm_error *err)
{
	struct reading reading = { .reports = reports, .verdicts = verdicts, .log = log };
	struct qm_tee tee = {
		.first = *sink,
		.second = { .context = &reading,
			.suite_error = keep_suite_error,
			.config_method = keep_config_method,
			.not_reached = keep_not_reached,
			.report_end = keep_verdict },
	};
	const struct qm_sink both = qm_tee_sink(&tee);
	enum qm_code code;

	qm_incidents_init(&reading.incidents);
	code = qm_reading_run(&reports->files, QM_READING_THREADS, options, &both, err);
	qm_incidents_release(&reading.incidents);
	return code;
}

bool qm_report_verdict_text(
	const struct qm_report_verdict *verdict, char out[QM_REPORT_VERDICT_TEXT])
{
	unsigned long long kept = verdict->counts.tests;
	struct qm_error err;
	size_t length;

	if (!verdict->reason || verdict->left_out)
		return false;
	qm_error_init(&err);
	(void)qm_error_set(
		&err, QM_EINPUT, "%s", verdict->text ? verdict->text : "it cannot be read");
	qm_error_at(&err, verdict->path, verdict->line, verdict->column);
	qm_error_format(&err, out, QM_REPORT_VERDICT_TEXT);
	length = strlen(out);
	if (verdict->salvaged)
		(void)snprintf(out + length, QM_REPORT_VERDICT_TEXT - length,
			" (%s; the %llu test%s before the break count%s)", verdict->reason, kept,
			kept == 1 ? "" : "s", kept == 1 ? "s" : "");
	else
		(void)snprintf(
			out + length, QM_REPORT_VERDICT_TEXT - length, " (%s)", verdict->reason);
	return true;
}
