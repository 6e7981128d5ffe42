#include "parsers/junit.h"

#include "parsers/duration.h"
#include "parsers/limits.h"
#include "parsers/properties.h"
#include "parsers/texts.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

#include <stdlib.h>
#include <string.h>

/* What the children of a test say; the greatest decides. */
enum rank {
	RANK_NONE = 0,
	RANK_RERUN, /* accompanies a failure, tells nothing alone */
	RANK_FLAKY,
	RANK_SKIPPED,
	RANK_FAILURE,
	RANK_ERROR,
};

/* An open <testsuites>, <testsuite> or <testrun>. */
struct frame {
	unsigned depth;
	bool is_suite;                      /* <testsuite> */
	const char *name, *hostname, *file; /* its own, else of the frame around it */
	struct qm_property_scope scope;
	size_t texts_mark;
};

/* An open <testcase>. */
struct open_case {
	unsigned depth;
	struct qm_result result;
	enum rank rank;        /* of the child that has decided so far */
	enum rank status_rank; /* what its attributes say */
	struct qm_property_scope scope;
	size_t texts_mark;
};

struct qm_junit {
	struct qm_report *report;
	uint64_t foreign; /* elements that JUnit does not know */

	struct frame frames[QM_MAX_DEPTH];
	size_t frame_count;
	unsigned open_suites;
	struct qm_texts frame_texts;
	struct qm_properties properties;

	/* Nearly always one at most: nobody should write a test within another. */
	struct qm_vec cases; /* struct open_case, the innermost last */
	struct qm_texts case_texts;

	/* What the deciding child of the innermost test says, or a suite's own error. */
	bool has_message, has_type;
	struct qm_clip message, type, text;
	bool in_suite_error;

	/* The element whose text is being collected. */
	struct qm_clip *collecting; /* NULL: none */
	unsigned collecting_depth;
	struct qm_clip property_name, property_value;
};

struct qm_junit *qm_junit_new(void)
{
	struct qm_junit *junit = qm_alloc(sizeof *junit);

	qm_texts_init(&junit->frame_texts, QM_MAX_SUITE_TEXT);
	qm_vec_init(&junit->cases, sizeof(struct open_case));
	qm_texts_init(&junit->case_texts, QM_MAX_TEST_TEXT);
	qm_properties_init(&junit->properties);
	qm_clip_init(&junit->message, QM_MAX_MESSAGE);
	qm_clip_init(&junit->type, QM_MAX_FAILURE_TYPE);
	qm_clip_init(&junit->text, QM_MAX_MESSAGE);
	qm_clip_init(&junit->property_name, QM_MAX_VALUE);
	qm_clip_init(&junit->property_value, QM_MAX_VALUE);
	return junit;
}

void qm_junit_free(struct qm_junit *junit)
{
	if (!junit)
		return;
	qm_texts_release(&junit->frame_texts);
	qm_vec_release(&junit->cases);
	qm_texts_release(&junit->case_texts);
	qm_properties_release(&junit->properties);
	qm_clip_release(&junit->message);
	qm_clip_release(&junit->type);
	qm_clip_release(&junit->text);
	qm_clip_release(&junit->property_name);
	qm_clip_release(&junit->property_value);
	free(junit);
}

/* Valid until a test begins; NULL outside of tests. */
static struct open_case *innermost_case(const struct qm_junit *junit)
{
	return junit->cases.count ? qm_vec_at(&junit->cases, junit->cases.count - 1) : NULL;
}

static void collect(struct qm_junit *junit, struct qm_clip *clip, unsigned depth)
{
	qm_clip_clear(clip);
	junit->collecting = clip;
	junit->collecting_depth = depth;
}

/* ---- Suites ---- */

/* Copies an attribute's value; false where a ceiling is reached. */
static bool keep(struct qm_junit *junit, struct qm_texts *texts,
	const struct qm_xml_attribute *attribute, const char **out)
{
	if (attribute->length <= QM_MAX_NAME)
		*out = qm_texts_keep(texts, attribute->value, attribute->length);
	else
		*out = NULL;
	return *out || qm_report_limit(junit->report, "a name of more than 64 KB");
}

