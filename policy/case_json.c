#include "policy/case_json.h"
#include "src/base/buf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 64 << 20 };

/* Stands for a number that no double is large enough for. */
#define TOO_LARGE "\x01number out of range"

/* The value of \uXXXX at `text`, or -1. */
static long unit_at(const char *text, const char *end)
{
	char digits[5] = "";

	if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
		return -1;
	memcpy(digits, text + 2, 4);
	return strtol(digits, NULL, 16);
}

/* Copies one escape, a pair of surrogates as one; returns what is behind it. */
static const char *copy_escape(struct qm_buf *out, const char *at, const char *end)
{
	long unit = unit_at(at, end), next;

	if (unit < 0xD800 || unit > 0xDFFF) {
		qm_buf_add(out, at, 2);
		return at + 2;
	}
	next = unit_at(at + 6, end);
	if (unit < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF) {
		qm_buf_add(out, at, 12);
		return at + 12;
	}
	qm_buf_add_text(out, "\\ufffd");
	return at + 6;
}

static const char *copy_string(struct qm_buf *out, const char *at, const char *end)
{
	qm_buf_add_char(out, *at++);
	while (at < end && *at != '"') {
		if (*at == '\\' && end - at > 1)
			at = copy_escape(out, at, end);
		else
			qm_buf_add_char(out, *at++);
	}
	if (at < end)
		qm_buf_add_char(out, *at++);
	return at;
}

static const char *copy_number(struct qm_buf *out, const char *at, const char *end)
{
	size_t length = 0;
	char *number;

	while (at + length < end && strchr("0123456789+-.eE", at[length]))
		length++;
	number = malloc(length + 1);
	if (!number)
		abort();
	memcpy(number, at, length);
	number[length] = '\0';
	if (isinf(strtod(number, NULL)))
		qm_buf_add_text(out, "\"\\u0001number out of range\"");
	else
		qm_buf_add(out, at, length);
	free(number);
	return at + length;
}

json_t *qm_case_json_load(const char *text, size_t length, json_error_t *error)
{
	const char *end = text + length;
	struct qm_buf copy;
	json_t *json;

	qm_buf_init(&copy, MAX_BYTES);
	while (text < end) {
		if (*text == '"')
			text = copy_string(&copy, text, end);
		else if (*text == '-' || (*text >= '0' && *text <= '9'))
			text = copy_number(&copy, text, end);
		else
			qm_buf_add_char(&copy, *text++);
	}
	json = json_loadb(copy.data, copy.length,
		JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL | JSON_DECODE_ANY, error);
	qm_buf_release(&copy);
	return json;
}

bool qm_case_json_too_large(const json_t *json)
{
	json_t *value = (json_t *)(uintptr_t)json, *item;
	const char *key;
	size_t index;

	if (json_is_string(json))
		return strcmp(json_string_value(json), TOO_LARGE) == 0;
	json_array_foreach(value, index, item) if (qm_case_json_too_large(item)) return true;
	json_object_foreach(value, key, item) if (qm_case_json_too_large(item)) return true;
	return false;
}
