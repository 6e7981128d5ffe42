#include "tests/policy/raw_sqlite.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct raw_lock {
	sqlite3 *db;
};

static sqlite3 *open_file(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		abort();
	return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK)
		abort();
	return statement;
}

json_t *raw_sqlite_row(const char *path, const char *key)
{
	sqlite3 *db = open_file(path);
	sqlite3_stmt *statement =
		prepare(db, "SELECT value, window_start, window_dur FROM counters WHERE key = ?1");
	json_t *row = json_null();

	(void)sqlite3_bind_text(statement, 1, key, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(statement) == SQLITE_ROW)
		row = json_pack("{s:f, s:s, s:f}", "value",
			(double)sqlite3_column_int64(statement, 0), "window_start",
			(const char *)sqlite3_column_text(statement, 1), "window_dur",
			(double)sqlite3_column_int64(statement, 2));
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	return row;
}

json_t *raw_sqlite_keys(const char *path)
{
	sqlite3 *db = open_file(path);
	sqlite3_stmt *statement = prepare(db, "SELECT key FROM counters ORDER BY key");
	json_t *keys = json_array();

	while (sqlite3_step(statement) == SQLITE_ROW)
		json_array_append_new(
			keys, json_string((const char *)sqlite3_column_text(statement, 0)));
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	return keys;
}

bool raw_sqlite_run(const char *path, const char *text)
{
	sqlite3 *db = open_file(path);
	int result = sqlite3_exec(db, text, NULL, NULL, NULL);

	(void)sqlite3_close(db);
	return result == SQLITE_OK;
}

bool raw_sqlite_put(const char *path, const json_t *row)
{
	sqlite3 *db = open_file(path);
	sqlite3_stmt *statement =
		prepare(db, "INSERT OR REPLACE INTO counters VALUES (?1, ?2, ?3, ?4)");
	const char *key = json_string_value(json_object_get(row, "key"));
	const char *start = json_string_value(json_object_get(row, "window_start"));
	int result;

	(void)sqlite3_bind_text(statement, 1, key, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(
		statement, 2, (sqlite3_int64)json_number_value(json_object_get(row, "value")));
	(void)sqlite3_bind_text(statement, 3, start, -1, SQLITE_TRANSIENT);
	(void)sqlite3_bind_int64(
		statement, 4, (sqlite3_int64)json_number_value(json_object_get(row, "window_dur")));
	result = sqlite3_step(statement);
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	return result == SQLITE_DONE;
}

struct raw_lock *raw_sqlite_lock(const char *path)
{
	struct raw_lock *lock = malloc(sizeof *lock);

	if (!lock)
		abort();
	lock->db = open_file(path);
	if (sqlite3_exec(lock->db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
		abort();
	return lock;
}

bool raw_sqlite_within(struct raw_lock *lock, const char *text)
{
	return sqlite3_exec(lock->db, text, NULL, NULL, NULL) == SQLITE_OK;
}

void raw_sqlite_unlock(struct raw_lock *lock)
{
	(void)sqlite3_exec(lock->db, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_close(lock->db);
	free(lock);
}