static bool read_frame_attributes(
	struct qm_junit *junit, struct frame *frame, const struct qm_xml_element *element)
{
	for (size_t i = 0; i < element->attribute_count; i++) {
		const struct qm_xml_attribute *attribute = &element->attributes[i];
		const char **out = NULL;

		if (attribute->name == QM_NAME_NAME && frame->is_suite)
			out = &frame->name;
		else if (attribute->name == QM_NAME_HOSTNAME)
			out = &frame->hostname;
		else if (attribute->name == QM_NAME_FILE || attribute->name == QM_NAME_FILEPATH)
			out = &frame->file;
		if (out && !keep(junit, &junit->frame_texts, attribute, out))
			return false;
	}
	return true;
}

static struct qm_suite suite_of(const struct qm_junit *junit, const struct frame *frame)
{
	return (struct qm_suite){
		.name = frame->name,
		.hostname = frame->hostname,
		.depth = junit->open_suites,
	};
}

static bool begin_frame(struct qm_junit *junit, const struct qm_xml_element *element)
{
	struct frame *frame = &junit->frames[junit->frame_count];
	const struct frame *parent = junit->frame_count ? frame - 1 : NULL;
	struct qm_suite suite;

	*frame = (struct frame){
		.depth = element->depth,
		.is_suite = element->name == QM_NAME_TESTSUITE,
		.texts_mark = junit->frame_texts.used,
		.scope = qm_properties_push(&junit->properties),
	};
	if (parent) {
		frame->name = frame->is_suite ? NULL : parent->name;
		frame->hostname = parent->hostname;
		frame->file = parent->file;
	}
	junit->frame_count++;
	if (!read_frame_attributes(junit, frame, element))
		return false;
	if (!frame->is_suite)
		return true;
	suite = suite_of(junit, frame);
	junit->open_suites++;
	return qm_report_suite_begin(junit->report, &suite);
}

static bool end_frame(struct qm_junit *junit)
{
	struct frame *frame = &junit->frames[--junit->frame_count];
	bool goes_on = true;

	if (frame->is_suite) {
		struct qm_suite suite;

		junit->open_suites--;
		suite = suite_of(junit, frame);
		goes_on = qm_report_suite_end(junit->report, &suite);
	}
	qm_properties_pop(&junit->properties, &frame->scope);
	junit->frame_texts.used = frame->texts_mark;
	return goes_on;
}

/* ---- Tests ---- */

static enum rank rank_of_status(const struct qm_xml_attribute *attribute)
{
	static const struct {
		const char *word;
		enum rank rank;
	} words[] = {
		{ "skipped", RANK_SKIPPED },
		{ "notrun", RANK_SKIPPED },
		{ "disabled", RANK_SKIPPED },
		{ "ignored", RANK_SKIPPED },
		{ "failed", RANK_FAILURE },
		{ "fail", RANK_FAILURE },
		{ "failure", RANK_FAILURE },
		{ "error", RANK_ERROR },
		{ "errored", RANK_ERROR },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (qm_report_is_word(attribute, words[i].word))
			return words[i].rank;
	return RANK_NONE;
}

/*
 * Two attributes may contradict each other, in any order: skipped wins, as it does over a passed
 * one, then error.
 */
static void read_status(struct open_case *test, const struct qm_xml_attribute *attribute)
{
	enum rank rank = rank_of_status(attribute);

	if (rank == RANK_SKIPPED || (test->status_rank != RANK_SKIPPED && rank > test->status_rank))
		test->status_rank = rank;
}

static int64_t read_line(const struct qm_xml_attribute *attribute)
{
	int64_t line = 0;

	for (size_t i = 0; i < attribute->length; i++) {
		char digit = attribute->value[i];

		if (digit < '0' || digit > '9' || line > INT32_MAX)
			return 0;
		line = line * 10 + (digit - '0');
	}
	return line;
}

static bool read_case_attribute(
	struct qm_junit *junit, struct open_case *test, const struct qm_xml_attribute *attribute)
{
	struct qm_result *result = &test->result;

