#include "policy/number_text.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIGITS = 17 };

/* 0.00123 is digits "123", exponent -3: d.dd x 10^exponent. */
struct decimal {
	char digits[MAX_DIGITS + 1];
	int count, exponent;
};

/* Written without a decimal point, so that no locale has a say. */
static double decimal_value(const struct decimal *decimal)
{
	char text[MAX_DIGITS + 16];

	(void)snprintf(text, sizeof text, "%se%d", decimal->digits,
		decimal->exponent - decimal->count + 1);
	return strtod(text, NULL);
}

/* The decimal of `count` digits that is nearest to the number. */
static void decimal_round(double number, int count, struct decimal *out)
{
	char text[MAX_DIGITS + 16];
	const char *exponent;

	(void)snprintf(text, sizeof text, "%.*e", count - 1, number);
	out->count = 0;
	for (const char *at = text; *at != 'e' && out->count < count; at++)
		if (*at >= '0' && *at <= '9')
			out->digits[out->count++] = *at;
	out->digits[out->count] = '\0';
	exponent = strchr(text, 'e');
	out->exponent = exponent ? (int)strtol(exponent + 1, NULL, 10) : 0;
}

/* The next larger decimal of as many digits. */
static void decimal_increment(struct decimal *decimal)
{
	int at = decimal->count;

	while (at > 0 && decimal->digits[at - 1] == '9')
		decimal->digits[--at] = '0';
	if (at > 0) {
		decimal->digits[at - 1]++;
	} else {
		decimal->digits[0] = '1';
		decimal->exponent++;
	}
}

/*
 * At a power of two the doubles below are twice as dense as those above. There the nearest
 * decimal may lie below and belong to the neighbour, while the one above it is still ours.
 */
static void decimal_shortest(double number, struct decimal *out)
{
	for (int count = 1; count <= MAX_DIGITS; count++) {
		decimal_round(number, count, out);
		if (decimal_value(out) == number)
			return;
		decimal_increment(out);
		if (decimal_value(out) == number)
			return;
	}
	decimal_round(number, MAX_DIGITS, out);
}

/* Text that is put together by hand: every caller's `out` holds QM_NUMBER_TEXT bytes. */
struct pen {
	char *out;
	int length;
};

static void put(struct pen *pen, char character)
{
	assert(pen->length < QM_NUMBER_TEXT - 1);
	pen->out[pen->length++] = character;
	pen->out[pen->length] = '\0';
}

/* Digits from..to of the decimal; behind its last one come zeros. */
static void put_digits(struct pen *pen, const struct decimal *decimal, int from, int to)
{
	for (int i = from; i < to; i++)
		put(pen, i >= 0 && i < decimal->count ? decimal->digits[i] : '0');
}

static void put_positional(struct pen *pen, const struct decimal *decimal)
{
	int whole = decimal->exponent + 1;

	if (whole > 0)
		put_digits(pen, decimal, 0, whole);
	else
		put(pen, '0');
	if (whole < decimal->count) {
		put(pen, '.');
		put_digits(pen, decimal, whole, decimal->count);
	}
}

static void put_scientific(struct pen *pen, const struct decimal *decimal, int exponent_digits)
{
	put_digits(pen, decimal, 0, 1);
	if (decimal->count > 1) {
		put(pen, '.');
		put_digits(pen, decimal, 1, decimal->count);
	}
	pen->length += snprintf(pen->out + pen->length, QM_NUMBER_TEXT - (size_t)pen->length,
		"e%+0*d", exponent_digits + 1, decimal->exponent);
}

void qm_number_display(double number, char out[QM_NUMBER_TEXT])
{
	struct pen pen = { .out = out };
	struct decimal decimal;

	if (isnan(number) || isinf(number)) {
		(void)snprintf(out, QM_NUMBER_TEXT, "%s",
			isnan(number)        ? "NaN"
				: number < 0 ? "-Inf"
					     : "+Inf");
		return;
	}
	if (signbit(number))
		put(&pen, '-');
	decimal_shortest(fabs(number), &decimal);
	if (decimal.exponent < -4 || decimal.exponent >= 6)
		put_scientific(&pen, &decimal, 2);
	else
		put_positional(&pen, &decimal);
}

void qm_number_json(double number, char out[QM_NUMBER_TEXT])
{
	struct pen pen = { .out = out };
	double size = fabs(number);
	struct decimal decimal;

	assert(isfinite(number));
	if (signbit(number))
		put(&pen, '-');
	decimal_shortest(size, &decimal);
	if (size != 0 && (size < 1e-6 || size >= 1e21))
		put_scientific(&pen, &decimal, 1);
	else
		put_positional(&pen, &decimal);
}
