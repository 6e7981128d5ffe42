/*
 * mapping - which test cases a result belongs to.
 *
 * In this order, the first that says something counts:
 *
 *   map       the mapping file names the test, or says that it is to be ignored (map_file.h)
 *   property  an id in a property of the test, else of the innermost suite that has one: qmetry,
 *             qmetry_id, test_id, testcase_id. A bare number is one of QMetry's only where the
 *             property says so or was asked for: other tools number their tests, too, and a
 *             test_id of 12 must not become VKMC-TC-12
 *   key       entity keys of this project in name, class or description: VKMC-TC-12,
 *             VKMC_TC_12; several are several test cases
 *   script    the run's testScriptName is the full name: Class.method, Class#method
 *   summary   the run's summary is the name; white space and letter case do not count
 *
 * With --level step it is not the test that is looked at, but the innermost suite that it stands in
 * (TestNG: its class): that one's name, and properties that are not the test's own.
 *
 * A key that the chosen executions do not hold is reported and does not fall through; keys of
 * other projects are mere text. Two test cases with the same script name or summary are
 * ambiguous: reported, never guessed. What a result may be of and is not given to, be it that it
 * is to be ignored, is told too: no report says that these test cases are missing.
 */
#ifndef QM_UPLOAD_MAPPING_H
#define QM_UPLOAD_MAPPING_H

#include "parsers/result.h"
#include "src/upload/catalog/catalog.h"
#include "src/upload/mapping/map_file.h"

enum qm_match {
	QM_MATCH_NONE,
	QM_MATCH_MAP,
	QM_MATCH_PROPERTY,
	QM_MATCH_KEY,
	QM_MATCH_SCRIPT,
	QM_MATCH_SUMMARY
};

/* "map", "property", "key", "script", "summary" */
const char *qm_match_name(enum qm_match match);

/* One test with more keys than that is a generator's mistake; what is cut is told. */
enum { QM_MATCH_METHODS = 5, QM_MATCH_CASES = 64 };

/* What a test is in QMetry: a test case, or a step of the one that its suite is (steps.h). */
enum qm_level { QM_LEVEL_CASE, QM_LEVEL_STEP };

struct qm_match_options {
	enum qm_level level;
	bool use[QM_MATCH_METHODS + 1];   /* by enum qm_match */
	struct qm_map_file *map;          /* NULL: none */
	const char *const *id_properties; /* instead of the usual ones */
	size_t id_property_count;         /* 0: the usual ones */
};

/*
 * What a result was mapped to. `why` is "" where all is well; without any test case it says why
 * there is none, else what of the result was not mapped: one of its keys may be unknown.
 */
struct qm_mapped {
	enum qm_match match;
	uint32_t cases[QM_MATCH_CASES]; /* test cases */
	size_t count;
	bool ignored;       /* as the mapping file says; count is 0 */
	uint64_t name_hash; /* of the full name without parameters: the same test, the same hash */
	size_t dropped;     /* test cases beyond QM_MATCH_CASES */
	const struct qm_vec *others; /* struct qm_owners: mentioned; until the next result */
	char why[192];               /* "no test case has such a key, script name or summary" */
	char unknown[128];           /* keys that the executions do not hold, "" if none */
};

struct qm_mapping;

struct qm_mapping *qm_mapping_new(
	struct qm_catalog *catalog, const struct qm_match_options *options);
void qm_mapping_free(struct qm_mapping *mapping);

/* The results that follow are of a report of this kind; JUnit's where nothing is said. */
void qm_mapping_begin(struct qm_mapping *mapping, enum qm_report_kind kind);

/* What is looked at: the test's or the suite's name, "" if it has none. */
const char *qm_mapping_subject(const struct qm_mapping *mapping, const struct qm_result *result);

void qm_mapping_find(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out);

/* The key and text of the nearest test case, "" if none is near; bounded cost. */
void qm_mapping_nearest(
	struct qm_mapping *mapping, const struct qm_result *result, char *out, size_t size);

#endif
