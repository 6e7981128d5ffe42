#include "parsers/decoder.h"
#include "parsers/limits.h"
#include "src/base/buf.h"
#include "tests/parsers/trickle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_OUTPUT = 4 << 20 };

struct row {
	const char *in;
	size_t length; /* 0: up to its NUL */
	const char *out;
	enum qm_reason reason;
};

static const struct row rows[] = {
	{ "<a>\xc3\xa9</a>", 0, "<a>\xc3\xa9</a>", QM_REASON_NONE },
	{ "\xef\xbb\xbf<a/>", 0, "<a/>", QM_REASON_NONE },
	/* Not the decoder's business: libxml2 checks UTF-8 where it looks. */
	{ "<a>\xff</a>", 0, "<a>\xff</a>", QM_REASON_NONE },
	{ "<?xml encoding='latin1'?>\xe9\x80", 0, "<?xml encoding='latin1'?>\xc3\xa9\xc2\x80",
		QM_REASON_NONE },
	{ "<?xml encoding='windows-1252'?>\x80", 0, "<?xml encoding='windows-1252'?>\xe2\x82\xac",
		QM_REASON_NONE },
	{ "<?xml encoding='windows-1252'?>a\x81z", 0, "<?xml encoding='windows-1252'?>a",
		QM_REASON_ENCODING },
	{ "<?xml encoding='US-ASCII'?>a\xe9", 0, "<?xml encoding='US-ASCII'?>a",
		QM_REASON_ENCODING },
	{ "<?xml encoding='EUC-JP'?>\xc6\xfc", 0, "<?xml encoding='EUC-JP'?>\xe6\x97\xa5",
		QM_REASON_NONE },
	{ "<?xml encoding='EUC-JP'?>\xc6", 0, "<?xml encoding='EUC-JP'?>", QM_REASON_TRUNCATED },
	{ "<?xml encoding='none'?><a/>", 0, "", QM_REASON_ENCODING },
	{ "\xff\xfe<\0\x3d\xd8\x00\xde>\0", 10, "<\xf0\x9f\x98\x80>", QM_REASON_NONE },
	{ "\xfe\xff\0<\xd8\x3d\xde\x00\0>", 10, "<\xf0\x9f\x98\x80>", QM_REASON_NONE },
	{ "\xff\xfe<\0a", 5, "<", QM_REASON_TRUNCATED },
	{ "\xff\xfe<\0\x3d\xd8", 6, "<", QM_REASON_TRUNCATED },
	{ "\xff\xfe<\0\x3d\xd8<\0", 8, "<", QM_REASON_ENCODING },
};

static void check(const struct row *row, struct qm_trickle trickle, size_t size)
{
	struct qm_stream stream = qm_trickle_stream(&trickle);
	struct qm_decoder decoder;
	struct qm_verdict verdict;
	struct qm_buf out;
	char chunk[64];
	size_t length;

	qm_buf_init(&out, MAX_OUTPUT);
	qm_verdict_init(&verdict);
	qm_decoder_init(&decoder);
	qm_decoder_begin(&decoder, &stream, &verdict);
	while ((length = qm_decoder_read(&decoder, chunk, size, &verdict)) > 0)
		qm_buf_add(&out, chunk, length);
	assert_int_equal(verdict.reason, row->reason);
	assert_string_equal(out.data, row->out);
	qm_decoder_release(&decoder);
	qm_buf_release(&out);
}

static void everything_becomes_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_trickle trickle = {
			.bytes = rows[i].in,
			.length = rows[i].length ? rows[i].length : strlen(rows[i].in),
		};

		for (trickle.step = 0; trickle.step < 4; trickle.step++) {
			check(&rows[i], trickle, 64);
			check(&rows[i], trickle, 16);
			check(&rows[i], trickle, 5);
		}
	}
}

/* A character of two bytes at each distance from the end of a chunk. */
static void long_texts_are_converted_whole(void **state)
{
	static const char head[] = "<?xml encoding='GBK'?>";
	struct qm_buf in;

	(void)state;
	qm_buf_init(&in, MAX_OUTPUT);
	for (size_t shift = 0; shift < 2; shift++) {
		struct qm_trickle trickle = { .position = 0 };
		struct qm_stream stream = qm_trickle_stream(&trickle);
		struct qm_decoder decoder;
		struct qm_verdict verdict;
		char chunk[1000];
		size_t length, total = 0, wide = 0;

		qm_buf_clear(&in);
		qm_buf_add_text(&in, head);
		qm_buf_add(&in, "xxx", shift);
		while (in.length < 3 * QM_MAX_CHUNK)
			qm_buf_add_text(&in, "\xb2\xe2");
		trickle.bytes = in.data;
		trickle.length = in.length;
		qm_verdict_init(&verdict);
		qm_decoder_init(&decoder);
		qm_decoder_begin(&decoder, &stream, &verdict);
		while ((length = qm_decoder_read(&decoder, chunk, sizeof chunk, &verdict)) > 0) {
			total += length;
			for (size_t i = 0; i < length; i++)
				wide += (unsigned char)chunk[i] == 0xe6; /* U+6D4B: e6 b5 8b */
		}
		assert_int_equal(verdict.reason, QM_REASON_NONE);
		assert_int_equal(wide, (in.length - strlen(head) - shift) / 2);
		assert_int_equal(total, strlen(head) + shift + 3 * wide);
		qm_decoder_release(&decoder);
	}
	qm_buf_release(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_becomes_utf8),
		cmocka_unit_test(long_texts_are_converted_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
