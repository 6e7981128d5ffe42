#include "src/upload/resolve/messages.h"
#include "parsers/limits.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <string.h>

void qm_messages_init(struct qm_messages *messages, struct qm_message_parts parts)
{
	messages->parts = parts;
	qm_vec_init(&messages->items, sizeof(struct qm_message));
	qm_vec_init(&messages->changes, sizeof(struct qm_message_change));
	qm_map_init(&messages->by_key);
	qm_arena_init(&messages->arena);
}

void qm_messages_release(struct qm_messages *messages)
{
	qm_vec_release(&messages->items);
	qm_vec_release(&messages->changes);
	qm_map_release(&messages->by_key);
	qm_arena_release(&messages->arena);
}

/* The first line that says something, without secrets: a cut must not leave the half of one. */
static void add_line(
	struct qm_buf *out, const char *text, size_t max_bytes, const struct qm_log *log)
{
	char line[QM_MAX_MESSAGE + 1];
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strcspn(text, "\r\n");
	length = length < sizeof line ? length : sizeof line - 1;
	memcpy(line, text, length);
	line[length] = '\0';
	if (log)
		qm_log_redact(log, line);
	qm_buf_add(out, line, qm_text_cut(line, strlen(line), max_bytes));
}

/* The length of the number at `text`: of digits, or of an address such as 0x7f00ab; 0: none. */
static size_t number_length(const char *text)
{
	size_t address = *text == '0' && (text[1] == 'x' || text[1] == 'X')
		? strspn(text + 2, "0123456789abcdefABCDEF")
		: 0;

	return address ? address + 2 : strspn(text, "0123456789");
}

/* Each number becomes one '#'. */
static void add_masked(struct qm_buf *out, const char *text)
{
	while (*text) {
		size_t length = number_length(text);

		qm_buf_add_char(out, length ? '#' : *text);
		text += length ? length : 1;
	}
}

/* What it says, wherever it says it. */
static const char *said(const struct qm_result *result)
{
	if (result->message && *result->message)
		return result->message;
	return result->failure_text ? result->failure_text : "";
}

/* Before it is changed. */
static void note_change(struct qm_messages *messages, size_t index, const char *text, bool varies)
{
	const struct qm_message_change change = { index, text, varies };

	qm_vec_push(&messages->changes, &change);
}

static void say_again(struct qm_messages *messages, size_t index, const char *text)
{
	struct qm_message *message = qm_vec_at(&messages->items, index);

	if (message->text && (message->varies || strcmp(message->text, text) == 0))
		return;
	note_change(messages, index, message->text, message->varies);
	message->varies = message->text != NULL;
	if (!message->text)
		message->text = qm_arena_strdup(&messages->arena, text);
}

static uint32_t add_message(
	struct qm_messages *messages, const char *key, const char *type, const char *text)
{
	uint32_t index = (uint32_t)messages->items.count;
	struct qm_message *message;
	const char *kept;

	if (messages->arena.bytes + index * sizeof *message > QM_MAX_MESSAGES_BYTES)
		return QM_NO_MESSAGE;
	kept = qm_arena_strdup(&messages->arena, key);
	message = qm_vec_add(&messages->items);
	*message = (struct qm_message){
		.type = qm_arena_strdup(&messages->arena, type),
		.text = qm_arena_strdup(&messages->arena, text),
		.masked = kept + strlen(type) + 1,
	};
	note_change(messages, index, NULL, false);
	(void)qm_map_put(&messages->by_key, kept, index, NULL);
	return index;
}

uint32_t qm_messages_keep(
	struct qm_messages *messages, const struct qm_result *result, const struct qm_log *log)
{
	const size_t *known;
	struct qm_buf type, text, key;
	uint32_t index;

	qm_buf_init(&type, QM_MAX_KEPT_MESSAGE + 1);
	qm_buf_init(&text, QM_MAX_KEPT_MESSAGE + 1);
	qm_buf_init(&key, 2 * QM_MAX_KEPT_MESSAGE + 2);
	if (messages->parts.type && result->failure_type)
		add_line(&type, result->failure_type, QM_MAX_KEPT_MESSAGE, log);
	if (messages->parts.text)
		add_line(&text, said(result), QM_MAX_KEPT_MESSAGE, log);
	qm_buf_add_format(&key, "%s\n", type.data);
	add_masked(&key, text.data);
	known = qm_map_find(&messages->by_key, key.data);
	if (known) {
		index = (uint32_t)*known;
		say_again(messages, index, text.data);
	} else {
		index = type.length + text.length
			? add_message(messages, key.data, type.data, text.data)
			: QM_NO_MESSAGE;
	}
	qm_buf_release(&key);
	qm_buf_release(&text);
	qm_buf_release(&type);
	return index;
}

void qm_messages_mark(struct qm_messages *messages)
{
	qm_vec_clear(&messages->changes);
}

void qm_messages_forget(struct qm_messages *messages)
{
	while (messages->changes.count) {
		const struct qm_message_change *change =
			qm_vec_at(&messages->changes, messages->changes.count - 1);
		struct qm_message *message = qm_vec_at(&messages->items, change->index);

		message->text = change->text;
		message->varies = change->varies;
		messages->changes.count--;
	}
}

const struct qm_message *qm_messages_at(const struct qm_messages *messages, uint32_t index)
{
	return qm_vec_at(&messages->items, index);
}
