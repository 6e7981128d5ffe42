/*
 * cases - runs the case tables: files of JSON lines, one case each (cases/README says what a line
 * holds). What is wrong with a case is printed; the counts tell how many ran.
 */
#ifndef QM_TESTS_POLICY_CASES_H
#define QM_TESTS_POLICY_CASES_H

#include "src/base/buf.h"

#include <jansson.h>

struct case_counts {
	size_t run, failed, skipped;
};

/* What one case found wrong, a line each; empty if nothing. */
struct case_report {
	struct qm_buf text;
	bool skipped;
};

void case_wrong(struct case_report *report, const char *format, ...) QM_PRINTF(2, 3);

/* Compares JSON values and says so where they differ. */
void case_expect(
	struct case_report *report, const char *what, const json_t *wanted, const json_t *found);

/* A new text, or null for NULL. */
json_t *case_text(const char *text);

/* Unix time of the RFC 3339 text at `key`; 0 where it is missing. */
int64_t case_time(const json_t *object, const char *key);

/* Lines with `calls`, with `errors` or `errors_kind`, with `ops`. */
void case_evaluate(const json_t *line, const char *folder, struct case_report *report);
void case_validate(const json_t *line, struct case_report *report);
void case_state(const json_t *line, const char *folder, struct case_report *report);

/* All lines of a file; `folder` is one for files that are made and removed. */
bool cases_run(const char *path, const char *folder, struct case_counts *counts);

/* A folder of its own below /tmp, and its removal with all files in it. */
bool case_folder_new(char out[64]);
void case_folder_remove(const char *folder);

#endif
