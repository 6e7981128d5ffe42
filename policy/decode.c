#include "policy/decode.h"
#include "policy/utf8.h"
#include "policy/yaml_value.h"
#include "src/base/base64.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* The share of decoded nodes that may come from aliases. */
static double allowed_alias_share(size_t decoded)
{
	const double low = 400000, high = 4000000;

	if ((double)decoded <= low)
		return 0.99;
	if ((double)decoded >= high)
		return 0.10;
	return 0.99 - 0.89 * (((double)decoded - low) / (high - low));
}

static enum qm_code count_node(struct qm_decoder *decoder, const struct qm_yaml_node *node)
{
	decoder->decoded++;
	if (decoder->alias_depth)
		decoder->aliased++;
	if (decoder->aliased > 100 && decoder->decoded > 1000 &&
		(double)decoder->aliased / (double)decoder->decoded >
			allowed_alias_share(decoder->decoded))
		return qm_yaml_error(decoder->err, node, QM_EUSAGE,
			"too much of the document is made of aliases");
	return QM_OK;
}

/* An alias counts itself, and what it names counts as its fruit. */
enum qm_code qm_decode_enter(struct qm_decoder *decoder, const struct qm_yaml_node *node)
{
	enum qm_code code = count_node(decoder, node);

	if (code || !node->alias)
		return code;
	decoder->alias_depth++;
	return count_node(decoder, node);
}

void qm_decode_leave(struct qm_decoder *decoder, const struct qm_yaml_node *node)
{
	if (node->alias)
		decoder->alias_depth--;
}

bool qm_decode_is_null(const struct qm_yaml_node *node)
{
	struct qm_value value;

	return node->kind == QM_YAML_SCALAR && qm_yaml_scalar(node, &value, NULL) == QM_OK &&
		value.kind == QM_VALUE_NULL;
}

static enum qm_code wrong_kind(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, const char *want)
{
	static const char *const kinds[] = { "a text", "a list", "a mapping" };

	return qm_yaml_error(decoder->err, node, QM_EUSAGE, "%s stands where %s should be",
		kinds[node->kind], want);
}

/* `!!binary aGk=` is the string "hi". */
static enum qm_code read_binary(struct qm_decoder *decoder, const struct qm_yaml_node **node)
{
	const struct qm_yaml_node *base64 = *node;
	struct qm_yaml_node *decoded;
	char *text;

	if (!base64->tag || strcmp(base64->tag, "tag:yaml.org,2002:binary") != 0)
		return QM_OK;
	decoded = qm_arena_alloc(decoder->arena, sizeof *decoded);
	text = qm_arena_alloc(decoder->arena, base64->length + 1);
	*decoded = *base64;
	if (!qm_base64_decode(base64->text, base64->length, text, &decoded->length))
		return qm_yaml_error(decoder->err, base64, QM_EUSAGE,
			"\"%s\" is tagged !!binary and is no base64", base64->text);
	decoded->text = text;
	decoded->tag = "tag:yaml.org,2002:str";
	*node = decoded;
	return QM_OK;
}

/* The type of a scalar that is entered and left; the node becomes the one that has its text. */
static enum qm_code read_scalar(struct qm_decoder *decoder, const struct qm_yaml_node **node,
	const char *want, struct qm_value *out)
{
	const struct qm_yaml_node *entered = *node;
	enum qm_code code = qm_decode_enter(decoder, entered);

	if (code)
		return code;
	if (entered->kind != QM_YAML_SCALAR)
		code = wrong_kind(decoder, entered, want);
	else
		code = read_binary(decoder, node);
	if (!code)
		code = qm_yaml_scalar(*node, out, decoder->err);
	qm_decode_leave(decoder, entered);
	return code;
}

static bool is_utf8(const char *text, size_t length)
{
	uint32_t point;

	for (size_t at = 0, size; at < length; at += size) {
		size = qm_utf8_next(text + at, length - at, &point);
		if (size == 1 && point == QM_UTF8_BAD)
			return false;
	}
	return true;
}

/* Names and messages are shown to people and programs: not all that "\0" and !!binary can say. */
static enum qm_code read_text(struct qm_decoder *decoder, const struct qm_yaml_node **node,
	const char *want, struct qm_value *out)
{
	const struct qm_yaml_node *written = *node;
	enum qm_code code = read_scalar(decoder, node, want, out);

	if (code ||
		(strlen((*node)->text) == (*node)->length &&
			is_utf8((*node)->text, (*node)->length)))
		return code;
	return qm_yaml_error(decoder->err, written, QM_EUSAGE,
		"\"%s\" stands where %s should be, and holds a NUL byte or is no UTF-8",
		written->text, want);
}

