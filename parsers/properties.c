#include "parsers/properties.h"

#include "parsers/limits.h"
#include "src/base/memory.h"
#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>

void qm_properties_init(struct qm_properties *properties)
{
	properties->items = qm_alloc_raw(QM_MAX_PROPERTIES * sizeof *properties->items);
	qm_texts_init(&properties->texts, QM_MAX_PROPERTY_TEXT);
	qm_properties_clear(properties);
}

void qm_properties_release(struct qm_properties *properties)
{
	free(properties->items);
	qm_texts_release(&properties->texts);
}

void qm_properties_clear(struct qm_properties *properties)
{
	properties->first = QM_MAX_PROPERTIES;
	properties->scope_end = QM_MAX_PROPERTIES;
	properties->depth = 0;
	properties->texts.used = 0;
}

struct qm_property_scope qm_properties_push(struct qm_properties *properties)
{
	struct qm_property_scope scope = {
		.first = properties->first,
		.scope_end = properties->scope_end,
		.used = properties->texts.used,
	};

	properties->scope_end = properties->first;
	properties->depth++;
	return scope;
}

void qm_properties_pop(struct qm_properties *properties, const struct qm_property_scope *scope)
{
	properties->first = scope->first;
	properties->scope_end = scope->scope_end;
	properties->depth--;
	properties->texts.used = scope->used;
}

bool qm_properties_add(struct qm_properties *properties, const char *name, size_t name_length,
	const char *value, size_t value_length)
{
	struct qm_property *added;
	size_t before;

	if (!properties->first)
		return false;
	name = qm_texts_keep(
		&properties->texts, name, qm_text_cut(name, name_length, QM_MAX_VALUE));
	value = qm_texts_keep(
		&properties->texts, value, qm_text_cut(value, value_length, QM_MAX_VALUE));
	if (!name || !value)
		return false;
	/* The scope moves down by one, which keeps its order; the new one comes last in it. */
	before = properties->scope_end - properties->first;
	added = properties->items + --properties->first;
	memmove(added, added + 1, before * sizeof *added);
	added[before] = (struct qm_property){ name, value, properties->depth };
	return true;
}

size_t qm_properties_own(const struct qm_properties *properties)
{
	return properties->scope_end - properties->first;
}

const struct qm_property *qm_properties_all(
	const struct qm_properties *properties, size_t *out_count)
{
	*out_count = QM_MAX_PROPERTIES - properties->first;
	return *out_count ? properties->items + properties->first : NULL;
}
