#include "parsers/held.h"

#include "parsers/limits.h"
#include "parsers/names.h"
#include "src/base/map.h"

#include <string.h>

void qm_held_init(struct qm_held *held)
{
	struct qm_map map;

	qm_vec_init(&held->results, sizeof(struct qm_held_result));
	qm_arena_init(&held->arena);
	held->test_begin = 0;
	held->test = NULL;
	/* A map's key is random: nobody can write two tests that are taken for one. */
	qm_map_init(&map);
	memcpy(held->key, map.key, sizeof held->key);
	qm_map_release(&map);
}

void qm_held_release(struct qm_held *held)
{
	qm_vec_release(&held->results);
	qm_arena_release(&held->arena);
}

void qm_held_clear(struct qm_held *held)
{
	qm_vec_clear(&held->results);
	qm_arena_release(&held->arena);
	held->test_begin = 0;
	held->test = NULL;
}

bool qm_held_is_full(const struct qm_held *held)
{
	return held->results.count == QM_MAX_HELD || held->arena.bytes >= QM_MAX_HELD_TEXT;
}

static uint64_t add_to_hash(const struct qm_held *held, uint64_t hash, const char *text)
{
	uint64_t parts[2] = { hash, 0 };

	if (text)
		parts[1] = qm_hash(held->key, text, strlen(text));
	return qm_hash(held->key, parts, sizeof parts);
}

static uint64_t identity_of(
	const struct qm_held *held, const struct qm_result *result, const char *signature)
{
	uint64_t hash = add_to_hash(held, 0, result->class_name);

	hash = add_to_hash(held, hash, result->name);
	hash = add_to_hash(held, hash, result->parameters);
	for (size_t i = 0; i < result->property_count; i++)
		if (strcmp(result->properties[i].name, qm_name_text(QM_NAME_INSTANCE_NAME)) == 0)
			hash = add_to_hash(held, hash, result->properties[i].value);
	return add_to_hash(held, hash, signature);
}

static void copy_text(struct qm_held *held, const char **text)
{
	if (*text)
		*text = qm_arena_strdup(&held->arena, *text);
}

static void copy_properties(struct qm_held *held, struct qm_result *result)
{
	struct qm_property *copy;

	if (!result->property_count)
		return;
	copy = qm_arena_alloc(&held->arena, result->property_count * sizeof *copy);
	memcpy(copy, result->properties, result->property_count * sizeof *copy);
	for (size_t i = 0; i < result->property_count; i++) {
		copy_text(held, &copy[i].name);
		copy_text(held, &copy[i].value);
	}
	result->properties = copy;
}

void qm_held_add(struct qm_held *held, const struct qm_result *result, const char *signature,
	bool skipped_itself)
{
	struct qm_held_result *added = qm_vec_add(&held->results);

	added->result = *result;
	added->identity = identity_of(held, result, signature);
	added->skipped_itself = skipped_itself;
	/* The suite's name lives until its element ends: later than this. */
	if (!held->test && result->test)
		held->test = qm_arena_strdup(&held->arena, result->test);
	added->result.test = held->test;
	copy_text(held, &added->result.class_name);
	copy_text(held, &added->result.name);
	copy_text(held, &added->result.parameters);
	copy_text(held, &added->result.description);
	copy_text(held, &added->result.failure_type);
	copy_text(held, &added->result.message);
	copy_text(held, &added->result.failure_text);
	copy_properties(held, &added->result);
}

void qm_held_end_test(struct qm_held *held, bool is_idle)
{
	for (size_t i = held->test_begin; i < held->results.count; i++) {
		struct qm_held_result *result = qm_vec_at(&held->results, i);

		result->is_idle = is_idle;
	}
	held->test_begin = held->results.count;
	held->test = NULL;
}

bool qm_held_supersede(struct qm_held *held, const struct qm_result *result, const char *signature)
{
	bool found = false;
	uint64_t identity;

	if (held->test_begin == held->results.count)
		return false;
	identity = identity_of(held, result, signature);
	for (size_t i = held->test_begin; i < held->results.count; i++) {
		struct qm_held_result *earlier = qm_vec_at(&held->results, i);

		if (earlier->identity != identity)
			continue;
		if (earlier->result.outcome == QM_SKIPPED)
			earlier->result.superseded = true;
		found = found || earlier->result.superseded;
	}
	return found;
}
