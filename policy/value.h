/*
 * value - what conditions compare: values written in a policy, and those of a call's arguments.
 *
 * Policy values are typed as YAML 1.2 types them (yaml_value.h), arguments are JSON, all of whose
 * numbers are doubles. Two values are equal if both are numbers and equal as doubles, or else if
 * their display texts are equal. That is looser than it looks, and stricter:
 *
 *     policy value      display text     argument     display text     equal
 *     1000000           1000000          1000000      1e+06            yes, both are numbers
 *     "1000000"         1000000          1000000      1e+06            no
 *     1000000           1000000          "1000000"    1000000          yes
 *     [1000000]         [1000000]        [1000000]    [1e+06]          no
 *     [a b]             [a b]            ["a","b"]    [a b]            yes
 *     true              true             "true"       true             yes
 *
 * A natural number above 2^63-1 is a kind of its own and no number to any operator.
 */
#ifndef QM_POLICY_VALUE_H
#define QM_POLICY_VALUE_H

#include "policy/timestamp.h"
#include "src/base/buf.h"
#include "src/base/memory.h"

#include <jansson.h>

enum qm_value_kind {
	QM_VALUE_NULL,
	QM_VALUE_BOOL,
	QM_VALUE_INTEGER,
	QM_VALUE_NATURAL, /* 2^63 to 2^64-1 */
	QM_VALUE_DOUBLE,
	QM_VALUE_TIME,
	QM_VALUE_STRING,
	QM_VALUE_LIST,
	QM_VALUE_MAP,
};

struct qm_pair;

/* A plain value: texts, elements and pairs are borrowed. */
struct qm_value {
	enum qm_value_kind kind;
	union {
		bool boolean;
		int64_t integer;
		uint64_t natural;
		double number;
		struct qm_timestamp time;
		struct {
			const char *bytes;
			size_t length;
		} string;
		struct {
			const struct qm_value *items;
			size_t count;
		} list;
		struct {
			const struct qm_pair *pairs; /* sorted by key */
			size_t count;
		} map;
	} as;
};

struct qm_pair {
	struct qm_value key, value;
};

/* Borrows the texts of `json`; elements and pairs live in `arena`. */
void qm_value_from_json(const json_t *json, struct qm_arena *arena, struct qm_value *out);

/* False for what is no number. */
bool qm_value_number(const struct qm_value *value, double *out);

bool qm_value_equal(const struct qm_value *a, const struct qm_value *b);

/* Adds the text that Go's fmt prints for %v. */
void qm_value_display(struct qm_buf *out, const struct qm_value *value);

/* Brings pairs into the order in which they are displayed. */
void qm_value_sort_pairs(struct qm_pair *pairs, size_t count);

/* Whether two map keys are one: the same kind and value. */
bool qm_value_same_key(const struct qm_value *a, const struct qm_value *b);

#endif
