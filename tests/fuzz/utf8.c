#include "tests/fuzz/fuzz.h"

/* The well-formed sequences of RFC 3629: range of the first two bytes, number of bytes. */
static const struct {
	unsigned char first, last, second_first, second_last;
	size_t length;
} forms[] = {
	{ 0x00, 0x7f, 0, 0, 1 },
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static size_t form_length(const unsigned char *at, size_t left)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		size_t length = forms[i].length;

		if (*at < forms[i].first || *at > forms[i].last || left < length)
			continue;
		if (length > 1 && (at[1] < forms[i].second_first || at[1] > forms[i].second_last))
			return 0;
		for (size_t k = 2; k < length; k++)
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		return length;
	}
	return 0;
}

bool is_utf8(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *)text;

	while (length) {
		size_t step = form_length(at, length);

		if (!step)
			return false;
		at += step;
		length -= step;
	}
	return true;
}
