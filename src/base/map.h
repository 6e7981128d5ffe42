/*
 * map - finds a number by a text, in constant time.
 *
 * The texts are borrowed: they live in an arena or a catalog that outlives the map. The number
 * is most often an index into a vec. Texts come from reports and servers, so the hash is keyed
 * (SipHash-1-3, a random key for each map): nobody can choose names that all collide.
 */
#ifndef QM_BASE_MAP_H
#define QM_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct qm_map {
	struct qm_map_slot *slots;
	size_t count, capacity;
	uint64_t key[2];
};

void qm_map_init(struct qm_map *map);
void qm_map_release(struct qm_map *map);

/* Where the number for `text` is kept; NULL if there is none. */
size_t *qm_map_find(const struct qm_map *map, const char *text);
size_t *qm_map_find_n(const struct qm_map *map, const char *text, size_t length);

/* The same, and makes an entry of `value` where there was none; `added` (may be NULL) tells. */
size_t *qm_map_put(struct qm_map *map, const char *text, size_t value, bool *added);

/* Keyed 64-bit hash; the same key and bytes always give the same number. */
uint64_t qm_hash(const uint64_t key[2], const void *bytes, size_t length);

#endif
