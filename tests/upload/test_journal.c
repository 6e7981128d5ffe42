#include "src/base/file.h"
#include "src/upload/record/journal.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Six runs of one execution; which updates there are is a test's business. */
struct office {
	struct qm_catalog catalog;
	struct qm_resolution resolution;
	struct qm_plan plan;
	struct qm_journal *journal;
	struct qm_log log;
	char path[64];
};

static void drop_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

static int setup(void **state)
{
	struct office *office = qm_alloc(sizeof *office);
	int file;

	shelf_init(&office->catalog);
	(void)shelf_execution(&office->catalog, "2720260", "Chrome");
	for (int i = 1; i <= 6; i++)
		(void)shelf_run(&office->catalog, i, "", NULL, SHELF_NOT_RUN);
	qm_vec_init(&office->resolution.updates, sizeof(struct qm_update));
	qm_plan_init(&office->plan);
	qm_log_init(&office->log, QM_LOG_NOTICE, drop_line, NULL);
	(void)snprintf(office->path, sizeof office->path, "/tmp/qm-journal-XXXXXX");
	file = mkstemp(office->path);
	if (file < 0)
		return -1;
	(void)close(file);
	*state = office;
	return unlink(office->path);
}

static int teardown(void **state)
{
	struct office *office = *state;

	qm_journal_close(office->journal);
	qm_plan_release(&office->plan);
	qm_vec_release(&office->resolution.updates);
	qm_catalog_release(&office->catalog);
	(void)unlink(office->path);
	free(office);
	return 0;
}

static void add(struct office *office, uint32_t run, int64_t status_id, const char *comment)
{
	const struct qm_update update = { .run = run,
		.outcome = status_id == SHELF_FAILED ? QM_FAILED : QM_PASSED,
		.status_id = status_id,
		.comment = comment };

	qm_vec_push(&office->resolution.updates, &update);
}

static void make_plan(struct office *office, size_t batch_size)
{
	qm_plan_release(&office->plan);
	qm_plan_make(&office->plan, &office->catalog, &office->resolution, batch_size);
}

/* The id of an upload to `url` of what was added, which is forgotten. */
static const char *id_of(struct office *office, const char *url, size_t batch_size)
{
	static char id[QM_JOURNAL_ID];

	make_plan(office, batch_size);
	qm_journal_id(url, &office->catalog, &office->plan, id);
	qm_vec_clear(&office->resolution.updates);
	return id;
}

static void the_same_updates_have_the_same_id_in_any_order(void **state)
{
	struct office *office = *state;
	char id[QM_JOURNAL_ID];

	add(office, 0, SHELF_FAILED, NULL);
	add(office, 1, SHELF_PASSED, NULL);
	add(office, 2, SHELF_PASSED, "nightly");
	(void)snprintf(id, sizeof id, "%s", id_of(office, "https://q", 500));
	assert_int_equal(strlen(id), QM_JOURNAL_ID - 1);
	add(office, 2, SHELF_PASSED, "nightly");
	add(office, 1, SHELF_PASSED, NULL);
	add(office, 0, SHELF_FAILED, NULL);
	assert_string_equal(id_of(office, "https://q", 1), id);
	/* Another server, status, run, comment or number of them make another upload. */
	add(office, 0, SHELF_FAILED, NULL);
	add(office, 1, SHELF_PASSED, NULL);
	add(office, 2, SHELF_PASSED, "nightly");
	assert_string_not_equal(id_of(office, "https://r", 500), id);
	add(office, 0, SHELF_PASSED, NULL);
	add(office, 1, SHELF_PASSED, NULL);
	add(office, 2, SHELF_PASSED, "nightly");
	assert_string_not_equal(id_of(office, "https://q", 500), id);
	add(office, 3, SHELF_FAILED, NULL);
	add(office, 1, SHELF_PASSED, NULL);
	add(office, 2, SHELF_PASSED, "nightly");
	assert_string_not_equal(id_of(office, "https://q", 500), id);
	add(office, 0, SHELF_FAILED, NULL);
	add(office, 1, SHELF_PASSED, NULL);
	add(office, 2, SHELF_PASSED, "weekly");
	assert_string_not_equal(id_of(office, "https://q", 500), id);
	add(office, 0, SHELF_FAILED, NULL);
	add(office, 1, SHELF_PASSED, NULL);
	assert_string_not_equal(id_of(office, "https://q", 500), id);
}

static void origin_of(void *context, uint32_t run, struct qm_origin *out)
{
	(void)context;
	out->tests[0] = run ? "a.B.\"quoted\"" : "a.B.c\n::error::";
	out->test_count = 1;
	out->report = run < 3 ? "TEST-a.xml" : "TEST-b.xml";
}

