#include "parsers/place.h"

#include "parsers/limits.h"

#include <limits.h>

/* Where the byte `offset` of the filtered text stands in the decoded one; UINT64_MAX: the end. */
static uint64_t find_source(const struct qm_place_tools *tools, uint64_t offset)
{
	const struct qm_stream source = { .read = qm_source_read, .context = tools->source };
	const struct qm_stream decoder = { .read = qm_decoder_read, .context = tools->decoder };
	struct qm_verdict verdict;
	size_t length;

	qm_verdict_init(&verdict);
	qm_decoder_begin(tools->decoder, &source, &verdict);
	qm_filter_begin(tools->filter, &decoder);
	tools->filter->watch = offset;
	do
		length = qm_filter_read(tools->filter, tools->buffer, QM_MAX_CHUNK, &verdict);
	while (length && !tools->filter->watch_found);
	return tools->filter->watch_found ? tools->filter->watch_source : UINT64_MAX;
}

/* Steps over `length` bytes of text. */
static void count(const char *text, size_t length, int *line, int *column)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n' && *line < INT_MAX) {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80 && *column < INT_MAX) {
			++*column;
		}
	}
}

void qm_place_find(
	const struct qm_place_tools *tools, uint64_t offset, int *out_line, int *out_column)
{
	const struct qm_stream source = { .read = qm_source_read, .context = tools->source };
	struct qm_verdict verdict;
	uint64_t left = UINT64_MAX;
	size_t length = 0;
	int line = 1, column = 1;

	if (!qm_source_rewind(tools->source))
		return;
	if (offset != QM_AT_END)
		left = find_source(tools, offset);
	if (!qm_source_rewind(tools->source))
		return;
	qm_verdict_init(&verdict);
	qm_decoder_begin(tools->decoder, &source, &verdict);
	while (left > 0) {
		length = qm_decoder_read(tools->decoder, tools->buffer, QM_MAX_CHUNK, &verdict);
		if (!length)
			break;
		length = length < left ? length : (size_t)left;
		count(tools->buffer, length, &line, &column);
		left -= length;
	}
	*out_line = line;
	*out_column = column;
}
