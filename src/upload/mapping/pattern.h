/*
 * pattern - what the mapping file compares names with.
 *
 *     com.example.CartTest.adds[1]   a name: itself, brackets and all
 *     com.example.Cart*              a wildcard: * is any text, ? one character
 *     /Cart(Test|IT)\.adds/          a regular expression in RE2's syntax, found anywhere
 *
 * Letter case counts. A wildcard holds * or ?, an expression stands between slashes; a name that
 * happens to hold such a character still matches itself. The cost is bounded by the length of both
 * texts: neither way of matching tries again what it has tried (policy/regex.h).
 */
#ifndef QM_UPLOAD_MAPPING_PATTERN_H
#define QM_UPLOAD_MAPPING_PATTERN_H

#include "src/base/buf.h"

#include <stdbool.h>

enum qm_pattern_kind { QM_PATTERN_NAME, QM_PATTERN_WILDCARD, QM_PATTERN_EXPRESSION };

struct qm_pattern {
	enum qm_pattern_kind kind;
	const char *text; /* borrowed; with its slashes */
	struct qm_regex *regex;
};

enum qm_pattern_kind qm_pattern_kind_of(const char *text);

/* QM_EUSAGE for an expression that is none. Release it in any case. */
enum qm_code qm_pattern_init(
	struct qm_pattern *pattern, const char *text, struct qm_error *err) QM_MUST_CHECK;
void qm_pattern_release(struct qm_pattern *pattern);

/* An expression that gives up on a giant name does not match it. */
bool qm_pattern_matches(const struct qm_pattern *pattern, const char *name);

#endif
