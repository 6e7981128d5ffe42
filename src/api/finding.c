#include "src/api/finding.h"
#include "src/api/json.h"
#include "src/api/limits.h"
#include "src/api/quota.h"
#include "src/base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Whether `text` contains one of the words, which end with a NULL; case does not count. */
static bool speaks_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		for (const char *c = text; *c; c++)
			if (strncasecmp(c, *words, strlen(*words)) == 0)
				return true;
	return false;
}

static bool speaks_of_rate(const char *message)
{
	static const char *const words[] = { "too many request", "too many call", "rate limit",
		"too_many_request", "rate-limit", "rate_limit", "ratelimit", "quota", "throttl",
		"api limit", "call limit", "calls limit", "calls per ", "requests per ", NULL };

	return speaks_of(message, words);
}

/* The key or the Part 11 signature is wrong: no smaller call will cure that. */
static bool speaks_of_signature(const char *message)
{
	static const char *const words[] = { "username", "password", "part 11", "part11",
		"electronic signature", NULL };

	return speaks_of(message, words);
}

static bool speaks_of_login(const char *message)
{
	static const char *const words[] = { "api key", "apikey", "api_key", "unauthori",
		"unauthenticated", "credential", "access_denied", "access denied", NULL };

	return speaks_of(message, words) || speaks_of_signature(message);
}

static bool speaks_of_size(const char *message)
{
	static const char *const words[] = { "too large", "too big", "too long", "too many",
		"limit", "maximum", "length", " size", "exceed", NULL };

	return speaks_of(message, words);
}

static bool is_html(const struct qm_reply *reply)
{
	const char *body = reply->body.data + strspn(reply->body.data, " \t\r\n");

	return strncasecmp(reply->content_type, "text/html", 9) == 0 ||
		strncasecmp(body, "<!doctype html", 14) == 0 || strncasecmp(body, "<html", 5) == 0;
}

/*
 * Makes a foreign text fit for a sentence of ours. Secrets first, since a server may send our key
 * back to us and a cut could leave half of it.
 */
static void tame(struct qm_buf *text, const struct qm_log *log, char *out, size_t size)
{
	struct qm_buf clean;
	size_t length;

	if (text->length)
		qm_log_redact(log, text->data);
	qm_buf_init(&clean, QM_REPLY_MAX_BYTES);
	qm_text_printable(&clean, text->data);
	length = qm_text_cut(clean.data, clean.length, size - 4);
	(void)snprintf(
		out, size, "%.*s%s", (int)length, clean.data, length < clean.length ? "..." : "");
	qm_buf_release(&clean);
}

/* What the server says; "" if nothing usable. */
static void read_message(const struct qm_reply *reply, const json_t *body, struct qm_buf *out)
{
	size_t most = QM_REPLY_HEADER_MAX_BYTES;

	if (body)
		qm_json_message(body, out);
	else if (is_html(reply))
		qm_html_title(reply->body.data, out);
	else
		qm_buf_add(out, reply->body.data,
			reply->body.length < most ? reply->body.length : most);
}

static enum qm_found by_status(int status)
{
	switch (status) {
	case 429:
		return QM_FOUND_LIMIT;
	case 502:
	case 503:
		return QM_FOUND_BUSY;
	case 408:
	case 504:
		return QM_FOUND_LATE;
	case 413:
		return QM_FOUND_SIZE;
	case 400:
	case 409:
	case 422:
		return QM_FOUND_CONTENT;
	case 404:
		return QM_FOUND_MISSING;
	case 401:
	case 403:
		return QM_FOUND_AUTH;
	default:
		return status / 100 == 2 ? QM_FOUND_GOOD : QM_FOUND_USELESS;
	}
}

/* What stands where a flag is wanted: {"success": false}, 0, "false", "0". */
static bool is_no(const json_t *value)
{
	const char *text = json_string_value(value);

	if (text)
		return qm_text_equal_nocase(text, "false") || strcmp(text, "0") == 0;
	return json_is_false(value) || (json_is_number(value) && json_number_value(value) == 0);
}

/*
 * QMetry's codes of errors begin with CO., as {"code": "CO.INVALID_API_KEY"} does. Any other code
 * is one where it stands with a message and nothing else, and neither tells of a success.
 */
static bool is_error_code(const json_t *body)
{
	static const char *const good[] = { "success", "updated", NULL };
	const char *code = qm_json_text(body, "code"), *message = qm_json_text(body, "message");

	if (!*code || speaks_of(code, good) || speaks_of(message, good))
		return false;
	if (qm_text_starts(code, "CO."))
		return true;
	return *message && json_object_size(body) == 2 && *code != '2' &&
		!qm_text_equal_nocase(code, "ok");
}

static bool is_something(const json_t *value)
{
	const char *text = json_string_value(value);

	return text ? *text != '\0'
		    : json_is_true(value) || json_object_size(value) || json_array_size(value);
}

/*
 * A status of 200 is not the last word. What says whether it succeeded is believed; where nothing
 * does, an error beside no data is a failure.
 */
static bool says_failure(const json_t *body)
{
	const json_t *success = json_object_get(body, "success");

	if (success && !json_is_null(success))
		return is_no(success);
	if (json_object_get(body, "data"))
		return false;
	return is_error_code(body) || is_something(json_object_get(body, "error")) ||
		is_something(json_object_get(body, "errors")) ||
		is_something(json_object_get(body, "errorMessage"));
}

/* The status is what a server says first; its text may say better. */
static enum qm_found judge(const struct qm_reply *reply, const json_t *body, const char *message)
{
	enum qm_found found = by_status(reply->status);

