#include "src/api/finding.h"
#include "src/api/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 2026-01-15 10:31:00 UTC */
static const int64_t now_ms = INT64_C(1768473060000);

/* A log that hides nothing. */
static const struct qm_log quiet = { .level = QM_LOG_ERROR };

static void read_answer(int status, const char *type, const char *body, struct qm_finding *out)
{
	struct qm_reply reply;

	qm_reply_init(&reply);
	reply.delivery = QM_ANSWERED;
	reply.status = status;
	(void)snprintf(reply.content_type, sizeof reply.content_type, "%s", type);
	qm_buf_add_text(&reply.body, body);
	qm_finding_read(&reply, now_ms, &quiet, out);
	qm_reply_release(&reply);
}

static const char json[] = "application/json;charset=UTF-8";
static const char html[] = "text/html; charset=utf-8";

/* What servers answer, and what it means. */
static const struct {
	int status;
	const char *type, *body;
	enum qm_found found;
} answers[] = {
	{ 200, json, "{\"success\":true}", QM_FOUND_GOOD },
	{ 201, json, "{}", QM_FOUND_GOOD },
	{ 200, "", "{\"data\":[],\"total\":0}", QM_FOUND_GOOD },
	{ 204, "", "", QM_FOUND_GOOD },
	{ 200, json, "{\"success\":false,\"message\":\"unknown id\"}", QM_FOUND_CONTENT },
	{ 200, json, "{\"success\":\"false\"}", QM_FOUND_CONTENT },
	{ 200, json, "{\"success\":0}", QM_FOUND_CONTENT },
	{ 200, json, "{\"success\":\"0\"}", QM_FOUND_CONTENT },
	{ 200, json, "{\"success\":1}", QM_FOUND_GOOD },
	{ 200, json, "{\"success\":null}", QM_FOUND_GOOD },
	{ 200, json, "{\"success\":true,\"code\":\"CO.DONE\"}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"CO.INVALID_REQUEST\"}", QM_FOUND_CONTENT },
	{ 200, json, "{\"code\":\"CO.SUCCESS\"}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"X\",\"message\":\"nope\"}", QM_FOUND_CONTENT },
	{ 200, json, "{\"code\":\"OK\",\"message\":\"2 updated\"}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"200\",\"message\":\"all set\"}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"X\",\"message\":\"Updated successfully\"}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"VKMC\",\"message\":\"m\",\"latestViews\":{}}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"VKMC\",\"latestViews\":{}}", QM_FOUND_GOOD },
	{ 200, json, "{\"code\":\"CO.INVALID_API_KEY\"}", QM_FOUND_AUTH },
	{ 200, json, "{\"code\":\"CO.TOO_MANY_REQUESTS\"}", QM_FOUND_LIMIT },
	{ 200, json, "{\"error\":\"no such run\"}", QM_FOUND_CONTENT },
	{ 200, json, "{\"error\":\"\",\"errors\":[]}", QM_FOUND_GOOD },
	{ 200, json, "{\"errors\":[\"no such run\"]}", QM_FOUND_CONTENT },
	{ 200, json, "{\"data\":[],\"error\":\"slow\"}", QM_FOUND_GOOD },
	{ 400, json, "{\"message\":\"a valid username and password are required\"}",
		QM_FOUND_AUTH },
	{ 200, json, "{\"success\":false,\"message\":\"Too many requests\"}", QM_FOUND_LIMIT },
	{ 200, json, "{\"success\":false,\"message\":\"Too many ids\"}", QM_FOUND_SIZE },
	{ 200, json, "[1,2]", QM_FOUND_USELESS },
	{ 200, json, "{\"cut", QM_FOUND_USELESS },
	{ 200, html, "<html><title>Sign in</title></html>", QM_FOUND_USELESS },
	{ 301, html, "", QM_FOUND_USELESS },
	{ 302, html, "<html>moved</html>", QM_FOUND_USELESS },
	{ 400, json, "{\"message\":\"id 5 is not of this run\"}", QM_FOUND_CONTENT },
	{ 400, json, "{\"message\":\"entityIDs exceeds 200\"}", QM_FOUND_SIZE },
	{ 400, json, "{\"message\":\"at most 100: limit\"}", QM_FOUND_SIZE },
	{ 400, json, "{\"message\":\"request too large\"}", QM_FOUND_SIZE },
	{ 400, json, "{\"message\":\"API rate limit reached\"}", QM_FOUND_LIMIT },
	{ 400, json, "{\"message\":\"API call failed: no such id\"}", QM_FOUND_CONTENT },
	{ 200, html, "{\"success\":true}", QM_FOUND_GOOD },
	{ 401, json, "{\"message\":\"Invalid API key\"}", QM_FOUND_AUTH },
	{ 403, json, "{\"message\":\"not your role\"}", QM_FOUND_AUTH },
	{ 403, json, "{\"message\":\"Daily quota exceeded\"}", QM_FOUND_LIMIT },
	{ 404, json, "{}", QM_FOUND_MISSING },
	{ 405, json, "{}", QM_FOUND_USELESS },
	{ 407, html, "", QM_FOUND_USELESS },
	{ 408, "", "", QM_FOUND_LATE },
	{ 409, json, "{}", QM_FOUND_CONTENT },
	{ 413, html, "<html>413</html>", QM_FOUND_SIZE },
	{ 422, json, "{}", QM_FOUND_CONTENT },
	{ 429, "", "", QM_FOUND_LIMIT },
	{ 500, json, "{}", QM_FOUND_USELESS },
	{ 502, html, "<html>bad gateway</html>", QM_FOUND_BUSY },
	{ 503, "", "", QM_FOUND_BUSY },
	{ 504, html, "", QM_FOUND_LATE },
};

