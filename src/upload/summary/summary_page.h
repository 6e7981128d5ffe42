/*
 * summary_page - what the summary's text and its Markdown are made of: titles, cells, lists.
 *
 * A page is written in one of the two forms; who writes it need not know which. Every list is cut
 * after as many rows as the page has room for, and says how many more there are.
 */
#ifndef QM_UPLOAD_SUMMARY_SUMMARY_PAGE_H
#define QM_UPLOAD_SUMMARY_SUMMARY_PAGE_H

#include "src/base/log.h"
#include "src/base/table.h"

enum { QM_PAGE_PIECE = 4096 };

/* What is written, and in which form: plain text, or GitHub's Markdown. */
struct qm_page {
	struct qm_buf *out;
	const struct qm_log *log; /* knows the secrets that a test may have printed */
	bool markdown;
	size_t max_rows; /* of each list */
	struct qm_buf piece;
};

extern const char qm_page_indent[];

/* "1 call", "2 calls" */
void qm_page_count(struct qm_buf *out, uint64_t count, const char *one, const char *many);

/* A foreign text without secrets, cut; valid until the next one. */
const char *qm_page_clean(struct qm_page *page, const char *text);
void qm_page_foreign(struct qm_page *page, const char *text);
void qm_page_cell(struct qm_page *page, struct qm_table *table, const char *text);

/* Titles are our own words. */
void qm_page_title(struct qm_page *page, const char *title, uint64_t total);

/* How many of `count` rows are shown, and what the list keeps to itself. */
size_t qm_page_shown(const struct qm_page *page, size_t count);
void qm_page_rest(struct qm_page *page, uint64_t total);

void qm_page_begin_table(struct qm_page *page, struct qm_table *table, const char *alignment,
	const char *const *headings);
void qm_page_end_table(struct qm_page *page, struct qm_table *table);

#endif
