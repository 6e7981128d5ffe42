/*
 * inbox - a resolver that a test tells results to, over a shelf with one execution on Chrome.
 */
#ifndef QM_TESTS_UPLOAD_INBOX_H
#define QM_TESTS_UPLOAD_INBOX_H

#include "src/upload/resolve/resolve.h"

struct inbox {
	struct qm_catalog catalog;
	struct qm_mapping *mapping;
	struct qm_resolve_options options;
	struct qm_resolver *resolver;
	struct qm_sink sink;
};

/* For cmocka: *state becomes an inbox whose shelf is empty yet. */
int inbox_setup(void **state);
int inbox_teardown(void **state);

/* After the runs are on the shelf: a resolver, and the report a.xml begins. */
void inbox_begin(struct inbox *inbox);
void inbox_begin_report(struct inbox *inbox, const char *path);

void inbox_add(
	struct inbox *inbox, const char *class_name, const char *name, enum qm_outcome outcome);

void inbox_end_report(struct inbox *inbox, const char *reason, bool salvaged);

/* What came of all reports; inbox_finish() ends the last one first. */
const struct qm_resolution *inbox_finished(struct inbox *inbox);
const struct qm_resolution *inbox_finish(struct inbox *inbox);

#endif
