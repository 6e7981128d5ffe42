#include "src/base/file.h"
#include "src/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pipes, terminals and the like have their bytes when somebody writes them. */
static bool may_keep_us_waiting(int file)
{
	struct stat status;

	return fstat(file, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* Reads; -1 with EINTR where a signal came while nobody wrote, which no read would tell. */
static ssize_t read_block(int file, bool waits, char *block, size_t size)
{
	struct pollfd poller = { .fd = file, .events = POLLIN };
	ssize_t got;

	do {
		if (waits && poll(&poller, 1, -1) < 0)
			return -1;
		got = read(file, block, size);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	return got;
}

enum qm_code qm_file_read(const char *path, struct qm_buf *out, struct qm_error *err)
{
	/* Not to block where a pipe has no writer yet. */
	static const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	bool standard_input = strcmp(path, "-") == 0;
	int file = standard_input ? STDIN_FILENO : open(path, flags);
	enum qm_code code = QM_OK;
	char block[16384];
	bool waits;
	ssize_t got;

	if (file < 0) {
		code = qm_error_set(err, QM_EIO, "cannot be opened: %s", strerror(errno));
		goto done;
	}
	waits = may_keep_us_waiting(file);
	while ((got = read_block(file, waits, block, sizeof block)) != 0) {
		if (got < 0 && errno == EINTR) {
			code = qm_error_set(
				err, QM_ESTOPPED, "stopped by a signal while it was read");
			break;
		}
		if (got < 0) {
			code = qm_error_set(err, QM_EIO, "cannot be read: %s", strerror(errno));
			break;
		}
		qm_buf_add(out, block, (size_t)got);
		if (out->overflow) {
			code = qm_error_set(err, QM_ELIMIT, "is larger than the %zu bytes allowed",
				out->max_bytes);
			break;
		}
	}
done:
	if (code)
		qm_error_at(err, standard_input ? "standard input" : path, 0, 0);
	if (file >= 0 && !standard_input)
		(void)close(file);
	return code;
}

bool qm_file_put(int file, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length) {
		ssize_t put = write(file, at, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		at += put;
		length -= (size_t)put;
	}
	return true;
}

bool qm_file_is_special(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

/* Gives the file its name: in place of what has it, or only where nothing has. */
static bool publish(const char *temporary, const char *path, bool replace)
{
	if (replace)
		return rename(temporary, path) == 0;
	return link(temporary, path) == 0 && unlink(temporary) == 0;
}

static enum qm_code write_file(
	const char *path, const void *bytes, size_t length, bool replace, struct qm_error *err)
{
	struct qm_buf temporary;
	enum qm_code code = QM_OK;
	bool made = false;
	int file;

	qm_buf_init(&temporary, 8192);
	qm_buf_add_format(&temporary, "%s.XXXXXX", path);
	file = temporary.overflow ? -1 : mkstemp(temporary.data);
	made = file >= 0;
	if (!made || fchmod(file, 0644) || !qm_file_put(file, bytes, length) || fsync(file) ||
		!publish(temporary.data, path, replace)) {
		bool exists = made && !replace && errno == EEXIST;

		code = exists ? qm_error_set(err, QM_EUSAGE,
					"exists already and is not overwritten; name another file")
			      : qm_error_set(err, QM_EIO, "cannot be written: %s", strerror(errno));
		qm_error_at(err, path, 0, 0);
	}
	if (made)
		(void)close(file);
	if (code && made)
		(void)unlink(temporary.data);
	qm_buf_release(&temporary);
	return code;
}

/* A device, such as /dev/null for root, is not replaced: others would miss it. */
enum qm_code qm_file_write(const char *path, const void *bytes, size_t length, struct qm_error *err)
{
	if (qm_file_is_special(path)) {
		(void)qm_error_set(err, QM_EUSAGE, "is no regular file, so it is not replaced");
		qm_error_at(err, path, 0, 0);
		return QM_EUSAGE;
	}
	return write_file(path, bytes, length, true, err);
}

enum qm_code qm_file_create(
	const char *path, const void *bytes, size_t length, struct qm_error *err)
{
	return write_file(path, bytes, length, false, err);
}

enum qm_code qm_file_append(
	const char *path, const void *bytes, size_t length, struct qm_error *err)
{
	/* Not to block where a pipe has no reader, but where one is slow. */
	static const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
	int file = open(path, flags | O_NONBLOCK, 0644);
	enum qm_code code = QM_OK;

	if (file < 0 || fcntl(file, F_SETFL, O_APPEND) < 0 || !qm_file_put(file, bytes, length)) {
		code = qm_error_set(err, QM_EIO, "cannot be written: %s", strerror(errno));
		qm_error_at(err, path, 0, 0);
	}
	if (file >= 0)
		(void)close(file);
	return code;
}

uint64_t qm_file_size(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

enum qm_code qm_file_make_folder(const char *path, struct qm_error *err)
{
	char *copy = qm_strdup(path);
	enum qm_code code = QM_OK;

	for (char *slash = copy + 1;; slash++) {
		char kept = *slash;

		if (kept && kept != '/')
			continue;
		*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST) {
			code = qm_error_set(
				err, QM_EIO, "the folder cannot be made: %s", strerror(errno));
			qm_error_at(err, copy, 0, 0);
			break;
		}
		*slash = kept;
		if (!kept)
			break;
	}
	free(copy);
	return code;
}

bool qm_file_exists(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0;
}
