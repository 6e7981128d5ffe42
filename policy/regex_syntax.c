#include "policy/regex_parser.h"
#include "src/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_REPEAT = 1000, MAX_HEIGHT = 1000, MAX_SIZE = 3355443 };

static const char bad_escape[] = "invalid escape sequence";
static const char bad_perl[] = "invalid or unsupported Perl syntax";
static const char bad_count[] = "invalid repeat count";
static const char nothing_to_repeat[] = "missing argument to repetition operator";

static bool fail_whole(struct qm_regex_parser *parser, const char *text)
{
	return qm_regex_fail(parser, text, 0, parser->length);
}

/* ---- Groups and items */

static struct qm_regex_group *innermost(struct qm_regex_parser *parser)
{
	return qm_vec_at(&parser->groups, parser->groups.count - 1);
}

static void join(struct qm_regex_measure *sum, const struct qm_regex_measure *part)
{
	sum->size += part->size;
	if (part->height > sum->height)
		sum->height = part->height;
	if (part->repeats > sum->repeats)
		sum->repeats = part->repeats;
}

/* The last item is out of a repetition's reach: it becomes part of the sequence. */
static void settle(struct qm_regex_group *group)
{
	struct qm_regex_item *last = &group->last;
	struct qm_regex_measure measure = last->measure;
	bool literal = last->shape == QM_REGEX_LITERAL;

	if (!last->exists)
		return;
	/* A sequence in a sequence is one. */
	if (last->shape == QM_REGEX_SEQUENCE)
		measure.height--;
	join(&group->sequence, &measure);
	if (!literal || !group->literal_before)
		group->items++;
	group->literal_before = literal;
	last->exists = false;
}

static void new_item(struct qm_regex_parser *parser, enum qm_regex_shape shape, bool whole)
{
	struct qm_regex_group *group = innermost(parser);
	bool fold = parser->flags & QM_REGEX_FOLD;

	settle(group);
	if (fold != parser->fold_written) {
		qm_buf_add_text(parser->out, fold ? "(?i)" : "(?-i)");
		parser->fold_written = fold;
	}
	group->last = (struct qm_regex_item){ .exists = true,
		.whole = whole,
		.start = parser->out->length,
		.shape = shape,
		.measure = { .size = 1, .height = 1, .repeats = 1 } };
}

static void literal(struct qm_regex_parser *parser, uint32_t point)
{
	new_item(parser, QM_REGEX_LITERAL, true);
	if (point >= 0xD800 && point <= 0xDFFF)
		qm_buf_add_text(parser->out, "((?!))");
	else
		qm_regex_write_point(parser->out, point);
}

/* Something that matches at a place and not a character. */
static void assertion(struct qm_regex_parser *parser, const char *text, size_t consumed)
{
	new_item(parser, QM_REGEX_OTHER, false);
	qm_buf_add_text(parser->out, text);
	parser->at += consumed;
}

/* A branch of an alternation, or all there is in a group, has ended. */
static void end_branch(struct qm_regex_group *group)
{
	struct qm_regex_measure branch;

	group->branch_shape =
		group->last.exists && !group->items ? group->last.shape : QM_REGEX_SEQUENCE;
	settle(group);
	branch = group->sequence;
	if (group->items > 1)
		branch.height++;
	if (!group->items)
		branch = (struct qm_regex_measure){ .size = 1, .height = 1, .repeats = 1 };
	if (group->items < 2)
		group->branch_shape = QM_REGEX_OTHER;
	join(&group->branches, &branch);
	group->branch_count++;
	group->sequence = (struct qm_regex_measure){ .repeats = 0 };
	group->items = 0;
	group->literal_before = false;
}

static void open_group(struct qm_regex_parser *parser, bool capture, unsigned flags)
{
	struct qm_regex_group group = { .outer_flags = parser->flags, .capture = capture };

	new_item(parser, QM_REGEX_OTHER, true);
	group.outer_fold_written = parser->fold_written;
	qm_buf_add_text(parser->out, "(");
	parser->flags = flags;
	qm_vec_push(&parser->groups, &group);
}

static bool check_limits(struct qm_regex_parser *parser, const struct qm_regex_measure *measure)
{
	if (measure->size > MAX_SIZE || parser->out->overflow)
		return fail_whole(parser, "expression too large");
	if (measure->height > MAX_HEIGHT)
		return fail_whole(parser, "expression nests too deeply");
	return true;
}

