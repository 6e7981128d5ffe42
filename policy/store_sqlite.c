#include "policy/store.h"
#include "policy/store_arithmetic.h"
#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { LOCK_MS = 5000, NANOSECONDS = 1000000, MAX_KEY_BYTES = 64 << 20 };

/* One statement for each thing that is done to a counter, prepared once. */
enum query { BEGIN, COMMIT, ABANDON, SELECT, UPSERT, SUBTRACT, DELETE, QUERIES };

static const char *const query_texts[QUERIES] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ABANDON] = "ROLLBACK",
	[SELECT] = "SELECT value, window_start, window_dur FROM counters WHERE key = ?1",
	[UPSERT] = ("INSERT INTO counters (key, value, window_start, window_dur) "
		    "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE SET "
		    "value = ?2, window_start = ?3, window_dur = ?4"),
	[SUBTRACT] = "UPDATE counters SET value = ?2 WHERE key = ?1",
	[DELETE] = "DELETE FROM counters WHERE key = ?1",
};

/* Intercept's, as is what the columns hold: RFC 3339 text and nanoseconds. */
static const char schema[] = "CREATE TABLE IF NOT EXISTS counters ("
			     "key TEXT PRIMARY KEY, value INTEGER NOT NULL DEFAULT 0, "
			     "window_start TEXT NOT NULL, window_dur INTEGER NOT NULL DEFAULT 0)";

struct sqlite_store {
	struct qm_store base;
	sqlite3 *db;
	sqlite3_stmt *queries[QUERIES];
	char *path;
	struct qm_buf key; /* of the query under way: prefix and key */
	size_t prefix_length;
	int lock_ms, waited_ms; /* for a lock, in all and so far */
	const volatile sig_atomic_t *interrupted;
};

static const char *remedy(int result)
{
	if (result == SQLITE_READONLY_DIRECTORY)
		return "files are made beside it, and its folder cannot be written; check its "
		       "permissions, or use another --state";
	switch (result & 0xFF) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "another process holds it locked; try again, or use another --state";
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return "it cannot be written; check its permissions, or use another --state";
	case SQLITE_CANTOPEN:
		return "it cannot be opened; does its folder exist, and may you write there?";
	case SQLITE_NOTADB:
		return "it is no SQLite database; move it away, or use another --state";
	case SQLITE_CORRUPT:
		return "it is damaged; move it away, and counting starts anew";
	case SQLITE_FULL:
		return "no space is left for it";
	case SQLITE_ERROR:
		return "it does not look like counters of Intercept; use another --state";
	case SQLITE_IOERR:
		return "it cannot be read or written; is the disk full, or a limit met?";
	default:
		return "use another --state";
	}
}

static bool is_interrupted(const struct sqlite_store *store)
{
	return store->interrupted && *store->interrupted;
}

static enum qm_code fail(struct sqlite_store *store, int result, struct qm_error *err)
{
	if (store->db)
		result = sqlite3_extended_errcode(store->db);
	if ((result & 0xFF) == SQLITE_BUSY && is_interrupted(store))
		return qm_error_set(err, QM_ESTOPPED,
			"stopped by a signal while another process holds the state file %s locked",
			store->path);
	return qm_error_set(err, QM_EIO, "the state file %s is of no use: %s (%s)", store->path,
		remedy(result), store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(result));
}

/* Waits a little for a lock, each time longer; whether to try again. SQLite's busy handler. */
static int wait_for_lock(void *context, int count)
{
	struct sqlite_store *store = context;
	int ms = count < 5 ? 1 << count : 25;

	if (!count)
		store->waited_ms = 0;
	if (is_interrupted(store) || store->waited_ms >= store->lock_ms)
		return 0;
	(void)sqlite3_sleep(ms);
	store->waited_ms += ms;
	return 1;
}

/* Runs a query without results. */
static enum qm_code run(struct sqlite_store *store, enum query query, struct qm_error *err)
{
	sqlite3_stmt *statement = store->queries[query];
	int result = sqlite3_step(statement);
	enum qm_code code = QM_OK;

	if (result != SQLITE_DONE && result != SQLITE_ROW)
		code = fail(store, result, err);
	(void)sqlite3_reset(statement);
	return code;
}

static sqlite3_stmt *with_key(struct sqlite_store *store, enum query query, const char *key)
{
	sqlite3_stmt *statement = store->queries[query];

	store->key.length = store->prefix_length;
	qm_buf_add_text(&store->key, key);
	(void)sqlite3_bind_text(
		statement, 1, store->key.data, (int)store->key.length, SQLITE_TRANSIENT);
	return statement;
}

