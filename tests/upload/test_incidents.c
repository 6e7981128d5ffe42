#include "src/upload/summary/incidents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
	struct qm_incidents incidents;
	struct qm_arena arena;
	const char *const *lines;
	size_t count;
	uint64_t unlisted;
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	qm_incidents_init(&desk->incidents);
	qm_arena_init(&desk->arena);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_incidents_release(&desk->incidents);
	qm_arena_release(&desk->arena);
	free(desk);
	return 0;
}

static void take(struct desk *desk)
{
	desk->count =
		qm_incidents_take(&desk->incidents, &desk->arena, &desk->lines, &desk->unlisted);
}

static void fail_method(
	struct desk *desk, const char *class_name, const char *name, const char *message)
{
	const struct qm_incident incident = {
		.class_name = class_name, .name = name, .outcome = QM_FAILED, .message = message
	};

	qm_incidents_config_method(&desk->incidents, &incident);
}

static void only_what_failed_is_an_incident(void **state)
{
	static const enum qm_outcome fine[] = { QM_PASSED, QM_SKIPPED };
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
		const struct qm_incident incident = { .name = "setUp", .outcome = fine[i] };

		qm_incidents_config_method(&desk->incidents, &incident);
	}
	take(desk);
	assert_int_equal(desk->count, 0);
}

static void lines_say_what_failed_and_why(void **state)
{
	const struct qm_incident suite = { .suite = "db", .message = "no\nhost" };
	const struct qm_incident unnamed = { .failure_type = "E" };
	struct desk *desk = *state;

	qm_incidents_suite_error(&desk->incidents, &suite);
	qm_incidents_suite_error(&desk->incidents, &unnamed);
	fail_method(desk, "a.B", "setUp", "");
	fail_method(desk, NULL, NULL, "x");
	take(desk);
	assert_int_equal(desk->count, 4);
	assert_string_equal(desk->lines[0], "suite \"db\" failed outside its tests: no");
	assert_string_equal(desk->lines[1], "suite \"\" failed outside its tests: E");
	assert_string_equal(desk->lines[2], "config method a.B.setUp failed: without a message");
	assert_string_equal(desk->lines[3], "config method ? failed: x");
	take(desk);
	assert_int_equal(desk->count, 0);
}

static void what_was_not_reached_is_the_headline(void **state)
{
	const struct qm_not_reached first = { .config_method = "a.B.setUp", .tests = 11999 };
	const struct qm_not_reached second = { .config_method = "a.B.setUp", .tests = 1 };
	const struct qm_not_reached other = { .config_method = "a.C.setUp", .tests = 5 };
	struct desk *desk = *state;

	fail_method(desk, "a.B", "setUp", "no server");
	fail_method(desk, "a.B", "setUp", "no server");
	qm_incidents_not_reached(&desk->incidents, &first);
	qm_incidents_not_reached(&desk->incidents, &second);
	qm_incidents_not_reached(&desk->incidents, &other);
	take(desk);
	assert_int_equal(desk->count, 1);
	assert_string_equal(desk->lines[0],
		"12000 tests not reached after a.B.setUp failed 2 times: no server");
}

static void different_ones_beyond_twenty_are_a_number(void **state)
{
	struct desk *desk = *state;
	char name[32];

	for (int i = 0; i < 25; i++) {
		(void)snprintf(name, sizeof name, "setUp%d", i);
		fail_method(desk, "a.B", name, "m");
	}
	fail_method(desk, "a.B", "setUp0", "m"); /* known, so it is no further one */
	take(desk);
	assert_int_equal(desk->count, 20);
	assert_int_equal(desk->unlisted, 5);
	assert_string_equal(desk->lines[0], "config method a.B.setUp0 failed 2 times: m");
	take(desk);
	assert_int_equal(desk->unlisted, 0);
}

static void long_texts_are_cut_between_characters(void **state)
{
	struct desk *desk = *state;
	char text[1024];

	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	text[sizeof text - 2] = '\0';
	fail_method(desk, text, text, text);
	take(desk);
	assert_true(strlen(desk->lines[0]) < 600);
	assert_int_equal((unsigned char)desk->lines[0][strlen(desk->lines[0]) - 1], 0xbc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_what_failed_is_an_incident),
		TEST(lines_say_what_failed_and_why),
		TEST(what_was_not_reached_is_the_headline),
		TEST(different_ones_beyond_twenty_are_a_number),
		TEST(long_texts_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
