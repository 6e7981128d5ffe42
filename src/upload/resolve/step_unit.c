#include "src/upload/resolve/step_unit.h"
#include "src/base/memory.h"

#include <stdlib.h>

static const struct qm_step_result *result_at(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_vec_at(&resolver->steps.results, index);
}

void qm_step_unit_init(struct qm_step_unit *unit)
{
	unit->first = QM_NONE;
	qm_vec_init(&unit->results, sizeof(uint32_t));
	qm_vec_init(&unit->ids, sizeof(struct qm_test_id));
	qm_vec_init(&unit->told, sizeof(bool));
}

void qm_step_unit_release(struct qm_step_unit *unit)
{
	qm_vec_release(&unit->results);
	qm_vec_release(&unit->ids);
	qm_vec_release(&unit->told);
}

static const struct qm_step_suite *suite_of(
	const struct qm_resolver *resolver, const struct qm_step_result *result)
{
	return qm_vec_at(&resolver->steps.suites.suites, result->suite);
}

static bool is_one_suite(const struct qm_step_unit *unit, const struct qm_resolver *resolver)
{
	const struct qm_step_suite *suite = NULL;

	for (size_t i = 0; i < unit->results.count; i++) {
		const struct qm_step_suite *next =
			suite_of(resolver, qm_step_unit_result(unit, resolver, i));

		if (suite && next != suite)
			return false;
		suite = next;
	}
	return suite && suite->results == unit->results.count;
}

void qm_step_unit_fill(
	struct qm_step_unit *unit, const struct qm_resolver *resolver, uint32_t first)
{
	uint32_t index = resolver->steps.first[first];

	unit->first = first;
	qm_vec_clear(&unit->results);
	qm_vec_clear(&unit->ids);
	qm_vec_clear(&unit->told);
	for (; index != QM_NONE; index = result_at(resolver, index)->next) {
		qm_vec_push(&unit->results, &index);
		qm_vec_push(&unit->ids, &result_at(resolver, index)->id);
		(void)qm_vec_add(&unit->told);
	}
	unit->is_one_suite = is_one_suite(unit, resolver);
}

const struct qm_step_result *qm_step_unit_result(
	const struct qm_step_unit *unit, const struct qm_resolver *resolver, size_t place)
{
	return result_at(resolver, *(const uint32_t *)qm_vec_at(&unit->results, place));
}

uint32_t qm_step_unit_report(
	const struct qm_resolver *resolver, const struct qm_step_result *result)
{
	return suite_of(resolver, result)->report;
}

void qm_step_unit_settle(const struct qm_step_unit *unit, struct qm_resolver *resolver,
	uint32_t run, const struct qm_test_id *ids)
{
	size_t count = unit->results.count;
	size_t *group = qm_alloc_array(count, sizeof *group);
	size_t *counts = qm_alloc_array(count, sizeof *counts); /* by group: the result that does */
	uint32_t results = qm_resolver_run(resolver, run)->results;

	qm_steps_group(ids, count, group);
	for (size_t i = 0; i < count; i++) {
		size_t *kept = &counts[group[i]];

		if (group[i] == i ||
			qm_resolver_replaces(QM_COMBINE_LAST,
				qm_step_unit_result(unit, resolver, i)->outcome,
				qm_step_unit_result(unit, resolver, *kept)->outcome))
			*kept = i;
	}
	qm_resolver_clear(qm_resolver_run(resolver, run));
	for (size_t i = 0; i < count; i++)
		if (group[i] == i)
			qm_step_combine(resolver, run,
				qm_step_unit_result(unit, resolver, counts[i]), QM_COMBINE_WORST);
	qm_resolver_run(resolver, run)->results = results;
	free(counts);
	free(group);
}

void qm_step_combine(struct qm_resolver *resolver, uint32_t run,
	const struct qm_step_result *result, enum qm_combine how)
{
	const struct qm_staged record = {
		.name = result->name, .message = result->message, .outcome = result->outcome
	};

	resolver->stage.report = qm_step_unit_report(resolver, result);
	qm_resolver_combine(resolver, qm_resolver_run(resolver, run), &record, how);
}
