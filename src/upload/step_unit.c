#include "src/upload/step_unit.h"

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
}

const struct qm_step_result *qm_step_unit_result(
	const struct qm_step_unit *unit, const struct qm_resolver *resolver, size_t place)
{
	return result_at(resolver, *(const uint32_t *)qm_vec_at(&unit->results, place));
}

void qm_step_combine(struct qm_resolver *resolver, uint32_t run,
	const struct qm_step_result *result, enum qm_combine how)
{
	const struct qm_staged record = {
		.name = result->name, .message = result->message, .outcome = result->outcome
	};

	resolver->stage.report = result->report;
	qm_resolver_combine(resolver, qm_resolver_run(resolver, run), &record, how);
}