static void answers_are_sorted_by_status_and_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct qm_finding finding;

		read_answer(answers[i].status, answers[i].type, answers[i].body, &finding);
		if (finding.found != answers[i].found)
			fail_msg("%d %s: found %d, not %d", answers[i].status, answers[i].body,
				finding.found, answers[i].found);
		assert_int_equal(*finding.text == '\0', answers[i].found == QM_FOUND_GOOD);
		qm_finding_release(&finding);
	}
}

static void what_may_have_been_done_is_told(void **state)
{
	static const struct {
		int status;
		const char *body;
		bool may_be_done;
	} rows[] = {
		{ 200, "{\"success\":true}", false },
		{ 200, "{\"success\":false}", false },
		{ 200, "{\"success\":tr", true },
		{ 200, "<html>sign in</html>", true },
		{ 302, "", false },
		{ 400, "{}", false },
		{ 401, "{}", false },
		{ 413, "", false },
		{ 429, "{}", false },
		{ 500, "{}", true },
		{ 502, "", true },
		{ 503, "", false },
		{ 504, "", true },
	};
	static const struct {
		enum qm_delivery delivery;
		bool may_be_done;
	} silences[] = { { QM_NOT_SENT, false }, { QM_UNANSWERED, true }, { QM_CUT_OFF, true } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_finding finding;

		read_answer(rows[i].status, json, rows[i].body, &finding);
		if (finding.may_be_done != rows[i].may_be_done)
			fail_msg("%d %s", rows[i].status, rows[i].body);
		qm_finding_release(&finding);
	}
	for (size_t i = 0; i < sizeof silences / sizeof *silences; i++) {
		struct qm_finding finding;
		struct qm_reply reply;

		qm_reply_init(&reply);
		reply.delivery = silences[i].delivery;
		qm_finding_read(&reply, now_ms, &quiet, &finding);
		assert_int_equal(finding.may_be_done, silences[i].may_be_done);
		qm_reply_release(&reply);
	}
}

