#include "tests/parsers/events.h"

#include <inttypes.h>

void qm_events_add_text(struct qm_buf *out, const char *key, const char *text)
{
	if (!text)
		return;
	qm_buf_add_format(out, " %s=\"", key);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\n')
			qm_buf_add_text(out, "\\n");
		else if (byte == '\t')
			qm_buf_add_text(out, "\\t");
		else if (byte < 0x20 || byte == 0x7f)
			qm_buf_add_format(out, "\\x%02x", byte);
		else if (byte == '"' || byte == '\\')
			qm_buf_add_format(out, "\\%c", byte);
		else
			qm_buf_add_char(out, (char)byte);
	}
	qm_buf_add_char(out, '"');
}

static enum qm_code on_report_begin(void *context, const struct qm_report_begin *report)
{
	qm_buf_add_format(context, "report %s\n", qm_report_kind_name(report->kind));
	return QM_OK;
}

static enum qm_code on_suite(struct qm_buf *out, const char *word, const struct qm_suite *suite)
{
	qm_buf_add_text(out, word);
	qm_events_add_text(out, "name", suite->name);
	qm_events_add_text(out, "hostname", suite->hostname);
	if (suite->depth)
		qm_buf_add_format(out, " depth=%u", suite->depth);
	qm_buf_add_char(out, '\n');
	return QM_OK;
}

static enum qm_code on_suite_begin(void *context, const struct qm_suite *suite)
{
	return on_suite(context, "suite", suite);
}

static enum qm_code on_suite_end(void *context, const struct qm_suite *suite)
{
	return on_suite(context, "end-suite", suite);
}

/* A bar where those of a suite further out begin. */
static void add_properties(struct qm_buf *out, const struct qm_result *result)
{
	const struct qm_property *properties = result->properties;

	for (size_t i = 0; i < result->property_count; i++) {
		if (i && properties[i].depth != properties[i - 1].depth)
			qm_buf_add_text(out, " |");
		qm_events_add_text(out, properties[i].name, properties[i].value);
	}
}

static enum qm_code on_result(void *context, const struct qm_result *result)
{
	struct qm_buf *out = context;

	qm_buf_add_format(out, "result outcome=%s", qm_outcome_name(result->outcome));
	if (result->superseded)
		qm_buf_add_text(out, " superseded");
	if (result->reruns)
		qm_buf_add_format(out, " reruns=%u", result->reruns);
	if (result->duration_ms != -1)
		qm_buf_add_format(out, " ms=%" PRId64, result->duration_ms);
	qm_events_add_text(out, "suite", result->suite);
	qm_events_add_text(out, "test", result->test);
	qm_events_add_text(
		out, result->is_class_apart ? "class-apart" : "class", result->class_name);
	qm_events_add_text(out, "name", result->name);
	qm_events_add_text(out, "parameters", result->parameters);
	qm_events_add_text(out, "description", result->description);
	qm_events_add_text(out, "type", result->failure_type);
	qm_events_add_text(out, "message", result->message);
	qm_events_add_text(out, "text", result->failure_text);
	qm_events_add_text(out, "file", result->file);
	if (result->line)
		qm_buf_add_format(out, " line=%" PRId64, result->line);
	qm_events_add_text(out, "hostname", result->hostname);
	if (result->property_count) {
		qm_buf_add_text(out, " properties:");
		add_properties(out, result);
	}
	qm_buf_add_char(out, '\n');
	return QM_OK;
}

static enum qm_code on_incident(
	struct qm_buf *out, const char *word, const struct qm_incident *incident)
{
	qm_buf_add_format(out, "%s outcome=%s", word, qm_outcome_name(incident->outcome));
	qm_events_add_text(out, "suite", incident->suite);
	qm_events_add_text(out, "class", incident->class_name);
	qm_events_add_text(out, "name", incident->name);
	qm_events_add_text(out, "type", incident->failure_type);
	qm_events_add_text(out, "message", incident->message);
	qm_buf_add_char(out, '\n');
	return QM_OK;
}

static enum qm_code on_suite_error(void *context, const struct qm_incident *incident)
{
	return on_incident(context, "suite-error", incident);
}

static enum qm_code on_config_method(void *context, const struct qm_incident *incident)
{
	return on_incident(context, "config-method", incident);
}

static enum qm_code on_not_reached(void *context, const struct qm_not_reached *not_reached)
{
	struct qm_buf *out = context;

	qm_buf_add_format(out, "not-reached tests=%" PRIu64, not_reached->tests);
	qm_events_add_text(out, "suite", not_reached->suite);
	qm_events_add_text(out, "after", not_reached->config_method);
	qm_buf_add_char(out, '\n');
	return QM_OK;
}

static void add_count(struct qm_buf *out, const char *key, uint64_t count)
{
	if (count)
		qm_buf_add_format(out, " %s=%" PRIu64, key, count);
}

static enum qm_code on_report_end(void *context, const struct qm_report_end *end)
{
	struct qm_buf *out = context;
	const struct qm_report_counts *counts = &end->counts;
	const char *kind = qm_report_kind_name(end->kind);

	qm_buf_add_format(out, "end %s", kind ? kind : "none");
	add_count(out, "suites", counts->suites);
	add_count(out, "tests", counts->tests);
	for (int i = 0; i < QM_OUTCOMES; i++)
		add_count(out, qm_outcome_name((enum qm_outcome)i), counts->outcomes[i]);
	add_count(out, "config-methods", counts->config_methods);
	add_count(out, "suite-errors", counts->suite_errors);
	add_count(out, "replaced", counts->replaced_characters);
	qm_buf_add_char(out, '\n');
	if (end->reason) {
		qm_buf_add_format(out, "error %s %d:%d%s", end->reason, end->error->line,
			end->error->column, end->salvaged ? " salvaged" : "");
		qm_events_add_text(out, "text", end->error->text);
		qm_buf_add_char(out, '\n');
	}
	return QM_OK;
}

struct qm_sink qm_events_sink(struct qm_buf *out)
{
	return (struct qm_sink){
		.context = out,
		.report_begin = on_report_begin,
		.suite_begin = on_suite_begin,
		.result = on_result,
		.suite_error = on_suite_error,
		.config_method = on_config_method,
		.not_reached = on_not_reached,
		.suite_end = on_suite_end,
		.report_end = on_report_end,
	};
}
