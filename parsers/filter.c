#include "parsers/filter.h"

#include "parsers/character.h"
#include "parsers/limits.h"
#include "src/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
	AHEAD = 24,   /* the longest thing that must be seen whole: "&#x0000D83D;&#x0000DE00;" */
	BLOCK = 1024, /* copied at a time: what is suspect is gone through byte by byte */
	WORST = 3,    /* bytes out for a byte in: U+FFFD for a control character */
};

static const char cdata_begin[] = "<![CDATA[";
static const char cdata_end[] = "]]>";
static const char cdata_split[] = "]]><![CDATA[";
static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

void qm_filter_init(struct qm_filter *filter)
{
	*filter = (struct qm_filter){ .bytes = qm_alloc_raw(QM_MAX_CHUNK + AHEAD) };
}

void qm_filter_release(struct qm_filter *filter)
{
	free(filter->bytes);
}

void qm_filter_begin(struct qm_filter *filter, const struct qm_stream *in)
{
	*filter = (struct qm_filter){ .bytes = filter->bytes, .in = in, .watch = UINT64_MAX };
}

/* ---- The buffer ---- */

static const char *next(const struct qm_filter *filter)
{
	return filter->bytes + filter->position;
}

static size_t available(const struct qm_filter *filter)
{
	return filter->length - filter->position;
}

static bool follows(const struct qm_filter *filter, const char *text, size_t length)
{
	return available(filter) >= length && memcmp(next(filter), text, length) == 0;
}

/* Bytes that may be handed on and still leave AHEAD bytes to decide on what comes then. */
static size_t decidable(const struct qm_filter *filter)
{
	size_t count = available(filter);

	if (filter->ended)
		return count;
	return count > AHEAD ? count - AHEAD : 0;
}

static void refill(struct qm_filter *filter, struct qm_verdict *verdict)
{
	size_t rest = available(filter), length;

	memmove(filter->bytes, next(filter), rest);
	filter->in_total += filter->position;
	filter->position = 0;
	filter->run_end = 0;
	length = qm_stream_read(filter->in, filter->bytes + rest, QM_MAX_CHUNK - rest, verdict);
	filter->length = rest + length;
	filter->ended = length == 0;
	/* Who looks ahead at the end of the text sees bytes that begin nothing. */
	memset(filter->bytes + filter->length, 0, AHEAD);
}

/* ---- Handing on ---- */

/* Copies `length` bytes of the input, or of `text` where they come from elsewhere. */
static void put(struct qm_filter *filter, const char *text, size_t length)
{
	uint64_t done = filter->out_total + filter->out_length;

	if (filter->watch - done < length && !filter->watch_found) {
		bool is_input = text == next(filter);

		filter->watch_found = true;
		filter->watch_source =
			filter->in_total + filter->position + (is_input ? filter->watch - done : 0);
	}
	memcpy(filter->out + filter->out_length, text, length);
	filter->out_length += length;
}

static void pass(struct qm_filter *filter, size_t length)
{
	put(filter, next(filter), length);
	filter->position += length;
}

static void drop(struct qm_filter *filter, size_t length)
{
	filter->position += length;
	filter->run_end = filter->position;
}

static void replace(struct qm_filter *filter, size_t length)
{
	put(filter, replacement, sizeof replacement - 1);
	filter->position += length;
	filter->replaced++;
}

/* "&#xD83D;&#xDE00;", the two halves of a character as Java writes it: true if they were. */
static bool pass_pair(struct qm_filter *filter, size_t length, unsigned long high)
{
	unsigned long low = 0;
	size_t second =
		qm_character_reference(next(filter) + length, available(filter) - length, &low);
	char text[4];

	if (high < 0xd800 || high > 0xdbff || !second || low < 0xdc00 || low > 0xdfff)
		return false;
	put(filter, text,
		qm_character_encode(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), text));
	filter->position += length + second;
	return true;
}

