#include "src/base/table.h"
#include "src/base/escape.h"
#include "src/base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHARACTERS = 60, CELL_MAX_BYTES = 4096 };

void qm_table_init(struct qm_table *table, const char *alignment, const char *const *headings)
{
	qm_arena_init(&table->arena);
	qm_vec_init(&table->cells, sizeof(char *));
	table->alignment = alignment;
	table->max_characters = MAX_CHARACTERS;
	table->has_headings = headings != NULL;
	for (size_t i = 0; headings && i < strlen(alignment); i++)
		qm_table_text(table, headings[i]);
}

void qm_table_release(struct qm_table *table)
{
	qm_vec_release(&table->cells);
	qm_arena_release(&table->arena);
}

static bool begins_character(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80;
}

static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += begins_character(*text);
	return width;
}

/* Bytes of the first `width` characters. */
static size_t bytes_of(const char *text, size_t width)
{
	size_t i = 0;

	for (; text[i]; i++)
		if (begins_character(text[i]) && !width--)
			break;
	return i;
}

void qm_table_text(struct qm_table *table, const char *text)
{
	struct qm_buf clean;
	char **cell = qm_vec_add(&table->cells);

	/* What does not fit into the buffer would be cut below anyway. */
	qm_buf_init(&clean, CELL_MAX_BYTES);
	qm_text_printable(&clean, text);
	if (width_of(clean.data) > table->max_characters) {
		clean.length = bytes_of(clean.data, table->max_characters - 3);
		qm_buf_add_text(&clean, "...");
	}
	*cell = qm_arena_strndup(&table->arena, clean.data, clean.length);
	qm_buf_release(&clean);
}

void qm_table_int(struct qm_table *table, int64_t number)
{
	struct qm_buf digits;

	qm_buf_init(&digits, 32);
	qm_buf_add_int(&digits, number);
	qm_table_text(table, digits.data);
	qm_buf_release(&digits);
}

static void add_blanks(struct qm_buf *out, size_t count)
{
	while (count--)
		qm_buf_add_char(out, ' ');
}

static size_t column_width(const struct qm_table *table, size_t column, size_t columns)
{
	size_t widest = 0;

	for (size_t i = column; i < table->cells.count; i += columns) {
		size_t width = width_of(*(char **)qm_vec_at(&table->cells, i));

		widest = width > widest ? width : widest;
	}
	return widest;
}

/* A line ends with its last visible character: cells may be narrow or empty. */
static void end_line(struct qm_buf *out)
{
	while (out->length && out->data[out->length - 1] == ' ')
		out->length--;
	qm_buf_add_char(out, '\n');
}

void qm_table_print(const struct qm_table *table, const char *indent, struct qm_buf *out)
{
	size_t columns = strlen(table->alignment);
	size_t *widths = qm_alloc_array(columns, sizeof *widths);

	assert(columns > 0);
	for (size_t i = 0; i < columns; i++)
		widths[i] = column_width(table, i, columns);
	for (size_t i = 0; i < table->cells.count; i++) {
		const char *cell = *(char **)qm_vec_at(&table->cells, i);
		size_t column = i % columns, gap = widths[column] - width_of(cell);

		qm_buf_add_text(out, column ? "  " : indent);
		if (table->alignment[column] == 'r')
			add_blanks(out, gap);
		qm_buf_add_text(out, cell);
		if (table->alignment[column] != 'r')
			add_blanks(out, gap);
		if (column + 1 == columns)
			end_line(out);
	}
	free(widths);
}

/* As many cells as there are columns, or blanks for NULL. */
static void add_markdown_row(const struct qm_table *table, char *const *cells, struct qm_buf *out)
{
	for (size_t i = 0; table->alignment[i]; i++) {
		qm_buf_add_text(out, "| ");
		qm_escape_markdown(out, cells ? cells[i] : "");
		qm_buf_add_char(out, ' ');
	}
	qm_buf_add_text(out, "|\n");
}

/* Markdown wants a first row also where there are no headings. */
void qm_table_markdown(const struct qm_table *table, struct qm_buf *out)
{
	size_t columns = strlen(table->alignment), row = table->has_headings ? columns : 0;
	char *const *cells = table->cells.items;

	add_markdown_row(table, row ? cells : NULL, out);
	for (const char *align = table->alignment; *align; align++)
		qm_buf_add_text(out, *align == 'r' ? "|---:" : "|:---");
	qm_buf_add_text(out, "|\n");
	for (; row < table->cells.count; row += columns)
		add_markdown_row(table, &cells[row], out);
}
