#include "src/upload/reports/tape.h"

#include <assert.h>
#include <string.h>

/*
 * An entry is a byte that says what it is and the struct as it was told, but with a place for each
 * text: a number where the struct has the pointer. 0 is no text, else it lies at texts[place - 1].
 * Nearly all texts of a result are those of the result before it, such as the suite, the class and
 * what it inherits: they are not stored again. To compare them costs less than to copy them.
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

_Static_assert(sizeof(size_t) == sizeof(char *), "a place stands where a pointer stood");

/* A property as it is stored. */
struct places {
	size_t name, value, depth;
};

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

static const struct shape incident_shape = { 6,
	{ offsetof(struct qm_incident, suite), offsetof(struct qm_incident, test),
		offsetof(struct qm_incident, class_name), offsetof(struct qm_incident, name),
		offsetof(struct qm_incident, failure_type),
		offsetof(struct qm_incident, message) } };

static const struct shape not_reached_shape = { 2,
	{ offsetof(struct qm_not_reached, suite),
		offsetof(struct qm_not_reached, config_method) } };

/* A text that is new and in no shape would be read where it lay in a buffer that is gone. */
enum { WORD = sizeof(char *) };
_Static_assert(WORD != 8 || sizeof(struct qm_suite) == 3 * WORD, "is each text in suite_shape?");
_Static_assert(WORD != 8 || sizeof(struct qm_result) == 19 * WORD, "is each text in result_shape?");
_Static_assert(WORD != 8 || sizeof(struct qm_incident) == 7 * WORD, "is each in incident_shape?");
_Static_assert(WORD != 8 || sizeof(struct qm_not_reached) == 3 * WORD, "in not_reached_shape?");

void qm_tape_init(struct qm_tape *tape)
{
	*tape = (struct qm_tape){ .full_bytes = SIZE_MAX };
	qm_buf_init(&tape->entries, MAX_BYTES);
	qm_buf_init(&tape->texts, MAX_BYTES);
	qm_vec_init(&tape->properties, sizeof(struct places));
	qm_vec_init(&tape->played, sizeof(struct qm_property));
}

void qm_tape_release(struct qm_tape *tape)
{
	qm_buf_release(&tape->entries);
	qm_buf_release(&tape->texts);
	qm_vec_release(&tape->properties);
	qm_vec_release(&tape->played);
}

void qm_tape_clear(struct qm_tape *tape)
{
	qm_buf_clear(&tape->entries);
	qm_buf_clear(&tape->texts);
	qm_vec_clear(&tape->properties);
	tape->last = (struct qm_result){ .suite = NULL };
	tape->last_properties = 0;
}

size_t qm_tape_bytes(const struct qm_tape *tape)
{
	return tape->entries.length + tape->texts.length +
		tape->properties.count * sizeof(struct places);
}

/* ---- Texts and their places. */

static size_t place_in(const void *item, size_t member)
{
	size_t place;

	memcpy(&place, (const char *)item + member, sizeof place);
	return place;
}

static const char *text_at(const struct qm_tape *tape, size_t place)
{
	return place ? tape->texts.data + place - 1 : NULL;
}

static bool is_same(const struct qm_tape *tape, size_t place, const char *text)
{
	return place && text ? strcmp(text_at(tape, place), text) == 0 : !place && !text;
}

static size_t add_text(struct qm_tape *tape, const char *text)
{
	size_t place = tape->texts.length + 1;

	if (!text)
		return 0;
	qm_buf_add(&tape->texts, text, strlen(text) + 1);
	return place;
}

/* Gives `item` places for its texts; `last` is one before it that has them, and shares them. */
static void to_places(struct qm_tape *tape, const struct shape *shape, void *item, const void *last)
{
	for (size_t i = 0; i < shape->count; i++) {
		char *member = (char *)item + shape->texts[i];
		size_t place = last ? place_in(last, shape->texts[i]) : 0;
		const char *text;

		memcpy(&text, member, sizeof text);
		if (!text)
			place = 0;
		else if (!is_same(tape, place, text))
			place = add_text(tape, text);
		memcpy(member, &place, sizeof place);
	}
}

static void to_texts(const struct qm_tape *tape, const struct shape *shape, void *item)
{
	for (size_t i = 0; i < shape->count; i++) {
		const char *text = text_at(tape, place_in(item, shape->texts[i]));

		memcpy((char *)item + shape->texts[i], &text, sizeof text);
	}
}

/* ---- Recording. */

static enum qm_code end_entry(struct qm_tape *tape)
{
	assert(!tape->entries.overflow && !tape->texts.overflow);
	return qm_tape_bytes(tape) < tape->full_bytes ? QM_OK : tape->on_full(tape->context);
}

static void add(struct qm_tape *tape, enum kind kind, const void *item, size_t size)
{
	qm_buf_add_char(&tape->entries, (char)kind);
	qm_buf_add(&tape->entries, item, size);
}

static enum qm_code record_report_begin(void *context, const struct qm_report_begin *report)
{
	add(context, REPORT_BEGIN, report, sizeof *report);
	return end_entry(context);
}

static enum qm_code record_suite(struct qm_tape *tape, enum kind kind, struct qm_suite suite)
{
	to_places(tape, &suite_shape, &suite, NULL);
	add(tape, kind, &suite, sizeof suite);
	return end_entry(tape);
}

static enum qm_code record_suite_begin(void *context, const struct qm_suite *suite)
{
	return record_suite(context, SUITE_BEGIN, *suite);
}

static enum qm_code record_suite_end(void *context, const struct qm_suite *suite)
{
	return record_suite(context, SUITE_END, *suite);
}

