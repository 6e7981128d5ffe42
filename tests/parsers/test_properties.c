#include "parsers/limits.h"
#include "parsers/properties.h"
#include "src/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
	struct qm_properties *properties = qm_alloc(sizeof *properties);

	qm_properties_init(properties);
	*state = properties;
	return 0;
}

static int tear_down(void **state)
{
	qm_properties_release(*state);
	free(*state);
	return 0;
}

static void add(struct qm_properties *properties, const char *name, const char *value)
{
	assert_true(qm_properties_add(properties, name, strlen(name), value, strlen(value)));
}

/* "a=1 b=2 | c=3" for what is in scope, with a bar between scopes. */
static void check(const struct qm_properties *properties, const char *want)
{
	char got[256] = "";
	size_t count = 0, length = 0;
	const struct qm_property *all = qm_properties_all(properties, &count);

	for (size_t i = 0; i < count; i++) {
		if (i && all[i].depth != all[i - 1].depth) {
			assert_true(all[i].depth < all[i - 1].depth);
			memcpy(got + length, "| ", 2);
			length += 2;
		}
		memcpy(got + length, all[i].name, strlen(all[i].name));
		length += strlen(all[i].name);
		got[length++] = '=';
		memcpy(got + length, all[i].value, strlen(all[i].value));
		length += strlen(all[i].value);
		got[length++] = i + 1 < count ? ' ' : '\0';
	}
	assert_string_equal(got, want);
}

static void the_innermost_scope_comes_first_in_file_order(void **state)
{
	struct qm_properties *properties = *state;
	struct qm_property_scope outer, inner;

	check(properties, "");
	add(properties, "root", "0");
	outer = qm_properties_push(properties);
	check(properties, "root=0");
	add(properties, "a", "1");
	add(properties, "b", "2");
	inner = qm_properties_push(properties);
	add(properties, "c", "3");
	add(properties, "d", "");
	add(properties, "c", "4");
	check(properties, "c=3 d= c=4 | a=1 b=2 | root=0");
	qm_properties_pop(properties, &inner);
	check(properties, "a=1 b=2 | root=0");
	/* A suite may go on with its properties after a test. */
	add(properties, "e", "5");
	check(properties, "a=1 b=2 e=5 | root=0");
	qm_properties_pop(properties, &outer);
	add(properties, "z", "9");
	check(properties, "root=0 z=9");
}

static void texts_are_cut_between_characters(void **state)
{
	struct qm_properties *properties = *state;
	size_t length = QM_MAX_VALUE + 3, count = 0;
	char *value = qm_alloc(length);
	const struct qm_property *all;

	memset(value, 'x', length);
	memcpy(value + QM_MAX_VALUE - 2, "\xe2\x82\xac", 3); /* one byte too far */
	assert_true(qm_properties_add(properties, "n", 1, value, length));
	all = qm_properties_all(properties, &count);
	assert_int_equal(count, 1);
	assert_int_equal(strlen(all->value), QM_MAX_VALUE - 2);
	free(value);
}

static void those_of_the_innermost_scope_are_told_apart(void **state)
{
	struct qm_properties *properties = *state;
	struct qm_property_scope scope;

	assert_int_equal(qm_properties_own(properties), 0);
	add(properties, "suite", "0");
	assert_int_equal(qm_properties_own(properties), 1);
	scope = qm_properties_push(properties);
	assert_int_equal(qm_properties_own(properties), 0);
	add(properties, "case", "1");
	add(properties, "case", "2");
	assert_int_equal(qm_properties_own(properties), 2);
	qm_properties_pop(properties, &scope);
	assert_int_equal(qm_properties_own(properties), 1);
}

static void there_is_room_for_so_many(void **state)
{
	struct qm_properties *properties = *state;
	size_t count = 0;

	for (size_t i = 0; i < QM_MAX_PROPERTIES; i++)
		add(properties, "n", "v");
	assert_false(qm_properties_add(properties, "n", 1, "v", 1));
	assert_non_null(qm_properties_all(properties, &count));
	assert_int_equal(count, QM_MAX_PROPERTIES);
}

static void there_is_room_for_so_much_text(void **state)
{
	struct qm_properties *properties = *state;
	char *value = qm_alloc(QM_MAX_VALUE);
	size_t added = 0;

	memset(value, 'x', QM_MAX_VALUE);
	while (qm_properties_add(properties, "n", 1, value, QM_MAX_VALUE))
		added++;
	assert_int_equal(added, QM_MAX_PROPERTY_TEXT / (QM_MAX_VALUE + 3));
	free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_innermost_scope_comes_first_in_file_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			those_of_the_innermost_scope_are_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			texts_are_cut_between_characters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_is_room_for_so_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_is_room_for_so_much_text, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
