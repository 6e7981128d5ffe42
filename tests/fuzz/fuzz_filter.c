/*
 * Whatever the pieces that a text comes in, the filter hands on the same, and neither forbidden
 * control characters nor a declared entity nor a long CDATA section is in it.
 */
#include "parsers/filter.h"
#include "parsers/limits.h"
#include "src/base/buf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/parsers/trickle.h"

#include <string.h>

enum { MAX_OUTPUT = 64 << 20 };

struct run {
	struct qm_buf out;
	struct qm_verdict verdict;
	uint64_t replaced;
};

static void run_filter(struct run *run, struct qm_trickle trickle)
{
	struct qm_stream stream = qm_trickle_stream(&trickle);
	struct qm_filter filter;
	char chunk[QM_FILTER_LEAST];
	size_t length;

	qm_buf_init(&run->out, MAX_OUTPUT);
	qm_verdict_init(&run->verdict);
	qm_filter_init(&filter);
	qm_filter_begin(&filter, &stream);
	while ((length = qm_filter_read(&filter, chunk, sizeof chunk, &run->verdict)) > 0)
		qm_buf_add(&run->out, chunk, length);
	run->replaced = filter.replaced;
	qm_filter_release(&filter);
}

static void check_output(const struct run *run)
{
	for (size_t i = 0; i < run->out.length; i++) {
		unsigned char byte = (unsigned char)run->out.data[i];

		must(byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qm_trickle trickle = { .bytes = (const char *)data, .length = size };
	struct run whole, pieces;

	run_filter(&whole, trickle);
	check_output(&whole);
	trickle.step = size ? 1 + data[size - 1] % 40 : 1;
	run_filter(&pieces, trickle);
	must(whole.out.length == pieces.out.length);
	must(memcmp(whole.out.data, pieces.out.data, whole.out.length) == 0);
	must(whole.verdict.reason == pieces.verdict.reason);
	must(whole.replaced == pieces.replaced);
	qm_buf_release(&whole.out);
	qm_buf_release(&pieces.out);
	return 0;
}
