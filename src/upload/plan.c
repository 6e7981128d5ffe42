#include "src/upload/plan.h"

#include <stdlib.h>
#include <string.h>

/* All that tells groups apart, and what groups are ordered by. */
struct group {
	unsigned rank; /* of its worst outcome: the lower, the worse */
	bool of_steps; /* of test case runs go first */
	uint32_t execution;
	int64_t status_id;
	const char *comment;
	size_t next_of_execution; /* index into groups; NO_GROUP: none */
	size_t first, count;      /* place of its updates in the plan */
};

#define NO_GROUP SIZE_MAX

/* An update while it is sorted: its place among the updates that were given. */
struct key {
	int64_t id;
	size_t index;
};

struct planner {
	struct qm_plan *plan;
	const struct qm_catalog *catalog;
	const struct qm_vec *updates; /* as they were given */
	struct qm_vec groups;         /* struct group, as they turned up */
	size_t *first_of_execution;   /* index into groups; NO_GROUP: none */
	size_t *group_of;             /* by update, index into groups */
	struct group **order;         /* of sending */
	struct key *keys;             /* in the order of sending */
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
	int order = compare_numbers(a->id, b->id);

	return order ? order : compare_numbers((int64_t)a->index, (int64_t)b->index);
}

static int compare_groups(const void *left, const void *right)
{
	const struct group *a = *(struct group *const *)left, *b = *(struct group *const *)right;
	int order = compare_numbers(a->rank, b->rank);

	if (!order)
		order = compare_numbers(a->of_steps, b->of_steps);
	if (!order)
		order = compare_numbers(a->execution, b->execution);
	if (!order)
		order = compare_numbers(a->status_id, b->status_id);
	return order ? order : compare_texts(a->comment, b->comment);
}

static const struct qm_run *run_of(const struct planner *planner, const struct qm_update *update)
{
	return qm_vec_at(&planner->catalog->runs, update->run);
}

static const char *comment_of(const struct planner *planner, const struct qm_update *update)
{
	return update->comment ? update->comment : planner->plan->comment;
}

/* Groups of one execution are few: as many as there are statuses and comments in use. */
static size_t find_group(struct planner *planner, const struct qm_update *update)
{
	uint32_t execution = run_of(planner, update)->execution;
	bool of_steps = run_of(planner, update)->step != 0;
	const char *comment = comment_of(planner, update);
	size_t *first = &planner->first_of_execution[execution];
	struct group *group;

	for (size_t i = *first; i != NO_GROUP; i = group->next_of_execution) {
		group = qm_vec_at(&planner->groups, i);
		if (group->status_id == update->status_id && group->of_steps == of_steps &&
			compare_texts(group->comment, comment) == 0)
			return i;
	}
	group = qm_vec_add(&planner->groups);
	*group = (struct group){
		.rank = QM_TARGETS,
		.of_steps = of_steps,
		.execution = execution,
		.status_id = update->status_id,
		.comment = comment,
		.next_of_execution = *first,
	};
	*first = planner->groups.count - 1;
	return *first;
}

static void find_groups(struct planner *planner)
{
	for (size_t i = 0; i < planner->catalog->executions.count; i++)
		planner->first_of_execution[i] = NO_GROUP;
	for (size_t i = 0; i < planner->updates->count; i++) {
		const struct qm_update *update = qm_vec_at(planner->updates, i);
		size_t found = find_group(planner, update);
		struct group *group = qm_vec_at(&planner->groups, found);
		unsigned rank = rank_of(update->outcome);

		group->rank = rank < group->rank ? rank : group->rank;
		group->count++;
		planner->group_of[i] = found;
	}
}

static void order_groups(struct planner *planner)
{
	size_t count = planner->groups.count, first = 0;

	planner->order = qm_alloc_array(count, sizeof(struct group *));
	for (size_t i = 0; i < count; i++)
		planner->order[i] = qm_vec_at(&planner->groups, i);
	if (count > 1)
		qsort(planner->order, count, sizeof(struct group *), compare_groups);
	for (size_t i = 0; i < count; i++) {
		planner->order[i]->first = first;
		first += planner->order[i]->count;
	}
}

