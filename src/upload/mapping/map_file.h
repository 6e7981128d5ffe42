/*
 * map_file - the mapping file: which tests are which test cases, as its author says.
 *
 *     map:                                   a test's full name, and the key or keys of it
 *       com.example.CartTest.adds: VKMC-TC-12
 *       "com.example.Pay*": [VKMC-TC-13, 14]
 *       /Login(Test|IT)\.logs(In|Out)$/: VKMC-TC-15
 *     ignore:                                tests that are nobody's test case
 *       - com.example.legacy.*
 *     routes:                                results that are from one platform only
 *       - platform: Chrome                   its name or id
 *         suite: "*chrome*"                  all conditions of a route must hold; ...
 *       - platform: Firefox
 *         property: { browser: [firefox, ff] }    ... of several values one
 *
 * Names are compared as pattern.h says. A name goes before a pattern; among patterns those to
 * ignore go first, then the first one of the file. A name without a key, as --write-map leaves it,
 * says nothing yet.
 *
 * Names are looked up at once, 40,000 as well as 4; patterns are tried one after the other, up to
 * 1,000 of them, which at a microsecond each is a second for 1,000 tests: a name is cheaper.
 */
#ifndef QM_UPLOAD_MAPPING_MAP_FILE_H
#define QM_UPLOAD_MAPPING_MAP_FILE_H

#include "src/base/log.h"
#include "src/base/map.h"
#include "src/base/memory.h"
#include "src/base/vec.h"
#include "src/upload/mapping/pattern.h"

struct qm_map_entry {
	struct qm_pattern pattern;
	int line;
	bool ignored;
	bool used;               /* some test was found by it */
	const char *const *keys; /* VKMC-TC-12 */
	size_t key_count;        /* 0: not filled in, or ignored */
};

enum qm_route_field {
	QM_ROUTE_SUITE,     /* of JUnit or TestNG */
	QM_ROUTE_TEST,      /* TestNG's <test> */
	QM_ROUTE_HOSTNAME,  /* of the suite */
	QM_ROUTE_PARAMETER, /* one of them, or all as they are written */
	QM_ROUTE_PROPERTY,  /* of the test or its suites */
	QM_ROUTE_FILE,      /* path of the report; a glob, see base/glob.h */
	QM_ROUTE_FIELDS
};

struct qm_route_condition {
	enum qm_route_field field;
	const char *property;      /* its name; NULL for other fields */
	struct qm_pattern *values; /* one of them must match */
	size_t value_count;
};

struct qm_route {
	const char *platform;
	int line;
	bool used;
	struct qm_route_condition *conditions; /* all of them must hold */
	size_t condition_count;
};

struct qm_map_file {
	const char *path;
	struct qm_vec entries; /* struct qm_map_entry, in file order */
	struct qm_vec routes;  /* struct qm_route */
	struct qm_map by_name; /* text of an entry -> its index */
	struct qm_vec order;   /* size_t: entries that are patterns, in the order of trying */
	struct qm_arena arena;
};

/* QM_EUSAGE, with the place, for whatever is not as it should be; keys are of the project. */
enum qm_code qm_map_file_read(const char *path, const char *project_key, struct qm_map_file **out,
	struct qm_error *err) QM_MUST_CHECK;
void qm_map_file_free(struct qm_map_file *file);

/* The entry of this very name; NULL: none. */
const struct qm_map_entry *qm_map_file_named(const struct qm_map_file *file, const char *name);
/* The first entry whose pattern matches the name or the one without parameters (may be NULL). */
const struct qm_map_entry *qm_map_file_matching(
	const struct qm_map_file *file, const char *name, const char *base_name);

/* The entry was of use. */
void qm_map_file_use(struct qm_map_file *file, const struct qm_map_entry *entry);

/* A notice for each entry and route that met no test. */
void qm_map_file_tell_unused(const struct qm_map_file *file, const struct qm_log *log);

#endif
