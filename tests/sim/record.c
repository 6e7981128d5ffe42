#include "tests/sim/record.h"
#include "src/base/clock.h"
#include "src/base/text.h"
#include "tests/sim/clock.h"
#include "tests/sim/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* More notes than anybody reads; the counts go on. */
	NOTES_MAX = 1000,
	/* A call of 5,000 ids is logged whole. */
	LOGGED_BODY_MAX_BYTES = 64 << 10,
};

void sim_record_init(struct sim_record *record)
{
	*record = (struct sim_record){ .oldest = 0 };
	qm_vec_init(&record->tools, sizeof(struct sim_tool_calls));
	qm_vec_init(&record->requests, sizeof(char *));
	qm_vec_init(&record->violations, sizeof(char *));
	qm_vec_init(&record->refused, sizeof(char *));
}

static void free_texts(struct qm_vec *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(*(char **)qm_vec_at(list, i));
	qm_vec_release(list);
}

void sim_record_release(struct sim_record *record)
{
	for (size_t i = 0; i < record->tools.count; i++) {
		struct sim_tool_calls *calls = qm_vec_at(&record->tools, i);

		qm_vec_release(&calls->windows);
		qm_vec_release(&calls->statuses);
	}
	qm_vec_release(&record->tools);
	free_texts(&record->requests);
	free_texts(&record->violations);
	free_texts(&record->refused);
}

void sim_record_reset(struct sim_record *record)
{
	sim_record_release(record);
	sim_record_init(record);
}

const char *sim_record_tool(const struct sim_request *request)
{
	return request->endpoint ? request->endpoint->tool : "(unknown path)";
}

static struct sim_tool_calls *find_tool(struct sim_record *record, const char *tool)
{
	struct sim_tool_calls *calls;

	for (size_t i = 0; i < record->tools.count; i++) {
		calls = qm_vec_at(&record->tools, i);
		if (strcmp(calls->tool, tool) == 0)
			return calls;
	}
	calls = qm_vec_add(&record->tools);
	calls->tool = tool;
	qm_vec_init(&calls->windows, sizeof(struct sim_window));
	qm_vec_init(&calls->statuses, sizeof(struct sim_status_count));
	return calls;
}

static void count_in_window(struct sim_tool_calls *calls, int64_t start_ms)
{
	struct sim_window *window = NULL;

	/* Nearly always the last one; a clock that was set back finds an older one. */
	for (size_t i = calls->windows.count; !window && i > 0; i--) {
		window = qm_vec_at(&calls->windows, i - 1);
		if (window->start_ms != start_ms)
			window = NULL;
	}
	if (!window) {
		window = qm_vec_add(&calls->windows);
		window->start_ms = start_ms;
	}
	window->calls++;
}

void sim_record_call(struct sim_record *record, struct sim_request *request, int64_t window_s)
{
	struct sim_tool_calls *calls = find_tool(record, sim_record_tool(request));

	request->sequence = ++record->sequence;
	calls->total++;
	count_in_window(calls, sim_window_start(window_s * 1000, request->at_ms));
}

static void count_status(struct sim_tool_calls *calls, int status)
{
	struct sim_status_count *count;

	for (size_t i = 0; i < calls->statuses.count; i++) {
		count = qm_vec_at(&calls->statuses, i);
		if (count->status == status) {
			count->count++;
			return;
		}
	}
	count = qm_vec_add(&calls->statuses);
	*count = (struct sim_status_count){ status, 1 };
}

static void write_head(struct sim_json *json, const struct sim_request *request)
{
	sim_json_open(json, NULL, '{');
	sim_json_int(json, "sequence", request->sequence);
	sim_json_int(json, "at_ms", request->at_ms);
	sim_json_text(json, "method", request->method);
	sim_json_text(json, "path", request->path);
	sim_json_text(json, "tool", sim_record_tool(request));
}

static void write_headers(struct sim_json *json, const struct sim_request *request)
{
	static const char *const interesting[] = { "apikey", "authorization", "project",
		"content-type", "scope", "orgcode", "user-agent", "qmetry-source", "accept",
		"expect" };

	sim_json_open(json, "headers", '{');
	for (size_t i = 0; i < sizeof interesting / sizeof interesting[0]; i++)
		sim_json_text(json, interesting[i], sim_request_header(request, interesting[i]));
	sim_json_close(json, '}');
}

static void write_parts(struct sim_json *json, const struct qm_vec *parts)
{
	sim_json_open(json, "parts", '{');
	for (size_t i = 0; i < parts->count; i++) {
		const struct sim_part *part = qm_vec_at(parts, i);

		if (part->file_name) {
			sim_json_open(json, part->name, '{');
			sim_json_text(json, "file_name", part->file_name);
			sim_json_int(json, "bytes", (int64_t)part->length);
			if (part->length <= LOGGED_BODY_MAX_BYTES &&
				qm_text_ends(part->file_name, ".xml"))
				sim_json_text_n(json, "text", part->data, part->length);
			sim_json_close(json, '}');
		} else {
			sim_json_text_n(json, part->name, part->data, part->length);
		}
	}
	sim_json_close(json, '}');
}

