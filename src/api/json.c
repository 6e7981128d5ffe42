#include "src/api/json.h"
#include "src/api/limits.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Ids up to 2^53 stay exact where a server writes them as 12.0 or jansson reads them as reals. */
#define EXACT_MAX 9007199254740992.0

void qm_json_init(void)
{
	json_set_alloc_funcs(qm_alloc_raw, free);
}

enum qm_code qm_json_read(const char *bytes, size_t length, json_t **out, struct qm_error *err)
{
	json_error_t reason;
	bool is_too_deep;

	*out = json_loadb(bytes, length, JSON_ALLOW_NUL, &reason);
	/* A number beyond 64 bits in a field that we do not read must not cost us the others. */
	if (!*out && json_error_code(&reason) == json_error_numeric_overflow)
		*out = json_loadb(bytes, length, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &reason);
	if (*out)
		return QM_OK;
	is_too_deep = json_error_code(&reason) == json_error_stack_overflow;
	return qm_error_set(err, is_too_deep ? QM_ELIMIT : QM_EINPUT,
		"no JSON: %s at line %d, column %d", reason.text, reason.line, reason.column);
}

int64_t qm_json_id(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	double real = json_real_value(value);
	int64_t number = 0;

	if (json_is_integer(value))
		return json_integer_value(value);
	if (json_is_string(value) && qm_text_int(json_string_value(value), 0, INT64_MAX, &number))
		return number;
	if (json_is_real(value) && real >= 0 && real <= EXACT_MAX && (double)(int64_t)real == real)
		return (int64_t)real;
	return 0;
}

const char *qm_json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

const char *qm_json_id_text(const json_t *object, const char *name, char out[QM_ID_TEXT])
{
	const json_t *value = json_object_get(object, name);
	int64_t number = qm_json_id(object, name);

	out[0] = '\0';
	if (json_is_string(value))
		(void)snprintf(out, QM_ID_TEXT, "%s", json_string_value(value));
	else if (number)
		(void)snprintf(out, QM_ID_TEXT, "%lld", (long long)number);
	return out;
}

bool qm_json_flag(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	const char *text = json_string_value(value);

	if (text)
		return qm_text_equal_nocase(text, "true") || strcmp(text, "1") == 0;
	return json_is_true(value) || qm_json_id(object, name) != 0;
}

json_t *qm_json_string(const char *text)
{
	json_t *string = json_string(text);
	struct qm_buf clean;

	if (string)
		return string;
	qm_buf_init(&clean, QM_REQUEST_MAX_BYTES);
	qm_text_printable(&clean, text);
	string = json_string(clean.data);
	qm_buf_release(&clean);
	return string;
}

static int add_bytes(const char *bytes, size_t length, void *out)
{
	qm_buf_add(out, bytes, length);
	return 0;
}

void qm_json_write(const json_t *value, struct qm_buf *out)
{
	(void)json_dump_callback(value, add_bytes, out, JSON_COMPACT | JSON_ENCODE_ANY);
}

/* The first text that is not empty under the names that servers use for it. */
static const char *message_of(const json_t *object)
{
	static const char *const names[] = { "message", "errorMessage", "msg", "error_description",
		"error", "detail" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *text = qm_json_text(object, names[i]);

		if (*text)
			return text;
	}
	return "";
}

void qm_json_message(const json_t *body, struct qm_buf *out)
{
	const json_t *error = json_object_get(body, "error"),
		     *errors = json_object_get(body, "errors");
	const char *text = message_of(body), *code;

	if (!*text)
		text = message_of(error);
	if (!*text)
		text = message_of(json_array_get(errors, 0));
	if (!*text && json_is_string(json_array_get(errors, 0)))
		text = json_string_value(json_array_get(errors, 0));
	code = qm_json_text(body, "code");
	if (!*code)
		code = qm_json_text(error, "code");
	if (*text && *code)
		qm_buf_add_format(out, "%s (%s)", text, code);
	else
		qm_buf_add_text(out, *text ? text : code);
}

void qm_html_title(const char *page, struct qm_buf *out)
{
	const char *start = page, *end;

	while ((start = strchr(start, '<')) && strncasecmp(start, "<title", 6) != 0)
		start++;
	start = start ? strchr(start, '>') : NULL;
	end = start ? strchr(start, '<') : NULL;
	if (!end)
		return;
	for (start++; start < end && strchr(" \t\r\n", *start); start++)
		;
	while (end > start && strchr(" \t\r\n", end[-1]))
		end--;
	qm_buf_add(out, start, (size_t)(end - start));
}
