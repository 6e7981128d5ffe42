#include "src/api/poll.h"
#include "src/api/limits.h"

void qm_poll_init(struct qm_poll *poll, int64_t time_ms)
{
	*poll = (struct qm_poll){ .left_ms = time_ms, .next_ms = QM_POLL_FIRST_MS };
}

enum qm_code qm_poll_wait(struct qm_poll *poll, struct qm_session *session, const char *why,
	bool *out_over, struct qm_error *err)
{
	int64_t wait_ms = poll->next_ms < poll->left_ms ? poll->next_ms : poll->left_ms;

	*out_over = wait_ms <= 0;
	if (*out_over)
		return QM_OK;
	poll->left_ms -= wait_ms;
	poll->next_ms = 2 * poll->next_ms < QM_POLL_MAX_MS ? 2 * poll->next_ms : QM_POLL_MAX_MS;
	return qm_session_wait(session, wait_ms, why, err);
}
