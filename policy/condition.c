#include "policy/condition.h"
#include "policy/regex.h"
#include "src/base/text.h"

#include <string.h>

enum qm_operator qm_operator_find(const char *name)
{
	static const struct {
		const char *name;
		enum qm_operator compare;
	} operators[] = {
		{ "eq", QM_OP_EQ },
		{ "neq", QM_OP_NEQ },
		{ "in", QM_OP_IN },
		{ "not_in", QM_OP_NOT_IN },
		{ "lt", QM_OP_LT },
		{ "lte", QM_OP_LTE },
		{ "gt", QM_OP_GT },
		{ "gte", QM_OP_GTE },
		{ "regex", QM_OP_REGEX },
		{ "contains", QM_OP_CONTAINS },
		{ "exists", QM_OP_EXISTS },
	};

	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (strcmp(operators[i].name, name) == 0)
			return operators[i].compare;
	return QM_OP_NONE;
}

const json_t *qm_argument_find(const json_t *arguments, const char *path)
{
	const json_t *found = arguments;
	struct qm_buf key;

	path += strlen("args.");
	/* The common case needs no copy. */
	if (!strchr(path, '.'))
		return json_object_get(arguments, path);
	qm_buf_init(&key, strlen(path));
	for (;;) {
		size_t length = strcspn(path, ".");

		qm_buf_clear(&key);
		qm_buf_add(&key, path, length);
		found = json_object_get(found, key.data);
		if (!found || !path[length])
			break;
		path += length + 1;
	}
	qm_buf_release(&key);
	return found;
}

const char *qm_condition_counter(const struct qm_condition *condition)
{
	return qm_text_starts(condition->path, "state.") ? condition->path + strlen("state.")
							 : NULL;
}

static bool compare_numbers(
	enum qm_operator compare, const struct qm_value *actual, const struct qm_value *value)
{
	double left, right;

	if (!qm_value_number(actual, &left) || !qm_value_number(value, &right))
		return false;
	switch (compare) {
	case QM_OP_LT:
		return left < right;
	case QM_OP_LTE:
		return left <= right;
	case QM_OP_GT:
		return left > right;
	default:
		return left >= right;
	}
}

static bool is_any_of(const struct qm_value *list, const struct qm_value *value)
{
	for (size_t i = 0; i < list->as.list.count; i++)
		if (qm_value_equal(&list->as.list.items[i], value))
			return true;
	return false;
}

static bool holds_text(const struct qm_value *text, const struct qm_value *part)
{
	const char *at = text->as.string.bytes;
	size_t left = text->as.string.length, length = part->as.string.length;

	if (!length)
		return true;
	while (left >= length) {
		const char *found = memchr(at, part->as.string.bytes[0], left - length + 1);

		if (!found)
			return false;
		if (memcmp(found, part->as.string.bytes, length) == 0)
			return true;
		left -= (size_t)(found + 1 - at);
		at = found + 1;
	}
	return false;
}

static bool contains(const struct qm_value *actual, const struct qm_value *value)
{
	if (actual->kind == QM_VALUE_STRING)
		return value->kind == QM_VALUE_STRING && holds_text(actual, value);
	return actual->kind == QM_VALUE_LIST && is_any_of(actual, value);
}

static bool matches(
	const struct qm_condition *condition, const struct qm_value *actual, bool *gave_up)
{
	enum qm_regex_match match;

	if (actual->kind != QM_VALUE_STRING || !condition->regex)
		return false;
	match = qm_regex_search(
		condition->regex, actual->as.string.bytes, actual->as.string.length);
	*gave_up = *gave_up || match == QM_REGEX_GAVE_UP;
	return match == QM_REGEX_YES;
}

bool qm_condition_holds(
	const struct qm_condition *condition, const struct qm_value *actual, bool *gave_up)
{
	const struct qm_value *value = &condition->value;

	if (condition->compare == QM_OP_EXISTS)
		return (actual && actual->kind != QM_VALUE_NULL) == value->as.boolean;
	if (!actual)
		return false;
	switch (condition->compare) {
	case QM_OP_EQ:
		return qm_value_equal(actual, value);
	case QM_OP_NEQ:
		return !qm_value_equal(actual, value);
	case QM_OP_IN:
		return is_any_of(value, actual);
	case QM_OP_NOT_IN:
		return !is_any_of(value, actual);
	case QM_OP_REGEX:
		return matches(condition, actual, gave_up);
	case QM_OP_CONTAINS:
		return contains(actual, value);
	case QM_OP_LT:
	case QM_OP_LTE:
	case QM_OP_GT:
	case QM_OP_GTE:
		return compare_numbers(condition->compare, actual, value);
	case QM_OP_NONE:
	case QM_OP_EXISTS:
		break;
	}
	return false;
}
