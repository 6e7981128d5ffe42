#include "policy/store.h"
#include "src/base/memory.h"

#include <stdlib.h>

enum { REST_MS = 10000 };

struct lenient_store {
	struct qm_store base;
	struct qm_store_kind kind; /* our functions under the name of the store behind */
	struct qm_store *behind;
	const struct qm_clock *clock;
	const struct qm_log *log;
	bool failed;
	int64_t rests_until_ms; /* ticks */
};

static bool rests(const struct lenient_store *store)
{
	return store->failed && qm_clock_ticks(store->clock) < store->rests_until_ms;
}

/* What became of an operation that was tried; the first failure of an outage is told. */
static enum qm_code settle(struct lenient_store *store, enum qm_code code,
	const struct qm_error *why, struct qm_error *err)
{
	if (code == QM_ESTOPPED)
		return qm_error_set(err, code, "%s", why->text);
	if (code && !store->failed)
		qm_log_line(store->log, QM_LOG_WARNING,
			"calls pass uncounted, as --state-fail-mode says: %s", why->text);
	if (!code && store->failed)
		qm_log_line(store->log, QM_LOG_NOTICE, "calls are counted again");
	store->failed = code != QM_OK;
	if (code)
		store->rests_until_ms = qm_clock_ticks(store->clock) + REST_MS;
	return QM_OK;
}

static enum qm_code lenient_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct lenient_store *store = (struct lenient_store *)base;
	struct qm_error why;
	enum qm_code code;

	*allowed = true;
	*value = 0;
	if (rests(store))
		return QM_OK;
	qm_error_init(&why);
	code = store->behind->kind->reserve(store->behind, wish, allowed, value, &why);
	if (code) {
		*allowed = true;
		*value = 0;
	}
	return settle(store, code, &why, err);
}

static enum qm_code lenient_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	struct lenient_store *store = (struct lenient_store *)base;
	struct qm_error why;

	if (rests(store))
		return QM_OK;
	qm_error_init(&why);
	return settle(
		store, store->behind->kind->rollback(store->behind, key, amount, &why), &why, err);
}

static enum qm_code lenient_get(
	struct qm_store *base, const char *key, struct qm_counter *out, struct qm_error *err)
{
	struct lenient_store *store = (struct lenient_store *)base;
	struct qm_error why;
	enum qm_code code;

	*out = (struct qm_counter){ .window_start_ms = INT64_MIN };
	if (rests(store))
		return QM_OK;
	qm_error_init(&why);
	code = store->behind->kind->get(store->behind, key, out, &why);
	if (code)
		*out = (struct qm_counter){ .window_start_ms = INT64_MIN };
	return settle(store, code, &why, err);
}

static enum qm_code lenient_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	struct lenient_store *store = (struct lenient_store *)base;
	struct qm_error why;

	if (rests(store))
		return QM_OK;
	qm_error_init(&why);
	return settle(store, store->behind->kind->reset(store->behind, key, &why), &why, err);
}

static void lenient_close(struct qm_store *base)
{
	struct lenient_store *store = (struct lenient_store *)base;

	qm_store_close(store->behind);
	free(store);
}

struct qm_store *qm_store_fail_open(
	struct qm_store *base, const struct qm_clock *clock, const struct qm_log *log)
{
	struct lenient_store *store = qm_alloc(sizeof *store);

	store->kind = (struct qm_store_kind){
		.name = base->kind->name,
		.reserve = lenient_reserve,
		.rollback = lenient_rollback,
		.get = lenient_get,
		.reset = lenient_reset,
		.close = lenient_close,
	};
	store->base.kind = &store->kind;
	store->base.shared = base->shared;
	store->behind = base;
	store->clock = clock;
	store->log = log;
	return &store->base;
}
