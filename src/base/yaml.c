#include "src/base/yaml.h"
#include "src/base/map.h"
#include "src/base/vec.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

enum { MAX_NODES = 100000, MAX_DEPTH = 100 };

struct anchor {
	const char *name;
	struct qm_yaml_node *node;
	bool open; /* its end was not read yet: an alias to it would be a loop */
};

struct reader {
	yaml_parser_t parser;
	struct qm_arena *arena;
	struct qm_vec anchors;
	struct qm_error *err;
	size_t nodes, documents;
	bool only, is_done; /* `only`: a file of our own, with one document */
	int flow;           /* how many [...] and {...} are open */
	const char *at, *end;
	size_t index; /* of the character at `at` */
};

static enum qm_code fail(
	struct reader *reader, enum qm_code code, yaml_mark_t mark, const char *text)
{
	(void)qm_error_set(reader->err, code, "%s", text);
	if (reader->err && !reader->err->line) {
		reader->err->line = (int)mark.line + 1;
		reader->err->column = (int)mark.column + 1;
	}
	return code;
}

static enum qm_code next_event(struct reader *reader, yaml_event_t *event)
{
	const yaml_parser_t *parser = &reader->parser;

	if (yaml_parser_parse(&reader->parser, event))
		return QM_OK;
	return fail(reader, QM_EINPUT, parser->problem_mark,
		parser->problem ? parser->problem : "is not YAML");
}

static struct qm_yaml_node *new_node(struct reader *reader, enum qm_yaml_kind kind,
	const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct qm_yaml_node *node = qm_arena_alloc(reader->arena, sizeof *node);

	node->kind = kind;
	node->line = (int)event->start_mark.line + 1;
	node->column = (int)event->start_mark.column + 1;
	if (tag)
		node->tag = qm_arena_strdup(reader->arena, (const char *)tag);
	if (anchor) {
		struct anchor *entry = qm_vec_add(&reader->anchors);

		entry->name = qm_arena_strdup(reader->arena, (const char *)anchor);
		entry->node = node;
		entry->open = kind != QM_YAML_SCALAR;
	}
	return node;
}

static void close_anchor(struct reader *reader, const struct qm_yaml_node *node)
{
	struct anchor *anchors = reader->anchors.items;

	for (size_t i = 0; i < reader->anchors.count; i++)
		if (anchors[i].node == node)
			anchors[i].open = false;
}

/* The youngest anchor of that name counts: a name may be given again. */
static enum qm_code find_alias(
	struct reader *reader, const yaml_event_t *event, struct qm_yaml_node **out)
{
	const struct anchor *anchors = reader->anchors.items;
	const char *name = (const char *)event->data.alias.anchor;

	for (size_t i = reader->anchors.count; i-- > 0;) {
		if (strcmp(anchors[i].name, name) != 0)
			continue;
		if (anchors[i].open)
			return fail(reader, QM_EINPUT, event->start_mark,
				"an alias names the node that it is part of");
		*out = qm_arena_alloc(reader->arena, sizeof **out);
		**out = *anchors[i].node;
		(*out)->alias = true;
		return QM_OK;
	}
	return fail(reader, QM_EINPUT, event->start_mark, "an alias names an unknown anchor");
}

static enum qm_code read_node(
	struct reader *reader, const yaml_event_t *event, int depth, struct qm_yaml_node **out);

/* Reads items up to the end event of a list or a map. */
static enum qm_code read_items(struct reader *reader, struct qm_yaml_node *node, bool is_flow,
	yaml_event_type_t end, int depth)
{
	struct qm_vec items;
	yaml_event_t event;
	enum qm_code code;

	qm_vec_init(&items, sizeof(struct qm_yaml_node *));
	reader->flow += is_flow;
	for (;;) {
		bool at_end;

		code = next_event(reader, &event);
		if (code)
			break;
		at_end = event.type == end;
		if (!at_end)
			code = read_node(reader, &event, depth + 1, qm_vec_add(&items));
		yaml_event_delete(&event);
		if (code || at_end)
			break;
	}
	node->items = qm_arena_alloc(reader->arena, (items.count + 1) * sizeof *node->items);
	if (items.count)
		memcpy(node->items, items.items, items.count * sizeof *node->items);
	node->count = node->kind == QM_YAML_MAP ? items.count / 2 : items.count;
	qm_vec_release(&items);
	reader->flow -= is_flow;
	close_anchor(reader, node);
	return code;
}

