#include "src/upload/resolve/steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 16 };

struct test {
	const char *class_name, *name;
};

/* Tests and steps end with a NULL; `expected` has a number for each test. */
static void assert_match(
	const struct test *tests, const char *const *steps, const int32_t *expected, bool by_order)
{
	struct qm_test_id ids[MOST];
	struct qm_step_id step_ids[MOST];
	int32_t out[MOST];
	size_t test_count = 0, step_count = 0;
	struct qm_buf scratch;

	qm_buf_init(&scratch, 4096);
	for (; tests[test_count].name; test_count++) {
		const struct qm_result result = { .class_name = tests[test_count].class_name,
			.name = tests[test_count].name };

		qm_test_identify(&result, &scratch, &ids[test_count]);
	}
	for (; steps[step_count]; step_count++)
		qm_step_identify(steps[step_count], &scratch, &step_ids[step_count]);
	/* What has no order is met by description alone. */
	for (int has_order = 0; has_order < 2; has_order++) {
		bool expects_order = has_order && by_order;

		assert_int_equal(
			qm_steps_match(step_ids, step_count, ids, test_count, has_order, out),
			expects_order);
		for (size_t i = 0; by_order && !has_order && i < test_count; i++)
			assert_int_equal(out[i], QM_NO_STEP);
	}
	for (size_t i = 0; i < test_count; i++)
		if (out[i] != expected[i])
			fail_msg("%s: %d instead of %d", tests[i].name, (int)out[i],
				(int)expected[i]);
	qm_buf_release(&scratch);
}

#define TESTS(...) ((const struct test[]){ __VA_ARGS__, { NULL, NULL } })
#define STEPS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ARE(...)   ((const int32_t[]){ __VA_ARGS__ })

static void a_name_is_a_whole_description(void **state)
{
	(void)state;
	assert_match(TESTS({ "a", "log  IN" }, { "a", " Open the page\t" }),
		STEPS("Open the page", "Log in"), ARE(1, 0), false);
	assert_match(TESTS({ "a.B", "opens" }), STEPS("a.b.OPENS", "x"), ARE(0), false);
	assert_match(TESTS({ "a", "adds[1]" }, { "a", "adds[2]" }), STEPS("Adds", "x"), ARE(0, 0),
		false);
	/* With its parameters it is more than the test without. */
	assert_match(TESTS({ "a", "adds[1]" }, { "a", "adds[2]" }), STEPS("adds", "adds[2]"),
		ARE(0, 1), false);
	/* Not a part, and no other case than that of A to Z. */
	assert_match(TESTS({ "a", "Log" }), STEPS("Log in", "x"), ARE(QM_NO_STEP), false);
	assert_match(TESTS({ "a", "\xc3\x84ndern" }), STEPS("\xc3\xa4ndern", "x"), ARE(QM_NO_STEP),
		false);
}

static void order_counts_where_no_description_does(void **state)
{
	(void)state;
	assert_match(TESTS({ "a", "x" }, { "a", "y" }), STEPS("One", "Two"), ARE(0, 1), true);
	assert_match(TESTS({ "a", "x" }, { "b", "x" }), STEPS("One", "Two"), ARE(0, 1), true);
	/* Results of one test are one, wherever they stand. */
	assert_match(TESTS({ "a", "x[1]" }, { "a", "y" }, { "a", "x[2]" }, { "a", "y" }),
		STEPS("One", "Two"), ARE(0, 1, 0, 1), true);
	assert_match(TESTS({ "a", "x" }), STEPS("One", "Two"), ARE(QM_NO_STEP), false);
	assert_match(TESTS({ "a", "x" }, { "a", "y" }), STEPS("One"), ARE(QM_NO_STEP, QM_NO_STEP),
		false);
	/* Steps without a description have an order, too. */
	assert_match(TESTS({ "a", "x" }, { "a", "y" }), STEPS("", " "), ARE(0, 1), true);
}

