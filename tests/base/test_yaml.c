#include "src/base/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct qm_arena *arena = qm_alloc(sizeof *arena);

	qm_arena_init(arena);
	*state = arena;
	return 0;
}

static int teardown(void **state)
{
	qm_arena_release(*state);
	free(*state);
	return 0;
}

static const struct qm_yaml_node *parse(struct qm_arena *arena, const char *text)
{
	const struct qm_yaml_node *root = NULL;

	assert_int_equal(qm_yaml_parse(text, strlen(text), arena, &root, NULL), QM_OK);
	return root;
}

static void nodes_keep_text_style_and_place(void **state)
{
	const struct qm_yaml_node *root =
		parse(*state, "a: 0755\nb:\n  - 'yes'\n  - yes\n  - |\n    x\n");
	const struct qm_yaml_node *list;

	assert_int_equal(root->kind, QM_YAML_MAP);
	assert_int_equal(root->count, 2);
	assert_string_equal(qm_yaml_find(root, "a")->text, "0755");
	list = qm_yaml_find(root, "b");
	assert_int_equal(list->kind, QM_YAML_LIST);
	assert_int_equal(list->count, 3);
	assert_false(list->items[0]->plain);
	assert_true(list->items[1]->plain);
	assert_string_equal(list->items[2]->text, "x\n");
	assert_int_equal(list->items[1]->line, 4);
	assert_int_equal(list->items[1]->column, 5);
	assert_null(qm_yaml_find(root, "c"));
}

static void an_empty_file_has_no_root(void **state)
{
	assert_null(parse(*state, ""));
	assert_null(parse(*state, "# only a comment\n"));
}

static void only_the_first_document_counts(void **state)
{
	const struct qm_yaml_node *root = parse(*state, "a: 1\n---\na: 2\n");

	assert_string_equal(qm_yaml_find(root, "a")->text, "1");
}

static void an_alias_shares_what_it_names(void **state)
{
	const struct qm_yaml_node *root = parse(*state, "a: &x [1]\nb: *x\nc: &x 2\nd: *x\n");

	assert_ptr_equal(qm_yaml_find(root, "a")->items, qm_yaml_find(root, "b")->items);
	assert_false(qm_yaml_find(root, "a")->alias);
	assert_true(qm_yaml_find(root, "b")->alias);
	assert_string_equal(qm_yaml_find(root, "d")->text, "2");
}

static void nulls_are_plain(void **state)
{
	static const struct {
		const char *text;
		bool null;
	} rows[] = {
		{ "- ~", true },
		{ "- null", true },
		{ "- Null", true },
		{ "- NULL", true },
		{ "-", true },
		{ "- 'null'", false },
		{ "- ''", false },
		{ "- nULL", false },
		{ "- []", false },
		{ "- {}", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			qm_yaml_is_null(parse(*state, rows[i].text)->items[0]), rows[i].null);
	assert_true(qm_yaml_is_null(NULL));
}

static void the_second_of_two_equal_keys_is_found(void **state)
{
	const struct qm_yaml_node *root = parse(*state, "a: 1\nb: 2\na: 3\n");

	assert_int_equal(qm_yaml_duplicate(root)->line, 3);
	assert_null(qm_yaml_duplicate(parse(*state, "a: 1\nb: {a: 2}\n")));
}

static void bad_files_are_refused_with_their_place(void **state)
{
	static const struct {
		const char *text;
		int line;
		const char *part;
	} rows[] = {
		{ "a: [1, 2\nb: 3\n", 2, "" },
		{ "a: *nobody\n", 1, "unknown anchor" },
		{ "a: &x\n  - *x\n", 2, "part of" },
		{ "a:\n\t- 1\n", 2, "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct qm_yaml_node *root = NULL;
		struct qm_error err;

		qm_error_init(&err);
		assert_int_equal(
			qm_yaml_parse(rows[i].text, strlen(rows[i].text), *state, &root, &err),
			QM_EINPUT);
		assert_null(root);
		assert_int_equal(err.line, rows[i].line);
		assert_non_null(strstr(err.text, rows[i].part));
	}
}

static void a_second_document_may_be_refused(void **state)
{
	static const char two[] = "a: 1\n---\nb: 2\n", one[] = "---\na: 1\n...\n# end\n";
	static const char libyaml[] = "%YAML 1.2\n---\n[\"\\/\", a?]\n";
	const struct qm_yaml_node *root = NULL;
	struct qm_error err;

	assert_int_equal(qm_yaml_parse(two, strlen(two), *state, &root, NULL), QM_OK);
	assert_int_equal(root->count, 1);
	assert_int_equal(qm_yaml_parse_only(one, strlen(one), *state, &root, NULL), QM_OK);
	assert_int_equal(root->count, 1);
	assert_int_equal(qm_yaml_parse_only("", 0, *state, &root, NULL), QM_OK);
	/* What yaml.v3 alone refuses. */
	assert_int_equal(qm_yaml_parse_only(libyaml, strlen(libyaml), *state, &root, NULL), QM_OK);
	assert_int_equal(qm_yaml_parse(libyaml, strlen(libyaml), *state, &root, NULL), QM_EINPUT);
	assert_null(root);
	qm_error_init(&err);
	assert_int_equal(qm_yaml_parse_only(two, strlen(two), *state, &root, &err), QM_EINPUT);
	assert_null(root);
	assert_int_equal(err.line, 2);
	assert_non_null(strstr(err.text, "a second document begins here"));
}

static void depth_and_size_have_ceilings(void **state)
{
	const struct qm_yaml_node *root = NULL;
	struct qm_error err;
	struct qm_buf text;

	qm_buf_init(&text, 1 << 20);
	for (int i = 0; i < 5000; i++)
		qm_buf_add_char(&text, '[');
	qm_error_init(&err);
	assert_int_equal(qm_yaml_parse(text.data, text.length, *state, &root, &err), QM_ELIMIT);
	qm_buf_clear(&text);
	qm_buf_add_char(&text, '[');
	for (int i = 0; i < 100001; i++)
		qm_buf_add_text(&text, "1,");
	qm_buf_add_char(&text, ']');
	qm_error_init(&err);
	assert_int_equal(qm_yaml_parse(text.data, text.length, *state, &root, &err), QM_ELIMIT);
	qm_buf_release(&text);
}

static void a_billion_laughs_are_a_few_nodes(void **state)
{
	struct qm_arena *arena = *state;
	struct qm_buf text;

	qm_buf_init(&text, 1 << 16);
	qm_buf_add_text(&text, "a0: &a0 ha\n");
	for (int i = 1; i < 10; i++) {
		qm_buf_add_format(&text, "a%d: &a%d [", i, i);
		for (int j = 0; j < 10; j++)
			qm_buf_add_format(&text, "%s*a%d", j ? ", " : "", i - 1);
		qm_buf_add_text(&text, "]\n");
	}
	(void)parse(arena, text.data);
	assert_true(arena->bytes < 64 * 1024);
	qm_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nodes_keep_text_style_and_place, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_file_has_no_root, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_first_document_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(an_alias_shares_what_it_names, setup, teardown),
		cmocka_unit_test_setup_teardown(nulls_are_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_second_of_two_equal_keys_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
			bad_files_are_refused_with_their_place, setup, teardown),
		cmocka_unit_test_setup_teardown(a_second_document_may_be_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(depth_and_size_have_ceilings, setup, teardown),
		cmocka_unit_test_setup_teardown(a_billion_laughs_are_a_few_nodes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
