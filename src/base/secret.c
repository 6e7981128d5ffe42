#include "src/base/secret.h"
#include "src/base/file.h"
#include "src/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SECRET_MAX_BYTES = 4096 };

struct qm_secret {
	size_t size;
	char bytes[];
};

void qm_wipe(void *memory, size_t size)
{
	volatile unsigned char *byte = memory;

	while (size--)
		*byte++ = 0;
}

/* Pages of its own, zeroed, which the system leaves out of core files where it knows how to. */
static void *alloc_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (size + page - 1) / page * page;
	void *memory = NULL;

	if (posix_memalign(&memory, page, whole))
		return qm_alloc(size);
	memset(memory, 0, whole);
#ifdef MADV_DONTDUMP
	(void)madvise(memory, whole, MADV_DONTDUMP);
#endif
	return memory;
}

struct qm_secret *qm_secret_new(const char *bytes, size_t length)
{
	struct qm_secret *secret = alloc_pages(sizeof *secret + length + 1);

	secret->size = length + 1;
	memcpy(secret->bytes, bytes, length);
	return secret;
}

void qm_secret_free(struct qm_secret *secret)
{
	if (!secret)
		return;
	qm_wipe(secret->bytes, secret->size);
	free(secret);
}

const char *qm_secret_reveal(const struct qm_secret *secret)
{
	return secret->bytes;
}

/* A key with a line end inside would smuggle headers into a request. */
static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

/* Line ends and blanks around it come from editors, `echo` and forms; no key has any. */
static struct qm_secret *trimmed(const char *bytes, size_t length)
{
	static const char blanks[] = " \t\r\n";

	while (length && strchr(blanks, bytes[length - 1]))
		length--;
	while (length && strchr(blanks, *bytes)) {
		bytes++;
		length--;
	}
	return qm_secret_new(bytes, length);
}

/* Child processes inherit what is in the environment, and other programs may read it there. */
static struct qm_secret *from_environment(const char *name, char *value)
{
	struct qm_secret *secret = trimmed(value, strlen(value));

	qm_wipe(value, strlen(value));
	(void)unsetenv(name);
	return secret;
}

static enum qm_code from_file(
	const char *name, const char *path, struct qm_secret **out, struct qm_error *err)
{
	struct qm_buf content;
	size_t mark = 0;
	enum qm_code code;

	qm_buf_init(&content, SECRET_MAX_BYTES);
	code = qm_file_read(path, &content, err);
	if (code) {
		qm_error_at(err, name, 0, 0);
		code = qm_error_as_usage(err, code);
		goto done;
	}
	/* Editors of Windows write UTF-8 with a mark in front, and UTF-16, which is no key's. */
	if (content.length >= 3 && memcmp(content.data, "\xef\xbb\xbf", 3) == 0)
		mark = 3;
	if (memchr(content.data, '\0', content.length))
		code = qm_error_set(err, QM_EUSAGE,
			"%s: the file holds bytes of 0, as UTF-16 has; save it as plain text",
			name);
	else
		*out = trimmed(content.data + mark, content.length - mark);
done:
	qm_wipe(content.data, content.length);
	qm_buf_release(&content);
	return code;
}

enum qm_code qm_secret_load(const char *name, struct qm_secret **out, struct qm_error *err)
{
	char *value = getenv(name);
	bool in_environment = value && *value;
	const char *path;
	char file_name[64];
	enum qm_code code = QM_OK;

	*out = NULL;
	(void)snprintf(file_name, sizeof file_name, "%s_FILE", name);
	path = getenv(file_name);
	if (in_environment && path && *path) {
		code = qm_error_set(
			err, QM_EUSAGE, "%s and %s are both set; unset one", name, file_name);
		goto done;
	}
	if (in_environment)
		*out = from_environment(name, value);
	else if (path && *path)
		code = from_file(file_name, path, out, err);
	if (code || !*out)
		goto done;
	if (!*(*out)->bytes)
		code = qm_error_set(
			err, QM_EUSAGE, "%s is empty", in_environment ? name : file_name);
	else if ((*out)->size > SECRET_MAX_BYTES || !is_clean((*out)->bytes))
		code = qm_error_set(err, QM_EUSAGE,
			"%s holds a control character or more than %d bytes; it must be "
			"one line",
			in_environment ? name : file_name, SECRET_MAX_BYTES);
done:
	if (code) {
		qm_secret_free(*out);
		*out = NULL;
	}
	return code;
}
