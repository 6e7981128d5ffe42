#include "src/base/file.h"
#include "src/base/glob.h"
#include "src/base/memory.h"
#include "tests/base/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void a_star_stays_within_its_segment(void **state)
{
	(void)state;
	assert_true(qm_glob_match("TEST-*.xml", "TEST-a.xml"));
	assert_true(qm_glob_match("TEST-*.xml", "TEST-.xml"));
	assert_true(qm_glob_match("a/*/c", "a/b/c"));
	assert_false(qm_glob_match("a/*/c", "a/b/b/c"));
	assert_false(qm_glob_match("*.xml", "a/b.xml"));
	assert_false(qm_glob_match("*.xml", "b.xml.gz"));
	assert_true(qm_glob_match("*a*b*", "xxaxxbxx"));
	assert_false(qm_glob_match("*a*b", "xxaxxbxx"));
	assert_true(qm_glob_match("*", ".hidden"));
}

static void two_stars_are_any_number_of_folders(void **state)
{
	static const char pattern[] = "**/target/TEST-*.xml";

	(void)state;
	assert_true(qm_glob_match(pattern, "target/TEST-a.xml"));
	assert_true(qm_glob_match(pattern, "m/target/TEST-a.xml"));
	assert_true(qm_glob_match(pattern, "m/n/target/TEST-a.xml"));
	assert_true(qm_glob_match(pattern, "target/target/TEST-a.xml"));
	assert_false(qm_glob_match(pattern, "m/target/n/TEST-a.xml"));
	assert_false(qm_glob_match(pattern, "mtarget/TEST-a.xml"));
	assert_true(qm_glob_match("a/**", "a/b/c"));
	assert_false(qm_glob_match("a/**", "b/a/c"));
	assert_true(qm_glob_match("a/**/b/**/c", "a/x/b/b/y/z/c"));
	assert_false(qm_glob_match("a/**/b/**/c", "a/x/y/z/c"));
	assert_true(qm_glob_match("**/x", "/top/x"));
	/* Inside of a segment they are one star. */
	assert_true(qm_glob_match("a**b", "axxb"));
	assert_false(qm_glob_match("a**b", "ax/xb"));
}

static void a_question_mark_is_one_character_of_any_length(void **state)
{
	(void)state;
	assert_true(qm_glob_match("a?c", "abc"));
	assert_true(qm_glob_match("a?c",
		"a\xc3\xa4"
		"c"));
	assert_true(qm_glob_match("a?c",
		"a\xff"
		"c"));
	assert_false(qm_glob_match("a?c", "ac"));
	assert_false(qm_glob_match("a?c", "a/c"));
}

static void a_set_is_one_of_its_characters(void **state)
{
	(void)state;
	assert_true(qm_glob_match("[a-c]x", "bx"));
	assert_false(qm_glob_match("[a-c]x", "dx"));
	assert_true(qm_glob_match("[!a-c]x", "dx"));
	assert_true(qm_glob_match("[^a-c]x", "dx"));
	assert_false(qm_glob_match("[!a-c]x", "bx"));
	assert_true(qm_glob_match("[]x]", "]"));
	assert_true(qm_glob_match("[a-]", "-"));
	assert_true(qm_glob_match("[\\]]", "]"));
	assert_true(qm_glob_match("[\xc3\xa0-\xc3\xa9]", "\xc3\xa4"));
	assert_false(qm_glob_match("[!a]", "/"));
}

static void a_backslash_takes_the_meaning_away(void **state)
{
	(void)state;
	assert_true(qm_glob_match("a\\[1\\].xml", "a[1].xml"));
	assert_true(qm_glob_match("\\*", "*"));
	assert_false(qm_glob_match("\\*", "a"));
	assert_true(qm_glob_is_pattern("a\\*"));
	assert_false(qm_glob_is_pattern("a/b.xml"));
}

static void the_root_is_no_name(void **state)
{
	(void)state;
	assert_true(qm_glob_match("/a/*", "/a/b"));
	assert_false(qm_glob_match("*/a", "/a"));
	assert_false(qm_glob_match("/a", "a"));
}

