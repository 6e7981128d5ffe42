/*
 * xml - a safe, streaming XML reader; the one place that knows libxml2.
 *
 *     qm_xml_begin(xml, &handlers, &verdict);
 *     while (more && qm_xml_feed(xml, bytes, length)) ...
 *     qm_xml_finish(xml);
 *
 * The text must be UTF-8 that went through the filter: there is no DOCTYPE in it, so neither a
 * DTD nor an entity of its own can exist, and nothing outside of it is ever opened. Names come
 * without their namespace prefix; attributes that have one are left out (x:name is not `name`).
 *
 * What is wrong with the text is told by the verdict; from then on no handler is called. Texts
 * handed to handlers lie in libxml2's buffer: valid during the call, not NUL-terminated.
 */
#ifndef QM_PARSERS_XML_H
#define QM_PARSERS_XML_H

#include "parsers/names.h"
#include "parsers/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct qm_xml_attribute {
	enum qm_name name;
	const char *value;
	size_t length;
};

struct qm_xml_element {
	enum qm_name name;
	unsigned depth;                            /* 1: the root */
	const char *text;                          /* its name as written, NUL-terminated */
	const struct qm_xml_attribute *attributes; /* those whose names we know, in order */
	size_t attribute_count;
};

/* A handler that returns false ends the reading; the verdict may tell why. */
struct qm_xml_handlers {
	void *context;
	bool (*start)(void *context, const struct qm_xml_element *element);
	bool (*text)(void *context, const char *bytes, size_t length);
	bool (*end)(void *context, enum qm_name name, unsigned depth);
};

struct qm_xml;

struct qm_xml *qm_xml_new(void);
void qm_xml_free(struct qm_xml *xml);

/* Begins another document; `handlers` and `verdict` are borrowed until it is finished. */
void qm_xml_begin(
	struct qm_xml *xml, const struct qm_xml_handlers *handlers, struct qm_verdict *verdict);

/* False: there is nothing more to be had, from this document. */
bool qm_xml_feed(struct qm_xml *xml, const char *bytes, size_t length);

/* The document ends here. */
void qm_xml_finish(struct qm_xml *xml);

#endif
