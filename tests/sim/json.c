#include "tests/sim/json.h"

#include <stdlib.h>
#include <string.h>

/* The state of 100,000 runs is some 20 MB. */
enum { TEXT_MAX_BYTES = 1 << 30 };

void sim_json_init(struct sim_json *json)
{
	*json = (struct sim_json){ .omitted = NULL };
	qm_buf_init(&json->text, TEXT_MAX_BYTES);
}

void sim_json_release(struct sim_json *json)
{
	qm_buf_release(&json->text);
}

static void add_quoted(struct qm_buf *out, const char *text, size_t length)
{
	size_t start = 0;

	qm_buf_add_char(out, '"');
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= 0x20 && byte != '"' && byte != '\\')
			continue;
		qm_buf_add(out, text + start, i - start);
		if (byte < 0x20)
			qm_buf_add_format(out, "\\u%04x", byte);
		else
			qm_buf_add_format(out, "\\%c", byte);
		start = i + 1;
	}
	qm_buf_add(out, text + start, length - start);
	qm_buf_add_char(out, '"');
}

static bool is_omitted(const struct sim_json *json, const char *name)
{
	for (size_t i = 0; name && json->omitted && i < json->omitted->count; i++)
		if (strcmp(*(const char **)qm_vec_at(json->omitted, i), name) == 0)
			return true;
	return false;
}

/* Everything before the value; false where the field is left out. */
static bool begin(struct sim_json *json, const char *name)
{
	struct qm_buf *out = &json->text;

	if (is_omitted(json, name))
		return false;
	/* No value ends in an opening bracket: texts end in a quotation mark. */
	if (out->length && !strchr("{[", out->data[out->length - 1]))
		qm_buf_add_char(out, ',');
	if (name) {
		add_quoted(out, name, strlen(name));
		qm_buf_add_char(out, ':');
	}
	return true;
}

void sim_json_open(struct sim_json *json, const char *name, char bracket)
{
	const struct qm_vec *omitted = json->omitted;

	/* Whether what is inside belongs to a list that is left out would have to be remembered. */
	json->omitted = NULL;
	(void)begin(json, name);
	json->omitted = omitted;
	qm_buf_add_char(&json->text, bracket);
}

void sim_json_close(struct sim_json *json, char bracket)
{
	qm_buf_add_char(&json->text, bracket);
}

void sim_json_text_n(struct sim_json *json, const char *name, const char *text, size_t length)
{
	if (begin(json, name))
		add_quoted(&json->text, text, length);
}

void sim_json_text(struct sim_json *json, const char *name, const char *text)
{
	if (text)
		sim_json_text_n(json, name, text, strlen(text));
}

void sim_json_int(struct sim_json *json, const char *name, int64_t number)
{
	if (begin(json, name))
		qm_buf_add_int(&json->text, number);
}

void sim_json_id_text(struct sim_json *json, const char *name, int64_t id)
{
	if (!begin(json, name))
		return;
	qm_buf_add_char(&json->text, '"');
	qm_buf_add_int(&json->text, id);
	qm_buf_add_char(&json->text, '"');
}

void sim_json_id(struct sim_json *json, const char *name, int64_t id)
{
	if (json->ids_as_texts)
		sim_json_id_text(json, name, id);
	else
		sim_json_int(json, name, id);
}

void sim_json_bool(struct sim_json *json, const char *name, bool value)
{
	if (begin(json, name))
		qm_buf_add_text(&json->text, value ? "true" : "false");
}

static int add_bytes(const char *bytes, size_t length, void *out)
{
	qm_buf_add(out, bytes, length);
	return 0;
}

void sim_json_value(struct sim_json *json, const char *name, const json_t *value)
{
	if (begin(json, name))
		(void)json_dump_callback(
			value, add_bytes, &json->text, JSON_COMPACT | JSON_ENCODE_ANY);
}
