#include "parsers/xml.h"

#include "parsers/limits.h"
#include "src/base/memory.h"

#include <libxml/parser.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 256, SLOT_BITS = 8 };

/* The pointer under which libxml2 keeps a name, and its number. */
struct slot {
	const xmlChar *text;
	enum qm_name name;
};

struct qm_xml {
	xmlParserCtxtPtr context;
	struct slot slots[SLOTS];

	const struct qm_xml_handlers *handlers;
	struct qm_verdict *verdict;
	uint64_t fed;   /* bytes of this document */
	bool stopped;   /* by a handler or a failure */
	bool finishing; /* the last bytes were fed */
	bool in_markup; /* ... and what libxml2 had left of them begins a tag */
	bool root_ended;
	unsigned depth;
	unsigned namespaces;                      /* in scope */
	uint16_t namespaces_at[QM_MAX_DEPTH + 1]; /* declared by the open element of that depth */
	struct qm_xml_attribute attributes[QM_NAMES];
};

/* ---- Names ---- */

static size_t slot_of(const xmlChar *text)
{
	uint64_t mixed = (uint64_t)(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(mixed >> (64 - SLOT_BITS));
}

static enum qm_name name_of(const struct qm_xml *xml, const xmlChar *text)
{
	size_t slot = slot_of(text);

	while (xml->slots[slot].text != text) {
		if (!xml->slots[slot].text)
			return QM_NAME_OTHER;
		slot = (slot + 1) % SLOTS;
	}
	return xml->slots[slot].name;
}

static void learn_names(struct qm_xml *xml)
{
	memset(xml->slots, 0, sizeof xml->slots);
	for (int name = QM_NAME_OTHER + 1; name < QM_NAMES; name++) {
		const xmlChar *text = xmlDictLookup(
			xml->context->dict, (const xmlChar *)qm_name_text((enum qm_name)name), -1);
		size_t slot = slot_of(text);

		while (xml->slots[slot].text)
			slot = (slot + 1) % SLOTS;
		xml->slots[slot] = (struct slot){ .text = text, .name = (enum qm_name)name };
	}
}

/* ---- Failures ---- */

/* How much of the document libxml2 has consumed. */
static uint64_t offset_now(const struct qm_xml *xml)
{
	const xmlParserInput *input = xml->context->input;

	return input ? xml->fed - (uint64_t)(input->end - input->cur) : xml->fed;
}

static void stop(struct qm_xml *xml)
{
	if (xml->verdict->offset == QM_HERE)
		xml->verdict->offset = offset_now(xml);
	xml->stopped = true;
	xmlStopParser(xml->context);
}

static void refuse(struct qm_xml *xml, const char *what)
{
	qm_verdict_set(xml->verdict, QM_REASON_LIMIT, offset_now(xml), "the report has %s", what);
	stop(xml);
}

/* Bytes of the UTF-8 character that `lead` begins; 0 where it begins none. */
static int character_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	return lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
}

/* How many of the bytes at `at` go together as a character or the beginning of one. */
static int character_part(const xmlChar *at, const xmlChar *end)
{
	int length = at < end ? character_length(*at) : 0, count = 1;

	while (count < length && at + count < end && (at[count] & 0xc0) == 0x80)
		count++;
	/* Longer than need be, a surrogate, beyond U+10FFFF. */
	if (count > 1 &&
		((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) ||
			(*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f)))
		return 0;
	return length ? count : 0;
}

static bool is_at_end(const struct qm_xml *xml)
{
	const xmlParserInput *input = xml->context->input;

	return !input || input->cur >= input->end ||
		input->cur + character_part(input->cur, input->end) == input->end;
}

/* What libxml2 stopped at is no character, rather than one that XML forbids. */
static bool is_at_bad_bytes(const struct qm_xml *xml)
{
	const xmlParserInput *input = xml->context->input;
	int part;

	if (!input || input->cur >= input->end)
		return false;
	part = character_part(input->cur, input->end);
	return part == 0 ||
		(part < character_length(*input->cur) && input->cur + part < input->end);
}

/* libxml2 stands before the "--" that is no end of a comment: the ">" may be what is missing. */
static bool is_comment_cut_off(const struct qm_xml *xml)
{
	const xmlParserInput *input = xml->context->input;

	return !input || input->end - input->cur <= 2;
}

static bool is_cut_off(const struct qm_xml *xml, int code)
{
	if (!xml->finishing)
		return false;
	if (xml->in_markup)
		return true;
	switch (code) {
	case XML_ERR_DOCUMENT_END:
		return !xml->root_ended;
	case XML_ERR_DOCUMENT_EMPTY:
	case XML_ERR_CDATA_NOT_FINISHED:
	case XML_ERR_COMMENT_NOT_FINISHED:
	case XML_ERR_PI_NOT_FINISHED:
	case XML_ERR_TAG_NOT_FINISHED:
		return true;
	case XML_ERR_HYPHEN_IN_COMMENT:
		return is_comment_cut_off(xml);
	default:
		return is_at_end(xml);
	}
}

