#include "parsers/testng.h"

#include "parsers/duration.h"
#include "parsers/groups.h"
#include "parsers/held.h"
#include "parsers/limits.h"
#include "parsers/properties.h"
#include "parsers/texts.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

/* An open <suite>, <test> or <class>. */
struct scope {
	unsigned depth; /* 0: none is open */
	const char *name;
	size_t texts_mark;
};

/* The first config method of a <test>, or a suite, that failed, and what it kept from running. */
struct blocker {
	struct qm_clip method; /* "a.B.setUp"; "" if none has failed */
	uint64_t tests;
};

struct qm_testng {
	struct qm_report *report;
	struct scope suite, test, class;
	struct qm_texts scope_texts;
	struct qm_groups groups;

	/* The open <test-method>. */
	unsigned method_depth; /* 0: none is open */
	bool is_config;
	struct qm_result result;
	const char *signature;
	struct qm_texts method_texts;
	struct qm_properties properties;
	bool has_exception, has_parameters;
	struct qm_clip type, message, stack, parameters;

	/* Why tests are skipped. */
	struct qm_held held;
	bool executed; /* a test of the open <test> has passed or failed */
	struct blocker test_blocker, suite_blocker;

	/* The element whose text is being collected. */
	struct qm_clip *collecting; /* NULL: none */
	unsigned collecting_depth;
	struct qm_clip attribute_name, value;
};

struct qm_testng *qm_testng_new(void)
{
	struct qm_testng *testng = qm_alloc(sizeof *testng);

	qm_texts_init(&testng->scope_texts, QM_MAX_SUITE_TEXT);
	qm_groups_init(&testng->groups);
	qm_texts_init(&testng->method_texts, QM_MAX_TEST_TEXT);
	qm_properties_init(&testng->properties);
	qm_clip_init(&testng->type, QM_MAX_FAILURE_TYPE);
	qm_clip_init(&testng->message, QM_MAX_MESSAGE);
	qm_clip_init(&testng->stack, QM_MAX_MESSAGE);
	qm_clip_init(&testng->parameters, QM_MAX_MESSAGE);
	qm_held_init(&testng->held);
	qm_clip_init(&testng->test_blocker.method, QM_MAX_VALUE);
	qm_clip_init(&testng->suite_blocker.method, QM_MAX_VALUE);
	qm_clip_init(&testng->attribute_name, QM_MAX_VALUE);
	qm_clip_init(&testng->value, QM_MAX_VALUE);
	return testng;
}

void qm_testng_free(struct qm_testng *testng)
{
	if (!testng)
		return;
	qm_texts_release(&testng->scope_texts);
	qm_groups_release(&testng->groups);
	qm_texts_release(&testng->method_texts);
	qm_properties_release(&testng->properties);
	qm_clip_release(&testng->type);
	qm_clip_release(&testng->message);
	qm_clip_release(&testng->stack);
	qm_clip_release(&testng->parameters);
	qm_held_release(&testng->held);
	qm_clip_release(&testng->test_blocker.method);
	qm_clip_release(&testng->suite_blocker.method);
	qm_clip_release(&testng->attribute_name);
	qm_clip_release(&testng->value);
	free(testng);
}

static bool keep(struct qm_testng *testng, struct qm_texts *texts,
	const struct qm_xml_attribute *attribute, const char **out)
{
	*out = NULL;
	if (!attribute)
		return true;
	if (attribute->length <= QM_MAX_NAME)
		*out = qm_texts_keep(texts, attribute->value, attribute->length);
	return *out || qm_report_limit(testng->report, "a name of more than 64 KB");
}

/* ---- Results that were held back ---- */

static void clear_blocker(struct blocker *blocker)
{
	qm_clip_clear(&blocker->method);
	blocker->tests = 0;
}

