#include "src/upload/record/undo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct step {
	int64_t id, before, after;
};

/* The only run's restored and expected status, as two digits of a number. */
static void assert_chain(const struct step *steps, size_t count, int64_t after, int64_t restore)
{
	struct qm_receipt_lines lines;
	const struct qm_undo_run *run;
	struct qm_vec runs;

	qm_receipt_lines_init(&lines);
	qm_vec_init(&runs, sizeof *run);
	for (size_t i = 0; i < count; i++) {
		const struct qm_receipt_line line = { .key = "K",
			.entity_type = "TCR",
			.suite_run = "1",
			.id = steps[i].id,
			.before_id = steps[i].before,
			.after_id = steps[i].after };

		qm_vec_push(&lines.lines, &line);
	}
	qm_undo_chain(&lines, &runs);
	assert_int_equal(runs.count, 1);
	run = qm_vec_at(&runs, 0);
	assert_int_equal(run->after_id, after);
	assert_int_equal(run->restore_id, restore);
	qm_vec_release(&runs);
	qm_receipt_lines_release(&lines);
}

#define CHAIN(after, restore, ...)                                                 \
	do {                                                                       \
		const struct step steps[] = { __VA_ARGS__ };                       \
		assert_chain(steps, sizeof steps / sizeof *steps, after, restore); \
	} while (0)

static void a_run_goes_back_to_before_the_first_upload(void **state)
{
	(void)state;
	CHAIN(1, 4, { 7, 4, 1 });
	CHAIN(2, 4, { 7, 4, 1 }, { 7, 1, 2 });
	CHAIN(3, 4, { 7, 4, 1 }, { 7, 1, 2 }, { 7, 2, 3 });
	/* Sent twice, as after a kill. */
	CHAIN(1, 4, { 7, 4, 1 }, { 7, 4, 1 });
	CHAIN(1, 4, { 7, 4, 1 }, { 7, 1, 1 });
	/* Somebody set 3 in between: that is what it goes back to. */
	CHAIN(2, 3, { 7, 4, 1 }, { 7, 3, 2 });
}

static void runs_are_told_apart_by_kind_suite_run_and_id(void **state)
{
	static const struct qm_receipt_line all[] = {
		{ .key = "K", .entity_type = "TCR", .suite_run = "1", .id = 7, .after_id = 1 },
		{ .key = "K", .entity_type = "TCR", .suite_run = "1", .id = 8, .after_id = 1 },
		{ .key = "K", .entity_type = "TCR", .suite_run = "2", .id = 7, .after_id = 1 },
		{ .key = "K", .entity_type = "TCSR", .suite_run = "1", .id = 7, .after_id = 1 },
	};
	struct qm_receipt_lines lines;
	struct qm_vec runs;

	(void)state;
	qm_receipt_lines_init(&lines);
	qm_vec_init(&runs, sizeof(struct qm_undo_run));
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		qm_vec_push(&lines.lines, &all[i]);
	qm_undo_chain(&lines, &runs);
	assert_int_equal(runs.count, 4);
	qm_vec_release(&runs);
	qm_receipt_lines_release(&lines);
}

/* ---- Reading receipts. */

static enum qm_code read(struct qm_receipt_lines *lines, const char *text, struct qm_error *err)
{
	char bytes[4096];
	size_t length = 0;

	for (; *text; text++)
		bytes[length++] = *text == '\'' ? '"' : *text;
	qm_error_init(err);
	qm_receipt_lines_init(lines);
	return qm_receipt_read(lines, bytes, length, err);
}

#define LINE                                                                           \
	"{'key':'VKMC-TC-1','type':'TCR','id':1001,'suite_run':'1','before':{'id':4}," \
	"'after':{'id':1,'name':'Passed'},'url':'https://q','project':'VKMC'}\n"

