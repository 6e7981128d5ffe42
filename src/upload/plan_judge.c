#include "src/upload/plan.h"

#include <stdlib.h>
#include <string.h>

struct judge {
	struct qm_plan *plan;
	const struct qm_catalog *catalog;
	struct qm_projection *counters; /* as they are now, read once */
	const struct qm_clock *clock;
	struct qm_vec calls;           /* struct qm_call: what the plan's calls become */
	const struct qm_verdict *last; /* the last one that was kept */
	struct qm_error *err;
};

static enum qm_code check(
	const struct judge *judge, const struct qm_call *call, struct qm_verdict *out)
{
	struct qm_bulk_update update = qm_plan_bulk(judge->plan, judge->catalog, call);
	json_t *arguments = qm_bulk_arguments(judge->catalog->project.key, &update);
	const struct qm_tool_call tool = qm_bulk_call(&update, arguments);
	enum qm_code code;

	*out = (struct qm_verdict){ .answer = QM_DENIED };
	code = qm_projection_check(judge->counters, &tool, out, judge->err);
	json_decref(arguments);
	if (!code && qm_clock_interrupted(judge->clock))
		code = qm_error_set(judge->err, QM_ESTOPPED,
			"stopped by a signal while the policy was asked about %zu updates",
			judge->plan->updates.count);
	return code;
}

static enum qm_code check_part(const struct judge *judge, const struct qm_call *call, size_t first,
	size_t count, struct qm_verdict *out)
{
	struct qm_call part = *call;

	part.updates += first;
	part.count = count;
	return check(judge, &part, out);
}

/* A copy in the plan; many ids are refused by one rule in the same words. */
static const struct qm_verdict *keep(struct judge *judge, const struct qm_verdict *verdict)
{
	const struct qm_verdict *last = judge->last;
	struct qm_verdict *copy;

	if (last && strcmp(last->rule, verdict->rule) == 0 &&
		strcmp(last->message, verdict->message) == 0 && last->gave_up == verdict->gave_up)
		return last;
	copy = qm_arena_alloc(&judge->plan->arena, sizeof *copy);
	*copy = *verdict;
	judge->last = copy;
	return copy;
}

/* ---- One group, cut anew: ids that are refused alone are set aside, the others go together. */

struct refused {
	struct qm_update update;
	int64_t id;
	const struct qm_verdict *verdict;
};

struct cutter {
	struct judge *judge;
	struct qm_call all;    /* the group as one call: a slice of the plan */
	struct qm_vec refused; /* struct refused */
	size_t admitted;       /* updates of the group that are kept, which stand first */
};

/* Moves an update of the group to the end of those that are kept. */
static void admit(struct cutter *cutter, size_t index)
{
	struct qm_plan *plan = cutter->judge->plan;
	struct qm_update *updates = plan->updates.items;
	size_t first = (size_t)(cutter->all.updates - updates);

	updates[first + cutter->admitted] = updates[first + index];
	plan->ids[first + cutter->admitted] = plan->ids[first + index];
	cutter->admitted++;
}

static void refuse(struct cutter *cutter, size_t index, const struct qm_verdict *verdict)
{
	struct refused *refused = qm_vec_add(&cutter->refused);
	const struct qm_update *update = cutter->all.updates + index;
	const struct qm_plan *plan = cutter->judge->plan;
	const struct qm_update *updates = plan->updates.items;

	refused->update = *update;
	refused->id = plan->ids[update - updates];
	refused->verdict = keep(cutter->judge, verdict);
}

/*
 * Finds the ids that are refused alone. A block that is admitted has none; the next one is twice as
 * large, after a refusal half as large. That takes 2 checks or less for each block of the size that
 * is admitted, or for each id that is not. Where the rule does not look at ids, one is enough.
 */
static enum qm_code set_aside(struct cutter *cutter)
{
	size_t size = cutter->judge->plan->batch_size, next = 0;
	struct qm_verdict verdict;
	enum qm_code code = QM_OK;

	while (next < cutter->all.count) {
		size_t left = cutter->all.count - next;
		bool all_alike;

		size = size < left ? size : left;
		code = check_part(cutter->judge, &cutter->all, next, size, &verdict);
		if (code)
			return code;
		all_alike = !qm_bulk_path_is_of_ids(verdict.path);
		if (verdict.answer != QM_DENIED) {
			for (size_t end = next + size; next < end; next++)
				admit(cutter, next);
			size *= 2;
			if (size > cutter->judge->plan->batch_size)
				size = cutter->judge->plan->batch_size;
		} else if (size > 1 && !all_alike) {
			size /= 2;
		} else {
			for (size_t end = next + (all_alike ? left : 1); next < end; next++)
				refuse(cutter, next, &verdict);
		}
	}
	return code;
}

/* What is known of a call while its length is searched: `fits` ids are admitted, `too_many` not. */
struct range {
	size_t fits, too_many;
};

