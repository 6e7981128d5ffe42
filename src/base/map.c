#include "src/base/map.h"
#include "src/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct qm_map_slot {
	const char *text; /* NULL: free */
	size_t value;
	uint64_t hash;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return (word << bits) | (word >> (64 - bits));
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32) + v[3];
	v[2] += v[1];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF"). */
uint64_t qm_hash(const uint64_t key[2], const void *bytes, size_t length)
{
	const unsigned char *in = bytes;
	uint64_t v[4] = { key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU,
		key[0] ^ 0x6c7967656e657261U, key[1] ^ 0x7465646279746573U };
	uint64_t word, last = (uint64_t)length << 56;
	size_t i;

	for (i = 0; i + 8 <= length; i += 8) {
		memcpy(&word, in + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (unsigned shift = 0; i < length; i++, shift += 8)
		last |= (uint64_t)in[i] << shift;
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void qm_map_init(struct qm_map *map)
{
	*map = (struct qm_map){ .slots = NULL };
	/* Without entropy (very early boot) the map still works, with a key that can be guessed. */
	if (getrandom(map->key, sizeof map->key, GRND_NONBLOCK) < 0)
		memset(map->key, 0, sizeof map->key);
}

void qm_map_release(struct qm_map *map)
{
	free(map->slots);
	*map = (struct qm_map){ .slots = NULL };
}

/* The slot of `text`, or the free one where it belongs. */
static struct qm_map_slot *probe(
	const struct qm_map *map, const char *text, size_t length, uint64_t hash)
{
	size_t i = (size_t)hash & (map->capacity - 1);

	while (map->slots[i].text &&
		(map->slots[i].hash != hash || strncmp(map->slots[i].text, text, length) != 0 ||
			map->slots[i].text[length]))
		i = (i + 1) & (map->capacity - 1);
	return &map->slots[i];
}

size_t *qm_map_find_n(const struct qm_map *map, const char *text, size_t length)
{
	struct qm_map_slot *slot;

	if (!map->count)
		return NULL;
	slot = probe(map, text, length, qm_hash(map->key, text, length));
	return slot->text ? &slot->value : NULL;
}

size_t *qm_map_find(const struct qm_map *map, const char *text)
{
	return qm_map_find_n(map, text, strlen(text));
}

/* Where a hash that is not in there yet belongs. */
static struct qm_map_slot *free_slot(const struct qm_map *map, uint64_t hash)
{
	size_t i = (size_t)hash & (map->capacity - 1);

	while (map->slots[i].text)
		i = (i + 1) & (map->capacity - 1);
	return &map->slots[i];
}

static void grow(struct qm_map *map)
{
	struct qm_map old = *map;

	map->capacity = old.capacity ? old.capacity * 2 : 16;
	map->slots = qm_alloc_array(map->capacity, sizeof *map->slots);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.slots[i].text)
			*free_slot(map, old.slots[i].hash) = old.slots[i];
	free(old.slots);
}

size_t *qm_map_put(struct qm_map *map, const char *text, size_t value, bool *added)
{
	size_t length = strlen(text);
	uint64_t hash = qm_hash(map->key, text, length);
	struct qm_map_slot *slot;

	if (map->count + 1 > map->capacity / 4 * 3)
		grow(map);
	slot = probe(map, text, length, hash);
	if (added)
		*added = !slot->text;
	if (!slot->text) {
		*slot = (struct qm_map_slot){ .text = text, .value = value, .hash = hash };
		map->count++;
	}
	return &slot->value;
}
