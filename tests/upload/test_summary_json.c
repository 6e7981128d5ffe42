#include "src/upload/summary/summary_forms.h"
#include "tests/upload/desk.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_json(json_t *value, const char *expected)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
	free(text);
	json_decref(value);
}

static void a_report_is_one_object(void **state)
{
	struct desk *desk = *state;
	struct qm_report_verdict *verdict = desk_add_verdict(desk, "TEST-a.xml");

	verdict->counts = (struct qm_report_counts){ .suites = 1, .tests = 21, .suite_errors = 8 };
	for (unsigned i = 0; i < QM_OUTCOMES; i++)
		verdict->counts.outcomes[i] = i + 1;
	assert_json(qm_report_json(verdict),
		"{\"file\":\"TEST-a.xml\",\"kind\":\"junit\",\"suites\":1,\"tests\":21,"
		"\"passed\":3,\"failed\":3,\"errored\":4,\"skipped\":11,\"flaky\":2,"
		"\"config_methods\":0,\"suite_errors\":8,\"error\":null}");
	verdict->kind = QM_REPORT_NONE;
	verdict->counts = (struct qm_report_counts){ .tests = 0 };
	verdict->reason = "malformed";
	verdict->text = "what is \"this\"?";
	verdict->line = 3;
	verdict->column = 7;
	assert_json(qm_report_json(verdict),
		"{\"file\":\"TEST-a.xml\",\"kind\":null,\"suites\":0,\"tests\":0,"
		"\"passed\":0,\"failed\":0,\"errored\":0,\"skipped\":0,\"flaky\":0,"
		"\"config_methods\":0,\"suite_errors\":0,\"error\":{\"reason\":\"malformed\","
		"\"line\":3,\"column\":7,\"text\":\"what is \\\"this\\\"?\"}}");
}

static void a_summary_of_nothing_has_all_its_members(void **state)
{
	struct desk *desk = *state;

	assert_json(qm_summary_json(&desk->summary),
		"{\"conclusion\":\"success\",\"reasons\":[],\"reasons_total\":0,"
		"\"reports\":[],\"reports_total\":0,"
		"\"results\":{\"tests\":0,\"passed\":0,\"flaky\":0,\"failed\":0,\"errored\":0,"
		"\"skipped\":0,\"not_reached\":0},\"mapped\":0,\"ignored\":0,"
		"\"unmapped\":[],\"unmapped_total\":0,\"missing\":[],\"missing_total\":0,"
		"\"left\":[],\"left_total\":0,\"combined\":[],\"combined_total\":0,"
		"\"transitions\":[],\"transitions_total\":0,"
		"\"steps\":{\"reads\":0,\"reads_wait_ms\":0,\"by_description\":0,\"by_order\":0,"
		"\"without_test\":0,\"unmapped_tests\":0,\"updated\":0,"
		"\"unverified\":0,\"transitions\":[],\"transitions_total\":0},"
		"\"executions\":[],\"executions_total\":0,"
		"\"calls\":{\"reads\":0,\"writes\":0,\"retries\":0,\"waited_ms\":0},"
		"\"updates\":{\"accepted\":0,\"verified\":0,\"unchanged\":0,\"failed\":0,"
		"\"unknown\":0,\"superseded\":0,\"earlier\":0},\"failed\":[],\"failed_total\":0,"
		"\"unknown\":[],\"unknown_total\":0,\"superseded\":[],"
		"\"superseded_total\":0,\"differing\":[],\"differing_total\":0,"
		"\"journal\":null}");
}