static enum qm_code no_number(struct sqlite_store *store, struct qm_error *err)
{
	return qm_error_set(err, QM_EIO,
		"the state file %s is of no use: what it holds for the counter %s is no number",
		store->path, store->key.data);
}

/* Any RFC 3339 text will do for a start, other programs write here too. */
static enum qm_code read_row(struct sqlite_store *store, sqlite3_stmt *statement,
	struct qm_counter *out, struct qm_error *err)
{
	const char *start = (const char *)sqlite3_column_text(statement, 1);

	if (sqlite3_column_type(statement, 0) != SQLITE_INTEGER ||
		sqlite3_column_type(statement, 2) != SQLITE_INTEGER)
		return no_number(store, err);
	out->exists = true;
	out->value = sqlite3_column_int64(statement, 0);
	out->window_ms = sqlite3_column_int64(statement, 2) / NANOSECONDS;
	if (start && qm_time_parse(start, &out->window_start_ms))
		return QM_OK;
	return qm_error_set(err, QM_EIO,
		"the state file %s is of no use: its window_start \"%s\" of the counter %s is no "
		"time",
		store->path, start ? start : "", store->key.data);
}

static enum qm_code select_counter(
	struct sqlite_store *store, const char *key, struct qm_counter *out, struct qm_error *err)
{
	sqlite3_stmt *statement = with_key(store, SELECT, key);
	int result = sqlite3_step(statement);
	enum qm_code code = QM_OK;

	*out = (struct qm_counter){ .exists = false };
	if (result == SQLITE_ROW)
		code = read_row(store, statement, out, err);
	else if (result != SQLITE_DONE)
		code = fail(store, result, err);
	(void)sqlite3_reset(statement);
	return code;
}

static enum qm_code upsert_counter(struct sqlite_store *store, const char *key,
	const struct qm_counter *counter, struct qm_error *err)
{
	sqlite3_stmt *statement = with_key(store, UPSERT, key);
	char start[QM_TIME_TEXT];

	qm_time_format(counter->window_start_ms, start);
	(void)sqlite3_bind_int64(statement, 2, counter->value);
	(void)sqlite3_bind_text(statement, 3, start, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(statement, 4, counter->window_ms * NANOSECONDS);
	return run(store, UPSERT, err);
}

/* Ends the transaction as `code` says; the first failure is the one that counts. */
static enum qm_code finish(struct sqlite_store *store, enum qm_code code, struct qm_error *err)
{
	if (!code)
		code = run(store, COMMIT, err);
	if (code && !sqlite3_get_autocommit(store->db))
		(void)run(store, ABANDON, NULL);
	return code;
}

static enum qm_code sqlite_reserve(struct qm_store *base, const struct qm_reserve *wish,
	bool *allowed, int64_t *value, struct qm_error *err)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	struct qm_counter counter;
	enum qm_code code = run(store, BEGIN, err);

	if (code)
		return code;
	code = select_counter(store, wish->key, &counter, err);
	if (!code) {
		qm_counter_reserve(&counter, wish, allowed, value);
		if (*allowed)
			code = upsert_counter(store, wish->key, &counter, err);
	}
	return finish(store, code, err);
}

/* The value alone: the row's time may be one that we cannot read. */
static enum qm_code subtract(
	struct sqlite_store *store, const char *key, int64_t amount, struct qm_error *err)
{
	sqlite3_stmt *statement = with_key(store, SELECT, key);
	int result = sqlite3_step(statement);
	bool good = result == SQLITE_ROW && sqlite3_column_type(statement, 0) == SQLITE_INTEGER;
	int64_t value = good ? sqlite3_column_int64(statement, 0) : 0;

	(void)sqlite3_reset(statement);
	if (result == SQLITE_DONE)
		return QM_OK;
	if (!good)
		return result == SQLITE_ROW ? no_number(store, err) : fail(store, result, err);
	statement = with_key(store, SUBTRACT, key);
	(void)sqlite3_bind_int64(statement, 2, qm_counter_less(value, amount));
	return run(store, SUBTRACT, err);
}

static enum qm_code sqlite_rollback(
	struct qm_store *base, const char *key, int64_t amount, struct qm_error *err)
{
	struct sqlite_store *store = (struct sqlite_store *)base;
	enum qm_code code = run(store, BEGIN, err);

	if (code)
		return code;
	return finish(store, subtract(store, key, amount, err), err);
}

static enum qm_code sqlite_get(
	struct qm_store *base, const char *key, struct qm_counter *out, struct qm_error *err)
{
	return select_counter((struct sqlite_store *)base, key, out, err);
}

