#include "src/base/vec.h"
#include "src/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void qm_vec_init(struct qm_vec *vec, size_t item_size)
{
	*vec = (struct qm_vec){ .item_size = item_size };
}

void qm_vec_release(struct qm_vec *vec)
{
	free(vec->items);
	qm_vec_init(vec, vec->item_size);
}

void qm_vec_clear(struct qm_vec *vec)
{
	vec->count = 0;
}

void *qm_vec_add(struct qm_vec *vec)
{
	void *item;

	if (vec->count == vec->capacity) {
		vec->capacity = vec->capacity ? vec->capacity + vec->capacity / 2 : 8;
		vec->items = qm_realloc_array(vec->items, vec->capacity, vec->item_size);
	}
	item = (char *)vec->items + vec->count * vec->item_size;
	memset(item, 0, vec->item_size);
	vec->count++;
	return item;
}

void qm_vec_push(struct qm_vec *vec, const void *item)
{
	memcpy(qm_vec_add(vec), item, vec->item_size);
}

void *qm_vec_at(const struct qm_vec *vec, size_t index)
{
	assert(index < vec->count);
	return (char *)vec->items + index * vec->item_size;
}

void qm_vec_sort(struct qm_vec *vec, int (*compare)(const void *, const void *))
{
	if (vec->count > 1)
		qsort(vec->items, vec->count, vec->item_size, compare);
}
