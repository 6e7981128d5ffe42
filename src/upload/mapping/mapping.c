#include "src/upload/mapping/mapping.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/mapping/keys.h"
#include "src/upload/mapping/nearest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names are at most 64 KB (parsers/limits.h); class and name together and a separator. */
enum { NAME_BYTES = 2 * 64 * 1024 + 16 };

struct qm_mapping {
	struct qm_catalog *catalog;
	struct qm_match_options options;
	enum qm_report_kind kind; /* of the report being read */
	/* Reused for every result, so that none of them costs an allocation. */
	struct qm_buf name, normalised;
	struct qm_vec others;       /* struct qm_owners, of the last result */
	struct qm_nearest *nearest; /* NULL: not needed yet */
};

const char *qm_match_name(enum qm_match match)
{
	static const char *const names[] = { "none", "map", "property", "key", "script",
		"summary" };

	return names[match];
}

struct qm_mapping *qm_mapping_new(
	struct qm_catalog *catalog, const struct qm_match_options *options)
{
	struct qm_mapping *mapping = qm_alloc(sizeof *mapping);

	mapping->catalog = catalog;
	mapping->options = *options;
	qm_buf_init(&mapping->name, NAME_BYTES);
	qm_buf_init(&mapping->normalised, NAME_BYTES);
	qm_vec_init(&mapping->others, sizeof(struct qm_owners));
	return mapping;
}

void qm_mapping_free(struct qm_mapping *mapping)
{
	if (!mapping)
		return;
	qm_buf_release(&mapping->name);
	qm_buf_release(&mapping->normalised);
	qm_vec_release(&mapping->others);
	qm_nearest_free(mapping->nearest);
	free(mapping);
}

void qm_mapping_begin(struct qm_mapping *mapping, enum qm_report_kind kind)
{
	mapping->kind = kind;
}

const char *qm_mapping_subject(const struct qm_mapping *mapping, const struct qm_result *result)
{
	const char *name = result->name;

	if (mapping->options.level == QM_LEVEL_STEP)
		name = mapping->kind == QM_REPORT_TESTNG ? result->class_name : result->suite;
	return name ? name : "";
}

/* The suite in the words of a result, so that it is mapped as any other. */
static struct qm_result subject_of(const struct qm_mapping *mapping, const struct qm_result *result)
{
	struct qm_result subject = *result;

	subject.name = qm_mapping_subject(mapping, result);
	if (mapping->options.level == QM_LEVEL_CASE)
		return subject;
	subject.class_name = subject.description = NULL;
	subject.property_count -= result->own_property_count;
	subject.properties =
		subject.property_count ? result->properties + result->own_property_count : NULL;
	return subject;
}

static const struct qm_test_case *case_at(const struct qm_catalog *catalog, uint32_t index)
{
	return qm_vec_at(&catalog->test_cases, index);
}

static void add_other(struct qm_mapping *mapping, uint32_t index)
{
	const struct qm_owners owners = { .first = index, .next = QM_NONE };

	qm_vec_push(&mapping->others, &owners);
}

static void add_case(struct qm_mapping *mapping, struct qm_mapped *out, uint32_t index)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->cases[i] == index)
			return;
	if (out->count < QM_MATCH_CASES) {
		out->cases[out->count++] = index;
		return;
	}
	out->dropped++;
	add_other(mapping, index);
}

/* ---- By key. */

/* Whether the list holds the key, and not only VKMC-TC-12 when the key is VKMC-TC-1. */
static bool lists_key(const char *list, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = strstr(list, key); at; at = strstr(at + length, key))
		if (at[length] == ',' || at[length] == '\0')
			return true;
	return false;
}

static void add_unknown(struct qm_mapped *out, const char *key)
{
	static const char rest[] = ", ...";
	size_t used = strlen(out->unknown);

	if (lists_key(out->unknown, key) || qm_text_ends(out->unknown, rest))
		return;
	if (used + strlen(key) + 2 + sizeof rest > sizeof out->unknown)
		key = rest + 2;
	(void)snprintf(
		out->unknown + used, sizeof out->unknown - used, "%s%s", used ? ", " : "", key);
}

static void add_key(struct qm_mapping *mapping, const char *key, struct qm_mapped *out)
{
	const size_t *index = qm_map_find(&mapping->catalog->by_key, key);

	if (index)
		add_case(mapping, out, (uint32_t)*index);
	else
		add_unknown(out, key);
}

