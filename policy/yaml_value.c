#include "policy/yaml_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum tag { TAG_NONE, TAG_STRING, TAG_BOOL, TAG_INTEGER, TAG_FLOAT, TAG_NULL, TAG_TIME, TAG_OTHER };

static enum tag tag_of(const struct qm_yaml_node *node)
{
	static const char prefix[] = "tag:yaml.org,2002:";
	static const struct {
		const char *name;
		enum tag tag;
	} known[] = {
		{ "str", TAG_STRING },
		{ "bool", TAG_BOOL },
		{ "int", TAG_INTEGER },
		{ "float", TAG_FLOAT },
		{ "null", TAG_NULL },
		{ "timestamp", TAG_TIME },
	};

	if (!node->tag || strcmp(node->tag, "!") == 0)
		return node->plain ? TAG_NONE : TAG_STRING;
	if (strncmp(node->tag, prefix, sizeof prefix - 1) != 0)
		return TAG_OTHER;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(node->tag + sizeof prefix - 1, known[i].name) == 0)
			return known[i].tag;
	return TAG_OTHER;
}

static bool read_word(const char *text, struct qm_value *out)
{
	static const struct {
		const char *word;
		enum qm_value_kind kind;
		double number;
	} words[] = {
		{ "true", QM_VALUE_BOOL, 1 },
		{ "True", QM_VALUE_BOOL, 1 },
		{ "TRUE", QM_VALUE_BOOL, 1 },
		{ "false", QM_VALUE_BOOL, 0 },
		{ "False", QM_VALUE_BOOL, 0 },
		{ "FALSE", QM_VALUE_BOOL, 0 },
		{ "", QM_VALUE_NULL, 0 },
		{ "~", QM_VALUE_NULL, 0 },
		{ "null", QM_VALUE_NULL, 0 },
		{ "Null", QM_VALUE_NULL, 0 },
		{ "NULL", QM_VALUE_NULL, 0 },
		{ ".nan", QM_VALUE_DOUBLE, NAN },
		{ ".NaN", QM_VALUE_DOUBLE, NAN },
		{ ".NAN", QM_VALUE_DOUBLE, NAN },
		{ ".inf", QM_VALUE_DOUBLE, INFINITY },
		{ ".Inf", QM_VALUE_DOUBLE, INFINITY },
		{ ".INF", QM_VALUE_DOUBLE, INFINITY },
		{ "+.inf", QM_VALUE_DOUBLE, INFINITY },
		{ "+.Inf", QM_VALUE_DOUBLE, INFINITY },
		{ "+.INF", QM_VALUE_DOUBLE, INFINITY },
		{ "-.inf", QM_VALUE_DOUBLE, -INFINITY },
		{ "-.Inf", QM_VALUE_DOUBLE, -INFINITY },
		{ "-.INF", QM_VALUE_DOUBLE, -INFINITY },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(text, words[i].word) != 0)
			continue;
		out->kind = words[i].kind;
		if (out->kind == QM_VALUE_BOOL)
			out->as.boolean = words[i].number != 0;
		else
			out->as.number = words[i].number;
		return true;
	}
	return false;
}

static int digit_of(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return 99;
}

/* Skips a prefix such as 0x; a leading 0 alone stays, it is a digit of an octal number too. */
static int take_base(const char **text)
{
	static const struct {
		const char letters[3];
		int base;
	} prefixes[] = { { "xX", 16 }, { "oO", 8 }, { "bB", 2 } };

	if ((*text)[0] != '0' || !(*text)[1])
		return 10;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		if (!strchr(prefixes[i].letters, (*text)[1]))
			continue;
		*text += 2;
		return prefixes[i].base;
	}
	return 8;
}

