#include "src/upload/resolve/resolve_steps.h"
#include "src/base/memory.h"
#include "src/upload/resolve/step_unit.h"

#include <stdlib.h>

/* Names are at most 64 KB (parsers/limits.h); class and name together and a separator. */
enum { NAME_BYTES = 2 * 64 * 1024 + 16 };

/* ---- Results are kept until steps are read. */

void qm_steps_init(struct qm_resolver *resolver, enum qm_level level)
{
	struct qm_step_results *steps = &resolver->steps;
	size_t count = resolver->catalog->runs.count;

	qm_vec_init(&steps->results, sizeof(struct qm_step_result));
	qm_vec_init(&steps->counted, sizeof(bool));
	qm_step_suites_init(&steps->suites);
	qm_vec_init(&resolver->due, sizeof(struct qm_step_read));
	qm_buf_init(&resolver->scratch, NAME_BYTES);
	if (level != QM_LEVEL_STEP)
		return;
	/* Never none, since their being there tells the level. */
	steps->first = qm_alloc_array(count + 1, sizeof *steps->first);
	steps->last = qm_alloc_array(count + 1, sizeof *steps->last);
	for (size_t i = 0; i < count; i++)
		steps->first[i] = QM_NONE;
}

void qm_steps_release(struct qm_resolver *resolver)
{
	free(resolver->steps.first);
	free(resolver->steps.last);
	qm_vec_release(&resolver->steps.results);
	qm_step_suites_release(&resolver->steps.suites);
	qm_vec_release(&resolver->steps.counted);
	qm_vec_release(&resolver->due);
	qm_buf_release(&resolver->scratch);
}

void qm_steps_take(
	struct qm_resolver *resolver, uint32_t first, size_t record, enum qm_merged merged)
{
	struct qm_step_results *steps = &resolver->steps;
	const struct qm_staged *staged = qm_vec_at(&resolver->stage.records, record);
	const struct qm_staged_test *test = qm_vec_at(&resolver->stage.tests, record);
	const struct qm_step_result result = {
		.id = test->id,
		.result = test->result,
		.name = staged->name,
		.message = staged->message,
		.suite = test->suite,
		.next = QM_NONE,
		.outcome = staged->outcome,
	};
	uint32_t index = (uint32_t)steps->results.count;

	if (merged == QM_MERGED_NONE || merged == QM_MERGED_ALONE)
		steps->first[first] = QM_NONE;
	if (merged == QM_MERGED_NONE || merged == QM_NOT_MERGED)
		return;
	if (steps->first[first] == QM_NONE)
		steps->first[first] = index;
	else
		((struct qm_step_result *)qm_vec_at(&steps->results, steps->last[first]))->next =
			index;
	steps->last[first] = index;
	qm_vec_push(&steps->results, &result);
}

/* ---- --combine last: the last result of each test, and then the worst of these. */

static uint32_t next_run(const struct qm_resolver *resolver, uint32_t run)
{
	uint16_t destination = qm_resolver_destination(resolver, run);

	do
		run = qm_resolver_run(resolver, run)->next_of_case;
	while (run != QM_NONE && qm_resolver_destination(resolver, run) != destination);
	return run;
}

/* The steps may have the results of one test apart: take_steps() does this again then. */
static void settle(struct qm_resolver *resolver, const struct qm_step_unit *unit)
{
	for (uint32_t run = unit->first; run != QM_NONE; run = next_run(resolver, run))
		qm_step_unit_settle(unit, resolver, run, unit->ids.items);
}

/* ---- What is to be read. */

/* The status that results of each outcome ask for; NULL: none does, or it is left. */
struct asked {
	const struct qm_status *statuses[QM_OUTCOMES];
	bool is_any;
};

static enum qm_code find_asked(const struct qm_resolver *resolver, const struct qm_step_unit *unit,
	struct asked *out, struct qm_error *err)
{
	bool has_outcome[QM_OUTCOMES] = { false };
	enum qm_code code = QM_OK;

	*out = (struct asked){ .is_any = false };
	for (size_t i = 0; i < unit->results.count; i++)
		has_outcome[qm_step_unit_result(unit, resolver, i)->outcome] = true;
	for (size_t i = 0; !code && i < QM_OUTCOMES; i++) {
		if (has_outcome[i])
			code = qm_targets_status(&resolver->targets, i, &out->statuses[i], err);
		out->is_any = out->is_any || out->statuses[i];
	}
	return code;
}

/* As far as the user goes: whether the run is locked is another question. */
static bool is_permitted(const struct qm_resolver *resolver, const struct qm_run *run,
	const struct qm_status *status)
{
	struct qm_run open = *run;
	enum qm_permission permission;
	const char *why;

	open.locked = false;
	permission = qm_targets_permit(&resolver->targets, &open, status, &why);
	return permission == QM_MAY_SET || permission == QM_UNCHANGED;
}

/*
 * Steps of what is kept as it is are, too. A test case whose own outcome is left has no status that
 * could tell, and is kept if it could be given none of those that its results ask for.
 */
static bool may_be_set(
	const struct qm_resolver *resolver, const struct qm_run *run, const struct asked *asked)
{
	const struct qm_status *own = asked->statuses[run->outcome];

	if (own)
		return is_permitted(resolver, run, own);
	for (size_t i = 0; i < QM_OUTCOMES; i++)
		if (asked->statuses[i] && is_permitted(resolver, run, asked->statuses[i]))
			return true;
	return false;
}

/* Steps of a locked run cannot be set; where its own result is lost, that says it all. */
static void lose_locked(struct qm_resolver *resolver, uint32_t index, const struct asked *asked)
{
	const struct qm_run *run = qm_resolver_run(resolver, index);
	const struct qm_status *own = asked->statuses[run->outcome];
	const char *why;

	if (!own || qm_targets_permit(&resolver->targets, run, own, &why) != QM_CANNOT)
		qm_resolver_lose(resolver, index, "its steps are locked or archived with it");
}

enum qm_code qm_resolver_due_steps(
	struct qm_resolver *resolver, const struct qm_vec **out, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	struct qm_step_unit unit;

	*out = &resolver->due;
	qm_step_unit_init(&unit);
	for (uint32_t i = 0; !code && resolver->steps.first && i < resolver->catalog->runs.count;
		i++) {
		struct asked asked;

		if (resolver->steps.first[i] == QM_NONE)
			continue;
		qm_step_unit_fill(&unit, resolver, i);
		if (resolver->combine == QM_COMBINE_LAST)
			settle(resolver, &unit);
		code = find_asked(resolver, &unit, &asked, err);
		for (uint32_t run = i; !code && asked.is_any && run != QM_NONE;
			run = next_run(resolver, run)) {
			const struct qm_step_read read = { run, i };

			if (!may_be_set(resolver, qm_resolver_run(resolver, run), &asked))
				continue;
			if (qm_resolver_run(resolver, run)->locked)
				lose_locked(resolver, run, &asked);
			else
				qm_vec_push(&resolver->due, &read);
		}
	}
	qm_step_unit_release(&unit);
	return code;
}
