/*
 * cache - what was read from QMetry, kept in a file (--cache) so that the next run reads less.
 *
 * A suite of 10,000 runs is 20 pages; in a day of 100 uploads that is 2,000 calls of the account's
 * quota, for ids that hardly ever change. Kept are the ids of suites and, for each execution, its
 * runs: id, key, summary and script name. Never kept is what decides over a write and changes
 * without anybody's doing: statuses, builds, views, what is locked or archived. So with a cache
 *
 *     project info, executions of a suite   are read as ever
 *     a suite's id                          comes from the cache
 *     an execution's runs                   the first page is read; where it and the total are
 *                                           those of the cache, the other pages come from it
 *
 * and where anything differs all pages are read. That proves nothing of the other pages, where a
 * run may have gone for another, or been renamed. So of a run that comes from the cache only its
 * id and key count, which never change: all pages are read where a result does not name its test
 * cases by key (survey.h), where what no report mentions counts (--fail-on-missing, --status
 * missing=), and where statuses count (--only-changed, --overwrite, --protect, --receipt). A run
 * that is gone is refused by the server, and its execution forgotten. What may be old is a list
 * that nothing hangs on: the names of missing test cases, for a day at most.
 *
 * The file: a line with format, URL, project and the SHA-256 of the rest; then sections, a line of
 * JSON each, and behind that of an execution its runs, a line each. It is replaced as a whole, so
 * that shards may read while another writes. It may be deleted at any time; one that is damaged, of
 * another server or from another version is told, read over and replaced. A file that is no cache
 * is somebody's: it is told, and stays as it is. Sections live for a day.
 */
#ifndef QM_UPLOAD_CATALOG_CACHE_H
#define QM_UPLOAD_CATALOG_CACHE_H

#include "src/api/qmetry.h"
#include "src/base/clock.h"

enum { QM_CACHE_DAY_MS = 24 * 3600 * 1000 };

struct qm_cache;

/* Never fails: what cannot be used is told to the log. Borrows all but the texts. */
struct qm_cache *qm_cache_open(const char *path, const char *url, const char *project,
	const struct qm_clock *clock, const struct qm_log *log);
/* NULL is fine; nothing is written. */
void qm_cache_free(struct qm_cache *cache);

/* 0: not known. */
int64_t qm_cache_suite(const struct qm_cache *cache, const char *key);
void qm_cache_keep_suite(struct qm_cache *cache, const char *key, int64_t id);

/*
 * The runs of an execution, as they were listed. `begin` tells how many there are, 0 for an
 * execution that is not known; `next` is false behind the last one, or where a line is no run (a
 * matter of the checksum's author). Texts are valid until the next call.
 */
struct qm_cached_runs {
	const char *at, *end;
	size_t count;
	json_t *line; /* that `row` borrows from */
	struct qm_run_row row;
};

void qm_cached_runs_begin(
	struct qm_cached_runs *runs, const struct qm_cache *cache, const char *suite_run);
bool qm_cached_runs_next(struct qm_cached_runs *runs);
void qm_cached_runs_end(struct qm_cached_runs *runs);

/*
 * Keeps a list that is just being read, in place of what was known of it: begin, each row, end. A
 * list in which a run is locked or archived is not kept, since that may be over the next time.
 */
void qm_cache_begin_runs(struct qm_cache *cache, const char *suite_run);
void qm_cache_add_run(struct qm_cache *cache, const struct qm_run_row *row);
void qm_cache_end_runs(struct qm_cache *cache);

/* Its runs are read anew the next time: one of them was refused, and may be gone. */
void qm_cache_forget_runs(struct qm_cache *cache, const char *suite_run);

/* Writes the file if anything new is in it; a failure is told, and is none of the upload's. */
void qm_cache_save(struct qm_cache *cache);

/* For fuzzing: opens what a file holds, its checksum aside. */
struct qm_cache *qm_cache_of(const char *bytes, size_t length);
void qm_cache_walk(const struct qm_cache *cache);

#endif
