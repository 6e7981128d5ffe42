#include "src/base/text.h"
#include "tests/upload/map_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qm_map_file *read_well(const char *text)
{
	struct qm_map_file *file = NULL;
	struct qm_error err;

	qm_error_init(&err);
	if (map_text_read(text, &file, &err))
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
	return file;
}

static void assert_keys(const struct qm_map_entry *entry, const char *keys)
{
	char found[200] = "";

	assert_non_null(entry);
	for (size_t i = 0; i < entry->key_count; i++)
		(void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s",
			i ? " " : "", entry->keys[i]);
	assert_string_equal(found, keys);
}

static void names_have_keys(void **state)
{
	struct qm_map_file *file = read_well("map:\n"
					     "  a.B.one: VKMC-TC-1\n"
					     "  a.B.two: [VKMC_TC_2, 3, vkmc-tc-4]\n"
					     "  a.B.adds[1]: 5\n"
					     "  a.B.later:\n");

	(void)state;
	assert_keys(qm_map_file_named(file, "a.B.one"), "VKMC-TC-1");
	assert_keys(qm_map_file_named(file, "a.B.two"), "VKMC-TC-2 VKMC-TC-3 VKMC-TC-4");
	assert_keys(qm_map_file_named(file, "a.B.adds[1]"), "VKMC-TC-5");
	assert_keys(qm_map_file_named(file, "a.B.later"), "");
	assert_null(qm_map_file_named(file, "a.B"));
	assert_null(qm_map_file_matching(file, "a.B.one", NULL));
	qm_map_file_free(file);
}

static void patterns_to_ignore_go_first_then_the_order_of_the_file(void **state)
{
	struct qm_map_file *file = read_well("map:\n"
					     "  \"a.B.*\": VKMC-TC-1\n"
					     "  /^a\\./: VKMC-TC-2\n"
					     "  \"a.B.x*\": VKMC-TC-3\n"
					     "ignore: [/slow/, a.B.z]\n");

	(void)state;
	assert_keys(qm_map_file_matching(file, "a.B.xy", NULL), "VKMC-TC-1");
	assert_keys(qm_map_file_matching(file, "a.C.xy", NULL), "VKMC-TC-2");
	assert_true(qm_map_file_matching(file, "a.B.slow", NULL)->ignored);
	assert_true(qm_map_file_named(file, "a.B.z")->ignored);
	assert_null(qm_map_file_matching(file, "b", NULL));
	assert_keys(qm_map_file_matching(file, "b", "a.B.x"), "VKMC-TC-1");
	/* What is a pattern is no name, and vice versa. */
	assert_null(qm_map_file_named(file, "a.B.*"));
	qm_map_file_free(file);
}

static void an_empty_file_is_fine(void **state)
{
	static const char *const texts[] = { "", "# nothing yet\n", "map:\nignore:\nroutes:\n",
		"map: {}\n" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct qm_map_file *file = read_well(texts[i]);

		assert_int_equal(file->entries.count, 0);
		qm_map_file_free(file);
	}
}

static void routes_have_a_platform_and_conditions(void **state)
{
	struct qm_map_file *file = read_well(
		"routes:\n"
		"  - platform: Chrome\n"
		"    suite: [\"*chrome*\", chromium]\n"
		"  - {platform: 74, file: reports/**/TEST-*.xml, property: {browser: ff, os: "
		"/win/}}\n");
	const struct qm_route *first = qm_vec_at(&file->routes, 0);
	const struct qm_route *second = qm_vec_at(&file->routes, 1);

	(void)state;
	assert_string_equal(first->platform, "Chrome");
	assert_int_equal(first->line, 2);
	assert_int_equal(first->condition_count, 1);
	assert_int_equal(first->conditions[0].field, QM_ROUTE_SUITE);
	assert_int_equal(first->conditions[0].value_count, 2);
	assert_string_equal(second->platform, "74");
	assert_int_equal(second->condition_count, 3);
	assert_int_equal(second->conditions[0].field, QM_ROUTE_FILE);
	assert_string_equal(second->conditions[2].property, "os");
	assert_int_equal(second->conditions[2].values[0].kind, QM_PATTERN_EXPRESSION);
	qm_map_file_free(file);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		int line, column;
		const char *error;
	} rows[] = {
		{ "map:\n  a: VKMC-TC-1\nignroe: [b]\n", 3, 1,
			"\"ignroe\" is no section of a mapping file; there are map, ignore, "
			"routes; did you mean ignore?" },
		{ "- map\n", 1, 1, "a mapping file has the sections map, ignore and routes" },
		{ "map: {a: 1}\nmap: {b: 2}\n", 2, 1, "\"map\" stands here twice" },
		{ "map: [a]\n", 1, 6,
			"map wants names and keys: com.example.CartTest.adds: VKMC-TC-12" },
		{ "map:\n  a: VKMC-TC-1\n  b: VKMC-TC-2\n  a: VKMC-TC-3\n", 4, 3,
			"\"a\" stands in line 2 already" },
		{ "map:\n  a: VKMC-TC-1\nignore:\n  - a\n", 4, 5,
			"\"a\" stands in line 2 already" },
		{ "map:\n  a: OTHER-TC-1\n", 2, 6,
			"\"OTHER-TC-1\" is no test case of project VKMC; write its key, such as "
			"VKMC-TC-12, or several as [VKMC-TC-12, VKMC-TC-13]" },
		{ "map:\n  a: [VKMC-TC-1, {b: c}]\n", 2, 18,
			"\"a list or map\" is no test case of project VKMC; write its key, such as "
			"VKMC-TC-12, or several as [VKMC-TC-12, VKMC-TC-13]" },
		{ "map:\n  a: []\n", 2, 6, "a test has 1 to 64 keys" },
		{ "map:\n  \"/a[/\": VKMC-TC-1\n", 2, 3,
			"/a[/ is no regular expression: missing closing ]: `[`" },
		{ "map:\n  ? [a]\n  : VKMC-TC-1\n", 2, 5, "the name of a test is wanted" },
		{ "ignore: {a: b}\n", 1, 9,
			"ignore wants a list of names: [com.example.legacy.*]" },
		{ "ignore:\n  - a\n  - ''\n", 3, 5, "the name of a test is wanted" },
		{ "routes: {platform: a}\n", 1, 9,
			"routes wants a list of at most 500 routes, each with a platform and "
			"conditions" },
		{ "routes:\n  - suite: a\n", 2, 5, "the route leads to no platform; add one" },
		{ "routes:\n  - platform: a\n", 2, 5,
			"the route takes every result; add a condition (suite, test, hostname, "
			"parameter, property, file)" },
		{ "routes:\n  - platform: a\n    suit: b\n", 3, 5,
			"\"suit\" is no part of a route; there are suite, test, hostname, "
			"parameter, property, file, platform; did you mean suite?" },
		{ "routes:\n  - platform: a\n    property: browser=b\n", 3, 15,
			"property wants names and values: {browser: chrome}" },
		{ "routes:\n  - platform: a\n    file: 'a['\n", 3, 11,
			"the pattern 'a[' opens a '[' and does not close it; write \\[ for the "
			"character itself" },
		{ "routes:\n  - platform: [a, b]\n    suite: c\n", 2, 15,
			"the name or id of one platform is wanted" },
		{ "routes:\n  - platform: a\n    suite: b\n    platform: c\n", 4, 5,
			"\"platform\" stands here twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_map_file *file = NULL;
		struct qm_error err;

		qm_error_init(&err);
		assert_int_equal(map_text_read(rows[i].text, &file, &err), QM_EUSAGE);
		assert_null(file);
		assert_int_equal(err.code, QM_EUSAGE);
		assert_string_equal(err.text, rows[i].error);
		if (err.line != rows[i].line || err.column != rows[i].column)
			fail_msg("%s: at %d:%d", err.text, err.line, err.column);
		assert_true(qm_text_ends(err.source, "/map.yaml"));
	}
}

