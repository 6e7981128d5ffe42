#include "src/upload/resolve/resolve.h"
#include "tests/upload/inbox.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct qm_update *update_at(const struct qm_resolution *resolution, size_t index)
{
	return qm_vec_at(&resolution->updates, index);
}

static void shelve(struct inbox *inbox, int count)
{
	for (int i = 1; i <= count; i++)
		(void)shelf_run(&inbox->catalog, i, "", NULL, SHELF_NOT_RUN);
}

static void outcomes_become_statuses_of_the_project(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelve(inbox, 6);
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "a", "VKMC-TC-2", QM_FLAKY);
	inbox_add(inbox, "a", "VKMC-TC-3", QM_FAILED);
	inbox_add(inbox, "a", "VKMC-TC-4", QM_ERRORED);
	inbox_add(inbox, "a", "VKMC-TC-5", QM_SKIPPED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(update_at(resolution, i)->run, i);
		assert_int_equal(
			update_at(resolution, i)->status_id, i < 2 ? SHELF_PASSED : SHELF_FAILED);
	}
	assert_int_equal(resolution->mapped, 5);
	assert_int_equal(resolution->counts.tests, 5);
	assert_int_equal(resolution->missing_count, 1);
	assert_string_equal(
		((const struct qm_missing *)qm_vec_at(&resolution->missing, 0))->key, "VKMC-TC-6");
	assert_int_equal(resolution->left_count, 1);
}

static void statuses_can_be_named(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelve(inbox, 3);
	inbox->options.status_names[QM_SKIPPED] = "blocked";
	inbox->options.status_names[QM_TARGET_MISSING] = "N/A";
	inbox->options.status_names[QM_PASSED] = "leave";
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_SKIPPED);
	inbox_add(inbox, "a", "VKMC-TC-2", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 2);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_BLOCKED);
	assert_int_equal(update_at(resolution, 1)->run, 2);
	assert_int_equal(update_at(resolution, 1)->status_id, SHELF_EMPTY);
}

static void an_unknown_status_is_told_with_those_there_are(void **state)
{
	struct inbox *inbox = *state;
	struct qm_error err;

	inbox->options.status_names[QM_FAILED] = "Faled";
	qm_error_init(&err);
	assert_int_equal(qm_resolver_new(&inbox->catalog, inbox->mapping, &inbox->options,
				 &inbox->resolver, &err),
		QM_ENOTFOUND);
	assert_null(inbox->resolver);
	assert_string_equal(err.text,
		"project VKMC has no status \"Faled\" (--status failed); did you mean \"Failed\"?; "
		"there are: Passed, Failed, Blocked, Not Run, N/A");
}

static void a_report_that_fails_is_dropped_whole(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelve(inbox, 2);
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "a", "nobody", QM_FAILED);
	inbox_end_report(inbox, "malformed", false);
	inbox_begin_report(inbox, "b.xml");
	inbox_add(inbox, "a", "VKMC-TC-2", QM_PASSED);
	inbox_end_report(inbox, "truncated", true);
	resolution = inbox_finished(inbox);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->run, 1);
	assert_int_equal(resolution->counts.tests, 1);
	assert_int_equal(resolution->unmapped_count, 0);
	assert_int_equal(resolution->unmapped.count, 0);
}

/* What has no root element, or another one, has only an end. */
static void a_file_that_is_no_report_takes_nothing_from_the_one_before(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;
	const char *names[3];

	shelve(inbox, 2);
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "a", "nobody", QM_FAILED);
	inbox_end_report(inbox, NULL, false);
	inbox_end_report(inbox, "not-a-report", false);
	inbox_begin_report(inbox, "c.xml");
	inbox_add(inbox, "a", "VKMC-TC-2", QM_FAILED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->unmapped_count, 1);
	assert_int_equal(resolution->unmapped.count, 1);
	assert_int_equal(qm_resolver_names(inbox->resolver, 0, names), 1);
	assert_string_equal(names[0], "a.VKMC-TC-1");
}

