#include "parsers/limits.h"
#include "parsers/xml.h"
#include "src/base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_TEXT = 8 << 20 };

/* What the handlers were told: "(testsuite name=s|text|)". */
struct told {
	struct qm_buf text;
	const char *stop_at; /* a handler says no at this element */
	size_t calls;
};

static bool on_start(void *context, const struct qm_xml_element *element)
{
	struct told *told = context;

	told->calls++;
	qm_buf_add_format(&told->text, "(%s", element->text);
	for (size_t i = 0; i < element->attribute_count; i++) {
		const struct qm_xml_attribute *attribute = &element->attributes[i];

		qm_buf_add_format(&told->text, " %s=", qm_name_text(attribute->name));
		qm_buf_add(&told->text, attribute->value, attribute->length);
	}
	qm_buf_add_char(&told->text, '|');
	return !told->stop_at || strcmp(told->stop_at, element->text) != 0;
}

static bool on_text(void *context, const char *bytes, size_t length)
{
	struct told *told = context;

	told->calls++;
	qm_buf_add(&told->text, bytes, length);
	return true;
}

static bool on_end(void *context, enum qm_name name, unsigned depth)
{
	struct told *told = context;

	(void)name;
	told->calls++;
	qm_buf_add_format(&told->text, ")%u", depth);
	return true;
}

static void read_text(struct qm_xml *xml, struct told *told, struct qm_verdict *verdict,
	const char *text, size_t step)
{
	const struct qm_xml_handlers handlers = {
		.context = told,
		.start = on_start,
		.text = on_text,
		.end = on_end,
	};
	size_t length = strlen(text);

	told->calls = 0;
	qm_verdict_init(verdict);
	qm_xml_begin(xml, &handlers, verdict);
	for (size_t at = 0; at < length; at += step)
		if (!qm_xml_feed(xml, text + at, length - at < step ? length - at : step))
			break;
	qm_xml_finish(xml);
}

static void check_with(
	struct qm_xml *xml, const char *text, const char *want, enum qm_reason reason, size_t step)
{
	struct told told = { .stop_at = NULL };
	struct qm_verdict verdict;

	qm_buf_init(&told.text, MAX_TEXT);
	read_text(xml, &told, &verdict, text, step);
	if (verdict.reason != reason)
		fail_msg("%.200s by %zu: want %s, got %s: %s", text, step,
			reason ? qm_reason_name(reason) : "none",
			verdict.reason ? qm_reason_name(verdict.reason) : "none",
			verdict.error.text);
	if (want)
		assert_string_equal(told.text.data, want);
	qm_buf_release(&told.text);
}

/* By one reader, in pieces of each size, so each begins where another one has ended badly. */
static void check(const char *text, const char *want, enum qm_reason reason)
{
	struct qm_xml *xml = qm_xml_new();

	for (size_t step = 1; step < 12; step++)
		check_with(xml, text, want, reason, step);
	check_with(xml, text, want, reason, 100000);
	qm_xml_free(xml);
}

static void names_come_without_prefix_and_attributes_only_without_one(void **state)
{
	(void)state;
	check("<a:testcase xmlns:a='u' name='n' a:name='x' other='y' class=\"c\">t</a:testcase>",
		"(testcase name=n class=c|t)1", QM_REASON_NONE);
	/* An unbound prefix is a remark, no failure. */
	check("<b:x><c:y c:z='1' name='n'/></b:x>", "(x|(y name=n|)2)1", QM_REASON_NONE);
}

static void text_comes_in_all_its_forms(void **state)
{
	(void)state;
	check("<a>x &amp;&lt;&#65; <![CDATA[<y>&amp;]]>\r\n</a>", "(a|x &<A <y>&amp;\n)1",
		QM_REASON_NONE);
	check("<a name='&amp;&#38;&lt;&quot; &#10;\n'/>", "(a name=&&<\" \n |)1", QM_REASON_NONE);
	check("<a>\xe2\x82\xac\xf0\x9f\x98\x80</a>", "(a|\xe2\x82\xac\xf0\x9f\x98\x80)1",
		QM_REASON_NONE);
	check("<?xml version='1.1' encoding='no-such'?><?p i?><!-- c --><a/><!-- d -->", "(a|)1",
		QM_REASON_NONE);
}

