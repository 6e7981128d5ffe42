/*
 * json_text - writes JSON by hand where a tree would be too slow: one line for each of a million
 * results.
 */
#ifndef QM_BASE_JSON_TEXT_H
#define QM_BASE_JSON_TEXT_H

#include "src/base/buf.h"

/*
 * Adds `text` as a JSON string, NULL as null. Controls, bidi controls and other invisible
 * characters are escaped, so that the line is harmless on a terminal, and so is each '#' behind a
 * '#', since CI systems obey "##[error]" wherever it stands; "::error::" they obey only at the
 * start of a line, where a string has its quote. Bytes that are no UTF-8 become U+FFFD.
 */
void qm_json_add_text(struct qm_buf *out, const char *text);

#endif
