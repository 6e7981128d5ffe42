#include "src/api/trace.h"
#include "src/base/text.h"

#include <string.h>
#include <strings.h>

enum { LINE_BYTES = 1000 };

static bool is_secret(const char *line, size_t length)
{
	static const char *const names[] = {
		"apikey:", "authorization:", "proxy-authorization:", "cookie:", "set-cookie:"
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (length >= strlen(names[i]) &&
			strncasecmp(line, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static void trace_line(const struct qm_log *log, char mark, const char *line, size_t length)
{
	size_t name = strcspn(line, ":");

	while (length && strchr("\r\n", line[length - 1]))
		length--;
	if (length && mark != '*' && is_secret(line, length))
		qm_log_line(log, QM_LOG_DEBUG, "%c %.*s: ***", mark, (int)name, line);
	else if (length)
		qm_log_line(log, QM_LOG_DEBUG, "%c %.*s", mark, (int)length, line);
}

void qm_trace(const struct qm_log *log, enum qm_trace_kind kind, const char *bytes, size_t length)
{
	static const char marks[] = { '*', '>', '<' };
	char line[LINE_BYTES];
	size_t used = 0;

	/* A line that is too long is cut, and its rest is not taken for a line of its own. */
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\n' && used + 1 < sizeof line && bytes[i])
			line[used++] = bytes[i];
		line[used] = '\0';
		if (bytes[i] == '\n' || i + 1 == length) {
			trace_line(log, marks[kind], line, used);
			used = 0;
		}
	}
}
