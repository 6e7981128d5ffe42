#include "policy/case.h"
#include "policy/case_json.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/cli/cmd_policy.h"
#include "src/cli/exit_code.h"
#include "src/cli/failure.h"
#include "src/cli/print_json.h"
#include "src/cli/world.h"

#include <stdlib.h>
#include <string.h>

enum { CASES_MAX_BYTES = 64 << 20, TEXT_MAX_BYTES = 64 << 20 };

struct tester {
	const struct qm_context *context;
	const char *path;
	const struct qm_policy *policy;
	struct qm_buf wrong; /* of the case at hand, a line each */
	size_t passed, failed, skipped;
	json_t *rows; /* JSON: the cases that did not pass */
};

/* "cases.jsonl:12: freeze: call 1, allowed: wanted false, found true" */
static void print_case(struct tester *tester, size_t line, const char *id)
{
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	for (const char *at = tester->wrong.data; *at;) {
		size_t length = strcspn(at, "\n");
		char *one = qm_strndup(at, length);

		qm_text_printable(&text, tester->path);
		qm_buf_add_format(&text, ":%zu: ", line);
		qm_text_printable(&text, id);
		qm_buf_add_text(&text, *id ? ": " : "");
		qm_text_printable(&text, one);
		qm_buf_add_char(&text, '\n');
		free(one);
		at += length + (at[length] == '\n');
	}
	qm_output_write(tester->context->output, text.data, text.length);
	qm_buf_release(&text);
}

static void tell_case(
	struct tester *tester, size_t line, const char *id, enum qm_case_result result)
{
	tester->passed += result == QM_CASE_PASSED;
	tester->failed += result == QM_CASE_FAILED;
	tester->skipped += result == QM_CASE_SKIPPED;
	if (result == QM_CASE_PASSED)
		return;
	if (!tester->rows)
		print_case(tester, line, id);
	else
		(void)json_array_append_new(tester->rows,
			json_pack("{s:i,s:s,s:s,s:s}", "line", (int)line, "id", id, "result",
				result == QM_CASE_FAILED ? "failed" : "skipped", "text",
				tester->wrong.data));
}

static void run_line(struct tester *tester, size_t number, const char *bytes, size_t length)
{
	json_error_t error;
	json_t *line = qm_case_json_load(bytes, length, &error);
	const char *id = json_string_value(json_object_get(line, "id"));

	qm_buf_clear(&tester->wrong);
	if (json_is_object(line)) {
		tell_case(tester, number, id ? id : "",
			qm_case_run(line, tester->policy, &tester->wrong));
	} else {
		qm_buf_add_format(&tester->wrong, "is no JSON object: %s\n",
			line ? "it is another value" : error.text);
		tell_case(tester, number, "", QM_CASE_FAILED);
	}
	json_decref(line);
}

static void run_lines(struct tester *tester, const struct qm_buf *content)
{
	size_t number = 1;

	for (const char *at = content->data; *at; number++) {
		size_t length = strcspn(at, "\n");

		if (strspn(at, " \t\r") < length)
			run_line(tester, number, at, length);
		at += length + (at[length] == '\n');
	}
}

static void print_counts(const struct tester *tester)
{
	struct qm_buf text;

	if (tester->rows) {
		json_t *object = json_pack("{s:s,s:I,s:I,s:I,s:O}", "file", tester->path, "passed",
			(json_int_t)tester->passed, "failed", (json_int_t)tester->failed, "skipped",
			(json_int_t)tester->skipped, "cases", tester->rows);

		qm_print_json(tester->context->output, object, true, tester->context->log);
		json_decref(object);
		return;
	}
	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_buf_add_format(&text, "%zu passed, %zu failed, %zu skipped\n", tester->passed,
		tester->failed, tester->skipped);
	qm_output_write(tester->context->output, text.data, text.length);
	qm_buf_release(&text);
}

int qm_policy_test(const struct qm_context *context, const char *path)
{
	bool json = context->settings->format == QM_FORMAT_JSON;
	struct tester tester = { .context = context, .path = path };
	struct qm_policy *policy = NULL;
	struct qm_buf content;
	struct qm_error err;
	int exit_code;

	qm_error_init(&err);
	qm_buf_init(&content, CASES_MAX_BYTES);
	qm_buf_init(&tester.wrong, TEXT_MAX_BYTES);
	tester.rows = json ? json_array() : NULL;
	if (!qm_open_policy(context->settings->policy, NULL, &policy, &err) &&
		!qm_file_read(path, &content, &err)) {
		tester.policy = policy;
		run_lines(&tester, &content);
		if (!tester.passed && !tester.failed)
			(void)qm_error_set(&err, QM_EUSAGE, "holds no case that can be run");
		qm_error_at(&err, path, 0, 0);
	}
	if (err.code) {
		(void)qm_error_as_usage(&err, err.code);
		exit_code = qm_tell_failure(context, &err, json, false);
	} else {
		print_counts(&tester);
		exit_code = tester.failed ? QM_EXIT_FAILED : QM_EXIT_OK;
	}
	json_decref(tester.rows);
	qm_buf_release(&tester.wrong);
	qm_buf_release(&content);
	qm_policy_free(policy);
	return exit_code;
}
