#include "src/base/memory.h"
#include "src/upload/reports/tape.h"
#include "tests/parsers/events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_BYTES = 1 << 20 };

/* The same things are told to a sink, and to a tape that is played to another. */
struct desk {
	struct qm_tape tape;
	struct qm_buf told, played;
	int full;
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	qm_tape_init(&desk->tape);
	qm_buf_init(&desk->told, MAX_BYTES);
	qm_buf_init(&desk->played, MAX_BYTES);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_tape_release(&desk->tape);
	qm_buf_release(&desk->told);
	qm_buf_release(&desk->played);
	free(desk);
	return 0;
}

static const struct qm_property properties[] = { { "id", "7", 2 }, { "empty", "", 1 },
	{ "none", NULL, 0 } };

/* Each member is different, so that none can be taken for another. */
static const struct qm_result full_result = { .suite = "suite",
	.test = "test",
	.class_name = "class",
	.name = "name",
	.parameters = "1, 2",
	.description = "description",
	.outcome = QM_FAILED,
	.superseded = true,
	.reruns = 3,
	.duration_ms = 41,
	.failure_type = "type",
	.message = "message",
	.failure_text = "text",
	.file = "file",
	.line = 12,
	.hostname = "host",
	.properties = properties,
	.property_count = 2 };

static enum qm_code tell(const struct qm_sink *sink)
{
	const struct qm_result empty = { .outcome = QM_PASSED, .duration_ms = -1, .name = "" };
	const struct qm_suite suite = { .name = "s", .hostname = "h", .depth = 2 };
	const struct qm_incident incident = { "suite", "test", "class", "name", QM_ERRORED, "type",
		"m" };
	const struct qm_not_reached not_reached = { "suite", "a.B.setUp", 12000 };
	const struct qm_report_begin begin = { .path = "a.xml", .kind = QM_REPORT_TESTNG };
	struct qm_error err = { .code = QM_EINPUT, .line = 3, .column = 4, .text = "broken" };
	const struct qm_report_end end = { .path = "a.xml",
		.kind = QM_REPORT_TESTNG,
		.counts = { .tests = 2 },
		.reason = "truncated",
		.error = &err,
		.salvaged = true };
	const struct qm_report_end well = { .path = "b.xml", .kind = QM_REPORT_JUNIT };

	return sink->report_begin(sink->context, &begin) ||
			sink->suite_begin(sink->context, &suite) ||
			sink->result(sink->context, &full_result) ||
			sink->result(sink->context, &empty) ||
			sink->suite_error(sink->context, &incident) ||
			sink->config_method(sink->context, &incident) ||
			sink->not_reached(sink->context, &not_reached) ||
			sink->suite_end(sink->context, &suite) ||
			sink->report_end(sink->context, &end) ||
			sink->report_end(sink->context, &well)
		? QM_EIO
		: QM_OK;
}

static void what_is_played_is_what_was_told(void **state)
{
	struct desk *desk = *state;
	const struct qm_sink told = qm_events_sink(&desk->told);
	const struct qm_sink played = qm_events_sink(&desk->played);
	const struct qm_sink recorder = qm_tape_sink(&desk->tape, &told);

	assert_int_equal(tell(&told), QM_OK);
	assert_int_equal(tell(&recorder), QM_OK);
	assert_int_equal(qm_tape_play(&desk->tape, &played), QM_OK);
	assert_string_equal(desk->played.data, desk->told.data);
	assert_non_null(strstr(desk->told.data, "class=\"class\""));
	qm_tape_clear(&desk->tape);
	qm_buf_clear(&desk->played);
	assert_int_equal(qm_tape_play(&desk->tape, &played), QM_OK);
	assert_int_equal(desk->played.length, 0);
}

static enum qm_code compare_incident(void *context, const struct qm_incident *incident)
{
	int *count = context;

	(*count)++;
	assert_string_equal(incident->suite, "one");
	assert_string_equal(incident->test, "two");
	assert_string_equal(incident->class_name, "three");
	assert_string_equal(incident->name, "four");
	assert_int_equal(incident->outcome, QM_ERRORED);
	assert_string_equal(incident->failure_type, "five");
	assert_string_equal(incident->message, "six");
	return QM_OK;
}

/* A reader in another thread is long somewhere else when its tape is played. */
static void no_text_of_an_incident_stays_where_it_was(void **state)
{
	struct desk *desk = *state;
	int count = 0;
	const struct qm_sink sink = { .context = &count, .config_method = compare_incident };
	const struct qm_sink recorder = qm_tape_sink(&desk->tape, &sink);
	char texts[6][8] = { "one", "two", "three", "four", "five", "six" };
	const struct qm_incident incident = { texts[0], texts[1], texts[2], texts[3], QM_ERRORED,
		texts[4], texts[5] };

	assert_int_equal(recorder.config_method(recorder.context, &incident), QM_OK);
	memset(texts, '?', sizeof texts);
	assert_int_equal(qm_tape_play(&desk->tape, &sink), QM_OK);
	assert_int_equal(count, 1);
}

static enum qm_code compare_result(void *context, const struct qm_result *result)
{
	int *count = context;

	(*count)++;
	assert_string_equal(result->description, full_result.description);
	assert_int_equal(result->property_count, 3);
	assert_string_equal(result->properties[1].value, "");
	assert_null(result->properties[2].value);
	return *count == 2 ? QM_ELIMIT : QM_OK;
}