/* False for what is no integer of -2^63 to 2^64-1; only unsigned ones go beyond 2^63-1. */
static bool read_integer(const char *text, struct qm_value *out)
{
	bool negative = *text == '-', signed_text = negative || *text == '+';
	uint64_t magnitude = 0;
	int base;

	text += signed_text;
	base = take_base(&text);
	if (!*text)
		return false;
	for (; *text; text++) {
		int digit = digit_of(*text);

		if (digit >= base || magnitude > (UINT64_MAX - (uint64_t)digit) / (uint64_t)base)
			return false;
		magnitude = magnitude * (uint64_t)base + (uint64_t)digit;
	}
	if (magnitude > (uint64_t)INT64_MAX + negative) {
		if (signed_text)
			return false;
		*out = (struct qm_value){ .kind = QM_VALUE_NATURAL, .as.natural = magnitude };
		return true;
	}
	out->kind = QM_VALUE_INTEGER;
	out->as.integer = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

static const char *skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* [-+]? ( .digits | digits [. digits*] ) ( e [-+]? digits )? */
static bool is_float(const char *text)
{
	const char *start;

	text += *text == '-' || *text == '+';
	start = text;
	text = skip_digits(text);
	if (*text == '.') {
		const char *fraction = text + 1;

		text = skip_digits(fraction);
		if (start + 1 == fraction && text == fraction)
			return false;
	} else if (text == start) {
		return false;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		start = text;
		text = skip_digits(text);
		if (text == start)
			return false;
	}
	return !*text;
}

/* What is too large for a double is a string. */
static bool read_float(const char *text, struct qm_value *out)
{
	double number;

	if (!is_float(text))
		return false;
	number = strtod(text, NULL);
	if (isinf(number))
		return false;
	out->kind = QM_VALUE_DOUBLE;
	out->as.number = number;
	return true;
}

/* Numbers may be grouped: 1_000. */
static char *without_underscores(const char *text)
{
	char *plain = qm_strdup(text), *to = plain;

	for (const char *from = text; *from; from++)
		if (*from != '_')
			*to++ = *from;
	*to = '\0';
	return plain;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

static bool groups_digits(const char *text)
{
	for (const char *at = text + 1; *at; at++)
		if (*at == '_' && (!is_digit(at[-1]) || !is_digit(at[1])))
			return false;
	return true;
}

/*
 * Only what begins like a number can be one: _1 is a string. Grouping is free, 1__0_ is 10,
 * unless a number begins with its point: then each low line stands between two digits.
 */
static bool read_number(const char *text, struct qm_value *out)
{
	char *plain;
	bool found;

	if (*text != '+' && *text != '-' && *text != '.' && !is_digit(*text))
		return false;
	if (*text == '.' && !groups_digits(text))
		return false;
	plain = without_underscores(text);
	found = (*text != '.' && read_integer(plain, out)) || read_float(plain, out);
	free(plain);
	return found;
}

static bool fits(const struct qm_value *value, enum tag tag)
{
	switch (tag) {
	case TAG_BOOL:
		return value->kind == QM_VALUE_BOOL;
	case TAG_INTEGER:
		return value->kind == QM_VALUE_INTEGER || value->kind == QM_VALUE_NATURAL;
	case TAG_FLOAT:
		return value->kind == QM_VALUE_DOUBLE;
	case TAG_NULL:
		return value->kind == QM_VALUE_NULL;
	case TAG_TIME:
		return value->kind == QM_VALUE_TIME;
	default:
		return true;
	}
}

enum qm_code qm_yaml_scalar(
	const struct qm_yaml_node *node, struct qm_value *out, struct qm_error *err)
{
	enum tag tag = tag_of(node);
	bool whole = strlen(node->text) == node->length; /* a NUL byte inside: a string */

	*out = (struct qm_value){ .kind = QM_VALUE_STRING };
	out->as.string.bytes = node->text;
	out->as.string.length = node->length;
	if (tag == TAG_STRING || tag == TAG_OTHER || !whole)
		return QM_OK;
	if (read_word(node->text, out))
		;
	else if ((tag == TAG_NONE || tag == TAG_TIME) &&
		qm_timestamp_parse(node->text, &out->as.time))
		out->kind = QM_VALUE_TIME;
	else if (!read_number(node->text, out)) {
		out->kind = QM_VALUE_STRING;
		out->as.string.bytes = node->text;
		out->as.string.length = node->length;
	}
	if (tag == TAG_FLOAT && out->kind == QM_VALUE_INTEGER)
		*out = (struct qm_value){ .kind = QM_VALUE_DOUBLE,
			.as.number = (double)out->as.integer };
	if (fits(out, tag))
		return QM_OK;
	return qm_yaml_error(
		err, node, QM_EUSAGE, "\"%s\" does not fit its tag %s", node->text, node->tag);
}
