#include "policy/regex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qm_regex *compile(const char *pattern)
{
	struct qm_buf reason;
	struct qm_regex *regex;

	qm_buf_init(&reason, 1000);
	regex = qm_regex_new(pattern, strlen(pattern), &reason);
	if (!regex)
		fail_msg("%s: %s", pattern, reason.data);
	qm_buf_release(&reason);
	return regex;
}

static bool matches(const char *pattern, const char *text)
{
	struct qm_regex *regex = compile(pattern);
	enum qm_regex_match match = qm_regex_search(regex, text, strlen(text));

	qm_regex_free(regex);
	assert_int_not_equal(match, QM_REGEX_GAVE_UP);
	return match == QM_REGEX_YES;
}

/* What differs between RE2 and PCRE2, and what the translation could get wrong. */
static void patterns_mean_what_they_mean_to_re2(void **state)
{
	static const struct {
		const char *pattern, *yes, *no;
	} rows[] = {
		{ "end$", "the end", "end\n" },
		{ "(?m)end$", "end\n", "ends" },
		{ "(?m)^b", "a\nb", "ab" },
		{ "(?m)x\\n^", "x\n", "x" },
		{ "^b", "b", "a\nb" },
		{ "a.b", "a\rb", "a\nb" },
		{ "(?s)a.b", "a\nb", "ab" },
		{ "[^x]", "\n", "x" },
		{ "^\\s$", " ", "\v" },
		{ "^[[:space:]]$", "\v", "\xc2\xa0" },
		{ "^\\S$", "\v", "\t" },
		{ "^[^\\s]$", "\v", "\n" },
		{ "^\\w+$", "a_9", "caf\xc3\xa9" },
		{ "\\bb", "\xc3\xa9 b", "ab" },
		{ "\xc3\xa9\\b",
			"\xc3\xa9"
			"b",
			"\xc3\xa9" },
		{ "(?i)k", "\xe2\x84\xaa", "q" },
		{ "(?i)^\\w$", "\xc5\xbf", "\xc3\xa9" },
		{ "(?i)^\\W$", "\xc3\xa9", "\xc5\xbf" },
		{ "(?i)^\\p{Lu}$", "\xc3\xa9", "1" },
		{ "a(?i)b|c", "C", "AB" },
		{ "(?:a(?i)b)c", "aBc", "aBC" },
		{ "(?i:a)b", "Ab", "AB" },
		{ "(?i)a(?-i)b", "Ab", "AB" },
		{ "^\\Qa.b\\E*$", "a.bbb", "axb" },
		{ "^a\\Q\\E+$", "aaa", "ab" },
		{ "^a(?i)*$", "aaa", "aA" },
		{ "^(?:a*)(?i)*$", "aa", "b" },
		{ "^a{,2}$", "a{,2}", "aa" },
		{ "^a{2,}$", "aaaa", "a" },
		{ "^(?:ab){2,}$", "ababab", "ab" },
		{ "^(?:a{2,}b){2}$", "aabaaab", "abab" },
		{ "^[ab]{0,}c{1,}$", "abcc", "ab" },
		{ "^a{0}b$", "b", "ab" },
		{ "^(|a)+$", "aa", "b" },
		{ "^\\x{1F600}$", "\xf0\x9f\x98\x80", "x" },
		{ "^\\101\\x42\\n$", "AB\n", "AB" },
		{ "^[]a]+$", "]a", "[" },
		{ "^[a-]+$", "-a", "b" },
		{ "^[[:word:]\\-x]+$", "a-b", "a b" },
		{ "^\\p{Greek}$", "\xce\xb1", "a" },
		{ "^[\\P{L}]$", "1", "a" },
		{ "^\\p{^L}\\PL$", "12", "ab" },
		{ "^\\p{Letter}\\p{upper-case letter}$", "aB", "ab" },
		{ "^\\p{ASCII}$", "\x7f", "\xc3\xa9" },
		{ "^\\P{Any}$|x", "x", "a" },
		{ "[\\x{d800}-\\x{dfff}]|x", "x", "a" },
		{ "^[^\\x{d800}]$", "a", "" },
		{ "^a.{0,2}?b$", "axxb", "axxxb" },
		{ "(?U)^a+$", "aa", "b" },
		{ "^*a", "a", "b" },
		{ "\\b+a$", "a", "" },
		{ "(?P<n>x)(?<m>y)", "xy", "x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!matches(rows[i].pattern, rows[i].yes))
			fail_msg("%s should match", rows[i].pattern);
		if (matches(rows[i].pattern, rows[i].no))
			fail_msg("%s should not match", rows[i].pattern);
	}
}

static void errors_are_worded_as_go_words_them(void **state)
{
	static const struct {
		const char *pattern, *reason;
	} rows[] = {
		{ "(", "missing closing ): `(`" },
		{ "a)b", "unexpected ): `a)b`" },
		{ "[a", "missing closing ]: `[a`" },
		{ "x[]", "missing closing ]: `[]`" },
		{ "[z-a]", "invalid character class range: `z-a`" },
		{ "[a-\\d]", "invalid escape sequence: `\\d`" },
		{ "[[:foo:]]", "invalid character class range: `[:foo:]`" },
		{ "\\pX", "invalid character class range: `\\pX`" },
		{ "\\p{Klingon", "invalid character class range: `\\p{Klingon`" },
		{ "*", "missing argument to repetition operator: `*`" },
		{ "(?i)*", "missing argument to repetition operator: `*`" },
		{ "a|+?b", "missing argument to repetition operator: `+?`" },
		{ "a**", "invalid nested repetition operator: `**`" },
		{ "a{2}{3}?", "invalid nested repetition operator: `{2}{3}?`" },
		{ "a{1001}", "invalid repeat count: `{1001}`" },
		{ "a{2,1}", "invalid repeat count: `{2,1}`" },
		{ "a{99999999999}", "invalid repeat count: `{99999999999}`" },
		{ "(?:a{50}){21}", "invalid repeat count: `{21}`" },
		{ "(?:(?:a{0}){500}){3}", "invalid repeat count: `{3}`" },
		{ "\\8", "invalid escape sequence: `\\8`" },
		{ "\\1", "invalid escape sequence: `\\1`" },
		{ "\\x", "invalid escape sequence: `\\x`" },
		{ "\\x1", "invalid escape sequence: `\\x1`" },
		{ "\\x{110000}", "invalid escape sequence: `\\x{110000`" },
		{ "\\C", "invalid escape sequence: `\\C`" },
		{ "\\Z", "invalid escape sequence: `\\Z`" },
		{ "a\\", "trailing backslash at end of expression: ``" },
		{ "(?<!a)b", "invalid named capture: `(?<!a)b`" },
		{ "(?P<a-b>x)", "invalid named capture: `(?P<a-b>`" },
		{ "(?P=a)", "invalid or unsupported Perl syntax: `(?P`" },
		{ "(?i", "invalid or unsupported Perl syntax: `(?i`" },
		{ "(?-)", "invalid or unsupported Perl syntax: `(?-)`" },
		{ "(?#x)", "invalid or unsupported Perl syntax: `(?#`" },
		{ "a\xff", "invalid UTF-8: `\xff`" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_buf reason;

		qm_buf_init(&reason, 1000);
		assert_null(qm_regex_new(rows[i].pattern, strlen(rows[i].pattern), &reason));
		assert_string_equal(reason.data, rows[i].reason);
		qm_buf_release(&reason);
	}
}

static char *repeat(const char *text, size_t count)
{
	struct qm_buf out;

	qm_buf_init(&out, 1 << 20);
	for (size_t i = 0; i < count; i++)
		qm_buf_add_text(&out, text);
	return qm_buf_take(&out);
}

static void a_pattern_has_its_limits(void **state)
{
	char *open = repeat("(", 1000), *close = repeat(")", 1000), *item = repeat("a", 4000);
	struct qm_buf pattern, reason;
	struct qm_regex *regex;

	(void)state;
	qm_buf_init(&pattern, 1 << 20);
	qm_buf_init(&reason, 1 << 20);
	qm_buf_add_format(&pattern, "%sa%s", open, close);
	assert_null(qm_regex_new(pattern.data, pattern.length, &reason));
	assert_memory_equal(reason.data, "expression nests too deeply: `((", 32);
	/* One group less is fine. */
	regex = qm_regex_new(pattern.data + 1, pattern.length - 2, &reason);
	assert_non_null(regex);
	assert_int_equal(qm_regex_search(regex, "xa", 2), QM_REGEX_YES);
	qm_regex_free(regex);
	qm_buf_clear(&pattern);
	qm_buf_clear(&reason);
	qm_buf_add_format(&pattern, "(?:%s){1000}", item);
	assert_null(qm_regex_new(pattern.data, pattern.length, &reason));
	assert_memory_equal(reason.data, "expression too large: `(?:aa", 28);
	qm_buf_release(&pattern);
	qm_buf_release(&reason);
	free(open);
	free(close);
	free(item);
}

/* Each of these would take a backtracking matcher longer than the universe is old. */
static void no_pattern_explodes(void **state)
{
	static const char *const patterns[] = { "(a+)+$", "(a|aa)+$", "(a*)*c$", "a*a*a*a*a*b$",
		"(?:a?){30}a{30}b$", "^(([a-z])+.)+[A-Z]([a-z])+$", "[ab]{3,}[ab]{2,}b$" };
	char *text = repeat("a", 20000);

	(void)state;
	memcpy(text, "bAb", 3);
	text[19999] = '!';
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
		assert_false(matches(patterns[i], text));
	free(text);
}

static void a_text_may_hold_nul(void **state)
{
	struct qm_regex *regex = compile("^a\\x00b$");

	(void)state;
	assert_int_equal(qm_regex_search(regex, "a\0b", 3), QM_REGEX_YES);
	assert_int_equal(qm_regex_search(regex, "a", 1), QM_REGEX_NO);
	qm_regex_free(regex);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_mean_what_they_mean_to_re2),
		cmocka_unit_test(errors_are_worded_as_go_words_them),
		cmocka_unit_test(a_pattern_has_its_limits),
		cmocka_unit_test(no_pattern_explodes),
		cmocka_unit_test(a_text_may_hold_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
