/*
 * log - all talk to the user, on stderr; results go to stdout and not through here.
 *
 * A line is made printable (text.h) before it is handed to the writer, so that no test name or
 * server text can carry escape sequences or workflow commands; secrets that were registered are
 * replaced by "***" wherever they turn up, as a second fence behind the type qm_secret.
 */
#ifndef QM_BASE_LOG_H
#define QM_BASE_LOG_H

#include "src/base/buf.h"
#include "src/base/error.h"
#include "src/base/secret.h"

enum qm_log_level { QM_LOG_ERROR, QM_LOG_WARNING, QM_LOG_NOTICE, QM_LOG_DEBUG };

enum { QM_LOG_SECRETS = 16 };

struct qm_log {
	enum qm_log_level level; /* what is less important is dropped */
	/* One line without its end. */
	void (*write)(void *context, enum qm_log_level level, const char *line);
	void *context;
	const struct qm_secret *secrets[QM_LOG_SECRETS]; /* borrowed */
	size_t secret_count;
};

void qm_log_init(struct qm_log *log, enum qm_log_level level,
	void (*write)(void *, enum qm_log_level, const char *), void *context);
void qm_log_hide(struct qm_log *log, const struct qm_secret *secret); /* NULL is fine */

/* Replaces the registered secrets in a text that goes elsewhere: a server may echo a key. */
void qm_log_redact(const struct qm_log *log, char *text);

/*
 * The same for a text from outside that goes into a file as a JSON string (NULL: null). Ids and
 * keys that are read back are written as they are: a secret as short as "1" is in all of them.
 */
void qm_log_add_json(const struct qm_log *log, struct qm_buf *out, const char *text);

void qm_log_line(const struct qm_log *log, enum qm_log_level level, const char *format, ...)
	QM_PRINTF(3, 4);
void qm_log_failure(const struct qm_log *log, enum qm_log_level level, const struct qm_error *err);

#endif
