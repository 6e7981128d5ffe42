#include "src/cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
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
