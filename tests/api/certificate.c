#include "tests/api/certificate.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

bool certificate_make(const char *folder, const char *host)
{
	char subject[64], alternative[64], certificate[160], key[160];
	const char *const arguments[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", subject, "-addext",
		alternative, "-keyout", key, "-out", certificate, NULL };
	int status = 1;
	pid_t child;

	(void)snprintf(subject, sizeof subject, "/CN=%s", host);
	(void)snprintf(alternative, sizeof alternative, "subjectAltName=DNS:%s", host);
	(void)snprintf(certificate, sizeof certificate, "%s/%s.pem", folder, host);
	(void)snprintf(key, sizeof key, "%s/%s.key", folder, host);
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		(void)execvp(arguments[0], (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
		!WEXITSTATUS(status);
}
