#include "src/upload/plan.h"

#include <stdlib.h>
#include <string.h>

struct judge {
	struct qm_plan *plan;
	const struct qm_catalog *catalog;
	struct qm_gate *gate;
	int64_t now_ms;
	struct qm_vec calls; /* struct qm_call: what the plan's calls become */
	struct qm_error *err;
};

static enum qm_code check(
	const struct judge *judge, const struct qm_call *call, struct qm_verdict *out)
{
	struct qm_bulk_update update = qm_plan_bulk(judge->plan, judge->catalog, call);
	json_t *arguments = qm_bulk_arguments(judge->catalog->project.key, &update);
	const struct qm_tool_call tool = { qm_tool_bulk_update, arguments };
	enum qm_code code;

	*out = (struct qm_verdict){ .answer = QM_DENIED };
	code = qm_gate_check(judge->gate, &tool, judge->now_ms, out, judge->err);
	json_decref(arguments);
	return code;
}

/* Keeps the verdict with the call where it is a denial; limits are the session's business. */
static enum qm_code judge_call(const struct judge *judge, struct qm_call *call)
{
	struct qm_verdict verdict, *copy;
	enum qm_code code = check(judge, call, &verdict);

	if (code || verdict.answer != QM_DENIED)
		return code;
	copy = qm_arena_alloc(&judge->plan->arena, sizeof *copy);
	*copy = verdict;
	call->denied = copy;
	return QM_OK;
}

/*
 * How many of the call's ids are admitted together, from the first on. One is, since all of them
 * are admitted alone; all are, most often: what stood in the way were other ids.
 */
static enum qm_code longest_prefix(
	const struct judge *judge, const struct qm_call *call, size_t *out_count)
{
	size_t admitted = 1, refused = call->count;
	struct qm_call part = *call;
	struct qm_verdict verdict;
	enum qm_code code = check(judge, call, &verdict);

	if (verdict.answer != QM_DENIED)
		admitted = call->count;
	while (!code && admitted + 1 < refused) {
		part.count = admitted + (refused - admitted) / 2;
		code = check(judge, &part, &verdict);
		if (verdict.answer == QM_DENIED)
			refused = part.count;
		else
			admitted = part.count;
	}
	*out_count = admitted;
	return code;
}

/* ---- One group with a denied call in it. */

/* Where the updates of a group go: in the order kept, admitted alone, refused alone. */
struct sorting {
	struct qm_update *updates; /* of the group, as they were */
	int64_t *ids;
	size_t count;
	struct qm_vec kept, admitted, refused; /* size_t */
	const struct qm_verdict *denied;       /* the first verdict on a refused one */
};

static void sorting_release(struct sorting *sorting)
{
	free(sorting->updates);
	free(sorting->ids);
	qm_vec_release(&sorting->kept);
	qm_vec_release(&sorting->admitted);
	qm_vec_release(&sorting->refused);
}

static void *copy_of(const void *items, size_t count, size_t size)
{
	void *copy = qm_alloc_array(count, size);

	memcpy(copy, items, count * size);
	return copy;
}

/* Asks about each id of a denied call alone. */
static enum qm_code sort_denied(const struct judge *judge, const struct qm_call *call,
	size_t offset, struct sorting *sorting)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < call->count && !code; i++) {
		struct qm_call alone = *call;
		struct qm_verdict verdict;
		size_t index = offset + i;

		alone.updates += i;
		alone.count = 1;
		code = check(judge, &alone, &verdict);
		qm_vec_push(verdict.answer == QM_DENIED ? &sorting->refused : &sorting->admitted,
			&index);
	}
	if (!sorting->denied && sorting->refused.count)
		sorting->denied = call->denied;
	return code;
}

static enum qm_code sort_group(const struct judge *judge, const struct qm_call *calls, size_t count,
	struct sorting *sorting)
{
	size_t offset = 0;
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < count && !code; i++) {
		if (calls[i].denied)
			code = sort_denied(judge, &calls[i], offset, sorting);
		else
			for (size_t j = 0; j < calls[i].count; j++)
				qm_vec_push(&sorting->kept, &(size_t){ offset + j });
		offset += calls[i].count;
	}
	return code;
}

