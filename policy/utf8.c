#include "policy/utf8.h"

size_t qm_utf8_next(const char *text, size_t length, uint32_t *out)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)text;
	size_t size = bytes[0] < 0x80 ? 1
		: bytes[0] < 0xC0     ? 0
		: bytes[0] < 0xE0     ? 2
		: bytes[0] < 0xF0     ? 3
		: bytes[0] < 0xF8     ? 4
				      : 0;
	uint32_t point = bytes[0];

	if (size == 1) {
		*out = point;
		return 1;
	}
	*out = QM_UTF8_BAD;
	if (!size || size > length)
		return 1;
	point &= 0x7Fu >> size;
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 1;
		point = point << 6 | (bytes[i] & 0x3Fu);
	}
	if (point < smallest[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
		return 1;
	*out = point;
	return size;
}

size_t qm_utf8_put(uint32_t point, char out[4])
{
	static const unsigned char marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

	for (size_t i = size; i-- > 1; point >>= 6)
		out[i] = (char)(0x80 | (point & 0x3F));
	out[0] = (char)(marks[size] | point);
	return size;
}
