/*
 * routes - which executions a result may go to.
 *
 * Where one run of the tests covers several platforms, the routes of the mapping file tell by
 * suite, TestNG <test>, hostname, parameter, property or report which platform a result is from. A
 * platform that routes lead to is a destination: 0 for Chrome, 1 for Firefox. A result has one
 * destination; an execution has that of its platform, and takes only results that have it, too.
 * A platform whose executions were not chosen is a destination without any: jobs that have a part
 * of the platforms each share the file, and what leads elsewhere is another job's business.
 * A route by suite takes what is in that suite at any depth: <testsuite name="chrome"> around the
 * suites of the classes, as runners of several browsers write it.
 *
 * Without routes there is one destination for everything: 0.
 */
#ifndef QM_UPLOAD_MAPPING_ROUTES_H
#define QM_UPLOAD_MAPPING_ROUTES_H

#include "parsers/result.h"
#include "src/upload/catalog/catalog.h"
#include "src/upload/mapping/map_file.h"

enum { QM_NO_DESTINATION = UINT16_MAX };

struct qm_destination {
	const char *platform; /* as the file has it */
	bool is_chosen;       /* some chosen execution has it */
};

struct qm_routes {
	struct qm_map_file *file;   /* NULL: no routes */
	uint16_t *of_route;         /* destination, by route */
	uint16_t *of_execution;     /* by execution; NULL: 0 for all of them */
	uint16_t *of_unchosen;      /* by execution that was not chosen */
	struct qm_vec destinations; /* struct qm_destination */
	bool lead_elsewhere;        /* some route does, to what was not chosen */
	bool by_suite;              /* some route is, so that the open suites count */
	struct qm_vec suites;       /* char *: those, outermost first; NULL: it has no name */
};

/*
 * QM_ENOTFOUND for a platform that no execution of the suites has, naming those that there are.
 * `file` may be NULL. Release it in any case.
 */
enum qm_code qm_routes_init(struct qm_routes *routes, struct qm_map_file *file,
	const struct qm_catalog *catalog, struct qm_error *err) QM_MUST_CHECK;
void qm_routes_release(struct qm_routes *routes);

/* Where in the report the results to come are; needed only where `by_suite`. */
void qm_routes_begin_report(struct qm_routes *routes);
void qm_routes_enter_suite(struct qm_routes *routes, const struct qm_suite *suite);
void qm_routes_leave_suite(struct qm_routes *routes);

/* QM_NO_DESTINATION where no route takes the result, or several do; `why` tells then. */
uint16_t qm_routes_destination(const struct qm_routes *routes, const struct qm_result *result,
	const char *report, char *why, size_t why_size);

uint16_t qm_routes_of_execution(const struct qm_routes *routes, uint32_t execution);
/* "Chrome", as the file has it; "" without routes. */
const char *qm_routes_platform(const struct qm_routes *routes, uint16_t destination);
/* Whether the result goes to a platform that was not chosen; where to is `out`. */
bool qm_routes_lead_elsewhere(const struct qm_routes *routes, const struct qm_result *result,
	const char *report, uint16_t *out);

#endif