/* Runs come from QMetry in the order of their ids most often: then nothing is left to sort. */
static void sort_group(struct key *keys, size_t count)
{
	size_t ascending = 1;

	while (ascending < count && compare_keys(&keys[ascending - 1], &keys[ascending]) < 0)
		ascending++;
	if (ascending < count)
		qsort(keys, count, sizeof *keys, compare_keys);
}

static void sort_updates(struct planner *planner)
{
	for (size_t i = 0; i < planner->groups.count; i++)
		planner->order[i]->count = 0; /* counted again as they arrive */
	for (size_t i = 0; i < planner->updates->count; i++) {
		const struct qm_update *update = qm_vec_at(planner->updates, i);
		struct group *group = qm_vec_at(&planner->groups, planner->group_of[i]);

		planner->keys[group->first + group->count++] =
			(struct key){ .id = run_of(planner, update)->id, .index = i };
	}
	for (size_t i = 0; i < planner->groups.count; i++)
		sort_group(planner->keys + planner->order[i]->first, planner->order[i]->count);
}

/* ---- The plan. */

static void copy_updates(struct planner *planner)
{
	struct qm_plan *plan = planner->plan;
	size_t count = planner->updates->count;

	plan->ids = qm_alloc_array(count, sizeof *plan->ids);
	for (size_t i = 0; i < count; i++) {
		const struct qm_update *update =
			qm_vec_at(planner->updates, planner->keys[i].index);
		struct qm_update *copy = qm_vec_add(&plan->updates);

		*copy = *update;
		copy->comment = comment_of(planner, update);
		plan->ids[i] = planner->keys[i].id;
	}
}

static void add_call(
	const struct planner *planner, const struct group *group, size_t first, size_t count)
{
	struct qm_plan *plan = planner->plan;
	const struct qm_update *updates = plan->updates.items;
	struct qm_call *call = qm_vec_add(&plan->calls);

	*call = (struct qm_call){
		.execution = group->execution,
		.of_steps = group->of_steps,
		.status_id = group->status_id,
		.build_id = planner->catalog->build_id,
		.comment = group->comment,
		.updates = updates + first,
		.count = count,
		.group = plan->groups,
	};
}

/* The plan's updates are complete by now: calls point into them. */
static void cut(const struct planner *planner)
{
	struct qm_plan *plan = planner->plan;

	for (size_t i = 0; i < planner->groups.count; i++) {
		const struct group *group = planner->order[i];
		size_t left = group->count;

		while (left) {
			size_t count = left < plan->batch_size ? left : plan->batch_size;

			add_call(planner, group, group->first + group->count - left, count);
			left -= count;
		}
		plan->groups++;
	}
}

void qm_plan_make(struct qm_plan *plan, const struct qm_catalog *catalog,
	const struct qm_resolution *resolution, size_t batch_size)
{
	struct planner planner = {
		.plan = plan, .catalog = catalog, .updates = &resolution->updates
	};

	plan->batch_size = batch_size;
	qm_vec_init(&planner.groups, sizeof(struct group));
	planner.first_of_execution = qm_alloc_array(catalog->executions.count, sizeof(size_t));
	planner.group_of = qm_alloc_array(planner.updates->count, sizeof(size_t));
	planner.keys = qm_alloc_array(planner.updates->count, sizeof(struct key));
	find_groups(&planner);
	order_groups(&planner);
	sort_updates(&planner);
	copy_updates(&planner);
	cut(&planner);
	free(planner.keys);
	free(planner.order);
	free(planner.group_of);
	free(planner.first_of_execution);
	qm_vec_release(&planner.groups);
}

struct qm_bulk_update qm_plan_bulk(
	const struct qm_plan *plan, const struct qm_catalog *catalog, const struct qm_call *call)
{
	const struct qm_update *updates = plan->updates.items;
	const struct qm_execution *execution = qm_vec_at(&catalog->executions, call->execution);

	return (struct qm_bulk_update){
		.entity_type = call->of_steps ? "TCSR" : "TCR",
		.suite_run = execution->suite_run,
		.status_id = call->status_id,
		.build_id = call->build_id,
		.comment = call->comment,
		.ids = plan->ids + (call->updates - updates),
		.id_count = call->count,
		.is_signed = plan->is_signed,
	};
}
