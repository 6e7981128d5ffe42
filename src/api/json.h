/*
 * json - reading QMetry's answers: bounded before they are parsed, liberal afterwards.
 *
 * An id may come as 66095069 or as "66095069", a flag as true, 1 or "1"; a field may be missing
 * or null, and fields that nobody asked for are ignored. A getter therefore never fails: it
 * says 0, "" or false where there is nothing usable.
 */
#ifndef QM_API_JSON_H
#define QM_API_JSON_H

#include "src/base/buf.h"

#include <jansson.h>

/*
 * From now on jansson's allocations do not fail either (memory.h): a member that could not be
 * added would be missing from a request. Once, before any JSON is made.
 */
void qm_json_init(void);

/*
 * QM_EINPUT with the reason for what is no JSON, QM_ELIMIT where it is nested deeper than the 2,048
 * levels at which jansson stops; QMetry nests five.
 */
enum qm_code qm_json_read(
	const char *bytes, size_t length, json_t **out, struct qm_error *err) QM_MUST_CHECK;

/* A whole number or a text of digits; 0 if there is none. */
int64_t qm_json_id(const json_t *object, const char *name);

/* The text of a string; "" if there is none. Belongs to `object`. */
const char *qm_json_text(const json_t *object, const char *name);

/* An id or a text as a text, cut to fit; returns `out`, which is "" if there is none. */
enum { QM_ID_TEXT = 64 };
const char *qm_json_id_text(const json_t *object, const char *name, char out[QM_ID_TEXT]);

bool qm_json_flag(const json_t *object, const char *name);

/* A new JSON string; bytes that are no UTF-8, which JSON cannot hold, become '?'. */
json_t *qm_json_string(const char *text);

/* Adds the compact JSON text of any value. */
void qm_json_write(const json_t *value, struct qm_buf *out);

/*
 * Adds what the server says of an error: message and code of a JSON object, the title of an
 * HTML page. It is as long and as unprintable as the server made it.
 */
void qm_json_message(const json_t *body, struct qm_buf *out);
void qm_html_title(const char *page, struct qm_buf *out);

#endif
