#include "src/upload/tape.h"

#include <assert.h>
#include <string.h>

/*
 * An entry is a byte that says what it is, the struct as it stands, and behind it the struct's
 * texts in the order of the lists below: a length of 4 bytes, the bytes, NUL. A result's properties
 * follow in the same way, name and value.
 */
enum kind {
	REPORT_BEGIN,
	SUITE_BEGIN,
	RESULT,
	SUITE_ERROR,
	CONFIG_METHOD,
	NOT_REACHED,
	SUITE_END,
	REPORT_END,
};

/* Far beyond any full_bytes; one result has at most 3 MB of texts (parsers/limits.h). */
enum { MAX_BYTES = 16 << 20 };

static const uint32_t no_text = UINT32_MAX;

/* Where a struct has its texts. */
struct shape {
	size_t count;
	size_t texts[11];
};

static const struct shape suite_shape = { 2,
	{ offsetof(struct qm_suite, name), offsetof(struct qm_suite, hostname) } };

static const struct shape result_shape = { 11,
	{ offsetof(struct qm_result, suite), offsetof(struct qm_result, test),
		offsetof(struct qm_result, class_name), offsetof(struct qm_result, name),
		offsetof(struct qm_result, parameters), offsetof(struct qm_result, description),
		offsetof(struct qm_result, failure_type), offsetof(struct qm_result, message),
		offsetof(struct qm_result, failure_text), offsetof(struct qm_result, file),
		offsetof(struct qm_result, hostname) } };

static const struct shape incident_shape = { 5,
	{ offsetof(struct qm_incident, suite), offsetof(struct qm_incident, class_name),
		offsetof(struct qm_incident, name), offsetof(struct qm_incident, failure_type),
		offsetof(struct qm_incident, message) } };

static const struct shape not_reached_shape = { 2,
	{ offsetof(struct qm_not_reached, suite),
		offsetof(struct qm_not_reached, config_method) } };

void qm_tape_init(struct qm_tape *tape)
{
	qm_buf_init(&tape->bytes, MAX_BYTES);
	qm_vec_init(&tape->properties, sizeof(struct qm_property));
	tape->full_bytes = SIZE_MAX;
	tape->on_full = NULL;
	tape->context = NULL;
}

void qm_tape_release(struct qm_tape *tape)
{
	qm_buf_release(&tape->bytes);
	qm_vec_release(&tape->properties);
}

void qm_tape_clear(struct qm_tape *tape)
{
	qm_buf_clear(&tape->bytes);
}

/* ---- Recording. */

static void add_text(struct qm_tape *tape, const char *text)
{
	uint32_t length = text ? (uint32_t)strlen(text) : no_text;

	qm_buf_add(&tape->bytes, &length, sizeof length);
	if (text)
		qm_buf_add(&tape->bytes, text, length + 1);
}

static void add(struct qm_tape *tape, enum kind kind, const void *item, size_t size,
	const struct shape *shape)
{
	qm_buf_add_char(&tape->bytes, (char)kind);
	qm_buf_add(&tape->bytes, item, size);
	for (size_t i = 0; shape && i < shape->count; i++) {
		const char *text;

		memcpy(&text, (const char *)item + shape->texts[i], sizeof text);
		add_text(tape, text);
	}
}

static enum qm_code end_entry(struct qm_tape *tape)
{
	assert(!tape->bytes.overflow);
	return tape->bytes.length < tape->full_bytes ? QM_OK : tape->on_full(tape->context);
}

static enum qm_code record_report_begin(void *context, const struct qm_report_begin *report)
{
	add(context, REPORT_BEGIN, report, sizeof *report, NULL);
	return end_entry(context);
}

static enum qm_code record_suite_begin(void *context, const struct qm_suite *suite)
{
	add(context, SUITE_BEGIN, suite, sizeof *suite, &suite_shape);
	return end_entry(context);
}

static enum qm_code record_result(void *context, const struct qm_result *result)
{
	add(context, RESULT, result, sizeof *result, &result_shape);
	for (size_t i = 0; i < result->property_count; i++) {
		add_text(context, result->properties[i].name);
		add_text(context, result->properties[i].value);
	}
	return end_entry(context);
}

static enum qm_code record_suite_error(void *context, const struct qm_incident *incident)
{
	add(context, SUITE_ERROR, incident, sizeof *incident, &incident_shape);
	return end_entry(context);
}

static enum qm_code record_config_method(void *context, const struct qm_incident *incident)
{
	add(context, CONFIG_METHOD, incident, sizeof *incident, &incident_shape);
	return end_entry(context);
}

static enum qm_code record_not_reached(void *context, const struct qm_not_reached *not_reached)
{
	add(context, NOT_REACHED, not_reached, sizeof *not_reached, &not_reached_shape);
	return end_entry(context);
}

static enum qm_code record_suite_end(void *context, const struct qm_suite *suite)
{
	add(context, SUITE_END, suite, sizeof *suite, &suite_shape);
	return end_entry(context);
}

