#include "src/base/memory.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };

struct qm_arena_block {
	struct qm_arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

_Noreturn void qm_memory_gone(void)
{
	(void)fputs("qmetry-ci: out of memory\n", stderr);
	abort();
}

void *qm_alloc(size_t size)
{
	return qm_alloc_array(1, size);
}

void *qm_alloc_array(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		qm_memory_gone();
	return memory;
}

void *qm_alloc_raw(size_t size)
{
	return qm_realloc_array(NULL, size, 1);
}

void *qm_realloc_array(void *memory, size_t count, size_t size)
{
	void *grown;

	if (size && count > SIZE_MAX / size)
		qm_memory_gone();
	grown = realloc(memory, count && size ? count * size : 1);
	if (!grown)
		qm_memory_gone();
	return grown;
}

char *qm_strdup(const char *text)
{
	return qm_strndup(text, strlen(text));
}

char *qm_strndup(const char *text, size_t length)
{
	char *copy = qm_alloc(length + 1);

	memcpy(copy, text, length);
	return copy;
}

void qm_arena_init(struct qm_arena *arena)
{
	*arena = (struct qm_arena){ .blocks = NULL };
}

static struct qm_arena_block *add_block(struct qm_arena *arena, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct qm_arena_block *block = qm_alloc(sizeof *block + room);

	block->size = room;
	/* A giant gets a block of its own behind the current one, which keeps its free rest. */
	if (arena->blocks && size > BLOCK_BYTES) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *qm_arena_alloc(struct qm_arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct qm_arena_block *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX / 2)
		qm_memory_gone();
	size = (size + align - 1) / align * align;
	if (!block || block->size - block->used < size)
		block = add_block(arena, size);
	memory = block->bytes + block->used;
	block->used += size;
	arena->bytes += size;
	return memory;
}

char *qm_arena_strndup(struct qm_arena *arena, const char *text, size_t length)
{
	char *copy = qm_arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *qm_arena_strdup(struct qm_arena *arena, const char *text)
{
	return qm_arena_strndup(arena, text, strlen(text));
}

void qm_arena_release(struct qm_arena *arena)
{
	while (arena->blocks) {
		struct qm_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->bytes = 0;
}
