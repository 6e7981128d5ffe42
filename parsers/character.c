#include "parsers/character.h"

#include <stdint.h>
#include <string.h>

enum {
	LONGEST_REFERENCE = 12, /* "&#x0010FFFF;" */
	LANES = 16,
};

bool qm_character_allowed(unsigned long point)
{
	if (point < 0x20)
		return point == '\t' || point == '\n' || point == '\r';
	return point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff) && point != 0xfffe &&
		point != 0xffff;
}

/*
 * Sixteen bytes at a time, by the vectors of gcc and clang: a comparison sets all bits of the
 * bytes for which it holds. On any CPU; where it has no such registers it is merely slower.
 */
typedef unsigned char lanes __attribute__((vector_size(LANES)));

static lanes load(const char *bytes)
{
	lanes loaded;

	memcpy(&loaded, bytes, sizeof loaded);
	return loaded;
}

static bool any(lanes mask)
{
	uint64_t halves[2];

	memcpy(halves, &mask, sizeof halves);
	return (halves[0] | halves[1]) != 0;
}

/* Below the blank, but neither tab nor line feed, which are in every second line. */
static lanes unusual(lanes bytes)
{
	return (lanes)((bytes < ' ') & ((lanes)(bytes - '\t') >= 2));
}

static lanes forbidden(lanes bytes)
{
	return unusual(bytes) & (lanes)(bytes != '\r');
}

static bool has_control(const char *text, size_t length)
{
	char rest[LANES];
	size_t at = 0;

	for (; at + 2 * LANES <= length; at += 2 * LANES) {
		lanes first = load(text + at), second = load(text + at + LANES);

		if (any(unusual(first) | unusual(second)) &&
			any(forbidden(first) | forbidden(second)))
			return true;
	}
	for (; at < length; at += LANES) {
		memset(rest, ' ', sizeof rest);
		memcpy(rest, text + at, length - at < LANES ? length - at : LANES);
		if (any(forbidden(load(rest))))
			return true;
	}
	return false;
}

static bool has_reference(const char *text, size_t length)
{
	const char *end = text + length;

	while ((text = memchr(text, '&', (size_t)(end - text))) != NULL) {
		if (++text == end || *text == '#')
			return true;
	}
	return false;
}

bool qm_character_suspect(const char *text, size_t length, bool references)
{
	return has_control(text, length) || memchr(text, 0xef, length) ||
		(references && has_reference(text, length));
}

static unsigned digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (unsigned)(digit - '0');
	digit |= 0x20;
	if (digit >= 'a' && digit <= 'f')
		return (unsigned)(digit - 'a') + 10;
	return 16;
}

size_t qm_character_reference(const char *text, size_t length, unsigned long *out_point)
{
	bool is_hex = length > 2 && text[2] == 'x';
	unsigned base = is_hex ? 16 : 10;
	size_t first = is_hex ? 3 : 2, at = first;
	unsigned long point = 0;

	if (length < 4 || text[0] != '&' || text[1] != '#')
		return 0;
	length = length < LONGEST_REFERENCE ? length : LONGEST_REFERENCE;
	for (; at < length && digit_value(text[at]) < base; at++)
		point = point * base + digit_value(text[at]);
	if (at == first || at == length || text[at] != ';')
		return 0;
	*out_point = point;
	return at + 1;
}

size_t qm_character_encode(unsigned long point, char out[4])
{
	size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	out[0] = (char)(leads[length] | point);
	return length;
}
