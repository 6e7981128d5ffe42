/*
 * json - reads JSON that others wrote: strictly (RFC 8259), in one pass, into one array.
 *
 *     struct qm_json *answer;
 *     code = qm_json_read(bytes, length, &answer, err);
 *     for (row = qm_json_first(qm_json_get(answer, "data")); row; row = qm_json_next(row))
 *             use(qm_json_as_text(qm_json_get(row, "entityKey")));
 *     qm_json_free(answer);
 *
 * Lists of QMetry are most of what is read, and little of a row is looked at: 500 rows are 100 KB
 * of which each byte costs 20 instructions here. Values stand in the order of the text, 24 bytes
 * each; texts are unescaped within one copy of the whole. There is no index: a member is looked for
 * among its siblings, of which an object has a few dozen at most. JSON is made by jansson
 * (src/api/json.h) or as text (json_text.h).
 *
 * Refused with line and column: what is no JSON, no UTF-8, or half a surrogate pair; QM_ELIMIT:
 * more levels than QM_JSON_MAX_DEPTH. Of several members of one name the last one counts. A text
 * ends at its first U+0000. A number that is no int64 is a real, infinite where it is too large.
 */
#ifndef QM_BASE_JSON_H
#define QM_BASE_JSON_H

#include "src/base/error.h"

#include <stddef.h>
#include <stdint.h>

/* QMetry nests five levels; the reader calls itself for each. */
enum { QM_JSON_MAX_DEPTH = 64 };

enum qm_json_kind {
	QM_JSON_NONE, /* there is no such value */
	QM_JSON_NULL,
	QM_JSON_FALSE,
	QM_JSON_TRUE,
	QM_JSON_INTEGER,
	QM_JSON_REAL,
	QM_JSON_TEXT,
	QM_JSON_ARRAY,
	QM_JSON_OBJECT,
};

struct qm_json;

/* `out` is NULL after a failure. */
enum qm_code qm_json_read(
	const char *bytes, size_t length, struct qm_json **out, struct qm_error *err) QM_MUST_CHECK;
/* Of the value that was read, not of those in it. NULL is fine. */
void qm_json_free(struct qm_json *json);

/*
 * Questions about a value, which may be NULL: one that is not there. All of them have an answer
 * for a value of another kind: no member, no item, 0.
 */
enum qm_json_kind qm_json_kind(const struct qm_json *value);
const struct qm_json *qm_json_get(const struct qm_json *object, const char *name);
size_t qm_json_count(const struct qm_json *value);                        /* items or members */
const struct qm_json *qm_json_first(const struct qm_json *value);         /* item or member */
const struct qm_json *qm_json_next(const struct qm_json *item_or_member); /* NULL behind the last */

const char *qm_json_as_text(const struct qm_json *value); /* NULL: it is none */
int64_t qm_json_as_integer(const struct qm_json *value);
double qm_json_as_real(const struct qm_json *value);

#endif
