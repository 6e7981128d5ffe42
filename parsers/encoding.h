/*
 * encoding - which encoding the bytes of a report are in.
 *
 * A byte order mark decides, then NUL bytes beside the first "<" (UTF-16 without a mark), then
 * the XML declaration, else it is UTF-8. A mark beats the declaration, because many Windows
 * tools write UTF-16 or a mark and leave `encoding="utf-8"` in the text as it was.
 *
 * Only encodings in a list are known: the name comes from a foreign file, and the system's
 * converter would load a module for whatever it is asked for.
 */
#ifndef QM_PARSERS_ENCODING_H
#define QM_PARSERS_ENCODING_H

#include "parsers/verdict.h"

#include <stddef.h>

/* Enough bytes for a mark and the XML declaration. */
enum { QM_ENCODING_HEAD = 1024 };

struct qm_encoding {
	const char *name; /* as iconv knows it; NULL: UTF-8, no conversion */
	size_t mark;      /* bytes of the byte order mark, not part of the text */
};

/* Looks at the first bytes of a report; an encoding that is not known is told by the verdict. */
void qm_encoding_detect(
	const char *head, size_t length, struct qm_encoding *out, struct qm_verdict *verdict);

#endif
