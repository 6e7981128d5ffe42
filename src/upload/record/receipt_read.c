#include "src/api/json.h"
#include "src/base/text.h"
#include "src/upload/limits.h"
#include "src/upload/record/receipt.h"

#include <string.h>

void qm_receipt_lines_init(struct qm_receipt_lines *lines)
{
	*lines = (struct qm_receipt_lines){ .url = NULL };
	qm_arena_init(&lines->arena);
	qm_vec_init(&lines->lines, sizeof(struct qm_receipt_line));
}

void qm_receipt_lines_release(struct qm_receipt_lines *lines)
{
	qm_vec_release(&lines->lines);
	qm_arena_release(&lines->arena);
}

static const char *keep(struct qm_receipt_lines *lines, const json_t *object, const char *name)
{
	return qm_arena_strdup(&lines->arena, qm_json_text(object, name));
}

/* All receipts of a file are of one server and one project: the first line tells which. */
static enum qm_code check_place(
	struct qm_receipt_lines *lines, const json_t *object, int number, struct qm_error *err)
{
	const char *url = qm_json_text(object, "url"), *project = qm_json_text(object, "project");

	if (!lines->url) {
		lines->url = qm_arena_strdup(&lines->arena, url);
		lines->project = qm_arena_strdup(&lines->arena, project);
		return QM_OK;
	}
	if (strcmp(lines->url, url) == 0 && strcmp(lines->project, project) == 0)
		return QM_OK;
	return qm_error_set(err, QM_EUSAGE,
		"line %d is of project %s at %s, the lines before are of %s at %s: undo them one "
		"by one",
		number, project, url, lines->project, lines->url);
}

/* As the server's are: they become part of a request. */
static bool is_id(const char *text)
{
	int64_t id = 0;

	return qm_text_int(text, 1, INT64_MAX, &id);
}

/* False where something is missing without which nothing can be undone. */
static bool read_line(
	struct qm_receipt_lines *lines, const json_t *object, struct qm_receipt_line *out)
{
	const json_t *before = json_object_get(object, "before");
	const json_t *after = json_object_get(object, "after");
	bool is_case, is_step;

	*out = (struct qm_receipt_line){
		.key = keep(lines, object, "key"),
		.entity_type = keep(lines, object, "type"),
		.suite = keep(lines, object, "suite"),
		.suite_run = keep(lines, object, "suite_run"),
		.platform = keep(lines, object, "platform"),
		.before_name = keep(lines, before, "name"),
		.after_name = keep(lines, after, "name"),
		.id = qm_json_id(object, "id"),
		.before_id = qm_json_id(before, "id"),
		.after_id = qm_json_id(after, "id"),
		.step = qm_json_id(object, "step"),
		.case_run = qm_json_id(object, "case_run"),
	};
	is_case = strcmp(out->entity_type, "TCR") == 0;
	is_step = strcmp(out->entity_type, "TCSR") == 0;
	if (is_step != (out->step > 0 && out->step < QM_NONE && out->case_run > 0))
		return false;
	return *out->key && (is_case || is_step) && is_id(out->suite_run) && out->id > 0 &&
		out->after_id && *qm_json_text(object, "url") && *qm_json_text(object, "project");
}

static enum qm_code take_line(struct qm_receipt_lines *lines, const char *bytes, size_t length,
	int number, struct qm_error *err)
{
	struct qm_receipt_line line;
	json_t *object = NULL;
	enum qm_code code = QM_OK;

	if (qm_json_read(bytes, length, &object, NULL) == QM_OK &&
		read_line(lines, object, &line)) {
		code = check_place(lines, object, number, err);
		qm_vec_push(&lines->lines, &line);
	} else {
		lines->first_damaged = lines->damaged ? lines->first_damaged : number;
		lines->damaged++;
	}
	json_decref(object);
	return code;
}

enum qm_code qm_receipt_read(
	struct qm_receipt_lines *lines, const char *bytes, size_t length, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	int number = 0;

	for (size_t at = 0; !code && at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t size = end ? (size_t)(end - bytes) - at : length - at;

		number++;
		if (lines->lines.count >= QM_MAX_RUNS)
			return qm_error_set(
				err, QM_ELIMIT, "the receipt has more than %d lines", QM_MAX_RUNS);
		if (size)
			code = take_line(lines, bytes + at, size, number, err);
		at += size + 1;
	}
	if (!code && !lines->lines.count)
		code = qm_error_set(err, QM_EUSAGE, "the file is no receipt of qmetry-ci");
	return code;
}
