#include "policy/value.h"
#include "policy/number_text.h"

#include <stdlib.h>
#include <string.h>

/* Arguments are in memory already: this only keeps a nested alias from growing without end. */
enum { MAX_DISPLAY_BYTES = 256 << 20 };

static void list_from_json(const json_t *json, struct qm_arena *arena, struct qm_value *out)
{
	size_t count = json_array_size(json);
	struct qm_value *items = qm_arena_alloc(arena, (count + 1) * sizeof *items);

	for (size_t i = 0; i < count; i++)
		qm_value_from_json(json_array_get(json, i), arena, &items[i]);
	out->kind = QM_VALUE_LIST;
	out->as.list.items = items;
	out->as.list.count = count;
}

static void map_from_json(const json_t *json, struct qm_arena *arena, struct qm_value *out)
{
	size_t count = 0;
	struct qm_pair *pairs = qm_arena_alloc(arena, (json_object_size(json) + 1) * sizeof *pairs);
	json_t *object = (json_t *)(uintptr_t)json; /* jansson's iterators are not const */

	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
		const char *key = json_object_iter_key(at);

		pairs[count].key.kind = QM_VALUE_STRING;
		pairs[count].key.as.string.bytes = key;
		pairs[count].key.as.string.length = strlen(key);
		qm_value_from_json(json_object_iter_value(at), arena, &pairs[count].value);
		count++;
	}
	qm_value_sort_pairs(pairs, count);
	out->kind = QM_VALUE_MAP;
	out->as.map.pairs = pairs;
	out->as.map.count = count;
}

void qm_value_from_json(const json_t *json, struct qm_arena *arena, struct qm_value *out)
{
	*out = (struct qm_value){ .kind = QM_VALUE_NULL };
	switch (json_typeof(json)) {
	case JSON_NULL:
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		out->kind = QM_VALUE_BOOL;
		out->as.boolean = json_is_true(json);
		return;
	case JSON_INTEGER:
	case JSON_REAL:
		out->kind = QM_VALUE_DOUBLE;
		out->as.number = json_number_value(json);
		return;
	case JSON_STRING:
		out->kind = QM_VALUE_STRING;
		out->as.string.bytes = json_string_value(json);
		out->as.string.length = json_string_length(json);
		return;
	case JSON_ARRAY:
		list_from_json(json, arena, out);
		return;
	case JSON_OBJECT:
		map_from_json(json, arena, out);
		return;
	}
}

bool qm_value_number(const struct qm_value *value, double *out)
{
	if (value->kind == QM_VALUE_INTEGER)
		*out = (double)value->as.integer;
	else if (value->kind == QM_VALUE_DOUBLE)
		*out = value->as.number;
	else
		return false;
	return true;
}

static bool same_text(const struct qm_value *a, const struct qm_value *b)
{
	return a->as.string.length == b->as.string.length &&
		memcmp(a->as.string.bytes, b->as.string.bytes, a->as.string.length) == 0;
}

bool qm_value_equal(const struct qm_value *a, const struct qm_value *b)
{
	struct qm_buf text_a, text_b;
	double number_a, number_b;
	bool equal;

	if (qm_value_number(a, &number_a) && qm_value_number(b, &number_b))
		return number_a == number_b;
	if (a->kind == QM_VALUE_STRING && b->kind == QM_VALUE_STRING)
		return same_text(a, b);
	if (a->kind == QM_VALUE_BOOL && b->kind == QM_VALUE_BOOL)
		return a->as.boolean == b->as.boolean;
	qm_buf_init(&text_a, MAX_DISPLAY_BYTES);
	qm_buf_init(&text_b, MAX_DISPLAY_BYTES);
	qm_value_display(&text_a, a);
	qm_value_display(&text_b, b);
	equal = !text_a.overflow && !text_b.overflow && text_a.length == text_b.length &&
		memcmp(text_a.data, text_b.data, text_a.length) == 0;
	qm_buf_release(&text_a);
	qm_buf_release(&text_b);
	return equal;
}

static void display_double(struct qm_buf *out, double number)
{
	char text[QM_NUMBER_TEXT];

	qm_number_display(number, text);
	qm_buf_add_text(out, text);
}

