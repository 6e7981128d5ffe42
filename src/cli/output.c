#include "src/cli/output.h"
#include "src/base/memory.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

void qm_output_init(struct qm_output *output, int file)
{
	*output = (struct qm_output){ .file = file };
}

bool qm_output_failed(const struct qm_output *output)
{
	return output->failure != 0;
}

/* Some CI runners hand down pipes that do not block. */
static bool may_try_again(int file)
{
	struct pollfd ready = { .fd = file, .events = POLLOUT };

	if (errno == EINTR)
		return true;
	return errno == EAGAIN && (poll(&ready, 1, -1) > 0 || errno == EINTR);
}

static void write_through(struct qm_output *output, const char *bytes, size_t length)
{
	while (length && !output->failure) {
		ssize_t put = write(output->file, bytes, length);

		if (put < 0 && !may_try_again(output->file))
			output->failure = errno;
		if (put < 0)
			continue;
		bytes += put;
		length -= (size_t)put;
	}
}

static void flush(struct qm_output *output)
{
	write_through(output, output->bytes, output->used);
	output->used = 0;
}

void qm_output_write(struct qm_output *output, const char *bytes, size_t length)
{
	if (!output->bytes)
		output->bytes = qm_alloc(PIECE_BYTES);
	if (length > PIECE_BYTES - output->used)
		flush(output);
	if (length > PIECE_BYTES) {
		write_through(output, bytes, length);
		return;
	}
	memcpy(output->bytes + output->used, bytes, length);
	output->used += length;
}

enum qm_code qm_output_end(struct qm_output *output, struct qm_error *err)
{
	flush(output);
	free(output->bytes);
	output->bytes = NULL;
	if (!output->failure)
		return QM_OK;
	(void)qm_error_set(
		err, QM_EIO, "the result could not be written: %s", strerror(output->failure));
	qm_error_at(err, "standard output", 0, 0);
	return QM_EIO;
}
