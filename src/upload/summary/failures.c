#include "src/upload/summary/failures.h"
#include "src/base/text.h"
#include "src/upload/reports/source_line.h"

#include <string.h>

enum { MAX_TESTS = 1000, TEXT_BYTES = 250, PATH_BYTES = 1024 };

void qm_failures_init(struct qm_failures *failures, struct qm_arena *arena)
{
	*failures = (struct qm_failures){ .arena = arena };
	qm_vec_init(&failures->tests, sizeof(struct qm_failed_test));
}

void qm_failures_release(struct qm_failures *failures)
{
	qm_vec_release(&failures->tests);
}

static const char *keep(struct qm_failures *failures, const char *text)
{
	size_t length = text ? strcspn(text, "\r\n") : 0;

	if (!length)
		return "";
	return qm_arena_strndup(failures->arena, text, qm_text_cut(text, length, TEXT_BYTES));
}

static const char *message_of(const struct qm_result *result)
{
	const char *message = result->message;

	if (!message || !*message)
		message = result->failure_text;
	while (message && *message && strchr(" \t\r\n", *message))
		message++;
	return message && *message ? message : result->failure_type;
}

static enum qm_code begin_report(void *context, const struct qm_report_begin *report)
{
	struct qm_failures *failures = context;

	failures->report = report->path;
	failures->tests_before = failures->tests.count;
	failures->count_before = failures->count;
	return QM_OK;
}

static void keep_place(
	struct qm_failures *failures, const struct qm_result *result, struct qm_failed_test *test)
{
	char path[PATH_BYTES];
	int64_t line = result->line;

	if (result->file && *result->file)
		test->file = keep(failures, result->file);
	else if (qm_source_line(failures->report, result, path, sizeof path, &line))
		test->file = keep(failures, path);
	else
		test->file = "";
	test->line = line;
}

static enum qm_code note_result(void *context, const struct qm_result *result)
{
	struct qm_failures *failures = context;
	struct qm_failed_test *test;
	char name[TEXT_BYTES + 1];

	if ((result->outcome != QM_FAILED && result->outcome != QM_ERRORED) || result->superseded)
		return QM_OK;
	failures->count++;
	if (failures->tests.count >= MAX_TESTS)
		return QM_OK;
	(void)qm_result_full_name(result, name, sizeof name);
	test = qm_vec_add(&failures->tests);
	test->test = keep(failures, name);
	keep_place(failures, result, test);
	test->message = keep(failures, message_of(result));
	return QM_OK;
}

static enum qm_code end_report(void *context, const struct qm_report_end *end)
{
	struct qm_failures *failures = context;

	if (end->reason && !end->salvaged) {
		failures->tests.count = failures->tests_before;
		failures->count = failures->count_before;
	}
	return QM_OK;
}

struct qm_sink qm_failures_sink(struct qm_failures *failures)
{
	return (struct qm_sink){
		.context = failures,
		.report_begin = begin_report,
		.result = note_result,
		.report_end = end_report,
	};
}
