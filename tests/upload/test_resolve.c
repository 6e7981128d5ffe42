#include "src/base/memory.h"
#include "src/upload/resolve.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
	struct qm_catalog catalog;
	struct qm_mapping *mapping;
	struct qm_resolve_options options;
	struct qm_resolver *resolver;
	struct qm_sink sink;
};

static const char *const id_properties[] = { "qmetry" };

static int setup(void **state)
{
	const struct qm_match_options match = { .use = { false, true, true, true, true, true },
		.id_properties = id_properties,
		.id_property_count = 1 };
	struct desk *desk = qm_alloc(sizeof *desk);

	shelf_init(&desk->catalog);
	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	desk->mapping = qm_mapping_new(&desk->catalog, &match);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_resolver_free(desk->resolver);
	qm_mapping_free(desk->mapping);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

static void begin_report(struct desk *desk, const char *path)
{
	const struct qm_report_begin report = { .path = path, .kind = QM_REPORT_JUNIT };

	assert_int_equal(desk->sink.report_begin(desk->sink.context, &report), QM_OK);
}

/* After the runs are on the shelf. */
static void begin(struct desk *desk)
{
	assert_int_equal(qm_resolver_new(&desk->catalog, desk->mapping, &desk->options,
				 &desk->resolver, NULL),
		QM_OK);
	desk->sink = qm_resolver_sink(desk->resolver);
	begin_report(desk, "a.xml");
}

static void add(
	struct desk *desk, const char *class_name, const char *name, enum qm_outcome outcome)
{
	const struct qm_result result = {
		.class_name = class_name, .name = name, .outcome = outcome
	};

	assert_int_equal(desk->sink.result(desk->sink.context, &result), QM_OK);
}

static void end_report(struct desk *desk, const char *reason, bool salvaged)
{
	const struct qm_report_end end = {
		.path = "a.xml", .reason = reason, .salvaged = salvaged
	};

	assert_int_equal(desk->sink.report_end(desk->sink.context, &end), QM_OK);
}

static const struct qm_resolution *finished(struct desk *desk)
{
	const struct qm_resolution *resolution;

	assert_int_equal(qm_resolver_finish(desk->resolver, &resolution, NULL), QM_OK);
	return resolution;
}

static const struct qm_resolution *finish(struct desk *desk)
{
	end_report(desk, NULL, false);
	return finished(desk);
}

static const struct qm_update *update_at(const struct qm_resolution *resolution, size_t index)
{
	return qm_vec_at(&resolution->updates, index);
}

static void shelve(struct desk *desk, int count)
{
	for (int i = 1; i <= count; i++)
		(void)shelf_run(&desk->catalog, i, "", NULL, SHELF_NOT_RUN);
}

static void outcomes_become_statuses_of_the_project(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelve(desk, 6);
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_PASSED);
	add(desk, "a", "VKMC-TC-2", QM_FLAKY);
	add(desk, "a", "VKMC-TC-3", QM_FAILED);
	add(desk, "a", "VKMC-TC-4", QM_ERRORED);
	add(desk, "a", "VKMC-TC-5", QM_SKIPPED);
	resolution = finish(desk);
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
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelve(desk, 3);
	desk->options.status_names[QM_SKIPPED] = "blocked";
	desk->options.status_names[QM_TARGET_MISSING] = "N/A";
	desk->options.status_names[QM_PASSED] = "leave";
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_SKIPPED);
	add(desk, "a", "VKMC-TC-2", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 2);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_BLOCKED);
	assert_int_equal(update_at(resolution, 1)->run, 2);
	assert_int_equal(update_at(resolution, 1)->status_id, SHELF_EMPTY);
}

static void an_unknown_status_is_told_with_those_there_are(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;

	desk->options.status_names[QM_FAILED] = "Faled";
	qm_error_init(&err);
	assert_int_equal(qm_resolver_new(&desk->catalog, desk->mapping, &desk->options,
				 &desk->resolver, &err),
		QM_ENOTFOUND);
	assert_null(desk->resolver);
	assert_string_equal(err.text,
		"project VKMC has no status \"Faled\" (--status failed); did you mean \"Failed\"?; "
		"there are: Passed, Failed, Blocked, Not Run, N/A");
}

static void a_report_that_fails_is_dropped_whole(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelve(desk, 2);
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_FAILED);
	add(desk, "a", "nobody", QM_FAILED);
	end_report(desk, "malformed", false);
	begin_report(desk, "b.xml");
	add(desk, "a", "VKMC-TC-2", QM_PASSED);
	end_report(desk, "truncated", true);
	resolution = finished(desk);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->run, 1);
	assert_int_equal(resolution->counts.tests, 1);
	assert_int_equal(resolution->unmapped_count, 0);
	assert_int_equal(resolution->unmapped.count, 0);
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
	struct desk *desk = *state;

	shelve(desk, 2);
	desk->options.status_names[QM_TARGET_MISSING] = "Blocked";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_resolution *resolution;

		((struct qm_run *)qm_vec_at(&desk->catalog.runs, 0))->results = 0;
		qm_resolver_free(desk->resolver);
		begin(desk);
		add(desk, "a", rows[i].name, QM_PASSED);
		end_report(desk, rows[i].reason, rows[i].salvaged);
		resolution = finished(desk);
		assert_int_equal(resolution->updates.count, rows[i].updates);
	}
}

