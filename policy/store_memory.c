#include "policy/store.h"
#include "policy/store_arithmetic.h"
#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A counter that is kept; one of an earlier generation is as good as none. */
struct kept {
	const char *key;
	struct qm_counter counter;
	uint64_t generation;
};

struct memory_store {
	struct qm_store base;
	struct qm_store *behind; /* of a snapshot; else NULL */
	uint64_t generation;     /* from 1 on; each renewal of a snapshot begins one */
	struct qm_arena keys;
	struct qm_map index;    /* key -> place in counters */
	struct qm_vec counters; /* struct kept */
	size_t last;            /* place of the one that was asked for last */
};

/* A decision asks for the same counter several times, which needs no hash. */
static struct kept *find_or_add(struct memory_store *store, const char *key)
{
	struct kept *kept = store->counters.items;
	const size_t *place;

	if (store->last < store->counters.count && strcmp(kept[store->last].key, key) == 0)
		return &kept[store->last];
	place = qm_map_find(&store->index, key);
	store->last = place ? *place : store->counters.count;
	if (place)
		return &kept[*place];
	kept = qm_vec_add(&store->counters);
	kept->key = qm_arena_strdup(&store->keys, key);
	(void)qm_map_put(&store->index, kept->key, store->last, NULL);
	return kept;
}

/* The counter's place, which stays valid until another key is asked for. */
static enum qm_code find(
	struct memory_store *store, const char *key, struct qm_counter **out, struct qm_error *err)
{
	struct kept *kept = find_or_add(store, key);
	enum qm_code code = QM_OK;

	if (kept->generation != store->generation) {
		kept->counter = (struct qm_counter){ .exists = false };
		if (store->behind)
			code = store->behind->kind->get(store->behind, key, &kept->counter, err);
		if (code)
			return code;
		kept->generation = store->generation;
	}
	*out = &kept->counter;
	return QM_OK;
}

static enum qm_code memory_reserve(struct qm_store *store, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct qm_counter *counter;
	enum qm_code code = find((struct memory_store *)store, wish->key, &counter, err);

	if (!code)
		qm_counter_reserve(counter, wish, allowed, value);
	return code;
}

static enum qm_code memory_rollback(
	struct qm_store *store, const char *key, int64_t amount, struct qm_error *err)
{
	struct qm_counter *counter;
	enum qm_code code = find((struct memory_store *)store, key, &counter, err);

	if (!code && counter->exists)
		counter->value = qm_counter_less(counter->value, amount);
	return code;
}

static enum qm_code memory_get(
	struct qm_store *store, const char *key, struct qm_counter *out, struct qm_error *err)
{
	struct qm_counter *counter;
	enum qm_code code = find((struct memory_store *)store, key, &counter, err);

	if (!code)
		*out = *counter;
	return code;
}

static enum qm_code memory_reset(struct qm_store *store, const char *key, struct qm_error *err)
{
	struct qm_counter *counter;
	enum qm_code code = find((struct memory_store *)store, key, &counter, err);

	if (!code)
		*counter = (struct qm_counter){ .exists = false };
	return code;
}

static void memory_close(struct qm_store *store)
{
	struct memory_store *memory = (struct memory_store *)store;

	qm_map_release(&memory->index);
	qm_vec_release(&memory->counters);
	qm_arena_release(&memory->keys);
	free(memory);
}

static const struct qm_store_kind memory_kind = {
	.name = "memory",
	.reserve = memory_reserve,
	.rollback = memory_rollback,
	.get = memory_get,
	.reset = memory_reset,
	.close = memory_close,
};

struct qm_store *qm_store_snapshot(struct qm_store *base)
{
	struct memory_store *store = qm_alloc(sizeof *store);

	store->base.kind = &memory_kind;
	store->behind = base;
	store->generation = 1;
	qm_arena_init(&store->keys);
	qm_map_init(&store->index);
	qm_vec_init(&store->counters, sizeof(struct kept));
	return &store->base;
}

void qm_store_snapshot_renew(struct qm_store *snapshot, struct qm_store *base)
{
	struct memory_store *store = (struct memory_store *)snapshot;

	assert(snapshot->kind == &memory_kind);
	store->behind = base;
	store->generation++;
}

struct qm_store *qm_store_memory(void)
{
	return qm_store_snapshot(NULL);
}
