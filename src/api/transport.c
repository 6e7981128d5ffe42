#include "src/api/transport.h"
#include "src/api/limits.h"

void qm_reply_init(struct qm_reply *reply)
{
	*reply = (struct qm_reply){ .delivery = QM_NOT_SENT };
	qm_buf_init(&reply->body, QM_REPLY_MAX_BYTES);
	qm_error_init(&reply->error);
}

void qm_reply_release(struct qm_reply *reply)
{
	qm_buf_release(&reply->body);
}
