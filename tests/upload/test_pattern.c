#include "src/upload/mapping/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool matches(const char *text, const char *name)
{
	struct qm_pattern pattern;
	bool found;

	assert_int_equal(qm_pattern_init(&pattern, text, NULL), QM_OK);
	found = qm_pattern_matches(&pattern, name);
	qm_pattern_release(&pattern);
	return found;
}

static void names_wildcards_and_expressions_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum qm_pattern_kind kind;
	} rows[] = {
		{ "com.example.A.b", QM_PATTERN_NAME },
		{ "adds[1]", QM_PATTERN_NAME },
		{ "a/b", QM_PATTERN_NAME },
		{ "//", QM_PATTERN_NAME },
		{ "/a", QM_PATTERN_NAME },
		{ "com.*", QM_PATTERN_WILDCARD },
		{ "is it?", QM_PATTERN_WILDCARD },
		{ "/a.*/", QM_PATTERN_EXPRESSION },
		{ "/a/", QM_PATTERN_EXPRESSION },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(qm_pattern_kind_of(rows[i].text), rows[i].kind);
}

static void patterns_match_what_they_say(void **state)
{
	static const struct {
		const char *text, *name;
		bool match;
	} rows[] = {
		{ "a.B.c", "a.B.c", true },
		{ "a.B.c", "a.b.c", false },
		{ "a.B.c", "a.B.cd", false },
		{ "adds[1]", "adds[1]", true },
		{ "adds[1]", "adds1", false },
		{ "*", "", true },
		{ "a*", "a", true },
		{ "a*", "ba", false },
		{ "a*c", "abcbc", true },
		{ "a*c", "abcb", false },
		{ "a**b*", "axxbyy", true },
		{ "*/login/*", "pages/login/ok", true },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "a?c",
			"a\xc3\xa4"
			"c",
			true },
		{ "a??c",
			"a\xc3\xa4"
			"c",
			false },
		{ "*\xc3\xa4", "x\xc3\xa4", true },
		{ "is it?", "is it?", true },
		{ "2 * 3", "2 * 3", true },
		{ "/b+/", "abbc", true },
		{ "/^b+/", "abbc", false },
		{ "/B/", "b", false },
		{ "/(?i)B/", "b", true },
		{ "/Login(Test|IT)\\.logs(In|Out)$/", "a.LoginIT.logsOut", true },
		{ "/Login(Test|IT)\\.logs(In|Out)$/", "a.LoginIT.logsOutTwice", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (matches(rows[i].text, rows[i].name) != rows[i].match)
			fail_msg("%s and %s", rows[i].text, rows[i].name);
}

static void a_bad_expression_is_told(void **state)
{
	struct qm_pattern pattern;
	struct qm_error err;

	(void)state;
	qm_error_init(&err);
	assert_int_equal(qm_pattern_init(&pattern, "/a(b/", &err), QM_EUSAGE);
	assert_string_equal(err.text, "/a(b/ is no regular expression: missing closing ): `a(b`");
	qm_pattern_release(&pattern);
	qm_error_init(&err);
	assert_int_equal(qm_pattern_init(&pattern, "", &err), QM_EUSAGE);
	qm_pattern_release(&pattern);
}

/* Many stars on a long name: as many steps as the product of both, not a power. */
static void a_wildcard_is_never_tried_in_all_ways(void **state)
{
	char name[20001];

	(void)state;
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_false(matches("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
	assert_true(matches("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*", name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_wildcards_and_expressions_are_told_apart),
		cmocka_unit_test(patterns_match_what_they_say),
		cmocka_unit_test(a_bad_expression_is_told),
		cmocka_unit_test(a_wildcard_is_never_tried_in_all_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