	switch (attribute->name) {
	case QM_NAME_NAME:
		return keep(junit, &junit->case_texts, attribute, &result->name);
	case QM_NAME_CLASSNAME:
		result->is_class_apart = false;
		return keep(junit, &junit->case_texts, attribute, &result->class_name);
	case QM_NAME_CLASS:
		if (result->class_name)
			return true;
		result->is_class_apart = true;
		return keep(junit, &junit->case_texts, attribute, &result->class_name);
	case QM_NAME_TIME:
		result->duration_ms = qm_duration_from_seconds(attribute->value, attribute->length);
		return true;
	case QM_NAME_FILENAME:
		if (result->file)
			return true;
		return keep(junit, &junit->case_texts, attribute, &result->file);
	case QM_NAME_FILE:
		return keep(junit, &junit->case_texts, attribute, &result->file);
	case QM_NAME_LINE:
		result->line = read_line(attribute);
		return true;
	case QM_NAME_STATUS:
	case QM_NAME_RESULT:
		read_status(test, attribute);
		return true;
	default:
		return true;
	}
}

/* Field by field, those that JUnit has: clearing the whole struct would take 2 % of all time. */
static void reset_result(struct qm_result *result, const struct frame *frame)
{
	result->suite = frame->name;
	result->hostname = frame->hostname;
	result->class_name = NULL;
	result->is_class_apart = false;
	result->name = NULL;
	result->reruns = 0;
	result->duration_ms = QM_DURATION_UNKNOWN;
	result->failure_type = NULL;
	result->message = NULL;
	result->failure_text = NULL;
	result->file = NULL;
	result->line = 0;
}

static bool begin_case(struct qm_junit *junit, const struct qm_xml_element *element)
{
	static const struct frame outside = { .name = NULL };
	const struct frame *frame =
		junit->frame_count ? &junit->frames[junit->frame_count - 1] : &outside;
	struct open_case *test = qm_vec_add(&junit->cases);

	test->depth = element->depth;
	test->rank = RANK_NONE;
	test->status_rank = RANK_NONE;
	test->scope = qm_properties_push(&junit->properties);
	test->texts_mark = junit->case_texts.used;
	reset_result(&test->result, frame);
	for (size_t i = 0; i < element->attribute_count; i++)
		if (!read_case_attribute(junit, test, &element->attributes[i]))
			return false;
	if (!test->result.file)
		test->result.file = frame->file;
	return true;
}

static enum qm_outcome outcome_of(const struct open_case *test)
{
	switch (test->rank) {
	case RANK_ERROR:
		return QM_ERRORED;
	case RANK_FAILURE:
		return QM_FAILED;
	case RANK_SKIPPED:
		return QM_SKIPPED;
	default:
		break;
	}
	switch (test->status_rank) {
	case RANK_ERROR:
		return QM_ERRORED;
	case RANK_FAILURE:
		return QM_FAILED;
	case RANK_SKIPPED:
		return QM_SKIPPED;
	default:
		return test->rank == RANK_FLAKY ? QM_FLAKY : QM_PASSED;
	}
}

static bool end_case(struct qm_junit *junit)
{
	struct open_case *test = innermost_case(junit);
	struct qm_result *result = &test->result;
	bool goes_on;

	result->outcome = outcome_of(test);
	/* Reruns that accompany no failure explain nothing. */
	if (result->outcome == QM_PASSED) {
		result->message = NULL;
		result->failure_type = NULL;
		result->failure_text = NULL;
	}
	result->properties = qm_properties_all(&junit->properties, &result->property_count);
	result->own_property_count = qm_properties_own(&junit->properties);
	goes_on = qm_report_result(junit->report, result);
	qm_properties_pop(&junit->properties, &test->scope);
	junit->case_texts.used = test->texts_mark;
	junit->cases.count--;
	return goes_on;
}

/* ---- What went wrong ---- */

static void read_trouble(struct qm_junit *junit, const struct qm_xml_element *element)
{
	const struct qm_xml_attribute *message = qm_report_attribute(element, QM_NAME_MESSAGE);
	const struct qm_xml_attribute *type = qm_report_attribute(element, QM_NAME_TYPE);

	junit->has_message = message != NULL;
	junit->has_type = type != NULL;
	qm_clip_clear(&junit->message);
	qm_clip_clear(&junit->type);
	if (message)
		qm_clip_add(&junit->message, message->value, message->length);
	if (type)
		qm_clip_add(&junit->type, type->value, type->length);
	collect(junit, &junit->text, element->depth);
}

static enum rank rank_of_element(enum qm_name name)
{
	switch (name) {
	case QM_NAME_ERROR:
		return RANK_ERROR;
	case QM_NAME_FAILURE:
		return RANK_FAILURE;
	case QM_NAME_SKIPPED:
		return RANK_SKIPPED;
	case QM_NAME_FLAKY_FAILURE:
	case QM_NAME_FLAKY_ERROR:
		return RANK_FLAKY;
	default:
		return RANK_RERUN;
	}
}

static void begin_trouble(struct qm_junit *junit, const struct qm_xml_element *element)
{
	enum rank rank = rank_of_element(element->name);
	struct open_case *test = innermost_case(junit);
	const struct frame *frame =
		junit->frame_count ? &junit->frames[junit->frame_count - 1] : NULL;

	if (test && element->depth == test->depth + 1) {
		test->result.reruns += rank == RANK_FLAKY || rank == RANK_RERUN;
		if (rank <= test->rank)
			return;
		test->rank = rank;
		junit->in_suite_error = false;
	} else {
		if (!frame || element->depth != frame->depth + 1 || rank < RANK_FAILURE)
			return;
		junit->in_suite_error = true;
	}
	read_trouble(junit, element);
}

static bool keep_clip(struct qm_junit *junit, struct qm_clip *clip, const char **out)
{
	const char *text = qm_clip_text(clip);

	*out = qm_texts_keep(&junit->case_texts, text, strlen(text));
	return *out || qm_report_limit(junit->report, "a test whose texts are too long");
}

/* Copies what the deciding child says: a test within this one may have its own to say. */
static bool end_case_trouble(struct qm_junit *junit)
{
	struct qm_result *result = &innermost_case(junit)->result;

	result->message = NULL;
	result->failure_type = NULL;
	result->failure_text = NULL;
	return (!junit->has_message || keep_clip(junit, &junit->message, &result->message)) &&
		(!junit->has_type || keep_clip(junit, &junit->type, &result->failure_type)) &&
		(!junit->text.length || keep_clip(junit, &junit->text, &result->failure_text));
}

static bool end_suite_error(struct qm_junit *junit, enum qm_name name)
{
	const struct frame *frame = &junit->frames[junit->frame_count - 1];
	const struct qm_incident incident = {
		.suite = frame->name,
		.outcome = name == QM_NAME_ERROR ? QM_ERRORED : QM_FAILED,
		.failure_type = junit->has_type ? qm_clip_text(&junit->type) : NULL,
		.message = junit->has_message ? qm_clip_text(&junit->message)
					      : qm_clip_text(&junit->text),
	};

	junit->in_suite_error = false;
	return qm_report_suite_error(junit->report, &incident);
}

/* ---- Properties ---- */

static bool add_property(struct qm_junit *junit, const struct qm_xml_attribute *name,
	const char *value, size_t length)
{
	return qm_properties_add(&junit->properties, name->value, name->length, value, length) ||
		qm_report_limit(junit->report, "too many properties");
}

/* <property name="id" value="7"/> or <property name="id">7</property>. */
static bool begin_property(struct qm_junit *junit, const struct qm_xml_element *element)
{
	const struct qm_xml_attribute *name = qm_report_attribute(element, QM_NAME_NAME);
	const struct qm_xml_attribute *value = qm_report_attribute(element, QM_NAME_VALUE);

	if (!name)
		return true;
	if (value)
		return add_property(junit, name, value->value, value->length);
	qm_clip_clear(&junit->property_name);
	qm_clip_add(&junit->property_name, name->value, name->length);
	collect(junit, &junit->property_value, element->depth);
	return true;
}

static bool end_property(struct qm_junit *junit)
{
	const char *name = qm_clip_text(&junit->property_name);
	const char *value = qm_clip_text(&junit->property_value);
	const struct qm_xml_attribute attribute = { .value = name, .length = strlen(name) };

	return add_property(junit, &attribute, value, strlen(value));
}

/* ---- The handlers ---- */

static bool on_start(void *context, const struct qm_xml_element *element)
{
	struct qm_junit *junit = context;

	junit->foreign += element->name == QM_NAME_OTHER || element->name > QM_NAME_LAST_OF_JUNIT;
	switch (element->name) {
	case QM_NAME_TESTCASE:
		return begin_case(junit, element);
	case QM_NAME_TESTSUITES:
	case QM_NAME_TESTSUITE:
	case QM_NAME_TESTRUN:
		return begin_frame(junit, element);
	case QM_NAME_ERROR:
	case QM_NAME_FAILURE:
	case QM_NAME_SKIPPED:
	case QM_NAME_FLAKY_FAILURE:
	case QM_NAME_FLAKY_ERROR:
	case QM_NAME_RERUN_FAILURE:
	case QM_NAME_RERUN_ERROR:
		begin_trouble(junit, element);
		return true;
	case QM_NAME_PROPERTY:
		return junit->collecting || begin_property(junit, element);
	default:
		return true;
	}
}

static bool on_text(void *context, const char *bytes, size_t length)
{
	struct qm_junit *junit = context;

	if (junit->collecting)
		qm_clip_add(junit->collecting, bytes, length);
	return true;
}

static bool end_collecting(struct qm_junit *junit, enum qm_name name)
{
	bool is_property = junit->collecting == &junit->property_value;

	junit->collecting = NULL;
	if (is_property)
		return end_property(junit);
	return junit->in_suite_error ? end_suite_error(junit, name) : end_case_trouble(junit);
}

static bool on_end(void *context, enum qm_name name, unsigned depth)
{
	struct qm_junit *junit = context;

	if (junit->collecting && depth == junit->collecting_depth)
		return end_collecting(junit, name);
	if (name == QM_NAME_TESTCASE)
		return end_case(junit);
	if (junit->frame_count && depth == junit->frames[junit->frame_count - 1].depth)
		return end_frame(junit);
	return true;
}

void qm_junit_begin(
	struct qm_junit *junit, struct qm_report *report, struct qm_xml_handlers *handlers)
{
	junit->report = report;
	junit->foreign = 0;
	junit->frame_count = 0;
	junit->open_suites = 0;
	junit->frame_texts.used = 0;
	qm_properties_clear(&junit->properties);
	qm_vec_clear(&junit->cases);
	junit->case_texts.used = 0;
	junit->in_suite_error = false;
	junit->collecting = NULL;
	*handlers = (struct qm_xml_handlers){
		.context = junit,
		.start = on_start,
		.text = on_text,
		.end = on_end,
	};
}

void qm_junit_finish(struct qm_junit *junit)
{
	const struct qm_report_counts *counts = &junit->report->counts;

	/* Check's own format has the root of JUnit and nothing else of it. */
	if (!counts->suites && !counts->tests && junit->foreign)
		qm_verdict_set(&junit->report->verdict, QM_REASON_NOT_A_REPORT, 0,
			"the root element is JUnit's, but it holds neither a suite nor a test");
}
