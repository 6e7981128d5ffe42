#include "parsers/limits.h"
#include "parsers/reader.h"
#include "src/base/file.h"
#include "src/base/memory.h"
#include "tests/parsers/events.h"

#include <iconv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { MAX_BYTES = 64 << 20 };

/* A report file in a folder of its own, and what the last reading of it has told. */
struct stage {
	char folder[64], file[96];
	struct qm_buf told;
};

static int set_up(void **state)
{
	struct stage *stage = qm_alloc(sizeof *stage);

	(void)snprintf(stage->folder, sizeof stage->folder, "/tmp/qm-reader-XXXXXX");
	if (!mkdtemp(stage->folder))
		return -1;
	(void)snprintf(stage->file, sizeof stage->file, "%s/report.xml", stage->folder);
	qm_buf_init(&stage->told, MAX_BYTES);
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	(void)unlink(stage->file);
	(void)rmdir(stage->folder);
	qm_buf_release(&stage->told);
	free(stage);
	return 0;
}

static void write_report(struct stage *stage, const char *bytes, size_t length)
{
	assert_int_equal(qm_file_write(stage->file, bytes, length, NULL), QM_OK);
}

static const char *read_with(struct stage *stage, const struct qm_reader_options *options)
{
	struct qm_reader *reader = qm_reader_new(options);
	struct qm_sink sink = qm_events_sink(&stage->told);

	qm_buf_clear(&stage->told);
	assert_int_equal(qm_reader_read(reader, stage->file, &sink, NULL), QM_OK);
	qm_reader_free(reader);
	return stage->told.data;
}

static const char *read_text(struct stage *stage, const char *text, enum qm_salvage salvage)
{
	const struct qm_reader_options options = { .salvage = salvage };

	write_report(stage, text, strlen(text));
	return read_with(stage, &options);
}

static bool is_salvaged(struct stage *stage, const char *text, enum qm_salvage salvage)
{
	const char *told = read_text(stage, text, salvage);

	assert_non_null(strstr(told, "\nerror "));
	return strstr(told, " salvaged ") != NULL;
}

static void salvage_depends_on_the_kind_of_break(void **state)
{
	static const char truncated[] = "<testsuite><testcase name='a'/>";
	static const char malformed[] = "<testsuite><testcase name='a'/></x>";
	static const char encoding[] = "<testsuite><testcase name='a'/>\xff</testsuite>";
	static const char other[] = "<html><testcase/>";
	static const char check[] = "<testsuites><suite/></testsuites>";
	static const char entity[] = "<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>";

	assert_true(is_salvaged(*state, truncated, QM_SALVAGE_TRUNCATED));
	assert_true(is_salvaged(*state, truncated, QM_SALVAGE_ALL));
	assert_false(is_salvaged(*state, truncated, QM_SALVAGE_OFF));
	assert_false(is_salvaged(*state, malformed, QM_SALVAGE_TRUNCATED));
	assert_true(is_salvaged(*state, malformed, QM_SALVAGE_ALL));
	assert_false(is_salvaged(*state, malformed, QM_SALVAGE_OFF));
	assert_false(is_salvaged(*state, encoding, QM_SALVAGE_TRUNCATED));
	assert_true(is_salvaged(*state, encoding, QM_SALVAGE_ALL));
	assert_false(is_salvaged(*state, other, QM_SALVAGE_ALL));
	assert_false(is_salvaged(*state, check, QM_SALVAGE_ALL));
	assert_false(is_salvaged(*state, entity, QM_SALVAGE_ALL));
	assert_false(is_salvaged(*state, " ", QM_SALVAGE_ALL));
}

