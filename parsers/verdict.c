#include "parsers/verdict.h"

#include "src/base/text.h"

#include <stddef.h>

static const struct {
	const char *name;
	enum qm_code code;
} reasons[] = {
	[QM_REASON_NONE] = { NULL, QM_OK },
	[QM_REASON_EMPTY] = { "empty", QM_EINPUT },
	[QM_REASON_NOT_A_REPORT] = { "not-a-report", QM_EINPUT },
	[QM_REASON_ENCODING] = { "encoding", QM_EINPUT },
	[QM_REASON_ENTITY_EXPANSION] = { "entity-expansion", QM_EINPUT },
	[QM_REASON_TRUNCATED] = { "truncated", QM_EINPUT },
	[QM_REASON_MALFORMED] = { "malformed", QM_EINPUT },
	[QM_REASON_LIMIT] = { "limit", QM_ELIMIT },
	[QM_REASON_UNREADABLE] = { "unreadable", QM_EIO },
};

void qm_verdict_init(struct qm_verdict *verdict)
{
	verdict->reason = QM_REASON_NONE;
	verdict->offset = 0;
	qm_error_init(&verdict->error);
}

const char *qm_reason_name(enum qm_reason reason)
{
	return reasons[reason].name;
}

void qm_verdict_set(
	struct qm_verdict *verdict, enum qm_reason reason, uint64_t offset, const char *format, ...)
{
	struct qm_error raw;
	struct qm_buf printable;
	va_list arguments;

	if (verdict->reason)
		return;
	verdict->reason = reason;
	verdict->offset = offset;
	qm_error_init(&raw);
	va_start(arguments, format);
	(void)qm_error_vset(&raw, reasons[reason].code, format, arguments);
	va_end(arguments);
	/* Names from the report are in it, whole or cut anywhere. */
	qm_buf_init(&printable, QM_ERROR_TEXT);
	qm_text_printable(&printable, raw.text);
	(void)qm_error_set(&verdict->error, reasons[reason].code, "%s", printable.data);
	qm_buf_release(&printable);
}
