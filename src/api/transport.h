/*
 * transport - carries one request to the server and brings back what came of it.
 *
 * A transport knows nothing of QMetry, policies or retries: one request, one reply or the
 * reason why there is none. The product's is libcurl (http.h); tests hand in one that plays a
 * script. Whatever the server answered, 200 or 503 or HTML, is a reply and no failure.
 */
#ifndef QM_API_TRANSPORT_H
#define QM_API_TRANSPORT_H

#include "src/base/buf.h"

enum { QM_REQUEST_HEADERS = 4 };

struct qm_header {
	const char *name, *value;
};

struct qm_request {
	const char *method;                           /* "GET", "POST", "PUT" */
	const char *path;                             /* "/rest/admin/project/getinfo" */
	struct qm_header headers[QM_REQUEST_HEADERS]; /* beyond those of every request */
	size_t header_count;
	const char *body;         /* NULL: none */
	const char *content_type; /* of the body; NULL: JSON */
	size_t body_length;
	int64_t timeout_ms;
};

enum qm_delivery {
	QM_ANSWERED,   /* `status` holds */
	QM_NOT_SENT,   /* no connection: the server cannot have seen the request */
	QM_UNANSWERED, /* cut or timed out on the way: the work may have been done */
	QM_CUT_OFF,    /* we were told to stop while it was under way */
};

struct qm_reply {
	enum qm_delivery delivery;
	int status;
	bool timed_out; /* unanswered because of timeout_ms */
	bool permanent; /* not sent for a reason that no retry cures: TLS, a proxy */
	char content_type[64];
	char retry_after[64]; /* the header as it came; "" if none */
	struct qm_buf body;
	struct qm_error error; /* why it was not answered: names URL and remedy */
};

void qm_reply_init(struct qm_reply *reply);
void qm_reply_release(struct qm_reply *reply);

struct qm_transport {
	/* Fills `reply`, which is empty when it is called. */
	void (*send)(void *context, const struct qm_request *request, struct qm_reply *reply);
	void *context;
};

#endif
