#include "src/base/base64.h"

#include <stdint.h>
#include <string.h>

/* The six bits that a character stands for; -1 for one that has no place here. */
static int bits_of(char character)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = character ? strchr(alphabet, character) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

bool qm_base64_decode(const char *text, size_t length, char *out, size_t *out_length)
{
	size_t read = 0, padding = 0, written = 0;
	uint32_t group = 0;

	for (size_t i = 0; i < length; i++) {
		int bits = bits_of(text[i]);

		if (text[i] == '\r' || text[i] == '\n')
			continue;
		if (text[i] == '=')
			padding++;
		else if (bits < 0 || padding)
			return false;
		group = group << 6 | (uint32_t)(bits < 0 ? 0 : bits);
		if (++read % 4 == 0)
			for (size_t byte = 0; byte + padding < 3; byte++)
				out[written++] = (char)(group >> (16 - 8 * byte) & 0xFF);
	}
	*out_length = written;
	return read % 4 == 0 && padding <= 2;
}
