#include "tests/sim/fields.h"
#include "src/base/buf.h"
#include "src/base/text.h"

#include <inttypes.h>
#include <string.h>

enum { PLACE_MAX_BYTES = 400 };

struct loading {
	struct qm_arena *arena;
	struct qm_error *err;
	struct qm_buf place; /* projects[0].suites[1] */
};

static void *at(void *target, const struct sim_field *field)
{
	return (char *)target + field->offset;
}

static size_t list_item_size(const struct sim_field *field)
{
	switch (field->kind) {
	case SIM_OBJECTS:
		return field->shape->item_size;
	case SIM_INTS:
		return sizeof(int64_t);
	case SIM_TEXTS:
		return sizeof(const char *);
	case SIM_PAIRS:
		return sizeof(struct sim_pair);
	default:
		return 0; /* no list */
	}
}

void sim_fields_init(const struct sim_shape *shape, void *target)
{
	if (shape->defaults)
		memcpy(target, shape->defaults, shape->item_size);
	else
		memset(target, 0, shape->item_size);
	for (size_t i = 0; i < shape->count; i++) {
		const struct sim_field *field = &shape->fields[i];

		if (field->kind == SIM_OBJECT)
			sim_fields_init(field->shape, at(target, field));
		else if (list_item_size(field))
			qm_vec_init(at(target, field), list_item_size(field));
	}
}

static void release_list(const struct sim_field *field, struct qm_vec *list)
{
	for (size_t i = 0; field->kind == SIM_OBJECTS && i < list->count; i++)
		sim_fields_release(field->shape, qm_vec_at(list, i));
	qm_vec_release(list);
}

void sim_fields_release(const struct sim_shape *shape, void *target)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sim_field *field = &shape->fields[i];

		if (field->kind == SIM_OBJECT)
			sim_fields_release(field->shape, at(target, field));
		else if (list_item_size(field))
			release_list(field, at(target, field));
	}
}

static enum qm_code fail(struct loading *loading, const char *what)
{
	return qm_error_set(loading->err, QM_EUSAGE, "%s: %s", loading->place.data, what);
}

static enum qm_code load_object(
	struct loading *loading, const struct sim_shape *shape, const json_t *json, void *target);

static enum qm_code load_text(struct loading *loading, const json_t *json, const char **out)
{
	if (!json_is_string(json) || strlen(json_string_value(json)) != json_string_length(json))
		return fail(loading, "must be a text");
	*out = qm_arena_strdup(loading->arena, json_string_value(json));
	return QM_OK;
}

static enum qm_code load_int(struct loading *loading, const json_t *json, int64_t *out)
{
	if (json_is_integer(json) && json_integer_value(json) >= 0) {
		*out = json_integer_value(json);
		return QM_OK;
	}
	if (json_is_string(json) && qm_text_int(json_string_value(json), 0, INT64_MAX, out))
		return QM_OK;
	return fail(loading, "must be a whole number that is not negative");
}

static enum qm_code load_dump(struct loading *loading, const json_t *json, const char **out)
{
	size_t length = json_dumpb(json, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
	char *text = qm_arena_alloc(loading->arena, length + 1);

	(void)json_dumpb(json, text, length, JSON_COMPACT | JSON_ENCODE_ANY);
	*out = text;
	return QM_OK;
}

static enum qm_code load_pairs(struct loading *loading, const json_t *json, struct qm_vec *out)
{
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return fail(loading, "must be an object");
	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		struct sim_pair *pair = qm_vec_add(out);
		enum qm_code code = load_text(loading, value, &pair->value);

		if (code)
			return code;
		pair->name = qm_arena_strdup(loading->arena, name);
	}
	return QM_OK;
}

static enum qm_code load_item(struct loading *loading, const struct sim_field *field,
	const json_t *json, struct qm_vec *list)
{
	void *item = qm_vec_add(list);

	if (field->kind == SIM_INTS)
		return load_int(loading, json, item);
	if (field->kind == SIM_TEXTS)
		return load_text(loading, json, item);
	sim_fields_init(field->shape, item);
	return load_object(loading, field->shape, json, item);
}

