#include "src/upload/summary/summary_page.h"
#include "src/base/escape.h"
#include "src/base/text.h"

#include <string.h>

enum { MARKDOWN_CELL = 200 };

const char qm_page_indent[] = "  ";

void qm_page_count(struct qm_buf *out, uint64_t count, const char *one, const char *many)
{
	qm_buf_add_format(out, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

const char *qm_page_clean(struct qm_page *page, const char *text)
{
	qm_buf_clear(&page->piece);
	qm_buf_add(&page->piece, text, qm_text_cut(text, strlen(text), QM_PAGE_PIECE));
	if (page->log)
		qm_log_redact(page->log, page->piece.data);
	return page->piece.data;
}

void qm_page_foreign(struct qm_page *page, const char *text)
{
	if (page->markdown)
		qm_escape_markdown(page->out, qm_page_clean(page, text));
	else
		qm_text_printable(page->out, qm_page_clean(page, text));
}

void qm_page_cell(struct qm_page *page, struct qm_table *table, const char *text)
{
	qm_table_text(table, qm_page_clean(page, text));
}

void qm_page_title(struct qm_page *page, const char *title, uint64_t total)
{
	qm_buf_add_format(page->out, page->markdown ? "\n### %s (%llu)\n\n" : "\n%s (%llu)\n",
		title, (unsigned long long)total);
}

size_t qm_page_shown(const struct qm_page *page, size_t count)
{
	return count < page->max_rows ? count : page->max_rows;
}

void qm_page_rest(struct qm_page *page, uint64_t total)
{
	if (total > page->max_rows)
		qm_buf_add_format(page->out, "%s... and %llu more\n",
			page->markdown ? "\n" : qm_page_indent,
			(unsigned long long)(total - page->max_rows));
}

void qm_page_begin_table(struct qm_page *page, struct qm_table *table, const char *alignment,
	const char *const *headings)
{
	qm_table_init(table, alignment, headings);
	if (page->markdown)
		table->max_characters = MARKDOWN_CELL;
}

void qm_page_end_table(struct qm_page *page, struct qm_table *table)
{
	if (page->markdown)
		qm_table_markdown(table, page->out);
	else
		qm_table_print(table, qm_page_indent, page->out);
	qm_table_release(table);
}
