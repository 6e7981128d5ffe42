/*
 * transaction PATH COUNT - the least that SQLite has to do to count COUNT calls in a file that
 * others count in too: BEGIN IMMEDIATE, read the row, write it, COMMIT.
 */
#include <sqlite3.h>
#include <stdlib.h>

enum { BEGIN, READ, WRITE, COMMIT, QUERIES };

static const char setup[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
			    "CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, "
			    "value INTEGER NOT NULL DEFAULT 0, window_start TEXT NOT NULL, "
			    "window_dur INTEGER NOT NULL DEFAULT 0); "
			    "INSERT OR REPLACE INTO counters VALUES ("
			    "'qmetry_bulk_update_test_case_execution_status._rate_day', 0, "
			    "'2026-01-15T00:00:00Z', 86400000000000)";

static const char *const texts[QUERIES] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[READ] = "SELECT value, window_start, window_dur FROM counters WHERE key = "
		 "'qmetry_bulk_update_test_case_execution_status._rate_day'",
	[WRITE] = "UPDATE counters SET value = ?1 WHERE key = "
		  "'qmetry_bulk_update_test_case_execution_status._rate_day'",
	[COMMIT] = "COMMIT",
};

static int run(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	return sqlite3_reset(statement) || result != SQLITE_DONE;
}

static int count_one(sqlite3_stmt *const queries[QUERIES])
{
	sqlite3_int64 value;

	if (run(queries[BEGIN]) || sqlite3_step(queries[READ]) != SQLITE_ROW)
		return 1;
	value = sqlite3_column_int64(queries[READ], 0);
	(void)sqlite3_reset(queries[READ]);
	(void)sqlite3_bind_int64(queries[WRITE], 1, value + 1);
	return run(queries[WRITE]) || run(queries[COMMIT]);
}

int main(int argc, char **argv)
{
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	sqlite3_stmt *queries[QUERIES];
	sqlite3 *db = NULL;
	int failed = count < 1 || sqlite3_open(argv[1], &db) ||
		sqlite3_exec(db, setup, NULL, NULL, NULL);

	for (int i = 0; i < QUERIES && !failed; i++)
		failed = sqlite3_prepare_v2(db, texts[i], -1, &queries[i], NULL);
	while (count-- > 0 && !failed)
		failed = count_one(queries);
	for (int i = 0; i < QUERIES && !failed; i++)
		(void)sqlite3_finalize(queries[i]);
	return sqlite3_close(db) || failed;
}