static void what_was_not_answered_is_sorted_by_how_far_it_came(void **state)
{
	static const struct {
		enum qm_delivery delivery;
		bool timed_out, permanent;
		enum qm_found found;
	} rows[] = {
		{ QM_NOT_SENT, false, false, QM_FOUND_NO_CONNECTION },
		{ QM_NOT_SENT, false, true, QM_FOUND_USELESS },
		{ QM_UNANSWERED, false, false, QM_FOUND_CUT },
		{ QM_UNANSWERED, true, false, QM_FOUND_LATE },
		{ QM_CUT_OFF, false, false, QM_FOUND_STOPPED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_finding finding;
		struct qm_reply reply;

		qm_reply_init(&reply);
		reply.delivery = rows[i].delivery;
		reply.timed_out = rows[i].timed_out;
		reply.permanent = rows[i].permanent;
		(void)qm_error_set(&reply.error, QM_EUNREACHABLE, "the cable is out");
		qm_finding_read(&reply, now_ms, &quiet, &finding);
		assert_int_equal(finding.found, rows[i].found);
		assert_string_equal(finding.text, "the cable is out");
		qm_reply_release(&reply);
	}
}

static void texts_say_what_happened_and_what_to_do(void **state)
{
	static const struct {
		int status;
		const char *type, *body, *text;
	} rows[] = {
		{ 401, json, "{\"code\":\"CO.INVALID_API_KEY\",\"message\":\"Invalid API key\"}",
			"the server answered 401 (Invalid API key (CO.INVALID_API_KEY)): "
			"the key (QMETRY_API_KEY) is wrong or "
			"expired; generate one on QMetry's Open API page" },
		{ 403, json, "{}", "the server answered 403: the key's role may not do this" },
		{ 200, html, "<html><head><title>Sign in</title>",
			"the server answered 200 (page \"Sign in\"): a page and no API answer: "
			"a login or "
			"a proxy stands in between, or the URL (--url) is wrong" },
		{ 302, html, "",
			"the server answered 302: a redirect, which is not followed since "
			"the key would "
			"travel along; is the URL right (--url)?" },
		{ 400, json, "{\"message\":\"a\\u001b[31mb\\nc\"}",
			"the server answered 400 (a?[31mb c)" },
		{ 503, "text/plain", "down for maintenance",
			"the server answered 503 (down for maintenance)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_finding finding;

		read_answer(rows[i].status, rows[i].type, rows[i].body, &finding);
		assert_string_equal(finding.text, rows[i].text);
		qm_finding_release(&finding);
	}
}

static void long_messages_are_cut(void **state)
{
	struct qm_finding finding;
	char body[4000] = "{\"message\":\"";
	size_t length = strlen(body);

	(void)state;
	memset(body + length, 'x', sizeof body - length);
	memcpy(body + sizeof body - 3, "\"}", 3);
	read_answer(400, json, body, &finding);
	assert_true(strlen(finding.text) < QM_MESSAGE_MAX_BYTES + 60);
	assert_non_null(strstr(finding.text, "xxx...)"));
	qm_finding_release(&finding);
}

/* Were it cut first, the beginning of a key at the cut would be shown. */
static void a_secret_is_hidden_before_the_message_is_cut(void **state)
{
	struct qm_secret *key = qm_secret_new("s3cr3t-k3y", 10);
	struct qm_log log = quiet;

	(void)state;
	qm_log_hide(&log, key);
	for (int place = 200; place < QM_MESSAGE_MAX_BYTES + 10; place++) {
		struct qm_finding finding;
		struct qm_reply reply;

		qm_reply_init(&reply);
		reply.delivery = QM_ANSWERED;
		reply.status = 400;
		for (int i = 0; i < place; i++)
			qm_buf_add_char(&reply.body, 'x');
		qm_buf_add_text(&reply.body, "s3cr3t-k3y");
		qm_finding_read(&reply, now_ms, &log, &finding);
		assert_null(strstr(finding.text, "xs"));
		qm_finding_release(&finding);
		qm_reply_release(&reply);
	}
	qm_secret_free(key);
}

static void an_answer_beyond_the_ceiling_is_useless(void **state)
{
	struct qm_finding finding;
	struct qm_reply reply;

	(void)state;
	qm_reply_init(&reply);
	reply.delivery = QM_ANSWERED;
	reply.status = 200;
	reply.body.overflow = true;
	qm_finding_read(&reply, now_ms, &quiet, &finding);
	assert_int_equal(finding.found, QM_FOUND_USELESS);
	assert_non_null(strstr(finding.text, "larger"));
	qm_reply_release(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_sorted_by_status_and_words),
		cmocka_unit_test(what_may_have_been_done_is_told),
		cmocka_unit_test(what_was_not_answered_is_sorted_by_how_far_it_came),
		cmocka_unit_test(texts_say_what_happened_and_what_to_do),
		cmocka_unit_test(long_messages_are_cut),
		cmocka_unit_test(a_secret_is_hidden_before_the_message_is_cut),
		cmocka_unit_test(an_answer_beyond_the_ceiling_is_useless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
