#include "tests/sim/filter.h"
#include "src/base/text.h"

#include <string.h>
#include <strings.h>

static bool has_type(const json_t *value, const char *type)
{
	if (strcmp(type, "list") == 0)
		return json_is_array(value);
	if (strcmp(type, "boolean") == 0)
		return json_is_boolean(value);
	return json_is_string(value);
}

static const struct sim_filterable *find_filterable(
	const struct sim_filterable *filterables, const char *field)
{
	for (; filterables->field; filterables++)
		if (strcmp(filterables->field, field) == 0)
			return filterables;
	return NULL;
}

static bool check_condition(const struct sim_member *member, const json_t *condition,
	char rule[SIM_RULE], struct sim_finding *finding)
{
	const char *type = json_string_value(json_object_get(condition, "type"));
	const char *field = json_string_value(json_object_get(condition, "field"));
	const json_t *value = json_object_get(condition, "value");
	const struct sim_filterable *known;

	if (!type || !field || !value || json_object_size(condition) != 3)
		return sim_find(
			finding, rule, "a condition has type, value and field, and no more");
	known = find_filterable(member->filterables, field);
	if (!known)
		return sim_find(finding, rule, "\"%s\" is no field to filter by", field);
	if (strcmp(type, known->type) != 0 || !has_type(value, type))
		return sim_find(finding, rule, "%s must be of the type %s", field, known->type);
	return true;
}

bool sim_filter_holds(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding)
{
	char rule[SIM_RULE];

	(void)snprintf(rule, sizeof rule, "body.%s", member->name);
	json_decref(request->filter);
	request->filter = json_loads(json_string_value(value), JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(request->filter))
		return sim_find(finding, rule, "must be a JSON list in a text");
	for (size_t i = 0; i < json_array_size(request->filter); i++)
		if (!check_condition(member, json_array_get(request->filter, i), rule, finding))
			return false;
	return true;
}

static const json_t *value_on(const json_t *filter, const char *field)
{
	for (size_t i = 0; i < json_array_size(filter); i++) {
		const json_t *condition = json_array_get(filter, i);

		if (strcmp(json_string_value(json_object_get(condition, "field")), field) == 0)
			return json_object_get(condition, "value");
	}
	return NULL;
}

bool sim_filter_has_id(const json_t *filter, const char *field, int64_t id)
{
	const json_t *list = value_on(filter, field);

	if (!list)
		return true;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		int64_t number = json_integer_value(item);

		if (json_is_string(item) &&
			!qm_text_int(json_string_value(item), 0, INT64_MAX, &number))
			continue;
		if (number == id)
			return true;
	}
	return false;
}

bool sim_filter_has_flag(const json_t *filter, const char *field, bool flag)
{
	const json_t *value = value_on(filter, field);

	return !value || json_is_true(value) == flag;
}

bool sim_filter_has_key(const json_t *filter, const char *field, const char *text)
{
	const char *list = json_string_value(value_on(filter, field));
	size_t length = strlen(text);

	if (!list)
		return true;
	for (;;) {
		size_t item = strcspn(list, ",");

		if (item == length && memcmp(list, text, length) == 0)
			return true;
		if (!list[item])
			return false;
		list += item + 1;
	}
}

bool sim_filter_has_text(const json_t *filter, const char *field, const char *text)
{
	const char *part = json_string_value(value_on(filter, field));
	size_t length;

	if (!part)
		return true;
	length = strlen(part);
	for (; strlen(text) >= length; text++) {
		if (strncasecmp(text, part, length) == 0)
			return true;
		if (!*text)
			return false;
	}
	return false;
}
