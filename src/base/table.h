/*
 * table - rows in aligned columns, for people.
 *
 * Cells are given row by row, from left to right. Texts are made printable (text.h) and cut at
 * `max_characters`, 60 unless it is set. With the alignment "lr", for a terminal, where a column is
 * as wide as its widest cell, and as Markdown:
 *
 *     PLATFORM  RUNS          | PLATFORM | RUNS |
 *     Chrome     400          |:---|---:|
 *     Firefox     12          | Chrome | 400 |
 */
#ifndef QM_BASE_TABLE_H
#define QM_BASE_TABLE_H

#include "src/base/buf.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

struct qm_table {
	struct qm_arena arena;
	struct qm_vec cells;   /* char * */
	const char *alignment; /* a letter a column, l or r */
	size_t max_characters;
	bool has_headings;
};

/* `headings`, one a column, is the first row; NULL: none. */
void qm_table_init(struct qm_table *table, const char *alignment, const char *const *headings);
void qm_table_release(struct qm_table *table);

void qm_table_text(struct qm_table *table, const char *text);
void qm_table_int(struct qm_table *table, int64_t number);

void qm_table_print(const struct qm_table *table, const char *indent, struct qm_buf *out);
void qm_table_markdown(const struct qm_table *table, struct qm_buf *out);

#endif