static void an_upload_is_told_in_full(void **state)
{
	struct desk *desk = *state;
	struct qm_summary *summary = &desk->summary;
	const struct qm_unmapped unmapped = {
		.test = "a.B.c", .file = "TEST-a.xml", .why = "no key", .nearest = ""
	};
	const struct qm_missing missing = { "VKMC-TC-9", "Nine", "" };
	const struct qm_left execution = { "VKMC-TS-20 / Edge", "archived" },
			     run = { "VKMC-TC-4", "skipped" };
	const struct qm_listed_run failed = {
		.key = "VKMC-TC-1", .test = "a.B.one", .why = "gone", .id = 1001
	};
	const struct qm_listed_run unknown = {
		.key = "VKMC-TC-2", .step = 3, .test = "", .why = "cut", .id = 1002
	};

	desk_accept_all(desk);
	desk_add_verdict(desk, "other.xml")->left_out = true;
	qm_vec_push(&desk->resolution.unmapped, &unmapped);
	qm_vec_push(&desk->resolution.missing, &missing);
	qm_vec_push(&desk->resolution.left, &run);
	qm_vec_push(&desk->catalog.left, &execution);
	qm_vec_push(&summary->failed, &failed);
	desk->resolution.unmapped_count = 7;
	desk->resolution.missing_count = 8;
	desk->resolution.left_count = 9;
	desk->resolution.unchanged = 5;
	desk->resolution.steps = (struct qm_step_counts){ 2, 3, 4, 5, 6 };
	summary->unverified_steps = 7;
	qm_vec_push(&summary->unknown, &unknown);
	summary->failed_count = 1;
	summary->unknown_count = 1;
	summary->verified = 2;
	summary->superseded = 4;
	summary->earlier = 6;
	summary->journal = "j";
	summary->counts = (struct qm_session_counts){ 5, 3, 1, 41000 };
	qm_summary_reason(summary, QM_REASON_NOT_UPLOADED, "because");
	assert_json(qm_summary_json(summary),
		"{\"conclusion\":\"partial\",\"reasons\":[{\"code\":1,\"text\":\"because\"}],"
		"\"reasons_total\":1,\"reports\":[],\"reports_total\":0,"
		"\"results\":{\"tests\":3,\"passed\":2,\"flaky\":0,\"failed\":1,"
		"\"errored\":0,\"skipped\":0,\"not_reached\":0},\"mapped\":3,\"ignored\":0,"
		"\"unmapped\":[{\"test\":\"a.B.c\",\"file\":\"TEST-a.xml\",\"why\":\"no key\","
		"\"nearest\":\"\"}],\"unmapped_total\":7,"
		"\"missing\":[{\"key\":\"VKMC-TC-9\",\"summary\":\"Nine\"}],\"missing_total\":8,"
		"\"left\":[{\"key\":\"VKMC-TS-20 / Edge\",\"why\":\"archived\"},"
		"{\"key\":\"VKMC-TC-4\",\"why\":\"skipped\"}],\"left_total\":10,"
		"\"combined\":[],\"combined_total\":0,"
		"\"transitions\":[{\"from\":\"Not Run\",\"to\":\"Failed\",\"runs\":1},"
		"{\"from\":\"Not Run\",\"to\":\"Passed\",\"runs\":1},"
		"{\"from\":\"Passed\",\"to\":\"Passed\",\"runs\":1}],\"transitions_total\":3,"
		"\"steps\":{\"reads\":2,\"reads_wait_ms\":0,\"by_description\":3,\"by_order\":4,"
		"\"without_test\":5,\"unmapped_tests\":6,\"updated\":0,"
		"\"unverified\":7,\"transitions\":[],\"transitions_total\":0},"
		"\"executions\":[{\"suite\":\"VKMC-TS-20\",\"suite_run\":\"2720260\","
		"\"platform\":\"Chrome\",\"release\":\"\",\"cycle\":\"\",\"runs\":3,"
		"\"updated\":3,\"updated_steps\":0}],\"executions_total\":1,"
		"\"calls\":{\"reads\":5,\"writes\":3,\"retries\":1,\"waited_ms\":41000},"
		"\"updates\":{\"accepted\":3,\"verified\":2,\"unchanged\":5,\"failed\":1,"
		"\"unknown\":1,\"superseded\":4,\"earlier\":6},"
		"\"failed\":[{\"key\":\"VKMC-TC-1\",\"id\":1001,"
		"\"test\":\"a.B.one\",\"why\":\"gone\"}],\"failed_total\":1,"
		"\"unknown\":[{\"key\":\"VKMC-TC-2\",\"step\":3,\"id\":1002,\"test\":\"\","
		"\"why\":\"cut\"}],"
		"\"unknown_total\":1,\"superseded\":[],\"superseded_total\":4,"
		"\"differing\":[],\"differing_total\":0,\"journal\":\"j\"}");
}

