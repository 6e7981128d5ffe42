/*
 * ci_talk - what a CI system reads in a log: groups of lines, and annotations.
 *
 *              a group                          an annotation
 *     GitHub   ::group::TITLE ... ::endgroup::  ::error file=a.py,line=3,title=TEST::TEXT
 *     Azure    ##[group]TITLE ... ##[endgroup]  ##vso[task.logissue type=error;...]TEXT
 *     GitLab   section_start:TIME:NAME ...      (none)
 *
 * GitHub shows ten errors and ten warnings of a step. All of it goes to standard error, which both
 * read, so that standard output is the result and nothing else.
 */
#ifndef QM_CLI_CI_TALK_H
#define QM_CLI_CI_TALK_H

#include "src/base/buf.h"
#include "src/base/log.h"
#include "src/cli/ci.h"

struct qm_annotation {
	enum qm_log_level level;         /* error, warning or notice */
	const char *title, *file, *text; /* foreign texts; title and file may be NULL or "" */
	int64_t line;                    /* 0: not known */
};

/* These add nothing where the system has no such thing. */
void qm_ci_group_begin(
	enum qm_ci_system system, const char *title, int64_t now_ms, struct qm_buf *out);
void qm_ci_group_end(enum qm_ci_system system, int64_t now_ms, struct qm_buf *out);
void qm_ci_annotate(
	enum qm_ci_system system, const struct qm_annotation *annotation, struct qm_buf *out);

#endif
