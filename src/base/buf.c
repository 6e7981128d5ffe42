#include "src/base/buf.h"
#include "src/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What `data` points to while nothing is stored: writing there would be a bug of ours. */
static char *empty_text(void)
{
	static const char empty[1] = "";

	return (char *)(uintptr_t)empty;
}

void qm_buf_init(struct qm_buf *buf, size_t max_bytes)
{
	*buf = (struct qm_buf){ .data = empty_text(), .max_bytes = max_bytes };
}

void qm_buf_release(struct qm_buf *buf)
{
	if (buf->capacity)
		free(buf->data);
	qm_buf_init(buf, buf->max_bytes);
}

void qm_buf_cut(struct qm_buf *buf, size_t length)
{
	if (length < buf->length)
		buf->data[buf->length = length] = '\0';
}

void qm_buf_clear(struct qm_buf *buf)
{
	buf->length = 0;
	buf->overflow = false;
	if (buf->capacity)
		buf->data[0] = '\0';
}

/* Room for `extra` bytes and the NUL, or the overflow mark. */
static bool reserve(struct qm_buf *buf, size_t extra)
{
	size_t capacity = buf->capacity ? buf->capacity : 64;

	if (extra > buf->max_bytes - buf->length) {
		buf->overflow = true;
		return false;
	}
	if (buf->length + extra < buf->capacity)
		return true;
	while (capacity <= buf->length + extra)
		capacity += capacity / 2 + 64;
	if (capacity > buf->max_bytes + 1)
		capacity = buf->max_bytes + 1;
	buf->data = qm_realloc_array(buf->capacity ? buf->data : NULL, capacity, 1);
	buf->capacity = capacity;
	return true;
}

void qm_buf_add(struct qm_buf *buf, const void *bytes, size_t length)
{
	if (!length || !reserve(buf, length))
		return;
	memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void qm_buf_add_text(struct qm_buf *buf, const char *text)
{
	qm_buf_add(buf, text, strlen(text));
}

void qm_buf_add_char(struct qm_buf *buf, char character)
{
	qm_buf_add(buf, &character, 1);
}

void qm_buf_add_int(struct qm_buf *buf, int64_t number)
{
	/* Digits by hand: a body of 10,000 ids costs five calls' time with snprintf. */
	char digits[24];
	size_t start = sizeof digits;
	uint64_t rest = number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number;

	do {
		digits[--start] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		digits[--start] = '-';
	qm_buf_add(buf, digits + start, sizeof digits - start);
}

void qm_buf_add_format(struct qm_buf *buf, const char *format, ...)
{
	va_list arguments, again;
	int length;

	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, arguments);
	if (length > 0 && reserve(buf, (size_t)length)) {
		(void)vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
		buf->length += (size_t)length;
	}
	va_end(again);
	va_end(arguments);
}

char *qm_buf_take(struct qm_buf *buf)
{
	char *text = buf->capacity ? buf->data : qm_strdup("");

	buf->capacity = 0;
	qm_buf_init(buf, buf->max_bytes);
	return text;
}
