#include "src/api/json.h"
#include "src/api/limits.h"
#include "src/api/pages.h"
#include "tests/api/stage.h"

#include <stdio.h>
#include <stdlib.h>

/* A server with `rows` rows and its own opinion of paging. */
struct list_server {
	int64_t rows;
	int64_t cap;   /* at most this many at a time; 0: as many as asked */
	int64_t total; /* what it claims; -1: nothing */
	bool ignores_start;
	bool by_page;    /* looks at `page` and `limit`, not at `start` */
	bool texts;      /* ids and total as texts */
	int loses;       /* which call, from 1, is answered without rows; 0: none */
	int64_t shrinks; /* the total that is claimed from then on; 0: as before */
	const char *raw; /* answers this instead */
	int calls;
	int64_t asked_limit[STAGE_SENT], asked_start[STAGE_SENT], asked_page[STAGE_SENT];
};

static void add_rows(
	const struct list_server *server, int64_t start, int64_t count, struct qm_buf *out)
{
	const char *quote = server->texts ? "\"" : "";

	for (int64_t i = start; i < start + count; i++)
		qm_buf_add_format(out, "%s{\"id\":%s%lld%s}", i > start ? "," : "", quote,
			(long long)(1000 + i), quote);
}

static void serve(void *context, const struct qm_request *request, struct qm_reply *reply)
{
	struct list_server *server = context;
	json_t *body = json_loadb(request->body, request->body_length, 0, NULL);
	int64_t start = qm_json_id(body, "start"), limit = qm_json_id(body, "limit");
	int64_t page = qm_json_id(body, "page"), most = server->cap ? server->cap : limit;

	assert_true(server->calls < STAGE_SENT);
	server->asked_start[server->calls] = start;
	server->asked_page[server->calls] = page;
	server->asked_limit[server->calls++] = limit;
	json_decref(body);
	reply->delivery = QM_ANSWERED;
	reply->status = 200;
	if (server->raw) {
		qm_buf_add_text(&reply->body, server->raw);
		return;
	}
	most = most < limit ? most : limit;
	start = server->ignores_start ? 0 : server->by_page ? (page - 1) * most : start;
	most = start >= server->rows          ? 0
		: server->rows - start < most ? server->rows - start
					      : most;
	if (server->calls == server->loses) {
		most = 0;
		server->total = server->shrinks ? server->shrinks : server->total;
	}
	qm_buf_add_text(&reply->body, "{\"data\":[");
	add_rows(server, start, most, &reply->body);
	qm_buf_add_text(&reply->body, "]");
	if (server->total >= 0)
		qm_buf_add_format(&reply->body,
			server->texts ? ",\"total\":\"%lld\"" : ",\"total\":%lld",
			(long long)server->total);
	qm_buf_add_text(&reply->body, "}");
}

struct seen {
	int64_t rows, last;
	int64_t stop_at; /* after so many rows; 0: never */
};

static enum qm_code see(void *context, const json_t *row)
{
	struct seen *seen = context;

	assert_int_equal(qm_json_id(row, "id"), 1000 + seen->rows);
	seen->rows++;
	return seen->rows == seen->stop_at ? QM_ESTOPPED : QM_OK;
}

static enum qm_code read_list(
	struct stage *stage, struct list_server *server, struct seen *seen, struct qm_error *err)
{
	static const struct answer none[] = { { .status = 200 } };
	static const char *const ids[] = { "dropID", "id", NULL };
	const struct qm_list list = {
		.tool = "qmetry_fetch_builds", .path = "/rest/x", .ids = ids
	};

	qm_error_init(err);
	stage->options.transport = (struct qm_transport){ serve, server };
	PLAY(stage, stage_allow_all, none);
	return qm_pages_read(stage->session, &list, see, seen, err);
}