static enum qm_code narrow(const struct judge *judge, const struct qm_call *call, size_t count,
	struct range *range, struct qm_verdict *verdict)
{
	enum qm_code code = check_part(judge, call, 0, count, verdict);

	if (verdict->answer == QM_DENIED)
		range->too_many = count;
	else
		range->fits = count;
	return code;
}

/*
 * How many of the call's ids are admitted together, from the first on; 0: none, not even one. The
 * search begins at `likely`, what the call before it came to, and strides out from there: where
 * all calls are of one length, that takes 2 checks, and never more than 2 for each doubling.
 */
static enum qm_code longest_prefix(const struct judge *judge, const struct qm_call *call,
	size_t likely, size_t *out_count, struct qm_verdict *verdict)
{
	struct range range = { .fits = 0, .too_many = call->count + 1 };
	size_t count = likely < call->count ? likely : call->count, stride = 1;
	enum qm_code code = narrow(judge, call, count, &range, verdict);
	bool upwards = range.fits == count;

	while (!code && range.fits + 1 < range.too_many) {
		size_t gap = range.too_many - range.fits;
		bool bounded = upwards ? range.too_many <= call->count : range.fits > 0;

		if (bounded || stride >= gap)
			count = range.fits + gap / 2;
		else
			count = upwards ? range.fits + stride : range.too_many - stride;
		stride *= 2;
		code = narrow(judge, call, count, &range, verdict);
	}
	*out_count = range.fits;
	return code;
}

/* Cuts those that are kept into calls. Of two rules one may refuse what the other wants longer. */
static enum qm_code cut(struct cutter *cutter)
{
	struct judge *judge = cutter->judge;
	size_t likely = judge->plan->batch_size, left = cutter->admitted;
	struct qm_call call = cutter->all;
	struct qm_verdict verdict;
	enum qm_code code = QM_OK;

	while (left && !code) {
		size_t count;

		call.count = left < judge->plan->batch_size ? left : judge->plan->batch_size;
		code = longest_prefix(judge, &call, likely, &count, &verdict);
		if (code)
			break;
		call.denied = count ? NULL : keep(judge, &verdict);
		call.count = count ? count : 1;
		likely = call.count;
		qm_vec_push(&judge->calls, &call);
		call.updates += call.count;
		left -= call.count;
	}
	return code;
}

/* What is refused stands at the end of the group, a call for each run of the same words. */
static void add_refused(struct cutter *cutter)
{
	struct qm_plan *plan = cutter->judge->plan;
	struct qm_update *updates = plan->updates.items;
	size_t place = (size_t)(cutter->all.updates - updates) + cutter->admitted;
	struct qm_call call = cutter->all;

	for (size_t i = 0; i < cutter->refused.count; i++, place++) {
		const struct refused *refused = qm_vec_at(&cutter->refused, i);

		updates[place] = refused->update;
		plan->ids[place] = refused->id;
		if (!i || refused->verdict != call.denied) {
			if (i)
				qm_vec_push(&cutter->judge->calls, &call);
			call.updates = updates + place;
			call.count = 0;
			call.denied = refused->verdict;
		}
		call.count++;
	}
	if (cutter->refused.count)
		qm_vec_push(&cutter->judge->calls, &call);
}

static enum qm_code recut(struct judge *judge, const struct qm_call *calls, size_t count)
{
	struct cutter cutter = { .judge = judge, .all = calls[0] };
	enum qm_code code;

	for (size_t i = 1; i < count; i++)
		cutter.all.count += calls[i].count;
	qm_vec_init(&cutter.refused, sizeof(struct refused));
	code = set_aside(&cutter);
	if (!code)
		code = cut(&cutter);
	add_refused(&cutter);
	qm_vec_release(&cutter.refused);
	return code;
}

/* Judges the calls of one group as they are; cuts it anew where one is denied. */
static enum qm_code judge_group(struct judge *judge, struct qm_call *calls, size_t count)
{
	struct qm_verdict verdict = { .answer = QM_ALLOWED };
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < count && !code && verdict.answer != QM_DENIED; i++)
		code = check(judge, &calls[i], &verdict);
	if (code)
		return code;
	if (verdict.answer == QM_DENIED)
		return recut(judge, calls, count);
	for (size_t i = 0; i < count; i++)
		qm_vec_push(&judge->calls, &calls[i]);
	return QM_OK;
}

enum qm_code qm_plan_judge(struct qm_plan *plan, const struct qm_catalog *catalog,
	struct qm_gate *gate, const struct qm_clock *clock, struct qm_error *err)
{
	struct judge judge = {
		.plan = plan,
		.catalog = catalog,
		.counters = qm_projection_new(gate, qm_clock_now(clock), 0),
		.clock = clock,
		.err = err,
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
	qm_projection_free(judge.counters);
	return code;
}
