/*
 * incidents - what failed outside the tests of one report, as lines of text.
 *
 *     suite "db" failed outside its tests: no such host
 *     12000 tests not reached after com.example.BaseTest.setUp failed: no server
 *
 * A set-up method that fails before each of 5,000 tests is one line that says how often; the
 * first 20 different ones are kept and the others are a number.
 */
#ifndef QM_UPLOAD_SUMMARY_INCIDENTS_H
#define QM_UPLOAD_SUMMARY_INCIDENTS_H

#include "parsers/result.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

struct qm_incidents {
	struct qm_vec rows; /* struct row, see incidents.c */
	uint64_t unlisted;
};

void qm_incidents_init(struct qm_incidents *incidents);
void qm_incidents_release(struct qm_incidents *incidents);

/* The sink's calls of these names; a config method that has not failed is none. */
void qm_incidents_suite_error(struct qm_incidents *incidents, const struct qm_incident *incident);
void qm_incidents_config_method(struct qm_incidents *incidents, const struct qm_incident *incident);
void qm_incidents_not_reached(
	struct qm_incidents *incidents, const struct qm_not_reached *not_reached);

/* The lines, in the arena; begins anew. `unlisted` is the number of incidents beyond them. */
size_t qm_incidents_take(struct qm_incidents *incidents, struct qm_arena *arena,
	const char *const **out_lines, uint64_t *out_unlisted);

#endif