static void breaches_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum qm_reason reason;
	} rows[] = {
		{ "<a", QM_REASON_TRUNCATED },
		{ "<a>", QM_REASON_TRUNCATED },
		{ "<a b='c", QM_REASON_TRUNCATED },
		{ "<a>text", QM_REASON_TRUNCATED },
		{ "<a>&am", QM_REASON_TRUNCATED },
		{ "<a><![CDATA[x", QM_REASON_TRUNCATED },
		{ "<a><!-- x", QM_REASON_TRUNCATED },
		{ "<a><!-- <b> -", QM_REASON_TRUNCATED },
		{ "<a><!-- <b> --", QM_REASON_TRUNCATED },
		{ "<a><?x", QM_REASON_TRUNCATED },
		{ "<a></a", QM_REASON_TRUNCATED },
		{ "<a>\xe2\x82", QM_REASON_TRUNCATED },
		{ "<a b='\xf0\x9f", QM_REASON_TRUNCATED },
		{ "<?xml version='1.0'?>", QM_REASON_TRUNCATED },
		{ "<!-- only -->", QM_REASON_TRUNCATED },
		{ "<a/><!-- x", QM_REASON_TRUNCATED },
		{ "<a></b>", QM_REASON_MALFORMED },
		{ "<a b=c/>", QM_REASON_MALFORMED },
		{ "<a b='1' b='2'/>", QM_REASON_MALFORMED },
		{ "<a>&nbsp;</a>", QM_REASON_MALFORMED },
		{ "<a>]]></a>", QM_REASON_MALFORMED },
		{ "<a><!-- -- --></a>", QM_REASON_MALFORMED },
		{ "<a><!-- <b> -- x", QM_REASON_MALFORMED },
		{ "<a/><b/>", QM_REASON_MALFORMED },
		{ "<a/>x ", QM_REASON_MALFORMED },
		{ "<a>R&D</a>", QM_REASON_MALFORMED },
		{ "<a b='<'/>", QM_REASON_MALFORMED },
		{ "<a>&#0;</a>", QM_REASON_MALFORMED },
		{ "<a>&#0;\xe2\x82\xac</a>", QM_REASON_MALFORMED },
		{ "<a>\xff</a>", QM_REASON_ENCODING },
		{ "<a b='\x80'/>", QM_REASON_ENCODING },
		{ "<a b='\x80'>", QM_REASON_ENCODING },
		{ "<\xff/>", QM_REASON_ENCODING },
		{ "<a \xff='b'/>", QM_REASON_ENCODING },
		{ "<a><!--\xff--></a>", QM_REASON_ENCODING },
		{ "<a>\xc0\xaf</a>", QM_REASON_ENCODING },
		{ "<a>\xed\xa0\x80</a>", QM_REASON_ENCODING },
		{ "<a>\xf4\x90\x80\x80</a>", QM_REASON_ENCODING },
		{ "<a><![CDATA[\xe9 ]]></a>", QM_REASON_ENCODING },
		{ "<a><![CDATA[\xed\xa0\x80]]></a>", QM_REASON_ENCODING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(rows[i].text, NULL, rows[i].reason);
}

static void no_handler_is_called_after_a_failure(void **state)
{
	struct told told = { .stop_at = "stop" };
	struct qm_xml *xml = qm_xml_new();
	struct qm_verdict verdict;

	(void)state;
	qm_buf_init(&told.text, MAX_TEXT);
	read_text(xml, &told, &verdict, "<a>x<stop>y</stop>z</a>", 1000);
	assert_string_equal(told.text.data, "(a|x(stop|");
	assert_int_equal(verdict.reason, QM_REASON_NONE);
	qm_buf_clear(&told.text);
	read_text(xml, &told, &verdict, "<a>x</b>y<c/></a>", 1000);
	assert_string_equal(told.text.data, "(a|x");
	assert_int_equal(verdict.reason, QM_REASON_MALFORMED);
	qm_buf_release(&told.text);
	qm_xml_free(xml);
}

/* "<a>" so many times, and closed again. */
static void nest(struct qm_buf *text, size_t depth)
{
	qm_buf_clear(text);
	for (size_t i = 0; i < depth; i++)
		qm_buf_add_text(text, "<a>");
	for (size_t i = 0; i < depth; i++)
		qm_buf_add_text(text, "</a>");
}

static void add_attributes(struct qm_buf *text, const char *name, size_t count)
{
	for (size_t i = 0; i < count; i++)
		qm_buf_add_format(text, " %s%zu='u'", name, i);
}

static void repeat(struct qm_buf *text, const char *head, size_t count, const char *tail)
{
	qm_buf_clear(text);
	qm_buf_add_text(text, head);
	for (size_t i = 0; i < count; i++)
		qm_buf_add_char(text, 'x');
	qm_buf_add_text(text, tail);
}

static void ceilings_are_kept(void **state)
{
	struct qm_xml *xml = qm_xml_new();
	struct qm_buf text;

	(void)state;
	qm_buf_init(&text, MAX_TEXT);
	nest(&text, QM_MAX_DEPTH);
	check_with(xml, text.data, NULL, QM_REASON_NONE, 65536);
	nest(&text, QM_MAX_DEPTH + 1);
	check_with(xml, text.data, NULL, QM_REASON_LIMIT, 65536);
	for (size_t more = 0; more < 2; more++) {
		qm_buf_clear(&text);
		qm_buf_add_text(&text, "<a");
		add_attributes(&text, "a", QM_MAX_ATTRIBUTES + more);
		qm_buf_add_text(&text, "/>");
		check_with(xml, text.data, NULL, more ? QM_REASON_LIMIT : QM_REASON_NONE, 65536);
	}
	for (size_t more = 0; more < 2; more++) {
		qm_buf_clear(&text);
		/* What one element declares is out of scope in the next. */
		for (size_t i = 0; i < 3; i++) {
			qm_buf_add_text(&text, i ? "<a" : "<r><a");
			add_attributes(&text, "xmlns:n", QM_MAX_NAMESPACES + more);
			qm_buf_add_text(&text, "/>");
		}
		qm_buf_add_text(&text, "</r>");
		check_with(xml, text.data, NULL, more ? QM_REASON_LIMIT : QM_REASON_NONE, 65536);
	}
	repeat(&text, "<a b='", QM_MAX_PENDING - 100000, "'/>");
	check_with(xml, text.data, NULL, QM_REASON_NONE, 65536);
	repeat(&text, "<a b='", QM_MAX_PENDING + 100000, "'/>");
	check_with(xml, text.data, NULL, QM_REASON_LIMIT, 65536);
	repeat(&text, "<a><!--", QM_MAX_PENDING + 100000, "--></a>");
	check_with(xml, text.data, NULL, QM_REASON_LIMIT, 65536);
	repeat(&text, "<a><", 60000, "/></a>");
	check_with(xml, text.data, NULL, QM_REASON_LIMIT, 65536);
	repeat(&text, "<a>", QM_MAX_PENDING + 100000, "</a>");
	check_with(xml, text.data, NULL, QM_REASON_NONE, 65536);
	qm_buf_release(&text);
	qm_xml_free(xml);
}

/* libxml2 keeps each name: many are refused, and a next document starts with none of them. */
static void different_names_are_few(void **state)
{
	struct qm_xml *xml = qm_xml_new();
	struct qm_buf text;

	(void)state;
	qm_buf_init(&text, MAX_TEXT);
	for (int round = 0; round < 2; round++) {
		qm_buf_clear(&text);
		qm_buf_add_text(&text, "<a>");
		for (int i = 0; i < 20000; i++)
			qm_buf_add_format(
				&text, "<some-long-element-name-of-round-%d-%d/>", round, i);
		qm_buf_add_text(&text, "</a>");
		check_with(xml, text.data, NULL, QM_REASON_LIMIT, 65536);
		check_with(xml, "<testcase name='n'/>", "(testcase name=n|)1", QM_REASON_NONE, 4);
	}
	for (int i = 0; i < 100; i++) {
		qm_buf_clear(&text);
		qm_buf_add_text(&text, "<a>");
		for (int k = 0; k < 100; k++)
			qm_buf_add_format(
				&text, "<some-long-element-name-of-document-%d-%d/>", i, k);
		qm_buf_add_text(&text, "</a>");
		check_with(xml, text.data, NULL, QM_REASON_NONE, 65536);
	}
	check_with(xml, "<testcase name='n'/>", "(testcase name=n|)1", QM_REASON_NONE, 4);
	qm_buf_release(&text);
	qm_xml_free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_without_prefix_and_attributes_only_without_one),
		cmocka_unit_test(text_comes_in_all_its_forms),
		cmocka_unit_test(breaches_are_told_apart),
		cmocka_unit_test(no_handler_is_called_after_a_failure),
		cmocka_unit_test(ceilings_are_kept),
		cmocka_unit_test(different_names_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
