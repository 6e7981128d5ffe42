#include "src/upload/mapping/keys.h"

#include <string.h>

enum { MAX_DIGITS = 18 };

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_same_letter(char a, char b)
{
	return a == b || (is_upper(a) && a + ('a' - 'A') == b) ||
		(is_upper(b) && b + ('a' - 'A') == a);
}

static size_t count_digits(const char *text)
{
	size_t count = 0;

	while (is_digit(text[count]))
		count++;
	return count;
}

/* "VKMC-TC-12" at `text`: its length, and where its digits are; 0 if it is none. */
static size_t key_length(const char *text, const char *project_key, size_t *digits_at)
{
	size_t length = strlen(project_key), digits;

	for (size_t i = 0; i < length; i++)
		if (!is_same_letter(text[i], project_key[i]))
			return 0;
	text += length;
	if ((*text != '-' && *text != '_') || !is_same_letter(text[1], 'T') ||
		!is_same_letter(text[2], 'C') || (text[3] != '-' && text[3] != '_'))
		return 0;
	digits = count_digits(text + 4);
	*digits_at = length + 4;
	return digits && digits <= MAX_DIGITS ? length + 4 + digits : 0;
}

static bool begins_word(const char *text, const char *at)
{
	char before = at == text ? ' ' : at[-1];

	return !(is_upper(before) || is_digit(before) || (is_lower(before) && !is_upper(*at)));
}

static void write_key(
	char out[QM_KEY_BYTES], const char *project_key, const char *digits, size_t count)
{
	size_t length = strlen(project_key);

	memcpy(out, project_key, length);
	memcpy(out + length, "-TC-", 4);
	memcpy(out + length + 4, digits, count);
	out[length + 4 + count] = '\0';
}

bool qm_keys_next(const char *text, size_t *at, const char *project_key, char out[QM_KEY_BYTES])
{
	static const char separators[] = "-_";
	size_t project_length = strlen(project_key), first = *at + project_length;

	if (project_length > QM_KEY_BYTES - MAX_DIGITS - 8)
		return false;
	/* Most texts hold no separator: nothing else need be looked at. */
	for (size_t end = *at + strcspn(text + *at, separators); text[end];
		end += 1 + strcspn(text + end + 1, separators)) {
		const char *c = end < first ? NULL : text + end - project_length;
		size_t digits_at, length;

		if (!c || !begins_word(text, c))
			continue;
		length = key_length(c, project_key, &digits_at);
		if (!length)
			continue;
		write_key(out, project_key, c + digits_at, length - digits_at);
		*at = end - project_length + length;
		return true;
	}
	return false;
}

/* An element of a list, `length` bytes that no separator is in. */
static bool read_element(const char *element, size_t length, const char *project_key, bool numbers,
	char out[QM_KEY_BYTES])
{
	size_t digits_at = 0;
	bool is_number = numbers && length <= MAX_DIGITS && count_digits(element) == length;

	if (!length || strlen(project_key) > QM_KEY_BYTES - MAX_DIGITS - 8 ||
		(!is_number && key_length(element, project_key, &digits_at) != length))
		return false;
	write_key(out, project_key, element + digits_at, length - digits_at);
	return true;
}

bool qm_keys_next_listed(
	const char **at, const char *project_key, bool numbers, char out[QM_KEY_BYTES])
{
	static const char separators[] = " \t\r\n,;|";

	while (**at) {
		const char *element = *at + strspn(*at, separators);
		size_t length = strcspn(element, separators);

		*at = element + length;
		if (read_element(element, length, project_key, numbers, out))
			return true;
	}
	return false;
}

bool qm_key_read(const char *text, const char *project_key, char out[QM_KEY_BYTES])
{
	return read_element(text, strlen(text), project_key, true, out);
}