static bool has_last_properties(const struct qm_tape *tape, const struct qm_result *result)
{
	const struct places *last;

	if (result->property_count != tape->last.property_count)
		return false;
	if (!result->property_count)
		return true;
	last = qm_vec_at(&tape->properties, tape->last_properties);
	for (size_t i = 0; i < result->property_count; i++)
		if (!is_same(tape, last[i].name, result->properties[i].name) ||
			!is_same(tape, last[i].value, result->properties[i].value) ||
			last[i].depth != result->properties[i].depth)
			return false;
	return true;
}

static void add_properties(struct qm_tape *tape, const struct qm_result *result)
{
	tape->last_properties = tape->properties.count;
	for (size_t i = 0; i < result->property_count; i++) {
		struct places *places = qm_vec_add(&tape->properties);

		places->name = add_text(tape, result->properties[i].name);
		places->value = add_text(tape, result->properties[i].value);
		places->depth = result->properties[i].depth;
	}
}

/* The entry of a result ends with the place of its properties. */
static enum qm_code record_result(void *context, const struct qm_result *result)
{
	struct qm_tape *tape = context;
	struct qm_result stored = *result;

	if (!has_last_properties(tape, result))
		add_properties(tape, result);
	to_places(tape, &result_shape, &stored, &tape->last);
	add(tape, RESULT, &stored, sizeof stored);
	qm_buf_add(&tape->entries, &tape->last_properties, sizeof tape->last_properties);
	tape->last = stored;
	return end_entry(tape);
}

static enum qm_code record_incident(
	struct qm_tape *tape, enum kind kind, struct qm_incident incident)
{
	to_places(tape, &incident_shape, &incident, NULL);
	add(tape, kind, &incident, sizeof incident);
	return end_entry(tape);
}

static enum qm_code record_suite_error(void *context, const struct qm_incident *incident)
{
	return record_incident(context, SUITE_ERROR, *incident);
}

static enum qm_code record_config_method(void *context, const struct qm_incident *incident)
{
	return record_incident(context, CONFIG_METHOD, *incident);
}

static enum qm_code record_not_reached(void *context, const struct qm_not_reached *not_reached)
{
	struct qm_not_reached stored = *not_reached;

	to_places(context, &not_reached_shape, &stored, NULL);
	add(context, NOT_REACHED, &stored, sizeof stored);
	return end_entry(context);
}

static enum qm_code record_report_end(void *context, const struct qm_report_end *end)
{
	struct qm_tape *tape = context;

	add(tape, REPORT_END, end, sizeof *end);
	if (end->error)
		qm_buf_add(&tape->entries, end->error, sizeof *end->error);
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

static enum qm_code play_suite(const struct qm_tape *tape, const char **at,
	enum qm_code (*tell)(void *, const struct qm_suite *), void *context)
{
	struct qm_suite suite;

	take(at, &suite, sizeof suite);
	to_texts(tape, &suite_shape, &suite);
	return tell ? tell(context, &suite) : QM_OK;
}

static enum qm_code play_incident(const struct qm_tape *tape, const char **at,
	enum qm_code (*tell)(void *, const struct qm_incident *), void *context)
{
	struct qm_incident incident;

	take(at, &incident, sizeof incident);
	to_texts(tape, &incident_shape, &incident);
	return tell ? tell(context, &incident) : QM_OK;
}

static enum qm_code play_not_reached(
	const struct qm_tape *tape, const char **at, const struct qm_sink *sink)
{
	struct qm_not_reached not_reached;

	take(at, &not_reached, sizeof not_reached);
	to_texts(tape, &not_reached_shape, &not_reached);
	return sink->not_reached ? sink->not_reached(sink->context, &not_reached) : QM_OK;
}

static enum qm_code play_result(
	const struct qm_tape *tape, const char **at, const struct qm_sink *sink)
{
	const struct qm_property *properties = tape->played.items;
	struct qm_result result;
	size_t first;

	take(at, &result, sizeof result);
	take(at, &first, sizeof first);
	to_texts(tape, &result_shape, &result);
	result.properties = result.property_count ? properties + first : NULL;
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

static enum qm_code play_entry(
	const struct qm_tape *tape, const char **at, const struct qm_sink *sink)
{
	enum kind kind = (enum kind)(unsigned char)**at;

	(*at)++;
	switch (kind) {
	case REPORT_BEGIN:
		return play_report_begin(at, sink);
	case SUITE_BEGIN:
		return play_suite(tape, at, sink->suite_begin, sink->context);
	case RESULT:
		return play_result(tape, at, sink);
	case SUITE_ERROR:
		return play_incident(tape, at, sink->suite_error, sink->context);
	case CONFIG_METHOD:
		return play_incident(tape, at, sink->config_method, sink->context);
	case NOT_REACHED:
		return play_not_reached(tape, at, sink);
	case SUITE_END:
		return play_suite(tape, at, sink->suite_end, sink->context);
	case REPORT_END:
		break;
	}
	return play_report_end(at, sink);
}

/* All properties at once: results share them. */
static void find_properties(struct qm_tape *tape)
{
	qm_vec_clear(&tape->played);
	for (size_t i = 0; i < tape->properties.count; i++) {
		const struct places *places = qm_vec_at(&tape->properties, i);
		struct qm_property *property = qm_vec_add(&tape->played);

		property->name = text_at(tape, places->name);
		property->value = text_at(tape, places->value);
		property->depth = places->depth;
	}
}

enum qm_code qm_tape_play(struct qm_tape *tape, const struct qm_sink *sink)
{
	const char *at = tape->entries.data, *end = at + tape->entries.length;
	enum qm_code code = QM_OK;

	find_properties(tape);
	while (!code && at < end)
		code = play_entry(tape, &at, sink);
	return code;
}
