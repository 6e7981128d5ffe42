#include "src/upload/record/history.h"
#include "src/upload/resolve/resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct reader {
	struct qm_history history;
	struct qm_buf bytes;
	struct qm_log log;
	char warnings[2048];
	size_t good;
	struct qm_error err;
};

static void keep_line(void *context, enum qm_log_level level, const char *line)
{
	struct reader *reader = context;
	size_t length = strlen(reader->warnings);

	(void)level;
	(void)snprintf(reader->warnings + length, sizeof reader->warnings - length, "%s\n", line);
}

static int setup(void **state)
{
	struct reader *reader = qm_alloc(sizeof *reader);

	qm_history_init(&reader->history);
	qm_buf_init(&reader->bytes, 1 << 20);
	qm_log_init(&reader->log, QM_LOG_NOTICE, keep_line, reader);
	qm_error_init(&reader->err);
	*state = reader;
	return 0;
}

static int teardown(void **state)
{
	struct reader *reader = *state;

	qm_buf_release(&reader->bytes);
	qm_history_release(&reader->history);
	free(reader);
	return 0;
}

/* A line in which ' stands for ", without its closing bracket. */
static void add(struct reader *reader, const char *text)
{
	struct qm_buf line;

	qm_buf_init(&line, 4096);
	for (; *text; text++)
		qm_buf_add_char(&line, *text == '\'' ? '"' : *text);
	qm_history_seal(&line);
	qm_buf_add(&reader->bytes, line.data, line.length);
	qm_buf_release(&line);
}

static const char header[] = "{'qmetry-ci':'journal','version':2,'id':'ab','url':'https://q',"
			     "'project':'VKMC','begun_at':'2026-01-15T10:30:00Z',"
			     "'settings':{'batch_size':2,'verify':true,'receipt':null}";
static const char execution[] = "{'execution':0,'suite':'VKMC-TS-20','suite_run':'2720260',"
				"'platform':'Chrome','release':'','cycle':''";
static const char call[] =
	"{'call':0,'execution':0,'arguments':{'projectKey':'VKMC','entityType':'TCR',"
	"'entityIDs':'1001,1002,1003','qmTsRunId':'2720260','runStatusID':2,'dropID':947,"
	"'comments':'nightly'},'runs':[{'key':'VKMC-TC-1','before':4,'outcome':'failed',"
	"'tests':['a.B.c'],'report':0},{'key':'VKMC-TC-2','before':0,'outcome':'errored'},"
	"{'key':'VKMC-TC-3','before':1,'outcome':'missing'}]";
static const char report[] = "{'report':0,'path':'TEST-a.xml','sha256':''";
static const char end[] = "{'planned':{'calls':1,'updates':3}";

static void add_plan(struct reader *reader)
{
	add(reader, header);
	add(reader, execution);
	add(reader, report);
	add(reader, call);
	add(reader, end);
}

static enum qm_code read(struct reader *reader)
{
	return qm_history_read(&reader->history, reader->bytes.data, reader->bytes.length, "j",
		&reader->log, &reader->good, &reader->err);
}

static const struct qm_entry *entry(const struct reader *reader, size_t index)
{
	return qm_vec_at(&reader->history.entries, index);
}

static void a_plan_is_read_as_it_was_written(void **state)
{
	struct reader *reader = *state;

	add_plan(reader);
	assert_int_equal(read(reader), QM_OK);
	assert_true(reader->history.is_complete);
	assert_int_equal(reader->good, reader->bytes.length);
	assert_string_equal(reader->history.project, "VKMC");
	assert_int_equal(reader->history.batch_size, 2);
	assert_true(reader->history.verify);
	assert_null(reader->history.receipt);
	assert_int_equal(reader->history.entries.count, 3);
	assert_int_equal(entry(reader, 0)->id, 1001);
	assert_int_equal(entry(reader, 0)->build_id, 947);
	assert_string_equal(entry(reader, 0)->comment, "nightly");
	assert_string_equal(entry(reader, 0)->tests[0], "a.B.c");
	assert_int_equal(entry(reader, 0)->outcome, QM_FAILED);
	assert_int_equal(entry(reader, 0)->report, 0);
	assert_int_equal(entry(reader, 1)->before_id, 0);
	assert_int_equal(entry(reader, 1)->report, QM_NONE);
	assert_int_equal(entry(reader, 2)->outcome, QM_TARGET_MISSING);
	assert_ptr_equal(
		qm_history_find(&reader->history, "TCR", "2720260", 1003), entry(reader, 2));
	assert_null(qm_history_find(&reader->history, "TCSR", "2720260", 1003));
	assert_null(qm_history_find(&reader->history, "TCR", "2720261", 1003));
}

