#include "parsers/reader.h"

#include "parsers/decoder.h"
#include "parsers/filter.h"
#include "parsers/junit.h"
#include "parsers/limits.h"
#include "parsers/place.h"
#include "parsers/report.h"
#include "parsers/source.h"
#include "parsers/testng.h"
#include "parsers/xml.h"
#include "src/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct qm_reader {
	struct qm_reader_options options;
	struct qm_source source;
	struct qm_decoder decoder;
	struct qm_filter filter;
	struct qm_xml *xml;
	struct qm_junit *junit;
	struct qm_testng *testng;

	struct qm_report report;         /* the one that is being read */
	struct qm_xml_handlers handlers; /* given to `xml`: ours for the root, then the format's */
	bool only_sniffs;
	char *chunk; /* QM_MAX_CHUNK */
};

struct qm_reader *qm_reader_new(const struct qm_reader_options *options)
{
	struct qm_reader *reader = qm_alloc(sizeof *reader);

	reader->options = *options;
	reader->chunk = qm_alloc_raw(QM_MAX_CHUNK);
	reader->source.file = -1;
	qm_decoder_init(&reader->decoder);
	qm_filter_init(&reader->filter);
	reader->xml = qm_xml_new();
	reader->junit = qm_junit_new();
	reader->testng = qm_testng_new();
	return reader;
}

void qm_reader_free(struct qm_reader *reader)
{
	if (!reader)
		return;
	qm_source_close(&reader->source);
	qm_decoder_release(&reader->decoder);
	qm_filter_release(&reader->filter);
	qm_xml_free(reader->xml);
	qm_junit_free(reader->junit);
	qm_testng_free(reader->testng);
	free(reader->chunk);
	free(reader);
}

/* ---- The root element decides ---- */

static enum qm_report_kind kind_of(enum qm_name root)
{
	switch (root) {
	case QM_NAME_TESTSUITES:
	case QM_NAME_TESTSUITE:
	case QM_NAME_TESTRUN:
		return QM_REPORT_JUNIT;
	case QM_NAME_TESTNG_RESULTS:
		return QM_REPORT_TESTNG;
	default:
		return QM_REPORT_NONE;
	}
}

/* The first element: from here on the handlers of its format are called instead of these. */
static bool on_root(void *context, const struct qm_xml_element *element)
{
	struct qm_reader *reader = context;
	enum qm_report_kind kind = kind_of(element->name);

	if (kind == QM_REPORT_NONE) {
		qm_verdict_set(&reader->report.verdict, QM_REASON_NOT_A_REPORT, QM_HERE,
			"the root element <%.64s> is neither JUnit's nor TestNG's", element->text);
		return false;
	}
	if (reader->only_sniffs) {
		reader->report.kind = kind;
		return false;
	}
	if (kind == QM_REPORT_JUNIT)
		qm_junit_begin(reader->junit, &reader->report, &reader->handlers);
	else
		qm_testng_begin(reader->testng, &reader->report, &reader->handlers);
	return qm_report_begin(&reader->report, kind) &&
		reader->handlers.start(reader->handlers.context, element);
}

static bool on_root_text(void *context, const char *bytes, size_t length)
{
	(void)context;
	(void)bytes;
	(void)length;
	return true;
}

static bool on_root_end(void *context, enum qm_name name, unsigned depth)
{
	(void)context;
	(void)name;
	(void)depth;
	return true;
}

/* ---- Reading ---- */

static void begin(struct qm_reader *reader, const char *path, const struct qm_sink *sink)
{
	const struct qm_reader_options *options = &reader->options;

	reader->report = (struct qm_report){
		.sink = sink,
		.path = path,
		.max_tests = options->max_tests ? options->max_tests : QM_MAX_TESTS,
	};
	reader->handlers = (struct qm_xml_handlers){
		.context = reader,
		.start = on_root,
		.text = on_root_text,
		.end = on_root_end,
	};
}

