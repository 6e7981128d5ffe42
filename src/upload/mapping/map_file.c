#include "src/upload/mapping/map_file.h"
#include "src/base/file.h"
#include "src/base/glob.h"
#include "src/base/text.h"
#include "src/base/yaml.h"
#include "src/upload/limits.h"
#include "src/upload/mapping/keys.h"

#include <stdlib.h>
#include <string.h>

struct map_reader {
	struct qm_map_file *file;
	const char *project_key;
	struct qm_error *err;
};

/* ---- Pieces that the sections share. */

static enum qm_code refuse(
	const struct map_reader *reader, const struct qm_yaml_node *node, const char *text)
{
	return qm_yaml_error(reader->err, node, QM_EUSAGE, "%s", text);
}

/* Adds the place to an error that was told by somebody who does not know it. */
static enum qm_code place(
	const struct map_reader *reader, const struct qm_yaml_node *node, enum qm_code code)
{
	if (code && reader->err)
		qm_error_at(reader->err, reader->file->path, node->line, node->column);
	return code;
}

/* A text of the file; NULL, and the error is told, for whatever is none. */
static const char *text_of(
	const struct map_reader *reader, const struct qm_yaml_node *node, const char *wanted)
{
	bool is_text =
		node->kind == QM_YAML_SCALAR && node->length && strlen(node->text) == node->length;

	if (!is_text)
		(void)refuse(reader, node, wanted);
	return is_text ? qm_arena_strdup(&reader->file->arena, node->text) : NULL;
}

/* One node is a list of itself. */
static size_t list_of(
	const struct qm_yaml_node *const *node, const struct qm_yaml_node *const **out_items)
{
	if ((*node)->kind != QM_YAML_LIST) {
		*out_items = node;
		return 1;
	}
	*out_items = (const struct qm_yaml_node *const *)(*node)->items;
	return (*node)->count;
}

static enum qm_code unknown_name(const struct map_reader *reader, const struct qm_yaml_node *node,
	const char *what, const char *const *names, size_t count)
{
	const char *nearest;
	struct qm_buf list;

	if (node->kind != QM_YAML_SCALAR)
		return refuse(reader, node, "a text is wanted here");
	qm_buf_init(&list, 200);
	for (size_t i = 0; i < count; i++)
		qm_buf_add_format(&list, "%s%s", i ? ", " : "", names[i]);
	nearest = qm_text_nearest(node->text, names, count);
	(void)qm_yaml_error(reader->err, node, QM_EUSAGE, "\"%s\" is no %s; there are %s%s%s%s",
		node->text, what, list.data, nearest ? "; did you mean " : "",
		nearest ? nearest : "", nearest ? "?" : "");
	qm_buf_release(&list);
	return QM_EUSAGE;
}

/* -1: it is none of them. */
static int index_of(const struct qm_yaml_node *node, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && node->kind == QM_YAML_SCALAR; i++)
		if (strcmp(node->text, names[i]) == 0)
			return (int)i;
	return -1;
}

static enum qm_code refuse_duplicate(
	const struct map_reader *reader, const struct qm_yaml_node *map)
{
	const struct qm_yaml_node *twice = qm_yaml_duplicate(map);

	if (!twice)
		return QM_OK;
	return qm_yaml_error(
		reader->err, twice, QM_EUSAGE, "\"%s\" stands here twice", twice->text);
}

/* ---- map: and ignore: */

/* NULL, and the error is told, for a name that is none or stands there already. */
static struct qm_map_entry *add_entry(
	struct map_reader *reader, const struct qm_yaml_node *name, bool ignored)
{
	const char *text = text_of(reader, name, "the name of a test is wanted");
	struct qm_map_file *file = reader->file;
	const size_t *known = text ? qm_map_find(&file->by_name, text) : NULL;
	struct qm_map_entry *entry;

	if (known) {
		entry = qm_vec_at(&file->entries, *known);
		(void)qm_yaml_error(reader->err, name, QM_EUSAGE,
			"\"%s\" stands in line %d already", text, entry->line);
	}
	if (!text || known)
		return NULL;
	(void)qm_map_put(&file->by_name, text, file->entries.count, NULL);
	entry = qm_vec_add(&file->entries);
	entry->line = name->line;
	entry->ignored = ignored;
	if (place(reader, name, qm_pattern_init(&entry->pattern, text, reader->err)))
		return NULL;
	return entry;
}

