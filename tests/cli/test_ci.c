#include "src/cli/ci.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_VARIABLES = 10 };

struct variable {
	const char *name, *value;
};

/* What a system sets, as its manual shows it, and what we make of it. */
static const struct {
	enum qm_ci_system system;
	struct variable variables[MAX_VARIABLES];
	const char *comment, *build, *branch, *commit;
} jobs[] = {
	{ QM_CI_GITHUB,
		{ { "GITHUB_ACTIONS", "true" }, { "GITHUB_WORKFLOW", "nightly" },
			{ "GITHUB_JOB", "e2e" }, { "GITHUB_RUN_NUMBER", "17" },
			{ "GITHUB_SERVER_URL", "https://github.com" },
			{ "GITHUB_REPOSITORY", "shop/web" }, { "GITHUB_RUN_ID", "4711" },
			{ "GITHUB_REF_NAME", "main" }, { "GITHUB_SHA", "c0ffee" } },
		"qmetry-ci: nightly / e2e #17 https://github.com/shop/web/actions/runs/4711", "17",
		"main", "c0ffee" },
	{ QM_CI_GITLAB,
		{ { "GITLAB_CI", "true" }, { "CI_JOB_NAME", "e2e" }, { "CI_PIPELINE_IID", "17" },
			{ "CI_JOB_URL", "https://gitlab.example.com/shop/-/jobs/4711" },
			{ "CI_COMMIT_REF_NAME", "main" }, { "CI_COMMIT_SHA", "c0ffee" } },
		"qmetry-ci: e2e #17 https://gitlab.example.com/shop/-/jobs/4711", "17", "main",
		"c0ffee" },
	{ QM_CI_JENKINS,
		{ { "JENKINS_URL", "https://ci.example.com/" }, { "JOB_NAME", "shop/main" },
			{ "BUILD_NUMBER", "17" },
			{ "BUILD_URL", "https://ci.example.com/job/shop/17/" },
			{ "GIT_BRANCH", "origin/main" }, { "GIT_COMMIT", "c0ffee" } },
		"qmetry-ci: shop/main #17 https://ci.example.com/job/shop/17/", "17", "origin/main",
		"c0ffee" },
	{ QM_CI_AZURE,
		{ { "TF_BUILD", "True" }, { "BUILD_DEFINITIONNAME", "shop" },
			{ "BUILD_BUILDNUMBER", "20260115.1" }, { "BUILD_BUILDID", "4711" },
			{ "SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/" },
			{ "SYSTEM_TEAMPROJECT", "web" }, { "BUILD_SOURCEBRANCHNAME", "main" },
			{ "BUILD_SOURCEVERSION", "c0ffee" } },
		"qmetry-ci: shop #20260115.1 "
		"https://dev.azure.com/acme/web/_build/results?buildId=4711",
		"20260115.1", "main", "c0ffee" },
	{ QM_CI_BUILDKITE,
		{ { "BUILDKITE", "true" }, { "BUILDKITE_PIPELINE_SLUG", "shop" },
			{ "BUILDKITE_BUILD_NUMBER", "17" },
			{ "BUILDKITE_BUILD_URL", "https://buildkite.com/acme/shop/builds/17" },
			{ "BUILDKITE_BRANCH", "main" }, { "BUILDKITE_COMMIT", "c0ffee" } },
		"qmetry-ci: shop #17 https://buildkite.com/acme/shop/builds/17", "17", "main",
		"c0ffee" },
	{ QM_CI_CIRCLECI,
		{ { "CIRCLECI", "true" }, { "CIRCLE_JOB", "e2e" }, { "CIRCLE_BUILD_NUM", "17" },
			{ "CIRCLE_BUILD_URL", "https://circleci.com/gh/acme/shop/17" },
			{ "CIRCLE_TAG", "v1" }, { "CIRCLE_SHA1", "c0ffee" } },
		"qmetry-ci: e2e #17 https://circleci.com/gh/acme/shop/17", "17", "v1", "c0ffee" },
	{ QM_CI_BITBUCKET,
		{ { "CI", "true" }, { "BITBUCKET_BUILD_NUMBER", "17" },
			{ "BITBUCKET_REPO_FULL_NAME", "acme/shop" }, { "BITBUCKET_BRANCH", "main" },
			{ "BITBUCKET_COMMIT", "c0ffee" } },
		"qmetry-ci: acme/shop #17 https://bitbucket.org/acme/shop/pipelines/results/17",
		"17", "main", "c0ffee" },
	{ QM_CI_TRAVIS,
		{ { "TRAVIS", "true" }, { "TRAVIS_REPO_SLUG", "acme/shop" },
			{ "TRAVIS_BUILD_NUMBER", "17" },
			{ "TRAVIS_BUILD_WEB_URL", "https://app.travis-ci.com/acme/shop/builds/4" },
			{ "TRAVIS_BRANCH", "main" }, { "TRAVIS_COMMIT", "c0ffee" } },
		"qmetry-ci: acme/shop #17 https://app.travis-ci.com/acme/shop/builds/4", "17",
		"main", "c0ffee" },
	{ QM_CI_TEAMCITY,
		{ { "TEAMCITY_VERSION", "2025.07" }, { "TEAMCITY_PROJECT_NAME", "shop" },
			{ "TEAMCITY_BUILDCONF_NAME", "e2e" }, { "BUILD_NUMBER", "17" },
			{ "BUILD_URL", "https://ci.example.com/build/4711" },
			{ "BUILD_VCS_NUMBER", "c0ffee" } },
		"qmetry-ci: shop / e2e #17 https://ci.example.com/build/4711", "17", "", "c0ffee" },
	{ QM_CI_CODEBUILD,
		{ { "CODEBUILD_BUILD_ID", "shop:4711" }, { "CODEBUILD_BUILD_NUMBER", "17" },
			{ "CODEBUILD_BUILD_URL", "https://console.example.com/build/4711" },
			{ "CODEBUILD_WEBHOOK_HEAD_REF", "refs/heads/main" },
			{ "CODEBUILD_RESOLVED_SOURCE_VERSION", "c0ffee" } },
		"qmetry-ci: shop:4711 #17 https://console.example.com/build/4711", "17",
		"refs/heads/main", "c0ffee" },
	{ QM_CI_BAMBOO,
		{ { "bamboo_buildKey", "SHOP-E2E-JOB1" }, { "bamboo_planName", "shop - e2e" },
			{ "bamboo_buildNumber", "17" },
			{ "bamboo_buildResultsUrl", "https://ci.example.com/browse/SHOP-E2E-17" },
			{ "bamboo_planRepository_branchName", "main" },
			{ "bamboo_planRepository_revision", "c0ffee" } },
		"qmetry-ci: shop - e2e #17 https://ci.example.com/browse/SHOP-E2E-17", "17", "main",
		"c0ffee" },
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

/* Job, number and address, as far as they are known. */
static const char *told(void **state)
{
	struct qm_ci ci = qm_ci_read(*state);
	char text[4000];

	(void)snprintf(text, sizeof text, "qmetry-ci:%s%s%s%s%s%s", *ci.job ? " " : "", ci.job,
		*ci.build ? " #" : "", ci.build, *ci.url ? " " : "", ci.url);
	return qm_arena_strdup(*state, text);
}

static void each_system_names_its_job(void **state)
{
	assert_int_equal(JOBS, QM_CI_SYSTEMS - 1);
	for (size_t i = 0; i < JOBS; i++) {
		struct qm_ci ci;

		forget();
		enter(i);
		assert_true(qm_is_ci());
		assert_string_equal(told(state), jobs[i].comment);
		ci = qm_ci_read(*state);
		assert_int_equal(ci.system, jobs[i].system);
		assert_string_equal(ci.build, jobs[i].build);
		assert_string_equal(ci.branch, jobs[i].branch);
		assert_string_equal(ci.commit, jobs[i].commit);
	}
}

static void without_a_system_there_is_no_comment(void **state)
{
	assert_false(qm_is_ci());
	assert_string_equal(told(state), "qmetry-ci:");
	assert_int_equal(setenv("CI", "true", 1), 0);
	assert_true(qm_is_ci());
	assert_string_equal(told(state), "qmetry-ci:");
}

static void ci_false_says_that_it_is_none(void **state)
{
	enter(0);
	assert_int_equal(setenv("CI", "false", 1), 0);
	assert_false(qm_is_ci());
	assert_string_equal(told(state), "qmetry-ci:");
	assert_int_equal(setenv("CI", "", 1), 0);
	assert_true(qm_is_ci());
}

static void what_is_not_set_is_left_out(void **state)
{
	assert_int_equal(setenv("JENKINS_URL", "https://ci.example.com/", 1), 0);
	assert_int_equal(setenv("BUILD_NUMBER", "17", 1), 0);
	assert_string_equal(told(state), "qmetry-ci: #17");
}

/* A pull request's own branch says more than the one that it is merged into. */
static void the_branch_of_a_pull_request_goes_before_its_target(void **state)
{
	enter(0);
	assert_int_equal(setenv("GITHUB_HEAD_REF", "fix/cart", 1), 0);
	assert_string_equal(qm_ci_read(*state).branch, "fix/cart");
	assert_int_equal(setenv("GITHUB_HEAD_REF", "", 1), 0);
	assert_string_equal(qm_ci_read(*state).branch, "main");
	assert_int_equal(unsetenv("GITHUB_HEAD_REF"), 0);
}

/* Who runs a job again with the system's debug logging wants to see the calls, too. */
static void the_debug_logging_of_a_system_is_known(void **state)
{
	static const struct {
		size_t job;
		const char *variable, *value;
		bool debugs;
	} rows[] = { { 0, "RUNNER_DEBUG", "1", true }, { 0, "RUNNER_DEBUG", "", false },
		{ 0, "SYSTEM_DEBUG", "true", false }, { 1, "CI_DEBUG_TRACE", "true", true },
		{ 1, "CI_DEBUG_TRACE", "false", false }, { 3, "SYSTEM_DEBUG", "True", true },
		{ 3, "SYSTEM_DEBUG", "false", false }, { 2, "RUNNER_DEBUG", "1", false } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		forget();
		enter(rows[i].job);
		assert_int_equal(setenv(rows[i].variable, rows[i].value, 1), 0);
		assert_int_equal(qm_ci_debugs(), rows[i].debugs);
		assert_int_equal(unsetenv(rows[i].variable), 0);
	}
}

static void outside_of_ci_nothing_is_told(void **state)
{
	enter(0);
	assert_int_equal(setenv("CI", "false", 1), 0);
	assert_int_equal(qm_ci_read(*state).system, QM_CI_NONE);
	assert_string_equal(qm_ci_read(*state).build, "");
	assert_string_equal(told(state), "qmetry-ci:");
}

static void a_name_without_end_does_not_make_the_comment_so(void **state)
{
	char *name = qm_alloc(100001);

	memset(name, 'n', 100000);
	enter(2);
	assert_int_equal(setenv("JOB_NAME", name, 1), 0);
	assert_string_equal(told(state), "qmetry-ci: #17 https://ci.example.com/job/shop/17/");
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
			the_branch_of_a_pull_request_goes_before_its_target, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_debug_logging_of_a_system_is_known, setup, teardown),
		cmocka_unit_test_setup_teardown(outside_of_ci_nothing_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_name_without_end_does_not_make_the_comment_so, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