static void one_description_ends_all_guessing(void **state)
{
	(void)state;
	assert_match(TESTS({ "a", "x" }, { "a", "two" }), STEPS("One", "Two"), ARE(QM_NO_STEP, 1),
		false);
	assert_match(TESTS({ "a", "two" }, { "a", "two" }), STEPS("two", "Two"),
		ARE(QM_STEP_TWICE, QM_STEP_TWICE), false);
	assert_match(TESTS({ "a", "two" }, { "b", "two" }, { "a", "one" }), STEPS("one", "two"),
		ARE(QM_STEP_SHARED, QM_STEP_SHARED, 0), false);
}

static void names_may_speak_against_the_order(void **state)
{
	static const int32_t none[] = { QM_NO_STEP, QM_NO_STEP, QM_NO_STEP };

	(void)state;
	/* Alike but for the full stop: these stand where they should, those do not. */
	assert_match(
		TESTS({ "a", "Log in" }, { "a", "x" }), STEPS("Log in.", "Two"), ARE(0, 1), true);
	assert_match(TESTS({ "a", "x" }, { "a", "Log in" }), STEPS("Log in.", "Two"), none, false);
	assert_match(TESTS({ "a", "Open" }, { "a", "logOut" }, { "a", "logIn" }),
		STEPS("<p>Open</p>", "<p class=\"x\">Log&nbsp;in</p>", "Log<br/>out"), none, false);
	assert_match(TESTS({ "a", "Open" }, { "a", "logIn" }, { "a", "logOut" }),
		STEPS("<p>Open</p>", "<p class=\"x\">Log&nbsp;in</p>", "Log<br/>out"), ARE(0, 1, 2),
		true);
	assert_match(TESTS({ "a", "x" }, { "a", "adds[1]" }, { "a", "adds[2]" }),
		STEPS("Adds!", "Two"), none, false);
	/* Of two steps that are alike a test may be either. */
	assert_match(
		TESTS({ "a", "x" }, { "a", "adds" }), STEPS("Adds!", "Adds?"), ARE(0, 1), true);
	assert_match(TESTS({ "a", "adds" }, { "a", "x" }, { "a", "y" }),
		STEPS("One", "Adds!", "Adds?"), none, false);
	/* No tag, no entity. */
	assert_match(TESTS({ "a", "ab" }, { "a", "cd" }), STEPS("c < d", "a & b; >"), none, false);
	assert_match(TESTS({ "a", "x" }, { "a", "y" }), STEPS("<p>", "&amp;<"), ARE(0, 1), true);
}

static void without_steps_there_is_none(void **state)
{
	static const char *const none[] = { NULL };

	(void)state;
	assert_match(TESTS({ "a", "x" }), none, ARE(QM_NO_STEP), false);
	assert_match(TESTS({ NULL, "" }), none, ARE(QM_NO_STEP), false);
}

static void many_results_are_grouped_in_their_order(void **state)
{
	enum { COUNT = 100000, NAMES = 1000 };
	struct qm_test_id *ids = calloc(COUNT, sizeof *ids);
	struct qm_step_id *steps = calloc(NAMES, sizeof *steps);
	int32_t *out = calloc(COUNT, sizeof *out);

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		ids[i].test = 1 + (i * 7919) % NAMES;
	assert_true(qm_steps_match(steps, NAMES, ids, COUNT, true, out));
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(out[i], i % NAMES);
	assert_false(qm_steps_match(steps, NAMES - 1, ids, COUNT, true, out));
	free(out);
	free(steps);
	free(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_a_whole_description),
		cmocka_unit_test(order_counts_where_no_description_does),
		cmocka_unit_test(one_description_ends_all_guessing),
		cmocka_unit_test(names_may_speak_against_the_order),
		cmocka_unit_test(without_steps_there_is_none),
		cmocka_unit_test(many_results_are_grouped_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