static enum qm_code sqlite_reset(struct qm_store *base, const char *key, struct qm_error *err)
{
	struct sqlite_store *store = (struct sqlite_store *)base;

	(void)with_key(store, DELETE, key);
	return run(store, DELETE, err);
}

static void sqlite_close(struct qm_store *base)
{
	struct sqlite_store *store = (struct sqlite_store *)base;

	for (size_t i = 0; i < QUERIES; i++)
		(void)sqlite3_finalize(store->queries[i]);
	(void)sqlite3_close(store->db);
	qm_buf_release(&store->key);
	free(store->path);
	free(store);
}

static const struct qm_store_kind sqlite_kind = {
	.name = "sqlite",
	.reserve = sqlite_reserve,
	.rollback = sqlite_rollback,
	.get = sqlite_get,
	.reset = sqlite_reset,
	.close = sqlite_close,
};

/*
 * Waits for locks by hand: when several processes make the same file at once, SQLite refuses all
 * but one of them the switch to WAL without waiting.
 */
static int execute(struct sqlite_store *store, const char *text,
	int (*row)(void *, int, char **, char **), void *context)
{
	int result = sqlite3_exec(store->db, text, row, context, NULL);

	for (int i = 0; (result & 0xFF) == SQLITE_BUSY && wait_for_lock(store, i); i++)
		result = sqlite3_exec(store->db, text, row, context, NULL);
	return result;
}

/* What tables a database has. */
struct tables {
	bool some, ours;
};

static int note_table(void *context, int columns, char **values, char **names)
{
	struct tables *tables = context;

	(void)columns;
	(void)names;
	tables->some = true;
	tables->ours = tables->ours || strcmp(values[0], "counters") == 0;
	return 0;
}

/* A database of something else gets no table of ours. */
static enum qm_code check_ours(struct sqlite_store *store, struct qm_error *err)
{
	static const char query[] = "SELECT name FROM sqlite_master WHERE type = 'table' AND "
				    "substr(name, 1, 7) <> 'sqlite_'";
	struct tables tables = { .some = false };
	int result = execute(store, query, note_table, &tables);

	if (result != SQLITE_OK)
		return fail(store, result, err);
	if (!tables.some || tables.ours)
		return QM_OK;
	return qm_error_set(err, QM_EIO,
		"the state file %s is a database of something else and is left as it is; name "
		"another file",
		store->path);
}

/* The pragmas are Intercept's. */
static enum qm_code prepare(struct sqlite_store *store, struct qm_error *err)
{
	static const char *const setup[] = { "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL",
		schema };
	int result = SQLITE_OK;

	for (size_t i = 0; i < sizeof setup / sizeof *setup && result == SQLITE_OK; i++)
		result = execute(store, setup[i], NULL, NULL);
	(void)sqlite3_busy_handler(store->db, wait_for_lock, store);
	for (size_t i = 0; i < QUERIES && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(store->db, query_texts[i], -1,
			SQLITE_PREPARE_PERSISTENT, &store->queries[i], NULL);
	return result == SQLITE_OK ? QM_OK : fail(store, result, err);
}

/* Without it a file that may only be read would be told by the first call. */
static enum qm_code check_writable(struct sqlite_store *store, struct qm_error *err)
{
	if (sqlite3_db_readonly(store->db, "main") == 0)
		return QM_OK;
	return qm_error_set(err, QM_EIO, "the state file %s is of no use: %s", store->path,
		remedy(SQLITE_READONLY));
}

enum qm_code qm_store_sqlite(
	const struct qm_sqlite_options *options, struct qm_store **out, struct qm_error *err)
{
	struct sqlite_store *store = qm_alloc(sizeof *store);
	enum qm_code code = QM_OK;
	int result;

	*out = NULL;
	store->base.kind = &sqlite_kind;
	store->base.shared = options->shared;
	store->path = qm_strdup(options->path);
	store->lock_ms = options->lock_ms ? options->lock_ms : LOCK_MS;
	store->interrupted = options->interrupted;
	qm_buf_init(&store->key, MAX_KEY_BYTES);
	qm_buf_add_text(&store->key, options->prefix ? options->prefix : "");
	store->prefix_length = store->key.length;
	result = sqlite3_open_v2(options->path, &store->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (result != SQLITE_OK)
		code = fail(store, result, err);
	if (!code)
		code = check_ours(store, err);
	if (!code)
		code = prepare(store, err);
	if (!code)
		code = check_writable(store, err);
	if (code)
		sqlite_close(&store->base);
	else
		*out = &store->base;
	return code;
}
