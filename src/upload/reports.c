#include "src/upload/reports.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/tee.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 512, HEADLINE_BYTES = 200, INCIDENT_BYTES = 4 * HEADLINE_BYTES };

void qm_reports_init(struct qm_reports *reports, struct qm_arena *arena)
{
	reports->arena = arena;
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
	const struct qm_report_file *file;
	struct qm_vec *verdicts;
	const struct qm_log *log;
	struct qm_vec incidents; /* const char *, of the file being read */
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

/* The first line of a message, cut. */
static int headline(const char *message)
{
	return (int)qm_text_cut(message, strcspn(message, "\r\n"), HEADLINE_BYTES);
}

static const char *message_of(const struct qm_incident *incident)
{
	if (incident->message && *incident->message)
		return incident->message;
	return incident->failure_type ? incident->failure_type : "without a message";
}

static void keep_incident(struct reading *reading, const char *format, ...) QM_PRINTF(2, 3);

static void keep_incident(struct reading *reading, const char *format, ...)
{
	char text[INCIDENT_BYTES];
	const char *kept;
	va_list arguments;

	if (reading->incidents.count >= QM_MAX_INCIDENTS)
		return;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	kept = qm_arena_strdup(reading->reports->arena, text);
	qm_vec_push(&reading->incidents, &kept);
}

static int name_length(const char *name)
{
	return (int)qm_text_cut(name, strlen(name), HEADLINE_BYTES);
}

static enum qm_code keep_suite_error(void *context, const struct qm_incident *incident)
{
	const char *suite = incident->suite ? incident->suite : "";
	const char *message = message_of(incident);

	keep_incident(context, "suite \"%.*s\" failed outside its tests: %.*s", name_length(suite),
		suite, headline(message), message);
	return QM_OK;
}

static enum qm_code keep_config_method(void *context, const struct qm_incident *incident)
{
	const char *class_name = incident->class_name ? incident->class_name : "";
	const char *name = incident->name ? incident->name : "?";
	const char *message = message_of(incident);

	if (incident->outcome == QM_FAILED || incident->outcome == QM_ERRORED)
		keep_incident(context, "config method %.*s%s%.*s failed: %.*s",
			name_length(class_name), class_name, *class_name ? "." : "",
			name_length(name), name, headline(message), message);
	return QM_OK;
}

/* Moves the texts of the file that has ended to its verdict. */
static void take_incidents(struct reading *reading, struct qm_report_verdict *verdict)
{
	size_t count = reading->incidents.count;
	const char **list;

	if (!count)
		return;
	list = qm_arena_alloc(reading->reports->arena, count * sizeof *list);
	memcpy(list, reading->incidents.items, count * sizeof *list);
	verdict->incidents = list;
	verdict->incident_count = count;
	qm_vec_clear(&reading->incidents);
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
	struct qm_report_verdict *verdict = qm_vec_add(reading->verdicts);

	*verdict = (struct qm_report_verdict){
		.path = reading->file->path,
		.kind = end->kind,
		.counts = end->counts,
		.reason = keep_text(reading, end->reason),
		.text = end->reason && end->error ? keep_text(reading, end->error->text) : NULL,
		.line = end->error ? end->error->line : 0,
		.column = end->error ? end->error->column : 0,
		.salvaged = end->salvaged,
	};
	verdict->left_out = verdict->reason && strcmp(verdict->reason, "not-a-report") == 0 &&
		!reading->file->named && is_someones_xml(verdict->path);
	take_incidents(reading, verdict);
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
			.report_end = keep_verdict },
	};
	const struct qm_sink both = qm_tee_sink(&tee);
	struct qm_reader *reader = qm_reader_new(options);
	enum qm_code code = QM_OK;

	qm_vec_init(&reading.incidents, sizeof(const char *));
	for (size_t i = 0; i < reports->files.count && !code; i++) {
		reading.file = qm_vec_at(&reports->files, i);
		code = qm_reader_read(reader, reading.file->path, &both, err);
	}
	qm_reader_free(reader);
	qm_vec_release(&reading.incidents);
	return code;
}