static void nothing_is_missing_while_reports_are_not_whole(void **state)
{
	static const struct {
		const char *name, *reason;
		bool salvaged;
		size_t updates; /* the mapped one, and the missing one where that is sure */
	} rows[] = {
		{ "VKMC-TC-1", NULL, false, 2 },
		{ "VKMC-TC-1", "truncated", true, 1 },
		{ "VKMC-TC-1", "malformed", false, 0 },
		{ "nobody", NULL, false, 0 },
	};
	struct inbox *inbox = *state;

	shelve(inbox, 2);
	inbox->options.status_names[QM_TARGET_MISSING] = "Blocked";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_resolution *resolution;

		((struct qm_run *)qm_vec_at(&inbox->catalog.runs, 0))->results = 0;
		qm_resolver_free(inbox->resolver);
		inbox_begin(inbox);
		inbox_add(inbox, "a", rows[i].name, QM_PASSED);
		inbox_end_report(inbox, rows[i].reason, rows[i].salvaged);
		resolution = inbox_finished(inbox);
		assert_int_equal(resolution->updates.count, rows[i].updates);
	}
}

static void superseded_attempts_do_not_count(void **state)
{
	const struct qm_result attempt = {
		.class_name = "a", .name = "VKMC-TC-1", .outcome = QM_FAILED, .superseded = true
	};
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelve(inbox, 1);
	inbox_begin(inbox);
	assert_int_equal(inbox->sink.result(inbox->sink.context, &attempt), QM_OK);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_PASSED);
	assert_int_equal(resolution->counts.tests, 1);
}

static void one_set_of_results_goes_to_all_executions(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelve(inbox, 2);
	(void)shelf_execution(&inbox->catalog, "101", "Firefox");
	shelve(inbox, 1);
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_FAILED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->updates.count, 2);
	assert_int_equal(update_at(resolution, 0)->run, 0);
	assert_int_equal(update_at(resolution, 1)->run, 2);
	assert_int_equal(resolution->missing_count, 1);
}

static void different_tests_with_one_summary_are_ambiguous(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;
	const struct qm_unmapped *first;

	(void)shelf_run(&inbox->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	inbox_begin(inbox);
	inbox_add(inbox, "a.B", "works", QM_PASSED);
	inbox_add(inbox, "a.C", "works", QM_FAILED);
	inbox_add(inbox, "a.D", "works", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 0);
	assert_int_equal(resolution->mapped, 0);
	assert_int_equal(resolution->unmapped_count, 3);
	assert_int_equal(resolution->unmapped.count, 3);
	assert_int_equal(resolution->missing_count, 0);
	first = qm_vec_at(&resolution->unmapped, 0);
	assert_string_equal(first->test, "a.B.works");
	assert_string_equal(first->file, "a.xml");
	assert_string_equal(first->nearest, "VKMC-TC-1");
	assert_non_null(strstr(first->why, "ambiguous"));
}

static void parameters_of_one_test_are_no_ambiguity(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&inbox->catalog, 1, "", "a.B.adds", SHELF_NOT_RUN);
	inbox_begin(inbox);
	inbox_add(inbox, "a.B", "adds[1]", QM_PASSED);
	inbox_add(inbox, "a.B", "adds[2]", QM_FAILED);
	inbox_add(inbox, "a.B", "adds[3]", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->unmapped_count, 0);
	assert_int_equal(resolution->mapped, 3);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_FAILED);
}

/* The tests met in different reports, and each is listed with its own; in all executions it is
 * the same result, listed and counted once. */
