#include "src/base/log.h"
#include "src/base/json_text.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 4096 };

void qm_log_init(struct qm_log *log, enum qm_log_level level,
	void (*write)(void *, enum qm_log_level, const char *), void *context)
{
	*log = (struct qm_log){ .level = level, .write = write, .context = context };
}

void qm_log_hide(struct qm_log *log, const struct qm_secret *secret)
{
	if (!secret)
		return;
	assert(log->secret_count < QM_LOG_SECRETS);
	log->secrets[log->secret_count++] = secret;
}

/* Three stars for each occurrence, whatever its length: that is nobody's business either. */
static void hide(char *text, const char *secret)
{
	const size_t stars = 3;
	size_t length = strlen(secret);

	for (char *hit = strstr(text, secret); length && hit; hit = strstr(hit, secret)) {
		size_t put = length < stars ? length : stars;

		memset(hit, '*', put);
		memmove(hit + put, hit + length, strlen(hit + length) + 1);
		hit += put;
	}
}

void qm_log_redact(const struct qm_log *log, char *text)
{
	for (size_t i = 0; i < log->secret_count; i++)
		hide(text, qm_secret_reveal(log->secrets[i]));
}

void qm_log_add_json(const struct qm_log *log, struct qm_buf *out, const char *text)
{
	char *clean;

	if (!text || !log->secret_count) {
		qm_json_add_text(out, text);
		return;
	}
	clean = qm_strdup(text);
	qm_log_redact(log, clean);
	qm_json_add_text(out, clean);
	free(clean);
}

void qm_log_line(const struct qm_log *log, enum qm_log_level level, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	struct qm_buf clean;
	va_list arguments;

	if (level > log->level)
		return;
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	qm_log_redact(log, line);
	qm_buf_init(&clean, sizeof line);
	qm_text_printable(&clean, line);
	log->write(log->context, level, clean.data);
	qm_buf_release(&clean);
}

void qm_log_failure(const struct qm_log *log, enum qm_log_level level, const struct qm_error *err)
{
	char line[QM_ERROR_SOURCE + QM_ERROR_TEXT + 32];

	qm_error_format(err, line, sizeof line);
	qm_log_line(log, level, "%s", line);
}
