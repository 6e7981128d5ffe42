/*
 * ci - whether this is a CI job, and what its system says of it.
 *
 * Nearly all systems set the variable CI; those that do not are known by variables of their own.
 * CI=false says that it is none, whatever else is set. The job "checkout", its 17th build, on
 * Jenkins:
 *
 *     JENKINS_URL=...  JOB_NAME=checkout  BUILD_NUMBER=17  BUILD_URL=https://ci.example.com/...
 *
 * gives { "Jenkins", "checkout", "17", "https://ci.example.com/...", branch, commit }. These are
 * texts from outside: a branch's name is chosen by whoever pushes it.
 */
#ifndef QM_CLI_CI_H
#define QM_CLI_CI_H

#include "src/base/memory.h"

#include <stdbool.h>

enum qm_ci_system {
	QM_CI_NONE, /* or one that is not known */
	QM_CI_GITHUB,
	QM_CI_GITLAB,
	QM_CI_JENKINS,
	QM_CI_AZURE,
	QM_CI_BUILDKITE,
	QM_CI_CIRCLECI,
	QM_CI_BITBUCKET,
	QM_CI_TRAVIS,
	QM_CI_TEAMCITY,
	QM_CI_CODEBUILD,
	QM_CI_BAMBOO,
	QM_CI_SYSTEMS
};

/* What is not told is "". */
struct qm_ci {
	enum qm_ci_system system;
	const char *job, *build, *url, *branch,
		*commit; /* build: its number, or what counts as one */
};

bool qm_is_ci(void);

/* Whose job this is; none where qm_is_ci() says no. */
enum qm_ci_system qm_ci_find(void);

/* Whether its system was asked to log for debugging: RUNNER_DEBUG=1 and the like. */
bool qm_ci_debugs(void);

/* Where qm_is_ci() says no, all is empty. Texts live in the arena; longer ones than 1,000 bytes
 * are left out. */
struct qm_ci qm_ci_read(struct qm_arena *arena);

#endif
