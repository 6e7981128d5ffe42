/*
 * verdict - why a report cannot be read to its end, and where.
 *
 * Every stage between the file and the format (source, decoder, filter, XML, JUnit, TestNG)
 * writes into the one verdict of the report; the first one wins. What a stage knows of the
 * place is an offset into the filtered text, the bytes that libxml2 sees; line and column in
 * the file are found by a second read (place.h), and only if there is something to report.
 */
#ifndef QM_PARSERS_VERDICT_H
#define QM_PARSERS_VERDICT_H

#include "src/base/error.h"

#include <stdint.h>

enum qm_reason {
	QM_REASON_NONE = 0,
	QM_REASON_EMPTY,
	QM_REASON_NOT_A_REPORT,
	QM_REASON_ENCODING,
	QM_REASON_ENTITY_EXPANSION,
	QM_REASON_TRUNCATED,
	QM_REASON_MALFORMED,
	QM_REASON_LIMIT,
	QM_REASON_UNREADABLE,
};

/* Offsets of verdicts whose place is the end of what could be read, and the element that a
 * handler of xml.h is in. */
#define QM_AT_END UINT64_MAX
#define QM_HERE   (UINT64_MAX - 1)

struct qm_verdict {
	enum qm_reason reason;
	uint64_t offset; /* in the filtered text */
	struct qm_error error;
};

void qm_verdict_init(struct qm_verdict *verdict);

/* "entity-expansion" and so on; NULL for none. */
const char *qm_reason_name(enum qm_reason reason);

/* The text is one line that tells what happened and, where it is not plain, what to do. */
void qm_verdict_set(struct qm_verdict *verdict, enum qm_reason reason, uint64_t offset,
	const char *format, ...) QM_PRINTF(4, 5);

#endif
