/*
 * no_space - preloaded into a program under test: its disk is full.
 *
 * QM_TEST_SPACE=N leaves room for N bytes of all files together; the write that wants more is cut
 * short, as a real disk does it, and those after it fail with ENOSPC. Bytes that are written over
 * count too. Pipes, sockets and devices take whatever they are given.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the place of libc's function of this name. */
#define INSTEAD_OF(name) __asm__(name) __attribute__((visibility("default")))

ssize_t cut_write(int file, const void *bytes, size_t length) INSTEAD_OF("write");
ssize_t cut_pwrite(int file, const void *bytes, size_t length, off_t at) INSTEAD_OF("pwrite64");

static atomic_long used;

/* How many of them there is room for; 0 with ENOSPC for none. */
static size_t room(int file, size_t length)
{
	const char *space = getenv("QM_TEST_SPACE");
	struct stat status;
	long left;

	if (!space || fstat(file, &status) || !S_ISREG(status.st_mode))
		return length;
	left = strtol(space, NULL, 10) - atomic_fetch_add(&used, (long)length);
	if (left >= (long)length)
		return length;
	errno = ENOSPC;
	return left > 0 ? (size_t)left : 0;
}

ssize_t cut_write(int file, const void *bytes, size_t length)
{
	ssize_t (*real)(int, const void *, size_t);
	size_t most = room(file, length);

	*(void **)&real = dlsym(RTLD_NEXT, "write");
	return length && !most ? -1 : real(file, bytes, most);
}

ssize_t cut_pwrite(int file, const void *bytes, size_t length, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t);
	size_t most = room(file, length);

	*(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
	return length && !most ? -1 : real(file, bytes, most, at);
}