static enum qm_code record_report_end(void *context, const struct qm_report_end *end)
{
	struct qm_tape *tape = context;

	add(tape, REPORT_END, end, sizeof *end, NULL);
	if (end->error)
		qm_buf_add(&tape->bytes, end->error, sizeof *end->error);
	return end_entry(tape);
}

struct qm_sink qm_tape_sink(struct qm_tape *tape, const struct qm_sink *wanted)
{
	return (struct qm_sink){
		.context = tape,
		.report_begin = wanted->report_begin ? record_report_begin : NULL,
		.suite_begin = wanted->suite_begin ? record_suite_begin : NULL,
		.result = wanted->result ? record_result : NULL,
		.suite_error = wanted->suite_error ? record_suite_error : NULL,
		.config_method = wanted->config_method ? record_config_method : NULL,
		.not_reached = wanted->not_reached ? record_not_reached : NULL,
		.suite_end = wanted->suite_end ? record_suite_end : NULL,
		.report_end = wanted->report_end ? record_report_end : NULL,
	};
}

/* ---- Playing. */

static void take(const char **at, void *out, size_t size)
{
	memcpy(out, *at, size);
	*at += size;
}

static const char *take_text(const char **at)
{
	const char *text;
	uint32_t length;

	take(at, &length, sizeof length);
	if (length == no_text)
		return NULL;
	text = *at;
	*at += length + 1;
	return text;
}

static void take_item(const char **at, void *item, size_t size, const struct shape *shape)
{
	take(at, item, size);
	for (size_t i = 0; i < shape->count; i++) {
		const char *text = take_text(at);

		memcpy((char *)item + shape->texts[i], &text, sizeof text);
	}
}

static enum qm_code play_suite(
	const char **at, enum qm_code (*tell)(void *, const struct qm_suite *), void *context)
{
	struct qm_suite suite;

	take_item(at, &suite, sizeof suite, &suite_shape);
	return tell ? tell(context, &suite) : QM_OK;
}

static enum qm_code play_incident(
	const char **at, enum qm_code (*tell)(void *, const struct qm_incident *), void *context)
{
	struct qm_incident incident;

	take_item(at, &incident, sizeof incident, &incident_shape);
	return tell ? tell(context, &incident) : QM_OK;
}

static enum qm_code play_not_reached(const char **at, const struct qm_sink *sink)
{
	struct qm_not_reached not_reached;

	take_item(at, &not_reached, sizeof not_reached, &not_reached_shape);
	return sink->not_reached ? sink->not_reached(sink->context, &not_reached) : QM_OK;
}

static enum qm_code play_result(struct qm_tape *tape, const char **at, const struct qm_sink *sink)
{
	struct qm_result result;

	take_item(at, &result, sizeof result, &result_shape);
	qm_vec_clear(&tape->properties);
	for (size_t i = 0; i < result.property_count; i++) {
		struct qm_property *property = qm_vec_add(&tape->properties);

		property->name = take_text(at);
		property->value = take_text(at);
	}
	result.properties = tape->properties.items;
	return sink->result ? sink->result(sink->context, &result) : QM_OK;
}

static enum qm_code play_report_begin(const char **at, const struct qm_sink *sink)
{
	struct qm_report_begin begin;

	take(at, &begin, sizeof begin);
	return sink->report_begin ? sink->report_begin(sink->context, &begin) : QM_OK;
}

static enum qm_code play_report_end(const char **at, const struct qm_sink *sink)
{
	struct qm_report_end end;
	struct qm_error error;

	take(at, &end, sizeof end);
	if (end.error) {
		take(at, &error, sizeof error);
		end.error = &error;
	}
	return sink->report_end ? sink->report_end(sink->context, &end) : QM_OK;
}

static enum qm_code play_entry(struct qm_tape *tape, const char **at, const struct qm_sink *sink)
{
	enum kind kind = (enum kind)(unsigned char)**at;

	(*at)++;
	switch (kind) {
	case REPORT_BEGIN:
		return play_report_begin(at, sink);
	case SUITE_BEGIN:
		return play_suite(at, sink->suite_begin, sink->context);
	case RESULT:
		return play_result(tape, at, sink);
	case SUITE_ERROR:
		return play_incident(at, sink->suite_error, sink->context);
	case CONFIG_METHOD:
		return play_incident(at, sink->config_method, sink->context);
	case NOT_REACHED:
		return play_not_reached(at, sink);
	case SUITE_END:
		return play_suite(at, sink->suite_end, sink->context);
	case REPORT_END:
		break;
	}
	return play_report_end(at, sink);
}

enum qm_code qm_tape_play(struct qm_tape *tape, const struct qm_sink *sink)
{
	const char *at = tape->bytes.data, *end = at + tape->bytes.length;
	enum qm_code code = QM_OK;

	while (!code && at < end)
		code = play_entry(tape, &at, sink);
	return code;
}
