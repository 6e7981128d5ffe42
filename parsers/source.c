#include "parsers/source.h"

#include "parsers/gunzip.h"
#include "src/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* False where the wait for bytes, or the whole work, has to end. */
static bool wait_for_bytes(const struct qm_source *source)
{
	return source->may_wait ? qm_stop_wait_for(source->stop, source->file)
				: !qm_stop_is_due(source->stop);
}

static size_t read_file(
	const struct qm_source *source, char *out, size_t size, struct qm_verdict *verdict)
{
	ssize_t length;

	do
		length = wait_for_bytes(source) ? read(source->file, out, size) : 0;
	while (length < 0 && (errno == EINTR || errno == EAGAIN));
	if (length < 0) {
		qm_verdict_set(verdict, QM_REASON_UNREADABLE, QM_AT_END,
			"the file cannot be read: %s",
			errno == EISDIR ? "it is a folder" : strerror(errno));
		return 0;
	}
	return (size_t)length;
}

/* The stored bytes: those that were looked at first, then the file's. */
static size_t read_raw(void *context, char *out, size_t size, struct qm_verdict *verdict)
{
	struct qm_source *source = context;
	size_t length = source->head_length - source->head_used;

	if (!length)
		return read_file(source, out, size, verdict);
	length = length < size ? length : size;
	memcpy(out, source->head + source->head_used, length);
	source->head_used += length;
	return length;
}

/* Reads the first two bytes and keeps them for read_raw(); a pipe may give one at a time. */
static bool begins_as_gzip(struct qm_source *source, struct qm_verdict *verdict)
{
	source->head_length = 0;
	source->head_used = 0;
	while (source->head_length < sizeof source->head) {
		size_t room = sizeof source->head - source->head_length;
		size_t length =
			read_file(source, source->head + source->head_length, room, verdict);

		if (!length)
			return false;
		source->head_length += length;
	}
	return qm_gunzip_is_magic(source->head);
}

bool qm_source_open(struct qm_source *source, const char *path, uint64_t max_bytes,
	const struct qm_stop *stop, struct qm_verdict *verdict)
{
	/* Not to block where a pipe has no writer yet. */
	static const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	bool is_input = strcmp(path, "-") == 0;
	struct stat status;

	*source = (struct qm_source){
		.file = is_input ? STDIN_FILENO : open(path, flags),
		.is_input = is_input,
		.max_bytes = max_bytes,
		.stop = stop,
		.raw = { .read = read_raw, .context = source },
	};
	source->may_wait = source->file >= 0 && fstat(source->file, &status) == 0 &&
		!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
	if (source->file < 0) {
		qm_verdict_set(verdict, QM_REASON_UNREADABLE, QM_AT_END,
			"the file cannot be opened: %s", strerror(errno));
		return false;
	}
	if (is_input)
		source->start = lseek(source->file, 0, SEEK_CUR);
	if ((is_input || qm_text_ends(path, ".gz")) && begins_as_gzip(source, verdict))
		source->gunzip = qm_gunzip_new(&source->raw);
	return true;
}

void qm_source_close(struct qm_source *source)
{
	qm_gunzip_free(source->gunzip);
	source->gunzip = NULL;
	if (source->file >= 0 && !source->is_input)
		(void)close(source->file);
	source->file = -1;
}

size_t qm_source_read(void *context, char *out, size_t size, struct qm_verdict *verdict)
{
	struct qm_source *source = context;
	size_t length;

	if (qm_stop_is_due(source->stop))
		return 0;
	length = source->gunzip ? qm_gunzip_read(source->gunzip, out, size, verdict)
				: read_raw(source, out, size, verdict);
	if (length > source->max_bytes - source->bytes) {
		qm_verdict_set(verdict, QM_REASON_LIMIT, QM_AT_END,
			"the report has more than %llu bytes",
			(unsigned long long)source->max_bytes);
		length = (size_t)(source->max_bytes - source->bytes);
	}
	source->bytes += length;
	if (source->copy)
		qm_buf_add(source->copy, out, length);
	return length;
}

bool qm_source_rewind(struct qm_source *source)
{
	struct stat status;

	if (source->file < 0 || source->start < 0 || fstat(source->file, &status) != 0 ||
		!S_ISREG(status.st_mode) || lseek(source->file, source->start, SEEK_SET) < 0)
		return false;
	source->bytes = 0;
	source->copy = NULL;
	source->head_length = 0;
	source->head_used = 0;
	if (source->gunzip)
		qm_gunzip_reset(source->gunzip);
	return true;
}
