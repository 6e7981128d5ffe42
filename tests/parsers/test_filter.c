#include "parsers/filter.h"
#include "parsers/limits.h"
#include "src/base/buf.h"
#include "src/base/memory.h"
#include "tests/parsers/trickle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_OUTPUT = 4 << 20 };

#define REPLACED "\xef\xbf\xbd"

/* What comes out of the filter when its input comes in such pieces. */
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

struct row {
	const char *in, *out;
	uint64_t replaced;
};

static const struct row rows[] = {
	{ "<a>text</a>", "<a>text</a>", 0 },
	/* Output of tests is dropped up to the first tag in it. */
	{ "<a><system-out>x</system-out>y</a>", "<a><system-out></system-out>y</a>", 0 },
	{ "<a><system-err a='/>' b=\">\">x & \x1b<![CDATA[ ]] > ]]]>y</system-err></a>",
		"<a><system-err a='/>' b=\">\"></system-err></a>", 0 },
	{ "<system-out/>x<system-out a='b'/>y", "<system-out/>x<system-out a='b'/>y", 0 },
	{ "<system-out>x<b>y</b>z</system-out>", "<system-out><b>y</b>z</system-out>", 0 },
	{ "<system-out>x<!-- > -->y</system-out>", "<system-out><!-- > -->y</system-out>", 0 },
	{ "<system-outs>x</system-outs>", "<system-outs>x</system-outs>", 0 },
	{ "<system-out\n>x<![CDATA[y]]><![CDATA[]]>z</system-out\n>",
		"<system-out\n></system-out\n>", 0 },
	{ "<a><!-- <system-out> --><?p <system-out>?><![CDATA[<system-out>]]>x</a>",
		"<a><!-- <system-out> --><?p <system-out>?><![CDATA[<system-out>]]>x</a>", 0 },
	/* Forbidden characters. */
	{ "<a b='\x01'>\x1f\t\r\n\x7f\x0b</a>",
		"<a b='" REPLACED "'>" REPLACED "\t\r\n\x7f" REPLACED "</a>", 3 },
	{ "<a>\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd\xef\xbb\xbf\xef</a>",
		"<a>" REPLACED REPLACED REPLACED "\xef\xbb\xbf\xef</a>", 2 },
	{ "<a><![CDATA[\x1b\xef\xbf\xbe]]></a>", "<a><![CDATA[" REPLACED REPLACED "]]></a>", 2 },
	{ "<!-- \x02 --><a/>", "<!-- " REPLACED " --><a/>", 1 },
	/* References: forbidden, allowed, cut in two, none at all; only where they are any. */
	{ "<a b='&#x1b;&#27;&#x1B;'>&#xFFFF;</a>",
		"<a b='" REPLACED REPLACED REPLACED "'>" REPLACED "</a>", 4 },
	{ "<a>&#9;&#10;&#x41;&#x10FFFF;&amp;&#0;</a>", "<a>&#9;&#10;&#x41;&#x10FFFF;&amp;&#0;</a>",
		0 },
	{ "<a>&#xD83D;&#xDE00;&#55357;&#56832;</a>", "<a>\xf0\x9f\x98\x80\xf0\x9f\x98\x80</a>", 0 },
	{ "<a>x&#x00D83D;&#x00DE00;y&#0055357;</a>", "<a>x\xf0\x9f\x98\x80y\xef\xbf\xbd</a>", 1 },
	{ "<a>&#xD83D;&#x41;&#xDE00;&#xD83D; &#xDE00;</a>",
		"<a>" REPLACED "&#x41;" REPLACED REPLACED " " REPLACED "</a>", 4 },
	{ "<a>&#;&#x;&#12&#x1g;&#1</a>", "<a>&#;&#x;&#12&#x1g;&#1</a>", 0 },
	{ "<a><![CDATA[&#7;]]><!-- &#7; --></a>", "<a><![CDATA[&#7;]]><!-- &#7; --></a>", 0 },
	{ "<a>&#x110000;&#99999999;</a>", "<a>" REPLACED REPLACED "</a>", 2 },
	/* A DOCTYPE before the root is dropped, one behind it is not. */
	{ "<?xml version='1.0'?>\n<!DOCTYPE a>\n<a/>", "<?xml version='1.0'?>\n\n<a/>", 0 },
	{ "<!DOCTYPE a SYSTEM '>' [<!ELEMENT a ANY><!-- ]> ' --><?p ]>?>%p;]><a/>", "<a/>", 0 },
	{ "<!DOCTYPE a [ <!ATTLIST a b CDATA \"]><!ENTITY\"> ] ><a/>", "<a/>", 0 },
	{ "<!DOCTYPE a><!-- c --><!DOCTYPE b><a/>", "<!-- c --><a/>", 0 },
	{ "<a><!DOCTYPE b></a>", "<a><!DOCTYPE b></a>", 0 },
	{ "<!-- <!DOCTYPE a [<!ENTITY b 'c'>]> --><a/>",
		"<!-- <!DOCTYPE a [<!ENTITY b 'c'>]> --><a/>", 0 },
	/* Blanks before the first tag are dropped. */
	{ "\r\n\t <a> </a> ", "<a> </a> ", 0 },
	/* What is cut off or broken passes through; libxml2 stops at a "<" in a value. */
	{ "<a><![CDATA[x]]", "<a><![CDATA[x]]", 0 },
	{ "<a><!-", "<a><!-", 0 },
	{ "<a><system-out", "<a><system-out", 0 },
	{ "<a><system-out>x<![CDATA[y]", "<a><system-out>", 0 },
	{ "<a b='<system-out>c'/>", "<a b='<system-out>", 0 },
	{ "<!DOCTYPE a [", "", 0 },
	{ "<", "<", 0 },
};