static enum qm_reason reason_of(const struct qm_xml *xml, int code)
{
	if (is_cut_off(xml, code))
		return QM_REASON_TRUNCATED;
	/* libxml2 takes bad bytes for all sorts of errors, depending on how many follow them. */
	if (is_at_bad_bytes(xml))
		return QM_REASON_ENCODING;
	switch (code) {
	case XML_ERR_INVALID_ENCODING:
	case XML_ERR_UNKNOWN_ENCODING:
	case XML_ERR_UNSUPPORTED_ENCODING:
		return QM_REASON_ENCODING;
	case XML_ERR_NAME_TOO_LONG:
	case XML_ERR_NO_MEMORY:
		return QM_REASON_LIMIT;
	default:
		return QM_REASON_MALFORMED;
	}
}

static const char *or_some(const char *text)
{
	return text ? text : "?";
}

/* Where the error is: libxml2 tells of "]]>" in a text before it has stepped over the text. */
static uint64_t offset_of(const struct qm_xml *xml, int code)
{
	const xmlParserInput *input = xml->context->input;
	uint64_t offset = offset_now(xml);

	if (code != XML_ERR_MISPLACED_CDATA_END || !input)
		return offset;
	for (const xmlChar *at = input->cur; at + 2 < input->end; at++)
		if (at[0] == ']' && at[1] == ']' && at[2] == '>')
			return offset + (uint64_t)(at - input->cur);
	return offset;
}

/* Our words where libxml2's name lines of the filtered text or say too little. */
static void tell(struct qm_xml *xml, enum qm_reason reason, const xmlError *error)
{
	uint64_t offset = reason == QM_REASON_TRUNCATED ? QM_AT_END : offset_of(xml, error->code);
	const char *text = or_some(error->message);
	int length = (int)strcspn(text, "\n");

	if (reason == QM_REASON_TRUNCATED && xml->context->name)
		qm_verdict_set(xml->verdict, reason, offset,
			"the report ends within <%s>; was it written to its end?",
			(const char *)xml->context->name);
	else if (reason == QM_REASON_TRUNCATED)
		qm_verdict_set(xml->verdict, reason, offset,
			"the report ends too early; was it written to its end?");
	else if (reason == QM_REASON_ENCODING)
		qm_verdict_set(xml->verdict, reason, offset,
			"these bytes are not UTF-8; does the XML declaration tell the encoding?");
	else if (reason == QM_REASON_LIMIT)
		qm_verdict_set(xml->verdict, reason, offset,
			"the report has a name or a value that is too long");
	else if (error->code == XML_ERR_TAG_NAME_MISMATCH)
		qm_verdict_set(xml->verdict, reason, offset,
			"the tag </%s> closes <%s>; is the file complete?", or_some(error->str2),
			or_some(error->str1));
	else if (error->code == XML_ERR_INTERNAL_ERROR)
		qm_verdict_set(
			xml->verdict, reason, offset, "this is not allowed inside of an element");
	else if (error->code == XML_ERR_DOCUMENT_END)
		qm_verdict_set(xml->verdict, reason, offset,
			"something follows the end of the root element");
	else
		qm_verdict_set(xml->verdict, reason, offset, "%.*s", length, text);
}

static void on_error(void *context, xmlErrorPtr error)
{
	struct qm_xml *xml = context;

	/* Lesser ones are remarks, such as a prefix that no namespace is bound to. */
	if (!error || error->level != XML_ERR_FATAL || xml->stopped)
		return;
	xml->stopped = true;
	tell(xml, reason_of(xml, error->code), error);
}

/* ---- Events ---- */

static bool within_limits(struct qm_xml *xml, int attributes, int namespaces)
{
	const char *what = NULL;

	if (xml->depth >= QM_MAX_DEPTH)
		what = "elements nested too deeply";
	else if (attributes > QM_MAX_ATTRIBUTES || namespaces > QM_MAX_ATTRIBUTES)
		what = "an element with too many attributes";
	else if (xml->namespaces + (unsigned)namespaces > QM_MAX_NAMESPACES)
		what = "too many namespaces";
	if (what)
		refuse(xml, what);
	return !what;
}

