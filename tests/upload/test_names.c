#include "src/upload/limits.h"
#include "src/upload/resolve/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct qm_names *names = malloc(sizeof *names);

	if (!names)
		return -1;
	qm_names_init(names);
	*state = names;
	return 0;
}

static int teardown(void **state)
{
	qm_names_release(*state);
	free(*state);
	return 0;
}

static void a_run_has_the_first_three(void **state)
{
	static const char *const texts[] = { "a", "b", "c", "d" };
	struct qm_names *names = *state;
	struct qm_kept_name kept[QM_NAMES_PER_RUN];
	uint32_t first = QM_NONE;

	assert_int_equal(qm_names_list(names, first, kept), 0);
	for (uint32_t i = 0; i < 4; i++)
		qm_names_add(names, &first, qm_names_keep(names, texts[i], false), i);
	assert_int_equal(qm_names_list(names, first, kept), 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_string_equal(kept[i].text, texts[i]);
		assert_int_equal(kept[i].report, i);
	}
}

static void what_is_set_stands_alone(void **state)
{
	struct qm_names *names = *state;
	struct qm_kept_name kept[QM_NAMES_PER_RUN];
	uint32_t first = QM_NONE;

	qm_names_add(names, &first, qm_names_keep(names, "a", false), 0);
	qm_names_add(names, &first, qm_names_keep(names, "b", false), 0);
	qm_names_set(names, &first, qm_names_keep(names, "c", true), 5);
	assert_int_equal(qm_names_list(names, first, kept), 1);
	assert_string_equal(kept[0].text, "c");
	assert_int_equal(kept[0].report, 5);
	/* A result whose name found no room must not be shown under another's. */
	qm_names_set(names, &first, QM_NONE, 6);
	assert_int_equal(qm_names_list(names, first, kept), 0);
}

static void setting_again_and_again_takes_no_memory(void **state)
{
	struct qm_names *names = *state;
	uint32_t first = QM_NONE, text = qm_names_keep(names, "a", false);

	for (uint32_t i = 0; i < 100000; i++)
		qm_names_set(names, &first, text, i);
	assert_int_equal(names->nodes.count, 1);
}

static void names_of_a_dropped_report_are_forgotten(void **state)
{
	struct qm_names *names = *state;
	struct qm_kept_name kept[QM_NAMES_PER_RUN];
	uint32_t first = QM_NONE;
	size_t mark = qm_names_mark(names);

	qm_names_forget(names, mark);
	qm_names_add(names, &first, qm_names_keep(names, "stays", false), 0);
	mark = qm_names_mark(names);
	(void)qm_names_keep(names, "goes", false);
	qm_names_forget(names, mark);
	assert_int_equal(qm_names_mark(names), mark);
	assert_int_equal(qm_names_list(names, first, kept), 1);
	assert_string_equal(kept[0].text, "stays");
}

/* Half of the room is for failures. */
static void passed_tests_leave_room_for_failures(void **state)
{
	struct qm_names *names = *state;
	char text[QM_MAX_KEPT_NAME + 100];
	uint32_t passed, failed, first = QM_NONE;
	size_t before;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	do
		passed = qm_names_keep(names, text, false);
	while (passed != QM_NONE);
	before = qm_names_mark(names);
	assert_true(before > QM_MAX_KEPT_TEXT / 2 - 600 && before <= QM_MAX_KEPT_TEXT / 2);
	do
		failed = qm_names_keep(names, text, true);
	while (failed != QM_NONE);
	assert_true(qm_names_mark(names) <= QM_MAX_KEPT_TEXT);
	/* Links count, too. */
	for (uint32_t i = 0; i < 1000; i++) {
		first = QM_NONE;
		qm_names_add(names, &first, 0, 0);
	}
	assert_true(qm_names_mark(names) + names->nodes.count * 12 <= QM_MAX_KEPT_TEXT);
}

static void a_long_name_is_cut_between_characters(void **state)
{
	struct qm_names *names = *state;
	struct qm_kept_name kept[QM_NAMES_PER_RUN];
	char text[QM_MAX_KEPT_NAME + 10] = "x";
	uint32_t first = QM_NONE;

	for (size_t i = 1; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "\xc3\xa4", 3);
	qm_names_add(names, &first, qm_names_keep(names, text, true), 0);
	assert_int_equal(qm_names_list(names, first, kept), 1);
	assert_int_equal(strlen(kept[0].text), QM_MAX_KEPT_NAME - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_has_the_first_three),
		TEST(what_is_set_stands_alone),
		TEST(setting_again_and_again_takes_no_memory),
		TEST(names_of_a_dropped_report_are_forgotten),
		TEST(passed_tests_leave_room_for_failures),
		TEST(a_long_name_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
