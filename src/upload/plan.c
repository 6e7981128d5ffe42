#include "src/upload/plan.h"

#include <stdlib.h>
#include <string.h>

/* All that tells groups apart, and what groups are ordered by. */
struct group {
	unsigned rank; /* of its worst outcome: the lower, the worse */
	uint32_t execution;
	int64_t status_id;
	const char *comment;
	size_t first, count; /* of the sorted updates */
};

/* An update while it is sorted. */
struct key {
	uint32_t execution, index;
	int64_t status_id, id;
	const char *comment;
};

void qm_plan_init(struct qm_plan *plan)
{
	*plan = (struct qm_plan){ .comment = NULL };
	qm_vec_init(&plan->updates, sizeof(struct qm_update));
	qm_vec_init(&plan->calls, sizeof(struct qm_call));
	qm_arena_init(&plan->arena);
}

void qm_plan_release(struct qm_plan *plan)
{
	qm_vec_release(&plan->updates);
	qm_vec_release(&plan->calls);
	qm_arena_release(&plan->arena);
	free(plan->ids);
	qm_plan_init(plan);
}

/* Worst news first: what is to be told at all costs has the lowest rank. */
static unsigned rank_of(unsigned outcome)
{
	static const unsigned ranks[QM_TARGETS] = {
		[QM_ERRORED] = 0,
		[QM_FAILED] = 1,
		[QM_NOT_REACHED] = 2,
		[QM_SKIPPED] = 3,
		[QM_TARGET_MISSING] = 4,
		[QM_FLAKY] = 5,
		[QM_PASSED] = 6,
	};

	return outcome < QM_TARGETS ? ranks[outcome] : QM_TARGETS;
}

/* ---- Sorting and grouping. */

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_texts(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? 1 : -1;
	return strcmp(a, b);
}

static int compare_keys(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int order = compare_numbers(a->execution, b->execution);

	if (!order)
		order = compare_numbers(a->status_id, b->status_id);
	if (!order)
		order = compare_texts(a->comment, b->comment);
	return order ? order : compare_numbers(a->id, b->id);
}

static int compare_groups(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	int order = compare_numbers(a->rank, b->rank);

	if (!order)
		order = compare_numbers(a->execution, b->execution);
	if (!order)
		order = compare_numbers(a->status_id, b->status_id);
	return order ? order : compare_texts(a->comment, b->comment);
}

static struct key *sort_updates(
	const struct qm_plan *plan, const struct qm_catalog *catalog, const struct qm_vec *updates)
{
	struct key *keys = qm_alloc_array(updates->count, sizeof *keys);

	for (size_t i = 0; i < updates->count; i++) {
		const struct qm_update *update = qm_vec_at(updates, i);
		const struct qm_run *run = qm_vec_at(&catalog->runs, update->run);

		keys[i] = (struct key){
			.execution = run->execution,
			.index = (uint32_t)i,
			.status_id = update->status_id,
			.id = run->id,
			.comment = update->comment ? update->comment : plan->comment,
		};
	}
	if (updates->count > 1)
		qsort(keys, updates->count, sizeof *keys, compare_keys);
	return keys;
}

static bool in_group(const struct group *group, const struct key *key)
{
	return group->execution == key->execution && group->status_id == key->status_id &&
		compare_texts(group->comment, key->comment) == 0;
}

/* struct group, in the order of sending. */
static struct qm_vec find_groups(const struct key *keys, const struct qm_vec *updates)
{
	struct group *group = NULL;
	struct qm_vec groups;

	qm_vec_init(&groups, sizeof *group);
	for (size_t i = 0; i < updates->count; i++) {
		const struct qm_update *update = qm_vec_at(updates, keys[i].index);
		unsigned rank = rank_of(update->outcome);

		if (!group || !in_group(group, &keys[i])) {
			group = qm_vec_add(&groups);
			*group = (struct group){
				.rank = rank,
				.execution = keys[i].execution,
				.status_id = keys[i].status_id,
				.comment = keys[i].comment,
				.first = i,
			};
		}
		group->rank = rank < group->rank ? rank : group->rank;
		group->count++;
	}
	qm_vec_sort(&groups, compare_groups);
	return groups;
}

static void add_call(struct qm_plan *plan, const struct qm_catalog *catalog,
	const struct group *group, size_t first, size_t count)
{
	const struct qm_update *updates = plan->updates.items;
	struct qm_call *call = qm_vec_add(&plan->calls);

	*call = (struct qm_call){
		.execution = group->execution,
		.status_id = group->status_id,
		.build_id = catalog->build_id,
		.comment = group->comment,
		.updates = updates + first,
		.count = count,
		.group = plan->groups,
	};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The plan's updates are complete by now: calls point into them. */
static void cut(struct qm_plan *plan, const struct qm_catalog *catalog, const struct qm_vec *groups)
{
	size_t first = 0;

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = qm_vec_at(groups, i);
		size_t end = first + group->count;

		for (; first < end; first += least(plan->batch_size, end - first))
			add_call(plan, catalog, group, first, least(plan->batch_size, end - first));
		plan->groups++;
	}
}

void qm_plan_make(struct qm_plan *plan, const struct qm_catalog *catalog,
	const struct qm_resolution *resolution, size_t batch_size)
{
	const struct qm_vec *updates = &resolution->updates;
	struct key *keys = sort_updates(plan, catalog, updates);
	struct qm_vec groups = find_groups(keys, updates);

	plan->batch_size = batch_size;
	plan->ids = qm_alloc_array(updates->count, sizeof *plan->ids);
	for (size_t i = 0; i < groups.count; i++) {
		const struct group *group = qm_vec_at(&groups, i);

		for (size_t j = group->first; j < group->first + group->count; j++) {
			struct qm_update *update = qm_vec_add(&plan->updates);

			*update = *(struct qm_update *)qm_vec_at(updates, keys[j].index);
			update->comment = keys[j].comment;
			plan->ids[plan->updates.count - 1] = keys[j].id;
		}
	}
	cut(plan, catalog, &groups);
	qm_vec_release(&groups);
	free(keys);
}

struct qm_bulk_update qm_plan_bulk(
	const struct qm_plan *plan, const struct qm_catalog *catalog, const struct qm_call *call)
{
	const struct qm_update *updates = plan->updates.items;
	const struct qm_execution *execution = qm_vec_at(&catalog->executions, call->execution);

	return (struct qm_bulk_update){
		.entity_type = "TCR",
		.suite_run = execution->suite_run,
		.status_id = call->status_id,
		.build_id = call->build_id,
		.comment = call->comment,
		.ids = plan->ids + (call->updates - updates),
		.id_count = call->count,
	};
}