/* Opens the file and drives it through all stages until it ends or does not want to go on. */
static void drive(struct qm_reader *reader)
{
	struct qm_verdict *verdict = &reader->report.verdict;
	const struct qm_stream source = { .read = qm_source_read, .context = &reader->source };
	const struct qm_stream decoder = { .read = qm_decoder_read, .context = &reader->decoder };
	uint64_t max_bytes = reader->options.max_bytes;
	size_t length;
	bool wants_more = true;

	if (!qm_source_open(&reader->source, reader->report.path,
		    max_bytes ? max_bytes : QM_MAX_REPORT_BYTES, &reader->options.stop, verdict))
		return;
	reader->source.copy = reader->options.copy;
	qm_decoder_begin(&reader->decoder, &source, verdict);
	qm_filter_begin(&reader->filter, &decoder);
	qm_xml_begin(reader->xml, &reader->handlers, verdict);
	while (wants_more) {
		length = qm_filter_read(&reader->filter, reader->chunk, QM_MAX_CHUNK, verdict);
		if (!length)
			break;
		wants_more =
			qm_xml_feed(reader->xml, reader->chunk, length) && !reader->only_sniffs;
	}
	if (!verdict->reason && wants_more)
		qm_xml_finish(reader->xml);
	reader->report.counts.replaced_characters = reader->filter.replaced;
}

static void find_place(struct qm_reader *reader)
{
	const struct qm_place_tools tools = {
		.source = &reader->source,
		.decoder = &reader->decoder,
		.filter = &reader->filter,
		.buffer = reader->chunk,
	};
	struct qm_verdict *verdict = &reader->report.verdict;
	int line = 0, column = 0;

	if (verdict->reason != QM_REASON_UNREADABLE && verdict->reason != QM_REASON_EMPTY)
		qm_place_find(&tools, verdict->offset, &line, &column);
	qm_error_at(&verdict->error, reader->report.path, line, column);
}

static bool is_salvaged(enum qm_salvage salvage, const struct qm_report *report)
{
	if (salvage == QM_SALVAGE_OFF || report->kind == QM_REPORT_NONE)
		return false;
	if (report->verdict.reason == QM_REASON_NOT_A_REPORT)
		return false;
	return salvage == QM_SALVAGE_ALL || report->verdict.reason == QM_REASON_TRUNCATED;
}

static void end_report(struct qm_reader *reader)
{
	struct qm_report *report = &reader->report;
	const struct qm_sink *sink = report->sink;
	struct qm_report_end end = { .path = report->path };

	if (report->verdict.reason) {
		find_place(reader);
		end.reason = qm_reason_name(report->verdict.reason);
		end.error = &report->verdict.error;
		end.salvaged = is_salvaged(reader->options.salvage, report);
	}
	if (report->verdict.reason != QM_REASON_NOT_A_REPORT)
		end.kind = report->kind;
	end.counts = report->counts;
	if (sink->report_end)
		report->sink_code = sink->report_end(sink->context, &end);
}

static void finish(struct qm_reader *reader)
{
	struct qm_report *report = &reader->report;

	if (report->kind == QM_REPORT_TESTNG)
		qm_testng_finish(reader->testng);
	else if (!report->verdict.reason && report->kind == QM_REPORT_JUNIT)
		qm_junit_finish(reader->junit);
	if (!report->sink_code)
		end_report(reader);
}

enum qm_code qm_reader_read(struct qm_reader *reader, const char *path, const struct qm_sink *sink,
	struct qm_error *err)
{
	struct qm_report *report = &reader->report;
	enum qm_code code;

	begin(reader, path, sink);
	reader->only_sniffs = false;
	drive(reader);
	if (!report->sink_code && qm_stop_is_due(&reader->options.stop)) {
		code = qm_stop_fail(&reader->options.stop, "while it was read", err);
		qm_error_at(err, strcmp(path, "-") == 0 ? "standard input" : path, 0, 0);
	} else {
		if (!report->sink_code)
			finish(reader);
		code = report->sink_code;
		if (code)
			(void)qm_error_set(err, code, "the results cannot be taken");
	}
	qm_source_close(&reader->source);
	return code;
}

enum qm_report_kind qm_reader_sniff(struct qm_reader *reader, const char *path)
{
	static const struct qm_sink nobody = { .context = NULL };

	/* What comes through a pipe can be read only once. */
	if (strcmp(path, "-") == 0)
		return QM_REPORT_NONE;
	begin(reader, path, &nobody);
	reader->only_sniffs = true;
	drive(reader);
	qm_source_close(&reader->source);
	return reader->report.kind;
}
