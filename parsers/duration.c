#include "parsers/duration.h"

#include <stdbool.h>
#include <string.h>

enum {
	MAX_DIGITS = 18,     /* of a mantissa that surely fits 64 bits */
	MAX_EXPONENT = 9999, /* beyond any sense; keeps the sum of exponents small */
	SECONDS = 3,         /* 1 s is 10^3 ms */
	MILLISECONDS = 0,
};

/* What was read: mantissa x 10^exponent. */
struct number {
	uint64_t mantissa;
	int digits, exponent;
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_separator(char byte)
{
	return byte == '.' || byte == ',';
}

static size_t count_of(const char *text, size_t length, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += text[i] == byte;
	return count;
}

/* "1,234": groups of a number without fraction, not the fraction of "0,234". */
static bool is_group(const char *text, size_t length, size_t comma)
{
	return length - comma == 4 && comma >= 1 && comma <= 3 && text[0] != '0';
}

/* Where the fraction's separator stands in digits and separators; `length` if nowhere. */
static size_t find_divider(const char *text, size_t length)
{
	size_t at = length, kinds = 0;

	for (size_t i = length; i > 0 && at == length; i--)
		if (is_separator(text[i - 1]))
			at = i - 1;
	if (at == length)
		return length;
	kinds = (count_of(text, length, '.') > 0) + (count_of(text, length, ',') > 0);
	if (kinds == 2)
		return at;
	if (count_of(text, length, text[at]) > 1)
		return length;
	return text[at] == ',' && is_group(text, length, at) ? length : at;
}

/* False: too many digits before the divider. */
static bool read_mantissa(const char *text, size_t length, struct number *out)
{
	size_t divider = find_divider(text, length);

	for (size_t i = 0; i < length; i++) {
		if (is_separator(text[i]))
			continue;
		if (out->digits == MAX_DIGITS) {
			if (i < divider)
				return false;
			continue;
		}
		out->mantissa = out->mantissa * 10 + (uint64_t)(text[i] - '0');
		out->digits += out->mantissa > 0;
		out->exponent -= i > divider;
	}
	return true;
}

/* "E-4" at the beginning of `text`: its length, 0 where there is none. */
static size_t read_exponent(const char *text, size_t length, struct number *out)
{
	bool negative = length > 1 && text[1] == '-';
	size_t first = length > 1 && (negative || text[1] == '+') ? 2 : 1, at = first;
	int exponent = 0;

	if (!length || (text[0] != 'e' && text[0] != 'E'))
		return 0;
	for (; at < length && is_digit(text[at]); at++)
		if (exponent < MAX_EXPONENT)
			exponent = exponent * 10 + (text[at] - '0');
	if (at == first)
		return 0;
	out->exponent += negative ? -exponent : exponent;
	return at;
}

static int64_t scale(const struct number *number)
{
	uint64_t value = number->mantissa, rest = 0;
	int exponent = number->exponent;

	if (!value)
		return 0;
	for (; exponent > 0; exponent--)
		if (__builtin_mul_overflow(value, 10, &value) || value > INT64_MAX)
			return QM_DURATION_UNKNOWN;
	for (; exponent < 0 && (value || rest); exponent++) {
		rest = value % 10;
		value /= 10;
	}
	return (int64_t)(value + (exponent == 0 && rest >= 5));
}

static int64_t read_duration(const char *text, size_t length, int unit)
{
	struct number number = { .exponent = unit };
	size_t count = 0;

	for (; length && memchr(" \t\r\n", *text, 4); length--)
		text++;
	while (length && memchr(" \t\r\n", text[length - 1], 4))
		length--;
	while (count < length && (is_digit(text[count]) || is_separator(text[count])))
		count++;
	if (!count || count == count_of(text, count, '.') + count_of(text, count, ',') ||
		!read_mantissa(text, count, &number))
		return QM_DURATION_UNKNOWN;
	count += read_exponent(text + count, length - count, &number);
	text += count;
	length -= count;
	if (length == 2 && memcmp(text, "ms", 2) == 0)
		number.exponent -= unit;
	else if (length && (length != 1 || *text != 's'))
		return QM_DURATION_UNKNOWN;
	return scale(&number);
}

/* "12.345", which nearly all are: digits, a point, three digits. -1: it is something else. */
static int64_t read_plain(const char *text, size_t length)
{
	int64_t number = 0;

	if (length < 5 || length > 12 || text[length - 4] != '.')
		return QM_DURATION_UNKNOWN;
	for (size_t i = 0; i < length; i++) {
		if (i == length - 4)
			continue;
		if (!is_digit(text[i]))
			return QM_DURATION_UNKNOWN;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

int64_t qm_duration_from_seconds(const char *text, size_t length)
{
	int64_t plain = read_plain(text, length);

	return plain >= 0 ? plain : read_duration(text, length, SECONDS);
}

int64_t qm_duration_from_ms(const char *text, size_t length)
{
	return read_duration(text, length, MILLISECONDS);
}
