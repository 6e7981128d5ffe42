/*
 * upload - carries a plan out, one call after the other.
 *
 * Calls go in the order of the plan, worst news first. A call that the server refuses is sent
 * again in smaller pieces (split.h); one that the policy denies is noted, and the next one goes.
 * A limit, a deadline, a signal, a rejected key or a server that cannot be reached ends the
 * upload: what is left was not sent and is told to be so. Three calls in a row without any answer,
 * the last of a single run, are a server that cannot be reached.
 *
 * Before a call goes the journal says so, and when it was answered what was set is added to the
 * receipt first and then noted in the journal: whatever ends the process, nothing is lost.
 *
 * What came of it is in the summary: a result for each call, the runs that were not taken, each
 * with the words of who refused it, and the reasons.
 */
#ifndef QM_UPLOAD_UPLOAD_H
#define QM_UPLOAD_UPLOAD_H

#include "src/upload/record/journal.h"
#include "src/upload/record/receipt.h"
#include "src/upload/summary/summary.h"

struct qm_upload_options {
	struct qm_session *session;
	const struct qm_clock *clock;
	const struct qm_log *log;
	size_t max_split_calls;
	struct qm_origins origins;
	struct qm_journal *journal; /* begun or attached; NULL: none */
	bool needs_journal;         /* what cannot be noted is not sent */
	struct qm_receipt *receipt; /* NULL: none */
};

/* Sends the plan of the summary, which has its catalog, too. */
void qm_upload(struct qm_summary *summary, const struct qm_upload_options *options);

/*
 * Sends nothing: tells for each call when it would go if nobody else drew on the budget from now
 * on. A call that is denied only then becomes so in `plan`, which is the one of the summary. Of
 * the options session, clock and origins are used, the session for its limits: where an upload
 * would not wait for a call, that is a reason.
 */
enum qm_code qm_upload_preview(struct qm_summary *summary, const struct qm_upload_options *options,
	struct qm_plan *plan, struct qm_gate *gate, struct qm_error *err) QM_MUST_CHECK;

#endif
