/*
 * decode - YAML nodes into structs, by tables; the rules are those of Go's yaml.v3.
 *
 * A table says which keys a mapping may have and where their values go:
 *
 *     static const struct qm_field fields[] = {
 *             { "counter", qm_decode_text, offsetof(struct qm_state, counter) },
 *             ...
 *
 * Other keys are ignored, and what is below them is not looked at. A key that stands twice is an
 * error. Merge keys are honoured: `<<: *base` gives those keys that the mapping itself does not
 * have, of several merged mappings the first counts. A null leaves the field as it is.
 *
 * Aliases are followed, so a small file can describe a huge tree. As in yaml.v3 a document whose
 * decoded nodes come to more than 99 % from aliases is refused, once there are more than 100 of
 * those and more than 1,000 nodes; from 400,000 nodes on the share falls, to 10 % at 4,000,000.
 */
#ifndef QM_POLICY_DECODE_H
#define QM_POLICY_DECODE_H

#include "policy/value.h"
#include "src/base/vec.h"
#include "src/base/yaml.h"

struct qm_decoder {
	struct qm_arena *arena; /* what is decoded lives here, and the nodes do */
	struct qm_error *err;
	size_t decoded, aliased; /* nodes, and those of them that an alias led to */
	int alias_depth;
};

struct qm_field {
	const char *name;
	enum qm_code (*read)(
		struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field);
	size_t offset;
};

struct qm_fields {
	const char *what; /* for messages: "a rule" */
	const struct qm_field *rows;
	size_t count; /* at most 32 */
};

/* A mapping into the struct at `target`. */
enum qm_code qm_decode_fields(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	const struct qm_fields *fields, void *target) QM_MUST_CHECK;

/* Into a const char *: the raw text of any scalar. */
enum qm_code qm_decode_text(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field) QM_MUST_CHECK;

/* Into an int64_t: a whole number, or a float that is cut to one. */
enum qm_code qm_decode_integer(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field) QM_MUST_CHECK;

/* Into a struct qm_value: whatever it is. */
enum qm_code qm_decode_value(
	struct qm_decoder *decoder, const struct qm_yaml_node *node, void *field) QM_MUST_CHECK;

/*
 * The pairs of a mapping one by one, its own first, then merged ones; `pair` ignores a merged
 * pair whose key it had before. Keys are scalars and not null.
 */
struct qm_pair_reader {
	enum qm_code (*pair)(struct qm_pair_reader *reader, struct qm_decoder *decoder,
		const struct qm_yaml_node *const pair[2], bool merged);
	bool null_keys; /* null is a key too */
};

enum qm_code qm_decode_pairs(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	struct qm_pair_reader *reader) QM_MUST_CHECK;

/* The elements of a list, one by one; nulls are left out. */
enum qm_code qm_decode_list(struct qm_decoder *decoder, const struct qm_yaml_node *node,
	enum qm_code (*element)(struct qm_decoder *, const struct qm_yaml_node *, void *),
	void *target) QM_MUST_CHECK;

/* Around whatever reads a node by itself: counts it, and refuses too much aliasing. */
enum qm_code qm_decode_enter(
	struct qm_decoder *decoder, const struct qm_yaml_node *node) QM_MUST_CHECK;
void qm_decode_leave(struct qm_decoder *decoder, const struct qm_yaml_node *node);

/* A null of any spelling, also by tag. */
bool qm_decode_is_null(const struct qm_yaml_node *node);

#endif