/* Whether the property holds ids, and whether these may be bare numbers. */
static bool is_id_property(const struct qm_match_options *options, const char *name, bool *numbers)
{
	static const struct {
		const char *name;
		bool numbers; /* it can be no other tool's */
	} usual[] = { { "qmetry", true }, { "qmetry_id", true }, { "test_id", false },
		{ "testcase_id", false } };

	*numbers = true;
	for (size_t i = 0; i < options->id_property_count; i++)
		if (qm_text_equal_nocase(name, options->id_properties[i]))
			return true;
	if (options->id_property_count)
		return false;
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		*numbers = usual[i].numbers;
		if (qm_text_equal_nocase(name, usual[i].name))
			return true;
	}
	return false;
}

/* What is deeper stands in for what is further out: a test's own id for the one of its suite. */
static void find_in_properties(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out)
{
	const struct qm_property *found = NULL;
	char key[QM_KEY_BYTES];

	for (size_t i = 0; i < result->property_count; i++) {
		const struct qm_property *property = &result->properties[i];
		const char *value = property->value;
		bool numbers;

		if (found && found->depth != property->depth)
			break;
		if (!value || !is_id_property(&mapping->options, property->name, &numbers))
			continue;
		while (qm_keys_next_listed(&value, mapping->catalog->project.key, numbers, key)) {
			add_key(mapping, key, out);
			found = property;
		}
	}
}

static void find_keys(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out)
{
	const char *const texts[] = { result->name, result->class_name, result->description };
	char key[QM_KEY_BYTES];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t at = 0;

		while (texts[i] && qm_keys_next(texts[i], &at, mapping->catalog->project.key, key))
			add_key(mapping, key, out);
	}
}

/* ---- By full name, which the mapping file and script names give. */

/* "Class<separator>name", or the name alone where there is no class or no separator. */
static const char *make_name(struct qm_mapping *mapping, const struct qm_result *result,
	const char *separator, size_t name_length)
{
	qm_buf_clear(&mapping->name);
	if (*separator && result->class_name && *result->class_name) {
		qm_buf_add_text(&mapping->name, result->class_name);
		qm_buf_add_text(&mapping->name, separator);
	}
	qm_buf_add(&mapping->name, result->name, name_length);
	return mapping->name.data;
}

/* One test case has this text: it is the one. Several: told, and never guessed. */
static bool take_text(
	struct qm_mapping *mapping, const size_t *found, const char *what, struct qm_mapped *out)
{
	const struct qm_co_owner *co_owners = mapping->catalog->co_owners.items;
	struct qm_owners owners;

	if (!found)
		return false;
	owners = qm_owners_of(*found);
	if (owners.next == QM_NONE) {
		add_case(mapping, out, owners.first);
		return true;
	}
	qm_vec_push(&mapping->others, &owners);
	(void)snprintf(out->why, sizeof out->why, "ambiguous: %s and %s have the same %s",
		case_at(mapping->catalog, owners.first)->key,
		case_at(mapping->catalog, co_owners[owners.next].test_case)->key, what);
	return true;
}

/*
 * What a test is called elsewhere: Class.method, Class#method or method, each with its parameters
 * and without. Calls `find` for one after the other until it finds something.
 */
static const void *find_full_name(struct qm_mapping *mapping, const struct qm_result *result,
	const void *(*find)(const struct qm_mapping *mapping, const char *name))
{
	static const char *const separators[] = { ".", "#", "" };
	size_t whole = strlen(result->name), base = qm_result_base_length(result->name);
	const void *found = NULL;

	for (size_t i = 0; i < sizeof separators / sizeof *separators && !found; i++) {
		found = find(mapping, make_name(mapping, result, separators[i], whole));
		if (!found && base != whole)
			found = find(mapping, make_name(mapping, result, separators[i], base));
	}
	return found;
}

static const void *find_script_name(const struct qm_mapping *mapping, const char *name)
{
	return qm_map_find(&mapping->catalog->by_script, name);
}

static void find_by_script(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out)
{
	if (mapping->catalog->by_script.count)
		(void)take_text(mapping, find_full_name(mapping, result, find_script_name),
			"script name", out);
}

/* ---- By the mapping file. */

static const void *find_named_entry(const struct qm_mapping *mapping, const char *name)
{
	return qm_map_file_named(mapping->options.map, name);
}

static const struct qm_map_entry *find_entry(
	struct qm_mapping *mapping, const struct qm_result *result)
{
	const struct qm_map_file *file = mapping->options.map;
	size_t whole = strlen(result->name), base = qm_result_base_length(result->name);
	const struct qm_map_entry *named = find_full_name(mapping, result, find_named_entry);
	const char *name;