static void many_stars_take_no_time(void **state)
{
	char path[3001];

	(void)state;
	memset(path, 'a', 3000);
	path[3000] = '\0';
	assert_false(qm_glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", path));
	for (size_t i = 1; i < 3000; i += 2)
		path[i] = '/';
	assert_false(qm_glob_match("**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b", path));
}

static void what_lies_below_may_match(void **state)
{
	(void)state;
	assert_true(qm_glob_may_match_below("*/target/*.xml", "m"));
	assert_true(qm_glob_may_match_below("*/target/*.xml", "m/target"));
	assert_false(qm_glob_may_match_below("*/target/*.xml", "m/src"));
	assert_false(qm_glob_may_match_below("*/target/*.xml", "m/target/x.xml"));
	assert_true(qm_glob_may_match_below("a/**/x", "a/b/c/d"));
	assert_false(qm_glob_may_match_below("a/**/x", "b"));
}

static void names_of_one_file_become_one(void **state)
{
	static const char *const cases[][2] = { { "./a//b/", "a/b" }, { "a/./b", "a/b" },
		{ "/a/../b", "/a/../b" }, { ".", "." }, { "./", "." }, { "/", "/" }, { "", "" },
		{ "//a", "/a" }, { ".hidden/..x", ".hidden/..x" } };
	char path[32];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(path, sizeof path, "%s", cases[i][0]);
		qm_glob_normalise(path);
		assert_string_equal(path, cases[i][1]);
	}
}

static void letter_case_counts(void **state)
{
	(void)state;
	assert_false(qm_glob_match("test-*.xml", "TEST-a.xml"));
	assert_false(qm_glob_match("[a-z].xml", "B.xml"));
}

static void a_pattern_has_its_greatest_length(void **state)
{
	char pattern[QM_GLOB_MAX_PATH + 2];

	(void)state;
	memset(pattern, 'a', sizeof pattern);
	pattern[sizeof pattern - 1] = '\0';
	assert_int_equal(qm_glob_check(pattern, NULL), QM_EUSAGE);
	pattern[QM_GLOB_MAX_PATH / 2] = '\0';
	assert_int_equal(qm_glob_check(pattern, NULL), QM_OK);
}

static void what_is_no_pattern_says_why(void **state)
{
	struct qm_error err;

	(void)state;
	qm_error_init(&err);
	assert_int_equal(qm_glob_check("a[b/c].xml", &err), QM_EUSAGE);
	assert_non_null(strstr(err.text, "a[b/c].xml"));
	assert_int_equal(qm_glob_check("", NULL), QM_EUSAGE);
	assert_int_equal(qm_glob_check("[", NULL), QM_EUSAGE);
	assert_int_equal(qm_glob_check("[]", NULL), QM_EUSAGE);
	assert_int_equal(qm_glob_check("[]]\\[**", NULL), QM_OK);
}

/* ---- Walks, in a folder of their own. */

struct walk {
	struct folder folder;
	char found[4096]; /* "path;" each */
};

static int make_folder(void **state)
{
	struct walk *walk = qm_alloc(sizeof *walk);

	folder_enter(&walk->folder);
	*state = walk;
	return 0;
}

static int remove_folder(void **state)
{
	struct walk *walk = *state;
	int failed = folder_leave(&walk->folder);

	free(walk);
	return failed;
}

static enum qm_code note(void *context, const char *path)
{
	struct walk *walk = context;
	size_t length = strlen(walk->found);

	(void)snprintf(walk->found + length, sizeof walk->found - length, "%s;", path);
	return QM_OK;
}

static void look(struct walk *walk, const char *const *patterns, size_t count)
{
	walk->found[0] = '\0';
	assert_int_equal(qm_glob_walk(patterns, count, note, walk, NULL), QM_OK);
}

static void assert_finds(struct walk *walk, const char *pattern, const char *expected)
{
	look(walk, &pattern, 1);
	assert_string_equal(walk->found, expected);
}

static void a_walk_finds_files_and_no_folders(void **state)
{
	struct walk *walk = *state;

	folder_put("m/target/TEST-a.xml", "x");
	folder_put("m/target/deep/TEST-b.xml", "x");
	folder_put("m/target/notes.txt", "x");
	assert_int_equal(mkdir("m/target/TEST-c.xml", 0700), 0);
	assert_finds(walk, "m/target/TEST-*.xml", "m/target/TEST-a.xml;");
	assert_finds(walk, "**/TEST-b.xml", "m/target/deep/TEST-b.xml;");
	assert_finds(walk, "*/*/notes.txt", "m/target/notes.txt;");
	assert_finds(walk, "m/target/notes.txt", "m/target/notes.txt;");
	assert_finds(walk, "no/such/**/x", "");
}

