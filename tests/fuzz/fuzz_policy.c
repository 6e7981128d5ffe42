/*
 * Whatever a policy file holds, reading it ends. What its nodes say of themselves is so, an error
 * has words, and a policy that is loaded can be shown as clean text and as JSON.
 */
#include "policy/describe.h"
#include "src/base/yaml.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { MAX_VISITS = 100000, MAX_SHOWN = 64 << 20 };

/* An alias leads to the same node again and again, so visits are counted. */
static void check_node(const struct qm_yaml_node *node, size_t *visits)
{
	size_t children = node->kind == QM_YAML_MAP ? 2 * node->count : node->count;

	if (++*visits > MAX_VISITS)
		return;
	must(node->line >= 1 && node->column >= 1);
	if (node->kind == QM_YAML_SCALAR) {
		must(node->count == 0 && node->text[node->length] == '\0');
		must(is_utf8(node->text, node->length));
		must(!qm_yaml_is_null(node) || node->plain);
		return;
	}
	for (size_t i = 0; i < children; i++)
		check_node(node->items[i], visits);
}

static void check_keys(const struct qm_yaml_node *map)
{
	const struct qm_yaml_node *twice = qm_yaml_duplicate(map);
	size_t found_first = 0;

	for (size_t i = 0; i < map->count; i++) {
		const struct qm_yaml_node *key = map->items[2 * i];

		if (key->kind != QM_YAML_SCALAR || strlen(key->text) != key->length)
			return;
		found_first += qm_yaml_find(map, key->text) == map->items[2 * i + 1];
	}
	must(twice ? found_first <= map->count : found_first == map->count);
}

static void read_yaml(const char *bytes, size_t size)
{
	const struct qm_yaml_node *root = NULL;
	struct qm_arena arena;
	struct qm_error err;
	enum qm_code code;
	size_t visits = 0;

	qm_error_init(&err);
	qm_arena_init(&arena);
	code = qm_yaml_parse(bytes, size, &arena, &root, &err);
	must(code == QM_OK || ((code == QM_EINPUT || code == QM_ELIMIT) && *err.text));
	if (!code && root)
		check_node(root, &visits);
	if (!code && root && root->kind == QM_YAML_MAP)
		check_keys(root);
	qm_arena_release(&arena);
}

static void show(const struct qm_policy *policy)
{
	json_t *json = qm_policy_json(policy);
	struct qm_buf text;

	must(json != NULL && json_is_array(json_object_get(json, "tools")));
	qm_buf_init(&text, MAX_SHOWN);
	qm_policy_describe(policy, &text);
	qm_policy_applying(policy, "a", &text);
	must(is_utf8(text.data, text.length));
	for (size_t i = 0; i < text.length; i++)
		must(text.data[i] == '\n' || (unsigned char)text.data[i] >= ' ');
	qm_buf_release(&text);
	json_decref(json);
}

static void read_policy(const char *bytes, size_t size)
{
	struct qm_policy *policy = NULL, *again = NULL;
	struct qm_vec problems;
	struct qm_error err, short_err;
	enum qm_code code;

	qm_error_init(&err);
	qm_error_init(&short_err);
	qm_vec_init(&problems, sizeof(struct qm_policy_problem));
	code = qm_policy_load(bytes, size, &policy, &problems, &err);
	must(qm_policy_load(bytes, size, &again, NULL, &short_err) == code);
	must(strcmp(err.text, short_err.text) == 0);
	must(code == QM_OK || (code == QM_EUSAGE && *err.text && !policy && !again));
	must(code || !problems.count);
	for (size_t i = 0; i < problems.count; i++) {
		const struct qm_policy_problem *problem = qm_vec_at(&problems, i);

		must(*problem->text && is_utf8(problem->text, strlen(problem->text)));
		must(problem->place.line >= 0 && problem->place.column >= 0);
	}
	if (!code)
		show(policy);
	qm_policy_problems_release(&problems);
	qm_policy_free(policy);
	qm_policy_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_yaml((const char *)data, size);
	read_policy((const char *)data, size);
	return 0;
}