static void check(const struct row *row, struct qm_trickle trickle)
{
	struct run run;

	run_filter(&run, trickle);
	if (strcmp(run.out.data, row->out) != 0)
		fail_msg("%s\nby %zu, first %zu: want\n%s\ngot\n%s", row->in, trickle.step,
			trickle.first, row->out, run.out.data);
	assert_int_equal(run.replaced, row->replaced);
	assert_int_equal(run.verdict.reason, QM_REASON_NONE);
	qm_buf_release(&run.out);
}

static void the_border_of_a_chunk_may_be_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t length = strlen(rows[i].in);
		struct qm_trickle trickle = { .bytes = rows[i].in, .length = length };

		check(&rows[i], trickle);
		for (trickle.step = 1; trickle.step <= 20; trickle.step++)
			check(&rows[i], trickle);
		trickle.step = 0;
		for (trickle.first = 1; trickle.first < length; trickle.first++)
			check(&rows[i], trickle);
	}
}

/* The same rows behind a comment that fills the filter's own buffer to its last bytes. */
static void the_border_of_the_buffer_may_be_anywhere(void **state)
{
	static const char head[] = "<!--", tail[] = "-->";
	char *text = qm_alloc(QM_MAX_CHUNK + 1024), *want = qm_alloc(QM_MAX_CHUNK + 1024);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t length = strlen(rows[i].in);

		for (size_t behind = 0; behind <= length + 1; behind++) {
			size_t comment = QM_MAX_CHUNK - behind;
			struct row row = { .in = text, .out = want, .replaced = rows[i].replaced };

			memset(text, 'x', comment);
			memcpy(text, head, strlen(head));
			memcpy(text + comment - strlen(tail), tail, strlen(tail));
			memcpy(want, text, comment);
			memcpy(text + comment, rows[i].in, length + 1);
			memcpy(want + comment, rows[i].out, strlen(rows[i].out) + 1);
			if (rows[i].in[0] != '<') /* blanks are text then */
				break;
			check(&row,
				(struct qm_trickle){ .bytes = text, .length = comment + length });
		}
	}
	free(text);
	free(want);
}

static void refusals(void **state)
{
	static const struct {
		const char *in;
		enum qm_reason reason;
	} refused[] = {
		{ "", QM_REASON_EMPTY },
		{ " \t\r\n", QM_REASON_EMPTY },
		{ "{}", QM_REASON_NOT_A_REPORT },
		{ "\n x<a/>", QM_REASON_NOT_A_REPORT },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", QM_REASON_ENTITY_EXPANSION },
		{ "<!DOCTYPE a [<!ENTITY % b SYSTEM 'c'>%b;]><a/>", QM_REASON_ENTITY_EXPANSION },
		{ "<!-- --><!DOCTYPE a><!DOCTYPE b [ <!ENTITY b 'c'>]><a/>",
			QM_REASON_ENTITY_EXPANSION },
	};

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct qm_trickle trickle = {
			.bytes = refused[i].in,
			.length = strlen(refused[i].in),
		};

		for (trickle.step = 0; trickle.step < 12; trickle.step++) {
			struct run run;

			run_filter(&run, trickle);
			assert_int_equal(run.verdict.reason, refused[i].reason);
			assert_null(strstr(run.out.data, "ENTITY"));
			qm_buf_release(&run.out);
		}
	}
}

