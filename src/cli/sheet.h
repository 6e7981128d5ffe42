/*
 * sheet - rows with named columns, printed as an aligned table or as JSON.
 *
 *     KEY         ID      NAME           {"suites":[
 *     VKMC-TS-20  194955  Regression     {"key":"VKMC-TS-20","id":194955,"name":"Regression"}
 *                                        ]}
 *
 * Cells are added row by row, from left to right. Their texts come from a server: both forms make
 * them harmless, and secrets that the log hides are hidden here too.
 */
#ifndef QM_CLI_SHEET_H
#define QM_CLI_SHEET_H

#include "src/cli/commands.h"

struct qm_column {
	const char *title;  /* of the table */
	const char *member; /* of the JSON object */
	bool is_number;     /* a cell of digits is a number in JSON */
};

struct qm_sheet {
	const struct qm_column *columns;
	size_t column_count;
	struct qm_arena arena;
	struct qm_vec cells; /* const char * */
};

void qm_sheet_init(struct qm_sheet *sheet, const struct qm_column *columns, size_t column_count);
void qm_sheet_release(struct qm_sheet *sheet);

void qm_sheet_text(struct qm_sheet *sheet, const char *text); /* NULL: nothing is known */
void qm_sheet_int(struct qm_sheet *sheet, int64_t number);    /* 0: nothing is known */

/* In the form of --format; `name` is the member of the JSON object that holds the rows. */
void qm_sheet_print(
	const struct qm_sheet *sheet, const struct qm_context *context, const char *name);

#endif
