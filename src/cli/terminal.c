#include "src/cli/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");

	return isatty(STDERR_FILENO) && !(no_colour && *no_colour);
}

void qm_terminal_log(void *context, enum qm_log_level level, const char *line)
{
	static const struct {
		const char *colour, *word;
	} words[] = {
		[QM_LOG_ERROR] = { "\x1b[31m", "error: " },
		[QM_LOG_WARNING] = { "\x1b[33m", "warning: " },
		[QM_LOG_NOTICE] = { "", "" },
		[QM_LOG_DEBUG] = { "", "" },
	};
	const char *colour = has_colour() ? words[level].colour : "";

	(void)context;
	(void)fprintf(stderr, "qmetry-ci: %s%s%s%s\n", colour, words[level].word,
		*colour ? "\x1b[0m" : "", line);
}

void qm_output_write(const char *bytes, size_t length)
{
	/* A failure is kept by the stream and told at the end. */
	(void)fwrite(bytes, 1, length, stdout);
}

enum qm_code qm_output_end(struct qm_error *err)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return QM_OK;
	(void)qm_error_set(err, QM_EIO, "the result could not be written: %s",
		errno ? strerror(errno) : "output was closed");
	qm_error_at(err, "standard output", 0, 0);
	return QM_EIO;
}
