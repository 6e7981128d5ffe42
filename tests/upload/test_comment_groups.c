#include "src/base/memory.h"
#include "src/upload/limits.h"
#include "src/upload/resolve/comment_groups.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Updates of the runs of two executions, in the order of the shelf. */
struct desk {
	struct qm_catalog catalog;
	struct qm_messages messages;
	struct qm_vec updates;
	struct qm_arena arena;
	struct qm_comment_options options;
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	shelf_init(&desk->catalog);
	qm_messages_init(&desk->messages, (struct qm_message_parts){ true, true });
	qm_vec_init(&desk->updates, sizeof(struct qm_update));
	qm_arena_init(&desk->arena);
	desk->options = (struct qm_comment_options){
		.pattern = "{message}", .facts = { "", "", "", "", "" }, .max_calls = 10
	};
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_arena_release(&desk->arena);
	qm_vec_release(&desk->updates);
	qm_messages_release(&desk->messages);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

static uint32_t keep(struct desk *desk, const char *type, const char *message)
{
	const struct qm_result result = { .failure_type = type, .message = message };

	return qm_messages_keep(&desk->messages, &result, NULL);
}

/* A run of the last execution that shall be set, because of a message. */
static void fail_with(struct desk *desk, const char *message)
{
	int number = (int)desk->catalog.runs.count + 1;
	struct qm_run *run = shelf_run(&desk->catalog, number, "", NULL, SHELF_NOT_RUN);
	struct qm_update *update = qm_vec_add(&desk->updates);

	if (message)
		run->message = keep(desk, "T", message);
	update->run = (uint32_t)desk->catalog.runs.count - 1;
	update->status_id = SHELF_FAILED;
}

/* "one|one||two": the comments, in the order of the updates. */
static void assert_comments(struct desk *desk, size_t batch_size, const char *comments)
{
	char found[2000] = "";

	for (size_t i = 0; i < desk->updates.count; i++)
		((struct qm_update *)qm_vec_at(&desk->updates, i))->comment = NULL;
	qm_comment_groups(&desk->options, &desk->messages, &desk->catalog, batch_size,
		&desk->updates, &desk->arena);
	for (size_t i = 0; i < desk->updates.count; i++) {
		const struct qm_update *update = qm_vec_at(&desk->updates, i);

		(void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s",
			i ? "|" : "", update->comment ? update->comment : "");
	}
	assert_string_equal(found, comments);
}

static void numbers_make_no_other_message(void **state)
{
	struct desk *desk = *state;
	uint32_t first = keep(desk, "T", "expected 3 but was 15\n at line 7");

	assert_int_equal(keep(desk, "T", "  expected 3 but was 15"), first);
	assert_false(qm_messages_at(&desk->messages, first)->varies);
	assert_int_equal(keep(desk, "T", "expected 7 but was 9"), first);
	assert_true(qm_messages_at(&desk->messages, first)->varies);
	assert_string_equal(qm_messages_at(&desk->messages, first)->masked, "expected # but was #");
	assert_int_not_equal(keep(desk, "U", "expected 3 but was 15"), first);
	assert_int_not_equal(keep(desk, "T", "expected three but was 15"), first);
	assert_int_equal(keep(desk, NULL, NULL), QM_NO_MESSAGE);
}

static void an_address_is_a_number(void **state)
{
	struct desk *desk = *state;
	uint32_t first = keep(desk, "T", "NPE at 0x7000");

	assert_int_equal(keep(desk, "T", "NPE at 0xabc"), first);
	assert_int_equal(keep(desk, "T", "NPE at 0X00ffAB"), first);
	assert_int_equal(keep(desk, "T", "NPE at 12"), first);
	assert_string_equal(qm_messages_at(&desk->messages, first)->masked, "NPE at #");
	assert_string_equal(
		qm_messages_at(&desk->messages, keep(desk, "T", "0xyz 10xa2 00x"))->masked,
		"#xyz #xa# #x");
}

static void what_is_not_told_makes_no_other_message(void **state)
{
	struct desk *desk = *state;
	uint32_t first;

	desk->messages.parts = (struct qm_message_parts){ .text = true };
	first = keep(desk, "T", "boom");
	assert_int_equal(keep(desk, "U", "boom"), first);
	assert_int_equal(keep(desk, "U", ""), QM_NO_MESSAGE);
	desk->messages.parts = (struct qm_message_parts){ .type = true };
	first = keep(desk, "T", "boom");
	assert_int_equal(keep(desk, "T", "bang"), first);
	assert_int_not_equal(keep(desk, "U", "boom"), first);
}

static void messages_take_no_more_than_their_part(void **state)
{
	struct desk *desk = *state;
	uint32_t kept = 0;
	char text[400];

	for (int i = 0; i < 20000; i++) {
		memset(text, 'x', sizeof text - 1);
		text[sizeof text - 1] = '\0';
		for (int bit = 0; bit < 16; bit++)
			text[bit] = i >> bit & 1 ? 'a' : 'b';
		kept += keep(desk, "T", text) != QM_NO_MESSAGE;
	}
	assert_true(kept > 1000 && kept < 20000);
	assert_true(desk->messages.arena.bytes <= QM_MAX_MESSAGES_BYTES + 1000);
	assert_true(strlen(qm_messages_at(&desk->messages, 0)->text) <= QM_MAX_KEPT_MESSAGE);
}

static void half_a_secret_is_not_kept(void **state)
{
	struct qm_secret *secret = qm_secret_new("0123456789s3cret", 16);
	struct desk *desk = *state;
	struct qm_result result = { .failure_type = "T" };
	struct qm_log log;
	char text[QM_MAX_KEPT_MESSAGE + 100];
	uint32_t index;

	qm_log_init(&log, QM_LOG_ERROR, NULL, NULL);
	qm_log_hide(&log, secret);
	memset(text, 'x', sizeof text);
	memcpy(text + QM_MAX_KEPT_MESSAGE - 8, "0123456789s3cret", 17);
	result.message = text;
	index = qm_messages_keep(&desk->messages, &result, &log);
	assert_null(strstr(qm_messages_at(&desk->messages, index)->text, "0"));
	qm_secret_free(secret);
}

static void the_most_frequent_messages_get_their_comment(void **state)
{
	struct desk *desk = *state;

	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	fail_with(desk, "one");
	fail_with(desk, "two");
	fail_with(desk, NULL);
	fail_with(desk, "two");
	(void)shelf_execution(&desk->catalog, "200", "Firefox");
	fail_with(desk, "one");
	fail_with(desk, "one");
	fail_with(desk, "one");
	assert_comments(desk, 500, "one|two||two|one|one|one");
	desk->options.max_calls = 2;
	assert_comments(desk, 500, "|two||two|one|one|one");
	desk->options.max_calls = 1;
	assert_comments(desk, 500, "||||one|one|one");
	desk->options.max_calls = 0;
	assert_comments(desk, 500, "||||||");
}

static void a_call_is_what_is_counted(void **state)
{
	struct desk *desk = *state;

	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	fail_with(desk, "one");
	fail_with(desk, "one");
	fail_with(desk, "one");
	fail_with(desk, "two");
	fail_with(desk, "two");
	desk->options.max_calls = 1;
	assert_comments(desk, 2, "|||two|two");
	desk->options.max_calls = 2;
	assert_comments(desk, 2, "one|one|one||");
	desk->options.max_calls = 3;
	assert_comments(desk, 2, "one|one|one|two|two");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_make_no_other_message),
		TEST(an_address_is_a_number),
		TEST(what_is_not_told_makes_no_other_message),
		TEST(messages_take_no_more_than_their_part),
		TEST(half_a_secret_is_not_kept),
		TEST(the_most_frequent_messages_get_their_comment),
		TEST(a_call_is_what_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
