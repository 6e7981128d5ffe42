#include "src/base/memory.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void memory_of_an_arena_is_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 1, 7, 16, 100, 65536, 3, 200000, 1, 5000 };
	unsigned char *parts[sizeof sizes / sizeof *sizes];
	struct qm_arena arena;

	(void)state;
	qm_arena_init(&arena);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		parts[i] = qm_arena_alloc(&arena, sizes[i]);
		assert_int_equal((uintptr_t)parts[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(parts[i][j], 0);
		memset(parts[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t j = 0; j < sizes[i]; j++)
			assert_int_equal(parts[i][j], i + 1);
	qm_arena_release(&arena);
	assert_int_equal(arena.bytes, 0);
	qm_arena_release(&arena);
}

static void texts_are_copied(void **state)
{
	struct qm_arena arena;
	char text[] = "VKMC-TC-12 and more";

	(void)state;
	qm_arena_init(&arena);
	assert_string_equal(qm_arena_strndup(&arena, text, 10), "VKMC-TC-12");
	assert_string_equal(qm_arena_strdup(&arena, text), text);
	assert_ptr_not_equal(qm_arena_strdup(&arena, text), text);
	qm_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_of_an_arena_is_zeroed_aligned_and_apart),
		cmocka_unit_test(texts_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
