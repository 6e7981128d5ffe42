/*
 * result - what a test report says, independent of its format.
 *
 * A parser does not build a tree: it drives a sink, one call for each thing that it has read
 * completely, in file order. A report of a million tests is a million calls of `result` and no
 * memory. For
 *
 *     <testsuite name="login"><testcase classname="a.B" name="c"><failure/></testcase></testsuite>
 *
 * the sink sees: report_begin, suite_begin "login", result "a.B" "c" failed, suite_end,
 * report_end. What a report says is never combined here: two results of the same name are two
 * results.
 *
 * A report that is no report, or whose root element is not reached, has only its report_end. One
 * that breaks off in the middle has no suite_end for the suites that were open.
 *
 * All texts are UTF-8, NUL-terminated, borrowed, and valid only during the call. An absent text
 * is NULL, an empty one is "".
 */
#ifndef QM_PARSERS_RESULT_H
#define QM_PARSERS_RESULT_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum qm_outcome {
	QM_PASSED,
	QM_FLAKY, /* failed, then passed when it was run again */
	QM_FAILED,
	QM_ERRORED,
	QM_SKIPPED,
	QM_NOT_REACHED, /* skipped because a config method (TestNG's set-up) failed */
	QM_OUTCOMES
};

/* "passed", "flaky", "failed", "errored", "skipped", "not_reached". */
const char *qm_outcome_name(enum qm_outcome outcome);

enum qm_report_kind { QM_REPORT_NONE, QM_REPORT_JUNIT, QM_REPORT_TESTNG };

/* "junit", "testng"; NULL for none. */
const char *qm_report_kind_name(enum qm_report_kind kind);

struct qm_property {
	const char *name, *value;
	size_t depth; /* of the element that has it: what is nearer to the test is deeper */
};

struct qm_result {
	const char *suite;      /* the innermost suite (TestNG: the <suite>) */
	const char *test;       /* TestNG's <test>, else NULL */
	const char *class_name; /* NULL or "": none */
	/* JUnit's `class` where there is no `classname`, as old PHPUnits write it: other readers
	 * leave it out of the full name, so people know the test by the name alone. */
	bool is_class_apart;
	const char *name;       /* NULL: the report gives none */
	const char *parameters; /* TestNG: "a, b"; NULL: none */
	const char *description;
	enum qm_outcome outcome;
	bool superseded;     /* an attempt that was run again (TestNG retries) */
	unsigned reruns;     /* further attempts that the report lists under this result */
	int64_t duration_ms; /* -1: not known */
	const char *failure_type, *message, *failure_text; /* cut at limits.h */
	const char *file;                     /* source file of the test, as the report writes it */
	int64_t line;                         /* there; 0: not known */
	const char *hostname;                 /* of the suite */
	const struct qm_property *properties; /* its own first, then inherited from suites */
	size_t property_count;
	size_t own_property_count; /* of them, the first ones */
};

/*
 * "class.name"; the name alone where there is no class, or one that is apart. Returns its length;
 * where that is `size` or more, `out` holds the beginning that fits.
 */
size_t qm_result_full_name(const struct qm_result *result, char *out, size_t size);

/* The length of a name without parameters: of "adds[1]", "adds(int)[2]" and "adds {x}" it is 4. */
size_t qm_result_base_length(const char *name);

struct qm_suite {
	const char *name;
	const char *hostname;
	unsigned depth; /* 0: outermost */
};

/* A failure that belongs to no test: a suite's own <error>, a set-up method that failed. */
struct qm_incident {
	const char *suite;
	const char *test;              /* TestNG's <test>, else NULL */
	const char *class_name, *name; /* of the config method, else NULL */
	enum qm_outcome outcome;       /* config methods are told whatever their outcome */
	const char *failure_type, *message;
};

/*
 * Tests that were told as not reached, and the first config method of their <test>, else of their
 * suite, that failed. Told when the <test> or the suite ends, after those results.
 */
struct qm_not_reached {
	const char *suite;
	const char *config_method; /* "a.B.setUp", cut at QM_MAX_VALUE */
	uint64_t tests;
};

struct qm_report_begin {
	const char *path;
	enum qm_report_kind kind;
};

/* Counted as written, superseded attempts included. */
struct qm_report_counts {
	uint64_t suites, tests, outcomes[QM_OUTCOMES], config_methods, suite_errors;
	uint64_t config_failures;     /* of the config methods */
	uint64_t replaced_characters; /* control characters that XML forbids */
};

/* The verdict on one report. */
struct qm_report_end {
	const char *path;
	enum qm_report_kind kind; /* none: the root element told nothing we know */
	struct qm_report_counts counts;
	/* NULL where all is well, else empty, not-a-report, encoding, entity-expansion, truncated,
	 * malformed, limit or unreadable; `error` holds text, line and column then. */
	const char *reason;
	const struct qm_error *error;
	bool salvaged; /* the results before the break count */
};

/*
 * Any function may be NULL. A code other than QM_OK from one of them ends the reading of this
 * report and is what the reader returns.
 */
struct qm_sink {
	void *context;
	enum qm_code (*report_begin)(void *context, const struct qm_report_begin *report);
	enum qm_code (*suite_begin)(void *context, const struct qm_suite *suite);
	enum qm_code (*result)(void *context, const struct qm_result *result);
	enum qm_code (*suite_error)(void *context, const struct qm_incident *incident);
	enum qm_code (*config_method)(void *context, const struct qm_incident *incident);
	enum qm_code (*not_reached)(void *context, const struct qm_not_reached *not_reached);
	enum qm_code (*suite_end)(void *context, const struct qm_suite *suite);
	enum qm_code (*report_end)(void *context, const struct qm_report_end *end);
};

#endif
