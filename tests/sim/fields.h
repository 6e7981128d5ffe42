/*
 * fields - fills structs from JSON objects, as tables say.
 *
 * A table names each field of an object, its kind and where it goes; lists of objects have a
 * table of their own, so that a world of any depth is read by one function. A name that no table
 * knows and a value of the wrong kind are errors that tell the place:
 *
 *     projects[0].suites[1].executions[0].plattformID: unknown, the fields are tsRunID, ...
 *
 * A typing error in a test's world would otherwise test nothing. Texts are copied to an arena.
 * The same tables read a patch: fields that are given replace what was there, lists as a whole.
 */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include "src/base/error.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

enum sim_kind {
	SIM_TEXT,    /* const char * */
	SIM_INT,     /* int64_t, not negative; a text of digits will do */
	SIM_BOOL,    /* bool */
	SIM_OBJECT,  /* a struct, of which `shape` tells the fields; without a name: inlined */
	SIM_OBJECTS, /* struct qm_vec of such structs; a single object is a list of one */
	SIM_INTS,    /* struct qm_vec of int64_t; a single one will do */
	SIM_TEXTS,   /* struct qm_vec of const char *; a single one will do */
	SIM_PAIRS,   /* struct qm_vec of struct sim_pair, from an object with texts */
	SIM_DUMP,    /* const char *: any value, as compact JSON */
};

struct sim_pair {
	const char *name, *value;
};

struct sim_shape;

struct sim_field {
	const char *name;
	enum sim_kind kind;
	size_t offset;
	bool required;
	const struct sim_shape *shape; /* of SIM_OBJECT, SIM_OBJECTS */
};

/* The start of a row: what the field is called, what it must be, and where it goes. */
#define SIM_FIELD(text, of_kind, type, member) \
	.name = (text), .kind = (of_kind), .offset = offsetof(type, member)

struct sim_shape {
	const struct sim_field *fields;
	size_t count, item_size;
	const void *defaults; /* what an item is before it is read; NULL: zeroed */
};

#define SIM_SHAPE(of_fields, type)                                                \
	.fields = (of_fields), .count = sizeof(of_fields) / sizeof(of_fields)[0], \
	.item_size = sizeof(type)

/* Its items are ready for loading. */
void sim_fields_init(const struct sim_shape *shape, void *target);

/* Frees the lists; the texts belong to the arena. */
void sim_fields_release(const struct sim_shape *shape, void *target);

enum qm_code sim_fields_load(const struct sim_shape *shape, const json_t *json, void *target,
	struct qm_arena *arena, struct qm_error *err) QM_MUST_CHECK;

#endif