static void what_is_no_file_or_no_yaml_is_told(void **state)
{
	struct qm_map_file *file = NULL;
	struct qm_error err;

	(void)state;
	qm_error_init(&err);
	assert_int_equal(qm_map_file_read("/nowhere/map.yaml", "VKMC", &file, &err), QM_EUSAGE);
	assert_string_equal(err.source, "/nowhere/map.yaml");
	qm_error_init(&err);
	assert_int_equal(map_text_read("map:\n  a: [b\n", &file, &err), QM_EUSAGE);
	assert_true(err.line >= 2);
	/* An unquoted star is an alias to YAML. */
	qm_error_init(&err);
	assert_int_equal(map_text_read("map:\n  *.Test: 1\n", &file, &err), QM_EUSAGE);
	assert_int_equal(err.line, 2);
}

static void patterns_are_bounded_and_names_are_not(void **state)
{
	struct qm_map_file *file = NULL;
	struct qm_error err;
	struct qm_buf text;

	(void)state;
	qm_buf_init(&text, 1 << 20);
	qm_buf_add_text(&text, "map:\n");
	for (int i = 0; i < 20000; i++)
		qm_buf_add_format(&text, "  name%d: %d\n", i, i + 1);
	file = read_well(text.data);
	assert_keys(qm_map_file_named(file, "name19999"), "VKMC-TC-20000");
	qm_map_file_free(file);
	qm_buf_clear(&text);
	qm_buf_add_text(&text, "ignore:\n");
	for (int i = 0; i <= 1000; i++)
		qm_buf_add_format(&text, "  - name%d*\n", i);
	qm_error_init(&err);
	assert_int_equal(map_text_read(text.data, &file, &err), QM_EUSAGE);
	assert_string_equal(err.text,
		"1001 patterns are more than the 1000 that each test may be compared with; name "
		"the tests, or take wider patterns");
	qm_buf_release(&text);
}

static void keep_line(void *context, enum qm_log_level level, const char *line)
{
	assert_int_equal(level, QM_LOG_NOTICE);
	qm_buf_add_format(context, "%s\n", strchr(line, ':'));
}

static void unused_entries_are_told(void **state)
{
	struct qm_map_file *file = read_well("map:\n"
					     "  a: VKMC-TC-1\n"
					     "  b: VKMC-TC-2\n"
					     "ignore: [c*]\n"
					     "routes:\n"
					     "  - {platform: Chrome, suite: s}\n");
	struct qm_log log;
	struct qm_buf lines;

	(void)state;
	qm_buf_init(&lines, 1000);
	qm_log_init(&log, QM_LOG_NOTICE, keep_line, &lines);
	qm_map_file_use(file, qm_map_file_named(file, "a"));
	qm_map_file_tell_unused(file, &log);
	assert_string_equal(lines.data,
		":3: \"b\" is the name of no test\n"
		":4: \"c*\" is the name of no test\n"
		":6: no result takes the route to Chrome\n");
	qm_buf_release(&lines);
	qm_map_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_keys),
		cmocka_unit_test(patterns_to_ignore_go_first_then_the_order_of_the_file),
		cmocka_unit_test(an_empty_file_is_fine),
		cmocka_unit_test(routes_have_a_platform_and_conditions),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(what_is_no_file_or_no_yaml_is_told),
		cmocka_unit_test(patterns_are_bounded_and_names_are_not),
		cmocka_unit_test(unused_entries_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
