/*
 * glob - path patterns, matched against a path or walked over the disk.
 *
 *     *        any characters but '/'          ?      one character but '/'
 *     [a-z]    one of these, [!a-z] none       \x     x itself
 *     **       as a whole segment: any number of folders, none too
 *
 * The segments `src` `**` match everything below src; `**` `target` `TEST-*.xml` finds the reports
 * of every module. Hidden names are names like others, letter case counts, "./a//b" is "a/b".
 *
 * A walk is bounded: folders that hold tools and no reports (.git, node_modules) are entered only
 * where a pattern names them, links to folders only where they stand in the fixed part in front
 * of the first pattern character, so no link can lead in circles; a tree of more than a million
 * names or 64 levels is refused. Folders that may not be read are passed over.
 */
#ifndef QM_BASE_GLOB_H
#define QM_BASE_GLOB_H

#include "src/base/error.h"

#include <stddef.h>

enum { QM_GLOB_MAX_DEPTH = 64, QM_GLOB_MAX_NAMES = 1000000, QM_GLOB_MAX_PATH = 4096 };

/* Whether the text holds a pattern character at all. */
bool qm_glob_is_pattern(const char *text);

/* QM_EUSAGE for a pattern that cannot be one: empty, too long, or with '[' never closed. */
enum qm_code qm_glob_check(const char *pattern, struct qm_error *err) QM_MUST_CHECK;

bool qm_glob_match(const char *pattern, const char *path);

/* Whether something below `folder` could match. */
bool qm_glob_may_match_below(const char *pattern, const char *folder);

/* "./a//b/" -> "a/b", in place; "." stays. */
void qm_glob_normalise(char *path);

/* `path` is valid only during the call. A code other than QM_OK ends the walk. */
typedef enum qm_code (*qm_glob_fn)(void *context, const char *path);

/*
 * Calls `each` once for every file, in no particular order, that matches one of the normalised
 * patterns. Patterns that begin in the same folder share one walk.
 */
enum qm_code qm_glob_walk(const char *const *patterns, size_t count, qm_glob_fn each, void *context,
	struct qm_error *err) QM_MUST_CHECK;

#endif