static void superseded_attempts_do_not_count(void **state)
{
	const struct qm_result attempt = {
		.class_name = "a", .name = "VKMC-TC-1", .outcome = QM_FAILED, .superseded = true
	};
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelve(desk, 1);
	begin(desk);
	assert_int_equal(desk->sink.result(desk->sink.context, &attempt), QM_OK);
	add(desk, "a", "VKMC-TC-1", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_PASSED);
	assert_int_equal(resolution->counts.tests, 1);
}

static void one_set_of_results_goes_to_all_executions(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelve(desk, 2);
	(void)shelf_execution(&desk->catalog, "101", "Firefox");
	shelve(desk, 1);
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_FAILED);
	resolution = finish(desk);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->updates.count, 2);
	assert_int_equal(update_at(resolution, 0)->run, 0);
	assert_int_equal(update_at(resolution, 1)->run, 2);
	assert_int_equal(resolution->missing_count, 1);
}

static void different_tests_with_one_summary_are_ambiguous(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;
	const struct qm_unmapped *first;

	(void)shelf_run(&desk->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	begin(desk);
	add(desk, "a.B", "works", QM_PASSED);
	add(desk, "a.C", "works", QM_FAILED);
	add(desk, "a.D", "works", QM_PASSED);
	resolution = finish(desk);
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
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&desk->catalog, 1, "", "a.B.adds", SHELF_NOT_RUN);
	begin(desk);
	add(desk, "a.B", "adds[1]", QM_PASSED);
	add(desk, "a.B", "adds[2]", QM_FAILED);
	add(desk, "a.B", "adds[3]", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->unmapped_count, 0);
	assert_int_equal(resolution->mapped, 3);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_FAILED);
}

/* The tests met in different reports, and each is listed with its own; in all executions it is
 * the same result, listed and counted once. */
static void ambiguity_across_reports_and_executions(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;
	const struct qm_unmapped *row;

	(void)shelf_run(&desk->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	(void)shelf_execution(&desk->catalog, "101", "Firefox");
	(void)shelf_run(&desk->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	begin(desk);
	add(desk, "a.B", "works", QM_PASSED);
	end_report(desk, NULL, false);
	begin_report(desk, "b.xml");
	add(desk, "a.C", "works", QM_FAILED);
	resolution = finish(desk);
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
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&desk->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	begin(desk);
	add(desk, "a.B", "works", QM_FAILED);
	add(desk, "a.C", "works", QM_FAILED);
	add(desk, "a.D", "VKMC-TC-1", QM_PASSED);
	add(desk, "a.E", "works", QM_FAILED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->status_id, SHELF_PASSED);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->unmapped_count, 3);
}

/* VKMC-TC-1 gets its result; that nobody holds VKMC-TC-9 is told all the same. */
static void an_unknown_key_beside_a_known_one_is_listed(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;
	const struct qm_unmapped *row;

	shelve(desk, 1);
	begin(desk);
	add(desk, "a", "VKMC-TC-1 VKMC-TC-9", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->unmapped_count, 1);
	row = qm_vec_at(&resolution->unmapped, 0);
	assert_string_equal(row->why, "no chosen execution holds VKMC-TC-9");
}

static void a_key_has_the_better_right(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&desk->catalog, 1, "works", NULL, SHELF_NOT_RUN);
	(void)shelf_run(&desk->catalog, 2, "runs", NULL, SHELF_NOT_RUN);
	begin(desk);
	add(desk, "a.B", "works", QM_FAILED);
	add(desk, "a.C", "x VKMC-TC-1", QM_PASSED);
	add(desk, "a.C", "x VKMC-TC-2", QM_PASSED);
	add(desk, "a.B", "runs", QM_FAILED);
	resolution = finish(desk);
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
	struct desk *desk = *state;
	struct qm_run *run = shelf_run(&desk->catalog, 1, "", NULL, SHELF_NOT_RUN);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_resolution *resolution;

		run->status_id = rows[i].before;
		run->results = 0;
		run->match = QM_MATCH_NONE;
		desk->options.overwrite = rows[i].overwrite;
		qm_resolver_free(desk->resolver);
		begin(desk);
		add(desk, "a", "VKMC-TC-1", rows[i].outcome);
		resolution = finish(desk);
		assert_int_equal(resolution->updates.count, rows[i].set);
		assert_int_equal(resolution->left_count, !rows[i].set);
	}
}