/* A report of all kinds of markup, cut off behind each of its bytes. */
static void each_way_to_cut_a_report_off_is_truncated(void **state)
{
	static const char text[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- note -->\n<!DOCTYPE testsuites>"
		"<testsuites><testsuite name='\xc3\xbc \xe2\x82\xac'>\n"
		"<properties><property name='a' value='b'/></properties>"
		"<testcase name='1' time='0.5'><failure message='m&amp;&#10;'>t &lt; "
		"\xf0\x9f\x98\x80<![CDATA[x]]></failure><system-out>o<![CDATA[p]]></system-out>"
		"</testcase><?pi x?></testsuite></testsuites>";

	for (size_t length = 1; length + 1 < sizeof text; length++) {
		const struct qm_reader_options options = { .salvage = QM_SALVAGE_TRUNCATED };
		const char *told;

		write_report(*state, text, length);
		told = read_with(*state, &options);
		if (!strstr(told, "\nerror truncated ") &&
			strncmp(told, "end none\nerror truncated", 24) != 0)
			fail_msg("cut to %zu bytes: %s", length, told);
	}
	assert_null(strstr(read_text(*state, text, QM_SALVAGE_OFF), "error"));
}

/* The same report in other encodings says the same. */
static void encodings_make_no_difference(void **state)
{
	static const struct {
		const char *declared, *converted;
	} rows[] = {
		{ "ISO-8859-1", "ISO-8859-1" },
		{ "windows-1252", "CP1252" },
		{ "UTF-16", "UTF-16" },
		{ "UTF-16", "UTF-16LE" },
		{ "GB18030", "GB18030" },
		{ "UTF-8", "UTF-8" },
	};
	static const char body[] =
		"<testsuite name='pr\xc3\xbc"
		"ft'><testcase name='\xc3\xa9t\xc3\xa9'>"
		"<failure>\x1b[0m &#7;</failure><system-out>\xc3\x9f</system-out>"
		"</testcase></testsuite>";
	char *want = qm_strdup(read_text(*state, body, QM_SALVAGE_OFF));

	assert_non_null(strstr(want, "replaced=2"));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		iconv_t converter = iconv_open(rows[i].converted, "UTF-8");
		const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
		char text[1024], packed[4096], *in = text, *out = packed;
		size_t out_left = sizeof packed;
		size_t in_left = (size_t)snprintf(text, sizeof text,
			"<?xml version='1.0' encoding='%s'?>\n%s", rows[i].declared, body);

		assert_true(converter != (iconv_t)-1);
		assert_int_equal(iconv(converter, &in, &in_left, &out, &out_left), 0);
		(void)iconv_close(converter);
		write_report(*state, packed, sizeof packed - out_left);
		assert_string_equal(read_with(*state, &options), want);
	}
	free(want);
}

static void tests_and_bytes_have_ceilings(void **state)
{
	static const char text[] = "<testsuite><testcase/><testcase/><testcase/></testsuite>";
	struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF, .max_tests = 2 };

	write_report(*state, text, strlen(text));
	assert_non_null(strstr(read_with(*state, &options), "tests=2 passed=2\nerror limit"));
	options.max_tests = 3;
	assert_null(strstr(read_with(*state, &options), "error"));
	options.max_bytes = strlen(text) - 1;
	assert_non_null(strstr(read_with(*state, &options), "error limit 1:56"));
	options.max_bytes = strlen(text);
	assert_null(strstr(read_with(*state, &options), "error"));
}

/* A text of `count` bytes between head and tail. */
static const char *read_long(struct stage *stage, const char *head, size_t count, const char *tail)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	struct qm_buf text;

	qm_buf_init(&text, MAX_BYTES);
	qm_buf_add_text(&text, head);
	for (size_t i = 0; i < count; i++)
		qm_buf_add_char(&text, 'x');
	qm_buf_add_text(&text, tail);
	write_report(stage, text.data, text.length);
	qm_buf_release(&text);
	return read_with(stage, &options);
}

static void names_are_never_cut_and_messages_are(void **state)
{
	const char *told =
		read_long(*state, "<testsuite><testcase name='", QM_MAX_NAME, "'/></testsuite>");

	assert_null(strstr(told, "error"));
	assert_true(strlen(told) > QM_MAX_NAME);
	told = read_long(*state, "<testsuite><testcase name='", QM_MAX_NAME + 1, "'/></testsuite>");
	assert_non_null(strstr(told, "error limit"));
	told = read_long(
		*state, "<testng-results><suite name='", QM_MAX_NAME + 1, "'/></testng-results>");
	assert_non_null(strstr(told, "error limit"));
	told = read_long(*state, "<testsuite><testcase><failure message='", 100000,
		"'/></testcase></testsuite>");
	assert_null(strstr(told, "error"));
	assert_in_range(strlen(told), QM_MAX_MESSAGE, QM_MAX_MESSAGE + 200);
	told = read_long(*state, "<testsuite><testcase><failure>", 100000,
		"</failure></testcase></testsuite>");
	assert_null(strstr(told, "error"));
	assert_in_range(strlen(told), QM_MAX_MESSAGE, QM_MAX_MESSAGE + 200);
}

