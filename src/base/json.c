#include "src/base/json.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

struct qm_json {
	union {
		const char *text;
		int64_t integer;
		double real;
		size_t count; /* of items or members, the first of which stands behind it */
	};
	const char *name; /* of a member; NULL: it is none */
	enum qm_json_kind kind;
	uint32_t next; /* so many places on is its next sibling; 0: it is the last one */
};

_Static_assert(sizeof(struct qm_json) <= 24, "a value is 24 bytes");

/* What a value that was read is the first value of. */
struct document {
	char *text; /* the copy in which texts are unescaped */
	struct qm_json values[];
};

struct parser {
	char *at; /* in the copy, behind which is a NUL */
	struct document *document;
	size_t count, capacity;
	unsigned depth;
	const char *wrong; /* what is not as it should be at `at`; NULL: nothing yet */
};

/* An object of short members has a value in 16 bytes; more room is made when it is needed. */
enum { BYTES_PER_VALUE = 16 };

static const char too_deep[] = "it is nested too deeply";

/* ---- The parts of a value. Each says whether it is one, and ends behind it. */

static bool fail(struct parser *parser, const char *wrong)
{
	parser->wrong = wrong;
	return false;
}

static void skip_blanks(struct parser *parser)
{
	while (*parser->at == ' ' || *parser->at == '\n' || *parser->at == '\r' ||
		*parser->at == '\t')
		parser->at++;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits behind \u. */
static bool read_unit(struct parser *parser, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, parser->at++) {
		int digit = hex_value(*parser->at);

		if (digit < 0)
			return fail(parser, "\\u wants four hexadecimal digits");
		*out = *out << 4 | (unsigned)digit;
	}
	return true;
}

