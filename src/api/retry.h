/*
 * retry - what to do after an attempt: the one table.
 *
 *     found            read                 write
 *     good             done                 done
 *     limit            again, else stopped  again, else stopped
 *     no connection,
 *     cut, busy        again, else unreachable (both)
 *     late             again, else          once again as it is, then refused as unanswered:
 *                      unreachable          the caller sends less at a time
 *     size             refused: size        refused: size
 *     content          refused: content     refused: content
 *     missing          not found            refused: content, some id may be gone
 *     auth             no permission        no permission
 *     useless          unreachable          unreachable
 *     stopped          stopped              stopped
 *
 * A write that must not be made twice (an import) is tried again only where it cannot have been
 * taken: for a limit and where there was no connection. Cut, late and busy end it as unreachable.
 *
 * "Again" means as long as retries are left: with 4, the attempts are 1 + 4. The wait before
 * retry n is drawn evenly from 0 to min(30 s, 1 s x 2^(n-1)), so that jobs which failed together
 * do not come back together; where the server names a time, that counts. A limit without
 * a time is waited for 15, 30, 60, 60 s. No clock in here.
 */
#ifndef QM_API_RETRY_H
#define QM_API_RETRY_H

#include "src/api/finding.h"
#include "src/api/session.h"

struct qm_retry {
	bool again;
	int64_t wait_ms;         /* before it */
	bool is_limit;           /* the wait counts against max_wait, not against the outage */
	enum qm_code code;       /* where it is not tried again */
	enum qm_refusal refusal; /* where `code` is QM_EREFUSED */
};

/* The attempts of one call so far, the one just made included. */
struct qm_tries {
	int made;
	int late; /* of these: found late */
};

/* `random` is the generator's state and is moved on where a wait is drawn. */
struct qm_retry qm_retry_decide(const struct qm_finding *finding, enum qm_effect effect,
	const struct qm_tries *tries, int retries, uint64_t *random);

/* Drawn evenly from 0 to `max`. */
int64_t qm_random_up_to(int64_t max, uint64_t *random);

#endif
