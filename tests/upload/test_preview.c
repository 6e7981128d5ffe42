#include "tests/upload/rig.h"

#include <string.h>

static void a_preview_says_when_each_call_would_go(void **state)
{
	struct rig *rig = *state;
	struct qm_upload_options options;

	rig_add(rig, 10, 0);
	rig_plan(rig, 2,
		"version: \"1\"\ntools:\n  \"*\":\n    rules:\n      - name: pace\n"
		"        rate_limit: 2/minute\n");
	rig->summary.planning = true;
	options = rig_options(rig);
	assert_int_equal(qm_upload_preview(&rig->summary, &options, &rig->plan,
				 rig->office->stage->gate, NULL),
		QM_OK);
	assert_int_equal(rig->office->requests, 0);
	assert_int_equal(rig->summary.calls.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(rig_result(rig, i)->at_ms / 60000 - STAGE_START_MS / 60000, i / 2);
	assert_int_equal(rig->summary.accepted, 0);
	assert_int_equal(qm_summary_updated(&rig->summary, 0).runs, 10);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_PLANNED);
}

/* 2 calls a minute: calls 3 and 4 go a minute later, call 5 two minutes. */
static const char two_a_minute[] =
	"version: \"1\"\ntools:\n  \"*\":\n    rules:\n      - name: pace\n"
	"        rate_limit: 2/minute\n";

static void preview(struct rig *rig, const char *policy)
{
	struct qm_upload_options options;

	rig_plan(rig, 2, policy);
	rig->summary.planning = true;
	options = rig_options(rig);
	assert_int_equal(qm_upload_preview(&rig->summary, &options, &rig->plan,
				 rig->office->stage->gate, NULL),
		QM_OK);
}

static void a_preview_says_which_limit_it_will_not_fit(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 10, 0);
	rig->office->stage->options.limits.max_wait_ms = 90000;
	preview(rig, two_a_minute);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_string_equal(rig_reason(rig, 0),
		"the upload would end before call 5 of 5, with 2 of 10 updates left: 2 calls a "
		"minute, team.yaml: the next attempt would be in 2 min 0 s, but --max-wait leaves "
		"90 s of 90 s");
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_CONCLUDED_STOPPED);
	/* The times are told all the same. */
	assert_int_equal(rig->summary.calls.count, 5);
}

static void a_preview_knows_the_deadline_too(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 10, 0);
	rig->office->stage->options.limits.deadline_ms = 70000;
	preview(rig, two_a_minute);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_says(rig_reason(rig, 0), "before call 5 of 5, with 2 of 10 updates left");
	assert_says(rig_reason(rig, 0), "in 2 min 0 s, but --deadline leaves 70 s of 70 s");
}

static void a_preview_says_that_the_first_limit_ends_the_upload(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 10, 0);
	rig->office->stage->options.limits.stop_on_limit = true;
	preview(rig, two_a_minute);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_says(rig_reason(rig, 0), "before call 3 of 5, with 6 of 10 updates left");
	assert_says(rig_reason(rig, 0), "--on-limit");
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
}

/* ---- What a plan foretells is what an upload does, whatever the limits. */

/* xorshift: the same policies in each run. */
static unsigned draw(uint64_t *random, unsigned count)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (unsigned)(*random % count);
}

/* One to three limits of some seconds to an hour, some of them on everything. */
static void draw_policy(uint64_t *random, struct qm_buf *out)
{
	static const int windows[] = { 1, 7, 30, 60, 61, 600, 3600 };
	static const char *const tools[] = { "qmetry_bulk_update_test_case_execution_status",
		"\"*\"" };

	qm_buf_clear(out);
	qm_buf_add_text(out, "tools:\n");
	for (int tool = 0; tool < 2; tool++) {
		int count = (int)draw(random, 3), first = (int)draw(random, 7);

		qm_buf_add_format(out, "  %s:\n    rules:\n      - action: allow\n", tools[tool]);
		for (int i = 0; i < count; i++)
			qm_buf_add_format(out,
				"      - action: allow\n"
				"        rate_limit: {max: %u, window: %d}\n",
				draw(random, 6) + 1, windows[(first + i) % 7]);
	}
}

