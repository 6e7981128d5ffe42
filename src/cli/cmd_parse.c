#include "src/base/clock.h"
#include "src/base/json_text.h"
#include "src/base/text.h"
#include "src/cli/commands.h"
#include "src/cli/exit_code.h"
#include "src/cli/print_json.h"
#include "src/cli/publish.h"
#include "src/cli/system_clock.h"
#include "src/upload/reports/age.h"
#include "src/upload/reports/tee.h"
#include "src/upload/summary/summary_forms.h"

#include <stdlib.h>
#include <string.h>

/* A result's texts are at most 0.7 MB (parsers/limits.h), and escapes make six bytes of one. */
enum { LINE_MAX_BYTES = 8 << 20, NAME_BYTES = 2 * 64 * 1024 + 16 };

/* What is printed while reports are read. */
struct listing {
	const char *path; /* of the report being read */
	bool json;
	struct qm_output *output;
	const struct qm_log *log;
	struct qm_buf line, text;
	char *full_name; /* NAME_BYTES */
};

/* ---- Results, one a line. */

/* A failing test may have printed its environment, and a key with it. */
static const char *without_secrets(struct listing *listing, const char *text)
{
	if (!text || !listing->log->secret_count)
		return text;
	qm_buf_clear(&listing->text);
	qm_buf_add_text(&listing->text, text);
	qm_log_redact(listing->log, listing->text.data);
	return listing->text.data;
}

/* `key` is `,"name":` as it stands: a million lines leave no time for format strings. */
static void add_member(struct listing *listing, const char *key, const char *text)
{
	qm_buf_add_text(&listing->line, key);
	qm_json_add_text(&listing->line, without_secrets(listing, text));
}

static void add_number(struct qm_buf *line, const char *key, int64_t number, bool known)
{
	qm_buf_add_text(line, key);
	if (known)
		qm_buf_add_int(line, number);
	else
		qm_buf_add_text(line, "null");
}

static void add_properties(struct listing *listing, const struct qm_result *result)
{
	struct qm_buf *line = &listing->line;

	qm_buf_add_text(line, ",\"properties\":[");
	for (size_t i = 0; i < result->property_count; i++) {
		add_member(listing, i ? ",[" : "[", result->properties[i].name);
		add_member(listing, ",", result->properties[i].value);
		qm_buf_add_char(line, ']');
	}
	qm_buf_add_char(line, ']');
}

static void add_json_result(struct listing *listing, const struct qm_result *result)
{
	struct qm_buf *line = &listing->line;

	add_member(listing, "{\"file\":", listing->path);
	add_member(listing, ",\"suite\":", result->suite);
	add_member(listing, ",\"class\":", result->class_name);
	add_member(listing, ",\"name\":", result->name);
	add_member(listing, ",\"full_name\":", listing->full_name);
	add_member(listing, ",\"outcome\":", qm_outcome_name(result->outcome));
	add_number(line, ",\"duration_ms\":", result->duration_ms, result->duration_ms >= 0);
	add_member(listing, ",\"type\":", result->failure_type);
	add_member(listing, ",\"message\":", result->message);
	add_member(listing, ",\"parameters\":", result->parameters);
	add_member(listing, ",\"description\":", result->description);
	add_member(listing, ",\"test\":", result->test);
	add_member(listing, ",\"source\":", result->file);
	add_number(line, ",\"line\":", result->line, result->line > 0);
	add_number(line, ",\"reruns\":", result->reruns, true);
	qm_buf_add_text(
		line, result->superseded ? ",\"superseded\":true" : ",\"superseded\":false");
	add_properties(listing, result);
	qm_buf_add_text(line, "}\n");
}

static void add_text_result(struct listing *listing, const struct qm_result *result)
{
	static const char blanks[] = "            ";
	const char *outcome = qm_outcome_name(result->outcome), *message = result->message;

	qm_buf_add_text(&listing->line, outcome);
	qm_buf_add_text(&listing->line, blanks + strlen(outcome));
	qm_text_printable(&listing->line, without_secrets(listing, listing->full_name));
	if (message && *message) {
		qm_buf_add_text(&listing->line, ": ");
		qm_text_printable(&listing->line, without_secrets(listing, message));
	}
	qm_buf_add_char(&listing->line, '\n');
}

static enum qm_code begin_report(void *context, const struct qm_report_begin *report)
{
	struct listing *listing = context;

