#include "src/base/json_text.h"
#include "src/base/text.h"

/* Most texts need no escape at all: they are copied in runs. */
static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\' && byte != '#';
}

static void add_escaped(struct qm_buf *out, unsigned point)
{
	static const char letters[] = "btn?fr"; /* for 8 to 13 */

	if (point >= 8 && point <= 13 && point != 11)
		qm_buf_add_format(out, "\\%c", letters[point - 8]);
	else if (point < 0x10000)
		qm_buf_add_format(out, "\\u%04x", point);
	else
		qm_buf_add_format(out, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10),
			0xdc00 + ((point - 0x10000) & 0x3ff));
}

/* The second of "##", which begins an order to some CI systems wherever it stands in a line. */
static bool is_order(const struct qm_buf *out, const char *text)
{
	return *text == '#' && out->length && out->data[out->length - 1] == '#';
}

static size_t add_character(struct qm_buf *out, const char *text)
{
	unsigned point = 0;
	size_t length = qm_text_decode(text, &point);

	if (!length) {
		qm_buf_add_text(out, "\\ufffd");
		return 1;
	}
	if (point == '"' || point == '\\')
		qm_buf_add_char(out, '\\');
	if (qm_text_is_invisible(point) || is_order(out, text))
		add_escaped(out, point);
	else
		qm_buf_add(out, text, length);
	return length;
}

void qm_json_add_text(struct qm_buf *out, const char *text)
{
	if (!text) {
		qm_buf_add_text(out, "null");
		return;
	}
	qm_buf_add_char(out, '"');
	while (*text) {
		size_t run = 0;

		while (is_plain((unsigned char)text[run]))
			run++;
		qm_buf_add(out, text, run);
		text += run;
		if (*text)
			text += add_character(out, text);
	}
	qm_buf_add_char(out, '"');
}