static void steps_are_told_apart_from_runs_of_the_same_id(void **state)
{
	static const char steps[] =
		"{'call':1,'execution':0,'arguments':{'entityType':'TCSR','entityIDs':'1001',"
		"'runStatusID':2,'type':'TCSR'},'runs':[{'key':'VKMC-TC-1','step':2,"
		"'case_run':1001,'before':0,'outcome':'failed'}]";
	struct reader *reader = *state;
	const struct qm_entry *step;

	add(reader, "{'qmetry-ci':'journal','version':2,'url':'https://q','project':'VKMC'");
	add(reader, execution);
	add(reader, report);
	add(reader, call);
	add(reader, steps);
	add(reader, "{'planned':{'calls':2,'updates':4}");
	add(reader, "{'done':[[3,1]]");
	assert_int_equal(read(reader), QM_OK);
	step = qm_history_find(&reader->history, "TCSR", "2720260", 1001);
	assert_ptr_equal(step, entry(reader, 3));
	assert_int_equal(step->step, 2);
	assert_int_equal(step->case_run, 1001);
	assert_int_equal(step->state, QM_ENTRY_DONE);
	assert_int_equal(
		qm_history_find(&reader->history, "TCR", "2720260", 1001)->state, QM_ENTRY_PENDING);
}

static void what_happened_is_known_by_update(void **state)
{
	struct reader *reader = *state;

	add_plan(reader);
	add(reader, "{'begun':[[0,3]]");
	add(reader, "{'begun':[[0,1],[2,1]]");
	add(reader, "{'done':[[0,1],[2,1]]");
	add(reader, "{'begun':[[1,1]]");
	add(reader, "{'failed':[[1,1]]");
	/* What is done stays done. */
	add(reader, "{'begun':[[0,1]]");
	assert_int_equal(read(reader), QM_OK);
	assert_string_equal(reader->warnings, "");
	assert_int_equal(entry(reader, 0)->state, QM_ENTRY_DONE);
	assert_int_equal(entry(reader, 1)->state, QM_ENTRY_FAILED);
	assert_int_equal(entry(reader, 2)->state, QM_ENTRY_DONE);
	assert_int_equal(qm_history_count(&reader->history, QM_ENTRY_DONE), 2);
}

static void wherever_it_is_torn_what_stands_before_counts(void **state)
{
	struct reader *reader = *state;
	size_t plan, first, second;

	add_plan(reader);
	plan = reader->bytes.length;
	add(reader, "{'begun':[[0,2]]");
	first = reader->bytes.length;
	add(reader, "{'done':[[0,2]]");
	second = reader->bytes.length;
	for (size_t length = 0; length <= second; length++) {
		struct qm_history history;
		size_t good = SIZE_MAX;

		qm_history_init(&history);
		assert_int_equal(qm_history_read(&history, reader->bytes.data, length, "j",
					 &reader->log, &good, &reader->err),
			QM_OK);
		assert_int_equal(history.is_complete, length >= plan);
		assert_int_equal(
			qm_history_count(&history, QM_ENTRY_DONE), length == second ? 2 : 0);
		if (length >= plan)
			assert_int_equal(good,
				length == second          ? second
					: length >= first ? first
							  : plan);
		qm_history_release(&history);
	}
	assert_string_equal(reader->warnings, "");
}

