#include "tests/clock/clock_file.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t now_ms(void *context)
{
	return atomic_load((_Atomic int64_t *)context);
}

static bool wait_ms(void *context, int64_t ms)
{
	atomic_fetch_add((_Atomic int64_t *)context, ms);
	return true;
}

bool qm_clock_file_open(const char *path, struct qm_clock *out)
{
	int file = open(path, O_RDWR | O_CLOEXEC);
	void *memory = MAP_FAILED;
	struct stat status;

	if (file < 0)
		return false;
	/* Reading behind the end of a shorter file would be a SIGBUS. */
	if (fstat(file, &status) == 0 && status.st_size >= (off_t)sizeof(int64_t))
		memory = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	(void)close(file);
	if (memory == MAP_FAILED)
		return false;
	*out = (struct qm_clock){ now_ms, now_ms, wait_ms, memory };
	return true;
}