static void a_sink_that_fails_hears_no_more(void **state)
{
	struct desk *desk = *state;
	struct qm_result result = full_result;
	int count = 0;
	const struct qm_sink sink = { .context = &count, .result = compare_result };
	const struct qm_sink recorder = qm_tape_sink(&desk->tape, &sink);

	result.property_count = 3;
	assert_null(recorder.suite_begin); /* nobody wants it */
	for (int i = 0; i < 3; i++)
		assert_int_equal(recorder.result(recorder.context, &result), QM_OK);
	assert_int_equal(qm_tape_play(&desk->tape, &sink), QM_ELIMIT);
	assert_int_equal(count, 2);
}

/* One text after the other changes, is absent, and is back, always at the same address. */
static void tell_changes(const struct qm_sink *sink)
{
	static const size_t texts[] = { offsetof(struct qm_result, suite),
		offsetof(struct qm_result, test), offsetof(struct qm_result, class_name),
		offsetof(struct qm_result, name), offsetof(struct qm_result, parameters),
		offsetof(struct qm_result, description), offsetof(struct qm_result, failure_type),
		offsetof(struct qm_result, message), offsetof(struct qm_result, failure_text),
		offsetof(struct qm_result, file), offsetof(struct qm_result, hostname) };
	static const char *const values[] = { "one", "two", "", NULL, "two", "twofold", "two" };
	char text[8];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t j = 0; j < sizeof values / sizeof *values; j++) {
			const char *value = values[j] ? text : NULL;
			struct qm_result result = full_result;

			if (value)
				(void)snprintf(text, sizeof text, "%s", values[j]);
			memcpy((char *)&result + texts[i], &value, sizeof value);
			assert_int_equal(sink->result(sink->context, &result), QM_OK);
		}
}

/* So do properties: their number, and one text of one of them. */
static void tell_changed_properties(const struct qm_sink *sink)
{
	static const struct qm_property lists[][2] = {
		{ { "id", "7", 1 }, { "os", "linux", 0 } },
		{ { "id", "7", 1 }, { "os", "macos", 0 } },
		{ { "id", "7", 1 }, { "so", "macos", 0 } },
		{ { "id", NULL, 1 }, { "so", "macos", 0 } },
		{ { "id", "", 1 }, { "so", "macos", 0 } },
		{ { "id", "", 1 }, { "so", "macos", 1 } },
	};
	struct qm_result result = full_result;
	struct qm_property shared[2];

	result.properties = shared;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (size_t count = 0; count <= 4; count++) {
			memcpy(shared, lists[i], sizeof shared);
			result.property_count = count < 3 ? count : 4 - count;
			assert_int_equal(sink->result(sink->context, &result), QM_OK);
		}
}

static void what_a_result_shares_with_the_last_is_its_own_when_played(void **state)
{
	struct desk *desk = *state;
	const struct qm_sink told = qm_events_sink(&desk->told);
	const struct qm_sink played = qm_events_sink(&desk->played);
	const struct qm_sink recorder = qm_tape_sink(&desk->tape, &told);

	tell_changes(&told);
	tell_changed_properties(&told);
	for (int i = 0; i < 2; i++) { /* and nothing of a cleared tape is shared */
		tell_changes(&recorder);
		tell_changed_properties(&recorder);
		qm_buf_clear(&desk->played);
		assert_int_equal(qm_tape_play(&desk->tape, &played), QM_OK);
		assert_string_equal(desk->played.data, desk->told.data);
		qm_tape_clear(&desk->tape);
	}
}

static void what_results_share_is_stored_once(void **state)
{
	struct desk *desk = *state;
	const struct qm_sink all = qm_events_sink(&desk->told);
	const struct qm_sink recorder = qm_tape_sink(&desk->tape, &all);
	char long_text[2000];
	struct qm_result result = full_result;

	memset(long_text, 'x', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	result.suite = long_text;
	result.properties = (const struct qm_property[]){ { "path", long_text, 0 } };
	result.property_count = 1;
	for (int i = 0; i < 100; i++)
		assert_int_equal(recorder.result(recorder.context, &result), QM_OK);
	assert_true(qm_tape_bytes(&desk->tape) < 100 * 250 + 2 * sizeof long_text);
}

static enum qm_code note_full(void *context)
{
	struct desk *desk = context;

	desk->full++;
	return desk->full == 2 ? QM_ESTOPPED : QM_OK;
}

static void a_full_tape_asks_after_each_entry(void **state)
{
	struct desk *desk = *state;
	const struct qm_sink all = qm_events_sink(&desk->told);
	const struct qm_sink recorder = qm_tape_sink(&desk->tape, &all);
	size_t one;

	desk->tape.on_full = note_full;
	desk->tape.context = desk;
	assert_int_equal(recorder.result(recorder.context, &full_result), QM_OK);
	one = qm_tape_bytes(&desk->tape);
	desk->tape.full_bytes = one + 1;
	assert_int_equal(desk->full, 0);
	assert_int_equal(recorder.result(recorder.context, &full_result), QM_OK);
	assert_int_equal(desk->full, 1);
	assert_int_equal(recorder.result(recorder.context, &full_result), QM_ESTOPPED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_played_is_what_was_told),
		TEST(no_text_of_an_incident_stays_where_it_was),
		TEST(a_sink_that_fails_hears_no_more),
		TEST(what_a_result_shares_with_the_last_is_its_own_when_played),
		TEST(what_results_share_is_stored_once),
		TEST(a_full_tape_asks_after_each_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