	listing->path = report->path;
	return QM_OK;
}

static enum qm_code print_result(void *context, const struct qm_result *result)
{
	struct listing *listing = context;

	qm_buf_clear(&listing->line);
	(void)qm_result_full_name(result, listing->full_name, NAME_BYTES);
	if (listing->json)
		add_json_result(listing, result);
	else
		add_text_result(listing, result);
	qm_output_write(listing->output, listing->line.data, listing->line.length);
	/* Nobody reads any more: the failure itself is told at the end. */
	return qm_output_failed(listing->output) ? QM_EIO : QM_OK;
}

/* ---- Reports. */

static void print_json_report(
	const struct listing *listing, const struct qm_report_verdict *verdict)
{
	json_t *object = qm_report_json(verdict);

	qm_print_json(listing->output, object, false, listing->log);
	json_decref(object);
}

static void add_incidents(const struct qm_report_verdict *verdict, struct qm_buf *line)
{
	for (size_t i = 0; i < verdict->incident_count; i++) {
		qm_buf_add_text(line, "         - ");
		qm_text_printable(line, verdict->incidents[i]);
		qm_buf_add_char(line, '\n');
	}
	if (verdict->unlisted_incidents)
		qm_buf_add_format(line, "         - and %llu more\n",
			(unsigned long long)verdict->unlisted_incidents);
}

static void add_error(const struct qm_report_verdict *verdict, struct qm_buf *line)
{
	struct qm_error err;
	char text[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];

	qm_error_init(&err);
	(void)qm_error_set(&err, QM_EINPUT, "%s", verdict->text ? verdict->text : "is unreadable");
	qm_error_at(&err, verdict->path, verdict->line, verdict->column);
	qm_error_format(&err, text, sizeof text);
	qm_buf_add_text(line, "         - ");
	qm_text_printable(line, text);
	qm_buf_add_format(line, " (%s)\n", verdict->reason);
}

static void add_numbers(
	const struct qm_report_counts *counts, const char *kind, struct qm_buf *line)
{
	const uint64_t *outcomes = counts->outcomes;

	qm_buf_add_format(line, "%8llu%8llu%8llu%8llu%8llu  %-7s",
		(unsigned long long)counts->tests,
		(unsigned long long)(outcomes[QM_PASSED] + outcomes[QM_FLAKY]),
		(unsigned long long)outcomes[QM_FAILED], (unsigned long long)outcomes[QM_ERRORED],
		(unsigned long long)(outcomes[QM_SKIPPED] + outcomes[QM_NOT_REACHED]), kind);
}

static void add_counts(struct qm_report_counts *total, const struct qm_report_counts *counts)
{
	total->tests += counts->tests;
	for (int i = 0; i < QM_OUTCOMES; i++)
		total->outcomes[i] += counts->outcomes[i];
}

static void print_line(struct listing *listing)
{
	qm_log_redact(listing->log, listing->line.data);
	qm_output_write(listing->output, listing->line.data, strlen(listing->line.data));
}

static void print_text_reports(struct listing *listing, const struct qm_vec *verdicts)
{
	static const char head[] = "   tests  passed  failed errored skipped  kind   report\n";
	struct qm_report_counts total = { 0 };
	struct qm_buf *line = &listing->line;
	size_t reports = 0;

	for (size_t i = 0; i < verdicts->count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(verdicts, i);
		const char *kind = qm_report_kind_name(verdict->kind);

		if (verdict->left_out)
			continue;
		if (!reports)
			qm_output_write(listing->output, head, strlen(head));
		qm_buf_clear(line);
		add_numbers(&verdict->counts, kind ? kind : "-", line);
		qm_text_printable(line, verdict->path);
		qm_buf_add_char(line, '\n');
		if (verdict->reason)
			add_error(verdict, line);
		add_incidents(verdict, line);
		print_line(listing);
		add_counts(&total, &verdict->counts);
		reports++;
	}
	qm_buf_clear(line);
	add_numbers(&total, "all", line);
	qm_buf_add_format(line, "%zu reports\n", reports);
	if (reports > 1)
		print_line(listing);
}

static void print_reports(struct listing *listing, const struct qm_vec *verdicts)
{
	if (!listing->json) {
		print_text_reports(listing, verdicts);
		return;
	}
	for (size_t i = 0; i < verdicts->count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(verdicts, i);

		if (!verdict->left_out)
			print_json_report(listing, verdict);
	}
}

