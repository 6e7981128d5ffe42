/*
 * no_memory - preloaded into a program under test: its N-th allocation fails.
 *
 * QM_TEST_ALLOCATIONS=N lets N succeed and none after them; N! lets only the one after them fail,
 * which is worse: what goes wrong is followed by what goes well. free() is the real one.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

#define EXPORTED __attribute__((visibility("default")))

EXPORTED void *malloc(size_t size);
EXPORTED void *calloc(size_t count, size_t size);
EXPORTED void *realloc(void *memory, size_t size);

static atomic_long made;

/* Reading the environment allocates nothing. */
static bool fails(void)
{
	const char *allowed = getenv("QM_TEST_ALLOCATIONS");
	char *end = NULL;
	long number, most = allowed ? strtol(allowed, &end, 10) : 0;

	if (!allowed)
		return false;
	number = atomic_fetch_add(&made, 1);
	if (number < most || (*end == '!' && number > most))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}
