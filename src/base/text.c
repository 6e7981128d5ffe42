#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

static unsigned char lower(char character)
{
	unsigned char byte = (unsigned char)character;

	return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + 'a' - 'A') : byte;
}

static bool is_blank(char character)
{
	return character == ' ' || (character >= '\t' && character <= '\r');
}

bool qm_text_equal_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool qm_text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool qm_text_ends(const char *text, const char *suffix)
{
	size_t length = strlen(text), want = strlen(suffix);

	return length >= want && strcmp(text + length - want, suffix) == 0;
}

/* Reads digits; what follows them is left to the caller. */
static const char *read_digits(const char *text, int64_t *out)
{
	int64_t number = 0;
	const char *c = text;

	for (; *c >= '0' && *c <= '9'; c++)
		if (__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, *c - '0', &number))
			return NULL;
	*out = number;
	return c == text ? NULL : c;
}

bool qm_text_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
	bool negative = *text == '-';
	int64_t number = 0;
	const char *end = read_digits(text + negative, &number);

	if (!end || *end)
		return false;
	number = negative ? -number : number;
	if (number < min || number > max)
		return false;
	*out = number;
	return true;
}

bool qm_text_duration_ms(const char *text, int64_t *out_ms)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "min", 60000 },
		{ "h", 3600000 }, { "d", 86400000 } };
	int64_t number = 0;
	const char *end = read_digits(text, &number);

	if (!end)
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].name) == 0)
			return !__builtin_mul_overflow(number, units[i].ms, out_ms);
	return false;
}

void qm_text_from_duration(int64_t ms, char out[32])
{
	long long seconds = ms / 1000;

	if (ms < 1000)
		(void)snprintf(out, 32, "%lld ms", (long long)ms);
	else if (seconds < 120)
		(void)snprintf(out, 32, "%lld s", seconds);
	else if (seconds < 7200)
		(void)snprintf(out, 32, "%lld min %lld s", seconds / 60, seconds % 60);
	else
		(void)snprintf(out, 32, "%lld h %lld min", seconds / 3600, seconds / 60 % 60);
}

size_t qm_text_cut(const char *text, size_t length, size_t max_bytes)
{
	if (length <= max_bytes)
		return length;
	while (max_bytes && ((unsigned char)text[max_bytes] & 0xc0) == 0x80)
		max_bytes--;
	return max_bytes;
}

void qm_text_normalise(struct qm_buf *out, const char *text)
{
	char block[256]; /* one append for many characters */
	size_t used = 0;
	bool blank = false, begun = false;

	for (; *text; text++) {
		if (is_blank(*text)) {
			blank = begun;
			continue;
		}
		if (used + 2 > sizeof block) {
			qm_buf_add(out, block, used);
			used = 0;
		}
		if (blank)
			block[used++] = ' ';
		block[used++] = (char)lower(*text);
		blank = false;
		begun = true;
	}
	qm_buf_add(out, block, used);
}

char qm_text_letter(char character)
{
	unsigned char byte = lower(character);

	return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z')
		? (char)byte
		: '\0';
}

size_t qm_text_decode(const char *text, unsigned *out_point)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)*text;
	size_t length = first < 0x80 ? 1
		: first < 0xc0       ? 0
		: first < 0xe0       ? 2
		: first < 0xf0       ? 3
				     : 4;
	unsigned point = length < 2 ? first : first & (0x7fU >> length);

	if (first > 0xf4)
		return 0;
	for (size_t i = 1; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (byte & 0x3f);
	}
	if (!length || point < least[length] || point > 0x10ffff ||
		(point >= 0xd800 && point <= 0xdfff))
		return 0;
	*out_point = point;
	return length;
}

bool qm_text_is_invisible(unsigned point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x61c ||
		(point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
		(point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
		(point >= 0xfff9 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe007f);
}

/*
 * What CI systems take for an order: "##[error]", "##vso[...]" and "##teamcity[...]" anywhere in a
 * line, "::error::" at its beginning, for which blanks do not count.
 */
static bool is_order(const char *text, bool at_start)
{
	if (!qm_text_starts(text, "##"))
		return at_start && qm_text_starts(text, "::");
	for (text += 2; lower(*text) >= 'a' && lower(*text) <= 'z'; text++)
		;
	return *text == '[';
}

/* Most texts are plain ASCII: they are copied in runs. */
static size_t plain_run(const char *text)
{
	size_t length = 0;

	while ((unsigned char)text[length] > 0x20 && (unsigned char)text[length] < 0x7f &&
		text[length] != '#' && text[length] != ':')
		length++;
	return length;
}

static size_t add_printable(struct qm_buf *out, const char *text, bool at_start)
{
	unsigned point = 0;
	size_t length = qm_text_decode(text, &point);

	if (is_order(text, at_start))
		qm_buf_add_format(out, "%c ", *text);
	else if (length == 1 && is_blank(*text))
		qm_buf_add_char(out, ' ');
	else if (!length || qm_text_is_invisible(point))
		qm_buf_add_char(out, '?');
	else
		qm_buf_add(out, text, length);
	return length ? length : 1;
}

void qm_text_printable(struct qm_buf *out, const char *text)
{
	bool at_start = true;

	while (*text) {
		size_t run = plain_run(text);

		qm_buf_add(out, text, run);
		text += run;
		at_start = at_start && !run;
		if (*text) {
			bool blank = is_blank(*text);

			text += add_printable(out, text, at_start);
			at_start = at_start && blank;
		}
	}
}

enum { DISTANCE_MAX_TEXT = 96 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t qm_text_distance(const char *a, const char *b, size_t max)
{
	size_t rows[3][DISTANCE_MAX_TEXT + 1];
	size_t a_length = strlen(a), b_length = strlen(b);
	size_t *previous = rows[0], *current = rows[1], *before = rows[2];
	size_t gap = a_length > b_length ? a_length - b_length : b_length - a_length;

	if (gap > max || a_length > DISTANCE_MAX_TEXT || b_length > DISTANCE_MAX_TEXT)
		return strcmp(a, b) == 0 ? 0 : max + 1;
	for (size_t j = 0; j <= b_length; j++)
		previous[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t best = current[0] = i;
		size_t *oldest = before;

		for (size_t j = 1; j <= b_length; j++) {
			bool same = lower(a[i - 1]) == lower(b[j - 1]);
			size_t edits = least(
				previous[j - 1] + !same, least(previous[j], current[j - 1]) + 1);

			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
				lower(a[i - 2]) == lower(b[j - 1]))
				edits = least(edits, before[j - 2] + 1);
			current[j] = edits;
			best = least(best, edits);
		}
		if (best > max)
			return max + 1;
		before = previous;
		previous = current;
		current = oldest;
	}
	return least(previous[b_length], max + 1);
}

const char *qm_text_nearest(const char *text, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(text) / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t distance = qm_text_distance(text, names[i], best);

		if (distance < best || (distance == best && !nearest)) {
			best = distance;
			nearest = names[i];
		}
	}
	return nearest;
}
