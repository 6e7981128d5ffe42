#include "src/cli/ci.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_VARIABLES = 8 };

struct variable {
	const char *name, *value;
};

/* What a system sets, and how its job is called in a comment. */
static const struct {
	const char *name;
	struct variable variables[MAX_VARIABLES];
	const char *comment;
} jobs[] = {
	{ "GitHub Actions",
		{ { "GITHUB_ACTIONS", "true" }, { "GITHUB_WORKFLOW", "nightly" },
			{ "GITHUB_JOB", "e2e" }, { "GITHUB_RUN_NUMBER", "17" },
			{ "GITHUB_SERVER_URL", "https://github.com" },
			{ "GITHUB_REPOSITORY", "shop/web" }, { "GITHUB_RUN_ID", "4711" } },
		"qmetry-ci: nightly / e2e #17 https://github.com/shop/web/actions/runs/4711" },
	{ "GitLab",
		{ { "GITLAB_CI", "true" }, { "CI_JOB_NAME", "e2e" }, { "CI_PIPELINE_IID", "17" },
			{ "CI_JOB_URL", "https://gitlab.example.com/shop/-/jobs/4711" } },
		"qmetry-ci: e2e #17 https://gitlab.example.com/shop/-/jobs/4711" },
	{ "Jenkins",
		{ { "JENKINS_URL", "https://ci.example.com/" }, { "JOB_NAME", "shop/main" },
			{ "BUILD_NUMBER", "17" },
			{ "BUILD_URL", "https://ci.example.com/job/shop/17/" } },
		"qmetry-ci: shop/main #17 https://ci.example.com/job/shop/17/" },
	{ "Azure Pipelines",
		{ { "TF_BUILD", "True" }, { "BUILD_DEFINITIONNAME", "shop" },
			{ "BUILD_BUILDNUMBER", "20260115.1" }, { "BUILD_BUILDID", "4711" },
			{ "SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/" },
			{ "SYSTEM_TEAMPROJECT", "web" } },
		"qmetry-ci: shop #20260115.1 "
		"https://dev.azure.com/acme/web/_build/results?buildId=4711" },
	{ "Buildkite",
		{ { "BUILDKITE", "true" }, { "BUILDKITE_PIPELINE_SLUG", "shop" },
			{ "BUILDKITE_BUILD_NUMBER", "17" },
			{ "BUILDKITE_BUILD_URL", "https://buildkite.com/acme/shop/builds/17" } },
		"qmetry-ci: shop #17 https://buildkite.com/acme/shop/builds/17" },
	{ "CircleCI",
		{ { "CIRCLECI", "true" }, { "CIRCLE_JOB", "e2e" }, { "CIRCLE_BUILD_NUM", "17" },
			{ "CIRCLE_BUILD_URL", "https://circleci.com/gh/acme/shop/17" } },
		"qmetry-ci: e2e #17 https://circleci.com/gh/acme/shop/17" },
};

enum { JOBS = sizeof jobs / sizeof *jobs };

static void forget(void)
{
	assert_int_equal(unsetenv("CI"), 0);
	for (size_t i = 0; i < JOBS; i++)
		for (size_t j = 0; j < MAX_VARIABLES && jobs[i].variables[j].name; j++)
			assert_int_equal(unsetenv(jobs[i].variables[j].name), 0);
}

static int setup(void **state)
{
	struct qm_arena *arena = qm_alloc(sizeof *arena);

	forget();
	qm_arena_init(arena);
	*state = arena;
	return 0;
}

static int teardown(void **state)
{
	forget();
	qm_arena_release(*state);
	free(*state);
	return 0;
}

static void enter(size_t job)
{
	const struct variable *variables = jobs[job].variables;

	for (size_t i = 0; i < MAX_VARIABLES && variables[i].name; i++)
		assert_int_equal(setenv(variables[i].name, variables[i].value, 1), 0);
}

static void each_system_names_its_job(void **state)
{
	for (size_t i = 0; i < JOBS; i++) {
		forget();
		enter(i);
		assert_true(qm_is_ci());
		assert_string_equal(qm_ci_comment(*state), jobs[i].comment);
	}
}

static void without_a_system_there_is_no_comment(void **state)
{
	assert_false(qm_is_ci());
	assert_null(qm_ci_comment(*state));
	assert_int_equal(setenv("CI", "true", 1), 0);
	assert_true(qm_is_ci());
	assert_null(qm_ci_comment(*state));
}

static void ci_false_says_that_it_is_none(void **state)
{
	enter(0);
	assert_int_equal(setenv("CI", "false", 1), 0);
	assert_false(qm_is_ci());
	assert_null(qm_ci_comment(*state));
	assert_int_equal(setenv("CI", "", 1), 0);
	assert_true(qm_is_ci());
}

static void what_is_not_set_is_left_out(void **state)
{
	assert_int_equal(setenv("JENKINS_URL", "https://ci.example.com/", 1), 0);
	assert_int_equal(setenv("BUILD_NUMBER", "17", 1), 0);
	assert_string_equal(qm_ci_comment(*state), "qmetry-ci:  #17 ");
}

static void a_name_without_end_does_not_make_the_comment_so(void **state)
{
	char *name = qm_alloc(100001);

	memset(name, 'n', 100000);
	enter(2);
	assert_int_equal(setenv("JOB_NAME", name, 1), 0);
	assert_string_equal(
		qm_ci_comment(*state), "qmetry-ci:  #17 https://ci.example.com/job/shop/17/");
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_system_names_its_job, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_a_system_there_is_no_comment, setup, teardown),
		cmocka_unit_test_setup_teardown(ci_false_says_that_it_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_set_is_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_name_without_end_does_not_make_the_comment_so, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
