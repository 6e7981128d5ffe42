#include "policy/quote.h"
#include "policy/regex.h"
#include "policy/utf8.h"

#include <string.h>

static void quote_ascii(struct qm_buf *out, char character)
{
	static const char meanings[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";
	const char *found = character ? strchr(meanings, character) : NULL;

	if (found) {
		qm_buf_add_char(out, '\\');
		qm_buf_add_char(out, letters[found - meanings]);
	} else if (character >= ' ' && character < 0x7F) {
		qm_buf_add_char(out, character);
	} else {
		qm_buf_add_format(out, "\\x%02x", (unsigned)character);
	}
}

static void quote_point(struct qm_buf *out, const char *text, size_t size, uint32_t point)
{
	if (size == 1)
		qm_buf_add_format(out, "\\x%02x", (unsigned)(unsigned char)*text);
	else if (qm_regex_printable(point))
		qm_buf_add(out, text, size);
	else if (point < 0x10000)
		qm_buf_add_format(out, "\\u%04x", (unsigned)point);
	else
		qm_buf_add_format(out, "\\U%08x", (unsigned)point);
}

void qm_quote_n(struct qm_buf *out, const char *text, size_t length)
{
	qm_buf_add_char(out, '"');
	for (size_t at = 0, size; at < length; at += size) {
		uint32_t point;

		size = qm_utf8_next(text + at, length - at, &point);
		if (point < 0x80)
			quote_ascii(out, text[at]);
		else
			quote_point(out, text + at, size, point);
	}
	qm_buf_add_char(out, '"');
}

void qm_quote(struct qm_buf *out, const char *text)
{
	qm_quote_n(out, text, strlen(text));
}