static void protected_and_locked_runs_are_left(void **state)
{
	static const char *const protect[] = { "Blocked" };
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&desk->catalog, 1, "", NULL, SHELF_BLOCKED);
	shelf_run(&desk->catalog, 2, "", NULL, SHELF_NOT_RUN)->locked = true;
	(void)shelf_run(&desk->catalog, 3, "", NULL, SHELF_NOT_RUN);
	desk->options.protect = protect;
	desk->options.protect_count = 1;
	begin(desk);
	for (int i = 1; i <= 3; i++)
		add(desk, "a",
			i == 1           ? "VKMC-TC-1"
				: i == 2 ? "VKMC-TC-2"
					 : "VKMC-TC-3",
			QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->run, 2);
	assert_int_equal(resolution->left_count, 2);
}

static void a_result_of_a_locked_run_is_lost_unless_it_is_known(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelf_run(&desk->catalog, 1, "", NULL, SHELF_FAILED)->locked = true;
	shelf_run(&desk->catalog, 2, "", NULL, SHELF_PASSED)->locked = true;
	shelf_run(&desk->catalog, 3, "", NULL, SHELF_NOT_RUN)->locked = true;
	shelf_run(&desk->catalog, 4, "", NULL, SHELF_FAILED)->locked = true;
	shelf_run(&desk->catalog, 5, "", NULL, SHELF_PASSED)->locked = true;
	shelf_run(&desk->catalog, 6, "", NULL, SHELF_NOT_RUN)->locked = true;
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_FAILED);
	add(desk, "a", "VKMC-TC-2", QM_ERRORED);
	add(desk, "a", "VKMC-TC-3", QM_FAILED);
	add(desk, "a", "VKMC-TC-4", QM_FLAKY);
	add(desk, "a", "VKMC-TC-5", QM_PASSED);
	add(desk, "a", "VKMC-TC-6", QM_SKIPPED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 0);
	assert_int_equal(resolution->left_count, 6);
	assert_int_equal(resolution->lost_count, 3);
	assert_string_equal(resolution->first_lost.key, "VKMC-TC-2");
	assert_string_equal(resolution->first_lost.why, "it is locked or archived");
}

/* What was never run is no result, whatever it would have been set to. */
static void a_missing_one_of_a_locked_run_is_not_lost(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&desk->catalog, 1, "", NULL, SHELF_NOT_RUN);
	shelf_run(&desk->catalog, 2, "", NULL, SHELF_NOT_RUN)->locked = true;
	desk->options.status_names[QM_TARGET_MISSING] = "Blocked";
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->left_count, 1);
	assert_int_equal(resolution->lost_count, 0);
}

static void only_changed_wants_proof_of_the_build(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	(void)shelf_run(&desk->catalog, 1, "", NULL, SHELF_PASSED);
	shelf_run(&desk->catalog, 2, "", NULL, SHELF_PASSED)->build_id = 947;
	desk->options.only_changed = true;
	desk->catalog.build_id = 947;
	begin(desk);
	add(desk, "a", "VKMC-TC-1", QM_PASSED);
	add(desk, "a", "VKMC-TC-2", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->unchanged, 1);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(update_at(resolution, 0)->run, 0);
}

static void up_to_three_names_tell_where_an_outcome_is_from(void **state)
{
	struct desk *desk = *state;
	const char *names[3];

	shelve(desk, 1);
	begin(desk);
	add(desk, "p", "VKMC-TC-1", QM_PASSED);
	add(desk, "f1", "VKMC-TC-1", QM_FAILED);
	add(desk, "f2", "VKMC-TC-1", QM_FAILED);
	add(desk, "p2", "VKMC-TC-1", QM_PASSED);
	add(desk, "f3", "VKMC-TC-1", QM_FAILED);
	add(desk, "f4", "VKMC-TC-1", QM_FAILED);
	(void)finish(desk);
	assert_int_equal(qm_resolver_names(desk->resolver, 0, names), 3);
	assert_string_equal(names[0], "f1.VKMC-TC-1");
	assert_string_equal(names[1], "f2.VKMC-TC-1");
	assert_string_equal(names[2], "f3.VKMC-TC-1");
}

static void lists_are_cut_and_totals_are_right(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	shelve(desk, 1);
	begin(desk);
	for (int i = 0; i < 10500; i++)
		add(desk, "a", "nobody", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->unmapped_count, 10500);
	assert_int_equal(resolution->unmapped.count, 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outcomes_become_statuses_of_the_project),
		TEST(statuses_can_be_named),
		TEST(an_unknown_status_is_told_with_those_there_are),
		TEST(a_report_that_fails_is_dropped_whole),
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
