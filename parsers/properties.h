/*
 * properties - the properties in scope: those of a test and of the suites around it.
 *
 * Scopes are pushed and popped with the elements. Nothing is copied for a test: what is in
 * scope is always one array, the innermost scope first, and within a scope in file order.
 *
 *     <testsuite>  os=linux db=pg          os=linux  db=pg
 *       <testcase> id=7                    id=7  os=linux  db=pg
 *       </testcase>                        os=linux  db=pg
 *
 * Each tells the depth of its scope, so that an inner one can stand in for an outer one.
 * The array fills its block from the end to the beginning, so that a new scope lies in front.
 */
#ifndef QM_PARSERS_PROPERTIES_H
#define QM_PARSERS_PROPERTIES_H

#include "parsers/result.h"
#include "parsers/texts.h"

struct qm_properties {
	struct qm_property *items; /* in scope: items[first..QM_MAX_PROPERTIES) */
	size_t first, scope_end;   /* the innermost scope: items[first..scope_end) */
	size_t depth;              /* of the innermost scope: how many were pushed */
	struct qm_texts texts;
};

/* What to go back to when a scope ends. */
struct qm_property_scope {
	size_t first, scope_end, used;
};

void qm_properties_init(struct qm_properties *properties);
void qm_properties_release(struct qm_properties *properties);
void qm_properties_clear(struct qm_properties *properties);

struct qm_property_scope qm_properties_push(struct qm_properties *properties);
void qm_properties_pop(struct qm_properties *properties, const struct qm_property_scope *scope);

/* Copies at most QM_MAX_VALUE bytes of each text; false: a ceiling of limits.h is reached. */
bool qm_properties_add(struct qm_properties *properties, const char *name, size_t name_length,
	const char *value, size_t value_length);

/* How many belong to the innermost scope; they come first. */
size_t qm_properties_own(const struct qm_properties *properties);

/* The array in scope and its length. */
const struct qm_property *qm_properties_all(
	const struct qm_properties *properties, size_t *out_count);

#endif
