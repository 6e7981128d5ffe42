/*
 * memory - allocation that does not fail.
 *
 * When memory is gone the process ends with one line on stderr. Input can never get there:
 * every reader and every buffer has a ceiling and answers QM_ELIMIT first. A CI job may be
 * killed at any moment anyway, so a dead process is an ordinary case that the journal covers.
 * This is the one place outside src/cli that may end the process.
 *
 * An arena hands out memory that is freed all at once: the texts of a catalog, the nodes of a
 * YAML file. 1,000 strings of 20 bytes cost one block of 64 KB and one free.
 */
#ifndef QM_BASE_MEMORY_H
#define QM_BASE_MEMORY_H

#include <stddef.h>

/* Ends the process: for what a library could not allocate and we cannot do without. */
_Noreturn void qm_memory_gone(void);

void *qm_alloc(size_t size);                     /* zeroed; free() it */
void *qm_alloc_array(size_t count, size_t size); /* zeroed, overflow-checked; free() it */
void *qm_alloc_raw(size_t size); /* not zeroed: what is never written costs no memory */
void *qm_realloc_array(void *memory, size_t count, size_t size);
char *qm_strdup(const char *text);
char *qm_strndup(const char *text, size_t length);

struct qm_arena {
	struct qm_arena_block *blocks;
	size_t bytes; /* handed out so far */
};

void qm_arena_init(struct qm_arena *arena);
void *qm_arena_alloc(struct qm_arena *arena, size_t size); /* zeroed, aligned for any type */
char *qm_arena_strdup(struct qm_arena *arena, const char *text);
char *qm_arena_strndup(struct qm_arena *arena, const char *text, size_t length);
void qm_arena_release(struct qm_arena *arena);

#endif
