#include "policy/store.h"
#include "policy/store_arithmetic.h"
#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

#include <stdlib.h>

struct memory_store {
	struct qm_store base;
	struct qm_store *behind; /* of a snapshot; else NULL */
	struct qm_arena keys;
	struct qm_map index;    /* key -> place in counters */
	struct qm_vec counters; /* struct qm_counter */
};

/* The counter's place, which stays valid until another key is asked for. */
static enum qm_code find(
	struct memory_store *store, const char *key, struct qm_counter **out, struct qm_error *err)
{
	size_t *place = qm_map_find(&store->index, key);
	struct qm_counter counter = { .exists = false };
	enum qm_code code = QM_OK;

	if (!place) {
		if (store->behind)
			code = store->behind->kind->get(store->behind, key, &counter, err);
		if (code)
			return code;
		place = qm_map_put(&store->index, qm_arena_strdup(&store->keys, key),
			store->counters.count, NULL);
		qm_vec_push(&store->counters, &counter);
	}
	*out = qm_vec_at(&store->counters, *place);
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
	qm_arena_init(&store->keys);
	qm_map_init(&store->index);
	qm_vec_init(&store->counters, sizeof(struct qm_counter));
	return &store->base;
}

struct qm_store *qm_store_memory(void)
{
	return qm_store_snapshot(NULL);
}
