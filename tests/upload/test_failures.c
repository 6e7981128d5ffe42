#include "src/upload/summary/failures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bench {
	struct qm_arena arena;
	struct qm_failures failures;
	struct qm_sink sink;
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);

	if (!bench)
		return -1;
	qm_arena_init(&bench->arena);
	qm_failures_init(&bench->failures, &bench->arena);
	bench->sink = qm_failures_sink(&bench->failures);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	qm_failures_release(&bench->failures);
	qm_arena_release(&bench->arena);
	free(bench);
	return 0;
}

static void begin(struct bench *bench)
{
	const struct qm_report_begin report = { .path = "TEST-a.xml" };

	assert_int_equal(bench->sink.report_begin(bench->sink.context, &report), QM_OK);
}

static void end(struct bench *bench, const char *reason, bool salvaged)
{
	const struct qm_report_end report = { .reason = reason, .salvaged = salvaged };

	assert_int_equal(bench->sink.report_end(bench->sink.context, &report), QM_OK);
}

static void tell(struct bench *bench, struct qm_result result)
{
	result.class_name = "a.B";
	assert_int_equal(bench->sink.result(bench->sink.context, &result), QM_OK);
}

static const struct qm_failed_test *at(const struct bench *bench, size_t index)
{
	return qm_vec_at(&bench->failures.tests, index);
}

static void only_what_failed_for_good_is_kept(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	for (int outcome = 0; outcome < QM_OUTCOMES; outcome++) {
		static const char *const names[] = { "passed", "flaky", "failed", "errored",
			"skipped", "notreached" };

		tell(bench,
			(struct qm_result){
				.name = names[outcome], .outcome = (enum qm_outcome)outcome });
	}
	tell(bench,
		(struct qm_result){ .name = "again", .outcome = QM_FAILED, .superseded = true });
	end(bench, NULL, false);
	assert_int_equal(bench->failures.count, 2);
	assert_string_equal(at(bench, 0)->test, "a.B.failed");
	assert_string_equal(at(bench, 1)->test, "a.B.errored");
}

static void a_test_is_told_with_its_place_and_one_line(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	tell(bench,
		(struct qm_result){ .name = "c",
			.outcome = QM_FAILED,
			.file = "tests/b.py",
			.line = 12,
			.message = "expected 3\nbut was 2" });
	tell(bench,
		(struct qm_result){
			.name = "d", .outcome = QM_FAILED, .failure_text = "\n  first\nsecond" });
	tell(bench, (struct qm_result){ .name = "e", .outcome = QM_ERRORED, .failure_type = "T" });
	assert_string_equal(at(bench, 0)->file, "tests/b.py");
	assert_int_equal(at(bench, 0)->line, 12);
	assert_string_equal(at(bench, 0)->message, "expected 3");
	assert_string_equal(at(bench, 1)->message, "first");
	assert_string_equal(at(bench, 1)->file, "");
	assert_string_equal(at(bench, 2)->message, "T");
}

static void a_dropped_report_takes_its_tests_along(void **state)
{
	struct bench *bench = *state;

	begin(bench);
	tell(bench, (struct qm_result){ .name = "kept", .outcome = QM_FAILED });
	end(bench, NULL, false);
	begin(bench);
	tell(bench, (struct qm_result){ .name = "dropped", .outcome = QM_FAILED });
	end(bench, "malformed", false);
	begin(bench);
	tell(bench, (struct qm_result){ .name = "salvaged", .outcome = QM_FAILED });
	end(bench, "truncated", true);
	assert_int_equal(bench->failures.count, 2);
	assert_string_equal(at(bench, 0)->test, "a.B.kept");
	assert_string_equal(at(bench, 1)->test, "a.B.salvaged");
}

static void beyond_a_thousand_they_are_counted(void **state)
{
	struct bench *bench = *state;
	char message[2000];

	memset(message, 'x', sizeof message - 1);
	message[sizeof message - 1] = '\0';
	begin(bench);
	for (int i = 0; i < 1234; i++)
		tell(bench,
			(struct qm_result){
				.name = message, .outcome = QM_FAILED, .message = message });
	end(bench, NULL, false);
	assert_int_equal(bench->failures.count, 1234);
	assert_int_equal(bench->failures.tests.count, 1000);
	assert_int_equal(strlen(at(bench, 999)->message), 250);
	assert_int_equal(strlen(at(bench, 999)->test), 250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_failed_for_good_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_test_is_told_with_its_place_and_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_dropped_report_takes_its_tests_along, setup, teardown),
		cmocka_unit_test_setup_teardown(
			beyond_a_thousand_they_are_counted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