static void a_changed_byte_is_never_taken_at_its_word(void **state)
{
	struct reader *reader = *state;
	size_t plan;

	add_plan(reader);
	plan = reader->bytes.length;
	add(reader, "{'done':[[0,1]]");
	add(reader, "{'done':[[1,1]]");
	for (size_t at = 0; at < reader->bytes.length; at++) {
		char *byte = &reader->bytes.data[at], kept = *byte;
		struct qm_history history;
		enum qm_code code;
		size_t good;

		qm_history_init(&history);
		qm_error_init(&reader->err);
		*byte ^= 1;
		code = qm_history_read(&history, reader->bytes.data, reader->bytes.length, "j",
			&reader->log, &good, &reader->err);
		if (at < plan)
			assert_int_equal(code, QM_EUSAGE);
		else
			assert_int_equal(code, QM_OK);
		if (!code)
			assert_true(qm_history_count(&history, QM_ENTRY_DONE) < 2);
		*byte = kept;
		qm_history_release(&history);
	}
}

static void a_plan_that_makes_no_sense_is_none(void **state)
{
	static const char *const lines[] = {
		"{'call':0,'execution':1,'arguments':{'entityType':'TCR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1,2',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed'},{'key':'L','outcome':"
		"'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1,1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed'},{'key':'K','outcome':"
		"'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'-1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1',"
		"'runStatusID':0},'runs':[{'key':'K','outcome':'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'odd'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed','report':1}]",
		/* A step run is of a test case run and has a number; no other one has. */
		"{'call':0,'execution':0,'arguments':{'entityType':'TCSR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','outcome':'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCSR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','step':1,'outcome':'failed'}]",
		"{'call':0,'execution':0,'arguments':{'entityType':'TCR','entityIDs':'1',"
		"'runStatusID':2},'runs':[{'key':'K','step':1,'case_run':7,'outcome':'failed'}]",
		"{'planned':{'calls':1,'updates':0}",
		"{'execution':2,'suite_run':'1'",
		"{'report':1,'path':'a'",
		"{'done':[[0,0]]",
		"{'odd':1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		void *fixture;
		struct reader *reader;

		assert_int_equal(setup(&fixture), 0);
		reader = fixture;
		add(reader, header);
		add(reader, execution);
		add(reader, lines[i]);
		add(reader, end); /* so that it is not the torn end */
		if (read(reader) != QM_EUSAGE)
			fail_msg("%s was taken", lines[i]);
		assert_int_equal(reader->err.line, 3);
		(void)teardown(&fixture);
	}
}

static void events_beyond_the_plan_are_damage(void **state)
{
	static const char *const lines[] = { "{'done':[[0,4]]", "{'done':[[-1,1]]",
		"{'done':[[1,-1]]", "{'done':[[3,9223372036854775807]]", "{'done':[['0',1]]",
		"{'done':[1]", "{'odd':[[0,1]]" };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		void *fixture;
		struct reader *reader;

		assert_int_equal(setup(&fixture), 0);
		reader = fixture;
		add_plan(reader);
		add(reader, lines[i]);
		add(reader, "{'done':[[1,1]]");
		assert_int_equal(read(reader), QM_OK);
		assert_non_null(strstr(reader->warnings, "j:6: the line is damaged"));
		assert_int_equal(qm_history_count(&reader->history, QM_ENTRY_DONE), 1);
		(void)teardown(&fixture);
	}
}

static void other_files_and_versions_are_not_ours(void **state)
{
	struct reader *reader = *state;
	size_t good;

	assert_int_equal(qm_history_read(&reader->history, "hello\n", 6, "j", &reader->log, &good,
				 &reader->err),
		QM_EUSAGE);
	assert_non_null(strstr(reader->err.text, "no journal"));
	qm_error_init(&reader->err);
	add(reader, "{'qmetry-ci':'journal','version':9,'url':'u','project':'p'");
	add(reader, execution);
	assert_int_equal(read(reader), QM_EUSAGE);
	assert_non_null(strstr(reader->err.text, "version 9"));
}

