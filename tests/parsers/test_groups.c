#include "parsers/groups.h"
#include "parsers/limits.h"
#include "src/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
	struct qm_groups *groups = qm_alloc(sizeof *groups);

	qm_groups_init(groups);
	*state = groups;
	return 0;
}

static int tear_down(void **state)
{
	qm_groups_release(*state);
	free(*state);
	return 0;
}

/* "smoke,fast,": the groups of a method. */
static void assert_groups(
	struct qm_groups *groups, const char *class_name, const char *method, const char *expected)
{
	char all[128] = "";
	size_t count, length = 0;
	const struct qm_membership *member = qm_groups_of(groups, class_name, method, &count);

	for (size_t i = 0; i < count; i++)
		length +=
			(size_t)snprintf(all + length, sizeof all - length, "%s,", member[i].group);
	assert_string_equal(all, expected);
}

static void methods_know_their_groups(void **state)
{
	struct qm_groups *groups = *state;

	assert_groups(groups, "a.B", "login", "");
	qm_groups_add(groups, "a.B", "before any group");
	qm_groups_open(groups, "smoke", 5);
	qm_groups_add(groups, "a.B", "login");
	qm_groups_add(groups, "a.B", "logout");
	qm_groups_add(groups, "a.B", "login"); /* with other parameters */
	qm_groups_open(groups, "fast", 4);
	qm_groups_add(groups, "a.B", "login");
	assert_groups(groups, "a.B", "login", "smoke,fast,");
	assert_groups(groups, "a.B", "logout", "smoke,");
	assert_groups(groups, "c.D", "login", "");
	assert_groups(groups, "a.B", "before any group", "");
	qm_groups_open(groups, "late", 4);
	qm_groups_add(groups, "a.B", "login");
	assert_groups(groups, "a.B", "login", "smoke,fast,");
	qm_groups_clear(groups);
	assert_groups(groups, "a.B", "login", "");
	qm_groups_open(groups, "other", 5);
	qm_groups_add(groups, "a.B", "login");
	assert_groups(groups, "a.B", "login", "other,");
}

static void more_than_fits_is_not_told(void **state)
{
	struct qm_groups *groups = *state;
	char *long_name = qm_alloc(QM_MAX_VALUE + 1);
	char name[16];
	size_t count;

	for (size_t i = 0; i < QM_MAX_GROUPS_OF_METHOD + 10; i++) {
		qm_groups_open(groups, name, (size_t)snprintf(name, sizeof name, "g%zu", i));
		qm_groups_add(groups, "a.B", "c");
	}
	assert_string_equal(qm_groups_of(groups, "a.B", "c", &count)->group, "g0");
	assert_int_equal(count, QM_MAX_GROUPS_OF_METHOD);
	qm_groups_clear(groups);
	qm_groups_open(groups, "g", 1);
	for (size_t i = 0; i < QM_MAX_GROUPED + 10; i++) {
		(void)snprintf(name, sizeof name, "m%zu", i);
		qm_groups_add(groups, "a.B", name);
	}
	for (size_t i = 0; i < QM_MAX_GROUPED + 10; i++) {
		(void)snprintf(name, sizeof name, "m%zu", i);
		(void)qm_groups_of(groups, "a.B", name, &count);
		assert_int_equal(count, i < QM_MAX_GROUPED);
	}
	qm_groups_clear(groups);
	memset(long_name, 'x', QM_MAX_VALUE);
	for (size_t i = 0; i < QM_MAX_GROUP_TEXT / QM_MAX_VALUE + 1; i++)
		qm_groups_open(groups, long_name, QM_MAX_VALUE);
	qm_groups_add(groups, "a.B", "c"); /* the group that did not fit has no members */
	assert_groups(groups, "a.B", "c", "");
	free(long_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(methods_know_their_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_than_fits_is_not_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
