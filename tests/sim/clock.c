#include "tests/sim/clock.h"
#include "src/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DAY_MS = 86400000 };

/* From 0001-01-01 to 1970-01-01, both at midnight. */
static const int64_t year_one_ms = -62135596800000;

enum qm_code sim_clock_open(struct sim_clock *clock, const char *path, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	struct stat status;
	void *memory;
	int file;

	clock->shared = NULL;
	if (!path)
		return QM_OK;
	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return qm_error_set(
			err, QM_EIO, "the clock %s cannot be opened: %s", path, strerror(errno));
	if (fstat(file, &status) != 0 || status.st_size < (off_t)sizeof(int64_t)) {
		code = qm_error_set(err, QM_EIO, "the clock %s is no file of eight bytes", path);
		goto done;
	}
	memory = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (memory == MAP_FAILED) {
		code = qm_error_set(
			err, QM_EIO, "the clock %s cannot be shared: %s", path, strerror(errno));
		goto done;
	}
	clock->shared = memory;
done:
	(void)close(file);
	return code;
}

void sim_clock_close(struct sim_clock *clock)
{
	if (clock->shared)
		(void)munmap((void *)(uintptr_t)clock->shared, sizeof(int64_t));
	clock->shared = NULL;
}

static int64_t read_ms(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sim_clock_now(const struct sim_clock *clock)
{
	return clock->shared ? atomic_load(clock->shared) : read_ms(CLOCK_REALTIME);
}

bool sim_clock_advance(const struct sim_clock *clock, int64_t ms)
{
	if (!clock->shared)
		return false;
	(void)atomic_fetch_add(clock->shared, ms);
	return true;
}

int64_t sim_clock_ticks(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t sim_window_start(int64_t span_ms, int64_t now_ms)
{
	int64_t into = (now_ms - year_one_ms) % span_ms;

	return now_ms - (into < 0 ? into + span_ms : into);
}

void sim_http_date(int64_t unix_ms, char out[SIM_HTTP_DATE])
{
	static const char days[][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	char text[QM_TIME_TEXT]; /* 2026-01-15T10:30:12Z */
	int64_t midnight = sim_window_start(DAY_MS, unix_ms);
	size_t month;

	qm_time_format(unix_ms, text);
	month = (size_t)(text[5] - '0') * 10 + (size_t)(text[6] - '0') - 1;
	/* 0001-01-01 was a Monday. */
	(void)snprintf(out, SIM_HTTP_DATE, "%s, %.2s %s %.4s %.8s GMT",
		days[(midnight - year_one_ms) / DAY_MS % 7], text + 8, months[month % 12], text,
		text + 11);
}
