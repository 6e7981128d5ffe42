#include "src/upload/resolve/targets.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int64_t id_of(const struct qm_targets *targets, size_t index)
{
	return targets->statuses[index] ? targets->statuses[index]->id : 0;
}

static enum qm_code init(struct qm_targets *targets, const struct qm_catalog *catalog,
	const struct qm_resolve_options *options, struct qm_error *err)
{
	qm_error_init(err);
	return qm_targets_init(targets, catalog, options, err);
}

static void outcomes_have_targets_without_being_asked(void **state)
{
	static const int64_t expected[QM_TARGETS] = {
		[QM_PASSED] = SHELF_PASSED,
		[QM_FLAKY] = SHELF_PASSED,
		[QM_FAILED] = SHELF_FAILED,
		[QM_ERRORED] = SHELF_FAILED,
	};
	const struct qm_resolve_options options = { .only_changed = false };
	struct qm_catalog catalog;
	struct qm_targets targets;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
	for (size_t i = 0; i < QM_TARGETS; i++)
		assert_int_equal(id_of(&targets, i), expected[i]);
	qm_targets_release(&targets);
	qm_catalog_release(&catalog);
}

static void a_name_goes_before_a_default_name(void **state)
{
	static const struct {
		const char *given;
		int64_t id;
	} rows[] = { { "Blocked", SHELF_BLOCKED }, { "bLOCKED", SHELF_BLOCKED },
		{ "notrun", SHELF_NOT_RUN }, { "n/a", SHELF_EMPTY }, { "LEAVE", 0 },
		{ "failed", 77 } };
	const struct qm_status odd = { .name = "failed", .default_name = "custom", .id = 77 };
	struct qm_catalog catalog;
	struct qm_targets targets;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	((struct qm_status *)qm_vec_at(&catalog.project.statuses, 1))->name = "Rot";
	qm_vec_push(&catalog.project.statuses, &odd);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_resolve_options options = {
			.status_names = { [QM_SKIPPED] = rows[i].given }
		};

		assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
		assert_int_equal(id_of(&targets, QM_SKIPPED), rows[i].id);
		assert_int_equal(id_of(&targets, QM_FAILED), SHELF_FAILED);
		qm_targets_release(&targets);
	}
	qm_catalog_release(&catalog);
}

/* A project without a "failed" is fine for whoever says what failures become. */
static void only_names_that_are_needed_must_resolve(void **state)
{
	struct qm_resolve_options options = {
		.status_names = { [QM_FAILED] = "Blocked", [QM_ERRORED] = "leave" }
	};
	const struct qm_status *status;
	struct qm_catalog catalog;
	struct qm_targets targets;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	((struct qm_status *)qm_vec_at(&catalog.project.statuses, 1))->default_name = "x";
	((struct qm_status *)qm_vec_at(&catalog.project.statuses, 1))->name = "Rot";
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
	qm_targets_release(&targets);
	options.status_names[QM_ERRORED] = NULL;
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
	assert_int_equal(qm_targets_status(&targets, QM_PASSED, &status, &err), QM_OK);
	assert_int_equal(status->id, SHELF_PASSED);
	assert_int_equal(qm_targets_status(&targets, QM_FAILED, &status, &err), QM_OK);
	assert_int_equal(status->id, SHELF_BLOCKED);
	assert_int_equal(qm_targets_status(&targets, QM_SKIPPED, &status, &err), QM_OK);
	assert_null(status);
	assert_int_equal(qm_targets_status(&targets, QM_ERRORED, &status, &err), QM_ENOTFOUND);
	assert_string_equal(err.text,
		"no status of project VKMC is its \"failed\"; choose one with --status "
		"errored=NAME; there are: Passed, Rot, Blocked, Not Run, N/A");
	qm_targets_release(&targets);
	qm_catalog_release(&catalog);
}

