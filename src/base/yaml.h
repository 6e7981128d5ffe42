/*
 * yaml - a YAML file as nodes, read by libyaml; knows no schema.
 *
 * A scalar keeps its raw text, its style (plain or quoted) and its place, because who reads it
 * decides what `0755` or `yes` means. An alias is a node that shares text and items with the
 * one that it names, so a billion laughs are nine lists of nine; who walks all of a tree counts
 * what it visits. An alias to a node that is still open (a loop) is refused.
 * Merge keys (`<<`) are pairs like any other: qm_yaml_find() does not look into them.
 *
 * Only the first document counts, and others may be refused. Ceilings: bytes by the buffer,
 * 100,000 nodes, depth 100.
 */
#ifndef QM_BASE_YAML_H
#define QM_BASE_YAML_H

#include "src/base/buf.h"
#include "src/base/memory.h"

enum qm_yaml_kind { QM_YAML_SCALAR, QM_YAML_LIST, QM_YAML_MAP };

struct qm_yaml_node {
	enum qm_yaml_kind kind;
	int line, column; /* 1-based */
	bool plain;       /* a scalar without quotes and block style */
	bool alias;       /* what is seen here was written elsewhere: `*name` */
	const char *tag;  /* an explicit tag such as "!!str" resolved by libyaml, or NULL */
	const char *text; /* scalars: raw text, may hold NUL bytes up to `length` */
	size_t length;
	/* Lists: the elements. Maps: key, value, key, value, ... in file order. */
	struct qm_yaml_node **items;
	size_t count; /* elements of a list, pairs of a map */
};

/*
 * As Go's yaml.v3 takes a file: %YAML may only ask for 1.1, \/ is no escape, and a plain text
 * within [...] or {...} holds no ? but at its beginning. `out` is NULL for an empty document; nodes
 * and texts live in `arena`. QM_EINPUT with line and column for what is no YAML, QM_ELIMIT above a
 * ceiling.
 */
enum qm_code qm_yaml_parse(const char *bytes, size_t length, struct qm_arena *arena,
	const struct qm_yaml_node **out, struct qm_error *err) QM_MUST_CHECK;

/* A file of our own: of any %YAML version; a second document is QM_EINPUT. */
enum qm_code qm_yaml_parse_only(const char *bytes, size_t length, struct qm_arena *arena,
	const struct qm_yaml_node **out, struct qm_error *err) QM_MUST_CHECK;

/* The value of the first pair whose key is this scalar; NULL if none. */
const struct qm_yaml_node *qm_yaml_find(const struct qm_yaml_node *map, const char *key);

/* The key node of the second of two equal scalar keys of a map; NULL if there is none. */
const struct qm_yaml_node *qm_yaml_duplicate(const struct qm_yaml_node *map);

/* An unquoted null without a tag: absent, "~", "null", "Null", "NULL" or nothing at all. */
bool qm_yaml_is_null(const struct qm_yaml_node *node);

/* As qm_error_set(), and the place is where the node begins. */
enum qm_code qm_yaml_error(struct qm_error *err, const struct qm_yaml_node *node, enum qm_code code,
	const char *format, ...) QM_PRINTF(4, 5);

#endif