/* Whether all was read, and nothing failed outside the tests. */
static bool is_sound(const struct qm_report_verdict *verdict)
{
	return !verdict->reason && !verdict->counts.suite_errors &&
		!verdict->counts.config_failures;
}

/* The first that applies: a report with a problem, then no tests at all. */
static int exit_code_of(const struct qm_context *context, const struct qm_reports *found,
	const struct qm_vec *verdicts)
{
	uint64_t tests = 0;
	size_t reports = 0;

	for (size_t i = 0; i < verdicts->count; i++) {
		const struct qm_report_verdict *verdict = qm_vec_at(verdicts, i);

		if (verdict->left_out)
			continue;
		if (!is_sound(verdict))
			return QM_EXIT_REPORT;
		reports++;
		tests += verdict->counts.tests;
	}
	if (tests || context->settings->allow_empty)
		return QM_EXIT_OK;
	qm_log_line(context->log, QM_LOG_ERROR, "%s",
		reports ? "the reports hold no tests"
			: found->too_old
			? "all reports are older than --newer-than: did the tests run?"
			: "no test report was found; name reports or patterns, "
			  "such as '**/TEST-*.xml'");
	return QM_EXIT_NOTHING;
}

/* Failed tests are looked for where somebody will read of them: that costs a call a test. */
static enum qm_code read_reports(const struct qm_context *context, struct qm_reports *reports,
	struct qm_summary *summary, struct qm_error *err)
{
	const struct qm_settings *settings = context->settings;
	const struct qm_reader_options options = {
		.salvage = (enum qm_salvage)settings->salvage,
		.stop = { .interrupted = context->interrupted },
	};
	struct listing listing = { .json = settings->format == QM_FORMAT_JSON,
		.output = context->output,
		.log = context->log };
	struct qm_tee tee = { .first = { .context = &listing },
		.second = qm_failures_sink(&summary->failures) };
	struct qm_sink sink;
	enum qm_code code;

	qm_buf_init(&listing.line, LINE_MAX_BYTES);
	qm_buf_init(&listing.text, LINE_MAX_BYTES);
	listing.full_name = qm_alloc(NAME_BYTES);
	if (settings->results) {
		tee.first.report_begin = begin_report;
		tee.first.result = print_result;
	}
	sink = qm_is_published(context) ? qm_tee_sink(&tee) : tee.first;
	code = qm_reports_find(
		reports, settings->operands.items, settings->operands.count, context->log, err);
	if (!code)
		code = qm_age_sort_out(reports, settings->newer_than, qm_clock_now(context->clock),
			context->log, err);
	if (!code)
		code = qm_reports_read(
			reports, &options, &sink, &summary->verdicts, context->log, err);
	if (!code || code == QM_ESTOPPED)
		print_reports(&listing, &summary->verdicts); /* those that were read */
	free(listing.full_name);
	qm_buf_release(&listing.line);
	qm_buf_release(&listing.text);
	return code;
}

/* How the command ends when reading itself failed. */
static int failure_code(const struct qm_context *context, const struct qm_error *err)
{
	/* That nobody takes the results is told at the end, with the reason. */
	if (!qm_output_failed(context->output))
		qm_log_failure(context->log, QM_LOG_ERROR, err);
	if (err->code == QM_ESTOPPED)
		return QM_EXIT_STOPPED;
	return err->code == QM_EUSAGE ? QM_EXIT_USAGE : QM_EXIT_FAILED;
}

static int parse(const struct qm_context *context)
{
	struct qm_reports reports;
	struct qm_summary summary;
	struct qm_error err;
	int code;

	qm_error_init(&err);
	qm_summary_init(&summary);
	summary.reading = summary.counted = true;
	qm_reports_init(&reports, &summary.arena);
	if (read_reports(context, &reports, &summary, &err)) {
		code = failure_code(context, &err);
	} else {
		code = exit_code_of(context, &reports, &summary.verdicts);
		code = qm_exit_code_first(code, qm_exit_codes_first(qm_publish(context, &summary)));
	}
	qm_reports_release(&reports);
	qm_summary_release(&summary);
	return code;
}

int qm_command_parse(const struct qm_context *context)
{
	struct qm_context catching = *context;

	catching.interrupted = qm_catch_signals();
	return parse(&catching);
}