static bool close_group(struct qm_regex_parser *parser)
{
	struct qm_regex_group *group = innermost(parser);
	struct qm_regex_measure measure;
	enum qm_regex_shape shape;

	if (parser->groups.count == 1)
		return fail_whole(parser, "unexpected )");
	end_branch(group);
	measure = group->branches;
	shape = group->branch_count == 1 ? group->branch_shape : QM_REGEX_OTHER;
	if (group->branch_count > 1) {
		measure.height++;
		measure.size += (int64_t)group->branch_count - 1;
	}
	if (group->capture) {
		measure.height++;
		measure.size += 2;
		shape = QM_REGEX_OTHER;
	}
	parser->flags = group->outer_flags;
	parser->fold_written = group->outer_fold_written;
	parser->groups.count--;
	group = innermost(parser);
	group->last.measure = measure;
	group->last.shape = shape;
	qm_buf_add_char(parser->out, ')');
	parser->at++;
	return check_limits(parser, &measure);
}

/* ---- Repetitions */

struct repeat {
	int min, max; /* max -1: no end */
	bool counted; /* {...}, and not one of *, +, ? */
};

/* Puts (...) around what was written of the item. */
static void wrap(struct qm_regex_parser *parser, const struct qm_regex_item *item)
{
	static const char open[] = "(";
	struct qm_buf *out = parser->out;
	size_t tail = out->length - item->start;

	qm_buf_add_text(out, open);
	if (out->overflow)
		return;
	memmove(out->data + item->start + sizeof open - 1, out->data + item->start, tail);
	memcpy(out->data + item->start, open, sizeof open - 1);
	qm_buf_add_char(out, ')');
}

/* x{3,} as x{3}x*, see below. */
static void write_at_least(
	struct qm_regex_parser *parser, const struct qm_regex_item *item, int min)
{
	struct qm_buf *out = parser->out;
	size_t length = out->length - item->start;
	char *text = qm_strndup(out->data + item->start, length);

	qm_buf_add_format(out, "{%d}", min);
	qm_buf_add(out, text, length);
	qm_buf_add_char(out, '*');
	free(text);
}

/*
 * PCRE2's matcher counts how often a character was repeated, and keeps a state for each number.
 * It does not for x* and for groups: so x+ and x{3,} are written with them, or else every x of a
 * text would begin a count of its own and a match would take the cube of the text's length.
 */
static void write_repeat(struct qm_regex_parser *parser, const struct qm_regex_item *item,
	const struct repeat *repeat)
{
	bool plus = repeat->max < 0 && repeat->min == 1;

	if (!item->whole || plus)
		wrap(parser, item);
	if (plus)
		qm_buf_add_char(parser->out, '+');
	else if (repeat->max < 0 && !repeat->min)
		qm_buf_add_char(parser->out, '*');
	else if (repeat->max < 0)
		write_at_least(parser, item, repeat->min);
	else
		qm_buf_add_format(parser->out, "{%d,%d}", repeat->min, repeat->max);
}

/* What Go's compiler would make of it: x{2,5} is xx(x(x(x)?)?)?. */
static void measure_repeat(struct qm_regex_measure *measure, const struct repeat *repeat)
{
	int count = repeat->max < 0 ? repeat->min : repeat->max;

	measure->height++;
	if (!repeat->counted)
		measure->size += repeat->max < 0 && !repeat->min ? 2 : 1;
	else if (repeat->max < 0)
		measure->size = repeat->min ? 1 + repeat->min * measure->size : 2 + measure->size;
	else
		measure->size = repeat->max * measure->size + (repeat->max - repeat->min);
	if (measure->size < 1)
		measure->size = 1;
	/* What is below {0} does not count. */
	if (repeat->counted)
		measure->repeats = repeat->max == 0 ? 1 : measure->repeats * (count ? count : 1);
}

/* `start` is where the operator stands; it is consumed, `last_repeat` too where it just ended. */
static bool apply_repeat(struct qm_regex_parser *parser, const struct repeat *repeat, size_t start,
	size_t last_repeat)
{
	struct qm_regex_item *item = &innermost(parser)->last;

	parser->at += qm_regex_peek(parser) == '?';
	if (last_repeat != SIZE_MAX)
		return qm_regex_fail(
			parser, "invalid nested repetition operator", last_repeat, parser->at);
	if (!item->exists)
		return qm_regex_fail(parser, nothing_to_repeat, start, parser->at);
	write_repeat(parser, item, repeat);
	item->whole = false;
	item->shape = QM_REGEX_OTHER;
	measure_repeat(&item->measure, repeat);
	if (!check_limits(parser, &item->measure))
		return false;
	if ((repeat->min >= 2 || repeat->max >= 2) && item->measure.repeats > MAX_REPEAT)
		return qm_regex_fail(parser, bad_count, start, parser->at);
	return true;
}

