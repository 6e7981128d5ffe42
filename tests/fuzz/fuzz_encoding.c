/*
 * Whatever the pieces that bytes come in, the decoder hands on the same text; and if it has
 * converted them, that is UTF-8.
 */
#include "parsers/decoder.h"
#include "src/base/buf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/parsers/trickle.h"

#include <string.h>

enum { MAX_OUTPUT = 64 << 20 };

struct run {
	struct qm_buf out;
	struct qm_verdict verdict;
	bool converts;
};

static void run_decoder(struct run *run, struct qm_trickle trickle, size_t size)
{
	struct qm_stream stream = qm_trickle_stream(&trickle);
	struct qm_decoder decoder;
	char chunk[4096];
	size_t length;

	qm_buf_init(&run->out, MAX_OUTPUT);
	qm_verdict_init(&run->verdict);
	qm_decoder_init(&decoder);
	qm_decoder_begin(&decoder, &stream, &run->verdict);
	run->converts = decoder.converts;
	while ((length = qm_decoder_read(&decoder, chunk, size, &run->verdict)) > 0)
		qm_buf_add(&run->out, chunk, length);
	qm_decoder_release(&decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qm_trickle trickle = { .bytes = (const char *)data, .length = size };
	struct run whole, pieces;

	run_decoder(&whole, trickle, 4096);
	must(!whole.converts || is_utf8(whole.out.data, whole.out.length));
	trickle.step = size ? 1 + data[size - 1] % 40 : 1;
	run_decoder(&pieces, trickle, 16);
	must(whole.out.length == pieces.out.length);
	must(memcmp(whole.out.data, pieces.out.data, whole.out.length) == 0);
	must(whole.verdict.reason == pieces.verdict.reason);
	qm_buf_release(&whole.out);
	qm_buf_release(&pieces.out);
	return 0;
}