static void cut_place(struct loading *loading, size_t length)
{
	if (length < loading->place.length) {
		loading->place.length = length;
		loading->place.data[length] = '\0';
	}
}

static enum qm_code load_list(struct loading *loading, const struct sim_field *field,
	const json_t *json, struct qm_vec *list)
{
	size_t length = loading->place.length;
	enum qm_code code = QM_OK;

	release_list(field, list);
	qm_vec_init(list, list_item_size(field));
	if (field->kind == SIM_PAIRS)
		return load_pairs(loading, json, list);
	if (!json_is_array(json))
		return load_item(loading, field, json, list);
	for (size_t i = 0; !code && i < json_array_size(json); i++) {
		qm_buf_add_format(&loading->place, "[%zu]", i);
		code = load_item(loading, field, json_array_get(json, i), list);
		cut_place(loading, length);
	}
	return code;
}

static enum qm_code load_field(
	struct loading *loading, const struct sim_field *field, const json_t *json, void *target)
{
	void *out = at(target, field);

	switch (field->kind) {
	case SIM_TEXT:
		return load_text(loading, json, out);
	case SIM_INT:
		return load_int(loading, json, out);
	case SIM_BOOL:
		if (!json_is_boolean(json))
			return fail(loading, "must be true or false");
		*(bool *)out = json_is_true(json);
		return QM_OK;
	case SIM_OBJECT:
		return load_object(loading, field->shape, json, out);
	case SIM_DUMP:
		return load_dump(loading, json, out);
	default:
		return load_list(loading, field, json, out);
	}
}

static void add_names(struct qm_buf *out, const struct sim_shape *shape)
{
	for (size_t i = 0; i < shape->count; i++) {
		if (shape->fields[i].name)
			qm_buf_add_format(
				out, "%s%s", out->length ? ", " : "", shape->fields[i].name);
		else
			add_names(out, shape->fields[i].shape);
	}
}

static enum qm_code fail_unknown(struct loading *loading, const struct sim_shape *shape)
{
	struct qm_buf names;
	enum qm_code code;

	qm_buf_init(&names, PLACE_MAX_BYTES);
	add_names(&names, shape);
	code = qm_error_set(loading->err, QM_EUSAGE, "%s: unknown, the fields are %s",
		loading->place.data, names.data);
	qm_buf_release(&names);
	return code;
}

/* `target` moves into the inlined object where the field is found in one. */
static const struct sim_field *find_field(
	const struct sim_shape *shape, const char *name, void **target)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct sim_field *field = &shape->fields[i];
		const struct sim_field *found;
		void *inside = at(*target, field);

		if (field->name) {
			if (strcmp(field->name, name) == 0)
				return field;
			continue;
		}
		found = find_field(field->shape, name, &inside);
		if (found) {
			*target = inside;
			return found;
		}
	}
	return NULL;
}

static enum qm_code load_object(
	struct loading *loading, const struct sim_shape *shape, const json_t *json, void *target)
{
	size_t length = loading->place.length;
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return fail(loading, "must be an object");
	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		void *owner = target;
		const struct sim_field *field = find_field(shape, name, &owner);
		enum qm_code code;

		qm_buf_add_format(&loading->place, "%s%s", length ? "." : "", name);
		code = field ? load_field(loading, field, value, owner)
			     : fail_unknown(loading, shape);
		if (code)
			return code;
		cut_place(loading, length);
	}
	for (size_t i = 0; i < shape->count; i++) {
		if (shape->fields[i].required && !json_object_get(json, shape->fields[i].name)) {
			qm_buf_add_format(
				&loading->place, "%s%s", length ? "." : "", shape->fields[i].name);
			return fail(loading, "is missing");
		}
	}
	return QM_OK;
}

enum qm_code sim_fields_load(const struct sim_shape *shape, const json_t *json, void *target,
	struct qm_arena *arena, struct qm_error *err)
{
	struct loading loading = { .arena = arena, .err = err };
	enum qm_code code;

	qm_buf_init(&loading.place, PLACE_MAX_BYTES);
	code = load_object(&loading, shape, json, target);
	qm_buf_release(&loading.place);
	return code;
}
