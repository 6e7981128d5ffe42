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

static size_t count_of(const struct qm_groups *groups, const char *class_name, const char *method)
{
	const struct qm_membership *member = NULL;
	size_t count = 0;

	while ((member = qm_groups_next(groups, class_name, method, member)) != NULL)
		count++;
	return count;
}

static void methods_know_their_groups(void **state)
{
	struct qm_groups *groups = *state;
	const struct qm_membership *member;

	qm_groups_add(groups, "a.B", "before any group");
	qm_groups_open(groups, "smoke", 5);
	qm_groups_add(groups, "a.B", "login");
	qm_groups_add(groups, "a.B", "logout");
	qm_groups_open(groups, "slow", 4);
	qm_groups_add(groups, "a.B", "login");
	assert_int_equal(count_of(groups, "a.B", "login"), 2);
	assert_int_equal(count_of(groups, "a.B", "logout"), 1);
	assert_int_equal(count_of(groups, "a", "B.login"), 2); /* the same full name */
	assert_int_equal(count_of(groups, "c.D", "login"), 0);
	assert_int_equal(count_of(groups, "a.B", "before any group"), 0);
	member = qm_groups_next(groups, "a.B", "logout", NULL);
	assert_string_equal(member->group, "smoke");
	qm_groups_clear(groups);
	assert_int_equal(count_of(groups, "a.B", "login"), 0);
	qm_groups_open(groups, "other", 5);
	qm_groups_add(groups, "a.B", "login");
	assert_string_equal(qm_groups_next(groups, "a.B", "login", NULL)->group, "other");
}

static void more_than_fits_is_not_told(void **state)
{
	struct qm_groups *groups = *state;
	char *long_name = qm_alloc(QM_MAX_VALUE + 1);

	memset(long_name, 'x', QM_MAX_VALUE);
	qm_groups_open(groups, "g", 1);
	qm_groups_add(groups, "a.B", long_name); /* longer than any method */
	assert_int_equal(count_of(groups, "a.B", long_name), 0);
	for (size_t i = 0; i < QM_MAX_GROUPS_OF_METHOD + 10; i++)
		qm_groups_add(groups, "a.B", "c");
	assert_int_equal(count_of(groups, "a.B", "c"), QM_MAX_GROUPS_OF_METHOD);
	for (size_t i = QM_MAX_GROUPS_OF_METHOD; i < QM_MAX_GROUPED + 10; i++) {
		char method[16];

		(void)snprintf(method, sizeof method, "m%zu", i);
		qm_groups_add(groups, "a.B", method);
		assert_int_equal(count_of(groups, "a.B", method), i < QM_MAX_GROUPED);
	}
	qm_groups_clear(groups);
	for (size_t i = 0; i < QM_MAX_GROUP_TEXT / QM_MAX_VALUE + 1; i++)
		qm_groups_open(groups, long_name, QM_MAX_VALUE);
	qm_groups_add(groups, "a.B", "c"); /* the group that did not fit has no members */
	assert_int_equal(count_of(groups, "a.B", "c"), 0);
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
