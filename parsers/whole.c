#include "parsers/whole.h"
#include "parsers/source.h"

enum { CHUNK_BYTES = 1 << 16 };

static void read_all(struct qm_source *source, struct qm_buf *out, struct qm_verdict *verdict)
{
	char chunk[CHUNK_BYTES];
	size_t length;

	do {
		length = qm_source_read(source, chunk, sizeof chunk, verdict);
		qm_buf_add(out, chunk, length);
	} while (length);
}

enum qm_code qm_whole_read(
	const char *path, const struct qm_stop *stop, struct qm_buf *out, struct qm_error *err)
{
	struct qm_verdict verdict;
	struct qm_source source;

	qm_verdict_init(&verdict);
	if (qm_source_open(&source, path, out->max_bytes - out->length, stop, &verdict))
		read_all(&source, out, &verdict);
	qm_source_close(&source);
	if (qm_stop_is_due(stop))
		return qm_stop_fail(stop, "while the report was read", err);
	if (verdict.reason)
		return qm_error_set(err, QM_EINPUT, "%s", verdict.error.text);
	return QM_OK;
}