/* Somebody else made so many calls in the last seconds. */
static void use_up(struct stage *stage, unsigned calls)
{
	const struct qm_api_call call = stage_call(QM_WRITE);

	for (unsigned i = 0; i < calls; i++) {
		struct qm_reservation *reservation;
		struct qm_verdict verdict;

		assert_int_equal(qm_gate_reserve(stage->gate, &call.tool, stage->now_ms, &verdict,
					 &reservation, NULL),
			QM_OK);
		qm_reservation_free(reservation);
	}
}

struct drawn {
	const char *policy;
	int64_t offset_ms;
	unsigned used, calls;
};

/* When the calls go, of a preview or of an upload. */
static void times_of(const struct drawn *drawn, bool sending, int64_t *out_ms)
{
	void *fresh = NULL;
	struct qm_upload_options options;
	struct stage *stage;
	struct rig *rig;

	assert_int_equal(rig_setup(&fresh), 0);
	rig = fresh;
	stage = rig->office->stage;
	stage->now_ms += drawn->offset_ms;
	stage->options.limits.max_wait_ms = stage->options.limits.deadline_ms = INT64_C(1) << 40;
	rig_add(rig, (int)drawn->calls, 0);
	rig_plan(rig, 1, drawn->policy);
	use_up(stage, drawn->used);
	options = rig_options(rig);
	rig->summary.planning = !sending;
	if (sending)
		qm_upload(&rig->summary, &options);
	else
		assert_int_equal(
			qm_upload_preview(&rig->summary, &options, &rig->plan, stage->gate, NULL),
			QM_OK);
	for (unsigned i = 0; i < drawn->calls; i++)
		out_ms[i] = rig_result(rig, i)->at_ms;
	(void)rig_teardown(&fresh);
}

static void a_preview_foretells_the_upload(void **state)
{
	int64_t planned_ms[32], sent_ms[32];
	uint64_t random = 20260115;
	struct qm_buf policy;

	(void)state;
	qm_buf_init(&policy, 4096);
	for (int round = 0; round < 300; round++) {
		struct drawn drawn;

		draw_policy(&random, &policy);
		drawn = (struct drawn){
			.policy = policy.data,
			.offset_ms = draw(&random, 70000),
			.used = draw(&random, 5),
			.calls = draw(&random, 32) + 1,
		};
		times_of(&drawn, false, planned_ms);
		times_of(&drawn, true, sent_ms);
		for (unsigned i = 0; i < drawn.calls; i++)
			if (planned_ms[i] != sent_ms[i])
				fail_msg("round %d, call %u of %u from %lld on (%u used): planned "
					 "for %lld, sent at %lld under\n%s",
					round, i, drawn.calls, (long long)drawn.offset_ms,
					drawn.used, (long long)(planned_ms[i] - STAGE_START_MS),
					(long long)(sent_ms[i] - STAGE_START_MS), policy.data);
	}
	qm_buf_release(&policy);
}

static void a_preview_lists_what_is_denied(void **state)
{
	struct rig *rig = *state;
	struct qm_upload_options options;

	rig_add(rig, 10, 4);
	rig_plan(rig, 500,
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: freeze\n        action: deny\n");
	rig->summary.planning = true;
	options = rig_options(rig);
	assert_int_equal(qm_upload_preview(&rig->summary, &options, &rig->plan,
				 rig->office->stage->gate, NULL),
		QM_OK);
	assert_int_equal(rig->summary.failed_count, 10);
	assert_int_equal(qm_summary_updated(&rig->summary, 0).runs, 0);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 8);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_CONCLUDED_DENIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_preview_says_when_each_call_would_go),
		TEST(a_preview_says_which_limit_it_will_not_fit),
		TEST(a_preview_knows_the_deadline_too),
		TEST(a_preview_says_that_the_first_limit_ends_the_upload),
		cmocka_unit_test(a_preview_foretells_the_upload),
		TEST(a_preview_lists_what_is_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
