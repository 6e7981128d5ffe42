/*
 * Our reader beside jansson's: both take a text or both refuse it, and what they take is the same.
 * They are to differ in three things. Deep nesting we refuse; a number that is too large for a
 * double, and where jansson reads a text once more a whole number beyond 64 bits, we take.
 */
#include "src/base/json.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static bool holds_infinity(const struct qm_json *value)
{
	const struct qm_json *item;

	for (item = qm_json_first(value); item; item = qm_json_next(item))
		if (holds_infinity(item))
			return true;
	return isinf(qm_json_as_real(value));
}

static void compare(const struct qm_json *ours, const json_t *theirs);

static void compare_items(const struct qm_json *ours, const json_t *theirs)
{
	const struct qm_json *item = qm_json_first(ours);

	must(qm_json_count(ours) == json_array_size(theirs));
	for (size_t i = 0; i < json_array_size(theirs); i++, item = qm_json_next(item))
		compare(item, json_array_get(theirs, i));
	must(!item);
}

/* Ours has those that were written twice. */
static void compare_members(const struct qm_json *ours, json_t *theirs)
{
	const char *name;
	json_t *value;

	must(qm_json_count(ours) >= json_object_size(theirs));
	json_object_foreach(theirs, name, value) compare(qm_json_get(ours, name), value);
}

static void compare(const struct qm_json *ours, const json_t *theirs)
{
	switch (qm_json_kind(ours)) {
	case QM_JSON_OBJECT:
		must(json_is_object(theirs));
		compare_members(ours, (json_t *)(uintptr_t)theirs);
		break;
	case QM_JSON_ARRAY:
		must(json_is_array(theirs));
		compare_items(ours, theirs);
		break;
	case QM_JSON_TEXT:
		must(json_is_string(theirs));
		must(strcmp(qm_json_as_text(ours), json_string_value(theirs)) == 0);
		break;
	case QM_JSON_INTEGER:
		must(json_is_integer(theirs)
				? json_integer_value(theirs) == qm_json_as_integer(ours)
				: json_real_value(theirs) == (double)qm_json_as_integer(ours));
		break;
	case QM_JSON_REAL:
		must(json_is_real(theirs) && json_real_value(theirs) == qm_json_as_real(ours));
		break;
	case QM_JSON_TRUE:
	case QM_JSON_FALSE:
		must(json_is_boolean(theirs) &&
			json_is_true(theirs) == (qm_json_kind(ours) == QM_JSON_TRUE));
		break;
	default:
		must(qm_json_kind(ours) == QM_JSON_NULL && json_is_null(theirs));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	const char *bytes = (const char *)data;
	struct qm_json *ours;
	struct qm_error err;
	json_error_t reason;
	enum qm_code code;
	json_t *theirs;

	/* A name with a U+0000 in it is one that jansson refuses. */
	for (size_t i = 0; i + 6 <= size; i++)
		if (memcmp(bytes + i, "\\u0000", 6) == 0)
			return 0;
	qm_error_init(&err);
	code = qm_json_read(bytes, size, &ours, &err);
	must(!code == !!ours && code == err.code);
	/* jansson passes over one that follows a number. */
	if (memchr(bytes, 0, size)) {
		must(!ours);
		return 0;
	}
	theirs = json_loadb(bytes, size, flags, &reason);
	if (!theirs && json_error_code(&reason) == json_error_numeric_overflow)
		theirs = json_loadb(bytes, size, flags | JSON_DECODE_INT_AS_REAL, &reason);
	if (ours && theirs)
		compare(ours, theirs);
	else
		must(code == QM_ELIMIT || (ours ? holds_infinity(ours) : !theirs));
	json_decref(theirs);
	qm_json_free(ours);
	return 0;
}
