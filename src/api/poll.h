/*
 * poll - asks again and again, until something over there is done or the time is over.
 *
 * An import that is being worked on, a build that another job is just creating: nobody tells when
 * it is there. The waits grow, so that what is quick is seen quickly and what is slow costs few
 * calls; the last one is cut to the time that is left. With 10 minutes:
 *
 *     asked at   0 s   5 s   15 s   35 s   75 s   135 s   195 s  ...  600 s
 *
 * The calls themselves are the caller's, through the session as any other; the waits are the
 * session's, too: they end with a signal and must fit its deadline.
 */
#ifndef QM_API_POLL_H
#define QM_API_POLL_H

#include "src/api/session.h"

struct qm_poll {
	int64_t left_ms; /* what may still be waited */
	int64_t next_ms; /* the next wait */
};

void qm_poll_init(struct qm_poll *poll, int64_t time_ms);

/*
 * Waits for the next time to ask; `out_over` tells that there is none, nothing was waited then.
 * `why` stands behind "waiting 5 s: ".
 */
enum qm_code qm_poll_wait(struct qm_poll *poll, struct qm_session *session, const char *why,
	bool *out_over, struct qm_error *err) QM_MUST_CHECK;

#endif