static void display_list(struct qm_buf *out, const struct qm_value *value)
{
	qm_buf_add_char(out, '[');
	for (size_t i = 0; i < value->as.list.count && !out->overflow; i++) {
		if (i)
			qm_buf_add_char(out, ' ');
		qm_value_display(out, &value->as.list.items[i]);
	}
	qm_buf_add_char(out, ']');
}

static void display_map(struct qm_buf *out, const struct qm_value *value)
{
	qm_buf_add_text(out, "map[");
	for (size_t i = 0; i < value->as.map.count && !out->overflow; i++) {
		if (i)
			qm_buf_add_char(out, ' ');
		qm_value_display(out, &value->as.map.pairs[i].key);
		qm_buf_add_char(out, ':');
		qm_value_display(out, &value->as.map.pairs[i].value);
	}
	qm_buf_add_char(out, ']');
}

void qm_value_display(struct qm_buf *out, const struct qm_value *value)
{
	switch (value->kind) {
	case QM_VALUE_NULL:
		qm_buf_add_text(out, "<nil>");
		break;
	case QM_VALUE_BOOL:
		qm_buf_add_text(out, value->as.boolean ? "true" : "false");
		break;
	case QM_VALUE_INTEGER:
		qm_buf_add_int(out, value->as.integer);
		break;
	case QM_VALUE_NATURAL:
		qm_buf_add_format(out, "%ju", (uintmax_t)value->as.natural);
		break;
	case QM_VALUE_DOUBLE:
		display_double(out, value->as.number);
		break;
	case QM_VALUE_TIME:
		qm_timestamp_display(out, &value->as.time);
		break;
	case QM_VALUE_STRING:
		qm_buf_add(out, value->as.string.bytes, value->as.string.length);
		break;
	case QM_VALUE_LIST:
		display_list(out, value);
		break;
	case QM_VALUE_MAP:
		display_map(out, value);
		break;
	}
}

static int compare_texts(const struct qm_value *a, const struct qm_value *b)
{
	size_t length_a = a->as.string.length, length_b = b->as.string.length;
	int order = memcmp(
		a->as.string.bytes, b->as.string.bytes, length_a < length_b ? length_a : length_b);

	return order ? order : (length_a > length_b) - (length_a < length_b);
}

/* Keys of different types come in the order in which Go's linker lays the types out. */
static int rank_of(enum qm_value_kind kind)
{
	static const int ranks[] = {
		[QM_VALUE_NULL] = 0,
		[QM_VALUE_BOOL] = 1,
		[QM_VALUE_DOUBLE] = 2,
		[QM_VALUE_INTEGER] = 3,
		[QM_VALUE_STRING] = 4,
		[QM_VALUE_NATURAL] = 5,
		[QM_VALUE_TIME] = 6,
	};

	return ranks[kind];
}

static int compare_keys(const struct qm_value *a, const struct qm_value *b)
{
	if (a->kind != b->kind)
		return rank_of(a->kind) - rank_of(b->kind);
	switch (a->kind) {
	case QM_VALUE_BOOL:
		return (int)a->as.boolean - (int)b->as.boolean;
	case QM_VALUE_INTEGER:
		return (a->as.integer > b->as.integer) - (a->as.integer < b->as.integer);
	case QM_VALUE_NATURAL:
		return (a->as.natural > b->as.natural) - (a->as.natural < b->as.natural);
	case QM_VALUE_DOUBLE:
		return (a->as.number > b->as.number) - (a->as.number < b->as.number);
	case QM_VALUE_STRING:
		return compare_texts(a, b);
	default:
		return 0;
	}
}

static int compare_pairs(const void *a, const void *b)
{
	return compare_keys(&((const struct qm_pair *)a)->key, &((const struct qm_pair *)b)->key);
}

void qm_value_sort_pairs(struct qm_pair *pairs, size_t count)
{
	if (count > 1)
		qsort(pairs, count, sizeof *pairs, compare_pairs);
}

bool qm_value_same_key(const struct qm_value *a, const struct qm_value *b)
{
	return a->kind == b->kind && a->kind != QM_VALUE_TIME && compare_keys(a, b) == 0;
}
