#include "policy/case_store.h"
#include "src/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- One that remembers which counters were written. */

struct recorder {
	struct qm_store base;
	struct qm_store *behind;
	json_t *keys;
};

static enum qm_code recorder_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct recorder *recorder = (struct recorder *)base;

	json_object_set_new(recorder->keys, wish->key, json_true());
	return recorder->behind->kind->reserve(recorder->behind, wish, allowed, value, err);
}

static enum qm_code recorder_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	struct recorder *recorder = (struct recorder *)base;

	return recorder->behind->kind->rollback(recorder->behind, key, amount, err);
}

static enum qm_code recorder_get(
	struct qm_store *base, const char *key, struct qm_counter *out, struct qm_error *err)
{
	struct recorder *recorder = (struct recorder *)base;

	return recorder->behind->kind->get(recorder->behind, key, out, err);
}

static enum qm_code recorder_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	struct recorder *recorder = (struct recorder *)base;

	return recorder->behind->kind->reset(recorder->behind, key, err);
}

static void recorder_close(struct qm_store *base)
{
	struct recorder *recorder = (struct recorder *)base;

	qm_store_close(recorder->behind);
	json_decref(recorder->keys);
	free(recorder);
}

struct qm_store *qm_case_recorder(struct qm_store *behind)
{
	static const struct qm_store_kind kind = { "recorder", recorder_reserve, recorder_rollback,
		recorder_get, recorder_reset, recorder_close };
	struct recorder *recorder = qm_alloc(sizeof *recorder);

	recorder->base.kind = &kind;
	recorder->behind = behind;
	recorder->keys = json_object();
	return &recorder->base;
}

json_t *qm_case_recorder_values(struct qm_store *base)
{
	struct recorder *recorder = (struct recorder *)base;
	json_t *values = json_object(), *unused;
	const char *key;

	json_object_foreach(recorder->keys, key, unused)
	{
		struct qm_counter counter = { .exists = false };

		(void)recorder_get(base, key, &counter, NULL);
		if (counter.exists)
			json_object_set_new(values, key, json_real((double)counter.value));
	}
	return values;
}

/* ---- One that fails. */

/* Like a Redis that is down: with `open` it lets everything pass, else it fails. */
struct down {
	struct qm_store base;
	bool open;
};

static enum qm_code down(struct qm_store *base, struct qm_error *err)
{
	return ((struct down *)base)->open ? QM_OK : qm_error_set(err, QM_EIO, "the store is down");
}

static enum qm_code down_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	(void)wish;
	*allowed = true;
	*value = 0;
	return down(base, err);
}

static enum qm_code down_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	(void)key;
	(void)amount;
	return down(base, err);
}

static enum qm_code down_get(
	struct qm_store *base, const char *key, struct qm_counter *out, struct qm_error *err)
{
	(void)key;
	*out = (struct qm_counter){ .exists = false };
	return down(base, err);
}

static enum qm_code down_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	(void)key;
	return down(base, err);
}

static void down_close(struct qm_store *base)
{
	free(base);
}

static struct qm_store *store_down(bool open)
{
	static const struct qm_store_kind kind = { "down", down_reserve, down_rollback, down_get,
		down_reset, down_close };
	struct down *store = qm_alloc(sizeof *store);

	store->base.kind = &kind;
	store->open = open;
	return &store->base;
}

bool qm_case_store(const char *name, struct qm_store **out)
{
	*out = NULL;
	if (!name)
		*out = qm_store_memory();
	else if (strcmp(name, "down-open") == 0)
		*out = store_down(true);
	else if (strcmp(name, "down-closed") == 0)
		*out = store_down(false);
	else
		return strcmp(name, "none") == 0;
	return true;
}
