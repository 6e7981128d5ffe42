#include "src/base/error.h"

#include <stdio.h>
#include <string.h>

void qm_error_init(struct qm_error *err)
{
	if (!err)
		return;
	/* Not the 900 bytes of the texts: there is an error struct for each decision. */
	err->code = QM_OK;
	err->line = err->column = 0;
	err->source[0] = err->text[0] = '\0';
}

enum qm_code qm_error_vset(
	struct qm_error *err, enum qm_code code, const char *format, va_list arguments)
{
	if (!err || err->code)
		return code;
	err->code = code;
	(void)vsnprintf(err->text, sizeof err->text, format, arguments);
	return code;
}

enum qm_code qm_error_set(struct qm_error *err, enum qm_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)qm_error_vset(err, code, format, arguments);
	va_end(arguments);
	return code;
}

void qm_error_add(struct qm_error *err, const char *format, ...)
{
	size_t used = err && err->code ? strlen(err->text) : sizeof err->text;
	va_list arguments;

	if (used >= sizeof err->text)
		return;
	va_start(arguments, format);
	(void)vsnprintf(err->text + used, sizeof err->text - used, format, arguments);
	va_end(arguments);
}

void qm_error_at(struct qm_error *err, const char *source, int line, int column)
{
	size_t length;

	if (!err || !err->code || err->source[0])
		return;
	length = strlen(source);
	if (length < sizeof err->source)
		memcpy(err->source, source, length + 1);
	else
		(void)snprintf(err->source, sizeof err->source, "...%s",
			source + length - (sizeof err->source - 4));
	err->line = line;
	err->column = column;
}

enum qm_code qm_error_as_usage(struct qm_error *err, enum qm_code code)
{
	if (code == QM_OK || code == QM_ESTOPPED)
		return code;
	if (err && err->code)
		err->code = QM_EUSAGE;
	return QM_EUSAGE;
}

void qm_error_format(const struct qm_error *err, char *out, unsigned long size)
{
	if (!err->source[0])
		(void)snprintf(out, size, "%s", err->text);
	else if (err->line <= 0)
		(void)snprintf(out, size, "%s: %s", err->source, err->text);
	else if (err->column <= 0)
		(void)snprintf(out, size, "%s:%d: %s", err->source, err->line, err->text);
	else
		(void)snprintf(
			out, size, "%s:%d:%d: %s", err->source, err->line, err->column, err->text);
}
