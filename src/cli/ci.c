#include "src/cli/ci.h"
#include "src/base/buf.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

enum { FACT_MAX_BYTES = 1000 };

/*
 * How a system is known and what it calls things, from its manual. Of several ways to say it,
 * "|" between them, the first counts whose variables are all set.
 */
struct system {
	const char *known_by;
	const char *job, *build, *url, *branch, *commit;
};

static const struct system systems[QM_CI_SYSTEMS] = {
	[QM_CI_NONE] = { "", "", "", "", "", "" },
	[QM_CI_GITHUB] = { "$GITHUB_ACTIONS", "$GITHUB_WORKFLOW / $GITHUB_JOB|$GITHUB_JOB",
		"$GITHUB_RUN_NUMBER",
		"$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID",
		"$GITHUB_HEAD_REF|$GITHUB_REF_NAME", "$GITHUB_SHA" },
	[QM_CI_GITLAB] = { "$GITLAB_CI", "$CI_JOB_NAME", "$CI_PIPELINE_IID", "$CI_JOB_URL",
		"$CI_COMMIT_REF_NAME", "$CI_COMMIT_SHA" },
	[QM_CI_JENKINS] = { "$JENKINS_URL|$JENKINS_HOME", "$JOB_NAME", "$BUILD_NUMBER",
		"$BUILD_URL", "$CHANGE_BRANCH|$BRANCH_NAME|$GIT_BRANCH", "$GIT_COMMIT" },
	[QM_CI_AZURE] = { "$TF_BUILD", "$BUILD_DEFINITIONNAME", "$BUILD_BUILDNUMBER",
		"$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID",
		"$SYSTEM_PULLREQUEST_SOURCEBRANCH|$BUILD_SOURCEBRANCHNAME",
		"$BUILD_SOURCEVERSION" },
	[QM_CI_BUILDKITE] = { "$BUILDKITE", "$BUILDKITE_PIPELINE_SLUG", "$BUILDKITE_BUILD_NUMBER",
		"$BUILDKITE_BUILD_URL", "$BUILDKITE_BRANCH", "$BUILDKITE_COMMIT" },
	[QM_CI_CIRCLECI] = { "$CIRCLECI", "$CIRCLE_JOB", "$CIRCLE_BUILD_NUM", "$CIRCLE_BUILD_URL",
		"$CIRCLE_BRANCH|$CIRCLE_TAG", "$CIRCLE_SHA1" },
	[QM_CI_BITBUCKET] = { "$BITBUCKET_BUILD_NUMBER", "$BITBUCKET_REPO_FULL_NAME",
		"$BITBUCKET_BUILD_NUMBER",
		"https://bitbucket.org/$BITBUCKET_REPO_FULL_NAME/pipelines/results/"
		"$BITBUCKET_BUILD_NUMBER",
		"$BITBUCKET_BRANCH|$BITBUCKET_TAG", "$BITBUCKET_COMMIT" },
	[QM_CI_TRAVIS] = { "$TRAVIS", "$TRAVIS_JOB_NAME|$TRAVIS_REPO_SLUG", "$TRAVIS_BUILD_NUMBER",
		"$TRAVIS_BUILD_WEB_URL", "$TRAVIS_PULL_REQUEST_BRANCH|$TRAVIS_BRANCH",
		"$TRAVIS_COMMIT" },
	[QM_CI_TEAMCITY] = { "$TEAMCITY_VERSION",
		"$TEAMCITY_PROJECT_NAME / $TEAMCITY_BUILDCONF_NAME", "$BUILD_NUMBER", "$BUILD_URL",
		"", "$BUILD_VCS_NUMBER" },
	[QM_CI_CODEBUILD] = { "$CODEBUILD_BUILD_ID", "$CODEBUILD_BUILD_ID",
		"$CODEBUILD_BUILD_NUMBER", "$CODEBUILD_BUILD_URL", "$CODEBUILD_WEBHOOK_HEAD_REF",
		"$CODEBUILD_RESOLVED_SOURCE_VERSION" },
	[QM_CI_BAMBOO] = { "$bamboo_buildKey", "$bamboo_planName|$bamboo_buildKey",
		"$bamboo_buildNumber", "$bamboo_buildResultsUrl",
		"$bamboo_planRepository_branchName", "$bamboo_planRepository_revision" },
};

/* The variable that *text begins with, which is moved behind its name; NULL where it is not set. */
static const char *variable(const char **text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t length = strspn(*text, letters);
	char name[64] = "";
	const char *value;

	if (length < sizeof name)
		memcpy(name, *text, length);
	*text += length;
	value = getenv(name);
	return value && *value ? value : NULL;
}

/* Adds one way to say a fact and moves *text behind it; false where one of its variables is not
 * set. */
static bool add_way(struct qm_buf *out, const char **text)
{
	bool whole = true;

	qm_buf_clear(out);
	while (**text && **text != '|') {
		char character = *(*text)++;
		const char *value = NULL;

		if (character != '$') {
			qm_buf_add_char(out, character);
			continue;
		}
		value = variable(text);
		qm_buf_add_text(out, value ? value : "");
		whole = whole && value;
	}
	*text += **text == '|';
	return whole && !out->overflow;
}

/* Leaves what the first way says that counts in `out`. */
static bool find_way(struct qm_buf *out, const char *ways)
{
	while (*ways)
		if (add_way(out, &ways) && out->length)
			return true;
	return false;
}

static enum qm_ci_system find_system(void)
{
	enum qm_ci_system found = QM_CI_NONE;
	struct qm_buf out;

	qm_buf_init(&out, FACT_MAX_BYTES);
	for (int i = QM_CI_NONE + 1; !found && i < QM_CI_SYSTEMS; i++)
		if (find_way(&out, systems[i].known_by))
			found = (enum qm_ci_system)i;
	qm_buf_release(&out);
	return found;
}

bool qm_is_ci(void)
{
	const char *ci = getenv("CI");

	if (ci && *ci)
		return strcmp(ci, "false") != 0 && strcmp(ci, "0") != 0;
	return find_system() != QM_CI_NONE;
}

enum qm_ci_system qm_ci_find(void)
{
	return qm_is_ci() ? find_system() : QM_CI_NONE;
}

bool qm_ci_debugs(void)
{
	static const char *const variables[QM_CI_SYSTEMS] = {
		[QM_CI_GITHUB] = "RUNNER_DEBUG",
		[QM_CI_GITLAB] = "CI_DEBUG_TRACE",
		[QM_CI_AZURE] = "SYSTEM_DEBUG",
	};
	const char *name = variables[qm_ci_find()], *value = name ? getenv(name) : NULL;

	return value && (strcmp(value, "1") == 0 || qm_text_equal_nocase(value, "true"));
}

static const char *read_fact(const char *ways, struct qm_arena *arena)
{
	const char *fact = "";
	struct qm_buf out;

	qm_buf_init(&out, FACT_MAX_BYTES);
	if (find_way(&out, ways))
		fact = qm_arena_strdup(arena, out.data);
	qm_buf_release(&out);
	return fact;
}

struct qm_ci qm_ci_read(struct qm_arena *arena)
{
	enum qm_ci_system found = qm_ci_find();
	const struct system *system = &systems[found];

	return (struct qm_ci){
		.system = found,
		.job = read_fact(system->job, arena),
		.build = read_fact(system->build, arena),
		.url = read_fact(system->url, arena),
		.branch = read_fact(system->branch, arena),
		.commit = read_fact(system->commit, arena),
	};
}
