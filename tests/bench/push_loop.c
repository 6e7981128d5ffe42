/*
 * push_loop FILE - the least that a libxml2 push parser has to do with a JUnit report: the
 * yardstick that our parser is measured by.
 *
 * It takes class, name and time of every testcase, its outcome and the first 4 KB of a failure's
 * text, and prints the counts. No filter, no limits, no sink.
 */
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024, TEXT = 4096 };

struct counts {
	long tests, failed, skipped;
	double seconds;
	size_t name_bytes, text_bytes;
	int in_failure;
	char text[TEXT];
	size_t text_length;
};

static int is(const xmlChar *name, const char *want)
{
	return strcmp((const char *)name, want) == 0;
}

static void read_attributes(struct counts *counts, int count, const xmlChar **attributes)
{
	for (int i = 0; i < count; i++, attributes += 5) {
		size_t length = (size_t)(attributes[4] - attributes[3]);

		if (is(attributes[0], "time")) {
			char number[32];

			if (length < sizeof number) {
				memcpy(number, attributes[3], length);
				number[length] = '\0';
				counts->seconds += strtod(number, NULL);
			}
		} else if (is(attributes[0], "name") || is(attributes[0], "classname")) {
			counts->name_bytes += length;
		}
	}
}

static void start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int count, int defaulted,
	const xmlChar **attributes)
{
	struct counts *counts = context;

	(void)prefix;
	(void)uri;
	(void)namespace_count;
	(void)namespaces;
	(void)defaulted;
	if (is(name, "testcase")) {
		counts->tests++;
		read_attributes(counts, count, attributes);
	} else if (is(name, "failure") || is(name, "error")) {
		counts->failed++;
		counts->in_failure = 1;
		counts->text_length = 0;
	} else if (is(name, "skipped")) {
		counts->skipped++;
	}
}

static void end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct counts *counts = context;

	(void)prefix;
	(void)uri;
	if (is(name, "failure") || is(name, "error")) {
		counts->in_failure = 0;
		counts->text_bytes += counts->text_length;
	}
}

static void characters(void *context, const xmlChar *text, int length)
{
	struct counts *counts = context;
	size_t room = TEXT - counts->text_length, take = (size_t)length;

	if (!counts->in_failure)
		return;
	if (take > room)
		take = room;
	memcpy(counts->text + counts->text_length, text, take);
	counts->text_length += take;
}

int main(int argc, char **argv)
{
	static char chunk[CHUNK];
	struct counts counts = { .tests = 0 };
	xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = start,
		.endElementNs = end,
		.characters = characters,
		.cdataBlock = characters };
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	xmlParserCtxt *parser;
	size_t got;
	int bad;

	if (!file)
		return 2;
	parser = xmlCreatePushParserCtxt(&handler, &counts, NULL, 0, NULL);
	if (!parser)
		return 3;
	(void)xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_HUGE);
	while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
		(void)xmlParseChunk(parser, chunk, (int)got, 0);
	bad = xmlParseChunk(parser, chunk, 0, 1);
	(void)printf("%ld tests, %ld failed, %ld skipped, %.3f s, %zu + %zu bytes\n", counts.tests,
		counts.failed, counts.skipped, counts.seconds, counts.name_bytes,
		counts.text_bytes);
	xmlFreeParserCtxt(parser);
	(void)fclose(file);
	return bad != 0;
}
