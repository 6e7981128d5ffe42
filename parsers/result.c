#include "parsers/result.h"

#include "src/base/text.h"

#include <string.h>

const char *qm_outcome_name(enum qm_outcome outcome)
{
	static const char *const names[QM_OUTCOMES] = {
		[QM_PASSED] = "passed",
		[QM_FLAKY] = "flaky",
		[QM_FAILED] = "failed",
		[QM_ERRORED] = "errored",
		[QM_SKIPPED] = "skipped",
		[QM_NOT_REACHED] = "not_reached",
	};

	return names[outcome];
}

const char *qm_report_kind_name(enum qm_report_kind kind)
{
	static const char *const names[] = {
		[QM_REPORT_NONE] = NULL,
		[QM_REPORT_JUNIT] = "junit",
		[QM_REPORT_TESTNG] = "testng",
	};

	return names[kind];
}

/* Adds what fits; returns the length with all of it. */
static size_t append(char *out, size_t size, size_t at, const char *text)
{
	size_t length = strlen(text);

	if (at < size)
		memcpy(out + at, text, length < size - at ? length : size - at);
	return at + length;
}

size_t qm_result_full_name(const struct qm_result *result, char *out, size_t size)
{
	size_t length = 0;

	if (result->class_name && result->class_name[0] && !result->is_class_apart) {
		length = append(out, size, length, result->class_name);
		length = append(out, size, length, ".");
	}
	if (result->name)
		length = append(out, size, length, result->name);
	if (size)
		out[length < size ? length : qm_text_cut(out, size, size - 1)] = '\0';
	return length;
}

size_t qm_result_base_length(const char *name)
{
	size_t length = strcspn(name, "[({");

	while (length && name[length - 1] == ' ')
		length--;
	return length ? length : strlen(name);
}