static void write_body(struct sim_json *json, const struct sim_request *request)
{
	const struct qm_buf *body = &request->body;
	json_t *text = NULL;

	if (request->json && body->length <= LOGGED_BODY_MAX_BYTES) {
		sim_json_value(json, "body", request->json);
	} else if (request->parts.count) {
		write_parts(json, &request->parts);
	} else {
		/* NULL where it is no UTF-8 */
		if (body->length <= LOGGED_BODY_MAX_BYTES)
			text = json_stringn(body->data, body->length);
		sim_json_text(
			json, "body", text ? json_string_value(text) : "(too long, or no text)");
		json_decref(text);
	}
}

static void keep_request(struct sim_record *record, char *text, int64_t log_size)
{
	char **slot;

	if ((int64_t)record->requests.count < log_size) {
		qm_vec_push(&record->requests, &text);
		return;
	}
	slot = qm_vec_at(&record->requests, record->oldest);
	free(*slot);
	*slot = text;
	record->oldest = (record->oldest + 1) % record->requests.count;
}

void sim_record_answer(struct sim_record *record, const struct sim_request *request, int status,
	int64_t fault, int64_t log_size)
{
	struct sim_json json;

	count_status(find_tool(record, sim_record_tool(request)), status);
	sim_json_init(&json);
	write_head(&json, request);
	sim_json_text(&json, "query", request->query);
	write_headers(&json, request);
	write_body(&json, request);
	sim_json_int(&json, "ids", (int64_t)request->ids.count);
	sim_json_int(&json, "status", status);
	if (fault >= 0)
		sim_json_int(&json, "fault", fault);
	sim_json_close(&json, '}');
	keep_request(record, qm_buf_take(&json.text), log_size);
	sim_json_release(&json);
}

static void note(struct qm_vec *list, const struct sim_request *request, const char *kind,
	const char *name, const char *text)
{
	struct sim_json json;
	char *written;

	if (list->count >= NOTES_MAX)
		return;
	sim_json_init(&json);
	write_head(&json, request);
	sim_json_text(&json, kind, name);
	sim_json_text(&json, "text", text);
	sim_json_close(&json, '}');
	written = qm_buf_take(&json.text);
	qm_vec_push(list, &written);
	sim_json_release(&json);
}

void sim_record_violation(struct sim_record *record, const struct sim_request *request,
	const char *rule, const char *text)
{
	record->violation_count++;
	note(&record->violations, request, "rule", rule, text);
}

void sim_record_refused(struct sim_record *record, const struct sim_request *request,
	const char *reason, const char *text)
{
	record->refused_count++;
	note(&record->refused, request, "reason", reason, text);
}

static void add_raw(struct sim_json *json, const char *text)
{
	if (json->text.data[json->text.length - 1] != '[')
		qm_buf_add_char(&json->text, ',');
	qm_buf_add_text(&json->text, text);
}

void sim_record_write_list(struct sim_json *json, const char *name, const struct qm_vec *list)
{
	sim_json_open(json, name, '[');
	for (size_t i = 0; i < list->count; i++)
		add_raw(json, *(char **)qm_vec_at(list, i));
	sim_json_close(json, ']');
}

void sim_record_write_requests(struct sim_json *json, const struct sim_record *record)
{
	size_t count = record->requests.count;

	sim_json_open(json, NULL, '[');
	for (size_t i = 0; i < count; i++)
		add_raw(json, *(char **)qm_vec_at(&record->requests, (record->oldest + i) % count));
	sim_json_close(json, ']');
}

static void write_tool(struct sim_json *json, const struct sim_tool_calls *calls)
{
	char text[QM_TIME_TEXT];
	int64_t max = 0;

	sim_json_open(json, calls->tool, '{');
	sim_json_int(json, "total", calls->total);
	sim_json_open(json, "statuses", '{');
	for (size_t i = 0; i < calls->statuses.count; i++) {
		const struct sim_status_count *count = qm_vec_at(&calls->statuses, i);

		(void)snprintf(text, sizeof text, "%d", (int)count->status);
		sim_json_int(json, text, count->count);
	}
	sim_json_close(json, '}');
	sim_json_open(json, "windows", '[');
	for (size_t i = 0; i < calls->windows.count; i++) {
		const struct sim_window *window = qm_vec_at(&calls->windows, i);

		qm_time_format(window->start_ms, text);
		sim_json_open(json, NULL, '{');
		sim_json_text(json, "start", text);
		sim_json_int(json, "start_ms", window->start_ms);
		sim_json_int(json, "calls", window->calls);
		sim_json_close(json, '}');
		max = window->calls > max ? window->calls : max;
	}
	sim_json_close(json, ']');
	sim_json_int(json, "max", max);
	sim_json_close(json, '}');
}

void sim_record_write_calls(struct sim_json *json, const struct sim_record *record)
{
	sim_json_open(json, NULL, '{');
	for (size_t i = 0; i < record->tools.count; i++)
		write_tool(json, qm_vec_at(&record->tools, i));
	sim_json_close(json, '}');
}
