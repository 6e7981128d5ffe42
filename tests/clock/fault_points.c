/*
 * The linker leads the product's calls of these functions here (CMakeLists.txt), so that the
 * product itself knows nothing of it. A point lies behind each of them, one inside each write, when
 * half of its bytes are in the file, and one on either side of each request.
 */
#include "tests/clock/fault_points.h"
#include "src/api/http.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static struct qm_fault_points points;

/* By the names that the linker's --wrap gives them. */
#define REAL(name) __asm__("__real_" name)
#define WRAP(name) __asm__("__wrap_" name)

ssize_t real_write(int file, const void *bytes, size_t length) REAL("write");
int real_fdatasync(int file) REAL("fdatasync");
int real_fsync(int file) REAL("fsync");
int real_ftruncate(int file, off_t length) REAL("ftruncate");
int real_unlink(const char *path) REAL("unlink");
struct qm_transport real_qm_http_transport(struct qm_http *http) REAL("qm_http_transport");

ssize_t wrapped_write(int file, const void *bytes, size_t length) WRAP("write");
int wrapped_fdatasync(int file) WRAP("fdatasync");
int wrapped_fsync(int file) WRAP("fsync");
int wrapped_ftruncate(int file, off_t length) WRAP("ftruncate");
int wrapped_unlink(const char *path) WRAP("unlink");
struct qm_transport wrapped_qm_http_transport(struct qm_http *http) WRAP("qm_http_transport");

void qm_fault_points_begin(void)
{
	const char *at = getenv("QMETRY_TEST_KILL");

	points.kill_at = at ? strtol(at, NULL, 10) : 0;
}

static bool is_next(void)
{
	return points.kill_at && points.passed + 1 == points.kill_at;
}

static void pass(void)
{
	points.passed++;
	if (points.passed == points.kill_at)
		(void)kill(getpid(), SIGKILL);
}

ssize_t wrapped_write(int file, const void *bytes, size_t length)
{
	ssize_t put;

	if (is_next() && length > 1)
		(void)real_write(file, bytes, length / 2);
	pass();
	put = real_write(file, bytes, length);
	pass();
	return put;
}

int wrapped_fdatasync(int file)
{
	int result = real_fdatasync(file);

	pass();
	return result;
}

int wrapped_fsync(int file)
{
	int result = real_fsync(file);

	pass();
	return result;
}

int wrapped_ftruncate(int file, off_t length)
{
	int result = real_ftruncate(file, length);

	pass();
	return result;
}

int wrapped_unlink(const char *path)
{
	int result = real_unlink(path);

	pass();
	return result;
}

static void send_between(void *context, const struct qm_request *request, struct qm_reply *reply)
{
	const struct qm_transport *transport = context;

	pass();
	transport->send(transport->context, request, reply);
	pass();
}

struct qm_transport wrapped_qm_http_transport(struct qm_http *http)
{
	points.transport = real_qm_http_transport(http);
	return (struct qm_transport){ send_between, &points.transport };
}
