/*
 * file - reading and writing whole small files of our own.
 *
 * Reports are not read here (parsers/source.h streams them); this is for policies, settings,
 * mapping files and outputs.
 */
#ifndef QM_BASE_FILE_H
#define QM_BASE_FILE_H

#include "src/base/buf.h"

/*
 * Adds the file's bytes ("-": standard input); more than the buffer's ceiling is QM_ELIMIT. Where
 * nobody writes to a pipe it waits; a signal that is caught ends that: QM_ESTOPPED.
 */
enum qm_code qm_file_read(const char *path, struct qm_buf *out, struct qm_error *err) QM_MUST_CHECK;

/*
 * Writes beside `path` and renames: readers see the old file or the new one, never half. What is
 * there and no regular file is left as it is: QM_EUSAGE.
 */
enum qm_code qm_file_write(
	const char *path, const void *bytes, size_t length, struct qm_error *err) QM_MUST_CHECK;

/* The same, but a file that is there already stays as it is, and is told: QM_EUSAGE. */
enum qm_code qm_file_create(
	const char *path, const void *bytes, size_t length, struct qm_error *err) QM_MUST_CHECK;

/* Adds to the file's end, whatever is in it; makes it (0644 less the umask) if there is none. */
enum qm_code qm_file_append(
	const char *path, const void *bytes, size_t length, struct qm_error *err) QM_MUST_CHECK;

/* Writes all of it to an open file, however many writes that takes; false leaves errno. */
bool qm_file_put(int file, const void *bytes, size_t length) QM_MUST_CHECK;

/* In bytes; 0 where there is none. */
uint64_t qm_file_size(const char *path);

/* Makes the folder and its parents (0755 less the umask); an existing one is fine. */
enum qm_code qm_file_make_folder(const char *path, struct qm_error *err) QM_MUST_CHECK;

bool qm_file_exists(const char *path);

/* There is something, and it is no regular file: a folder, a device, a pipe. */
bool qm_file_is_special(const char *path);

#endif