/* `known` and `today`: SHA-256s by a letter each, "-" for one that nobody knows. */
static bool is_of(const char *known, const char *today)
{
	struct qm_history history;
	struct qm_map digests;
	bool result;

	qm_history_init(&history);
	qm_map_init(&digests);
	for (; *known; known++) {
		const char digest[] = { *known == '-' ? '\0' : *known, '\0' };
		const struct qm_origin_report origin = { "r",
			qm_arena_strdup(&history.arena, digest) };

		qm_vec_push(&history.reports, &origin);
	}
	for (; *today; today++) {
		const char digest[] = { *today == '-' ? '\0' : *today, '\0' };

		(void)qm_map_put(&digests, qm_arena_strdup(&history.arena, digest), 0, NULL);
	}
	result = qm_history_is_of(&history, &digests);
	qm_map_release(&digests);
	qm_history_release(&history);
	return result;
}

static void a_journal_is_of_reports_with_the_same_bytes(void **state)
{
	(void)state;
	assert_true(is_of("", ""));
	assert_true(is_of("ab", "ba"));
	assert_true(is_of("aab", "ab"));
	assert_false(is_of("ab", "a"));
	assert_false(is_of("a", "ab"));
	assert_false(is_of("a", "b"));
	assert_false(is_of("a", ""));
	assert_false(is_of("", "a"));
	assert_false(is_of("-", "-"));
	assert_false(is_of("a-", "a"));
	assert_false(is_of("a", "a-"));
}

static void what_is_due_depends_on_what_the_run_has_now(void **state)
{
	static const struct {
		enum qm_entry_state state;
		int64_t before, now;
		enum qm_due due;
	} rows[] = {
		/* The wanted status is 2, that of an untouched run 5. */
		{ QM_ENTRY_PENDING, 4, 4, QM_DUE },
		{ QM_ENTRY_PENDING, 4, 2, QM_DUE },
		{ QM_ENTRY_PENDING, 4, 3, QM_SUPERSEDED },
		{ QM_ENTRY_PENDING, 4, 0, QM_DUE },
		{ QM_ENTRY_PENDING, 0, 3, QM_SUPERSEDED },
		{ QM_ENTRY_PENDING, 0, 2, QM_DUE },
		{ QM_ENTRY_PENDING, 0, 5, QM_DUE },
		{ QM_ENTRY_PENDING, 4, 5, QM_SUPERSEDED },
		{ QM_ENTRY_BEGUN, 0, 3, QM_SUPERSEDED },
		{ QM_ENTRY_BEGUN, 4, 4, QM_DUE },
		{ QM_ENTRY_BEGUN, 4, 2, QM_DUE },
		{ QM_ENTRY_BEGUN, 4, 3, QM_SUPERSEDED },
		{ QM_ENTRY_FAILED, 4, 4, QM_DUE },
		{ QM_ENTRY_FAILED, 4, 3, QM_SUPERSEDED },
		{ QM_ENTRY_DONE, 4, 2, QM_DUE_NO_MORE },
		{ QM_ENTRY_DONE, 4, 0, QM_DUE_NO_MORE },
		{ QM_ENTRY_DONE, 4, 4, QM_SUPERSEDED },
		{ QM_ENTRY_DONE, 4, 3, QM_SUPERSEDED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_entry one = {
			.status_id = 2, .before_id = rows[i].before, .state = (uint8_t)rows[i].state
		};

		if (qm_entry_due(&one, rows[i].now, 5) != rows[i].due)
			fail_msg("row %zu", i);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_is_read_as_it_was_written),
		TEST(steps_are_told_apart_from_runs_of_the_same_id),
		TEST(what_happened_is_known_by_update),
		TEST(wherever_it_is_torn_what_stands_before_counts),
		TEST(a_changed_byte_is_never_taken_at_its_word),
		TEST(a_plan_that_makes_no_sense_is_none),
		TEST(events_beyond_the_plan_are_damage),
		TEST(other_files_and_versions_are_not_ours),
		TEST(a_journal_is_of_reports_with_the_same_bytes),
		TEST(what_is_due_depends_on_what_the_run_has_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
