/*
 * journal - the file from which an upload that was cut short can be carried on.
 *
 * Before the first call is sent, the whole plan is in the file and synced, and so is the folder:
 * 10,000 updates are 1 MB. Then, for each call, in this order:
 *
 *     reserve at the gate, write "begun", sync, send, write "done", sync
 *
 * so that at any moment, whatever ends the process or the machine, the journal knows which updates
 * are surely set, and which may be. Setting a status twice is right, setting it never is not: what
 * is not known to be done is sent again.
 *
 * One process writes: the file is locked. Its name is made of URL, project and the updates
 * themselves, so that the same upload started again finds its own journal and goes on with it:
 * what was done is skipped. When all is done the file is removed; an identical upload after that
 * is a new one. So is one whose reports are not those of the journal, byte for byte: the tests ran
 * again and came to the same, and newer results count whatever was set since. It begins the
 * journal anew. That is also what becomes of a named journal of another upload that is over, in
 * which at most refused runs are left.
 *
 * A default journal that cannot be written (a read-only folder, a full disk) is told and done
 * without: an upload without a net is better than none. One that was asked for by --journal ends
 * the upload. Files are readable by their owner only. What a journal says: history.h.
 */
#ifndef QM_UPLOAD_RECORD_JOURNAL_H
#define QM_UPLOAD_RECORD_JOURNAL_H

#include "src/upload/plan.h"
#include "src/upload/record/history.h"
#include "src/upload/resolve/origin.h"

#define QM_JOURNAL_FOLDER ".qmetry-ci"

enum { QM_JOURNAL_ID = 17 };

/* What the updates are told apart by from those of other uploads; in any order, the same id. */
void qm_journal_id(const char *url, const struct qm_catalog *catalog, const struct qm_plan *plan,
	char out[QM_JOURNAL_ID]);

struct qm_journal;

/*
 * Opens and locks `path`, makes it where `create` says so, and reads what is in it. QM_EUSAGE for
 * a file that is none, QM_ESTOPPED for one that another process works with, QM_EIO where it cannot
 * be used. What was torn at its end is cut off.
 */
enum qm_code qm_journal_open(const char *path, bool create, const struct qm_log *log,
	struct qm_journal **out, struct qm_error *err) QM_MUST_CHECK;
/* Unlocks and keeps the file, unless it holds no plan. */
void qm_journal_close(struct qm_journal *journal);

const char *qm_journal_path(const struct qm_journal *journal);
/* Whether there is anything in it that could be carried on. */
bool qm_journal_has_plan(const struct qm_journal *journal);
/* What it said when it was opened and what was written since; is_complete: it has a plan. */
const struct qm_history *qm_journal_history(const struct qm_journal *journal);

/* Tells that an upload goes on without its journal, which was no condition. */
void qm_journal_warn(const struct qm_log *log, const struct qm_error *failure);

/* What of an upload goes into its journal beside the plan. */
struct qm_journal_plan {
	const char *id, *url;
	const struct qm_catalog *catalog;
	const struct qm_plan *plan;
	struct qm_origins origins;
	const char *receipt; /* NULL: none */
	bool verify;
	int64_t now_ms;
};

/* Writes the plan into a journal that has none and syncs it; nothing of it stays on failure. */
enum qm_code qm_journal_begin(struct qm_journal *journal, const struct qm_journal_plan *plan,
	struct qm_error *err) QM_MUST_CHECK;
/* Empties it, so that another plan can be begun in it. */
enum qm_code qm_journal_restart(struct qm_journal *journal, struct qm_error *err) QM_MUST_CHECK;

/* Finds each update of `plan` in a journal that has a plan. */
enum qm_code qm_journal_attach(struct qm_journal *journal, const struct qm_catalog *catalog,
	const struct qm_plan *plan, struct qm_error *err) QM_MUST_CHECK;

/* Of `count` updates from `first` on of the plan that was begun or attached; all but failed ones
 * are synced. */
enum qm_code qm_journal_note(struct qm_journal *journal, enum qm_entry_state state, size_t first,
	size_t count, int64_t now_ms, struct qm_error *err) QM_MUST_CHECK;

/* The file is not needed any more: all of its updates are done. Nor is our folder if empty. */
void qm_journal_remove(struct qm_journal *journal);

#endif
