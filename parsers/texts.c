#include "parsers/texts.h"

#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

void qm_texts_init(struct qm_texts *texts, size_t max_bytes)
{
	*texts = (struct qm_texts){ .bytes = qm_alloc_raw(max_bytes), .size = max_bytes };
}

void qm_texts_release(struct qm_texts *texts)
{
	free(texts->bytes);
}

const char *qm_texts_keep(struct qm_texts *texts, const char *bytes, size_t length)
{
	char *text = texts->bytes + texts->used;

	if (length >= texts->size - texts->used)
		return NULL;
	memcpy(text, bytes, length);
	text[length] = '\0';
	texts->used += length + 1;
	return text;
}

void qm_clip_init(struct qm_clip *clip, size_t max_bytes)
{
	*clip = (struct qm_clip){ .bytes = qm_alloc_raw(max_bytes + 1), .size = max_bytes };
}

void qm_clip_release(struct qm_clip *clip)
{
	free(clip->bytes);
}

void qm_clip_clear(struct qm_clip *clip)
{
	clip->length = 0;
	clip->full = false;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

void qm_clip_add(struct qm_clip *clip, const char *bytes, size_t length)
{
	size_t room = clip->size - clip->length, count;

	if (clip->full)
		return;
	for (; !clip->length && length && is_blank(*bytes); length--)
		bytes++;
	count = qm_text_cut(bytes, length, room);
	memcpy(clip->bytes + clip->length, bytes, count);
	clip->length += count;
	clip->full = count < length;
}

const char *qm_clip_text(struct qm_clip *clip)
{
	size_t length = clip->length;

	while (length && is_blank(clip->bytes[length - 1]))
		length--;
	clip->bytes[length] = '\0';
	return clip->bytes;
}