static void a_plan_lists_every_call_with_its_time(void **state)
{
	struct desk *desk = *state;
	json_t *summary, *calls;

	desk_plan_two(desk);
	summary = qm_summary_json(&desk->summary);
	calls = json_incref(json_object_get(summary, "calls"));
	json_decref(summary);
	assert_json(calls,
		"{\"reads\":0,\"writes\":0,\"retries\":0,\"waited_ms\":0,\"planned\":[{"
		"\"tool\":\"qmetry_bulk_update_test_case_execution_status\","
		"\"arguments\":{\"projectKey\":\"VKMC\",\"entityType\":\"TCR\","
		"\"entityIDs\":\"1001\",\"qmTsRunId\":\"2720260\",\"runStatusID\":2,"
		"\"isAutoExecuted\":\"1\",\"isBulkOperation\":false},"
		"\"at\":\"2026-01-15T10:32:00Z\",\"wait_ms\":60000,\"ids\":1}],"
		"\"planned_total\":1,\"denied\":[{"
		"\"tool\":\"qmetry_bulk_update_test_case_execution_status\","
		"\"arguments\":{\"projectKey\":\"VKMC\",\"entityType\":\"TCR\","
		"\"entityIDs\":\"1002,1003\",\"qmTsRunId\":\"2720260\",\"runStatusID\":1,"
		"\"isAutoExecuted\":\"1\",\"isBulkOperation\":true},"
		"\"rule\":\"freeze\",\"message\":\"Not now.\",\"ids\":2}],\"denied_total\":1}");
}

static size_t length_of(const json_t *summary, const char *name)
{
	return json_array_size(json_object_get(summary, name));
}

static json_int_t number_of(const json_t *summary, const char *name)
{
	return json_integer_value(json_object_get(summary, name));
}

static void no_list_is_longer_than_ten_thousand(void **state)
{
	struct desk *desk = *state;
	json_t *summary;

	desk_fill(desk);
	for (int i = 0; i < 10001; i++) {
		(void)desk_add_verdict(desk, "TEST-a.xml");
		qm_vec_push(&desk->resolution.unmapped,
			&(struct qm_unmapped){
				.test = "a", .file = "b", .why = "c", .nearest = "" });
		qm_vec_push(&desk->resolution.missing, &(struct qm_missing){ "a", "b", "" });
	}
	/* Executions and runs are one list. */
	for (int i = 0; i < 6000; i++) {
		qm_vec_push(&desk->catalog.left, &(struct qm_left){ "VKMC-TS-20", "archived" });
		qm_vec_push(&desk->resolution.left, &(struct qm_left){ "VKMC-TC-1", "skipped" });
	}
	for (int i = 0; i < 10000; i++)
		(void)shelf_execution(&desk->catalog, "2720261", "Edge");
	desk->resolution.left_count = 7000;
	summary = qm_summary_json(&desk->summary);
	assert_int_equal(length_of(summary, "reports"), 10000);
	assert_int_equal(length_of(summary, "unmapped"), 10000);
	assert_int_equal(length_of(summary, "missing"), 10000);
	assert_int_equal(length_of(summary, "left"), 10000);
	assert_int_equal(length_of(summary, "executions"), 10000);
	assert_int_equal(number_of(summary, "left_total"), 13000);
	assert_int_equal(number_of(summary, "reports_total"), 10001);
	assert_int_equal(number_of(summary, "executions_total"), 10001);
	json_decref(summary);
}

static void bytes_that_json_cannot_hold_are_replaced(void **state)
{
	struct desk *desk = *state;
	json_t *report = qm_report_json(desk_add_verdict(desk, "TEST-\xff.xml"));

	assert_string_equal(json_string_value(json_object_get(report, "file")), "TEST-?.xml");
	json_decref(report);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_report_is_one_object),
		TEST(a_summary_of_nothing_has_all_its_members),
		TEST(an_upload_is_told_in_full),
		TEST(a_plan_lists_every_call_with_its_time),
		TEST(no_list_is_longer_than_ten_thousand),
		TEST(bytes_that_json_cannot_hold_are_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