/* Who kept a result from being reached; NULL: nobody, as far as is known. */
static struct blocker *blocker_of(
	struct qm_testng *testng, const struct qm_held_result *held, bool is_of_open_test)
{
	if (held->result.outcome != QM_SKIPPED || held->result.superseded || held->skipped_itself)
		return NULL;
	if (is_of_open_test && testng->test_blocker.method.length)
		return &testng->test_blocker;
	if ((is_of_open_test ? !testng->executed : held->is_idle) &&
		testng->suite_blocker.method.length)
		return &testng->suite_blocker;
	return NULL;
}

static bool release_held(struct qm_testng *testng)
{
	struct qm_held *held = &testng->held;
	bool goes_on = true;

	for (size_t i = 0; goes_on && i < held->results.count; i++) {
		struct qm_held_result *row = qm_vec_at(&held->results, i);
		struct blocker *blocker = blocker_of(testng, row, i >= held->test_begin);

		if (blocker) {
			row->result.outcome = QM_NOT_REACHED;
			blocker->tests++;
		}
		goes_on = qm_report_result(testng->report, &row->result);
	}
	qm_held_clear(held);
	return goes_on;
}

static bool tell_blocker(struct qm_testng *testng, struct blocker *blocker)
{
	const struct qm_not_reached not_reached = {
		.suite = testng->suite.name,
		.config_method = qm_clip_text(&blocker->method),
		.tests = blocker->tests,
	};

	clear_blocker(blocker);
	return !not_reached.tests || qm_report_not_reached(testng->report, &not_reached);
}

/* ---- Suites, tests, classes ---- */

static bool open_scope(
	struct qm_testng *testng, struct scope *scope, const struct qm_xml_element *element)
{
	scope->depth = element->depth;
	scope->texts_mark = testng->scope_texts.used;
	return keep(testng, &testng->scope_texts, qm_report_attribute(element, QM_NAME_NAME),
		&scope->name);
}

static void close_scope(struct qm_testng *testng, struct scope *scope)
{
	testng->scope_texts.used = scope->texts_mark;
	*scope = (struct scope){ .depth = 0 };
}

static bool begin_suite(struct qm_testng *testng, const struct qm_xml_element *element)
{
	struct qm_suite suite = { .depth = 0 };

	if (!open_scope(testng, &testng->suite, element))
		return false;
	qm_groups_clear(&testng->groups);
	clear_blocker(&testng->suite_blocker);
	suite.name = testng->suite.name;
	return qm_report_suite_begin(testng->report, &suite);
}

static bool end_suite(struct qm_testng *testng)
{
	const struct qm_suite suite = { .name = testng->suite.name };
	bool goes_on = release_held(testng) && tell_blocker(testng, &testng->suite_blocker) &&
		qm_report_suite_end(testng->report, &suite);

	close_scope(testng, &testng->suite);
	return goes_on;
}

static bool begin_test(struct qm_testng *testng, const struct qm_xml_element *element)
{
	testng->executed = false;
	clear_blocker(&testng->test_blocker);
	return open_scope(testng, &testng->test, element);
}

/* What was skipped in a <test> of which nothing ran may turn out to be the suite's fault. */
static bool is_idle(const struct qm_testng *testng)
{
	return !testng->executed && !testng->test_blocker.method.length &&
		testng->held.results.count > testng->held.test_begin;
}

static bool end_test(struct qm_testng *testng)
{
	bool idle = is_idle(testng), goes_on = true;

	/* Idle ones before this <test> go on waiting, too. */
	if (!testng->suite_blocker.method.length && (idle || testng->held.test_begin))
		qm_held_end_test(&testng->held, idle);
	else
		goes_on = release_held(testng) && tell_blocker(testng, &testng->test_blocker);
	close_scope(testng, &testng->test);
	return goes_on;
}

/* ---- Groups ---- */

static void begin_group(struct qm_testng *testng, const struct qm_xml_element *element)
{
	const struct qm_xml_attribute *name = qm_report_attribute(element, QM_NAME_NAME);

	testng->groups.group = NULL;
	if (name)
		qm_groups_open(&testng->groups, name->value, name->length);
}