static void open_journal(struct office *office)
{
	qm_journal_close(office->journal);
	assert_int_equal(
		qm_journal_open(office->path, true, &office->log, &office->journal, NULL), QM_OK);
}

static void begin(struct office *office)
{
	const struct qm_journal_plan plan = { .id = "0123456789abcdef",
		.url = "https://q",
		.catalog = &office->catalog,
		.plan = &office->plan,
		.origins = { origin_of, NULL },
		.verify = true };

	open_journal(office);
	assert_int_equal(qm_journal_begin(office->journal, &plan, NULL), QM_OK);
}

static void note(struct office *office, enum qm_entry_state state, size_t first, size_t count)
{
	assert_int_equal(qm_journal_note(office->journal, state, first, count, 0, NULL), QM_OK);
}

static enum qm_entry_state state_of(const struct office *office, int64_t id)
{
	const struct qm_entry *entry =
		qm_history_find(qm_journal_history(office->journal), "TCR", "2720260", id);

	assert_non_null(entry);
	return (enum qm_entry_state)entry->state;
}

static void what_was_written_is_read_again(void **state)
{
	struct office *office = *state;
	const struct qm_history *history;
	const struct qm_entry *entry;
	struct stat status;

	for (uint32_t i = 0; i < 6; i++)
		add(office, i, i < 2 ? SHELF_FAILED : SHELF_PASSED, i == 5 ? "own" : NULL);
	make_plan(office, 3);
	begin(office);
	assert_int_equal(stat(office->path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	note(office, QM_ENTRY_BEGUN, 0, 2);
	note(office, QM_ENTRY_DONE, 0, 2);
	note(office, QM_ENTRY_BEGUN, 2, 3);
	open_journal(office);
	history = qm_journal_history(office->journal);
	assert_true(history->is_complete && history->verify);
	assert_string_equal(history->id, "0123456789abcdef");
	assert_int_equal(history->batch_size, 3);
	assert_int_equal(history->reports.count, 2);
	entry = qm_history_find(history, "TCR", "2720260", 1001);
	assert_non_null(entry);
	assert_string_equal(entry->key, "VKMC-TC-1");
	assert_string_equal(entry->tests[0], "a.B.c\n::error::");
	assert_int_equal(entry->before_id, SHELF_NOT_RUN);
	assert_int_equal(entry->status_id, SHELF_FAILED);
	assert_int_equal(entry->state, QM_ENTRY_DONE);
	assert_int_equal(state_of(office, 1003), QM_ENTRY_BEGUN);
	entry = qm_history_find(history, "TCR", "2720260", 1006);
	assert_non_null(entry);
	assert_string_equal(entry->comment, "own");
	assert_int_equal(entry->state, QM_ENTRY_PENDING);
}

static void a_plan_of_the_rest_finds_its_places(void **state)
{
	struct office *office = *state;

	for (uint32_t i = 0; i < 6; i++)
		add(office, i, i % 2 ? SHELF_FAILED : SHELF_PASSED, NULL);
	make_plan(office, 500);
	begin(office);
	open_journal(office);
	/* Runs 5, 2 and 1 only, in an order of their own. */
	qm_vec_clear(&office->resolution.updates);
	add(office, 4, SHELF_PASSED, NULL);
	add(office, 1, SHELF_FAILED, NULL);
	add(office, 0, SHELF_PASSED, NULL);
	make_plan(office, 500);
	assert_int_equal(
		qm_journal_attach(office->journal, &office->catalog, &office->plan, NULL), QM_OK);
	note(office, QM_ENTRY_DONE, 0, 3);
	open_journal(office);
	for (int64_t id = 1001; id <= 1006; id++)
		assert_int_equal(state_of(office, id),
			id == 1001 || id == 1002 || id == 1005 ? QM_ENTRY_DONE : QM_ENTRY_PENDING);
}

static void an_update_that_a_journal_lacks_is_an_error(void **state)
{
	struct office *office = *state;

	add(office, 0, SHELF_PASSED, NULL);
	make_plan(office, 500);
	begin(office);
	open_journal(office);
	add(office, 1, SHELF_PASSED, NULL);
	make_plan(office, 500);
	assert_int_equal(
		qm_journal_attach(office->journal, &office->catalog, &office->plan, NULL), QM_EIO);
}

static void one_that_was_not_begun_leaves_no_file(void **state)
{
	struct office *office = *state;

	open_journal(office);
	assert_true(qm_file_exists(office->path));
	qm_journal_close(office->journal);
	office->journal = NULL;
	assert_false(qm_file_exists(office->path));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_updates_have_the_same_id_in_any_order),
		TEST(what_was_written_is_read_again),
		TEST(a_plan_of_the_rest_finds_its_places),
		TEST(an_update_that_a_journal_lacks_is_an_error),
		TEST(one_that_was_not_begun_leaves_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