static bool is_digit(int character)
{
	return character >= '0' && character <= '9';
}

/* A number without leading zeros; -1 where it is huge. */
static bool read_count(struct qm_regex_parser *parser, int *out)
{
	size_t start = parser->at;

	*out = 0;
	for (; is_digit(qm_regex_peek(parser)); parser->at++) {
		if (*out >= 100000000)
			*out = -1;
		else if (*out >= 0)
			*out = *out * 10 + (qm_regex_peek(parser) - '0');
	}
	return parser->at > start && (parser->at == start + 1 || parser->pattern[start] != '0');
}

/* {2}, {2,} or {2,5}; false, and nothing consumed, for any other brace, which is a character. */
static bool read_braces(struct qm_regex_parser *parser, struct repeat *out)
{
	size_t start = parser->at++;
	bool ok = read_count(parser, &out->min);

	out->counted = true;
	out->max = out->min;
	if (ok && qm_regex_peek(parser) == ',') {
		parser->at++;
		out->max = -1;
		if (qm_regex_peek(parser) != '}') {
			ok = read_count(parser, &out->max);
			if (out->max < 0)
				out->min = -1;
		}
	}
	if (ok && qm_regex_peek(parser) == '}') {
		parser->at++;
		return true;
	}
	parser->at = start;
	return false;
}

static bool braces(struct qm_regex_parser *parser, size_t last_repeat, size_t *repeated)
{
	size_t start = parser->at;
	struct repeat repeat;

	if (!read_braces(parser, &repeat)) {
		literal(parser, '{');
		parser->at++;
		return true;
	}
	if (repeat.min < 0 || repeat.min > MAX_REPEAT || repeat.max > MAX_REPEAT ||
		(repeat.max >= 0 && repeat.min > repeat.max))
		return qm_regex_fail(parser, bad_count, start, parser->at);
	*repeated = start;
	return apply_repeat(parser, &repeat, start, last_repeat);
}

/* ---- (?...) */

static bool named_group(struct qm_regex_parser *parser, size_t name_at)
{
	const char *name = parser->pattern + name_at;
	const char *end = memchr(name, '>', parser->length - name_at);
	static const char bad_name[] = "invalid named capture";
	bool valid;

	if (!end)
		return qm_regex_fail(parser, bad_name, parser->at, parser->length);
	valid = end > name;
	for (const char *at = name; at < end; at++)
		valid = valid && (qm_regex_alnum((unsigned char)*at) || *at == '_');
	name_at = (size_t)(end + 1 - parser->pattern);
	if (!valid)
		return qm_regex_fail(parser, bad_name, parser->at, name_at);
	open_group(parser, true, parser->flags);
	parser->at = name_at;
	return true;
}

/* One letter among the flags; false where it is none. */
static bool read_flag(uint32_t point, bool clear, unsigned *flags)
{
	static const char letters[] = "imsU";
	const char *letter = point && point < 0x80 ? strchr(letters, (int)point) : NULL;
	unsigned flag;

	if (!letter)
		return false;
	flag = 1u << (letter - letters);
	*flags = clear ? *flags & ~flag : *flags | flag;
	return true;
}

/* (?i), (?i-s:, (?: */
static bool flag_group(struct qm_regex_parser *parser)
{
	size_t start = parser->at;
	unsigned flags = parser->flags;
	bool clear = false, saw_flag = false;
	uint32_t point;

	parser->at += 2;
	while (parser->at < parser->length) {
		if (!qm_regex_point(parser, &point))
			return false;
		if (read_flag(point, clear, &flags)) {
			saw_flag = true;
		} else if (point == '-' && !clear) {
			clear = true;
			saw_flag = false;
		} else if ((point == ':' || point == ')') && (!clear || saw_flag)) {
			if (point == ':')
				open_group(parser, false, flags);
			else
				parser->flags = flags;
			return true;
		} else {
			break;
		}
	}
	return qm_regex_fail(parser, bad_perl, start, parser->at);
}

