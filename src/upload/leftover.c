#include "src/upload/leftover.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

enum { SUITE_MAX_BYTES = 64 << 10, MESSAGE_MAX_BYTES = 2000, MS_IN_S = 1000 };

/* An attribute's value: parsers handed over valid UTF-8, of which XML forbids the controls. */
static void add_attribute(struct qm_buf *out, const char *name, const char *text)
{
	size_t length = text ? qm_text_cut(text, strlen(text), MESSAGE_MAX_BYTES) : 0;

	if (!text)
		return;
	qm_buf_add_format(out, " %s=\"", name);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '&')
			qm_buf_add_text(out, "&amp;");
		else if (c == '<')
			qm_buf_add_text(out, "&lt;");
		else if (c == '"')
			qm_buf_add_text(out, "&quot;");
		else if (c == '\n' || c == '\r' || c == '\t')
			qm_buf_add_char(out, ' ');
		else
			qm_buf_add_char(out, c < 0x20 ? '?' : (char)c);
	}
	qm_buf_add_char(out, '"');
}

void qm_leftover_begin(struct qm_leftover *leftover, struct qm_mapping *mapping, struct qm_buf *out)
{
	*leftover = (struct qm_leftover){ .mapping = mapping, .out = out };
	qm_buf_init(&leftover->suite, SUITE_MAX_BYTES);
	qm_buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
}

static void close_suite(struct qm_leftover *leftover)
{
	if (leftover->is_open)
		qm_buf_add_text(leftover->out, "</testsuite>\n");
	leftover->is_open = false;
}

void qm_leftover_end(struct qm_leftover *leftover)
{
	close_suite(leftover);
	qm_buf_add_text(leftover->out, "</testsuites>\n");
	qm_buf_release(&leftover->suite);
}

static void open_suite(struct qm_leftover *leftover, const char *name)
{
	if (leftover->is_open && strcmp(leftover->suite.data, name) == 0)
		return;
	close_suite(leftover);
	qm_buf_clear(&leftover->suite);
	qm_buf_add_text(&leftover->suite, name);
	qm_buf_add_text(leftover->out, "<testsuite");
	add_attribute(leftover->out, "name", name);
	qm_buf_add_text(leftover->out, ">\n");
	leftover->is_open = true;
}

static void add_outcome(struct qm_buf *out, const struct qm_result *result)
{
	const char *element = result->outcome == QM_FAILED                           ? "failure"
		: result->outcome == QM_ERRORED                                      ? "error"
		: result->outcome == QM_SKIPPED || result->outcome == QM_NOT_REACHED ? "skipped"
										     : NULL;

	if (!element) {
		qm_buf_add_text(out, "/>\n");
		return;
	}
	qm_buf_add_format(out, "><%s", element);
	add_attribute(out, "message", result->message);
	add_attribute(out, "type", result->failure_type);
	qm_buf_add_text(out, "/></testcase>\n");
}

static void add_result(struct qm_leftover *leftover, const struct qm_result *result)
{
	struct qm_buf *out = leftover->out, name;

	open_suite(leftover, result->suite ? result->suite : "");
	qm_buf_init(&name, SUITE_MAX_BYTES);
	qm_buf_add_text(&name, result->name ? result->name : "");
	if (result->parameters && *result->parameters)
		qm_buf_add_format(&name, "[%s]", result->parameters);
	qm_buf_add_text(out, "<testcase");
	add_attribute(out, "classname", result->class_name);
	add_attribute(out, "name", name.data);
	if (result->duration_ms >= 0)
		qm_buf_add_format(out, " time=\"%lld.%03lld\"",
			(long long)(result->duration_ms / MS_IN_S),
			(long long)(result->duration_ms % MS_IN_S));
	add_outcome(out, result);
	qm_buf_release(&name);
}

static enum qm_code begin_report(void *context, const struct qm_report_begin *report)
{
	struct qm_leftover *leftover = context;

	close_suite(leftover);
	leftover->before = leftover->counts;
	leftover->length_before = leftover->out->length;
	qm_mapping_begin(leftover->mapping, report->kind);
	return QM_OK;
}

/* One that breaks off counts as little as in an upload. */
static enum qm_code end_report(void *context, const struct qm_report_end *report)
{
	struct qm_leftover *leftover = context;

	if (!report->reason || report->salvaged)
		return QM_OK;
	leftover->is_open = false;
	leftover->counts = leftover->before;
	if (!leftover->counts.doubtful)
		leftover->first_doubtful[0] = '\0';
	qm_buf_cut(leftover->out, leftover->length_before);
	return QM_OK;
}

static void note_doubtful(
	struct qm_leftover *leftover, const struct qm_result *result, const char *why)
{
	char name[160];

	if (leftover->counts.doubtful++)
		return;
	(void)qm_result_full_name(result, name, sizeof name);
	(void)snprintf(leftover->first_doubtful, sizeof leftover->first_doubtful, "%s: %s",
		*name ? name : "(no name)", why);
}

static enum qm_code take_result(void *context, const struct qm_result *result)
{
	struct qm_leftover *leftover = context;
	bool is_named = result->name && *result->name;
	struct qm_mapped mapped;

	if (result->superseded)
		return QM_OK;
	qm_mapping_find(leftover->mapping, result, &mapped);
	if (mapped.ignored) {
		leftover->counts.ignored++;
	} else if (mapped.count) {
		leftover->counts.mapped++;
	} else if (mapped.others->count || *mapped.unknown || !is_named) {
		note_doubtful(leftover, result, is_named ? mapped.why : "it has no name");
	} else {
		leftover->counts.tests++;
		add_result(leftover, result);
	}
	return QM_OK;
}

struct qm_sink qm_leftover_sink(struct qm_leftover *leftover)
{
	return (struct qm_sink){
		.context = leftover,
		.report_begin = begin_report,
		.result = take_result,
		.report_end = end_report,
	};
}
