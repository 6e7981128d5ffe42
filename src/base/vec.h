/*
 * vec - an array of one kind of item that grows.
 *
 * struct qm_vec runs;
 * qm_vec_init(&runs, sizeof(struct qm_run));
 * struct qm_run *run = qm_vec_add(&runs);     zeroed; valid until the next add
 * run = qm_vec_at(&runs, 0);
 *
 * A vec has no ceiling of its own: whoever fills it from foreign data bounds the number of
 * items first (src/api/limits.h, parsers/limits.h).
 */
#ifndef QM_BASE_VEC_H
#define QM_BASE_VEC_H

#include <stddef.h>

struct qm_vec {
	void *items;
	size_t count, capacity, item_size;
};

void qm_vec_init(struct qm_vec *vec, size_t item_size);
void qm_vec_release(struct qm_vec *vec);
void qm_vec_clear(struct qm_vec *vec); /* no items, keeps its memory */

void *qm_vec_add(struct qm_vec *vec);                    /* a zeroed item at the end */
void qm_vec_push(struct qm_vec *vec, const void *item);  /* a copy at the end */
void *qm_vec_at(const struct qm_vec *vec, size_t index); /* asserts index < count */
void qm_vec_sort(struct qm_vec *vec, int (*compare)(const void *, const void *));

#endif