static bool open_paren(struct qm_regex_parser *parser)
{
	size_t left = parser->length - parser->at;

	if (!qm_regex_at(parser, "(?")) {
		open_group(parser, true, parser->flags);
		parser->at++;
		return true;
	}
	if (left > 4 && qm_regex_at(parser, "(?P<"))
		return named_group(parser, parser->at + 4);
	if (left > 3 && qm_regex_at(parser, "(?<"))
		return named_group(parser, parser->at + 3);
	return flag_group(parser);
}

/* ---- The pattern */

/* \Q...\E, or to the end of the pattern. */
static bool quoted(struct qm_regex_parser *parser)
{
	uint32_t point;

	parser->at += 2;
	while (parser->at < parser->length && !qm_regex_at(parser, "\\E")) {
		if (!qm_regex_point(parser, &point))
			return false;
		literal(parser, point);
	}
	if (parser->at < parser->length)
		parser->at += 2;
	return true;
}

static bool class_item(struct qm_regex_parser *parser)
{
	new_item(parser, QM_REGEX_OTHER, true);
	return qm_regex_class(parser);
}

static bool backslash(struct qm_regex_parser *parser)
{
	uint32_t point;

	switch (parser->at + 1 < parser->length ? parser->pattern[parser->at + 1] : '\0') {
	case 'A':
		assertion(parser, "\\A", 2);
		return true;
	case 'b':
		assertion(parser, "\\b", 2);
		return true;
	case 'B':
		assertion(parser, "\\B", 2);
		return true;
	case 'z':
		assertion(parser, "\\z", 2);
		return true;
	case 'C':
		return qm_regex_fail(parser, bad_escape, parser->at, parser->at + 2);
	case 'Q':
		return quoted(parser);
	default:
		break;
	}
	if (qm_regex_is_class_escape(parser))
		return class_item(parser);
	if (!qm_regex_escape(parser, &point))
		return false;
	literal(parser, point);
	return true;
}

static void dot(struct qm_regex_parser *parser)
{
	new_item(parser, QM_REGEX_OTHER, true);
	qm_buf_add_text(parser->out, parser->flags & QM_REGEX_DOT_ALL ? "." : "[^\\x{a}]");
	parser->at++;
}

static bool star_plus_quest(struct qm_regex_parser *parser, size_t last_repeat, size_t *repeated)
{
	char operator= parser->pattern[parser->at];
	struct repeat repeat = { .min = operator== '+', .max = operator== '?' ? 1 : - 1 };

	*repeated = parser->at++;
	return apply_repeat(parser, &repeat, *repeated, last_repeat);
}

/* One step; `repeated` becomes the place of the repetition that was read, if it was one. */
static bool step(struct qm_regex_parser *parser, size_t last_repeat, size_t *repeated)
{
	bool lines = parser->flags & QM_REGEX_MULTILINE;
	uint32_t point;

	switch (parser->pattern[parser->at]) {
	case '(':
		return open_paren(parser);
	case ')':
		return close_group(parser);
	case '|':
		end_branch(innermost(parser));
		qm_buf_add_char(parser->out, '|');
		parser->at++;
		return true;
	case '^':
		assertion(parser, lines ? "(?m:^)" : "\\A", 1);
		return true;
	case '$':
		assertion(parser, lines ? "(?m:$)" : "\\z", 1);
		return true;
	case '.':
		dot(parser);
		return true;
	case '[':
		return class_item(parser);
	case '*':
	case '+':
	case '?':
		return star_plus_quest(parser, last_repeat, repeated);
	case '{':
		return braces(parser, last_repeat, repeated);
	case '\\':
		return backslash(parser);
	default:
		if (!qm_regex_point(parser, &point))
			return false;
		literal(parser, point);
		return true;
	}
}

static bool translate(struct qm_regex_parser *parser)
{
	size_t last_repeat = SIZE_MAX;

	while (parser->at < parser->length) {
		size_t repeated = SIZE_MAX;

		if (!step(parser, last_repeat, &repeated))
			return false;
		last_repeat = repeated;
	}
	if (parser->groups.count > 1)
		return fail_whole(parser, "missing closing )");
	end_branch(innermost(parser));
	return check_limits(parser, &innermost(parser)->branches);
}

bool qm_regex_translate(struct qm_regex_parser *parser)
{
	bool translated;

	qm_vec_init(&parser->groups, sizeof(struct qm_regex_group));
	(void)qm_vec_add(&parser->groups);
	translated = translate(parser);
	qm_vec_release(&parser->groups);
	return translated;
}