static void ambiguity_across_reports_and_executions(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;
	const struct qm_unmapped *row;

	(void)shelf_run(&inbox->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	(void)shelf_execution(&inbox->catalog, "101", "Firefox");
	(void)shelf_run(&inbox->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	inbox_begin(inbox);
	inbox_add(inbox, "a.B", "works", QM_PASSED);
	inbox_end_report(inbox, NULL, false);
	inbox_begin_report(inbox, "b.xml");
	inbox_add(inbox, "a.C", "works", QM_FAILED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 0);
	assert_int_equal(resolution->unmapped_count, 2);
	assert_int_equal(resolution->unmapped.count, 2);
	row = qm_vec_at(&resolution->unmapped, 0);
	assert_string_equal(row->test, "a.B.works");
	assert_string_equal(row->file, "a.xml");
	row = qm_vec_at(&resolution->unmapped, 1);
	assert_string_equal(row->test, "a.C.works");
	assert_string_equal(row->file, "b.xml");
}

/* Even a run that was given up is somebody's if he names its key. */
static void a_key_ends_an_ambiguity(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&inbox->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	inbox_begin(inbox);
	inbox_add(inbox, "a.B", "works", QM_FAILED);
	inbox_add(inbox, "a.C", "works", QM_FAILED);
	inbox_add(inbox, "a.D", "VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "a.E", "works", QM_FAILED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_PASSED);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->unmapped_count, 3);
}

/* VKMC-TC-1 gets its result; that nobody holds VKMC-TC-9 is told all the same. */
static void an_unknown_key_beside_a_known_one_is_listed(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;
	const struct qm_unmapped *row;

	shelve(inbox, 1);
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1 VKMC-TC-9", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->unmapped_count, 1);
	row = qm_vec_at(&resolution->unmapped, 0);
	assert_string_equal(row->why, "no chosen execution holds VKMC-TC-9");
}

static void a_key_has_the_better_right(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&inbox->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	(void)shelf_run(&inbox->catalog, 2, "runs", NULL, SHELF_NOT_RUN);
	inbox_begin(inbox);
	inbox_add(inbox, "a.B", "works", QM_FAILED);
	inbox_add(inbox, "a.C", "x VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "a.C", "x VKMC-TC-2", QM_PASSED);
	inbox_add(inbox, "a.B", "runs", QM_FAILED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 2);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_PASSED);
	assert_int_equal(update_at(resolution, 1)->status_id, SHELF_PASSED);
	assert_int_equal(resolution->mapped, 2);
	assert_int_equal(resolution->unmapped_count, 2);
}

static void what_others_set_is_kept_as_asked(void **state)
{
	static const struct {
		enum qm_overwrite overwrite;
		int64_t before;
		enum qm_outcome outcome;
		bool set;
	} rows[] = {
		{ QM_OVERWRITE_ALWAYS, SHELF_FAILED, QM_PASSED, true },
		{ QM_OVERWRITE_WORSE, SHELF_FAILED, QM_PASSED, false },
		{ QM_OVERWRITE_WORSE, SHELF_PASSED, QM_FAILED, true },
		{ QM_OVERWRITE_WORSE, SHELF_PASSED, QM_PASSED, false },
		{ QM_OVERWRITE_WORSE, SHELF_NOT_RUN, QM_PASSED, true },
		{ QM_OVERWRITE_WORSE, SHELF_EMPTY, QM_PASSED, true },
		{ QM_OVERWRITE_WORSE, SHELF_BLOCKED, QM_PASSED, false },
		{ QM_OVERWRITE_WORSE, SHELF_BLOCKED, QM_FAILED, true },
		{ QM_OVERWRITE_UNSET, SHELF_NOT_RUN, QM_FAILED, true },
		{ QM_OVERWRITE_UNSET, SHELF_EMPTY, QM_FAILED, false },
		{ QM_OVERWRITE_UNSET, SHELF_PASSED, QM_FAILED, false },
	};
	struct inbox *inbox = *state;
	struct qm_run *run = shelf_run(&inbox->catalog, 1, "", NULL, SHELF_NOT_RUN);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_resolution *resolution;

		run->status_id = rows[i].before;
		run->results = 0;
		run->match = QM_MATCH_NONE;
		inbox->options.overwrite = rows[i].overwrite;
		qm_resolver_free(inbox->resolver);
		inbox_begin(inbox);
		inbox_add(inbox, "a", "VKMC-TC-1", rows[i].outcome);
		resolution = inbox_finish(inbox);
		assert_int_equal(resolution->updates.count, rows[i].set);
		assert_int_equal(resolution->left_count, !rows[i].set);
	}
}

static void protected_and_locked_runs_are_left(void **state)
{
	static const char *const protect[] = { "Blocked" };
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&inbox->catalog, 1, "", NULL, SHELF_BLOCKED);
	shelf_run(&inbox->catalog, 2, "", NULL, SHELF_NOT_RUN)->locked = true;
	(void)shelf_run(&inbox->catalog, 3, "", NULL, SHELF_NOT_RUN);
	inbox->options.protect = protect;
	inbox->options.protect_count = 1;
	inbox_begin(inbox);
	for (int i = 1; i <= 3; i++)
		inbox_add(inbox, "a",
			i == 1           ? "VKMC-TC-1"
				: i == 2 ? "VKMC-TC-2"
					 : "VKMC-TC-3",
			QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->run, 2);
	assert_int_equal(resolution->left_count, 2);
}

static void a_result_of_a_locked_run_is_lost_unless_it_is_known(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelf_run(&inbox->catalog, 1, "", NULL, SHELF_FAILED)->locked = true;
	shelf_run(&inbox->catalog, 2, "", NULL, SHELF_PASSED)->locked = true;
	shelf_run(&inbox->catalog, 3, "", NULL, SHELF_NOT_RUN)->locked = true;
	shelf_run(&inbox->catalog, 4, "", NULL, SHELF_FAILED)->locked = true;
	shelf_run(&inbox->catalog, 5, "", NULL, SHELF_PASSED)->locked = true;
	shelf_run(&inbox->catalog, 6, "", NULL, SHELF_NOT_RUN)->locked = true;
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "a", "VKMC-TC-2", QM_ERRORED);
	inbox_add(inbox, "a", "VKMC-TC-3", QM_FAILED);
	inbox_add(inbox, "a", "VKMC-TC-4", QM_FLAKY);
	inbox_add(inbox, "a", "VKMC-TC-5", QM_PASSED);
	inbox_add(inbox, "a", "VKMC-TC-6", QM_SKIPPED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->updates.count, 0);
	assert_int_equal(resolution->left_count, 6);
	assert_int_equal(resolution->lost_count, 3);
	assert_string_equal(resolution->first_lost.key, "VKMC-TC-2");
	assert_string_equal(resolution->first_lost.why, "it is locked or archived");
}