/* Where the character stands that libyaml counts as `index`, which never goes back. */
static const char *source_at(struct reader *reader, size_t index)
{
	for (; reader->index < index && reader->at < reader->end; reader->index++)
		do
			reader->at++;
		while (reader->at < reader->end && (*reader->at & 0xC0) == 0x80);
	return reader->at;
}

static bool escapes_a_slash(struct reader *reader, const yaml_event_t *event)
{
	const char *at = source_at(reader, event->start_mark.index);
	const char *end = source_at(reader, event->end_mark.index);

	for (; end - at > 1; at++)
		if (*at == '\\' && *++at == '/')
			return true;
	return false;
}

/* What libyaml takes and yaml.v3 does not. */
static enum qm_code check_scalar(struct reader *reader, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	yaml_scalar_style_t style = event->data.scalar.style;

	if (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && escapes_a_slash(reader, event))
		return fail(reader, QM_EINPUT, event->start_mark,
			"found the unknown escape \\/; write / alone");
	if (style == YAML_PLAIN_SCALAR_STYLE && reader->flow && *text && strchr(text + 1, '?'))
		return fail(reader, QM_EINPUT, event->start_mark,
			"found ? in a text within [...] or {...}; put quotes around it");
	return QM_OK;
}

static struct qm_yaml_node *read_scalar(struct reader *reader, const yaml_event_t *event)
{
	struct qm_yaml_node *node = new_node(
		reader, QM_YAML_SCALAR, event, event->data.scalar.anchor, event->data.scalar.tag);

	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->length = event->data.scalar.length;
	node->text = qm_arena_strndup(
		reader->arena, (const char *)event->data.scalar.value, node->length);
	return node;
}

static enum qm_code read_node(
	struct reader *reader, const yaml_event_t *event, int depth, struct qm_yaml_node **out)
{
	if (depth > MAX_DEPTH)
		return fail(reader, QM_ELIMIT, event->start_mark, "is nested more than 100 deep");
	if (++reader->nodes > MAX_NODES)
		return fail(reader, QM_ELIMIT, event->start_mark, "holds more than 100,000 nodes");
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return find_alias(reader, event, out);
	case YAML_SCALAR_EVENT:
		*out = read_scalar(reader, event);
		return reader->only ? QM_OK : check_scalar(reader, event);
	case YAML_SEQUENCE_START_EVENT:
		*out = new_node(reader, QM_YAML_LIST, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		return read_items(reader, *out,
			event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
			YAML_SEQUENCE_END_EVENT, depth);
	case YAML_MAPPING_START_EVENT:
		*out = new_node(reader, QM_YAML_MAP, event, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
		return read_items(reader, *out,
			event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
			YAML_MAPPING_END_EVENT, depth);
	default:
		return fail(reader, QM_EINPUT, event->start_mark, "is not YAML");
	}
}

static enum qm_code begin_document(struct reader *reader, const yaml_event_t *event)
{
	const yaml_version_directive_t *version = event->data.document_start.version_directive;