/* libxml2 gives five pointers for each: name, prefix, URI, the value's begin and end. */
static size_t read_attributes(struct qm_xml *xml, int count, const xmlChar **given)
{
	size_t known = 0;

	for (; count > 0; count--, given += 5) {
		enum qm_name name = given[1] ? QM_NAME_OTHER : name_of(xml, given[0]);

		if (name == QM_NAME_OTHER)
			continue;
		xml->attributes[known++] = (struct qm_xml_attribute){
			.name = name,
			.value = (const char *)given[3],
			.length = (size_t)(given[4] - given[3]),
		};
	}
	return known;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted_count,
	const xmlChar **attributes)
{
	struct qm_xml *xml = context;
	struct qm_xml_element element;

	(void)prefix;
	(void)uri;
	(void)namespaces;
	(void)defaulted_count;
	/* A tag that was read only because nothing follows is a piece of one. */
	if (xml->stopped || xml->finishing || !within_limits(xml, attribute_count, namespace_count))
		return;
	xml->depth++;
	xml->namespaces_at[xml->depth] = (uint16_t)namespace_count;
	xml->namespaces += (unsigned)namespace_count;
	element = (struct qm_xml_element){
		.name = name_of(xml, name),
		.depth = xml->depth,
		.text = (const char *)name,
		.attributes = xml->attributes,
		.attribute_count = read_attributes(xml, attribute_count, attributes),
	};
	if (!xml->handlers->start(xml->handlers->context, &element))
		stop(xml);
}

static void on_text(void *context, const xmlChar *bytes, int length)
{
	struct qm_xml *xml = context;

	if (!xml->stopped &&
		!xml->handlers->text(xml->handlers->context, (const char *)bytes, (size_t)length))
		stop(xml);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct qm_xml *xml = context;

	(void)prefix;
	(void)uri;
	if (xml->stopped)
		return;
	if (!xml->handlers->end(xml->handlers->context, name_of(xml, name), xml->depth))
		stop(xml);
	xml->namespaces -= xml->namespaces_at[xml->depth];
	xml->depth--;
	xml->root_ended = xml->depth == 0;
}

/* ---- Life ---- */

/*
 * A context with no handlers but ours: without those for entities, DTDs and external files
 * libxml2 can do nothing with them. IGNORE_ENC: the text is UTF-8 whatever it says of itself.
 * NOENT, in spite of what it is known for, opens nothing either, as no entity can be declared;
 * without it "&amp;" in an attribute would come as "&#38;".
 */
static bool make_context(struct qm_xml *xml)
{
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text, /* the same: libxml2 need not tell them apart */
		.cdataBlock = on_text,
		.serror = on_error,
	};

	xmlFreeParserCtxt(xml->context);
	xml->context = xmlCreatePushParserCtxt(&sax, xml, NULL, 0, NULL);
	if (!xml->context)
		return false;
	(void)xmlCtxtUseOptions(
		xml->context, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
	learn_names(xml);
	return true;
}

struct qm_xml *qm_xml_new(void)
{
	struct qm_xml *xml = qm_alloc(sizeof *xml);

	xmlInitParser();
	return xml;
}

void qm_xml_free(struct qm_xml *xml)
{
	if (!xml)
		return;
	xmlFreeParserCtxt(xml->context);
	free(xml);
}

/* A context costs more than a small file, but the names that it has met stay in it. */
static bool reuse_context(struct qm_xml *xml)
{
	return xml->context && xmlDictGetUsage(xml->context->dict) <= QM_MAX_NAME_BYTES / 4 &&
		xmlCtxtResetPush(xml->context, NULL, 0, NULL, NULL) == 0;
}

void qm_xml_begin(
	struct qm_xml *xml, const struct qm_xml_handlers *handlers, struct qm_verdict *verdict)
{
	xml->handlers = handlers;
	xml->verdict = verdict;
	xml->fed = 0;
	xml->stopped = false;
	xml->finishing = false;
	xml->root_ended = false;
	xml->depth = 0;
	xml->namespaces = 0;
	if (!reuse_context(xml) && !make_context(xml)) {
		xml->stopped = true;
		qm_verdict_set(verdict, QM_REASON_LIMIT, 0, "there is no memory for an XML reader");
	}
}

bool qm_xml_feed(struct qm_xml *xml, const char *bytes, size_t length)
{
	if (xml->stopped)
		return false;
	xml->fed += length;
	(void)xmlParseChunk(xml->context, bytes, (int)length, 0);
	if (!xml->stopped && xml->fed - offset_now(xml) > QM_MAX_PENDING)
		refuse(xml, "a tag or a comment of more than 1 MB");
	if (!xml->stopped && xmlDictGetUsage(xml->context->dict) > QM_MAX_NAME_BYTES)
		refuse(xml, "too many different element and attribute names");
	return !xml->stopped;
}

void qm_xml_finish(struct qm_xml *xml)
{
	const xmlParserInput *input = xml->context ? xml->context->input : NULL;

	if (xml->stopped)
		return;
	xml->finishing = true;
	xml->in_markup = input && input->cur < input->end && *input->cur == '<' &&
		!memchr(input->cur, '>', (size_t)(input->end - input->cur));
	(void)xmlParseChunk(xml->context, NULL, 0, 1);
	xml->stopped = true;
}
