/*
 * Whatever a configuration file holds, reading it ends, and a failure tells a place in the file and
 * never a value that may be a password.
 */
#include "src/cli/sources.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void read_file(const char *path)
{
	struct qm_settings settings;
	struct qm_given given = { { false } };
	struct qm_error err;

	qm_error_init(&err);
	qm_settings_init(&settings);
	settings.config = path;
	if (qm_read_config(&settings, &given, &err)) {
		must(err.code == QM_EUSAGE);
		must(*err.text && *err.source);
	} else {
		must(!err.code);
		qm_read_defaults(&settings, &given);
		must(settings.batch_size >= 1 && settings.batch_size <= 10000);
		must(settings.timeout >= 1 && settings.url && *settings.url);
	}
	qm_settings_release(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int file = memfd_create("config", MFD_CLOEXEC);
	char path[32];

	must(file >= 0 && write(file, data, size) == (ssize_t)size);
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	read_file(path);
	(void)close(file);
	return 0;
}
