#include "parsers/report.h"

#include <string.h>

/* What the sink answered: whether reading goes on. */
static bool goes_on(struct qm_report *report, enum qm_code code)
{
	report->sink_code = code;
	return code == QM_OK;
}

bool qm_report_begin(struct qm_report *report, enum qm_report_kind kind)
{
	const struct qm_sink *sink = report->sink;
	const struct qm_report_begin begin = { .path = report->path, .kind = kind };

	report->kind = kind;
	return !sink->report_begin || goes_on(report, sink->report_begin(sink->context, &begin));
}

bool qm_report_suite_begin(struct qm_report *report, const struct qm_suite *suite)
{
	const struct qm_sink *sink = report->sink;

	report->counts.suites++;
	return !sink->suite_begin || goes_on(report, sink->suite_begin(sink->context, suite));
}

bool qm_report_suite_end(struct qm_report *report, const struct qm_suite *suite)
{
	const struct qm_sink *sink = report->sink;

	return !sink->suite_end || goes_on(report, sink->suite_end(sink->context, suite));
}

bool qm_report_result(struct qm_report *report, const struct qm_result *result)
{
	const struct qm_sink *sink = report->sink;

	if (report->counts.tests == report->max_tests)
		return qm_report_limit(report, "more tests than are allowed");
	report->counts.tests++;
	report->counts.outcomes[result->outcome]++;
	return !sink->result || goes_on(report, sink->result(sink->context, result));
}

bool qm_report_suite_error(struct qm_report *report, const struct qm_incident *incident)
{
	const struct qm_sink *sink = report->sink;

	report->counts.suite_errors++;
	return !sink->suite_error || goes_on(report, sink->suite_error(sink->context, incident));
}

bool qm_report_config_method(struct qm_report *report, const struct qm_incident *incident)
{
	const struct qm_sink *sink = report->sink;

	report->counts.config_methods++;
	report->counts.config_failures +=
		incident->outcome == QM_FAILED || incident->outcome == QM_ERRORED;
	return !sink->config_method ||
		goes_on(report, sink->config_method(sink->context, incident));
}

bool qm_report_not_reached(struct qm_report *report, const struct qm_not_reached *not_reached)
{
	const struct qm_sink *sink = report->sink;

	return !sink->not_reached || goes_on(report, sink->not_reached(sink->context, not_reached));
}

bool qm_report_limit(struct qm_report *report, const char *what)
{
	qm_verdict_set(&report->verdict, QM_REASON_LIMIT, QM_HERE, "the report has %s", what);
	return false;
}

const struct qm_xml_attribute *qm_report_attribute(
	const struct qm_xml_element *element, enum qm_name name)
{
	for (size_t i = 0; i < element->attribute_count; i++)
		if (element->attributes[i].name == name)
			return &element->attributes[i];
	return NULL;
}

bool qm_report_is_word(const struct qm_xml_attribute *attribute, const char *word)
{
	const char *value = attribute->value;
	size_t length = attribute->length;

	for (; length && memchr(" \t\r\n", *value, 4); length--)
		value++;
	while (length && memchr(" \t\r\n", value[length - 1], 4))
		length--;
	for (; length && *word; length--, value++, word++)
		if ((*value >= 'A' && *value <= 'Z' ? *value | 0x20 : *value) != *word)
			return false;
	return !length && !*word;
}