	if (named || !file->order.count)
		return named;
	name = make_name(mapping, result, ".", whole);
	if (base == whole)
		return qm_map_file_matching(file, name, NULL);
	qm_buf_clear(&mapping->normalised);
	qm_buf_add(&mapping->normalised, name, mapping->name.length - (whole - base));
	return qm_map_file_matching(file, name, mapping->normalised.data);
}

static void find_by_map(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out)
{
	const struct qm_map_entry *entry =
		mapping->options.map ? find_entry(mapping, result) : NULL;

	if (!entry)
		return;
	qm_map_file_use(mapping->options.map, entry);
	out->ignored = entry->ignored;
	for (size_t i = 0; i < entry->key_count; i++)
		add_key(mapping, entry->keys[i], out);
}

/* ---- By summary. */

static void find_by_summary(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out)
{
	static const char *const separators[] = { "", "." };
	size_t length = strlen(result->name);

	for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
		qm_buf_clear(&mapping->normalised);
		qm_text_normalise(
			&mapping->normalised, make_name(mapping, result, separators[i], length));
		if (take_text(mapping,
			    qm_catalog_find_summary(mapping->catalog, mapping->normalised.data),
			    "summary", out))
			return;
	}
}

/* ---- All of them, in their order. */

static void find_by(struct qm_mapping *mapping, enum qm_match match, const struct qm_result *result,
	struct qm_mapped *out)
{
	switch (match) {
	case QM_MATCH_MAP:
		find_by_map(mapping, result, out);
		break;
	case QM_MATCH_PROPERTY:
		find_in_properties(mapping, result, out);
		break;
	case QM_MATCH_KEY:
		find_keys(mapping, result, out);
		break;
	case QM_MATCH_SCRIPT:
		find_by_script(mapping, result, out);
		break;
	case QM_MATCH_SUMMARY:
		find_by_summary(mapping, result, out);
		break;
	case QM_MATCH_NONE:
		break;
	}
}

/* The first method from `match` on that says something counts. */
static void find_from(
	struct qm_mapping *mapping, int match, const struct qm_result *named, struct qm_mapped *out)
{
	out->match = QM_MATCH_NONE;
	out->ignored = false;
	out->count = out->dropped = 0;
	out->why[0] = out->unknown[0] = '\0';
	for (; match <= QM_MATCH_SUMMARY; match++) {
		if (!mapping->options.use[match])
			continue;
		find_by(mapping, (enum qm_match)match, named, out);
		if (out->count || out->ignored)
			out->match = (enum qm_match)match;
		if (out->count || out->ignored || *out->unknown || *out->why)
			break;
	}
}

/* Which test cases a test to be ignored would have. */
static void find_ignored(struct qm_mapping *mapping, const struct qm_result *named)
{
	struct qm_mapped would_be;

	find_from(mapping, QM_MATCH_PROPERTY, named, &would_be);
	for (size_t i = 0; i < would_be.count; i++)
		add_other(mapping, would_be.cases[i]);
}

void qm_mapping_find(
	struct qm_mapping *mapping, const struct qm_result *result, struct qm_mapped *out)
{
	static const uint64_t key[2] = { 0, 0 };
	struct qm_result named = subject_of(mapping, result);
	const char *name = make_name(mapping, &named, ".", qm_result_base_length(named.name));

	out->name_hash = qm_hash(key, name, mapping->name.length);
	out->others = &mapping->others;
	qm_vec_clear(&mapping->others);
	find_from(mapping, QM_MATCH_MAP, &named, out);
	if (out->ignored) {
		find_ignored(mapping, &named);
		return;
	}
	if (*out->unknown)
		(void)snprintf(
			out->why, sizeof out->why, "no chosen execution holds %s", out->unknown);
	else if (out->dropped)
		(void)snprintf(out->why, sizeof out->why,
			"it names more than %d test cases; the others were not set",
			QM_MATCH_CASES);
	else if (!out->count && !*out->why)
		(void)snprintf(out->why, sizeof out->why,
			"no test case has such a key, script name or summary");
}

/* ---- Candidates for what was not found. */

void qm_mapping_nearest(
	struct qm_mapping *mapping, const struct qm_result *result, char *out, size_t size)
{
	struct qm_result named = subject_of(mapping, result);
	size_t base;

	base = qm_result_base_length(named.name);
	if (!mapping->nearest)
		mapping->nearest = qm_nearest_new(mapping->catalog);
	qm_buf_clear(&mapping->normalised);
	qm_buf_add(&mapping->normalised, named.name, base);
	qm_nearest_find(mapping->nearest, mapping->normalised.data,
		make_name(mapping, &named, ".", base), out, size);
}
