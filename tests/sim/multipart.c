#include "tests/sim/multipart.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>

static const char rule[] = "body";

/* Where `needle` is in text that may hold NUL bytes; NULL if it is not. */
static const char *find_bytes(const char *text, const char *end, const char *needle)
{
	size_t length = strlen(needle);

	for (; (size_t)(end - text) >= length; text++) {
		text = memchr(text, needle[0], (size_t)(end - text));
		if (!text || (size_t)(end - text) < length)
			return NULL;
		if (memcmp(text, needle, length) == 0)
			return text;
	}
	return NULL;
}

/* The value of `name="..."` in a part's head; NULL if it is not there. */
static const char *quoted(struct sim_request *request, const char *head, const char *name)
{
	char pattern[32];
	const char *start, *end;

	(void)snprintf(pattern, sizeof pattern, "; %s=\"", name);
	start = strstr(head, pattern);
	if (!start)
		return NULL;
	start += strlen(pattern);
	end = strchr(start, '"');
	return end ? qm_arena_strndup(&request->arena, start, (size_t)(end - start)) : NULL;
}

static bool add_part(struct sim_request *request, const char *start, const char *end,
	struct sim_finding *finding)
{
	const char *data = find_bytes(start, end, "\r\n\r\n");
	struct sim_part *part;
	const char *head, *name;

	if (!data)
		return sim_find(finding, rule, "a part has no empty line");
	head = qm_arena_strndup(&request->arena, start, (size_t)(data - start));
	name = quoted(request, head, "name");
	if (!qm_text_starts(head, "Content-Disposition: form-data; ") || !name)
		return sim_find(
			finding, rule, "a part must begin with Content-Disposition: form-data");
	if (sim_multipart_find(request, name))
		return sim_find(finding, rule, "has the part %s twice", name);
	part = qm_vec_add(&request->parts);
	part->name = name;
	part->file_name = quoted(request, head, "filename");
	part->data = data + 4;
	part->length = (size_t)(end - part->data);
	return true;
}

bool sim_multipart_parse(struct sim_request *request, struct sim_finding *finding)
{
	static const char marker[] = "boundary=";
	const char *type = sim_request_header(request, "content-type");
	const char *boundary = type ? strstr(type, marker) : NULL;
	const char *text = request->body.data, *end = text + request->body.length, *next;
	char line[256];

	if (!boundary ||
		(size_t)snprintf(line, sizeof line, "\r\n--%s", boundary + strlen(marker)) >=
			sizeof line)
		return sim_find(finding, rule, "there is no boundary");
	/* The first one starts the body, all others start a line. */
	if (request->body.length < strlen(line) || memcmp(text, line + 2, strlen(line) - 2) != 0)
		return sim_find(finding, rule, "must start with the boundary");
	for (text += strlen(line) - 2; end - text > 2 && memcmp(text, "\r\n", 2) == 0;
		text = next) {
		next = find_bytes(text, end, line);
		if (!next)
			return sim_find(finding, rule, "a part has no end");
		if (!add_part(request, text + 2, next, finding))
			return false;
		next += strlen(line);
	}
	if (end - text != 4 || memcmp(text, "--\r\n", 4) != 0)
		return sim_find(finding, rule, "must end with the last boundary");
	return true;
}

const struct sim_part *sim_multipart_find(const struct sim_request *request, const char *name)
{
	for (size_t i = 0; i < request->parts.count; i++) {
		const struct sim_part *part = qm_vec_at(&request->parts, i);

		if (strcmp(part->name, name) == 0)
			return part;
	}
	return NULL;
}
