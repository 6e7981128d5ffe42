#include "src/cli/ci.h"
#include "src/base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { COMMENT_MAX_BYTES = 1000 };

/* The variable that a system is known by, and its job, number and address in its variables. */
static const struct {
	const char *known_by, *job;
} systems[] = {
	{ "GITHUB_ACTIONS",
		"$GITHUB_WORKFLOW / $GITHUB_JOB #$GITHUB_RUN_NUMBER "
		"$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID" },
	{ "GITLAB_CI", "$CI_JOB_NAME #$CI_PIPELINE_IID $CI_JOB_URL" },
	{ "JENKINS_URL", "$JOB_NAME #$BUILD_NUMBER $BUILD_URL" },
	{ "TF_BUILD",
		"$BUILD_DEFINITIONNAME #$BUILD_BUILDNUMBER "
		"$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID" },
	{ "BUILDKITE", "$BUILDKITE_PIPELINE_SLUG #$BUILDKITE_BUILD_NUMBER $BUILDKITE_BUILD_URL" },
	{ "CIRCLECI", "$CIRCLE_JOB #$CIRCLE_BUILD_NUM $CIRCLE_BUILD_URL" },
};

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* NULL: none that is known. */
static const char *job_of_system(void)
{
	for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
		if (is_set(systems[i].known_by))
			return systems[i].job;
	return NULL;
}

bool qm_is_ci(void)
{
	const char *ci = getenv("CI");

	if (ci && *ci)
		return strcmp(ci, "false") != 0 && strcmp(ci, "0") != 0;
	return job_of_system() != NULL;
}

/* Adds the value of the variable that `text` begins with; returns the length of its name. */
static size_t add_variable(struct qm_buf *out, const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t length = strspn(text, letters);
	char name[64] = "";
	const char *value;

	if (length >= sizeof name)
		return length;
	memcpy(name, text, length);
	value = getenv(name);
	qm_buf_add_text(out, value ? value : "");
	return length;
}

const char *qm_ci_comment(struct qm_arena *arena)
{
	const char *text = qm_is_ci() ? job_of_system() : NULL;
	const char *comment = NULL;
	struct qm_buf out;

	if (!text)
		return NULL;
	qm_buf_init(&out, COMMENT_MAX_BYTES);
	qm_buf_add_text(&out, "qmetry-ci: ");
	while (*text) {
		if (*text == '$') {
			text++;
			text += add_variable(&out, text);
		} else {
			qm_buf_add_char(&out, *text++);
		}
	}
	comment = qm_arena_strdup(arena, out.data);
	qm_buf_release(&out);
	return comment;
}
