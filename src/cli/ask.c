#include "src/cli/ask.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/*
 * Reads a line, of which is kept what has room; false where the input ends, or a stop is due. Byte
 * by byte, since nothing tells of bytes that a stream has read ahead.
 */
static bool read_answer(const struct qm_stop *stop, char line[ANSWER_BYTES])
{
	size_t length = 0;
	ssize_t got = 0;
	char byte = 0;

	while (byte != '\n' && qm_stop_wait_for(stop, STDIN_FILENO)) {
		got = read(STDIN_FILENO, &byte, 1);
		if (got <= 0)
			break;
		if (length < ANSWER_BYTES - 1)
			line[length++] = byte;
	}
	line[length] = '\0';
	return got > 0 && byte == '\n';
}

enum qm_code qm_ask(const struct qm_question *question, const struct qm_stop *stop,
	struct qm_arena *arena, const char **out, struct qm_error *err)
{
	const char *fallback = question->fallback;
	char line[ANSWER_BYTES];
	bool ended = false;

	*out = "";
	while (!**out && !ended) {
		(void)fprintf(stderr, "%s%s%s%s: ", question->text, fallback ? " [" : "",
			fallback ? fallback : "", fallback ? "]" : "");
		(void)fflush(stderr);
		ended = !read_answer(stop, line);
		*out = qm_arena_strdup(arena, trim(line));
		if (!**out && fallback)
			*out = fallback;
	}
	if (ended)
		(void)fputc('\n', stderr);
	if (qm_stop_is_due(stop))
		return qm_stop_fail(stop, "before the answer was given", err);
	if (**out)
		return QM_OK;
	return qm_error_set(err, QM_EUSAGE, "no answer to \"%s\"; %s answers it too",
		question->text, question->option);
}
