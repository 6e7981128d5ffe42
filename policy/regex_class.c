#include "policy/regex_parser.h"
#include "policy/utf8.h"

#include <string.h>

static const char bad_range[] = "invalid character class range";

/* Sets of ASCII characters, as pairs of first and last. */
static const struct {
	const char *name;
	const char *pairs;
} sets[] = {
	{ "\\d", "09" },
	{ "\\s", "\t\n\f\r  " },
	{ "\\w", "09AZ__az" },
	{ "alnum", "09AZaz" },
	{ "alpha", "AZaz" },
	{ "ascii", "" }, /* all of them: a pair cannot begin with NUL here */
	{ "blank", "\t\t  " },
	{ "cntrl", "\1\37\177\177" }, /* and NUL */
	{ "digit", "09" },
	{ "graph", "!~" },
	{ "lower", "az" },
	{ "print", " ~" },
	{ "punct", "!/:@[`{~" },
	{ "space", "\t\r  " },
	{ "upper", "AZ" },
	{ "word", "09AZ__az" },
	{ "xdigit", "09AFaf" },
};

enum { ASCII = 128, LONG_S = 0x17F, KELVIN = 0x212A };

struct set {
	bool has[ASCII];
	bool long_s, kelvin; /* what folds to s and k */
};

static bool find_set(const char *name, size_t length, struct set *out)
{
	*out = (struct set){ .long_s = false };
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		if (strlen(sets[i].name) != length || strncmp(sets[i].name, name, length) != 0)
			continue;
		for (const char *pair = sets[i].pairs; *pair; pair += 2)
			for (unsigned at = (unsigned char)pair[0]; at <= (unsigned char)pair[1];
				at++)
				out->has[at] = true;
		out->has[0] =
			strcmp(sets[i].name, "ascii") == 0 || strcmp(sets[i].name, "cntrl") == 0;
		for (int at = 0; at < ASCII && !*sets[i].pairs; at++)
			out->has[at] = true;
		return true;
	}
	return false;
}

static void fold_set(struct set *set)
{
	for (int upper = 'A'; upper <= 'Z'; upper++)
		set->has[upper] = set->has[upper + 32] = set->has[upper] || set->has[upper + 32];
	set->long_s = set->has['s'];
	set->kelvin = set->has['k'];
}

/* Surrogates are no characters, so no text holds them: PCRE2 refuses to see them named. */
static void write_range(struct qm_buf *out, uint32_t low, uint32_t high)
{
	if (low >= 0xD800 && low <= 0xDFFF)
		low = 0xE000;
	if (high >= 0xD800 && high <= 0xDFFF)
		high = 0xD7FF;
	if (low > high)
		return;
	qm_regex_write_point(out, low);
	if (low == high)
		return;
	qm_buf_add_char(out, '-');
	qm_regex_write_point(out, high);
}

static void write_set(struct qm_buf *out, const struct set *set, bool negated)
{
	for (uint32_t low = 0, high; low < ASCII; low = high + 1) {
		high = low;
		if (set->has[low] == negated)
			continue;
		while (high + 1 < ASCII && set->has[high + 1] != negated)
			high++;
		write_range(out, low, high);
	}
	if (!negated) {
		if (set->long_s)
			write_range(out, LONG_S, LONG_S);
		if (set->kelvin)
			write_range(out, KELVIN, KELVIN);
		return;
	}
	write_range(out, ASCII, LONG_S - 1);
	write_range(out, LONG_S + (set->long_s ? 1 : 0), KELVIN - 1);
	write_range(out, KELVIN + (set->kelvin ? 1 : 0), QM_REGEX_MAX_POINT);
}

static void add_set(struct qm_regex_parser *parser, struct set *set, bool negated)
{
	if (parser->flags & QM_REGEX_FOLD)
		fold_set(set);
	write_set(parser->out, set, negated);
}

static bool is_perl_set(const struct qm_regex_parser *parser)
{
	return parser->at + 1 < parser->length && parser->pattern[parser->at] == '\\' &&
		parser->pattern[parser->at + 1] &&
		strchr("dDsSwW", parser->pattern[parser->at + 1]);
}

static bool is_property(const struct qm_regex_parser *parser)
{
	return qm_regex_at(parser, "\\p") || qm_regex_at(parser, "\\P");
}

bool qm_regex_is_class_escape(const struct qm_regex_parser *parser)
{
	return is_perl_set(parser) || is_property(parser);
}

/* \d, and \D for its negation. */
static void add_perl_set(struct qm_regex_parser *parser)
{
	char letter = parser->pattern[parser->at + 1];
	char name[2] = { '\\', (char)(letter | 0x20) };
	struct set set;

	(void)find_set(name, sizeof name, &set);
	add_set(parser, &set, letter != name[1]);
	parser->at += 2;
}

static void write_property(
	struct qm_regex_parser *parser, const struct qm_regex_property *property, bool negated)
{
	qm_buf_add_format(parser->out, "\\%c{%s%s}", negated == property->negated ? 'p' : 'P',
		property->script ? parser->script_prefix : "", property->name);
	if (!negated)
		qm_buf_add_text(parser->out, property->extra);
}