static void lists_are_read_whole_in_as_few_calls_as_the_server_lets_us(void **state)
{
	static const struct {
		struct list_server server;
		int calls;
	} rows[] = {
		{ { .rows = 0, .total = 0 }, 1 },
		{ { .rows = 1, .total = 1 }, 1 },
		{ { .rows = 500, .total = 500 }, 1 },
		{ { .rows = 501, .total = 501 }, 2 },
		{ { .rows = 1250, .total = 1250 }, 3 },
		{ { .rows = 1250, .total = 1250, .texts = true }, 3 },
		{ { .rows = 250, .total = 250, .cap = 100 }, 3 },
		{ { .rows = 250, .total = 250, .cap = 100, .by_page = true }, 3 },
		{ { .rows = 200, .total = 200, .cap = 100 }, 2 },
		{ { .rows = 3, .total = 3, .cap = 1 }, 3 },
		/* Without a total a short first page may be the server's maximum: one call more. */
		{ { .rows = 0, .total = -1 }, 1 },
		{ { .rows = 30, .total = -1 }, 2 },
		{ { .rows = 250, .total = -1, .cap = 100 }, 3 },
		{ { .rows = 200, .total = -1, .cap = 100 }, 3 },
		/* A total below what came already says nothing: as if there were none. */
		{ { .rows = 30, .total = 10 }, 2 },
		{ { .rows = 700, .total = 100 }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct list_server server = rows[i].server;
		struct seen seen = { 0 };
		void *fresh = NULL;
		struct qm_error err;

		assert_int_equal(stage_setup(&fresh), 0);
		assert_int_equal(read_list(fresh, &server, &seen, &err), QM_OK);
		assert_int_equal(seen.rows, server.rows);
		if (server.calls != rows[i].calls)
			fail_msg("row %zu: %d calls, not %d", i, server.calls, rows[i].calls);
		(void)stage_teardown(&fresh);
	}
}

static void the_first_answer_shows_what_to_ask_for(void **state)
{
	struct list_server server = { .rows = 250, .total = 250, .cap = 100 };
	struct seen seen = { 0 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_OK);
	assert_int_equal(server.asked_start[0], 0);
	assert_int_equal(server.asked_page[0], 1);
	assert_int_equal(server.asked_limit[0], QM_PAGE_ROWS);
	assert_int_equal(server.asked_start[1], 100);
	assert_int_equal(server.asked_page[1], 2);
	assert_int_equal(server.asked_limit[1], 100);
	assert_int_equal(server.asked_start[2], 200);
	assert_int_equal(server.asked_page[2], 3);
}

static void a_server_that_repeats_itself_is_an_error(void **state)
{
	struct list_server server = { .rows = 500, .total = 900, .ignores_start = true };
	struct seen seen = { 0 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_EINPUT);
	assert_int_equal(server.calls, 2);
	assert_int_equal(seen.rows, 500);
	assert_non_null(strstr(err.text, "start"));
}

/* Half a list would make half a plan: runs that are there would be told missing. */
static void a_list_that_ends_before_its_total_is_an_error(void **state)
{
	struct list_server server = { .rows = 700, .total = 900 };
	struct seen seen = { 0 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_EINPUT);
	assert_int_equal(server.calls, 4); /* the page that brought nothing was asked again */
	assert_int_equal(server.asked_start[3], 700);
	assert_non_null(strstr(err.text, "700 of 900 rows"));
}

static void a_page_that_came_empty_once_is_read_again(void **state)
{
	struct list_server server = { .rows = 700, .total = 700, .loses = 2 };
	struct seen seen = { 0 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_OK);
	assert_int_equal(seen.rows, 700);
	assert_int_equal(server.calls, 3);
}

static void a_list_that_shrank_is_whole(void **state)
{
	struct list_server server = { .rows = 500, .total = 700, .loses = 2, .shrinks = 500 };
	struct seen seen = { 0 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_OK);
	assert_int_equal(seen.rows, 500);
	assert_int_equal(server.calls, 2);
}

static void odd_answers_are_errors(void **state)
{
	static const struct {
		const char *raw;
		enum qm_code code;
	} rows[] = {
		{ "{}", QM_EINPUT },
		{ "{\"data\":{}}", QM_EINPUT },
		{ "{\"data\":\"x\",\"total\":1}", QM_EINPUT },
		{ "{\"data\":null,\"total\":0}", QM_OK },
		{ "{\"total\":0}", QM_OK },
		{ "{\"data\":[],\"total\":null}", QM_OK },
		{ "{\"data\":[7,null,\"x\"],\"total\":3}", QM_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct list_server server = { .raw = rows[i].raw };
		struct seen seen = { 0 };
		void *fresh = NULL;
		struct qm_error err;

		assert_int_equal(stage_setup(&fresh), 0);
		assert_int_equal(read_list(fresh, &server, &seen, &err), rows[i].code);
		assert_int_equal(seen.rows, 0);
		assert_int_equal(server.calls, 1);
		(void)stage_teardown(&fresh);
	}
}

/* Were they all the same page, nobody would notice. */
static void pages_of_rows_without_ids_are_an_error(void **state)
{
	struct list_server server = { .raw = "{\"data\":[7],\"total\":900}" };
	struct seen seen = { 0 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_EINPUT);
	assert_int_equal(server.calls, 1);
	assert_non_null(strstr(err.text, "cannot be told apart"));
}

static void whoever_reads_may_stop(void **state)
{
	struct list_server server = { .rows = 1250, .total = 1250 };
	struct seen seen = { .stop_at = 501 };
	struct qm_error err;

	assert_int_equal(read_list(*state, &server, &seen, &err), QM_ESTOPPED);
	assert_int_equal(seen.rows, 501);
	assert_int_equal(server.calls, 2);
}

/* There is always one more page, of 400,000 rows: only the ceiling ends it. */
static void an_endless_list_ends_at_the_ceiling(void **state)
{
	struct list_server server = { 0 };
	struct seen seen = { 0 };
	struct qm_error err;
	struct qm_buf page;

	qm_buf_init(&page, 4 << 20);
	qm_buf_add_text(&page, "{\"total\":99999999,\"data\":[0");
	for (int i = 0; i < QM_LIST_MAX_ROWS; i++)
		qm_buf_add(&page, ",0", 2);
	qm_buf_add_text(&page, "]}");
	server.raw = page.data;
	assert_int_equal(read_list(*state, &server, &seen, &err), QM_ELIMIT);
	assert_int_equal(server.calls, 1);
	assert_non_null(strstr(err.text, "1000000"));
	qm_buf_release(&page);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
	const struct CMUnitTest tests[] = {
		TEST(lists_are_read_whole_in_as_few_calls_as_the_server_lets_us),
		TEST(the_first_answer_shows_what_to_ask_for),
		TEST(a_server_that_repeats_itself_is_an_error),
		TEST(a_list_that_ends_before_its_total_is_an_error),
		TEST(a_page_that_came_empty_once_is_read_again),
		TEST(a_list_that_shrank_is_whole),
		TEST(odd_answers_are_errors),
		TEST(pages_of_rows_without_ids_are_an_error),
		TEST(whoever_reads_may_stop),
		TEST(an_endless_list_ends_at_the_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
