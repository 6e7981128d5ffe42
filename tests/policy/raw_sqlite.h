/*
 * raw_sqlite - looks at a state file as a foreign program would, past our own code.
 */
#ifndef QM_TESTS_POLICY_RAW_SQLITE_H
#define QM_TESTS_POLICY_RAW_SQLITE_H

#include <jansson.h>
#include <stdbool.h>

/* {value, window_start, window_dur} of the key, or null. */
json_t *raw_sqlite_row(const char *path, const char *key);

/* All keys, sorted. */
json_t *raw_sqlite_keys(const char *path);

/* Runs statements. */
bool raw_sqlite_run(const char *path, const char *text);

bool raw_sqlite_put(const char *path, const json_t *row);

/* A connection that holds the file locked, until it is let go. */
struct raw_lock;
struct raw_lock *raw_sqlite_lock(const char *path);
bool raw_sqlite_within(struct raw_lock *lock, const char *text); /* runs statements */
void raw_sqlite_unlock(struct raw_lock *lock);

#endif