static void too_many_properties_are_refused(void **state)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	struct qm_buf text;

	qm_buf_init(&text, MAX_BYTES);
	qm_buf_add_text(&text, "<testsuite>");
	for (size_t i = 0; i <= QM_MAX_PROPERTIES; i++)
		qm_buf_add_text(&text, "<property name='a' value='b'/>");
	qm_buf_add_text(&text, "</testsuite>");
	write_report(*state, text.data, text.length);
	assert_non_null(strstr(read_with(*state, &options), "error limit"));
	qm_buf_release(&text);
}

/* What TestNG holds back is handed out early rather than kept without end. */
static void held_results_keep_their_order(void **state)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	const size_t count = 2 * QM_MAX_HELD + 10;
	const char *told, *at;
	struct qm_buf text;

	qm_buf_init(&text, MAX_BYTES);
	qm_buf_add_text(&text, "<testng-results><suite><test><class name='c'>");
	for (size_t i = 0; i < count; i++)
		qm_buf_add_format(&text, "<test-method status='%s' name='m%zu'/>",
			i % 3 ? "PASS" : "SKIP", i);
	qm_buf_add_text(&text,
		"<test-method is-config='true' status='FAIL' name='late'/>"
		"</class></test></suite></testng-results>");
	write_report(*state, text.data, text.length);
	told = at = read_with(*state, &options);
	for (size_t i = 0; i < count; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, " name=\"m%zu\"", i);
		at = strstr(at, name);
		assert_non_null(at);
	}
	/* The last ones were still held when the set-up method had failed. */
	assert_non_null(strstr(told, "outcome=not_reached"));
	assert_non_null(strstr(told, "outcome=skipped"));
	qm_buf_release(&text);
}

static enum qm_code refuse_result(void *context, const struct qm_result *result)
{
	int *left = context;

	(void)result;
	return --*left < 0 ? QM_ESTOPPED : QM_OK;
}

static enum qm_code refuse_end(void *context, const struct qm_report_end *end)
{
	(void)context;
	(void)end;
	return QM_EIO;
}

static void a_sink_that_fails_ends_the_reading(void **state)
{
	static const char *const texts[] = {
		"<testsuite><testcase/><testcase/><testcase/></x>",
		"<testng-results><suite><test><class><test-method status='SKIP'/>"
		"<test-method status='SKIP'/><test-method status='PASS'/></class></test></suite>",
	};
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	struct stage *stage = *state;

	for (size_t i = 0; i < 2; i++) {
		int left = 1;
		const struct qm_sink sink = { .context = &left, .result = refuse_result };
		const struct qm_sink last = { .report_end = refuse_end };
		struct qm_reader *reader = qm_reader_new(&options);
		struct qm_error err;

		qm_error_init(&err);
		write_report(stage, texts[i], strlen(texts[i]));
		assert_int_equal(qm_reader_read(reader, stage->file, &sink, &err), QM_ESTOPPED);
		assert_int_equal(left, -1);
		assert_int_equal(err.code, QM_ESTOPPED);
		assert_int_equal(qm_reader_read(reader, stage->file, &last, NULL), QM_EIO);
		qm_reader_free(reader);
	}
}

static void a_report_that_is_not_there_is_unreadable(void **state)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_ALL };

	assert_string_equal(read_with(*state, &options),
		"end none\nerror unreadable 0:0 text=\"the file cannot be opened: No such file or "
		"directory\"\n");
}

static enum qm_report_kind sniff(struct stage *stage, const char *text)
{
	const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
	struct qm_reader *reader = qm_reader_new(&options);
	enum qm_report_kind kind;

	write_report(stage, text, strlen(text));
	kind = qm_reader_sniff(reader, stage->file);
	assert_int_equal(qm_reader_sniff(reader, "-"), QM_REPORT_NONE);
	assert_int_equal(qm_reader_sniff(reader, "/nonexistent"), QM_REPORT_NONE);
	qm_reader_free(reader);
	return kind;
}

static void kinds_are_told_by_the_head(void **state)
{
	assert_int_equal(
		sniff(*state, "<?xml version='1.0'?><!-- <x> -->\n<testsuites>"), QM_REPORT_JUNIT);
	assert_int_equal(sniff(*state, "<j:testsuite xmlns:j='u'/> and more"), QM_REPORT_JUNIT);
	assert_int_equal(sniff(*state, "\xef\xbb\xbf<testrun><broken"), QM_REPORT_JUNIT);
	assert_int_equal(sniff(*state, "<testng-results a='b'>"), QM_REPORT_TESTNG);
	assert_int_equal(sniff(*state, "<failsafe-summary/>"), QM_REPORT_NONE);
	assert_int_equal(sniff(*state, ""), QM_REPORT_NONE);
	assert_int_equal(sniff(*state, "{}"), QM_REPORT_NONE);
	assert_int_equal(
		sniff(*state, "<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>"), QM_REPORT_NONE);
	assert_int_equal(sniff(*state, "<testsu"), QM_REPORT_NONE);
}