enum qm_code qm_decode_text(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_value value = { .kind = QM_VALUE_NULL };
	enum qm_code code = read_text(decoder, &node, "a text", &value);

	if (!code && value.kind != QM_VALUE_NULL)
		*(const char **)field = node->text;
	return code;
}

enum qm_code qm_decode_integer(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_value value = { .kind = QM_VALUE_NULL };
	enum qm_code code = read_scalar(decoder, &node, "a number", &value);
	double number;

	if (code || value.kind == QM_VALUE_NULL)
		return code;
	if (value.kind == QM_VALUE_INTEGER) {
		*(int64_t *)field = value.as.integer;
		return QM_OK;
	}
	number = value.kind == QM_VALUE_DOUBLE ? trunc(value.as.number) : NAN;
	if (!(fabs(number) < 0x1p63))
		return qm_yaml_error(decoder->err, node, QM_EUSAGE,
			"\"%s\" is no whole number of 64 bits", node->text);
	*(int64_t *)field = (int64_t)number;
	return QM_OK;
}

static bool is_merge_key(const struct qm_yaml_node *key)
{
	if (key->kind != QM_YAML_SCALAR || key->alias || strcmp(key->text, "<<") != 0)
		return false;
	if (!key->tag || strcmp(key->tag, "!") == 0)
		return key->plain;
	return strcmp(key->tag, "tag:yaml.org,2002:merge") == 0;
}

static enum qm_code read_pairs(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	struct qm_pair_reader *reader, bool merged);

static enum qm_code read_merged(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, struct qm_pair_reader *reader)
{
	enum qm_code code = QM_OK;

	if (node->kind == QM_YAML_MAP)
		return read_pairs(decoder, node, reader, true);
	if (node->kind != QM_YAML_LIST || node->alias)
		return wrong_kind(decoder, node, "a mapping to merge, or a list of them,");
	for (size_t i = 0; i < node->count && !code; i++)
		code = read_pairs(decoder, node->items[i], reader, true);
	return code;
}

static enum qm_code read_pair(struct qm_decoder *decoder, struct qm_yaml_node *const pair[2],
	struct qm_pair_reader *reader, bool merged)
{
	const struct qm_yaml_node *both[2] = { pair[0], pair[1] };
	struct qm_value key = { .kind = QM_VALUE_NULL };
	enum qm_code code = read_text(decoder, &both[0], "a key", &key);

	if (code || (key.kind == QM_VALUE_NULL && !reader->null_keys))
		return code;
	return reader->pair(reader, decoder, both, merged);
}

static enum qm_code read_pairs(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	struct qm_pair_reader *reader, bool merged)
{
	const struct qm_yaml_node *twice, *merge = NULL;
	enum qm_code code = qm_decode_enter(decoder, node);

	if (code)
		return code;
	if (node->kind != QM_YAML_MAP) {
		code = wrong_kind(decoder, node, "a mapping");
		goto done;
	}
	twice = qm_yaml_duplicate(node);
	if (twice) {
		code = qm_yaml_error(decoder->err, twice, QM_EUSAGE,
			"the key \"%s\" stands twice in one mapping", twice->text);
		goto done;
	}
	for (size_t i = 0; i < node->count && !code; i++) {
		if (is_merge_key(node->items[2 * i]))
			merge = node->items[2 * i + 1];
		else
			code = read_pair(decoder, &node->items[2 * i], reader, merged);
	}
	if (!code && merge)
		code = read_merged(decoder, merge, reader);
done:
	qm_decode_leave(decoder, node);
	return code;
}

enum qm_code qm_decode_pairs(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, struct qm_pair_reader *reader)
{
	return read_pairs(decoder, node, reader, false);
}

struct field_reader {
	struct qm_pair_reader base;
	const struct qm_fields *fields;
	char *target;
	uint32_t seen; /* one bit a row */
};

