/*
 * comment - the text that is put beside a status, so that a person finds the job and the reason.
 *
 *     qmetry-ci: {job} #{build} {url} {message}
 *     qmetry-ci: shop / e2e #17 https://ci.example.com/17/ Timeout after # ms
 *
 * {job}, {build}, {url}, {branch} and {commit} come from the CI system, {type} and {message} from
 * the failure of a test: the first line of its message. A word whose placeholders are all empty is
 * left out whole (#{build}), and only that word, but for a colon with nothing behind it; a comment
 * of which nothing remains is none.
 *
 * Comments tell groups apart, so each further one is a further call. Failures of one message share
 * one, numbers and what the pattern does not ask for not counting; the most frequent ones get
 * theirs, as long as their calls are no more than was allowed in an upload; all others have the
 * comment of the runs that passed.
 */
#ifndef QM_UPLOAD_RESOLVE_COMMENT_H
#define QM_UPLOAD_RESOLVE_COMMENT_H

#include "src/base/log.h"
#include "src/upload/resolve/messages.h"

/* "" where it is not known. */
struct qm_comment_facts {
	const char *job, *build, *url, *branch, *commit;
};

struct qm_comment_options {
	const char *pattern; /* with placeholders; NULL: no comments */
	struct qm_comment_facts facts;
	size_t max_calls;         /* with a message of their own, in an upload */
	const struct qm_log *log; /* its secrets are left out; NULL: there are none */
};

/* Whether all placeholders are known. */
bool qm_comment_is_good(const char *pattern);
/* What it tells of a failure; nothing: it does not tell failures apart. */
struct qm_message_parts qm_comment_parts(const char *pattern);

/* NULL where nothing is to be said. `message` NULL: no failure. */
const char *qm_comment_make(const struct qm_comment_options *options,
	const struct qm_message *message, struct qm_arena *arena);

#endif