/* Where the name behind \p begins and ends; false if it does not end. */
static bool property_name(struct qm_regex_parser *parser, size_t *from, size_t *to)
{
	size_t start = parser->at;
	const char *brace;
	uint32_t point;

	parser->at += 2;
	*from = parser->at;
	if (parser->at == parser->length) {
		/* Go reads the end of the pattern as a character that is no name. */
		*to = *from;
		return true;
	}
	if (!qm_regex_point(parser, &point))
		return false;
	*to = parser->at;
	if (point != '{')
		return true;
	brace = memchr(parser->pattern + parser->at, '}', parser->length - parser->at);
	if (!brace)
		return qm_regex_fail(parser, bad_range, start, parser->length);
	*from = parser->at;
	*to = (size_t)(brace - parser->pattern);
	parser->at = *to + 1;
	return true;
}

/* \pL, \p{Greek}, \P{Greek}, \p{^Greek}. */
static bool add_property(struct qm_regex_parser *parser)
{
	bool negated = parser->pattern[parser->at + 1] == 'P';
	bool fold = parser->flags & QM_REGEX_FOLD;
	struct qm_regex_property property;
	size_t start = parser->at, from, to;

	if (!property_name(parser, &from, &to))
		return false;
	if (from < to && parser->pattern[from] == '^') {
		negated = !negated;
		from++;
	}
	if (!qm_regex_find_property(parser->pattern + from, to - from, fold, &property))
		return qm_regex_fail(parser, bad_range, start, parser->at);
	if (property.ascii) {
		struct set set;

		(void)find_set("ascii", 5, &set);
		add_set(parser, &set, negated);
		return true;
	}
	write_property(parser, &property, negated);
	return true;
}

/* [:alpha:] or [:^alpha:] inside of brackets; `found` is false where there is none. */
static bool add_named_set(struct qm_regex_parser *parser, bool *found)
{
	const char *name = parser->pattern + parser->at + 2, *end = name;
	const char *stop = parser->pattern + parser->length;
	bool negated;
	struct set set;

	*found = false;
	while (end + 1 < stop && !(end[0] == ':' && end[1] == ']'))
		end++;
	if (end + 1 >= stop)
		return true;
	*found = true;
	negated = *name == '^';
	name += negated;
	if (name > end || *name == '\\' || !find_set(name, (size_t)(end - name), &set))
		return qm_regex_fail(
			parser, bad_range, parser->at, (size_t)(end + 2 - parser->pattern));
	add_set(parser, &set, negated);
	parser->at = (size_t)(end + 2 - parser->pattern);
	return true;
}

static bool class_point(struct qm_regex_parser *parser, size_t class_start, uint32_t *out)
{
	if (parser->at == parser->length)
		return qm_regex_fail(parser, "missing closing ]", class_start, parser->length);
	if (parser->pattern[parser->at] == '\\')
		return qm_regex_escape(parser, out);
	return qm_regex_point(parser, out);
}

/* a or a-z. */
static bool add_range(struct qm_regex_parser *parser, size_t class_start)
{
	size_t start = parser->at;
	uint32_t low = 0, high;

	if (!class_point(parser, class_start, &low))
		return false;
	high = low;
	/* [a-] means a or -, so that must not be the last. */
	if (parser->at + 1 < parser->length && parser->pattern[parser->at] == '-' &&
		parser->pattern[parser->at + 1] != ']') {
		parser->at++;
		if (!class_point(parser, class_start, &high))
			return false;
		if (high < low)
			return qm_regex_fail(parser, bad_range, start, parser->at);
	}
	write_range(parser->out, low, high);
	return true;
}

static bool add_class_item(struct qm_regex_parser *parser, size_t class_start)
{
	bool found = false;

	if (parser->at + 2 < parser->length && qm_regex_at(parser, "[:")) {
		if (!add_named_set(parser, &found))
			return false;
		if (found)
			return true;
	}
	if (is_property(parser))
		return add_property(parser);
	if (is_perl_set(parser)) {
		add_perl_set(parser);
		return true;
	}
	return add_range(parser, class_start);
}

/* [...], from its first to its last bracket. */
static bool read_brackets(struct qm_regex_parser *parser, bool *negated)
{
	size_t class_start = parser->at++;
	bool first = true;

	*negated = parser->at < parser->length && parser->pattern[parser->at] == '^';
	parser->at += *negated;
	/* A ] right at the start is a character like any other. */
	while (parser->at == parser->length || parser->pattern[parser->at] != ']' || first) {
		first = false;
		if (!add_class_item(parser, class_start))
			return false;
	}
	parser->at++;
	return true;
}

bool qm_regex_class(struct qm_regex_parser *parser)
{
	size_t start = parser->out->length, body;
	bool negated = false, read = true;

	qm_buf_add_text(parser->out, "[^");
	body = parser->out->length;
	if (is_property(parser))
		read = add_property(parser);
	else if (is_perl_set(parser))
		add_perl_set(parser);
	else
		read = read_brackets(parser, &negated);
	if (!read || parser->out->overflow)
		return read;
	if (parser->out->length == body) {
		/* Nothing but surrogates: no character, or any. */
		parser->out->length = start;
		qm_buf_add_text(parser->out, negated ? "." : "((?!))");
		return true;
	}
	qm_buf_add_char(parser->out, ']');
	if (!negated) {
		memmove(parser->out->data + start + 1, parser->out->data + body,
			parser->out->length - body + 1);
		parser->out->length--;
	}
	return true;
}