static enum qm_code read_field(struct qm_pair_reader *base, struct qm_decoder *decoder,
	const struct qm_yaml_node *const pair[2], bool merged)
{
	struct field_reader *reader = (struct field_reader *)base;
	const struct qm_fields *fields = reader->fields;

	for (size_t i = 0; i < fields->count; i++) {
		const struct qm_field *row = &fields->rows[i];
		uint32_t bit = (uint32_t)1 << i;

		if (strcmp(row->name, pair[0]->text) != 0)
			continue;
		if (reader->seen & bit && merged)
			return QM_OK;
		reader->seen |= bit;
		return row->read(decoder, pair[1], reader->target + row->offset);
	}
	return QM_OK;
}

enum qm_code qm_decode_fields(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	const struct qm_fields *fields, void *target)
{
	struct field_reader reader = {
		.base.pair = read_field, .fields = fields, .target = target
	};

	assert(fields->count <= 32);
	if (node->kind != QM_YAML_MAP)
		return wrong_kind(decoder, node, fields->what);
	return qm_decode_pairs(decoder, node, &reader.base);
}

enum qm_code qm_decode_list(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	enum qm_code (*element)(struct qm_decoder *, const struct qm_yaml_node *, void *),
	void *target)
{
	enum qm_code code = qm_decode_enter(decoder, node);

	if (code)
		return code;
	if (node->kind != QM_YAML_LIST && !qm_decode_is_null(node))
		code = wrong_kind(decoder, node, "a list");
	for (size_t i = 0; node->kind == QM_YAML_LIST && i < node->count && !code; i++)
		if (!qm_decode_is_null(node->items[i]))
			code = element(decoder, node->items[i], target);
	qm_decode_leave(decoder, node);
	return code;
}

static enum qm_code list_value(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, struct qm_value *out)
{
	struct qm_value *items = qm_arena_alloc(decoder->arena, (node->count + 1) * sizeof *items);
	enum qm_code code = qm_decode_enter(decoder, node);

	for (size_t i = 0; i < node->count && !code; i++)
		code = qm_decode_value(decoder, node->items[i], &items[i]);
	out->kind = QM_VALUE_LIST;
	out->as.list.items = items;
	out->as.list.count = node->count;
	qm_decode_leave(decoder, node);
	return code;
}

struct map_reader {
	struct qm_pair_reader base;
	struct qm_vec pairs; /* struct qm_pair */
};

static enum qm_code read_map_pair(struct qm_pair_reader *base, struct qm_decoder *decoder,
	const struct qm_yaml_node *const pair[2], bool merged)
{
	struct map_reader *reader = (struct map_reader *)base;
	struct qm_pair *pairs = reader->pairs.items;
	struct qm_value key;
	enum qm_code code = qm_yaml_scalar(pair[0], &key, decoder->err);

	if (code)
		return code;
	/*
	 * 1 and 0x1 are one key though their texts differ: the later one counts. Strings that are
	 * equal were refused before.
	 */
	for (size_t i = 0; i < reader->pairs.count; i++) {
		if (!merged && key.kind == QM_VALUE_STRING)
			break;
		if (qm_value_same_key(&pairs[i].key, &key))
			return merged ? QM_OK : qm_decode_value(decoder, pair[1], &pairs[i].value);
	}
	pairs = qm_vec_add(&reader->pairs);
	pairs->key = key;
	return qm_decode_value(decoder, pair[1], &pairs->value);
}

static enum qm_code map_value(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, struct qm_value *out)
{
	struct map_reader reader = { .base = { .pair = read_map_pair, .null_keys = true } };
	struct qm_pair *pairs;
	enum qm_code code;

	qm_vec_init(&reader.pairs, sizeof(struct qm_pair));
	code = qm_decode_pairs(decoder, node, &reader.base);
	pairs = qm_arena_alloc(decoder->arena, (reader.pairs.count + 1) * sizeof *pairs);
	if (reader.pairs.count)
		memcpy(pairs, reader.pairs.items, reader.pairs.count * sizeof *pairs);
	qm_value_sort_pairs(pairs, reader.pairs.count);
	out->kind = QM_VALUE_MAP;
	out->as.map.pairs = pairs;
	out->as.map.count = reader.pairs.count;
	qm_vec_release(&reader.pairs);
	return code;
}

enum qm_code qm_decode_value(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field)
{
	struct qm_value *out = field;

	switch (node->kind) {
	case QM_YAML_LIST:
		return list_value(decoder, node, out);
	case QM_YAML_MAP:
		return map_value(decoder, node, out);
	case QM_YAML_SCALAR:
		break;
	}
	return read_scalar(decoder, &node, "a value", out);
}