/* In a child, so that this process keeps its standard input. */
static void standard_input_is_read(void **state)
{
	static const char text[] = "<testsuite><testcase name='a'/>\n</x>";
	int ends[2], status = 0;
	pid_t child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), strlen(text));
	(void)close(ends[1]);
	child = fork();
	if (child == 0) {
		const struct qm_reader_options options = { .salvage = QM_SALVAGE_OFF };
		struct qm_reader *reader = qm_reader_new(&options);
		struct qm_buf told;
		struct qm_sink sink = qm_events_sink(&told);
		bool good;

		qm_buf_init(&told, MAX_BYTES);
		(void)dup2(ends[0], STDIN_FILENO);
		good = qm_reader_read(reader, "-", &sink, NULL) == QM_OK &&
			strstr(told.data, "name=\"a\"") &&
			strstr(told.data, "error malformed 0:0 ");
		qm_reader_free(reader);
		qm_buf_release(&told);
		_exit(good ? 0 : 1);
	}
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

struct signalled {
	volatile sig_atomic_t number;
};

static enum qm_code end_by_signal(void *context, const struct qm_result *result)
{
	struct signalled *signalled = context;

	(void)result;
	signalled->number = SIGTERM;
	return QM_OK;
}

/* More tests than a chunk holds: the reading ends before the second chunk. */
static void a_signal_ends_the_reading_without_a_verdict(void **state)
{
	struct stage *stage = *state;
	struct signalled signalled = { 0 };
	const struct qm_reader_options options = { .stop = { .interrupted = &signalled.number } };
	const struct qm_sink sink = { .context = &signalled, .result = end_by_signal };
	struct qm_reader *reader = qm_reader_new(&options);
	struct qm_error err;
	struct qm_buf text;

	qm_buf_init(&text, MAX_BYTES);
	qm_buf_add_text(&text, "<testsuite>");
	while (text.length < 4 * QM_MAX_CHUNK)
		qm_buf_add_text(&text, "<testcase name='a'/>");
	qm_buf_add_text(&text, "</testsuite>");
	write_report(stage, text.data, text.length);
	qm_buf_release(&text);
	qm_error_init(&err);
	assert_int_equal(qm_reader_read(reader, stage->file, &sink, &err), QM_ESTOPPED);
	assert_int_equal(err.code, QM_ESTOPPED);
	assert_non_null(strstr(err.text, "signal"));
	qm_reader_free(reader);
}

/* A second for each look at the clock, of which there is one a chunk at least. */
static int64_t pass_a_second(void *context)
{
	return *(int64_t *)context += 1000;
}

static void a_deadline_ends_the_reading_without_a_verdict(void **state)
{
	int64_t ticks_ms = 0;
	const struct qm_clock clock = { .ticks_ms = pass_a_second, .context = &ticks_ms };
	const struct qm_reader_options options = { .stop = {
							   .clock = &clock, .allowed_ms = 2000 } };
	const struct qm_sink nobody = { .context = NULL };
	struct qm_reader *reader = qm_reader_new(&options);
	struct stage *stage = *state;
	struct qm_error err;

	write_report(stage, "<testsuite/>", strlen("<testsuite/>"));
	qm_error_init(&err);
	assert_int_equal(qm_reader_read(reader, stage->file, &nobody, &err), QM_ESTOPPED);
	assert_string_equal(err.text, "the time of --deadline (2 s) was over while it was read");
	assert_string_equal(err.source, stage->file);
	qm_reader_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			salvage_depends_on_the_kind_of_break, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			each_way_to_cut_a_report_off_is_truncated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(encodings_make_no_difference, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tests_and_bytes_have_ceilings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			names_are_never_cut_and_messages_are, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_properties_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(held_results_keep_their_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_sink_that_fails_ends_the_reading, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_report_that_is_not_there_is_unreadable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(kinds_are_told_by_the_head, set_up, tear_down),
		cmocka_unit_test(standard_input_is_read),
		cmocka_unit_test_setup_teardown(
			a_signal_ends_the_reading_without_a_verdict, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_deadline_ends_the_reading_without_a_verdict, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