/* A character reference, or an "&" that begins something else. */
static void pass_reference(struct qm_filter *filter)
{
	unsigned long point = 0;
	size_t length = qm_character_reference(next(filter), available(filter), &point);

	/* &#0; is no character in any version of XML and nothing that writers do by accident. */
	if (!length || !point || qm_character_allowed(point))
		pass(filter, length ? length : 1);
	else if (!pass_pair(filter, length, point))
		replace(filter, length);
}

/* U+FFFE and U+FFFF. */
static bool is_noncharacter(const struct qm_filter *filter)
{
	return follows(filter, "\xef\xbf\xbe", 3) || follows(filter, "\xef\xbf\xbf", 3);
}

static void pass_byte(struct qm_filter *filter)
{
	unsigned char byte = (unsigned char)*next(filter);

	if (byte < 0x20 && !qm_character_allowed(byte))
		replace(filter, 1);
	else if (byte == '&' && filter->run_references)
		pass_reference(filter);
	else if (byte == 0xef && is_noncharacter(filter))
		replace(filter, 3);
	else
		pass(filter, 1);
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Ends a CDATA section that has grown long and begins another; never within a character. */
static void split_section(struct qm_filter *filter)
{
	if (filter->section < QM_MAX_CDATA || is_continuation(*next(filter)))
		return;
	put(filter, cdata_split, sizeof cdata_split - 1);
	filter->section = 0;
}

/* Hands on the next block of the run. */
static void pass_block(struct qm_filter *filter)
{
	size_t length = filter->run_end - filter->position, end;

	length = length < BLOCK ? length : BLOCK;
	end = filter->position + length;
	if (filter->run_splits) {
		while (end < filter->run_end && is_continuation(filter->bytes[end]))
			end++;
		split_section(filter);
		filter->section += end - filter->position;
	}
	if (!qm_character_suspect(next(filter), end - filter->position, filter->run_references)) {
		pass(filter, end - filter->position);
		return;
	}
	/* A reference that begins in the block may end behind it, but holds no "<". */
	while (filter->position < end)
		pass_byte(filter);
}

/* ---- Following the markup ---- */

/* The bytes at `position` up to `length` are a run; then comes `state`. */
static void run(struct qm_filter *filter, size_t length, enum qm_filter_state state)
{
	filter->run_end = filter->position + length;
	filter->run_references = filter->state == QM_FILTER_TEXT;
	filter->run_splits = filter->state == QM_FILTER_CDATA && state == QM_FILTER_CDATA;
	filter->state = state;
}

/* Where `end` (2 or 3 bytes, the last of them ">") begins in text[0..length), or NULL. */
static const char *find_end(const char *text, size_t length, const char *end)
{
	size_t before = strlen(end) - 1;
	const char *stop = text + length, *at = text;

	while ((at = memchr(at, '>', (size_t)(stop - at))) != NULL) {
		if ((size_t)(at - text) >= before && memcmp(at - before, end, before) == 0)
			return at - before;
		at++;
	}
	return NULL;
}

/* Nothing more is handed on. */
static void refuse(struct qm_filter *filter, enum qm_reason reason, const char *text,
	struct qm_verdict *verdict)
{
	uint64_t done = filter->out_total + filter->out_length;

	qm_verdict_set(verdict, reason, done, "%s", text);
	if (filter->watch == done) {
		filter->watch_found = true;
		filter->watch_source = filter->in_total + filter->position;
	}
	filter->position = filter->length;
	filter->ended = true;
}

static void follow_start(struct qm_filter *filter, struct qm_verdict *verdict)
{
	size_t count = 0, length = available(filter);

	while (count < length && memchr(" \t\r\n", next(filter)[count], 4))
		count++;
	drop(filter, count);
	if (count == length && filter->ended)
		refuse(filter, QM_REASON_EMPTY, "the report is empty", verdict);
	else if (count < length && *next(filter) != '<')
		refuse(filter, QM_REASON_NOT_A_REPORT,
			follows(filter, "\x1f\x8b", 2)
				? "the report is packed with gzip: its name must end in .gz"
				: "this is no XML: it does not begin with \"<\"",
			verdict);
	else if (count < length)
		filter->state = QM_FILTER_TEXT;
}

static bool is_output_tag(const char *tag)
{
	static const char names[][12] = { "<system-out", "<system-err" };

	return (memcmp(tag, names[0], 11) == 0 || memcmp(tag, names[1], 11) == 0) &&
		memchr(" \t\r\n/>", tag[11], 6);
}

/*
 * The "<" at `position` + `length`, whose AHEAD bytes are there: a run with its end and the
 * state behind it where it is more than an ordinary tag. True if so.
 */
static bool follow_markup(struct qm_filter *filter, size_t length)
{
	const char *tag = next(filter) + length;

	if (tag[1] == '!') {
		if (memcmp(tag, "<!--", 4) == 0)
			run(filter, length + 4, QM_FILTER_COMMENT);
		else if (memcmp(tag, cdata_begin, sizeof cdata_begin - 1) == 0)
			run(filter, length + sizeof cdata_begin - 1, QM_FILTER_CDATA);
		else if (!filter->in_root && memcmp(tag, "<!DOCTYPE", 9) == 0)
			run(filter, length, QM_FILTER_DOCTYPE);
		else
			return false;
	} else if (tag[1] == '?') {
		run(filter, length + 2, QM_FILTER_INSTRUCTION);
	} else if (tag[1] == 's' && is_output_tag(tag)) {
		run(filter, length + 11, QM_FILTER_OUTPUT_TAG);
	} else {
		filter->in_root = true;
		return false;
	}
	filter->section = 0;
	filter->quote = 0;
	filter->previous = 0;
	filter->in_subset = false;
	return true;
}

static void follow_text(struct qm_filter *filter)
{
	const char *begin = next(filter), *tag = begin;
	size_t length = available(filter);

	while (true) {
		tag = memchr(tag, '<', (size_t)(begin + length - tag));
		if (!tag) {
			/* A reference may be cut off at the end of what was read. */
			run(filter, decidable(filter), QM_FILTER_TEXT);
			return;
		}
		if (!filter->ended && (size_t)(tag - begin) + AHEAD > length) {
			run(filter, (size_t)(tag - begin), QM_FILTER_TEXT);
			return;
		}
		if (follow_markup(filter, (size_t)(tag - begin)))
			return;
		tag++;
	}
}

/* A comment, a processing instruction or a CDATA section up to `end`. */
static void follow_section(struct qm_filter *filter, const char *end)
{
	const char *begin = next(filter), *at = find_end(begin, available(filter), end);
	size_t limit = decidable(filter);

	/* The next run begins with a character, so that a section can be split there. */
	for (int i = 0; i < 3 && limit > 1 && is_continuation(begin[limit]); i++)
		limit--;
	if (!at)
		run(filter, limit, filter->state);
	else if (at > begin)
		run(filter, (size_t)(at - begin), filter->state);
	else
		run(filter, strlen(end), QM_FILTER_TEXT);
}

static void follow_output_tag(struct qm_filter *filter)
{
	size_t at, length = decidable(filter);
	const char *text = next(filter);

	for (at = 0; at < length; at++) {
		char byte = text[at], previous = filter->previous;

		filter->previous = byte;
		if (filter->quote) {
			if (byte == filter->quote)
				filter->quote = 0;
		} else if (byte == '"' || byte == '\'') {
			filter->quote = byte;
		} else if (byte == '>') {
			run(filter, at + 1, previous == '/' ? QM_FILTER_TEXT : QM_FILTER_OUTPUT);
			return;
		}
	}
	run(filter, length, QM_FILTER_OUTPUT_TAG);
}

/* Only text and CDATA are dropped; the first tag, most often </system-out>, ends it. */
static void follow_output(struct qm_filter *filter)
{
	const char *begin = next(filter), *tag = memchr(begin, '<', available(filter));

	if (tag != begin) {
		drop(filter, tag ? (size_t)(tag - begin) : available(filter));
	} else if (follows(filter, cdata_begin, sizeof cdata_begin - 1)) {
		drop(filter, sizeof cdata_begin - 1);
		filter->state = QM_FILTER_OUTPUT_CDATA;
	} else {
		filter->state = QM_FILTER_TEXT;
	}
}

static void follow_output_cdata(struct qm_filter *filter)
{
	const char *begin = next(filter), *end = find_end(begin, available(filter), cdata_end);

	if (end) {
		drop(filter, (size_t)(end - begin) + sizeof cdata_end - 1);
		filter->state = QM_FILTER_OUTPUT;
	} else {
		drop(filter, decidable(filter));
	}
}

/* In a quoted text ('"', '\''), a comment ('-') or a processing instruction ('?'). */
static void follow_quoted(struct qm_filter *filter)
{
	const char *end = filter->quote == '-' ? "-->" : filter->quote == '?' ? "?>" : NULL;
	size_t length = end ? strlen(end) : 1;

	if (end ? !follows(filter, end, length) : *next(filter) != filter->quote)
		length = 1;
	else
		filter->quote = 0;
	drop(filter, length);
}

static void follow_doctype(struct qm_filter *filter, struct qm_verdict *verdict)
{
	char byte = *next(filter);

	if (filter->quote) {
		follow_quoted(filter);
		return;
	}
	if (follows(filter, "<!ENTITY", 8)) {
		refuse(filter, QM_REASON_ENTITY_EXPANSION,
			"the report declares entities, which is refused; remove its DOCTYPE",
			verdict);
		return;
	}
	if (byte == '"' || byte == '\'')
		filter->quote = byte;
	else if (follows(filter, "<!--", 4) || follows(filter, "<?", 2))
		filter->quote = next(filter)[1] == '?' ? '?' : '-';
	else if (byte == '[' || byte == ']')
		filter->in_subset = byte == '[';
	else if (byte == '>' && !filter->in_subset)
		filter->state = QM_FILTER_TEXT;
	drop(filter, filter->quote == '-' ? 4 : 1);
}

static void follow(struct qm_filter *filter, struct qm_verdict *verdict)
{
	switch (filter->state) {
	case QM_FILTER_START:
		follow_start(filter, verdict);
		break;
	case QM_FILTER_TEXT:
		follow_text(filter);
		break;
	case QM_FILTER_COMMENT:
		follow_section(filter, "-->");
		break;
	case QM_FILTER_INSTRUCTION:
		follow_section(filter, "?>");
		break;
	case QM_FILTER_CDATA:
		follow_section(filter, cdata_end);
		break;
	case QM_FILTER_OUTPUT_TAG:
		follow_output_tag(filter);
		break;
	case QM_FILTER_OUTPUT:
		follow_output(filter);
		break;
	case QM_FILTER_OUTPUT_CDATA:
		follow_output_cdata(filter);
		break;
	case QM_FILTER_DOCTYPE:
		follow_doctype(filter, verdict);
		break;
	}
}

size_t qm_filter_read(void *context, char *out, size_t size, struct qm_verdict *verdict)
{
	struct qm_filter *filter = context;
	size_t length;

	filter->out = out;
	while (size - filter->out_length >= WORST * BLOCK + 4 * AHEAD) {
		if (filter->position < filter->run_end)
			pass_block(filter);
		else if (!filter->ended && available(filter) <= AHEAD)
			refill(filter, verdict);
		else if (available(filter) || filter->state == QM_FILTER_START)
			follow(filter, verdict);
		else
			break;
		if (filter->ended && !available(filter) && verdict->reason)
			break;
	}
	length = filter->out_length;
	filter->out_total += length;
	filter->out_length = 0;
	return length;
}
