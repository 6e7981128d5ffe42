#include "src/cli/sheet.h"
#include "src/base/json_text.h"
#include "src/base/table.h"

#include <string.h>

/* 100,000 runs are 20 MB; a row is cut long before. */
enum { TEXT_MAX_BYTES = 256 << 20, ROW_MAX_BYTES = 1 << 20, MAX_COLUMNS = 16 };

void qm_sheet_init(struct qm_sheet *sheet, const struct qm_column *columns, size_t column_count)
{
	*sheet = (struct qm_sheet){ .columns = columns, .column_count = column_count };
	qm_arena_init(&sheet->arena);
	qm_vec_init(&sheet->cells, sizeof(const char *));
}

void qm_sheet_release(struct qm_sheet *sheet)
{
	qm_vec_release(&sheet->cells);
	qm_arena_release(&sheet->arena);
}

void qm_sheet_text(struct qm_sheet *sheet, const char *text)
{
	const char *cell = text ? qm_arena_strdup(&sheet->arena, text) : NULL;

	qm_vec_push(&sheet->cells, &cell);
}

void qm_sheet_int(struct qm_sheet *sheet, int64_t number)
{
	struct qm_buf digits;

	qm_buf_init(&digits, 32);
	qm_buf_add_int(&digits, number);
	qm_sheet_text(sheet, number ? digits.data : NULL);
	qm_buf_release(&digits);
}

static void write_out(const struct qm_context *context, struct qm_buf *text)
{
	if (!text->length)
		return;
	qm_log_redact(context->log, text->data);
	qm_output_write(context->output, text->data, strlen(text->data));
	qm_buf_clear(text);
}

static const char *cell_at(const struct qm_sheet *sheet, size_t index)
{
	return *(const char *const *)qm_vec_at(&sheet->cells, index);
}

static void print_table(const struct qm_sheet *sheet, const struct qm_context *context)
{
	char alignment[MAX_COLUMNS + 1] = { 0 };
	const char *titles[MAX_COLUMNS];
	struct qm_table table;
	struct qm_buf text;

	for (size_t i = 0; i < sheet->column_count && i < MAX_COLUMNS; i++) {
		alignment[i] = sheet->columns[i].is_number ? 'r' : 'l';
		titles[i] = sheet->columns[i].title;
	}
	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_table_init(&table, alignment, titles);
	for (size_t i = 0; i < sheet->cells.count; i++)
		qm_table_text(&table, cell_at(sheet, i) ? cell_at(sheet, i) : "");
	qm_table_print(&table, "", &text);
	write_out(context, &text);
	qm_table_release(&table);
	qm_buf_release(&text);
}

static void add_member(const struct qm_column *column, const char *cell, struct qm_buf *out)
{
	bool is_number =
		column->is_number && cell && *cell && strspn(cell, "0123456789") == strlen(cell);

	qm_buf_add_format(out, "\"%s\":", column->member);
	if (is_number)
		qm_buf_add_text(out, cell);
	else
		qm_json_add_text(out, cell);
}

static void print_json(
	const struct qm_sheet *sheet, const struct qm_context *context, const char *name)
{
	struct qm_buf row;

	qm_buf_init(&row, ROW_MAX_BYTES);
	qm_buf_add_format(&row, "{\"%s\":[", name);
	for (size_t i = 0; i < sheet->cells.count; i++) {
		size_t column = i % sheet->column_count;

		if (!column)
			qm_buf_add_text(&row, i ? ",\n{" : "\n{");
		else
			qm_buf_add_char(&row, ',');
		add_member(&sheet->columns[column], cell_at(sheet, i), &row);
		if (column + 1 < sheet->column_count)
			continue;
		qm_buf_add_char(&row, '}');
		write_out(context, &row);
	}
	qm_buf_add_text(&row, "\n]}\n");
	write_out(context, &row);
	qm_buf_release(&row);
}

void qm_sheet_print(
	const struct qm_sheet *sheet, const struct qm_context *context, const char *name)
{
	if (context->settings->format == QM_FORMAT_JSON)
		print_json(sheet, context, name);
	else
		print_table(sheet, context);
}