	if (reply->body.overflow)
		return QM_FOUND_USELESS;
	if (found == QM_FOUND_GOOD && says_failure(body))
		found = QM_FOUND_CONTENT;
	if (found == QM_FOUND_GOOD && !body && reply->body.length)
		found = QM_FOUND_USELESS;
	if (reply->status == 403 && (*reply->retry_after || speaks_of_rate(message)))
		return QM_FOUND_LIMIT;
	if (found == QM_FOUND_CONTENT && speaks_of_rate(message))
		return QM_FOUND_LIMIT;
	if (found == QM_FOUND_CONTENT && speaks_of_login(message))
		return QM_FOUND_AUTH;
	if (found == QM_FOUND_CONTENT && speaks_of_size(message))
		return QM_FOUND_SIZE;
	return found;
}

static const char *remedy_for_useless(const struct qm_reply *reply, bool is_page)
{
	if (reply->body.overflow)
		return "the answer is larger than any honest one; is the URL right (--url)?";
	if (reply->status / 100 == 3)
		return "a redirect, which is not followed since the key would travel along; is "
		       "the URL right (--url)?";
	if (reply->status == 407)
		return "the proxy wants a login";
	if (is_page)
		return "a page and no API answer: a login or a proxy stands in between, or the URL "
		       "(--url) is wrong";
	return reply->status / 100 == 2 ? "the answer is no JSON object" : "";
}

static const char *remedy_for(
	enum qm_found found, const struct qm_reply *reply, const char *message, bool is_page)
{
	switch (found) {
	case QM_FOUND_AUTH:
		if (speaks_of_signature(message))
			return "this project wants changes to be signed (Part 11): are "
			       "QMETRY_USERNAME and QMETRY_PASSWORD set, and right?";
		return reply->status != 403
			? "the key (QMETRY_API_KEY) is wrong or expired; generate one on QMetry's "
			  "Open API page"
			: "the key's role may not do this";
	case QM_FOUND_MISSING:
		return "are the URL (--url) and the project (--project) right?";
	case QM_FOUND_LIMIT:
		return "too many requests";
	case QM_FOUND_USELESS:
		return remedy_for_useless(reply, is_page);
	default:
		return "";
	}
}

/* "the server answered 401 (Invalid API key): the key is wrong or expired; ..." */
static void describe(const struct qm_reply *reply, const char *message, struct qm_finding *out)
{
	bool is_page = !out->body && is_html(reply);
	const char *remedy = remedy_for(out->found, reply, message, is_page);
	const char *open = is_page ? " (page \"" : " (", *close = is_page ? "\")" : ")";

	(void)snprintf(out->text, sizeof out->text, "the server answered %d%s%s%s%s%s",
		reply->status, *message ? open : "", message, *message ? close : "",
		*remedy ? ": " : "", remedy);
}

static enum qm_found unanswered(const struct qm_reply *reply)
{
	if (reply->delivery == QM_CUT_OFF)
		return QM_FOUND_STOPPED;
	if (reply->permanent)
		return QM_FOUND_USELESS;
	if (reply->delivery == QM_NOT_SENT)
		return QM_FOUND_NO_CONNECTION;
	return reply->timed_out ? QM_FOUND_LATE : QM_FOUND_CUT;
}

/* Leaves the JSON object of the answer, if it is one, in `out`. */
static void read_answer(const struct qm_reply *reply, struct qm_finding *out)
{
	if (reply->body.overflow)
		return;
	if (qm_json_read(reply->body.data, reply->body.length, &out->body, NULL) == QM_OK &&
		json_is_object(out->body))
		return;
	json_decref(out->body);
	out->body = NULL;
}

/*
 * The request may have arrived and been carried out, and nobody said so that it can be believed: a
 * server that broke down (500), one whose answer was spoilt on the way (502, a 200 that is no
 * JSON), or none at all.
 */
static bool may_be_done(const struct qm_reply *reply, enum qm_found found)
{
	if (reply->delivery == QM_NOT_SENT)
		return false;
	if (reply->delivery != QM_ANSWERED || found == QM_FOUND_LATE)
		return true;
	return reply->status == 502 ||
		(found == QM_FOUND_USELESS &&
			(reply->status / 100 == 2 || reply->status / 100 == 5));
}

void qm_finding_read(const struct qm_reply *reply, int64_t now_ms, const struct qm_log *log,
	struct qm_finding *out)
{
	char message[QM_MESSAGE_MAX_BYTES];
	struct qm_buf text;

	*out = (struct qm_finding){ .found = QM_FOUND_STOPPED };
	qm_buf_init(&text, QM_REPLY_MAX_BYTES);
	if (reply->delivery != QM_ANSWERED) {
		out->found = unanswered(reply);
		qm_buf_add_text(&text, reply->error.text);
		tame(&text, log, out->text, sizeof out->text);
	} else {
		read_answer(reply, out);
		read_message(reply, out->body, &text);
		tame(&text, log, message, sizeof message);
		out->found = judge(reply, out->body, message);
		/* What else is in the answer is about limits only where the answer is. */
		out->retry_after_ms = out->found == QM_FOUND_LIMIT
			? qm_quota_wait_ms(reply->retry_after, out->body, message, now_ms)
			: qm_quota_wait_ms(reply->retry_after, NULL, "", now_ms);
		if (out->found != QM_FOUND_GOOD)
			describe(reply, message, out);
	}
	out->may_be_done = may_be_done(reply, out->found);
	qm_buf_release(&text);
}

void qm_finding_release(struct qm_finding *finding)
{
	json_decref(finding->body);
	finding->body = NULL;
}
