/*
 * Whatever a receipt says, each line that was taken has what undo needs, and each run is undone
 * once, to a status that one of its lines names.
 */
#include "src/upload/record/undo.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool names_status(const struct qm_receipt_lines *lines, const struct qm_undo_run *run)
{
	const struct qm_receipt_line *all = lines->lines.items;

	for (size_t i = 0; i < lines->lines.count; i++)
		if (all[i].before_id == run->restore_id && all[i].id == run->last->id)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qm_receipt_lines lines;
	const struct qm_receipt_line *all;
	struct qm_error err;
	struct qm_vec runs;
	enum qm_code code;

	qm_error_init(&err);
	qm_receipt_lines_init(&lines);
	qm_vec_init(&runs, sizeof(struct qm_undo_run));
	code = qm_receipt_read(&lines, (const char *)data, size, &err);
	must(code == QM_OK || (code == QM_EUSAGE && *err.text));
	must(!code == (lines.lines.count > 0 && code == QM_OK));
	all = lines.lines.items;
	for (size_t i = 0; i < lines.lines.count; i++)
		must(*all[i].key && *all[i].suite_run && all[i].id > 0 && all[i].after_id);
	must(!lines.damaged == !lines.first_damaged);
	qm_undo_chain(&lines, &runs);
	must(runs.count <= lines.lines.count);
	for (size_t i = 0; i < runs.count; i++)
		must(names_status(&lines, qm_vec_at(&runs, i)));
	qm_vec_release(&runs);
	qm_receipt_lines_release(&lines);
	return 0;
}
