/*
 * lookup ARGUMENTS COUNT [counter] - looks the fields up that the policy of policy_bench.py has
 * conditions on and compares them, by jansson alone: the yardstick of a decision. With `counter`
 * a counter is looked up and compared as well, in an object of jansson's too.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char counter[] = "qmetry_bulk_update_test_case_execution_status._rate_day";

static int has_text(const json_t *object, const char *name, const char *want)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && strcmp(text, want) == 0;
}

static int is_either(const json_t *object, const char *name, double one, double other)
{
	double number = json_number_value(json_object_get(object, name));

	return number == one || number == other;
}

static int is_below(const json_t *object, const char *name, double limit)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) && json_number_value(value) <= limit;
}

int main(int argc, char **argv)
{
	json_t *arguments =
		argc > 2 ? json_load_file(argv[1], JSON_DECODE_INT_AS_REAL, NULL) : NULL;
	json_t *counters = json_pack("{s: f}", counter, 0.0);
	long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0, held = 0;

	for (long i = 0; i < count; i++)
		held += has_text(arguments, "projectKey", "PROJ") &&
			is_either(arguments, "runStatusID", 11, 12) &&
			json_is_false(json_object_get(arguments, "isBulkOperation")) &&
			(argc == 3 || is_below(counters, counter, 2e9));
	json_decref(arguments);
	json_decref(counters);
	return count < 1 || held != count;
}
