#include "src/base/file.h"
#include "src/upload/record/receipt.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* One update, and a receipt in a folder of its own. */
struct desk {
	char folder[64], path[96];
	struct qm_log log;
	struct qm_catalog catalog;
	struct qm_update update;
	struct qm_call call;
	struct qm_origins origins;
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	(void)snprintf(desk->folder, sizeof desk->folder, "/tmp/qm-receipt-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	(void)snprintf(desk->path, sizeof desk->path, "%s/receipt", desk->folder);
	qm_log_init(&desk->log, QM_LOG_NOTICE, NULL, NULL);
	shelf_init(&desk->catalog);
	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	(void)shelf_run(&desk->catalog, 1, "s", NULL, SHELF_NOT_RUN);
	desk->update = (struct qm_update){ .status_id = SHELF_PASSED };
	desk->call =
		(struct qm_call){ .status_id = SHELF_PASSED, .updates = &desk->update, .count = 1 };
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	(void)unlink(desk->path);
	qm_catalog_release(&desk->catalog);
	(void)rmdir(desk->folder);
	free(desk);
	return 0;
}

static struct qm_receipt *open_receipt(const struct desk *desk)
{
	struct qm_receipt *receipt = NULL;

	assert_int_equal(
		qm_receipt_open(desk->path, "https://q", &desk->log, &receipt, NULL), QM_OK);
	return receipt;
}

static void add(const struct desk *desk, struct qm_receipt *receipt)
{
	const struct qm_receipt_call call = { .catalog = &desk->catalog,
		.call = &desk->call,
		.origins = &desk->origins,
		.count = 1,
		.number = 1 };

	assert_int_equal(qm_receipt_add(receipt, &call, NULL), QM_OK);
}

static size_t count_lines(const struct desk *desk)
{
	struct qm_receipt_lines lines;
	struct qm_buf bytes;
	size_t count;

	qm_buf_init(&bytes, 1 << 20);
	qm_receipt_lines_init(&lines);
	assert_int_equal(qm_file_read(desk->path, &bytes, NULL), QM_OK);
	assert_int_equal(qm_receipt_read(&lines, bytes.data, bytes.length, NULL), QM_OK);
	assert_int_equal(lines.damaged, 0);
	count = lines.lines.count;
	qm_receipt_lines_release(&lines);
	qm_buf_release(&bytes);
	return count;
}

static void two_at_work_on_one_receipt_lose_no_line(void **state)
{
	const struct desk *desk = *state;
	struct qm_receipt *first = open_receipt(desk), *second = open_receipt(desk);

	add(desk, first);
	add(desk, second);
	add(desk, first);
	qm_receipt_close(first);
	qm_receipt_close(second);
	assert_int_equal(count_lines(desk), 3);
}

static void a_receipt_that_stays_empty_is_removed(void **state)
{
	const struct desk *desk = *state;

	qm_receipt_close(open_receipt(desk));
	assert_false(qm_file_exists(desk->path));
}

/* It may be the other one's by now. */
static void what_another_wrote_is_not_removed(void **state)
{
	const struct desk *desk = *state;
	struct qm_receipt *idle = open_receipt(desk), *busy = open_receipt(desk);

	add(desk, busy);
	qm_receipt_close(idle);
	qm_receipt_close(busy);
	assert_int_equal(count_lines(desk), 1);
}

/* A device such as /dev/null is empty, too. */
static void what_was_there_before_is_not_removed(void **state)
{
	const struct desk *desk = *state;

	assert_int_equal(qm_file_write(desk->path, "", 0, NULL), QM_OK);
	qm_receipt_close(open_receipt(desk));
	assert_true(qm_file_exists(desk->path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_at_work_on_one_receipt_lose_no_line),
		TEST(a_receipt_that_stays_empty_is_removed),
		TEST(what_another_wrote_is_not_removed),
		TEST(what_was_there_before_is_not_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