static enum qm_code read_key(
	const struct map_reader *reader, const struct qm_yaml_node *node, const char **out)
{
	char key[QM_KEY_BYTES];

	if (node->kind == QM_YAML_SCALAR && qm_key_read(node->text, reader->project_key, key)) {
		*out = qm_arena_strdup(&reader->file->arena, key);
		return QM_OK;
	}
	return qm_yaml_error(reader->err, node, QM_EUSAGE,
		"\"%s\" is no test case of project %s; write its key, such as %s-TC-12, or several "
		"as [%s-TC-12, %s-TC-13]",
		node->kind == QM_YAML_SCALAR ? node->text : "a list or map", reader->project_key,
		reader->project_key, reader->project_key, reader->project_key);
}

static enum qm_code read_keys(
	struct map_reader *reader, const struct qm_yaml_node *value, struct qm_map_entry *entry)
{
	const struct qm_yaml_node *const *items;
	size_t count = list_of(&value, &items);
	const char **keys;
	enum qm_code code = QM_OK;

	if (qm_yaml_is_null(value))
		return QM_OK;
	if (!count || count > QM_MAX_MAP_KEYS)
		return qm_yaml_error(
			reader->err, value, QM_EUSAGE, "a test has 1 to %d keys", QM_MAX_MAP_KEYS);
	keys = qm_arena_alloc(&reader->file->arena, count * sizeof *keys);
	for (size_t i = 0; i < count && !code; i++)
		code = read_key(reader, items[i], &keys[i]);
	entry->keys = keys;
	entry->key_count = code ? 0 : count;
	return code;
}

static enum qm_code read_map(struct map_reader *reader, const struct qm_yaml_node *node)
{
	enum qm_code code = QM_OK;

	if (node->kind != QM_YAML_MAP)
		return refuse(reader, node,
			"map wants names and keys: com.example.CartTest.adds: VKMC-TC-12");
	for (size_t i = 0; i < node->count && !code; i++) {
		struct qm_map_entry *entry = add_entry(reader, node->items[2 * i], false);

		code = entry ? read_keys(reader, node->items[2 * i + 1], entry) : QM_EUSAGE;
	}
	return code;
}

static enum qm_code read_ignore(struct map_reader *reader, const struct qm_yaml_node *node)
{
	const struct qm_yaml_node *const *items;
	size_t count = list_of(&node, &items);

	if (node->kind == QM_YAML_MAP)
		return refuse(reader, node, "ignore wants a list of names: [com.example.legacy.*]");
	for (size_t i = 0; i < count; i++)
		if (!add_entry(reader, items[i], true))
			return QM_EUSAGE;
	return QM_OK;
}

/* Patterns in the order in which they are tried. */
static enum qm_code order_patterns(struct qm_map_file *file, struct qm_error *err)
{
	for (int ignored = 1; ignored >= 0; ignored--)
		for (size_t i = 0; i < file->entries.count; i++) {
			const struct qm_map_entry *entry = qm_vec_at(&file->entries, i);

			if (entry->ignored == ignored && entry->pattern.kind != QM_PATTERN_NAME)
				qm_vec_push(&file->order, &i);
		}
	if (file->order.count > QM_MAX_MAP_PATTERNS)
		return qm_error_set(err, QM_EUSAGE,
			"%zu patterns are more than the %d that each test may be compared with; "
			"name the tests, or take wider patterns",
			file->order.count, QM_MAX_MAP_PATTERNS);
	return QM_OK;
}

/* ---- routes: */

static enum qm_code read_values(
	struct map_reader *reader, const struct qm_yaml_node *node, struct qm_route_condition *out)
{
	const struct qm_yaml_node *const *items;
	size_t count = list_of(&node, &items);
	struct qm_pattern *values;
	enum qm_code code = QM_OK;

	if (!count || count > QM_MAX_ROUTE_VALUES)
		return qm_yaml_error(reader->err, node, QM_EUSAGE, "a condition has 1 to %d values",
			QM_MAX_ROUTE_VALUES);
	values = qm_arena_alloc(&reader->file->arena, count * sizeof *values);
	out->values = values;
	for (size_t i = 0; i < count && !code; i++) {
		const char *text = text_of(reader, items[i], "a text to compare with is wanted");

		if (!text)
			return QM_EUSAGE;
		out->value_count = i + 1;
		code = out->field == QM_ROUTE_FILE ? qm_glob_check(text, reader->err)
						   : qm_pattern_init(&values[i], text, reader->err);
		values[i].text = text;
		code = place(reader, items[i], code);
	}
	return code;
}

/* NULL, and the error is told, where there are too many. */
static struct qm_route_condition *add_condition(const struct map_reader *reader,
	const struct qm_yaml_node *node, struct qm_route *route, enum qm_route_field field)
{
	struct qm_route_condition *condition;

	if (route->condition_count >= QM_MAX_ROUTE_CONDITIONS) {
		(void)qm_yaml_error(reader->err, node, QM_EUSAGE,
			"a route has at most %d conditions", QM_MAX_ROUTE_CONDITIONS);
		return NULL;
	}
	condition = &route->conditions[route->condition_count++];
	condition->field = field;
	return condition;
}

