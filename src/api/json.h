/*
 * json - what QMetry's answers say, read liberally, and JSON that we make ourselves.
 *
 * Answers are read by src/base/json.h; requests, and the arguments that a policy judges by, are
 * made with jansson. An id may come as 66095069 or as "66095069", a flag as true, 1 or "1"; a field
 * may be missing or null, and fields that nobody asked for are ignored. A getter therefore never
 * fails: it says 0, "" or false where there is nothing usable.
 */
#ifndef QM_API_JSON_H
#define QM_API_JSON_H

#include "src/base/buf.h"
#include "src/base/json.h"

#include <jansson.h>

/*
 * From now on jansson's allocations do not fail either (memory.h): a member that could not be
 * added would be missing from a request. Once, before any JSON is made.
 */
void qm_json_init(void);

/* A whole number or a text of digits; 0 if there is none. */
int64_t qm_json_id(const struct qm_json *object, const char *name);

/* The text of a string; "" if there is none. Belongs to `object`. */
const char *qm_json_text(const struct qm_json *object, const char *name);

/* An id or a text as a text, cut to fit; returns `out`, which is "" if there is none. */
enum { QM_ID_TEXT = 64 };
const char *qm_json_id_text(const struct qm_json *object, const char *name, char out[QM_ID_TEXT]);

bool qm_json_flag(const struct qm_json *object, const char *name);

/* A new JSON string; bytes that are no UTF-8, which JSON cannot hold, become '?'. */
json_t *qm_json_string(const char *text);

/* Adds the compact JSON text of any value. */
void qm_json_write(const json_t *value, struct qm_buf *out);

/*
 * Adds what the server says of an error: message and code of a JSON object, the title of an
 * HTML page. It is as long and as unprintable as the server made it.
 */
void qm_json_message(const struct qm_json *body, struct qm_buf *out);
void qm_html_title(const char *page, struct qm_buf *out);

#endif