/* <method name="login" class="com.example.A"/> in a <group>. */
static void add_to_group(struct qm_testng *testng, const struct qm_xml_element *element)
{
	const char *name = NULL, *class_name = NULL;

	if (testng->method_depth)
		return;
	testng->method_texts.used = 0;
	if (keep(testng, &testng->method_texts, qm_report_attribute(element, QM_NAME_NAME),
		    &name) &&
		keep(testng, &testng->method_texts, qm_report_attribute(element, QM_NAME_CLASS),
			&class_name) &&
		name && class_name)
		qm_groups_add(&testng->groups, class_name, name);
}

static bool add_property(
	struct qm_testng *testng, const char *name, const char *value, size_t value_length)
{
	return qm_properties_add(&testng->properties, name, strlen(name), value, value_length) ||
		qm_report_limit(testng->report, "too many properties");
}

static bool add_group_properties(struct qm_testng *testng)
{
	const struct qm_result *result = &testng->result;
	const struct qm_membership *member;
	size_t count;

	if (!result->class_name || !result->name)
		return true;
	member = qm_groups_of(&testng->groups, result->class_name, result->name, &count);
	for (; count; count--, member++)
		if (!add_property(testng, "group", member->group, strlen(member->group)))
			return false;
	return true;
}

/* ---- Methods ---- */

static enum qm_outcome outcome_of(struct qm_testng *testng, const struct qm_xml_attribute *status)
{
	static const struct {
		const char *word;
		enum qm_outcome outcome;
	} words[] = {
		{ "pass", QM_PASSED },
		{ "fail", QM_FAILED },
		{ "skip", QM_SKIPPED },
		{ "success_percentage_failure", QM_FAILED },
	};

	for (size_t i = 0; status && i < sizeof words / sizeof *words; i++)
		if (qm_report_is_word(status, words[i].word))
			return words[i].outcome;
	/* What the method itself says about it, if anything, replaces this. */
	qm_clip_add(&testng->message, "unknown status ", 15);
	if (status)
		qm_clip_add(&testng->message, status->value, status->length);
	else
		qm_clip_add(&testng->message, "(none)", 6);
	return QM_ERRORED;
}

static bool read_method_attribute(
	struct qm_testng *testng, const struct qm_xml_attribute *attribute)
{
	struct qm_texts *texts = &testng->method_texts;

	switch (attribute->name) {
	case QM_NAME_NAME:
		return keep(testng, texts, attribute, &testng->result.name);
	case QM_NAME_DESCRIPTION:
		return keep(testng, texts, attribute, &testng->result.description);
	case QM_NAME_SIGNATURE:
		return keep(testng, texts, attribute, &testng->signature);
	case QM_NAME_IS_CONFIG:
		testng->is_config = qm_report_is_word(attribute, "true");
		return true;
	case QM_NAME_RETRIED:
		testng->result.superseded = qm_report_is_word(attribute, "true");
		return true;
	case QM_NAME_DURATION_MS:
		testng->result.duration_ms =
			qm_duration_from_ms(attribute->value, attribute->length);
		return true;
	case QM_NAME_INSTANCE_NAME:
		return add_property(testng, qm_name_text(QM_NAME_INSTANCE_NAME), attribute->value,
			attribute->length);
	default:
		return true;
	}
}

static bool begin_method(struct qm_testng *testng, const struct qm_xml_element *element)
{
	testng->method_depth = element->depth;
	testng->method_texts.used = 0;
	testng->signature = NULL;
	testng->is_config = false;
	testng->has_exception = false;
	testng->has_parameters = false;
	qm_properties_clear(&testng->properties);
	qm_clip_clear(&testng->type);
	qm_clip_clear(&testng->message);
	qm_clip_clear(&testng->stack);
	qm_clip_clear(&testng->parameters);
	testng->result = (struct qm_result){
		.suite = testng->suite.name,
		.test = testng->test.name,
		.class_name = testng->class.name,
		.duration_ms = QM_DURATION_UNKNOWN,
	};
	for (size_t i = 0; i < element->attribute_count; i++)
		if (!read_method_attribute(testng, &element->attributes[i]))
			return false;
	testng->result.outcome = outcome_of(testng, qm_report_attribute(element, QM_NAME_STATUS));
	return add_group_properties(testng);
}