/* property: { browser: chrome } is a condition for each property. */
static enum qm_code read_properties(
	struct map_reader *reader, const struct qm_yaml_node *node, struct qm_route *route)
{
	enum qm_code code = QM_OK;

	if (node->kind != QM_YAML_MAP || !node->count)
		return refuse(reader, node, "property wants names and values: {browser: chrome}");
	code = refuse_duplicate(reader, node);
	for (size_t i = 0; i < node->count && !code; i++) {
		const char *name =
			text_of(reader, node->items[2 * i], "the name of a property is wanted");
		struct qm_route_condition *condition;

		condition = name ? add_condition(reader, node, route, QM_ROUTE_PROPERTY) : NULL;
		if (!condition)
			return QM_EUSAGE;
		condition->property = name;
		code = read_values(reader, node->items[2 * i + 1], condition);
	}
	return code;
}

static enum qm_code read_route_pair(struct map_reader *reader, const struct qm_yaml_node *key,
	const struct qm_yaml_node *value, struct qm_route *route)
{
	static const char *const names[QM_ROUTE_FIELDS + 1] = { "suite", "test", "hostname",
		"parameter", "property", "file", "platform" };
	int field = index_of(key, names, QM_ROUTE_FIELDS + 1);
	struct qm_route_condition *condition;

	if (field < 0)
		return unknown_name(reader, key, "part of a route", names, QM_ROUTE_FIELDS + 1);
	if (field == QM_ROUTE_FIELDS) {
		route->platform =
			text_of(reader, value, "the name or id of one platform is wanted");
		return route->platform ? QM_OK : QM_EUSAGE;
	}
	if (field == QM_ROUTE_PROPERTY)
		return read_properties(reader, value, route);
	condition = add_condition(reader, key, route, (enum qm_route_field)field);
	return condition ? read_values(reader, value, condition) : QM_EUSAGE;
}

static enum qm_code read_route(struct map_reader *reader, const struct qm_yaml_node *node)
{
	struct qm_route *route;
	enum qm_code code;

	if (node->kind != QM_YAML_MAP)
		return refuse(reader, node,
			"a route has a platform and conditions: {platform: Chrome, suite: "
			"\"*chrome*\"}");
	code = refuse_duplicate(reader, node);
	if (code)
		return code;
	route = qm_vec_add(&reader->file->routes);
	route->line = node->line;
	route->conditions = qm_arena_alloc(
		&reader->file->arena, QM_MAX_ROUTE_CONDITIONS * sizeof *route->conditions);
	for (size_t i = 0; i < node->count && !code; i++)
		code = read_route_pair(reader, node->items[2 * i], node->items[2 * i + 1], route);
	if (!code && !route->platform)
		return refuse(reader, node, "the route leads to no platform; add one");
	if (!code && !route->condition_count)
		return refuse(reader, node,
			"the route takes every result; add a condition (suite, test, hostname, "
			"parameter, property, file)");
	return code;
}

static enum qm_code read_routes(struct map_reader *reader, const struct qm_yaml_node *node)
{
	enum qm_code code = QM_OK;

	if (node->kind != QM_YAML_LIST || node->count > QM_MAX_ROUTES)
		return qm_yaml_error(reader->err, node, QM_EUSAGE,
			"routes wants a list of at most %d routes, each with a platform and "
			"conditions",
			QM_MAX_ROUTES);
	for (size_t i = 0; i < node->count && !code; i++)
		code = read_route(reader, node->items[i]);
	return code;
}

/* ---- The file. */

static enum qm_code read_section(
	struct map_reader *reader, const struct qm_yaml_node *key, const struct qm_yaml_node *value)
{
	static const struct {
		const char *name;
		enum qm_code (*read)(struct map_reader *reader, const struct qm_yaml_node *node);
	} sections[] = { { "map", read_map }, { "ignore", read_ignore },
		{ "routes", read_routes } };
	static const char *const names[] = { "map", "ignore", "routes" };
	int section = index_of(key, names, 3);

	if (section < 0)
		return unknown_name(reader, key, "section of a mapping file", names, 3);
	return qm_yaml_is_null(value) ? QM_OK : sections[section].read(reader, value);
}

static enum qm_code read_document(struct map_reader *reader, const struct qm_yaml_node *root)
{
	enum qm_code code;