/* Two statuses of one default name, or of one name but for its case: nobody guesses. */
static void which_of_two_statuses_must_be_said(void **state)
{
	static const struct qm_status more[] = {
		{ .name = "Green", .default_name = "passed", .id = 77 },
		{ .name = "FAILED", .default_name = "failed", .id = 78 },
	};
	static const char *const protect[] = { "fAILED" };
	struct qm_resolve_options options = { .status_names = { [QM_FAILED] = "FAILED" } };
	const struct qm_status *status;
	struct qm_catalog catalog;
	struct qm_targets targets;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	qm_vec_push(&catalog.project.statuses, &more[0]);
	qm_vec_push(&catalog.project.statuses, &more[1]);
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
	assert_int_equal(id_of(&targets, QM_FAILED), 78);
	assert_int_equal(qm_targets_status(&targets, QM_PASSED, &status, &err), QM_ENOTFOUND);
	assert_string_equal(err.text,
		"several statuses of project VKMC are its \"passed\", \"Passed\" and \"Green\" for "
		"two; choose one with --status passed=NAME");
	qm_targets_release(&targets);
	options.status_names[QM_FAILED] = "failed";
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_ENOTFOUND);
	assert_string_equal(err.text,
		"several statuses of project VKMC are \"failed\" (--status failed), \"Failed\" and "
		"\"FAILED\" for two; name one as it is written");
	qm_targets_release(&targets);
	options.status_names[QM_FAILED] = NULL;
	options.protect = protect;
	options.protect_count = 1;
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_ENOTFOUND);
	assert_non_null(strstr(err.text, "(--protect)"));
	qm_targets_release(&targets);
	qm_catalog_release(&catalog);
}

/* The same row twice is one status. */
static void a_status_that_is_listed_twice_is_one(void **state)
{
	const struct qm_resolve_options options = { .only_changed = false };
	const struct qm_status *status;
	struct qm_catalog catalog;
	struct qm_targets targets;
	struct qm_status again;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	again = *(const struct qm_status *)qm_vec_at(&catalog.project.statuses, 0);
	qm_vec_push(&catalog.project.statuses, &again);
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
	assert_int_equal(qm_targets_status(&targets, QM_FLAKY, &status, &err), QM_OK);
	assert_int_equal(status->id, SHELF_PASSED);
	qm_targets_release(&targets);
	qm_catalog_release(&catalog);
}

static void a_protected_status_must_exist(void **state)
{
	static const char *const protect[] = { "Blokced" };
	const struct qm_resolve_options options = { .protect = protect, .protect_count = 1 };
	struct qm_catalog catalog;
	struct qm_targets targets;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_ENOTFOUND);
	assert_non_null(strstr(err.text, "(--protect); did you mean \"Blocked\"?"));
	qm_targets_release(&targets);
	qm_catalog_release(&catalog);
}

/* What is left on purpose is no loss, even where it is locked; protection comes before ranks. */
static void the_strongest_reason_is_told(void **state)
{
	static const char *const protect[] = { "Failed" };
	const struct qm_resolve_options options = { .protect = protect,
		.protect_count = 1,
		.overwrite = QM_OVERWRITE_UNSET,
		.only_changed = true };
	struct qm_run run = { .status_id = SHELF_FAILED, .locked = true };
	struct qm_catalog catalog;
	struct qm_targets targets;
	const char *why = NULL;
	struct qm_error err;

	(void)state;
	shelf_init(&catalog);
	assert_int_equal(init(&targets, &catalog, &options, &err), QM_OK);
	assert_int_equal(
		qm_targets_permit(&targets, &run, targets.statuses[QM_FAILED], &why), QM_LEAVE);
	assert_non_null(strstr(why, "--protect"));
	run.status_id = SHELF_PASSED;
	assert_int_equal(
		qm_targets_permit(&targets, &run, targets.statuses[QM_FAILED], &why), QM_LEAVE);
	assert_non_null(strstr(why, "--overwrite unset"));
	run.status_id = SHELF_NOT_RUN;
	assert_int_equal(
		qm_targets_permit(&targets, &run, targets.statuses[QM_FAILED], &why), QM_CANNOT);
	assert_non_null(strstr(why, "locked"));
	run.locked = false;
	assert_int_equal(
		qm_targets_permit(&targets, &run, targets.statuses[QM_FAILED], &why), QM_MAY_SET);
	qm_targets_release(&targets);
	qm_catalog_release(&catalog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_have_targets_without_being_asked),
		cmocka_unit_test(a_name_goes_before_a_default_name),
		cmocka_unit_test(only_names_that_are_needed_must_resolve),
		cmocka_unit_test(which_of_two_statuses_must_be_said),
		cmocka_unit_test(a_status_that_is_listed_twice_is_one),
		cmocka_unit_test(a_protected_status_must_exist),
		cmocka_unit_test(the_strongest_reason_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