static void note_failure(struct blocker *blocker, const struct qm_result *method)
{
	if (blocker->method.length)
		return;
	if (method->class_name && *method->class_name) {
		qm_clip_add(&blocker->method, method->class_name, strlen(method->class_name));
		qm_clip_add(&blocker->method, ".", 1);
	}
	if (method->name)
		qm_clip_add(&blocker->method, method->name, strlen(method->name));
}

static bool end_config_method(struct qm_testng *testng)
{
	const struct qm_result *result = &testng->result;
	const struct qm_incident incident = {
		.suite = result->suite,
		.test = result->test,
		.class_name = result->class_name,
		.name = result->name,
		.outcome = result->outcome,
		.failure_type = result->failure_type,
		.message = result->message,
	};

	if (result->outcome == QM_FAILED || result->outcome == QM_ERRORED) {
		note_failure(&testng->test_blocker, result);
		note_failure(&testng->suite_blocker, result);
	}
	return qm_report_config_method(testng->report, &incident);
}

static bool end_test_method(struct qm_testng *testng)
{
	struct qm_result *result = &testng->result;
	const char *type = result->failure_type;

	testng->executed = testng->executed || result->outcome != QM_SKIPPED;
	if (qm_held_supersede(&testng->held, result, testng->signature) &&
		result->outcome == QM_PASSED)
		result->outcome = QM_FLAKY;
	if (result->outcome != QM_SKIPPED && !result->superseded && !testng->held.results.count)
		return qm_report_result(testng->report, result);
	qm_held_add(&testng->held, result, testng->signature,
		type && qm_text_ends(type, "SkipException"));
	return !qm_held_is_full(&testng->held) || release_held(testng);
}

static bool end_method(struct qm_testng *testng)
{
	struct qm_result *result = &testng->result;

	testng->method_depth = 0;
	/* A passed method's exception was expected; it explains nothing. */
	if (result->outcome != QM_PASSED) {
		result->failure_type = testng->has_exception ? qm_clip_text(&testng->type) : NULL;
		result->message = testng->message.length ? qm_clip_text(&testng->message) : NULL;
		result->failure_text = testng->stack.length ? qm_clip_text(&testng->stack) : NULL;
	}
	if (testng->has_parameters)
		result->parameters = qm_clip_text(&testng->parameters);
	result->properties = qm_properties_all(&testng->properties, &result->property_count);
	result->own_property_count = qm_properties_own(&testng->properties);
	return testng->is_config ? end_config_method(testng) : end_test_method(testng);
}

/* ---- What is in a method ---- */

static void collect(struct qm_testng *testng, struct qm_clip *clip, unsigned depth)
{
	qm_clip_clear(clip);
	testng->collecting = clip;
	testng->collecting_depth = depth;
}

static void begin_exception(struct qm_testng *testng, const struct qm_xml_element *element)
{
	const struct qm_xml_attribute *type = qm_report_attribute(element, QM_NAME_CLASS);

	testng->has_exception = type != NULL;
	qm_clip_clear(&testng->type);
	if (type)
		qm_clip_add(&testng->type, type->value, type->length);
}

/* <value><![CDATA[7]]></value> or <value is-null="true"/> */
static void begin_value(struct qm_testng *testng, const struct qm_xml_element *element)
{
	const struct qm_xml_attribute *is_null = qm_report_attribute(element, QM_NAME_IS_NULL);

	collect(testng, &testng->value, element->depth);
	if (is_null && qm_report_is_word(is_null, "true"))
		qm_clip_add(&testng->value, "null", 4);
}

static void end_value(struct qm_testng *testng)
{
	const char *value = qm_clip_text(&testng->value);

	if (testng->has_parameters)
		qm_clip_add(&testng->parameters, ", ", 2);
	testng->has_parameters = true;
	qm_clip_add(&testng->parameters, value, strlen(value));
}