/* Takes the joints out of a section that was split; counts them and looks at each piece. */
static void join(struct qm_buf *joined, const char *text, size_t *joints)
{
	static const char joint[] = "]]><![CDATA[";
	const char *piece = text;

	*joints = 0;
	for (const char *end = strstr(piece, joint); end; end = strstr(piece, joint)) {
		assert_in_range(end - piece, QM_MAX_CDATA, QM_MAX_CDATA + 2048);
		qm_buf_add(joined, piece, (size_t)(end - piece));
		piece = end + strlen(joint);
		assert_true(((unsigned char)*piece & 0xc0) != 0x80);
		++*joints;
	}
	assert_in_range(strlen(piece), 0, QM_MAX_CDATA + 2048);
	qm_buf_add_text(joined, piece);
}

static void check_section(const char *unit, size_t shift, size_t step)
{
	struct qm_trickle trickle = { .step = step };
	struct qm_buf text, joined;
	struct run run;
	size_t joints = 0;

	qm_buf_init(&text, MAX_OUTPUT);
	qm_buf_init(&joined, MAX_OUTPUT);
	qm_buf_add_text(&text, "<a><![CDATA[");
	for (size_t i = 0; i < shift; i++)
		qm_buf_add_char(&text, 'x');
	while (text.length < 200000)
		qm_buf_add_text(&text, unit);
	qm_buf_add_text(&text, "]]></a>");
	trickle.bytes = text.data;
	trickle.length = text.length;
	run_filter(&run, trickle);
	join(&joined, run.out.data, &joints);
	assert_string_equal(joined.data, text.data);
	assert_in_range(joints, 200000 / (QM_MAX_CDATA + 2048), 200000 / QM_MAX_CDATA);
	qm_buf_release(&text);
	qm_buf_release(&joined);
	qm_buf_release(&run.out);
}

static void long_sections_are_split_between_characters(void **state)
{
	static const char *const units[] = {
		"x",
		"\xc3\xa9",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"]",
		"]]",
		"]] >",
		">]",
		"]>",
		"line\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		for (size_t shift = 0; shift < 4; shift++) {
			check_section(units[i], shift, 0);
			check_section(units[i], shift, 1021);
		}
}

/* The end of a section at each distance from where it would be split. */
static void the_end_of_a_section_is_never_cut(void **state)
{
	struct qm_buf text;

	(void)state;
	qm_buf_init(&text, MAX_OUTPUT);
	for (size_t length = QM_MAX_CDATA - 8; length < QM_MAX_CDATA + 1048; length++) {
		struct qm_buf joined;
		struct run run;
		size_t joints = 0;

		qm_buf_clear(&text);
		qm_buf_init(&joined, MAX_OUTPUT);
		qm_buf_add_text(&text, "<![CDATA[");
		while (text.length < length)
			qm_buf_add_char(&text, ']');
		qm_buf_add_text(&text, "]]><b>]]</b>");
		run_filter(&run, (struct qm_trickle){ .bytes = text.data, .length = text.length });
		join(&joined, run.out.data, &joints);
		assert_string_equal(joined.data, text.data);
		qm_buf_release(&joined);
		qm_buf_release(&run.out);
	}
	qm_buf_release(&text);
}

/* Where each byte that comes out was in what went in. */
static void places_are_found_again(void **state)
{
	static const char in[] =
		"\n<!DOCTYPE x><a><system-out>dropped</system-out>\x01<b>&#7;c</b></a>";
	static const char out[] =
		"<a><system-out></system-out>" REPLACED "<b>" REPLACED "c</b></a>";
	const size_t control = (size_t)(strchr(in, 1) - in);
	const size_t reference = (size_t)(strchr(in, '&') - in);

	(void)state;
	for (size_t i = 0; i + 1 < sizeof out; i++) {
		struct qm_trickle trickle = { .bytes = in, .length = strlen(in), .step = 5 };
		struct qm_stream stream = qm_trickle_stream(&trickle);
		struct qm_verdict verdict;
		struct qm_filter filter;
		char chunk[QM_FILTER_LEAST];

		qm_verdict_init(&verdict);
		qm_filter_init(&filter);
		qm_filter_begin(&filter, &stream);
		filter.watch = i;
		assert_int_equal(
			qm_filter_read(&filter, chunk, sizeof chunk, &verdict), strlen(out));
		assert_true(filter.watch_found);
		if ((unsigned char)out[i] < 0x80)
			assert_int_equal(in[filter.watch_source], out[i]);
		else
			assert_true(filter.watch_source ==
				(out[i + 1] == '<' || i < 31 ? control : reference));
		qm_filter_release(&filter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_border_of_a_chunk_may_be_anywhere),
		cmocka_unit_test(the_border_of_the_buffer_may_be_anywhere),
		cmocka_unit_test(refusals),
		cmocka_unit_test(long_sections_are_split_between_characters),
		cmocka_unit_test(the_end_of_a_section_is_never_cut),
		cmocka_unit_test(places_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
