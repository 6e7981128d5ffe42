#include "src/cli/ask.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_BYTES = 1024, LINE_MAX_BYTES = 4096 };

void qm_tell(size_t number, const char *text)
{
	struct qm_buf line;

	qm_buf_init(&line, LINE_MAX_BYTES);
	qm_text_printable(&line, text);
	if (number)
		(void)fprintf(stderr, "%4zu  %s\n", number, line.length ? line.data : "");
	else
		(void)fprintf(stderr, "%s\n", line.length ? line.data : "");
	qm_buf_release(&line);
}

static const char *trim(char *text)
{
	static const char blanks[] = " \t\r\n";
	size_t length;

	text += strspn(text, blanks);
	length = strlen(text);
	while (length && strchr(blanks, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

enum qm_code qm_ask(const char *question, const char *fallback, const char *option,
	struct qm_arena *arena, const char **out, struct qm_error *err)
{
	char line[ANSWER_BYTES];
	bool ended = false;

	*out = "";
	while (!**out && !ended) {
		(void)fprintf(stderr, "%s%s%s%s: ", question, fallback ? " [" : "",
			fallback ? fallback : "", fallback ? "]" : "");
		(void)fflush(stderr);
		ended = !fgets(line, sizeof line, stdin);
		*out = ended ? "" : qm_arena_strdup(arena, trim(line));
		if (!**out && fallback)
			*out = fallback;
	}
	if (ended)
		(void)fputc('\n', stderr);
	if (**out)
		return QM_OK;
	return qm_error_set(
		err, QM_EUSAGE, "no answer to \"%s\"; %s answers it too", question, option);
}
