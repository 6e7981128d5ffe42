#include "policy/store.h"
#include "src/base/buf.h"
#include "src/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A store in memory that fails when told, and counts how often it was asked. */
struct moody {
	struct qm_store base;
	struct qm_store *memory;
	enum qm_code mood;
	int asked;
};

static enum qm_code ask(struct moody *moody, struct qm_error *err)
{
	moody->asked++;
	return moody->mood ? qm_error_set(err, moody->mood, "out of order") : QM_OK;
}

static enum qm_code moody_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct moody *moody = (struct moody *)base;
	enum qm_code code = ask(moody, err);

	*allowed = false;
	return code ? code : moody->memory->kind->reserve(moody->memory, wish, allowed, value, err);
}

static enum qm_code moody_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	struct moody *moody = (struct moody *)base;
	enum qm_code code = ask(moody, err);

	return code ? code : moody->memory->kind->rollback(moody->memory, key, amount, err);
}

static enum qm_code moody_get(
	struct qm_store *base, const char *key, struct qm_counter *out, struct qm_error *err)
{
	struct moody *moody = (struct moody *)base;
	enum qm_code code = ask(moody, err);

	return code ? code : moody->memory->kind->get(moody->memory, key, out, err);
}

static enum qm_code moody_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	struct moody *moody = (struct moody *)base;
	enum qm_code code = ask(moody, err);

	return code ? code : moody->memory->kind->reset(moody->memory, key, err);
}

static void moody_close(struct qm_store *base)
{
	struct moody *moody = (struct moody *)base;

	qm_store_close(moody->memory);
	free(moody);
}

struct scene {
	struct moody *moody;
	struct qm_store *store;
	int64_t ticks_ms;
	struct qm_clock clock;
	struct qm_log log;
	struct qm_buf said;
	struct qm_error err;
};

static int64_t read_ticks(void *context)
{
	return ((struct scene *)context)->ticks_ms;
}

static void say(void *context, enum qm_log_level level, const char *line)
{
	qm_buf_add_format(&((struct scene *)context)->said, "%s%s\n",
		level == QM_LOG_WARNING ? "warning: " : "", line);
}

static int setup(void **state)
{
	static const struct qm_store_kind kind = { "moody", moody_reserve, moody_rollback,
		moody_get, moody_reset, moody_close };
	struct scene *scene = qm_alloc(sizeof *scene);

	scene->moody = qm_alloc(sizeof *scene->moody);
	scene->moody->base = (struct qm_store){ .kind = &kind, .shared = true };
	scene->moody->memory = qm_store_memory();
	scene->clock = (struct qm_clock){ .ticks_ms = read_ticks, .context = scene };
	qm_log_init(&scene->log, QM_LOG_NOTICE, say, scene);
	qm_buf_init(&scene->said, 4096);
	qm_error_init(&scene->err);
	scene->store = qm_store_fail_open(&scene->moody->base, &scene->clock, &scene->log);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	qm_store_close(scene->store);
	qm_buf_release(&scene->said);
	free(scene);
	return 0;
}

static enum qm_code reserve(struct scene *scene, bool *allowed, int64_t *value)
{
	const struct qm_reserve wish = { "k", 1, 2, 60000, 0, false };

	return scene->store->kind->reserve(scene->store, &wish, allowed, value, &scene->err);
}

static void assert_reserved(struct scene *scene, bool wanted_allowed, int64_t wanted_value)
{
	bool allowed = !wanted_allowed;
	int64_t value = -1;

	assert_int_equal(reserve(scene, &allowed, &value), QM_OK);
	assert_int_equal(allowed, wanted_allowed);
	assert_int_equal(value, wanted_value);
}

static void a_store_that_works_is_asked_for_everything(void **state)
{
	struct scene *scene = *state;
	const struct qm_store_kind *kind = scene->store->kind;
	struct qm_counter counter;

	assert_string_equal(kind->name, "moody");
	assert_true(scene->store->shared);
	assert_reserved(scene, true, 1);
	assert_reserved(scene, true, 2);
	assert_reserved(scene, false, 2);
	assert_int_equal(kind->rollback(scene->store, "k", 1, &scene->err), QM_OK);
	assert_int_equal(kind->get(scene->store, "k", &counter, &scene->err), QM_OK);
	assert_int_equal(counter.value, 1);
	assert_int_equal(kind->reset(scene->store, "k", &scene->err), QM_OK);
	assert_int_equal(kind->get(scene->store, "k", &counter, &scene->err), QM_OK);
	assert_false(counter.exists);
	assert_string_equal(scene->said.data, "");
}

static void a_failure_lets_pass_and_is_told_once(void **state)
{
	struct scene *scene = *state;
	const struct qm_store_kind *kind = scene->store->kind;
	struct qm_counter counter = { .exists = true, .value = 9 };

	assert_reserved(scene, true, 1);
	assert_reserved(scene, true, 2);
	scene->moody->mood = QM_EIO;
	assert_int_equal(kind->get(scene->store, "k", &counter, &scene->err), QM_OK);
	assert_false(counter.exists);
	assert_int_equal(counter.value, 0);
	assert_reserved(scene, true, 0);
	assert_int_equal(kind->rollback(scene->store, "k", 1, &scene->err), QM_OK);
	assert_int_equal(kind->reset(scene->store, "k", &scene->err), QM_OK);
	assert_string_equal(scene->said.data,
		"warning: calls pass uncounted, as --state-fail-mode says: out of order\n");
}

static void a_store_that_failed_is_left_alone_for_ten_seconds(void **state)
{
	struct scene *scene = *state;

	scene->moody->mood = QM_EIO;
	assert_reserved(scene, true, 0);
	assert_int_equal(scene->moody->asked, 1);
	scene->moody->mood = QM_OK;
	scene->ticks_ms = 9999;
	assert_reserved(scene, true, 0);
	assert_int_equal(scene->moody->asked, 1);
	scene->ticks_ms = 10000;
	assert_reserved(scene, true, 1);
	assert_non_null(strstr(scene->said.data, "\ncalls are counted again\n"));
}

static void a_signal_is_no_failure(void **state)
{
	struct scene *scene = *state;
	int64_t value;
	bool allowed;

	scene->moody->mood = QM_ESTOPPED;
	assert_int_equal(reserve(scene, &allowed, &value), QM_ESTOPPED);
	assert_string_equal(scene->err.text, "out of order");
	assert_string_equal(scene->said.data, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_that_works_is_asked_for_everything),
		TEST(a_failure_lets_pass_and_is_told_once),
		TEST(a_store_that_failed_is_left_alone_for_ten_seconds),
		TEST(a_signal_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
