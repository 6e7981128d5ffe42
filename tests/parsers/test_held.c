#include "parsers/held.h"
#include "parsers/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct qm_held_result *at(const struct qm_held *held, size_t index)
{
	return qm_vec_at(&held->results, index);
}

static void what_is_held_is_a_copy(void **state)
{
	char name[] = "login", value[] = "7";
	const struct qm_property property = { .name = "id", .value = value };
	const struct qm_result result = {
		.outcome = QM_SKIPPED,
		.name = name,
		.properties = &property,
		.property_count = 1,
	};
	struct qm_held held;

	(void)state;
	qm_held_init(&held);
	qm_held_add(&held, &result, NULL, true);
	name[0] = value[0] = '#';
	assert_string_equal(at(&held, 0)->result.name, "login");
	assert_null(at(&held, 0)->result.class_name);
	assert_string_equal(at(&held, 0)->result.properties[0].value, "7");
	assert_true(at(&held, 0)->skipped_itself);
	qm_held_release(&held);
}

static void only_the_same_test_supersedes(void **state)
{
	const struct qm_result skipped = {
		.outcome = QM_SKIPPED,
		.class_name = "a.B",
		.name = "c",
		.parameters = "1",
	};
	const struct qm_property instance = { .name = "test-instance-name", .value = "one" };
	struct qm_result other = skipped;
	struct qm_held held;

	(void)state;
	qm_held_init(&held);
	qm_held_add(&held, &skipped, "s", false);
	other.name = "d";
	assert_false(qm_held_supersede(&held, &other, "s"));
	other = skipped;
	other.class_name = NULL;
	assert_false(qm_held_supersede(&held, &other, "s"));
	other.class_name = "a.";
	other.name = "Bc";
	assert_false(qm_held_supersede(&held, &other, "s"));
	other = skipped;
	other.parameters = NULL;
	assert_false(qm_held_supersede(&held, &other, "s"));
	assert_false(qm_held_supersede(&held, &skipped, "t"));
	assert_false(qm_held_supersede(&held, &skipped, NULL));
	assert_false(at(&held, 0)->result.superseded);
	other = skipped;
	other.properties = &instance;
	other.property_count = 1;
	assert_false(qm_held_supersede(&held, &other, "s"));
	assert_false(at(&held, 0)->result.superseded);
	other = skipped;
	other.outcome = QM_FAILED;
	assert_true(qm_held_supersede(&held, &other, "s"));
	assert_true(at(&held, 0)->result.superseded);
	/* A failure that waits behind it is an attempt of its own. */
	qm_held_add(&held, &other, "s", false);
	assert_true(qm_held_supersede(&held, &skipped, "s"));
	assert_false(at(&held, 1)->result.superseded);
	qm_held_release(&held);
}

static void there_is_room_for_so_many(void **state)
{
	const struct qm_result result = { .outcome = QM_SKIPPED };
	struct qm_held held;

	(void)state;
	qm_held_init(&held);
	for (size_t i = 0; i < QM_MAX_HELD; i++) {
		assert_false(qm_held_is_full(&held));
		qm_held_add(&held, &result, NULL, false);
	}
	assert_true(qm_held_is_full(&held));
	qm_held_clear(&held);
	assert_false(qm_held_is_full(&held));
	qm_held_release(&held);
}

static void tests_end_one_after_the_other(void **state)
{
	char name[] = "first";
	const struct qm_result skipped = { .outcome = QM_SKIPPED, .test = name, .name = "c" };
	struct qm_result other = skipped;
	struct qm_held held;

	(void)state;
	qm_held_init(&held);
	qm_held_add(&held, &skipped, NULL, false);
	qm_held_add(&held, &skipped, NULL, false);
	qm_held_end_test(&held, true);
	memcpy(name, "#####", 5);
	other.test = "second";
	/* The test of this name in another <test> is another test. */
	(void)qm_held_supersede(&held, &other, NULL);
	qm_held_add(&held, &other, NULL, false);
	qm_held_end_test(&held, false);
	assert_string_equal(at(&held, 0)->result.test, "first");
	assert_true(at(&held, 0)->result.test == at(&held, 1)->result.test);
	assert_true(at(&held, 1)->is_idle);
	assert_false(at(&held, 1)->result.superseded);
	assert_string_equal(at(&held, 2)->result.test, "second");
	assert_false(at(&held, 2)->is_idle);
	qm_held_release(&held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_held_is_a_copy),
		cmocka_unit_test(only_the_same_test_supersedes),
		cmocka_unit_test(there_is_room_for_so_many),
		cmocka_unit_test(tests_end_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
