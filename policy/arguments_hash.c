#include "policy/arguments_hash.h"
#include "policy/number_text.h"
#include "policy/utf8.h"
#include "src/base/memory.h"
#include "src/base/sha256.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ENCODED_BYTES = 256 << 20, LINE_SEPARATOR = 0x2028, PARAGRAPH_SEPARATOR = 0x2029 };

static void encode_ascii(struct qm_buf *out, char character)
{
	static const char meanings[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = character ? strchr(meanings, character) : NULL;

	if (found) {
		qm_buf_add_char(out, '\\');
		qm_buf_add_char(out, letters[found - meanings]);
	} else if ((unsigned char)character < ' ' || strchr("<>&", character)) {
		qm_buf_add_format(out, "\\u%04x", (unsigned)character);
	} else {
		qm_buf_add_char(out, character);
	}
}

static void encode_text(struct qm_buf *out, const char *text, size_t length)
{
	qm_buf_add_char(out, '"');
	for (size_t at = 0, size; at < length; at += size) {
		uint32_t point;

		size = qm_utf8_next(text + at, length - at, &point);
		if (point < 0x80)
			encode_ascii(out, text[at]);
		else if (point == LINE_SEPARATOR || point == PARAGRAPH_SEPARATOR || size == 1)
			qm_buf_add_format(out, "\\u%04x", (unsigned)point);
		else
			qm_buf_add(out, text + at, size);
	}
	qm_buf_add_char(out, '"');
}

static void encode_list(struct qm_buf *out, const json_t *json)
{
	qm_buf_add_char(out, '[');
	for (size_t i = 0; i < json_array_size(json); i++) {
		if (i)
			qm_buf_add_char(out, ',');
		qm_arguments_encode(out, json_array_get(json, i));
	}
	qm_buf_add_char(out, ']');
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void encode_map(struct qm_buf *out, const json_t *json)
{
	json_t *object = (json_t *)(uintptr_t)json; /* jansson's iterators are not const */
	const char **keys = qm_alloc_array(json_object_size(json), sizeof *keys);
	size_t count = 0;

	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		keys[count++] = json_object_iter_key(at);
	qsort(keys, count, sizeof *keys, compare_keys);
	qm_buf_add_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i)
			qm_buf_add_char(out, ',');
		encode_text(out, keys[i], strlen(keys[i]));
		qm_buf_add_char(out, ':');
		qm_arguments_encode(out, json_object_get(json, keys[i]));
	}
	qm_buf_add_char(out, '}');
	free(keys);
}

void qm_arguments_encode(struct qm_buf *out, const json_t *json)
{
	char number[QM_NUMBER_TEXT];

	switch (json_typeof(json)) {
	case JSON_NULL:
		qm_buf_add_text(out, "null");
		break;
	case JSON_TRUE:
		qm_buf_add_text(out, "true");
		break;
	case JSON_FALSE:
		qm_buf_add_text(out, "false");
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		qm_number_json(json_number_value(json), number);
		qm_buf_add_text(out, number);
		break;
	case JSON_STRING:
		encode_text(out, json_string_value(json), json_string_length(json));
		break;
	case JSON_ARRAY:
		encode_list(out, json);
		break;
	case JSON_OBJECT:
		encode_map(out, json);
		break;
	}
}

void qm_arguments_hash(const json_t *arguments, char out[QM_ARGUMENTS_HASH])
{
	static const char prefix[] = "sha256:";
	struct qm_sha256 hash;
	struct qm_buf text;

	out[0] = '\0';
	if (!json_is_object(arguments) || !json_object_size(arguments))
		return;
	qm_buf_init(&text, MAX_ENCODED_BYTES);
	qm_arguments_encode(&text, arguments);
	qm_sha256_init(&hash);
	qm_sha256_add(&hash, text.data, text.length);
	memcpy(out, prefix, sizeof prefix);
	qm_sha256_hex(&hash, out + sizeof prefix - 1);
	qm_buf_release(&text);
}