/* What was never run is no result, whatever it would have been set to. */
static void a_missing_one_of_a_locked_run_is_not_lost(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&inbox->catalog, 1, "", NULL, SHELF_NOT_RUN);
	shelf_run(&inbox->catalog, 2, "", NULL, SHELF_NOT_RUN)->locked = true;
	inbox->options.status_names[QM_TARGET_MISSING] = "Blocked";
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->left_count, 1);
	assert_int_equal(resolution->lost_count, 0);
}

static void only_changed_wants_proof_of_the_build(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&inbox->catalog, 1, "", NULL, SHELF_PASSED);
	shelf_run(&inbox->catalog, 2, "", NULL, SHELF_PASSED)->build_id = 947;
	inbox->options.only_changed = true;
	inbox->catalog.build_id = 947;
	inbox_begin(inbox);
	inbox_add(inbox, "a", "VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "a", "VKMC-TC-2", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->unchanged, 1);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->run, 0);
}

static void up_to_three_names_tell_where_an_outcome_is_from(void **state)
{
	struct inbox *inbox = *state;
	const char *names[3];

	shelve(inbox, 1);
	inbox_begin(inbox);
	inbox_add(inbox, "p", "VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "f1", "VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "f2", "VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "p2", "VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "f3", "VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "f4", "VKMC-TC-1", QM_FAILED);
	(void)inbox_finish(inbox);
	assert_int_equal(qm_resolver_names(inbox->resolver, 0, names), 3);
	assert_string_equal(names[0], "f1.VKMC-TC-1");
	assert_string_equal(names[1], "f2.VKMC-TC-1");
	assert_string_equal(names[2], "f3.VKMC-TC-1");
}

static void lists_are_cut_and_totals_are_right(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;

	shelve(inbox, 1);
	inbox_begin(inbox);
	for (int i = 0; i < 10500; i++)
		inbox_add(inbox, "a", "nobody", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->unmapped_count, 10500);
	assert_int_equal(resolution->unmapped.count, 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, inbox_setup, inbox_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outcomes_become_statuses_of_the_project),
		TEST(statuses_can_be_named),
		TEST(an_unknown_status_is_told_with_those_there_are),
		TEST(a_report_that_fails_is_dropped_whole),
		TEST(a_file_that_is_no_report_takes_nothing_from_the_one_before),
		TEST(nothing_is_missing_while_reports_are_not_whole),
		TEST(superseded_attempts_do_not_count),
		TEST(one_set_of_results_goes_to_all_executions),
		TEST(different_tests_with_one_summary_are_ambiguous),
		TEST(parameters_of_one_test_are_no_ambiguity),
		TEST(ambiguity_across_reports_and_executions),
		TEST(a_key_ends_an_ambiguity),
		TEST(an_unknown_key_beside_a_known_one_is_listed),
		TEST(a_key_has_the_better_right),
		TEST(what_others_set_is_kept_as_asked),
		TEST(protected_and_locked_runs_are_left),
		TEST(a_result_of_a_locked_run_is_lost_unless_it_is_known),
		TEST(a_missing_one_of_a_locked_run_is_not_lost),
		TEST(only_changed_wants_proof_of_the_build),
		TEST(up_to_three_names_tell_where_an_outcome_is_from),
		TEST(lists_are_cut_and_totals_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
