#include "src/base/memory.h"
#include "src/upload/mapping/nearest.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
	struct qm_catalog catalog;
	struct qm_nearest *nearest;
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	shelf_init(&desk->catalog);
	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_nearest_free(desk->nearest);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

static void assert_nearest(
	struct desk *desk, const char *class_name, const char *name, const char *nearest)
{
	char full_name[200], found[200];

	(void)snprintf(full_name, sizeof full_name, "%s.%s", class_name, name);
	qm_nearest_find(desk->nearest, name, full_name, found, sizeof found);
	if (strcmp(found, nearest) != 0)
		fail_msg("%s: %s instead of %s", full_name, found, nearest);
}

static void fill(struct desk *desk)
{
	struct qm_catalog *catalog = &desk->catalog;

	(void)shelf_run(catalog, 1, "Logs in with card", "a.LoginTest.logsIn", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 2, "", "a.CartTest.pays_by_card", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 3, "", "a.CartTest.works", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 4, "", "a.LoginTest.works", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 5,
		"Zahlt per \xc3\x9c"
		"berweisung",
		NULL, SHELF_NOT_RUN);
	desk->nearest = qm_nearest_new(catalog);
}

static void what_was_meant_is_found(void **state)
{
	struct desk *desk = *state;

	fill(desk);
	/* A typo, swapped letters, another way to write words. */
	assert_nearest(desk, "a.LoginTest", "logIn", "VKMC-TC-1 \"logsIn\"");
	assert_nearest(desk, "a.LoginTest", "lgosIn", "VKMC-TC-1 \"logsIn\"");
	assert_nearest(desk, "x", "logsInWithCard", "VKMC-TC-1 \"Logs in with card\"");
	assert_nearest(desk, "x", "logs_in_with_crad", "VKMC-TC-1 \"Logs in with card\"");
	assert_nearest(desk, "x", "paysByCard", "VKMC-TC-2 \"pays_by_card\"");
	assert_nearest(desk, "x",
		"zahlt per \xc3\x9c"
		"berweissung",
		"VKMC-TC-5 \"Zahlt per \xc3\x9c"
		"berweisung\"");
	/* A class that was moved keeps its name. */
	assert_nearest(desk, "b.LoginTest", "works", "VKMC-TC-4 \"works\"");
	assert_nearest(desk, "b.CartTest", "works", "VKMC-TC-3 \"works\"");
}

static void what_is_far_is_not_guessed(void **state)
{
	struct desk *desk = *state;

	fill(desk);
	assert_nearest(desk, "a.LoginTest", "somethingElseEntirely", "");
	assert_nearest(desk, "a.LoginTest", "", "");
	assert_nearest(desk, "a.LoginTest", "---", "");
	assert_nearest(desk, "a", "w", "");
}

/* More tests and test cases than are compared with each other. */
static void among_many_the_right_one_is_found_at_bounded_cost(void **state)
{
	static const char *const verbs[] = { "adds", "removes", "opens", "prints", "sends" };
	struct desk *desk = *state;
	char name[100], wanted[100];

	for (int i = 1; i <= 100000; i++) {
		(void)snprintf(name, sizeof name, "com.example.Suite%d.%sItem%dToBasket", i / 100,
			verbs[i % 5], i);
		(void)shelf_run(&desk->catalog, i, "", name, SHELF_NOT_RUN);
	}
	desk->nearest = qm_nearest_new(&desk->catalog);
	for (int i = 1; i <= 10000; i++) {
		(void)snprintf(name, sizeof name, "%s_item%d_to_basket", verbs[i % 5], i);
		(void)snprintf(wanted, sizeof wanted, "VKMC-TC-%d \"%sItem%dToBasket\"", i,
			verbs[i % 5], i);
		assert_nearest(desk, "com.moved", name, wanted);
	}
	/* With a typo, by the words that are left. */
	assert_nearest(desk, "x", "opensItem777ToBaskte", "VKMC-TC-777 \"opensItem777ToBasket\"");
	assert_nearest(
		desk, "x", "sends_itme_1234_to_basket", "VKMC-TC-1234 \"sendsItem1234ToBasket\"");
	for (int i = 1; i <= 10000; i++) {
		char found[200];

		(void)snprintf(name, sizeof name, "nothing%d like it in the basket", i);
		qm_nearest_find(desk->nearest, name, name, found, sizeof found);
		assert_string_equal(found, "");
	}
	/* When all comparisons are used up, what is the same is found still. */
	assert_nearest(
		desk, "x", "opens item777 to basket", "VKMC-TC-777 \"opensItem777ToBasket\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_meant_is_found),
		TEST(what_is_far_is_not_guessed),
		TEST(among_many_the_right_one_is_found_at_bounded_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
