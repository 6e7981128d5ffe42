/*
 * receipt - what was set, a line a run, for people, for audits and for undo.
 *
 *     {"key":"VKMC-TC-1","type":"TCR","id":1001,"suite":"VKMC-TS-20","suite_run":"2720260",
 *      "platform":"Chrome","before":{"id":4,"name":"Not Run"},"after":{"id":1,"name":"Passed"},
 *      "build":947,"tests":["a.B.c"],"report":"target/TEST-a.xml","report_sha256":"9f86d0...",
 *      "call":1,"at":"2026-01-15T10:31:00Z","url":"https://...","project":"VKMC"}
 *
 * A line of a step run is of "type" TCSR and also tells "step", its number, and "case_run", the id
 * of the test case run that it is of.
 *
 * Lines are added to what the file holds and synced as the answers arrive, before the journal
 * says done: what was set and is not in the receipt is sent again by resume, and so gets there.
 */
#ifndef QM_UPLOAD_RECORD_RECEIPT_H
#define QM_UPLOAD_RECORD_RECEIPT_H

#include "src/base/log.h"
#include "src/upload/plan.h"
#include "src/upload/resolve/origin.h"

struct qm_receipt;

/* QM_EUSAGE for a file that holds something else; a new one is readable by its owner only. */
enum qm_code qm_receipt_open(const char *path, const char *url, const struct qm_log *log,
	struct qm_receipt **out, struct qm_error *err) QM_MUST_CHECK;
/* An empty file that was made by opening it is removed. */
void qm_receipt_close(struct qm_receipt *receipt);

/* Updates of one call that were accepted. */
struct qm_receipt_call {
	const struct qm_catalog *catalog;
	const struct qm_call *call;
	const struct qm_origins *origins;
	size_t first, count; /* of the call's updates */
	uint64_t number;     /* of the call, from 1 on */
	int64_t at_ms;
};

/* All of its lines, or none of them on failure. */
enum qm_code qm_receipt_add(struct qm_receipt *receipt, const struct qm_receipt_call *call,
	struct qm_error *err) QM_MUST_CHECK;

/* A line that was read. */
struct qm_receipt_line {
	const char *key, *entity_type, *suite, *suite_run, *platform, *before_name, *after_name;
	int64_t id, before_id, after_id; /* before_id: 0 where it was not known */
	int64_t step, case_run;          /* 0 where it is no step run */
};

struct qm_receipt_lines {
	struct qm_arena arena;
	const char *url, *project;
	struct qm_vec lines; /* struct qm_receipt_line, in the order of the file */
	size_t damaged;      /* lines that make no sense, a torn one at the end for instance */
	int first_damaged;   /* number of the first of them */
};

void qm_receipt_lines_init(struct qm_receipt_lines *lines);
void qm_receipt_lines_release(struct qm_receipt_lines *lines);

/* QM_EUSAGE where no line of the bytes is a receipt's, or where they are of several projects. */
enum qm_code qm_receipt_read(struct qm_receipt_lines *lines, const char *bytes, size_t length,
	struct qm_error *err) QM_MUST_CHECK;

#endif
