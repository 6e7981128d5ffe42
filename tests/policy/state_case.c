#include "policy/redis.h"
#include "policy/store.h"
#include "policy/window.h"
#include "src/base/clock.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "tests/policy/cases.h"
#include "tests/policy/raw_sqlite.h"
#include "tests/policy/redis_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One store, as a case works on it. */
struct bench {
	const char *kind, *prefix;
	bool fail_open;
	char path[256];              /* of the SQLite file */
	struct redis_server *server; /* of a Redis store */
	struct qm_store *store;
	struct case_report *report;
	size_t index; /* of the operation under way */
};

static const char *text_at(const json_t *op, const char *key)
{
	return json_string_value(json_object_get(op, key));
}

static int64_t number_at(const json_t *op, const char *key)
{
	return (int64_t)json_number_value(json_object_get(op, key));
}

static json_t *error_result(void)
{
	return json_pack("{s:b}", "error", 1);
}

static json_t *do_reserve(struct bench *bench, const json_t *op)
{
	struct qm_reserve wish = { .key = text_at(op, "key"),
		.amount = number_at(op, "amount"),
		.limit = number_at(op, "limit"),
		.window_ms = number_at(op, "window") * 1000,
		.now_ms = case_time(op, "at") };
	bool allowed = false;
	int64_t value = 0;

	if (bench->store->kind->reserve(bench->store, &wish, &allowed, &value, NULL))
		return error_result();
	return json_pack("{s:b, s:f}", "allowed", (int)allowed, "value", (double)value);
}

static json_t *do_rollback(struct bench *bench, const json_t *op)
{
	return bench->store->kind->rollback(
		       bench->store, text_at(op, "key"), number_at(op, "amount"), NULL)
		? error_result()
		: json_object();
}

static json_t *do_reset(struct bench *bench, const json_t *op)
{
	return bench->store->kind->reset(bench->store, text_at(op, "key"), NULL) ? error_result()
										 : json_object();
}

static json_t *do_get(struct bench *bench, const json_t *op)
{
	struct qm_counter counter;
	char start[QM_TIME_TEXT];

	if (bench->store->kind->get(bench->store, text_at(op, "key"), &counter, NULL))
		return error_result();
	if (!counter.exists || counter.window_start_ms == INT64_MIN)
		return json_pack("{s:f, s:n}", "value", 0.0, "window_start");
	qm_time_format(counter.window_start_ms, start);
	return json_pack("{s:f, s:s}", "value", (double)counter.value, "window_start", start);
}

static json_t *do_resolve(struct bench *bench, const json_t *op)
{
	const char *key = text_at(op, "path") + strlen("state.");
	struct qm_counter counter;

	if (bench->store->kind->get(bench->store, key, &counter, NULL))
		return error_result();
	return json_pack("{s:b, s:f}", "exists", 1, "value",
		(double)qm_window_value(&counter, case_time(op, "at")));
}

static json_t *do_row(struct bench *bench, const json_t *op)
{
	return raw_sqlite_row(bench->path, text_at(op, "key"));
}

static json_t *do_keys(struct bench *bench, const json_t *op)
{
	(void)op;
	return json_pack("{s:o}", "keys",
		bench->server ? redis_server_keys(bench->server) : raw_sqlite_keys(bench->path));
}

static json_t *do_hash(struct bench *bench, const json_t *op)
{
	return redis_server_hash(bench->server, text_at(op, "key"));
}

static json_t *do_put_hash(struct bench *bench, const json_t *op)
{
	if (!redis_server_put(bench->server, text_at(op, "key"), json_object_get(op, "fields")))
		case_wrong(bench->report, "cannot put a hash");
	return NULL;
}

/* The time to live runs on the server's clock: it may be a little less than what is expected. */
static json_t *do_pttl(struct bench *bench, const json_t *op)
{
	long long ms = redis_server_pttl(bench->server, text_at(op, "key"));
	int64_t most = number_at(json_object_get(op, "expect"), "ms");

	return json_pack(
		"{s:f}", "ms", ms <= most && ms >= most - 3000 ? (double)most : (double)ms);
}

