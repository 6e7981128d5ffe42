/*
 * map_write - the start of a mapping file, from the tests that have no test case.
 *
 *     map:
 *       # no test case has such a key, script name or summary
 *       # nearest: VKMC-TC-1 "logsIn"
 *       "com.example.LoginTest.logIn":
 *
 * What is written can be read at once (map_file.h): a name without a key says nothing yet. Each
 * name stands there once and matches its test, whatever characters it holds.
 */
#ifndef QM_UPLOAD_MAPPING_MAP_WRITE_H
#define QM_UPLOAD_MAPPING_MAP_WRITE_H

#include "src/upload/resolve/resolve.h"

/* Whether there is any name to be written; tests that are no step are none. */
bool qm_map_has_entries(const struct qm_resolution *resolution);

void qm_map_write(
	const struct qm_resolution *resolution, const char *example_key, struct qm_buf *out);

#endif
