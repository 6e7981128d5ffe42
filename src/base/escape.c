#include "src/base/escape.h"
#include "src/base/text.h"

#include <string.h>

/* Adds what a character becomes and tells so; false where it stays as it is. */
typedef bool (*escape_fn)(struct qm_buf *out, char character);

static void escape(struct qm_buf *out, const char *text, escape_fn add)
{
	struct qm_buf clean;

	qm_buf_init(&clean, 2 * strlen(text) + 1); /* an order gets a blank inside */
	qm_text_printable(&clean, text);
	for (const char *c = clean.data; *c; c++)
		if (!add(out, *c))
			qm_buf_add_char(out, *c);
	qm_buf_release(&clean);
}

static bool add_percent(struct qm_buf *out, char character, const char *special)
{
	if (!strchr(special, character))
		return false;
	qm_buf_add_format(out, "%%%02X", (unsigned)(unsigned char)character);
	return true;
}

static bool add_for_message(struct qm_buf *out, char character)
{
	return add_percent(out, character, "%");
}

static bool add_for_property(struct qm_buf *out, char character)
{
	return add_percent(out, character, "%:,");
}

static bool add_for_azure(struct qm_buf *out, char character)
{
	if (character == '%')
		qm_buf_add_text(out, "%AZP25");
	return character == '%' || add_percent(out, character, ";]");
}

static bool add_for_markdown(struct qm_buf *out, char character)
{
	bool plain = (unsigned char)character >= 0x80 || character == ' ' ||
		(character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
		(character >= 'a' && character <= 'z');

	if (!plain)
		qm_buf_add_format(out, "&#%d;", character);
	return !plain;
}

static bool add_for_html(struct qm_buf *out, char character)
{
	static const struct {
		char character;
		const char *reference;
	} rows[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" },
		{ '\'', "&#39;" } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].character == character) {
			qm_buf_add_text(out, rows[i].reference);
			return true;
		}
	return false;
}

void qm_escape_github_message(struct qm_buf *out, const char *text)
{
	escape(out, text, add_for_message);
}

void qm_escape_github_property(struct qm_buf *out, const char *text)
{
	escape(out, text, add_for_property);
}

void qm_escape_azure(struct qm_buf *out, const char *text)
{
	escape(out, text, add_for_azure);
}

/* Four blanks at the start of a line would begin a block of code, two at its end break it. */
void qm_escape_markdown(struct qm_buf *out, const char *text)
{
	size_t before = out->length;

	while (*text == ' ')
		text++;
	escape(out, text, add_for_markdown);
	while (out->length > before && out->data[out->length - 1] == ' ')
		out->data[--out->length] = '\0';
}

void qm_escape_html(struct qm_buf *out, const char *text)
{
	escape(out, text, add_for_html);
}
