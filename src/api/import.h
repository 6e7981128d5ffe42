/*
 * import - hands a whole report file in at QMetry's import endpoint, and asks what became of it.
 *
 * The file travels as multipart/form-data with the fields that the MCP tool sends, in its order.
 * The server queues it and answers with a request's id; the state is polled until it is decided:
 *
 *     In Queue -> In Progress -> Completed | Failed
 *
 * An import makes test cases and runs, so it is no call that may be made twice: where the answer
 * gets lost it is not sent again (QM_WRITE_ONCE).
 */
#ifndef QM_API_IMPORT_H
#define QM_API_IMPORT_H

#include "src/api/session.h"

/* Texts are names or ids; NULL: left out. */
struct qm_import {
	const char *file_name; /* without folders; .xml, .json or .zip */
	const char *bytes;
	size_t length;
	const char *entity_type; /* JUNIT, TESTNG */
	const char *hierarchy;   /* what becomes a test case: "1", "2", "3" */
	const char *suite;       /* key or id of the test suite that gets the results */
	const char *platform, *release, *cycle, *build;
};

/* The most that QMetry takes: 30 MB. */
enum { QM_IMPORT_MAX_BYTES = 30 << 20, QM_IMPORT_ID_BYTES = 64 };

enum qm_code qm_import_post(struct qm_session *session, const char *project_key,
	const struct qm_import *import, char out_request_id[QM_IMPORT_ID_BYTES],
	struct qm_error *err) QM_MUST_CHECK;

enum qm_import_state { QM_IMPORT_PENDING, QM_IMPORT_DONE, QM_IMPORT_FAILED };

/* `out_text`: the server's word for the state, and its message where there is one. */
enum qm_code qm_import_ask(struct qm_session *session, const char *project_key,
	const char *request_id, enum qm_import_state *out, struct qm_buf *out_text,
	struct qm_error *err) QM_MUST_CHECK;

#endif