static json_t *do_stop_server(struct bench *bench, const json_t *op)
{
	(void)op;
	redis_server_stop(bench->server);
	return NULL;
}

static json_t *do_put_row(struct bench *bench, const json_t *op)
{
	if (!raw_sqlite_put(bench->path, op))
		case_wrong(bench->report, "cannot put a row");
	return NULL;
}

static int64_t no_time(void *context)
{
	(void)context;
	return 0;
}

static void drop_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static bool open_store(struct bench *bench)
{
	static const struct qm_clock clock = { .ticks_ms = no_time };
	static const struct qm_log log = { .write = drop_line };
	const struct qm_sqlite_options sqlite = { .path = bench->path, .prefix = bench->prefix };
	struct qm_error err;

	qm_error_init(&err);
	if (strcmp(bench->kind, "memory") == 0) {
		bench->store = qm_store_memory();
	} else if (bench->server) {
		struct qm_redis_options redis = { .prefix = bench->prefix,
			.dialer = redis_server_dialer(bench->server) };

		if (qm_redis_url_parse("redis://here", &redis.url, &err) ||
			qm_store_redis(&redis, &bench->store, &err))
			case_wrong(bench->report, "%s", err.text);
		else if (bench->fail_open)
			bench->store = qm_store_fail_open(bench->store, &clock, &log);
	} else if (qm_store_sqlite(&sqlite, &bench->store, &err)) {
		case_wrong(bench->report, "%s", err.text);
	}
	return bench->store != NULL;
}

static json_t *do_reopen(struct bench *bench, const json_t *op)
{
	(void)op;
	qm_store_close(bench->store);
	bench->store = NULL;
	(void)open_store(bench);
	return NULL;
}

static const struct {
	const char *name;
	json_t *(*run)(struct bench *bench, const json_t *op);
} operations[] = {
	{ "reserve", do_reserve },
	{ "rollback", do_rollback },
	{ "get", do_get },
	{ "reset", do_reset },
	{ "resolve", do_resolve },
	{ "row", do_row },
	{ "keys", do_keys },
	{ "hash", do_hash },
	{ "pttl", do_pttl },
	{ "put_row", do_put_row },
	{ "put_hash", do_put_hash },
	{ "stop_server", do_stop_server },
	{ "reopen", do_reopen },
};

static void run_operation(struct bench *bench, const json_t *op)
{
	const char *name = text_at(op, "op");
	char what[64];

	(void)snprintf(what, sizeof what, "op %zu, %s", bench->index, name);
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		json_t *found;

		if (strcmp(operations[i].name, name) != 0)
			continue;
		found = operations[i].run(bench, op);
		if (found)
			case_expect(bench->report, what, json_object_get(op, "expect"), found);
		json_decref(found);
		return;
	}
	case_wrong(bench->report, "%s: unknown", what);
}

/* False where the case has to be left out. */
static bool start_server(struct bench *bench, const json_t *line, const char *folder)
{
	const char *mode = text_at(line, "fail_mode");

	if (strcmp(bench->kind, "redis") != 0)
		return true;
	bench->fail_open = mode && strcmp(mode, "open") == 0;
	bench->server = redis_server_start(&(struct redis_server_options){ .folder = folder });
	return bench->server != NULL;
}

void case_state(const json_t *line, const char *folder, struct case_report *report)
{
	struct bench bench = {
		.kind = text_at(line, "store"), .prefix = text_at(line, "prefix"), .report = report
	};
	json_t *op;

	(void)snprintf(bench.path, sizeof bench.path, "%s/state.sqlite", folder);
	(void)unlink(bench.path);
	if (!start_server(&bench, line, folder))
		report->skipped = true;
	else if (open_store(&bench))
		json_array_foreach(json_object_get(line, "ops"), bench.index, op) if (bench.store)
			run_operation(&bench, op);
	qm_store_close(bench.store);
	redis_server_free(bench.server);
	(void)unlink(bench.path);
}
