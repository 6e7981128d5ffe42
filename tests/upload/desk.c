#include "tests/upload/desk.h"
#include "src/base/memory.h"
#include "tests/upload/shelf.h"

#include <stdlib.h>

int desk_setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);
	struct qm_resolution *resolution = &desk->resolution;

	shelf_init(&desk->catalog);
	qm_vec_init(&resolution->updates, sizeof(struct qm_update));
	qm_vec_init(&resolution->unmapped, sizeof(struct qm_unmapped));
	qm_vec_init(&resolution->missing, sizeof(struct qm_missing));
	qm_vec_init(&resolution->left, sizeof(struct qm_left));
	qm_plan_init(&desk->plan);
	qm_summary_init(&desk->summary);
	qm_buf_init(&desk->text, 1 << 20);
	*state = desk;
	return 0;
}

int desk_teardown(void **state)
{
	struct desk *desk = *state;

	qm_buf_release(&desk->text);
	qm_summary_release(&desk->summary);
	qm_plan_release(&desk->plan);
	qm_vec_release(&desk->resolution.updates);
	qm_vec_release(&desk->resolution.unmapped);
	qm_vec_release(&desk->resolution.missing);
	qm_vec_release(&desk->resolution.left);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

void desk_fill(struct desk *desk)
{
	(void)shelf_execution(&desk->catalog, "2720260", "Chrome");
	for (int i = 1; i <= 3; i++) {
		struct qm_update *update = qm_vec_add(&desk->resolution.updates);

		(void)shelf_run(&desk->catalog, i, "", NULL, i == 3 ? SHELF_PASSED : SHELF_NOT_RUN);
		update->run = (uint32_t)i - 1;
		update->outcome = i == 1 ? QM_FAILED : QM_PASSED;
		update->status_id = i == 1 ? SHELF_FAILED : SHELF_PASSED;
	}
	desk->resolution.counts.tests = desk->resolution.mapped = 3;
	desk->resolution.counts.outcomes[QM_FAILED] = 1;
	desk->resolution.counts.outcomes[QM_PASSED] = 2;
	qm_plan_make(&desk->plan, &desk->catalog, &desk->resolution, 500);
	desk->summary.catalog = &desk->catalog;
	desk->summary.resolution = &desk->resolution;
	desk->summary.plan = &desk->plan;
	desk->summary.policy_name = "team.yaml";
	desk->summary.planned_ms = DESK_NOW_MS;
}

struct qm_report_verdict *desk_add_verdict(struct desk *desk, const char *path)
{
	struct qm_report_verdict *verdict = qm_vec_add(&desk->summary.verdicts);

	verdict->path = path;
	verdict->kind = QM_REPORT_JUNIT;
	return verdict;
}

void desk_accept_all(struct desk *desk)
{
	desk_fill(desk);
	for (size_t i = 0; i < desk->plan.calls.count; i++) {
		const struct qm_call *call = qm_vec_at(&desk->plan.calls, i);
		struct qm_call_result *result = qm_vec_add(&desk->summary.calls);

		*result = (struct qm_call_result){ QM_CALL_ACCEPTED, call->count, 0, DESK_NOW_MS,
			NULL };
		desk->summary.accepted += call->count;
		for (size_t j = 0; j < call->count; j++)
			qm_summary_count(&desk->summary, &call->updates[j]);
	}
}

void desk_plan_two(struct desk *desk)
{
	static const struct qm_verdict verdict = {
		.answer = QM_DENIED, .rule = "freeze", .message = "Not now."
	};
	struct qm_call *call;
	struct qm_call_result *result;

	desk_fill(desk);
	desk->summary.planning = true;
	desk->summary.failed_count = 2;
	call = qm_vec_at(&desk->plan.calls, 1);
	call->denied = &verdict;
	result = qm_vec_add(&desk->summary.calls);
	result->at_ms = DESK_NOW_MS + 60000;
	(void)qm_vec_add(&desk->summary.calls);
	qm_summary_count(&desk->summary, desk->plan.updates.items);
}
