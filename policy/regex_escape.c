#include "policy/regex_parser.h"
#include "policy/utf8.h"

#include <string.h>

bool qm_regex_fail(struct qm_regex_parser *parser, const char *text, size_t from, size_t to)
{
	qm_buf_add_text(parser->reason, text);
	qm_buf_add_text(parser->reason, ": `");
	qm_buf_add(parser->reason, parser->pattern + from, to - from);
	qm_buf_add_char(parser->reason, '`');
	return false;
}

bool qm_regex_point(struct qm_regex_parser *parser, uint32_t *out)
{
	size_t size = qm_utf8_next(parser->pattern + parser->at, parser->length - parser->at, out);

	if (*out == QM_UTF8_BAD && size == 1)
		return qm_regex_fail(parser, "invalid UTF-8", parser->at, parser->length);
	parser->at += size;
	return true;
}

int qm_regex_peek(const struct qm_regex_parser *parser)
{
	return parser->at < parser->length ? (unsigned char)parser->pattern[parser->at] : -1;
}

bool qm_regex_at(const struct qm_regex_parser *parser, const char *text)
{
	size_t length = strlen(text);

	return parser->length - parser->at >= length &&
		memcmp(parser->pattern + parser->at, text, length) == 0;
}

bool qm_regex_alnum(uint32_t point)
{
	return (point >= '0' && point <= '9') || (point >= 'A' && point <= 'Z') ||
		(point >= 'a' && point <= 'z');
}

void qm_regex_write_point(struct qm_buf *out, uint32_t point)
{
	if (qm_regex_alnum(point))
		qm_buf_add_char(out, (char)point);
	else
		qm_buf_add_format(out, "\\x{%x}", (unsigned)point);
}

static bool is_octal(int character)
{
	return character >= '0' && character <= '7';
}

static int hex_digit(uint32_t point)
{
	if (point >= '0' && point <= '9')
		return (int)(point - '0');
	if (point >= 'a' && point <= 'f')
		return (int)(point - 'a') + 10;
	if (point >= 'A' && point <= 'F')
		return (int)(point - 'A') + 10;
	return -1;
}

/* Up to three digits, of which the first is consumed. */
static uint32_t octal_escape(struct qm_regex_parser *parser, uint32_t first)
{
	uint32_t point = first - '0';

	for (int i = 1; i < 3 && is_octal(qm_regex_peek(parser)); i++)
		point = point * 8 + (uint32_t)(parser->pattern[parser->at++] - '0');
	return point;
}

/* Behind \x: two digits, or any number of them in braces. `ok` is false where it is none. */
static bool hex_escape(struct qm_regex_parser *parser, uint32_t *out, bool *ok)
{
	uint32_t point;
	int digit, count = 0;

	*ok = false;
	*out = 0;
	if (qm_regex_peek(parser) < 0)
		return true;
	if (!qm_regex_point(parser, &point))
		return false;
	if (point != '{') {
		digit = hex_digit(point);
		if (qm_regex_peek(parser) < 0)
			return true;
		/* Go reads on even where the first is no digit, and quotes both. */
		if (!qm_regex_point(parser, &point))
			return false;
		*ok = digit >= 0 && hex_digit(point) >= 0;
		*out = *ok ? (uint32_t)(digit * 16 + hex_digit(point)) : 0;
		return true;
	}
	while (qm_regex_peek(parser) >= 0) {
		if (!qm_regex_point(parser, &point))
			return false;
		digit = hex_digit(point);
		if (point == '}')
			*ok = count > 0;
		if (digit < 0)
			return true;
		*out = *out * 16 + (uint32_t)digit;
		if (*out > QM_REGEX_MAX_POINT)
			return true;
		count++;
	}
	return true;
}

bool qm_regex_escape(struct qm_regex_parser *parser, uint32_t *out)
{
	static const char letters[] = "afnrtv", meanings[] = "\a\f\n\r\t\v";
	size_t start = parser->at++;
	const char *letter;
	uint32_t point;
	bool ok = false;

	if (parser->at == parser->length)
		return qm_regex_fail(
			parser, "trailing backslash at end of expression", start, start);
	if (!qm_regex_point(parser, &point))
		return false;
	*out = point;
	letter = point && point < 0x80 ? strchr(letters, (int)point) : NULL;
	if (letter) {
		*out = (uint32_t)meanings[letter - letters];
		ok = true;
	} else if (point == '0' || (is_octal((int)point) && is_octal(qm_regex_peek(parser)))) {
		/* A single other digit would be a back reference. */
		*out = octal_escape(parser, point);
		ok = true;
	} else if (point == 'x') {
		if (!hex_escape(parser, out, &ok))
			return false;
	} else {
		ok = point < 0x80 && !qm_regex_alnum(point);
	}
	return ok || qm_regex_fail(parser, "invalid escape sequence", start, parser->at);
}
