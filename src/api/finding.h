/*
 * finding - what a reply comes to, in one word and one line.
 *
 * Servers say the same thing in many ways: too many requests may be a 429, a 403 whose text
 * speaks of a quota, or a 200 with `success:false`. Here each reply is given one of the words
 * below, the words that the retry table (retry.h) is written in, and a line that tells people
 * what happened and what to do about it.
 */
#ifndef QM_API_FINDING_H
#define QM_API_FINDING_H

#include "src/api/transport.h"
#include "src/base/log.h"

#include <jansson.h>

enum qm_found {
	QM_FOUND_GOOD,          /* 2xx and a JSON object, or nothing where nothing is awaited */
	QM_FOUND_LIMIT,         /* 429 and its disguises */
	QM_FOUND_BUSY,          /* 502, 503: somebody else answered for a server that is away */
	QM_FOUND_LATE,          /* 408, 504 or our own time-out: maybe done, maybe too much */
	QM_FOUND_NO_CONNECTION, /* nothing was sent */
	QM_FOUND_CUT,           /* the connection broke after something was sent */
	QM_FOUND_SIZE,          /* 413, or a complaint that speaks of size */
	QM_FOUND_CONTENT,       /* 400, 409, 422, success:false */
	QM_FOUND_MISSING,       /* 404 */
	QM_FOUND_AUTH,          /* 401, 403 */
	QM_FOUND_USELESS,       /* a redirect, HTML, 500, bad TLS: asking again is no cure */
	QM_FOUND_STOPPED,       /* we were told to stop */
};

struct qm_finding {
	enum qm_found found;
	bool may_be_done;       /* of a write: no answer says whether it was carried out */
	json_t *body;           /* the JSON object of an answer; NULL: none. json_decref it */
	int64_t retry_after_ms; /* what the server asks us to wait (quota.h); 0: it does not say */
	char text[512];         /* what happened and what to do; "" if good */
};

/*
 * `now_ms` is what a Retry-After date is measured from. The text is one printable line in which
 * the secrets that `log` hides are hidden, too.
 */
void qm_finding_read(const struct qm_reply *reply, int64_t now_ms, const struct qm_log *log,
	struct qm_finding *out);
void qm_finding_release(struct qm_finding *finding);

#endif