	if (qm_yaml_is_null(root))
		return QM_OK;
	if (root->kind != QM_YAML_MAP)
		return refuse(
			reader, root, "a mapping file has the sections map, ignore and routes");
	code = refuse_duplicate(reader, root);
	for (size_t i = 0; i < root->count && !code; i++)
		code = read_section(reader, root->items[2 * i], root->items[2 * i + 1]);
	return code ? code : order_patterns(reader->file, reader->err);
}

static struct qm_map_file *new_file(const char *path)
{
	struct qm_map_file *file = qm_alloc(sizeof *file);

	qm_arena_init(&file->arena);
	qm_vec_init(&file->entries, sizeof(struct qm_map_entry));
	qm_vec_init(&file->routes, sizeof(struct qm_route));
	qm_vec_init(&file->order, sizeof(size_t));
	qm_map_init(&file->by_name);
	file->path = qm_arena_strdup(&file->arena, path);
	return file;
}

enum qm_code qm_map_file_read(
	const char *path, const char *project_key, struct qm_map_file **out, struct qm_error *err)
{
	struct map_reader reader = {
		.file = new_file(path), .project_key = project_key, .err = err
	};
	const struct qm_yaml_node *root = NULL;
	struct qm_arena nodes;
	struct qm_buf content;
	enum qm_code code;

	qm_arena_init(&nodes);
	qm_buf_init(&content, QM_MAX_MAP_BYTES);
	code = qm_file_read(path, &content, err);
	if (!code)
		code = qm_yaml_parse_only(content.data, content.length, &nodes, &root, err);
	if (!code)
		code = read_document(&reader, root);
	if (code && err)
		qm_error_at(err, path, err->line, err->column);
	code = qm_error_as_usage(err, code);
	if (code) {
		qm_map_file_free(reader.file);
		reader.file = NULL;
	}
	qm_buf_release(&content);
	qm_arena_release(&nodes);
	*out = reader.file;
	return code;
}

void qm_map_file_free(struct qm_map_file *file)
{
	if (!file)
		return;
	for (size_t i = 0; i < file->entries.count; i++)
		qm_pattern_release(&((struct qm_map_entry *)qm_vec_at(&file->entries, i))->pattern);
	for (size_t i = 0; i < file->routes.count; i++) {
		const struct qm_route *route = qm_vec_at(&file->routes, i);

		for (size_t j = 0; j < route->condition_count; j++)
			for (size_t k = 0; k < route->conditions[j].value_count; k++)
				qm_pattern_release(&route->conditions[j].values[k]);
	}
	qm_map_release(&file->by_name);
	qm_vec_release(&file->order);
	qm_vec_release(&file->routes);
	qm_vec_release(&file->entries);
	qm_arena_release(&file->arena);
	free(file);
}

/* ---- Its use. */

const struct qm_map_entry *qm_map_file_named(const struct qm_map_file *file, const char *name)
{
	const size_t *index = qm_map_find(&file->by_name, name);
	const struct qm_map_entry *entry = index ? qm_vec_at(&file->entries, *index) : NULL;

	return entry && entry->pattern.kind == QM_PATTERN_NAME ? entry : NULL;
}

const struct qm_map_entry *qm_map_file_matching(
	const struct qm_map_file *file, const char *name, const char *base_name)
{
	const size_t *order = file->order.items;

	for (size_t i = 0; i < file->order.count; i++) {
		const struct qm_map_entry *entry = qm_vec_at(&file->entries, order[i]);

		if (qm_pattern_matches(&entry->pattern, name) ||
			(base_name && qm_pattern_matches(&entry->pattern, base_name)))
			return entry;
	}
	return NULL;
}

void qm_map_file_use(struct qm_map_file *file, const struct qm_map_entry *entry)
{
	struct qm_map_entry *entries = file->entries.items;

	entries[entry - entries].used = true;
}

void qm_map_file_tell_unused(const struct qm_map_file *file, const struct qm_log *log)
{
	size_t unused = 0;

	for (size_t i = 0; i < file->entries.count; i++) {
		const struct qm_map_entry *entry = qm_vec_at(&file->entries, i);

		if (!entry->used && unused++ < QM_MAX_UNUSED_TOLD)
			qm_log_line(log, QM_LOG_NOTICE, "%s:%d: \"%s\" is the name of no test",
				file->path, entry->line, entry->pattern.text);
	}
	if (unused > QM_MAX_UNUSED_TOLD)
		qm_log_line(log, QM_LOG_NOTICE, "%s: %zu more entries are the name of no test",
			file->path, unused - QM_MAX_UNUSED_TOLD);
	for (size_t i = 0; i < file->routes.count; i++) {
		const struct qm_route *route = qm_vec_at(&file->routes, i);

		if (!route->used)
			qm_log_line(log, QM_LOG_NOTICE, "%s:%d: no result takes the route to %s",
				file->path, route->line, route->platform);
	}
}
