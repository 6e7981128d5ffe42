#include "src/upload/resolve/comment.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <stdlib.h>
#include <string.h>

enum placeholder { JOB, BUILD, URL, BRANCH, COMMIT, TYPE, MESSAGE, PLACEHOLDERS, LITERAL, UNKNOWN };

/* ---- Placeholders. */

/* What stands at `text`, and how long it is. A brace that encloses no word is itself. */
static enum placeholder placeholder_at(const char *text, size_t *length)
{
	static const char *const names[PLACEHOLDERS] = { "job", "build", "url", "branch", "commit",
		"type", "message" };
	size_t size = *text == '{' ? strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

	*length = 1;
	if (!size || text[size + 1] != '}')
		return LITERAL;
	*length = size + 2;
	for (int i = 0; i < PLACEHOLDERS; i++)
		if (strncmp(text + 1, names[i], size) == 0 && !names[i][size])
			return (enum placeholder)i;
	return UNKNOWN;
}

bool qm_comment_is_good(const char *pattern)
{
	size_t length;

	for (; *pattern; pattern += length)
		if (placeholder_at(pattern, &length) == UNKNOWN)
			return false;
	return true;
}

struct qm_message_parts qm_comment_parts(const char *pattern)
{
	struct qm_message_parts parts = { .type = false };
	size_t length;

	for (; *pattern; pattern += length) {
		enum placeholder found = placeholder_at(pattern, &length);

		parts.type = parts.type || found == TYPE;
		parts.text = parts.text || found == MESSAGE;
	}
	return parts;
}

/* ---- One comment. */

struct values {
	const char *of[PLACEHOLDERS];
};

static struct values values_of(
	const struct qm_comment_facts *facts, const struct qm_message *message)
{
	const char *text = !message ? "" : message->varies ? message->masked : message->text;

	return (struct values){ .of = { [JOB] = facts->job,
					[BUILD] = facts->build,
					[URL] = facts->url,
					[BRANCH] = facts->branch,
					[COMMIT] = facts->commit,
					[TYPE] = message ? message->type : "",
					[MESSAGE] = text } };
}

static void cut(struct qm_buf *text, size_t length)
{
	if (text->length > length)
		text->data[length] = '\0';
	text->length = length;
}

/* Adds the word at `word` unless all that it would hold is not known; returns its length. */
static size_t add_word(struct qm_buf *out, const char *word, const struct values *values)
{
	size_t before = out->length, at = 0, length;
	bool any_placeholder = false, any_value = false;

	if (before)
		qm_buf_add_char(out, ' ');
	for (; word[at] && word[at] != ' '; at += length) {
		enum placeholder found = placeholder_at(word + at, &length);
		const char *value = found < PLACEHOLDERS ? values->of[found] : NULL;

		if (value)
			qm_buf_add_text(out, value);
		else
			qm_buf_add(out, word + at, length);
		any_placeholder = any_placeholder || value;
		any_value = any_value || (value && *value);
	}
	if (any_placeholder && !any_value)
		cut(out, before);
	return at;
}

/* Without controls, secrets and, beyond the limit, its end. */
static const char *keep_clean(const char *text, const struct qm_log *log, struct qm_arena *arena)
{
	static const char rest[] = "...";
	struct qm_buf clean;
	const char *kept;
	size_t length;

	qm_buf_init(&clean, 4 * strlen(text) + 1);
	qm_text_printable(&clean, text);
	if (log)
		qm_log_redact(log, clean.data);
	length = strlen(clean.data);
	if (length > QM_MAX_COMMENT) {
		length = qm_text_cut(clean.data, length, QM_MAX_COMMENT - strlen(rest));
		memcpy(clean.data + length, rest, sizeof rest);
		length += strlen(rest);
	}
	kept = length ? qm_arena_strndup(arena, clean.data, length) : NULL;
	qm_buf_release(&clean);
	return kept;
}

const char *qm_comment_make(const struct qm_comment_options *options,
	const struct qm_message *message, struct qm_arena *arena)
{
	const struct values values = values_of(&options->facts, message);
	const char *pattern = options->pattern, *comment;
	size_t before = 0;
	struct qm_buf text;

	if (!pattern)
		return NULL;
	qm_buf_init(&text, QM_MAX_COMMENT_TEXT);
	for (pattern += strspn(pattern, " "); *pattern; pattern += strspn(pattern, " ")) {
		before = text.length;
		pattern += add_word(&text, pattern, &values);
	}
	/* "nightly: {message}" where there is none: nor is there anything to announce. */
	if (text.length && text.length == before && text.data[text.length - 1] == ':')
		cut(&text, text.length - 1);
	comment = keep_clean(text.data, options->log, arena);
	qm_buf_release(&text);
	return comment;
}
