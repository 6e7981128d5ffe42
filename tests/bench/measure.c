/*
 * measure COMMAND [ARGUMENT...] - runs a command with its output thrown away and prints
 * "wall_seconds cpu_seconds peak_kilobytes exit_code".
 *
 * It is small on purpose: the kernel counts the starter's own memory into a child's peak.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The same system call under the name that POSIX leaves out. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static void run(char **command)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	(void)execvp(command[0], command);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	int status = 0;
	pid_t child;

	if (argc < 2)
		return 2;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	child = fork();
	if (child == 0)
		run(argv + 1);
	if (child < 0 || wait4(child, &status, 0, &usage) < 0)
		return 3;
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	(void)printf("%.6f %.6f %ld %d\n",
		(double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
		seconds(&usage.ru_utime) + seconds(&usage.ru_stime), usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
