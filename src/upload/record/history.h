/*
 * history - what a journal says: a plan, and how far it was carried out.
 *
 * A journal is a text of JSON lines. The first tells whose it is; then come the executions, the
 * reports, each call with its arguments and, beside its ids, what is known of their runs; a line
 * that closes the plan; and from then on what happened, by the places of updates in the plan:
 *
 *     {"qmetry-ci":"journal","version":2,"id":"5f0c...","url":"https://...","project":"VKMC",...}
 *     {"execution":0,"suite":"VKMC-TS-20","suite_run":"2720260","platform":"Chrome",...}
 *     {"report":0,"path":"target/TEST-a.xml","sha256":"9f86d0..."}
 *     {"call":0,"execution":0,"arguments":{"entityIDs":"1001,1002",...},
 *      "runs":[{"key":"VKMC-TC-1","before":4,"outcome":"failed","tests":["a.B.c"],"report":0},...]}
 *     {"planned":{"calls":1,"updates":2}}
 *     {"begun":[[0,2]]}
 *     {"done":[[0,2]]}
 *
 * Of a step run it also tells "step", its number, and "case_run", the test case run that it is of.
 *
 * Each line ends with its own CRC-32, so that a line that was torn or damaged is never taken at
 * its word. A torn last line, as a kill or a full disk leaves it, is cut off. A
 * damaged line of the plan makes the journal useless, as nobody knows what was to be sent; a
 * damaged one behind it costs what it said: updates that were done count as not done, and sending
 * them again is right.
 *
 * Bytes in, structs out: who reads and writes the file is journal.h.
 */
#ifndef QM_UPLOAD_RECORD_HISTORY_H
#define QM_UPLOAD_RECORD_HISTORY_H

#include "src/base/log.h"
#include "src/upload/catalog/catalog.h"
#include "src/upload/resolve/names.h"

enum { QM_JOURNAL_VERSION = 2, QM_JOURNAL_SUM = 8 };

enum qm_entry_state {
	QM_ENTRY_PENDING,
	QM_ENTRY_BEGUN, /* sent, as far as is known; whether it arrived is not known */
	QM_ENTRY_DONE,
	QM_ENTRY_FAILED, /* refused; what was in the way may be gone by now */
};

/* One update of the plan. Texts belong to the history. */
struct qm_entry {
	const char *entity_type; /* "TCR", "TCSR" */
	const char *key;
	const char *comment; /* NULL: none */
	const char *tests[QM_NAMES_PER_RUN];
	int64_t id;
	int64_t before_id;         /* status when it was planned; 0: not known */
	int64_t status_id;         /* wanted */
	int64_t build_id;          /* 0: none */
	uint32_t execution;        /* index into executions */
	int64_t case_run;          /* of a step run: that of its test case */
	uint32_t step;             /* number of a step run; 0: a test case run */
	uint32_t report;           /* index into reports; QM_NONE: none is known */
	uint8_t outcome;           /* enum qm_outcome, or QM_TARGET_MISSING */
	uint8_t test_count, state; /* enum qm_entry_state */
};

/* A report that results came from. */
struct qm_origin_report {
	const char *path, *sha256; /* sha256: "" where its bytes were not at hand */
};

struct qm_history {
	struct qm_arena arena;
	const char *id, *url, *project, *begun_at;
	const char *receipt; /* of the upload's settings; NULL: none */
	size_t batch_size;
	bool verify;
	struct qm_vec executions; /* struct qm_execution */
	struct qm_vec reports;    /* struct qm_origin_report */
	struct qm_vec entries;    /* struct qm_entry, in the order of sending */
	size_t calls;
	struct qm_map by_run; /* "TCR 2720260 1001" -> entry */
	bool is_complete;     /* the plan was written to its end; else nothing was sent */
};

void qm_history_init(struct qm_history *history);
void qm_history_release(struct qm_history *history);

/*
 * Reads the bytes of a whole journal. `out_good` tells how many of them are whole lines: what is
 * behind is to be cut off. Damage that costs nothing but work is told to `log`, with `path`.
 * QM_EUSAGE for a file that is no journal, or another version's, or damaged in its plan.
 */
enum qm_code qm_history_read(struct qm_history *history, const char *bytes, size_t length,
	const char *path, const struct qm_log *log, size_t *out_good,
	struct qm_error *err) QM_MUST_CHECK;

/* Ends a line (an object without its closing bracket) with its sum and a line end. */
void qm_history_seal(struct qm_buf *line);

/* The entry of a run; NULL if the journal does not have it. */
struct qm_entry *qm_history_find(const struct qm_history *history, const char *entity_type,
	const char *suite_run, int64_t id);

/* Whether all that it planned was sent and answered, be it that some of it was refused. */
bool qm_history_is_over(const struct qm_history *history);

/*
 * Whether its reports are those whose SHA-256 `digests` has, to the byte. A report whose bytes were
 * not at hand, then or now, is another one.
 */
bool qm_history_is_of(const struct qm_history *history, const struct qm_map *digests);

size_t qm_history_count(const struct qm_history *history, enum qm_entry_state state);

/* What is to become of an update that a journal has, now that its run has the status `now_id`. */
enum qm_due {
	QM_DUE,
	QM_DUE_NO_MORE, /* it was done, and still holds */
	QM_SUPERSEDED,  /* somebody else changed the run since */
};

/*
 * `now_id` 0: not known, and so no reason to leave it. A run whose status was not known when it was
 * planned is only due where nobody's work is lost by it: it has the wanted status or `unset_id`,
 * that of a run that nobody touched (0: there is no such status).
 */
enum qm_due qm_entry_due(const struct qm_entry *entry, int64_t now_id, int64_t unset_id);

#endif
