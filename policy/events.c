#include "policy/events.h"
#include "policy/arguments_hash.h"
#include "src/base/clock.h"
#include "src/base/file.h"
#include "src/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_LINE_BYTES = 1 << 20, INSTANCE_BYTES = 9 };

struct qm_events {
	char *path;
	char instance[INSTANCE_BYTES];
};

enum qm_code qm_events_open(
	const char *folder, uint32_t instance, struct qm_events **out, struct qm_error *err)
{
	struct qm_events *events = qm_alloc(sizeof *events);
	enum qm_code code = qm_file_make_folder(folder, err);
	struct qm_buf path;

	*out = NULL;
	qm_buf_init(&path, MAX_LINE_BYTES);
	(void)snprintf(events->instance, sizeof events->instance, "%08" PRIx32, instance);
	qm_buf_add_format(&path, "%s/%s.jsonl", folder, events->instance);
	events->path = qm_buf_take(&path);
	qm_buf_release(&path);
	/* What cannot be written is known before the first call. */
	if (!code)
		code = qm_file_append(events->path, "", 0, err);
	if (code)
		qm_events_free(events);
	else
		*out = events;
	return code;
}

void qm_events_free(struct qm_events *events)
{
	if (!events)
		return;
	free(events->path);
	free(events);
}

/* Members without a text are left out, as Intercept leaves them out. */
static void add_member(struct qm_buf *line, const char *name, const char *text)
{
	json_t *value;

	if (!*text)
		return;
	value = json_string(text);
	qm_buf_add_format(line, "%s\"%s\":", line->length > 1 ? "," : "", name);
	if (value)
		qm_arguments_encode(line, value);
	else
		qm_buf_add_text(line, "\"?\""); /* no UTF-8 */
	json_decref(value);
}

enum qm_code qm_events_add(struct qm_events *events, int64_t now_ms,
	const struct qm_tool_call *call, const struct qm_verdict *verdict, struct qm_error *err)
{
	bool allowed = verdict->answer == QM_ALLOWED;
	char time[QM_TIME_TEXT], hash[QM_ARGUMENTS_HASH];
	struct qm_buf line;
	enum qm_code code;

	qm_time_format(now_ms, time);
	qm_arguments_hash(call->arguments, hash);
	qm_buf_init(&line, MAX_LINE_BYTES);
	qm_buf_add_char(&line, '{');
	add_member(&line, "ts", time);
	add_member(&line, "type", "tool_call");
	add_member(&line, "instance", events->instance);
	add_member(&line, "tool", call->tool);
	add_member(&line, "result", allowed ? "allowed" : "denied");
	add_member(&line, "args_hash", hash);
	if (!allowed) {
		add_member(&line, "rule", verdict->rule);
		add_member(&line, "message", verdict->message);
	}
	qm_buf_add_text(&line, "}\n");
	code = qm_file_append(events->path, line.data, line.length, err);
	qm_buf_release(&line);
	return code;
}