static bool read_escaped_point(struct parser *parser, unsigned *out)
{
	unsigned low;

	if (!read_unit(parser, out))
		return false;
	if (*out < 0xd800 || *out > 0xdfff)
		return true;
	if (*out > 0xdbff || parser->at[0] != '\\' || parser->at[1] != 'u')
		return fail(parser, "half a surrogate pair");
	parser->at += 2;
	if (!read_unit(parser, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(parser, "half a surrogate pair");
	*out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

/* It is never longer than its escape. */
static char *write_point(char *to, unsigned point)
{
	if (point < 0x80) {
		*to++ = (char)point;
		return to;
	}
	if (point < 0x800) {
		*to++ = (char)(0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*to++ = (char)(0xe0 | point >> 12);
		} else {
			*to++ = (char)(0xf0 | point >> 18);
			*to++ = (char)(0x80 | (point >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (point >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (point & 0x3f));
	return to;
}

/* At the backslash; `to` moves on. */
static bool unescape(struct parser *parser, char **to)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	unsigned point;

	parser->at++;
	if (*parser->at == 'u') {
		parser->at++;
		if (!read_escaped_point(parser, &point))
			return false;
		*to = write_point(*to, point);
		return true;
	}
	letter = *parser->at ? strchr(letters, *parser->at) : NULL;
	if (!letter)
		return fail(parser, "an unknown escape");
	*(*to)++ = meanings[letter - letters];
	parser->at++;
	return true;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static bool is_foreign(unsigned char c)
{
	return c < 0x20 || c >= 0x80;
}

/* A character beyond ASCII. Controls have to be escaped, and the text may have no end. */
static bool copy_character(struct parser *parser, char **to)
{
	unsigned point = 0;
	size_t length = qm_text_decode(parser->at, &point);

	if (point < 0x20)
		return fail(parser, "a text wants UTF-8, and a quote at its end");
	memmove(*to, parser->at, length);
	*to += length;
	parser->at += length;
	return true;
}

/* At the quote; the text is written over itself, without escapes and with a NUL at its end. */
static bool read_text(struct parser *parser, const char **out)
{
	char *to = ++parser->at;

	*out = to;
	while (*parser->at != '"') {
		const char *run = parser->at;

		while (is_plain((unsigned char)*parser->at))
			parser->at++;
		if (to != run)
			memmove(to, run, (size_t)(parser->at - run));
		to += parser->at - run;
		if (*parser->at == '\\' && !unescape(parser, &to))
			return false;
		if (is_foreign((unsigned char)*parser->at) && !copy_character(parser, &to))
			return false;
	}
	*to = '\0';
	parser->at++;
	return true;
}

static bool skip_digits(struct parser *parser)
{
	if (!is_digit(*parser->at))
		return fail(parser, "a digit is missing");
	while (is_digit(*parser->at))
		parser->at++;
	return true;
}

/* Of digits with or without a minus; false where they are too large. */
static bool take_integer(const char *begin, const char *end, int64_t *out)
{
	bool is_negative = *begin == '-';
	uint64_t number = 0, most = (uint64_t)INT64_MAX + is_negative;

	for (begin += is_negative; begin < end; begin++) {
		unsigned digit = (unsigned)(*begin - '0');

		if (number > (most - digit) / 10)
			return false;
		number = 10 * number + digit;
	}
	*out = (int64_t)(is_negative ? 0 - number : number);
	return true;
}

static bool read_number(struct parser *parser, struct qm_json *out)
{
	const char *begin = parser->at;

	out->kind = QM_JSON_INTEGER;
	parser->at += *begin == '-';
	if (parser->at[0] == '0' && is_digit(parser->at[1]))
		return fail(parser, "a number begins with 0");
	if (!skip_digits(parser))
		return false;
	if (*parser->at == '.') {
		out->kind = QM_JSON_REAL;
		parser->at++;
		if (!skip_digits(parser))
			return false;
	}
	if (*parser->at == 'e' || *parser->at == 'E') {
		out->kind = QM_JSON_REAL;
		parser->at++;
		parser->at += *parser->at == '+' || *parser->at == '-';
		if (!skip_digits(parser))
			return false;
	}
	if (out->kind == QM_JSON_INTEGER && !take_integer(begin, parser->at, &out->integer))
		out->kind = QM_JSON_REAL;
	if (out->kind == QM_JSON_REAL)
		out->real = strtod(begin, NULL);
	return true;
}

static bool read_word(struct parser *parser, struct qm_json *out)
{
	static const struct {
		const char *word;
		enum qm_json_kind kind;
	} rows[] = { { "null", QM_JSON_NULL }, { "false", QM_JSON_FALSE },
		{ "true", QM_JSON_TRUE } };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (qm_text_starts(parser->at, rows[i].word)) {
			parser->at += strlen(rows[i].word);
			out->kind = rows[i].kind;
			return true;
		}
	return fail(parser, "a value is missing");
}

/* ---- Values. */

static size_t size_of(size_t capacity)
{
	return sizeof(struct document) + capacity * sizeof(struct qm_json);
}

static size_t add_place(struct parser *parser)
{
	if (parser->count == parser->capacity) {
		parser->capacity += parser->capacity / 2 + 1;
		parser->document = qm_realloc_array(parser->document, size_of(parser->capacity), 1);
	}
	return parser->count++;
}

static bool read_name(struct parser *parser, const char **out)
{
	if (*parser->at != '"')
		return fail(parser, "a name is missing");
	if (!read_text(parser, out))
		return false;
	skip_blanks(parser);
	if (*parser->at != ':')
		return fail(parser, "a colon is missing");
	parser->at++;
	skip_blanks(parser);
	return true;
}

static bool read_value(struct parser *parser, const char *name);

/* One more in `container`, the last one of which stands at `last`. */
static bool read_item(struct parser *parser, struct qm_json *container, size_t *last)
{
	size_t place = parser->count;
	const char *name = NULL;

	if (container->kind == QM_JSON_OBJECT && !read_name(parser, &name))
		return false;
	if (!read_value(parser, name))
		return false;
	if (container->count++)
		parser->document->values[*last].next = (uint32_t)(place - *last);
	*last = place;
	return true;
}

static bool read_container(struct parser *parser, struct qm_json *out)
{
	const char end = *parser->at == '{' ? '}' : ']';
	size_t last = 0;

	out->kind = end == '}' ? QM_JSON_OBJECT : QM_JSON_ARRAY;
	if (++parser->depth > QM_JSON_MAX_DEPTH)
		return fail(parser, too_deep);
	do {
		parser->at++; /* the bracket, or a comma */
		skip_blanks(parser);
		if (*parser->at == end && !out->count)
			break;
		if (!read_item(parser, out, &last))
			return false;
		skip_blanks(parser);
	} while (*parser->at == ',');
	if (*parser->at != end)
		return fail(parser, "a comma or a closing bracket is missing");
	parser->at++;
	parser->depth--;
	return true;
}

/* The first of its values is the value itself. */
static bool read_value(struct parser *parser, const char *name)
{
	struct qm_json value = { .name = name };
	size_t place = add_place(parser);
	bool is_good;

	if (*parser->at == '{' || *parser->at == '[') {
		is_good = read_container(parser, &value);
	} else if (*parser->at == '"') {
		value.kind = QM_JSON_TEXT;
		is_good = read_text(parser, &value.text);
	} else if (*parser->at == '-' || is_digit(*parser->at)) {
		is_good = read_number(parser, &value);
	} else {
		is_good = read_word(parser, &value);
	}
	parser->document->values[place] = value;
	return is_good;
}

/* Before `offset`: what is at it is told to people. */
static enum qm_code tell(
	const struct parser *parser, const char *bytes, size_t offset, struct qm_error *err)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		column = bytes[i] == '\n' ? 1 : column + 1;
		line += bytes[i] == '\n';
	}
	return qm_error_set(err, parser->wrong == too_deep ? QM_ELIMIT : QM_EINPUT,
		"no JSON: %s at line %zu, column %zu", parser->wrong, line, column);
}

enum qm_code qm_json_read(
	const char *bytes, size_t length, struct qm_json **out, struct qm_error *err)
{
	struct parser parser = { .capacity = length / BYTES_PER_VALUE + 1 };
	char *text = qm_alloc_raw(length + 1);
	enum qm_code code;

	memcpy(text, bytes, length);
	text[length] = '\0';
	parser.at = text;
	parser.document = qm_alloc_raw(size_of(parser.capacity));
	parser.document->text = text;
	skip_blanks(&parser);
	if (read_value(&parser, NULL))
		skip_blanks(&parser);
	if (!parser.wrong && parser.at != text + length)
		(void)fail(&parser, "something else stands behind it");
	*out = parser.document->values;
	if (!parser.wrong)
		return QM_OK;
	code = tell(&parser, bytes, (size_t)(parser.at - text), err);
	qm_json_free(*out);
	*out = NULL;
	return code;
}

void qm_json_free(struct qm_json *json)
{
	struct document *document;

	if (!json)
		return;
	document = (void *)((char *)json - offsetof(struct document, values));
	free(document->text);
	free(document);
}

/* ---- Questions. */

enum qm_json_kind qm_json_kind(const struct qm_json *value)
{
	return value ? value->kind : QM_JSON_NONE;
}

size_t qm_json_count(const struct qm_json *value)
{
	return value && value->kind >= QM_JSON_ARRAY ? value->count : 0;
}

const struct qm_json *qm_json_first(const struct qm_json *value)
{
	return qm_json_count(value) ? value + 1 : NULL;
}

const struct qm_json *qm_json_next(const struct qm_json *item_or_member)
{
	return item_or_member && item_or_member->next ? item_or_member + item_or_member->next
						      : NULL;
}

const struct qm_json *qm_json_get(const struct qm_json *object, const char *name)
{
	const struct qm_json *found = NULL, *member;

	if (qm_json_kind(object) != QM_JSON_OBJECT)
		return NULL;
	for (member = qm_json_first(object); member; member = qm_json_next(member))
		if (*member->name == *name && strcmp(member->name, name) == 0)
			found = member;
	return found;
}

const char *qm_json_as_text(const struct qm_json *value)
{
	return qm_json_kind(value) == QM_JSON_TEXT ? value->text : NULL;
}

int64_t qm_json_as_integer(const struct qm_json *value)
{
	return qm_json_kind(value) == QM_JSON_INTEGER ? value->integer : 0;
}

double qm_json_as_real(const struct qm_json *value)
{
	return qm_json_kind(value) == QM_JSON_REAL ? value->real : 0;
}