/* Without the test case run that it is of, nobody can read a step again. */
static void a_step_says_what_it_is_of(void **state)
{
	static const struct {
		const char *members;
		size_t damaged;
	} rows[] = {
		{ "'type':'TCSR','step':2,'case_run':1001", 0 },
		{ "'type':'TCSR','step':2", 1 },
		{ "'type':'TCSR','case_run':1001", 1 },
		{ "'type':'TCSR','step':-1,'case_run':1001", 1 },
		{ "'type':'TCR','step':2,'case_run':1001", 1 },
	};
	struct qm_receipt_lines lines;
	struct qm_error err;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[1024];

		(void)snprintf(text, sizeof text,
			LINE "{'key':'VKMC-TC-1',%s,'id':77,'suite_run':'1','before':{},'after':"
			     "{'id':1},'url':'https://q','project':'VKMC'}\n",
			rows[i].members);
		assert_int_equal(read(&lines, text, &err), QM_OK);
		assert_int_equal(lines.damaged, rows[i].damaged);
		if (!rows[i].damaged) {
			const struct qm_receipt_line *step = qm_vec_at(&lines.lines, 1);

			assert_int_equal(step->step, 2);
			assert_int_equal(step->case_run, 1001);
		}
		qm_receipt_lines_release(&lines);
	}
}

static void damaged_lines_are_counted(void **state)
{
	struct qm_receipt_lines lines;
	struct qm_error err;

	(void)state;
	assert_int_equal(read(&lines, LINE "{'key':'VK\n\nodd\n" LINE "{'key'", &err), QM_OK);
	assert_int_equal(lines.lines.count, 2);
	assert_int_equal(lines.damaged, 3);
	assert_int_equal(lines.first_damaged, 2);
	assert_string_equal(lines.url, "https://q");
	qm_receipt_lines_release(&lines);
}

static void a_receipt_is_of_one_place(void **state)
{
	struct qm_receipt_lines lines;
	struct qm_error err;

	(void)state;
	assert_int_equal(
		read(&lines,
			LINE "{'key':'V','type':'TCR','id':1,'suite_run':'1','before':{'id':4},"
			     "'after':{'id':1},'url':'https://q','project':'OTHER'}\n",
			&err),
		QM_EUSAGE);
	assert_non_null(strstr(err.text, "line 2 is of project OTHER"));
	qm_receipt_lines_release(&lines);
}

static void what_lacks_something_is_no_line(void **state)
{
	static const char *const texts[] = { "", "\n", "{}\n", "[]\n", "{'key':'K'}\n",
		"{'key':'K','type':'TCR','id':1,'suite_run':'1/../x','before':{'id':4},"
		"'after':{'id':1},'url':'u','project':'p'}\n",
		"{'key':'K','type':'TCR','id':1,'suite_run':'-1','before':{'id':4},"
		"'after':{'id':1},'url':'u','project':'p'}\n",
		"{'key':'K','type':'EVIL','id':1,'suite_run':'1','before':{'id':4},"
		"'after':{'id':1},'url':'u','project':'p'}\n",
		"{'key':'K','type':'TCR','id':0,'suite_run':'1','before':{'id':4},'after':{'id':1},"
		"'url':'u','project':'p'}\n",
		"{'key':'K','type':'TCR','id':1,'suite_run':'1','before':{'id':4},'after':{},"
		"'url':'u','project':'p'}\n",
		"{'key':'K','type':'TCR','id':1,'before':{'id':4},'after':{'id':1},'url':'u',"
		"'project':'p'}\n",
		"{'key':'K','type':'TCR','id':1,'suite_run':'1','before':{'id':4},'after':{'id':1},"
		"'project':'p'}\n" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct qm_receipt_lines lines;
		struct qm_error err;

		if (read(&lines, texts[i], &err) != QM_EUSAGE)
			fail_msg("%s was taken", texts[i]);
		qm_receipt_lines_release(&lines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_goes_back_to_before_the_first_upload),
		cmocka_unit_test(runs_are_told_apart_by_kind_suite_run_and_id),
		cmocka_unit_test(a_step_says_what_it_is_of),
		cmocka_unit_test(damaged_lines_are_counted),
		cmocka_unit_test(a_receipt_is_of_one_place),
		cmocka_unit_test(what_lacks_something_is_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
