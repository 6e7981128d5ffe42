#include "tests/upload/draft.h"
#include "src/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t now_ms(void *context)
{
	(void)context;
	return DRAFT_NOW_MS;
}

static bool wait_ms(void *context, int64_t ms)
{
	struct draft *draft = context;

	assert_int_equal(ms, 0);
	return ++draft->checks != draft->signal;
}

int draft_setup(void **state)
{
	struct draft *draft = qm_alloc(sizeof *draft);

	draft->clock = (struct qm_clock){ now_ms, now_ms, wait_ms, draft };
	shelf_init(&draft->catalog);
	(void)shelf_execution(&draft->catalog, "100", "Chrome");
	qm_vec_init(&draft->resolution.updates, sizeof(struct qm_update));
	qm_plan_init(&draft->plan);
	*state = draft;
	return 0;
}

int draft_teardown(void **state)
{
	struct draft *draft = *state;

	qm_gate_free(draft->gate);
	qm_store_close(draft->store);
	qm_policy_free(draft->policy);
	qm_plan_release(&draft->plan);
	qm_vec_release(&draft->resolution.updates);
	qm_catalog_release(&draft->catalog);
	free(draft);
	return 0;
}

struct qm_update *draft_update(struct draft *draft, enum qm_outcome outcome)
{
	struct qm_update *update = qm_vec_add(&draft->resolution.updates);
	bool is_bad = outcome == QM_FAILED || outcome == QM_ERRORED;

	*update = (struct qm_update){
		.run = (uint32_t)draft->catalog.runs.count - 1,
		.outcome = (uint8_t)outcome,
		.status_id = is_bad ? SHELF_FAILED : SHELF_PASSED,
	};
	return update;
}

void draft_make(struct draft *draft, size_t batch_size)
{
	qm_plan_make(&draft->plan, &draft->catalog, &draft->resolution, batch_size);
}

const struct qm_call *draft_call(const struct draft *draft, size_t index)
{
	return qm_vec_at(&draft->plan.calls, index);
}

void draft_open(struct draft *draft, const char *policy)
{
	static const struct qm_gate_options options = { .headroom_percent = 0, .share = 1 };

	assert_int_equal(qm_policy_load(policy, strlen(policy), &draft->policy, NULL, NULL), QM_OK);
	draft->store = qm_store_memory();
	draft->gate = qm_gate_new(draft->policy, draft->store, &options);
}

void draft_judge(struct draft *draft, const char *policy)
{
	draft_open(draft, policy);
	assert_int_equal(
		qm_plan_judge(&draft->plan, &draft->catalog, draft->gate, &draft->clock, NULL),
		QM_OK);
}
