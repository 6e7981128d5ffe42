/*
 * The first line is a pattern, the rest a text. A pattern is refused with a reason or compiled, and
 * what must hold of every pattern holds of this one: in a group it says the same, and together with
 * an empty alternative it matches everything.
 */
#include "policy/regex.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { MAX_PATTERN = 1 << 16, MAX_REASON = 1 << 20, MAX_TEXT = 512 };

/* NULL for one that is refused: then there is a reason. */
static struct qm_regex *compile(
	const char *before, const char *pattern, size_t length, const char *behind)
{
	struct qm_buf whole, reason;
	struct qm_regex *regex;

	qm_buf_init(&whole, MAX_PATTERN);
	qm_buf_init(&reason, MAX_REASON);
	qm_buf_add_text(&whole, before);
	qm_buf_add(&whole, pattern, length);
	qm_buf_add_text(&whole, behind);
	regex = qm_regex_new(whole.data, whole.length, &reason);
	must((regex != NULL) == (reason.length == 0));
	qm_buf_release(&whole);
	qm_buf_release(&reason);
	return regex;
}

/* Whether the pattern with something around it says `expected`, where it comes to an answer. */
static void must_say(
	struct qm_regex *take_regex, const char *text, size_t length, enum qm_regex_match expected)
{
	enum qm_regex_match found;

	/* A group more can be the one above a ceiling. */
	if (!take_regex)
		return;
	found = qm_regex_search(take_regex, text, length);
	must(found == expected || found == QM_REGEX_GAVE_UP || expected == QM_REGEX_GAVE_UP);
	qm_regex_free(take_regex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *pattern = (const char *)data, *end, *text;
	size_t length, text_length;
	struct qm_regex *regex;

	if (!size)
		return 0;
	end = memchr(pattern, '\n', size);
	length = end ? (size_t)(end - pattern) : size;
	text = end ? end + 1 : "";
	text_length = end ? size - length - 1 : 0;
	regex = compile("", pattern, length, "");
	if (!regex)
		return 0;
	must(is_utf8(pattern, length));
	if (text_length <= MAX_TEXT && is_utf8(text, text_length)) {
		enum qm_regex_match found = qm_regex_search(regex, text, text_length);

		must_say(compile("(?:", pattern, length, ")"), text, text_length, found);
		must_say(compile("(", pattern, length, ")"), text, text_length, found);
		must_say(compile("(?:", pattern, length, ")|"), text, text_length, QM_REGEX_YES);
		must_say(compile("(?s)^.*?(?-s:", pattern, length, ")"), text, text_length, found);
	}
	qm_regex_free(regex);
	return 0;
}
