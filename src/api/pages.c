#include "src/api/pages.h"
#include "src/api/json.h"
#include "src/api/limits.h"

#include <stdio.h>
#include <string.h>

struct reading {
	struct qm_session *session;
	const struct qm_list *list;
	qm_row_fn each;
	void *context;
	int64_t start, limit;
	int64_t total;          /* -1: the server does not tell */
	size_t page_rows;       /* of the last answer */
	bool asked_again;       /* for a page that came empty */
	char first[QM_ID_TEXT]; /* the first row's id of the first page and of the last one */
	char last_first[QM_ID_TEXT];
};

static json_t *with_place(const struct reading *reading, const json_t *rest)
{
	json_t *object = json_object();

	if (!reading->list->is_whole || reading->start) {
		(void)json_object_set_new(object, "start", json_integer(reading->start));
		(void)json_object_set_new(
			object, "page", json_integer(reading->start / reading->limit + 1));
		(void)json_object_set_new(object, "limit", json_integer(reading->limit));
	}
	(void)json_object_update(object, (json_t *)(uintptr_t)rest);
	return object;
}

static enum qm_code fetch(const struct reading *reading, json_t **out, struct qm_error *err)
{
	const struct qm_list *list = reading->list;
	json_t *arguments = with_place(reading, list->arguments);
	json_t *fields = with_place(reading, list->fields);
	struct qm_api_call call = { .tool = { .tool = list->tool, .arguments = arguments },
		.effect = QM_READ };
	struct qm_buf body;
	enum qm_code code;

	qm_buf_init(&body, QM_REQUEST_MAX_BYTES);
	qm_json_write(fields, &body);
	call.request.method = "POST";
	call.request.path = list->path;
	call.request.header_count = list->header_count;
	for (size_t i = 0; i < list->header_count; i++)
		call.request.headers[i] = list->headers[i];
	call.request.body = body.data;
	call.request.body_length = body.length;
	code = qm_session_call(reading->session, &call, out, NULL, err);
	json_decref(arguments);
	json_decref(fields);
	qm_buf_release(&body);
	return code;
}

/* Of a row; "" if it has none by any of the names. */
static void read_id(const struct qm_list *list, const json_t *row, char out[QM_ID_TEXT])
{
	out[0] = '\0';
	for (const char *const *name = list->ids; *name && !*out; name++)
		(void)qm_json_id_text(row, *name, out);
}

static enum qm_code check_page(struct reading *reading, const json_t *rows, struct qm_error *err)
{
	char first[QM_ID_TEXT];

	reading->page_rows = json_array_size(rows);
	if (reading->start + (int64_t)reading->page_rows > QM_LIST_MAX_ROWS)
		return qm_error_set(
			err, QM_ELIMIT, "the list has more than %d rows", QM_LIST_MAX_ROWS);
	read_id(reading->list, json_array_get(rows, 0), first);
	if (*first &&
		(strcmp(first, reading->first) == 0 || strcmp(first, reading->last_first) == 0))
		return qm_error_set(err, QM_EINPUT,
			"the server repeats its rows (%s %s at row %lld): it does not heed "
			"`start`, so the list cannot be read whole",
			reading->list->ids[0], first, (long long)reading->start);
	if (!*reading->first)
		memcpy(reading->first, first, sizeof first);
	memcpy(reading->last_first, first, sizeof first);
	return QM_OK;
}

static enum qm_code take_rows(struct reading *reading, const json_t *answer, struct qm_error *err)
{
	const json_t *rows = json_object_get(answer, "data"), *row;
	const json_t *total = json_object_get(answer, "total");
	enum qm_code code;
	size_t i;

	if (rows && !json_is_array(rows) && !json_is_null(rows))
		return qm_error_set(err, QM_EINPUT, "the answer's `data` is no list");
	if (!rows && !total)
		return qm_error_set(err, QM_EINPUT, "the answer has no list `data`");
	reading->total = total && !json_is_null(total) ? qm_json_id(answer, "total") : -1;
	code = check_page(reading, rows, err);
	/* It counts something else: what came already is more. */
	if (reading->total < reading->start + (int64_t)reading->page_rows)
		reading->total = -1;
	for (i = 0; !code && i < reading->page_rows; i++) {
		row = json_array_get(rows, i);
		if (json_is_object(row))
			code = reading->each(reading->context, row);
	}
	return code;
}

/* Nothing came although more was promised: is it to be asked for once more? */
static enum qm_code ask_again(struct reading *reading, bool *out_more, struct qm_error *err)
{
	if (reading->asked_again)
		return qm_error_set(err, QM_EINPUT,
			"the list ended after %lld of %lld rows, and half a list would be taken "
			"for a whole one; try again, or ask who runs the server",
			(long long)reading->start, (long long)reading->total);
	reading->asked_again = true;
	*out_more = true;
	return QM_OK;
}

/* Moves on to the next page; `out_more` is false at the end of the list. */
static enum qm_code move_on(struct reading *reading, bool *out_more, struct qm_error *err)
{
	bool is_first = reading->start == 0;
	int64_t got = (int64_t)reading->page_rows;
	bool is_short = got < reading->limit;

	reading->start += got;
	*out_more = false;
	if (reading->total >= 0 && reading->start >= reading->total)
		return QM_OK;
	if (reading->total < 0 && reading->list->is_whole)
		return QM_OK;
	if (!got && reading->total >= 0)
		return ask_again(reading, out_more, err);
	/* Without a total a first page may be short because the server gives no more at a time. */
	if (!got || (reading->total < 0 && is_short && !is_first))
		return QM_OK;
	/* The same page for ever would not be noticed. */
	if (got && !*reading->last_first)
		return qm_error_set(err, QM_EINPUT,
			"the rows have no %s: pages cannot be told apart, so the list cannot be "
			"read whole",
			reading->list->ids[0]);
	if (is_first)
		reading->limit = got < QM_PAGE_MAX_ROWS ? got : QM_PAGE_MAX_ROWS;
	reading->asked_again = false;
	*out_more = !reading->list->enough ||
		!reading->list->enough(reading->list->context, reading->start, reading->total);
	return QM_OK;
}

enum qm_code qm_pages_read(struct qm_session *session, const struct qm_list *list, qm_row_fn each,
	void *context, struct qm_error *err)
{
	struct reading reading = { .session = session,
		.list = list,
		.each = each,
		.context = context,
		.limit = QM_PAGE_ROWS };
	bool more = false;
	enum qm_code code;
	json_t *answer;

	do {
		code = fetch(&reading, &answer, err);
		if (!code)
			code = take_rows(&reading, answer, err);
		if (!code)
			code = move_on(&reading, &more, err);
		json_decref(answer);
	} while (!code && more);
	return code;
}
