#include "src/base/memory.h"
#include "src/upload/reports/source_line.h"
#include "tests/base/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct tree {
	struct folder folder;
	char path[512]; /* at hand for what is found */
	int64_t line;
};

static int setup(void **state)
{
	struct tree *tree = qm_alloc(sizeof *tree);

	folder_enter(&tree->folder);
	folder_put("shop/src/test/java/com/acme/CartTest.java", "");
	folder_put("src/test/kotlin/Bare.kt", "");
	*state = tree;
	return 0;
}

static int teardown(void **state)
{
	struct tree *tree = *state;
	int failed = folder_leave(&tree->folder);

	free(tree);
	return failed;
}

static bool find(struct tree *tree, const char *report, const char *class_name, const char *stack)
{
	const struct qm_result result = { .class_name = class_name, .failure_text = stack };

	tree->line = 0;
	return qm_source_line(report, &result, tree->path, sizeof tree->path, &tree->line);
}

static const char in_shop[] = "shop/target/surefire-reports/TEST-a.xml";

static void the_frame_of_the_class_tells_file_and_line(void **state)
{
	struct tree *tree = *state;

	assert_true(find(tree, in_shop, "com.acme.CartTest",
		"java.lang.AssertionError: boom\n"
		"\tat org.junit.Assert.fail(Assert.java:89)\n"
		"\tat com.acme.CartTest.addsItem(CartTest.java:42)\n"
		"\tat com.acme.CartTest.main(CartTest.java:7)\n"));
	assert_string_equal(tree->path, "shop/src/test/java/com/acme/CartTest.java");
	assert_int_equal(tree->line, 42);
}

static void inner_classes_and_modules_of_java_are_seen_through(void **state)
{
	struct tree *tree = *state;

	assert_true(find(tree, in_shop, "com.acme.CartTest",
		"\tat app//com.acme.CartTest$Empty.adds(CartTest.java:5)\n"));
	assert_int_equal(tree->line, 5);
}

static void a_class_without_a_package_and_gradle(void **state)
{
	struct tree *tree = *state;

	assert_true(find(tree, "build/test-results/test/TEST-Bare.xml", "Bare",
		"\tat Bare.adds(Bare.kt:3)\n"));
	assert_string_equal(tree->path, "src/test/kotlin/Bare.kt");
}

static void what_is_not_there_is_not_told(void **state)
{
	struct tree *tree = *state;
	static const char *const stacks[] = { "", "\tat com.acme.CartTest.a(Native Method)\n",
		"\tat com.acme.CartTest.a(Other.java:4)\n",
		"\tat com.acme.CartTest.a(CartTest.java)\n",
		"\tat com.acme.CartTest.a(CartTest.java:0)\n",
		"\tat com.acme.CartTest.a(../CartTest.java:4)\n",
		"\tat com.acme.CartTestTwo.a(CartTest.java:4)\n",
		"\tat xcom.acme.CartTest.a(CartTest.java:4)\n", "com.acme.CartTest",
		"\tat com.acme.CartTest.a(CartTest.java:99999999999999)\n" };

	for (size_t i = 0; i < sizeof stacks / sizeof *stacks; i++)
		assert_false(find(tree, in_shop, "com.acme.CartTest", stacks[i]));
	assert_false(find(tree, "elsewhere/target/TEST-a.xml", "com.acme.CartTest",
		"\tat com.acme.CartTest.a(CartTest.java:4)\n"));
	assert_false(find(tree, in_shop, "", "\tat .a(CartTest.java:4)\n"));
	assert_false(find(tree, in_shop, NULL, "\tat a(CartTest.java:4)\n"));
	assert_false(find(tree, in_shop, "com.acme.CartTest", NULL));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_frame_of_the_class_tells_file_and_line),
		TEST(inner_classes_and_modules_of_java_are_seen_through),
		TEST(a_class_without_a_package_and_gradle),
		TEST(what_is_not_there_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
