/*
 * report - what the format readers share while one report is read: where results go, what was
 * counted, and what became of it.
 *
 * A format reader (junit.h, testng.h) is a set of XML handlers that is picked by the root
 * element. It hands complete results to the functions here, which count them, keep the
 * ceilings and call the sink.
 */
#ifndef QM_PARSERS_REPORT_H
#define QM_PARSERS_REPORT_H

#include "parsers/result.h"
#include "parsers/verdict.h"
#include "parsers/xml.h"

struct qm_report {
	const struct qm_sink *sink;
	const char *path;
	enum qm_report_kind kind;
	struct qm_report_counts counts;
	uint64_t max_tests;
	struct qm_verdict verdict;
	enum qm_code sink_code; /* other than QM_OK: the sink does not want more */
};

/* All of these return false where reading ends: the sink has failed or a ceiling is reached. */
bool qm_report_begin(struct qm_report *report, enum qm_report_kind kind);
bool qm_report_suite_begin(struct qm_report *report, const struct qm_suite *suite);
bool qm_report_suite_end(struct qm_report *report, const struct qm_suite *suite);
bool qm_report_result(struct qm_report *report, const struct qm_result *result);
bool qm_report_suite_error(struct qm_report *report, const struct qm_incident *incident);
bool qm_report_config_method(struct qm_report *report, const struct qm_incident *incident);

bool qm_report_not_reached(struct qm_report *report, const struct qm_not_reached *not_reached);

/* Refuses the report for the ceiling that it exceeds: "a test name of more than 64 KB". */
bool qm_report_limit(struct qm_report *report, const char *what);

/* The value of an attribute; NULL if the element has none of that name. */
const struct qm_xml_attribute *qm_report_attribute(
	const struct qm_xml_element *element, enum qm_name name);

/* Whether an attribute's value is this word, in any case, blanks around it aside. */
bool qm_report_is_word(const struct qm_xml_attribute *attribute, const char *word);

#endif