/* Writes the group's updates back in their new order. */
static void rearrange(const struct judge *judge, size_t first, const struct sorting *sorting)
{
	const struct qm_vec *parts[] = { &sorting->kept, &sorting->admitted, &sorting->refused };
	struct qm_update *updates = judge->plan->updates.items;

	for (size_t part = 0; part < 3; part++)
		for (size_t i = 0; i < parts[part]->count; i++, first++) {
			size_t from = *(size_t *)qm_vec_at(parts[part], i);

			updates[first] = sorting->updates[from];
			judge->plan->ids[first] = sorting->ids[from];
		}
}

/* Calls that were allowed stay as large as they were and come first. */
static enum qm_code rebuild(struct judge *judge, const struct qm_call *calls, size_t count,
	const struct sorting *sorting)
{
	struct qm_call call = calls[0];
	size_t left = sorting->admitted.count;
	enum qm_code code = QM_OK;

	call.denied = NULL;
	for (size_t i = 0; i < count; i++) {
		call.count = calls[i].count;
		if (calls[i].denied)
			continue;
		qm_vec_push(&judge->calls, &call);
		call.updates += call.count;
	}
	while (left && !code) {
		call.count = left < judge->plan->batch_size ? left : judge->plan->batch_size;
		code = longest_prefix(judge, &call, &call.count);
		qm_vec_push(&judge->calls, &call);
		call.updates += call.count;
		left -= call.count;
	}
	call.count = sorting->refused.count;
	call.denied = sorting->denied;
	if (call.count)
		qm_vec_push(&judge->calls, &call);
	return code;
}

static enum qm_code recut(struct judge *judge, const struct qm_call *calls, size_t count)
{
	const struct qm_update *all = judge->plan->updates.items;
	size_t first = (size_t)(calls->updates - all);
	struct sorting sorting = { .denied = NULL };
	enum qm_code code;

	for (size_t i = 0; i < count; i++)
		sorting.count += calls[i].count;
	sorting.updates = copy_of(calls->updates, sorting.count, sizeof *sorting.updates);
	sorting.ids = copy_of(judge->plan->ids + first, sorting.count, sizeof *sorting.ids);
	qm_vec_init(&sorting.kept, sizeof(size_t));
	qm_vec_init(&sorting.admitted, sizeof(size_t));
	qm_vec_init(&sorting.refused, sizeof(size_t));
	code = sort_group(judge, calls, count, &sorting);
	if (!code) {
		rearrange(judge, first, &sorting);
		code = rebuild(judge, calls, count, &sorting);
	}
	sorting_release(&sorting);
	return code;
}

/* Judges the calls of one group as they are; cuts it anew where one is denied. */
static enum qm_code judge_group(struct judge *judge, struct qm_call *calls, size_t count)
{
	enum qm_code code = QM_OK;
	bool denied = false;

	for (size_t i = 0; i < count && !code; i++) {
		code = judge_call(judge, &calls[i]);
		denied = denied || calls[i].denied;
	}
	if (code)
		return code;
	if (denied)
		return recut(judge, calls, count);
	for (size_t i = 0; i < count; i++)
		qm_vec_push(&judge->calls, &calls[i]);
	return QM_OK;
}

enum qm_code qm_plan_judge(struct qm_plan *plan, const struct qm_catalog *catalog,
	struct qm_gate *gate, int64_t now_ms, struct qm_error *err)
{
	struct judge judge = {
		.plan = plan, .catalog = catalog, .gate = gate, .now_ms = now_ms, .err = err
	};
	struct qm_call *calls = plan->calls.items;
	enum qm_code code = QM_OK;
	size_t next;

	qm_vec_init(&judge.calls, sizeof *calls);
	for (size_t i = 0; i < plan->calls.count && !code; i = next) {
		for (next = i + 1; next < plan->calls.count; next++)
			if (calls[next].group != calls[i].group)
				break;
		code = judge_group(&judge, calls + i, next - i);
	}
	qm_vec_release(code ? &judge.calls : &plan->calls);
	if (!code)
		plan->calls = judge.calls;
	return code;
}
