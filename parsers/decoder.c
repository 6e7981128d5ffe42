#include "parsers/decoder.h"

#include "parsers/encoding.h"
#include "parsers/limits.h"
#include "src/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void qm_decoder_init(struct qm_decoder *decoder)
{
	*decoder = (struct qm_decoder){ .raw = qm_alloc_raw(QM_MAX_CHUNK) };
}

static void stop_converting(struct qm_decoder *decoder)
{
	if (decoder->converts)
		(void)iconv_close(decoder->converter);
	decoder->converts = false;
}

void qm_decoder_release(struct qm_decoder *decoder)
{
	stop_converting(decoder);
	free(decoder->raw);
}

/* Reads once more behind what is kept. */
static void fill(struct qm_decoder *decoder, struct qm_verdict *verdict)
{
	size_t rest = decoder->length - decoder->position, length;

	memmove(decoder->raw, decoder->raw + decoder->position, rest);
	length = qm_stream_read(decoder->in, decoder->raw + rest, QM_MAX_CHUNK - rest, verdict);
	decoder->position = 0;
	decoder->length = rest + length;
	decoder->ended = length == 0;
}

/* Nothing is handed on of a text that cannot be understood. */
static void stop_reading(struct qm_decoder *decoder)
{
	decoder->position = decoder->length;
	decoder->ended = true;
}

void qm_decoder_begin(
	struct qm_decoder *decoder, const struct qm_stream *in, struct qm_verdict *verdict)
{
	struct qm_encoding encoding;
	size_t head;

	stop_converting(decoder);
	decoder->in = in;
	decoder->position = 0;
	decoder->length = 0;
	decoder->ended = false;
	while (decoder->length < QM_ENCODING_HEAD && !decoder->ended)
		fill(decoder, verdict);
	head = decoder->length < QM_ENCODING_HEAD ? decoder->length : QM_ENCODING_HEAD;
	qm_encoding_detect(decoder->raw, head, &encoding, verdict);
	decoder->position = encoding.mark;
	if (verdict->reason == QM_REASON_ENCODING)
		stop_reading(decoder);
	if (!encoding.name)
		return;
	decoder->converter = iconv_open("UTF-8", encoding.name);
	decoder->converts = decoder->converter != (iconv_t)-1;
	if (decoder->converts)
		return;
	qm_verdict_set(verdict, QM_REASON_ENCODING, 0,
		"this system cannot convert %s; convert the report to UTF-8", encoding.name);
	stop_reading(decoder);
}

static size_t pass(struct qm_decoder *decoder, char *out, size_t size, struct qm_verdict *verdict)
{
	size_t rest = decoder->length - decoder->position;

	if (rest) {
		rest = rest < size ? rest : size;
		memcpy(out, decoder->raw + decoder->position, rest);
		decoder->position += rest;
		return rest;
	}
	if (decoder->ended)
		return 0;
	rest = qm_stream_read(decoder->in, out, size, verdict);
	decoder->ended = rest == 0;
	return rest;
}

/* Converts what can be converted; returns how many bytes came out. */
static size_t convert_some(
	struct qm_decoder *decoder, char *out, size_t size, struct qm_verdict *verdict)
{
	char *input = decoder->raw + decoder->position, *output = out;
	size_t input_left = decoder->length - decoder->position, output_left = size;
	size_t status = iconv(decoder->converter, &input, &input_left, &output, &output_left);
	int failure = status == (size_t)-1 ? errno : 0;

	decoder->position = decoder->length - input_left;
	if (failure == EILSEQ && output_left == size)
		qm_verdict_set(verdict, QM_REASON_ENCODING, QM_AT_END,
			"these bytes are not allowed in the encoding that the report says it has");
	if (failure == EINVAL && decoder->ended)
		qm_verdict_set(verdict, QM_REASON_TRUNCATED, QM_AT_END,
			"the report ends within a character; was it written whole?");
	return size - output_left;
}

static size_t convert(
	struct qm_decoder *decoder, char *out, size_t size, struct qm_verdict *verdict)
{
	size_t length = 0;

	while (!length && !verdict->reason) {
		bool needs_more = decoder->length - decoder->position < QM_ENCODING_HEAD;

		if (needs_more && !decoder->ended)
			fill(decoder, verdict);
		if (decoder->position == decoder->length && decoder->ended)
			return 0;
		length = convert_some(decoder, out, size, verdict);
	}
	return length;
}

size_t qm_decoder_read(void *context, char *out, size_t size, struct qm_verdict *verdict)
{
	struct qm_decoder *decoder = context;

	return decoder->converts ? convert(decoder, out, size, verdict)
				 : pass(decoder, out, size, verdict);
}
