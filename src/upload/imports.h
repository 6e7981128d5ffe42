/*
 * imports - whole report files on their way through QMetry's import.
 *
 * A file is read, zipped where it is large (from 1 MB; XML shrinks to a tenth), posted, and asked
 * for until the server has decided. One that is broken, has no test, or is too large even zipped
 * (30 MB), is not posted and loses no other one; a server that nobody reaches, or that lets nobody
 * in, ends the posting, since the next file would fare no better. A file is read once, so that what
 * is posted is what was found to be a report, whoever writes to it meanwhile.
 *
 *     qm_imports_post_file() for each    read, zip, post      request 70001, 70002, ...
 *     qm_imports_wait()                  after 5, 15, 35 s    imported | failed | undecided
 */
#ifndef QM_UPLOAD_IMPORTS_H
#define QM_UPLOAD_IMPORTS_H

#include "src/api/import.h"
#include "src/base/log.h"
#include "src/base/memory.h"
#include "src/base/vec.h"
#include "src/upload/reports/reports.h"

/* What came between a file and its import. */
enum qm_import_obstacle {
	QM_IMPORT_UNHINDERED,
	QM_IMPORT_UNREADABLE, /* the file is no report, or cannot be read to its end */
	QM_IMPORT_EMPTY,      /* there is no test in it */
	QM_IMPORT_UNPOSTED,   /* the call failed, or was not made */
	QM_IMPORT_REJECTED,   /* the server took it and could not import it */
};

/* One file. Texts live in the imports' arena; they are printable and hold no secret. */
struct qm_imported {
	const char *path;
	size_t sent_bytes;
	char request_id[QM_IMPORT_ID_BYTES]; /* "" where it was not taken */
	enum qm_import_state state;
	enum qm_import_obstacle obstacle;
	enum qm_code code; /* of what was not posted */
	const char *text;  /* the server's word, or what happened */
};

struct qm_imports {
	struct qm_session *session;
	const struct qm_stop *stop; /* ends the reading, too */
	const struct qm_log *log;
	const char *project_key;
	struct qm_import form; /* what all have in common: hierarchy, suite, platform, ... */
	struct qm_arena *arena;
	struct qm_vec items; /* struct qm_imported, in the order of posting */
};

/* The most that one file may have, unpacked: it is held whole. */
enum { QM_IMPORT_FILE_MAX_BYTES = 512 << 20 };

/* The members before `items` are the caller's to set. */
void qm_imports_init(struct qm_imports *imports);
void qm_imports_release(struct qm_imports *imports);

/* Adds an item, whatever happens; fails only where the next file would fare no better. */
enum qm_code qm_imports_post_file(struct qm_imports *imports, const char *path) QM_MUST_CHECK;

/* The same for a report that was made here, under that name. */
enum qm_code qm_imports_post(struct qm_imports *imports, const char *name, enum qm_report_kind kind,
	const struct qm_buf *report) QM_MUST_CHECK;

/* Until all are decided; QM_ESTOPPED where some are not when `time_ms` is over. */
enum qm_code qm_imports_wait(
	struct qm_imports *imports, int64_t time_ms, struct qm_error *err) QM_MUST_CHECK;

#endif