static void begin_attribute(struct qm_testng *testng, const struct qm_xml_element *element)
{
	const struct qm_xml_attribute *name = qm_report_attribute(element, QM_NAME_NAME);

	qm_clip_clear(&testng->attribute_name);
	if (name)
		qm_clip_add(&testng->attribute_name, name->value, name->length);
	collect(testng, &testng->value, element->depth);
}

static bool end_collecting(struct qm_testng *testng, enum qm_name name)
{
	testng->collecting = NULL;
	if (name == QM_NAME_VALUE) {
		end_value(testng);
	} else if (name == QM_NAME_ATTRIBUTE) {
		const char *value = qm_clip_text(&testng->value);

		return add_property(
			testng, qm_clip_text(&testng->attribute_name), value, strlen(value));
	}
	return true;
}

static void begin_in_method(struct qm_testng *testng, const struct qm_xml_element *element)
{
	switch (element->name) {
	case QM_NAME_VALUE:
		begin_value(testng, element);
		break;
	case QM_NAME_EXCEPTION:
		begin_exception(testng, element);
		break;
	case QM_NAME_MESSAGE:
		collect(testng, &testng->message, element->depth);
		break;
	case QM_NAME_FULL_STACKTRACE:
	case QM_NAME_SHORT_STACKTRACE:
		collect(testng, &testng->stack, element->depth);
		break;
	case QM_NAME_ATTRIBUTE:
		begin_attribute(testng, element);
		break;
	default:
		break;
	}
}

/* ---- The handlers ---- */

static bool on_start(void *context, const struct qm_xml_element *element)
{
	struct qm_testng *testng = context;

	switch (element->name) {
	case QM_NAME_SUITE:
		return begin_suite(testng, element);
	case QM_NAME_TEST:
		return begin_test(testng, element);
	case QM_NAME_CLASS:
		return open_scope(testng, &testng->class, element);
	case QM_NAME_TEST_METHOD:
		return begin_method(testng, element);
	case QM_NAME_GROUP:
		begin_group(testng, element);
		return true;
	case QM_NAME_METHOD:
		add_to_group(testng, element);
		return !testng->report->verdict.reason;
	default:
		if (testng->method_depth && !testng->collecting)
			begin_in_method(testng, element);
		return true;
	}
}

static bool on_text(void *context, const char *bytes, size_t length)
{
	struct qm_testng *testng = context;

	if (testng->collecting)
		qm_clip_add(testng->collecting, bytes, length);
	return true;
}

static bool on_end(void *context, enum qm_name name, unsigned depth)
{
	struct qm_testng *testng = context;

	if (testng->collecting && depth == testng->collecting_depth)
		return end_collecting(testng, name);
	if (depth == testng->method_depth)
		return end_method(testng);
	if (depth == testng->class.depth)
		close_scope(testng, &testng->class);
	else if (depth == testng->test.depth)
		return end_test(testng);
	else if (depth == testng->suite.depth)
		return end_suite(testng);
	return true;
}

void qm_testng_begin(
	struct qm_testng *testng, struct qm_report *report, struct qm_xml_handlers *handlers)
{
	testng->report = report;
	testng->suite = testng->test = testng->class = (struct scope){ .depth = 0 };
	testng->scope_texts.used = 0;
	qm_groups_clear(&testng->groups);
	testng->method_depth = 0;
	testng->executed = false;
	clear_blocker(&testng->test_blocker);
	clear_blocker(&testng->suite_blocker);
	qm_held_clear(&testng->held);
	testng->collecting = NULL;
	*handlers = (struct qm_xml_handlers){
		.context = testng,
		.start = on_start,
		.text = on_text,
		.end = on_end,
	};
}

void qm_testng_finish(struct qm_testng *testng)
{
	(void)(release_held(testng) && tell_blocker(testng, &testng->test_blocker) &&
		tell_blocker(testng, &testng->suite_blocker));
}
