#include "src/base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void items_keep_their_values_while_it_grows(void **state)
{
	struct qm_vec vec;

	(void)state;
	qm_vec_init(&vec, sizeof(int));
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(*(int *)qm_vec_add(&vec), 0);
		*(int *)qm_vec_at(&vec, (size_t)i) = i * 3;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(*(int *)qm_vec_at(&vec, (size_t)i), i * 3);
	qm_vec_clear(&vec);
	assert_int_equal(*(int *)qm_vec_add(&vec), 0);
	assert_int_equal(vec.count, 1);
	qm_vec_release(&vec);
	assert_int_equal(vec.count, 0);
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void it_sorts(void **state)
{
	static const int values[] = { 5, 1, 4, 1, 3 }, sorted[] = { 1, 1, 3, 4, 5 };
	struct qm_vec vec;

	(void)state;
	qm_vec_init(&vec, sizeof(int));
	qm_vec_sort(&vec, by_value);
	for (size_t i = 0; i < 5; i++)
		qm_vec_push(&vec, &values[i]);
	qm_vec_sort(&vec, by_value);
	assert_memory_equal(vec.items, sorted, sizeof sorted);
	qm_vec_release(&vec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_keep_their_values_while_it_grows),
		cmocka_unit_test(it_sorts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