static void an_absolute_pattern_finds_absolute_paths(void **state)
{
	struct walk *walk = *state;
	char pattern[128], expected[128];

	folder_put("a/b.xml", "x");
	(void)snprintf(pattern, sizeof pattern, "%s/**/*.xml", walk->folder.path);
	(void)snprintf(expected, sizeof expected, "%s/a/b.xml;", walk->folder.path);
	assert_finds(walk, pattern, expected);
}

static void a_file_that_two_patterns_match_is_found_once(void **state)
{
	static const char *const patterns[] = { "**/*.xml", "**/a.*", "b/*.xml" };
	struct walk *walk = *state;

	folder_put("a.xml", "x");
	look(walk, patterns, 2);
	assert_string_equal(walk->found, "a.xml;");
}

static void tools_folders_are_entered_only_when_named(void **state)
{
	struct walk *walk = *state;

	folder_put("node_modules/p/a.xml", "x");
	folder_put(".git/b.xml", "x");
	folder_put(".hidden/c.xml", "x");
	assert_finds(walk, "**/*.xml", ".hidden/c.xml;");
	assert_finds(walk, "**/node_modules/**/*.xml", "node_modules/p/a.xml;");
	assert_finds(walk, ".git/*.xml", ".git/b.xml;");
}

static void links_to_folders_lead_nowhere_unless_named(void **state)
{
	struct walk *walk = *state;

	folder_put("real/a.xml", "x");
	assert_int_equal(symlink(".", "real/loop"), 0);
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(symlink("a.xml", "real/b.xml"), 0);
	assert_int_equal(symlink("gone.xml", "real/c.xml"), 0);
	assert_finds(walk, "**/a.xml", "real/a.xml;");
	assert_finds(walk, "link/*a.xml", "link/a.xml;");
	assert_finds(walk, "**/b.xml", "real/b.xml;");
	assert_finds(walk, "**/c.xml", "");
}

static void a_tree_that_is_too_deep_is_refused(void **state)
{
	static const char *const pattern = "**/*.xml";
	struct qm_error err;

	(void)state;
	for (int i = 0; i <= QM_GLOB_MAX_DEPTH; i++) {
		assert_int_equal(mkdir("d", 0700), 0);
		assert_int_equal(chdir("d"), 0);
	}
	assert_int_equal(chdir(((struct walk *)*state)->folder.path), 0);
	qm_error_init(&err);
	assert_int_equal(qm_glob_walk(&pattern, 1, note, *state, &err), QM_ELIMIT);
	assert_non_null(strstr(err.text, "64 levels"));
}

static enum qm_code refuse(void *context, const char *path)
{
	(void)context;
	(void)path;
	return QM_ELIMIT;
}

static void a_failure_ends_the_walk(void **state)
{
	static const char *const pattern = "*.xml";

	(void)state;
	folder_put("a.xml", "x");
	assert_int_equal(qm_glob_walk(&pattern, 1, refuse, NULL, NULL), QM_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_star_stays_within_its_segment),
		cmocka_unit_test(two_stars_are_any_number_of_folders),
		cmocka_unit_test(a_question_mark_is_one_character_of_any_length),
		cmocka_unit_test(a_set_is_one_of_its_characters),
		cmocka_unit_test(a_backslash_takes_the_meaning_away),
		cmocka_unit_test(the_root_is_no_name),
		cmocka_unit_test(many_stars_take_no_time),
		cmocka_unit_test(what_lies_below_may_match),
		cmocka_unit_test(names_of_one_file_become_one),
		cmocka_unit_test(letter_case_counts),
		cmocka_unit_test(a_pattern_has_its_greatest_length),
		cmocka_unit_test(what_is_no_pattern_says_why),
		cmocka_unit_test_setup_teardown(
			a_walk_finds_files_and_no_folders, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			an_absolute_pattern_finds_absolute_paths, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_file_that_two_patterns_match_is_found_once, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			tools_folders_are_entered_only_when_named, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			links_to_folders_lead_nowhere_unless_named, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_tree_that_is_too_deep_is_refused, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_failure_ends_the_walk, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
