#include "tests/upload/rig.h"
#include "src/base/memory.h"
#include "tests/upload/shelf.h"

#include <stdlib.h>

int rig_setup(void **state)
{
	struct rig *rig = qm_alloc(sizeof *rig);
	void *office;
	int failed = office_setup(&office);

	rig->office = office;
	rig->max_split_calls = 60;
	shelf_init(&rig->catalog);
	(void)shelf_execution(&rig->catalog, "2720260", "Chrome");
	qm_vec_init(&rig->resolution.updates, sizeof(struct qm_update));
	qm_plan_init(&rig->plan);
	qm_summary_init(&rig->summary);
	*state = rig;
	return failed;
}

int rig_teardown(void **state)
{
	struct rig *rig = *state;
	void *office = rig->office;
	int failed = office_teardown(&office);

	qm_summary_release(&rig->summary);
	qm_plan_release(&rig->plan);
	qm_vec_release(&rig->resolution.updates);
	qm_catalog_release(&rig->catalog);
	free(rig);
	return failed;
}

/* Updates for runs 1 to `count`; the first `failed` of them failed. */
void rig_add(struct rig *rig, int count, int failed)
{
	rig->office->runs = count;
	for (int i = 1; i <= count; i++) {
		struct qm_update *update = qm_vec_add(&rig->resolution.updates);

		(void)shelf_run(&rig->catalog, i, "", NULL, SHELF_NOT_RUN);
		update->run = (uint32_t)i - 1;
		update->outcome = i <= failed ? QM_FAILED : QM_PASSED;
		update->status_id = i <= failed ? SHELF_FAILED : SHELF_PASSED;
	}
}

static void origin_of(void *context, uint32_t run, struct qm_origin *out)
{
	(void)context;
	out->tests[0] = run == 4 ? "a.B.five" : "a.B.other";
	out->tests[1] = "a.B.second";
	out->test_count = 2;
}

struct qm_upload_options rig_options(const struct rig *rig)
{
	return (struct qm_upload_options){
		.session = rig->office->stage->session,
		.clock = &rig->office->stage->clock,
		.log = &rig->office->stage->logger,
		.max_split_calls = rig->max_split_calls,
		.origins = { origin_of, NULL },
	};
}

void rig_plan(struct rig *rig, size_t batch_size, const char *policy)
{
	struct stage *stage = rig->office->stage;

	office_open(rig->office, policy);
	qm_plan_make(&rig->plan, &rig->catalog, &rig->resolution, batch_size);
	assert_int_equal(
		qm_plan_judge(&rig->plan, &rig->catalog, stage->gate, &stage->clock, NULL), QM_OK);
	rig->summary.catalog = &rig->catalog;
	rig->summary.resolution = &rig->resolution;
	rig->summary.plan = &rig->plan;
	rig->summary.policy_name = "team.yaml";
}

const struct qm_call_result *rig_result(const struct rig *rig, size_t call)
{
	return qm_vec_at(&rig->summary.calls, call);
}

const char *rig_reason(const struct rig *rig, size_t index)
{
	return ((const struct qm_reason_line *)qm_vec_at(&rig->summary.reasons, index))->text;
}

void assert_says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" does not say \"%s\"", text, words);
}