	if (reader->documents++)
		return fail(reader, QM_EINPUT, event->start_mark,
			"a second document begins here, and only one is read; join them");
	if (!reader->only && version && (version->major != 1 || version->minor != 1))
		return fail(reader, QM_EINPUT, event->start_mark,
			"of %YAML directives only 1.1 is read; leave the line out");
	return QM_OK;
}

/* Whatever stands behind the first document is read only to find out whether it is another one. */
static enum qm_code take_event(
	struct reader *reader, const yaml_event_t *event, struct qm_yaml_node **root)
{
	switch (event->type) {
	case YAML_STREAM_START_EVENT:
		return QM_OK;
	case YAML_DOCUMENT_START_EVENT:
		return begin_document(reader, event);
	case YAML_DOCUMENT_END_EVENT:
		reader->is_done = !reader->only;
		return QM_OK;
	case YAML_STREAM_END_EVENT:
		reader->is_done = true;
		return QM_OK;
	default:
		return read_node(reader, event, 1, root);
	}
}

static enum qm_code parse(const char *bytes, size_t length, bool only, struct qm_arena *arena,
	const struct qm_yaml_node **out, struct qm_error *err)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct reader reader = {
		.arena = arena, .err = err, .only = only, .at = bytes, .end = bytes + length
	};
	struct qm_yaml_node *root = NULL;
	enum qm_code code = QM_OK;

	*out = NULL;
	/* libyaml does not count it. */
	if (length >= 3 && memcmp(bytes, bom, 3) == 0)
		reader.at += 3;
	qm_vec_init(&reader.anchors, sizeof(struct anchor));
	if (!yaml_parser_initialize(&reader.parser))
		return qm_error_set(err, QM_EIO, "libyaml cannot be started");
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes, length);
	while (!code && !reader.is_done) {
		yaml_event_t event;

		code = next_event(&reader, &event);
		if (code)
			break;
		code = take_event(&reader, &event, &root);
		yaml_event_delete(&event);
	}
	if (!code)
		*out = root;
	yaml_parser_delete(&reader.parser);
	qm_vec_release(&reader.anchors);
	return code;
}

enum qm_code qm_yaml_parse(const char *bytes, size_t length, struct qm_arena *arena,
	const struct qm_yaml_node **out, struct qm_error *err)
{
	return parse(bytes, length, false, arena, out, err);
}

enum qm_code qm_yaml_parse_only(const char *bytes, size_t length, struct qm_arena *arena,
	const struct qm_yaml_node **out, struct qm_error *err)
{
	return parse(bytes, length, true, arena, out, err);
}

static bool is_scalar(const struct qm_yaml_node *node, const char *text, size_t length)
{
	return node->kind == QM_YAML_SCALAR && node->length == length &&
		memcmp(node->text, text, length) == 0;
}

const struct qm_yaml_node *qm_yaml_find(const struct qm_yaml_node *map, const char *key)
{
	assert(map->kind == QM_YAML_MAP);
	for (size_t i = 0; i < map->count; i++)
		if (is_scalar(map->items[2 * i], key, strlen(key)))
			return map->items[2 * i + 1];
	return NULL;
}

const struct qm_yaml_node *qm_yaml_duplicate(const struct qm_yaml_node *map)
{
	const struct qm_yaml_node *found = NULL;
	struct qm_map seen;

	qm_map_init(&seen);
	for (size_t i = 0; i < map->count && !found; i++) {
		const struct qm_yaml_node *key = map->items[2 * i];
		bool added = true;

		if (key->kind == QM_YAML_SCALAR)
			(void)qm_map_put(&seen, key->text, i, &added);
		if (!added)
			found = key;
	}
	qm_map_release(&seen);
	return found;
}

bool qm_yaml_is_null(const struct qm_yaml_node *node)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (!node)
		return true;
	if (node->kind != QM_YAML_SCALAR || !node->plain || node->tag)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(node->text, words[i]) == 0)
			return true;
	return false;
}

enum qm_code qm_yaml_error(struct qm_error *err, const struct qm_yaml_node *node, enum qm_code code,
	const char *format, ...)
{
	bool first = err && !err->code;
	va_list arguments;

	va_start(arguments, format);
	(void)qm_error_vset(err, code, format, arguments);
	va_end(arguments);
	if (first && !err->line) {
		err->line = node->line;
		err->column = node->column;
	}
	return code;
}
