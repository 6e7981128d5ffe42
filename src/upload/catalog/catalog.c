#include "src/upload/catalog/catalog.h"
#include "src/base/text.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/limits.h"

#include <string.h>

_Static_assert(sizeof(struct qm_run) <= 64, "a run is 64 bytes: a suite of 100,000 is 6 MB");

void qm_catalog_init(struct qm_catalog *catalog)
{
	*catalog = (struct qm_catalog){ .build_id = 0 };
	qm_arena_init(&catalog->arena);
	qm_project_init(&catalog->project);
	qm_vec_init(&catalog->executions, sizeof(struct qm_execution));
	qm_vec_init(&catalog->test_cases, sizeof(struct qm_test_case));
	qm_vec_init(&catalog->runs, sizeof(struct qm_run));
	qm_vec_init(&catalog->left, sizeof(struct qm_left));
	qm_vec_init(&catalog->unchosen, sizeof(struct qm_execution));
	qm_vec_init(&catalog->co_owners, sizeof(struct qm_co_owner));
	qm_map_init(&catalog->by_key);
	qm_map_init(&catalog->by_script);
	qm_map_init(&catalog->by_summary);
}

void qm_catalog_release(struct qm_catalog *catalog)
{
	qm_map_release(&catalog->by_key);
	qm_map_release(&catalog->by_script);
	qm_map_release(&catalog->by_summary);
	qm_vec_release(&catalog->co_owners);
	qm_vec_release(&catalog->unchosen);
	qm_vec_release(&catalog->left);
	qm_vec_release(&catalog->runs);
	qm_vec_release(&catalog->test_cases);
	qm_vec_release(&catalog->executions);
	qm_project_release(&catalog->project);
	qm_arena_release(&catalog->arena);
}

void qm_catalog_forget_texts(struct qm_catalog *catalog)
{
	struct qm_map *maps[] = { &catalog->by_key, &catalog->by_script, &catalog->by_summary };

	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		qm_map_release(maps[i]);
		qm_map_init(maps[i]);
	}
	qm_vec_release(&catalog->co_owners);
	qm_vec_init(&catalog->co_owners, sizeof(struct qm_co_owner));
	catalog->knows_summaries = false;
}

/* ---- Statuses. */

enum status_text { NAME, NAME_NOCASE, DEFAULT_NAME, STATUS_TEXTS };

static bool has_text(const struct qm_status *status, enum status_text which, const char *text)
{
	if (which == NAME)
		return strcmp(status->name, text) == 0;
	return qm_text_equal_nocase(
		which == DEFAULT_NAME ? status->default_name : status->name, text);
}

static struct qm_status_pair choose_status(
	const struct qm_catalog *catalog, enum status_text which, const char *text)
{
	const struct qm_status *statuses = catalog->project.statuses.items;
	struct qm_status_pair choice = { .first = NULL };

	for (size_t i = 0; i < catalog->project.statuses.count && !choice.second; i++) {
		if (!has_text(&statuses[i], which, text))
			continue;
		if (!choice.first)
			choice.first = &statuses[i];
		else if (choice.first->id != statuses[i].id)
			choice.second = &statuses[i];
	}
	return choice;
}

struct qm_status_pair qm_catalog_status_default(
	const struct qm_catalog *catalog, const char *default_name)
{
	return choose_status(catalog, DEFAULT_NAME, default_name);
}

struct qm_status_pair qm_catalog_status_named(const struct qm_catalog *catalog, const char *name)
{
	struct qm_status_pair choice = { .first = NULL };

	for (int which = 0; !choice.first && which < STATUS_TEXTS; which++)
		choice = choose_status(catalog, (enum status_text)which, name);
	return choice;
}

const struct qm_status *qm_catalog_status_of(const struct qm_catalog *catalog, int64_t id)
{
	const struct qm_status *statuses = catalog->project.statuses.items;

	for (size_t i = 0; i < catalog->project.statuses.count; i++)
		if (statuses[i].id == id)
			return &statuses[i];
	return NULL;
}

/* ---- Test cases and runs. */

_Static_assert(sizeof(size_t) >= 2 * sizeof(uint32_t), "a map's number holds two test cases");

static size_t pack_owners(uint32_t first, uint32_t next)
{
	return (size_t)next << 32 | first;
}

struct qm_owners qm_owners_of(size_t found)
{
	return (struct qm_owners){ .first = (uint32_t)found, .next = (uint32_t)(found >> 32) };
}

static struct qm_co_owner *co_owner_at(const struct qm_catalog *catalog, uint32_t index)
{
	return qm_vec_at(&catalog->co_owners, index);
}

void qm_catalog_mention(struct qm_catalog *catalog, struct qm_owners owners)
{
	struct qm_test_case *test_cases = catalog->test_cases.items;

	test_cases[owners.first].mentioned = true;
	for (uint32_t i = owners.next; i != QM_NONE; i = co_owner_at(catalog, i)->next) {
		struct qm_co_owner *owner = co_owner_at(catalog, i);

		if (owner->mentioned)
			break;
		owner->mentioned = true;
		test_cases[owner->test_case].mentioned = true;
	}
}

static uint32_t add_co_owner(struct qm_catalog *catalog, uint32_t test_case, uint32_t next)
{
	struct qm_co_owner *owner = qm_vec_add(&catalog->co_owners);

	*owner = (struct qm_co_owner){ .test_case = test_case, .next = next };
	return (uint32_t)catalog->co_owners.count - 1;
}

/* Notes that the test case has the text, a copy of which is made unless `text` may be borrowed. */
static void add_owner(struct qm_catalog *catalog, struct qm_map *map, const char *text,
	bool may_borrow, uint32_t index)
{
	size_t *found = qm_map_find(map, text);
	struct qm_owners owners;

	if (!found) {
		if (!may_borrow)
			text = qm_arena_strdup(&catalog->arena, text);
		(void)qm_map_put(map, text, pack_owners(index, QM_NONE), NULL);
		return;
	}
	owners = qm_owners_of(*found);
	if (owners.first == index)
		return;
	if (owners.next == QM_NONE) {
		*found = pack_owners(owners.first, add_co_owner(catalog, index, QM_NONE));
	} else if (co_owner_at(catalog, owners.next)->test_case != index) {
		/* Behind the second one, which messages name. */
		uint32_t added =
			add_co_owner(catalog, index, co_owner_at(catalog, owners.next)->next);

		co_owner_at(catalog, owners.next)->next = added;
	}
}

static void add_summary_owner(struct qm_catalog *catalog, const char *summary, uint32_t index)
{
	struct qm_buf normalised;

	qm_buf_init(&normalised, strlen(summary) + 1);
	qm_text_normalise(&normalised, summary);
	if (normalised.length)
		add_owner(catalog, &catalog->by_summary, normalised.data, false, index);
	qm_buf_release(&normalised);
}

static void index_summaries(struct qm_catalog *catalog)
{
	const struct qm_test_case *test_cases = catalog->test_cases.items;

	for (size_t i = 0; !catalog->knows_summaries && i < catalog->test_cases.count; i++)
		add_summary_owner(catalog, test_cases[i].summary, (uint32_t)i);
	catalog->knows_summaries = true;
}

const size_t *qm_catalog_find_summary(struct qm_catalog *catalog, const char *normalised)
{
	index_summaries(catalog);
	return qm_map_find(&catalog->by_summary, normalised);
}

static uint32_t add_test_case(struct qm_catalog *catalog, const struct qm_run_row *row)
{
	uint32_t index = (uint32_t)catalog->test_cases.count;
	struct qm_test_case *test_case = qm_vec_add(&catalog->test_cases);

	*test_case = (struct qm_test_case){
		.key = qm_arena_strdup(&catalog->arena, row->key),
		.summary = qm_arena_strdup(&catalog->arena, row->summary ? row->summary : ""),
		.first_run = QM_NONE,
	};
	(void)qm_map_put(&catalog->by_key, test_case->key, index, NULL);
	if (row->script_name && *row->script_name) {
		test_case->script_name = qm_arena_strdup(&catalog->arena, row->script_name);
		add_owner(catalog, &catalog->by_script, test_case->script_name, true, index);
	}
	if (catalog->knows_summaries)
		add_summary_owner(catalog, test_case->summary, index);
	return index;
}

/* The row is of a test case that is known; most often it says nothing new. */
static void add_texts(struct qm_catalog *catalog, uint32_t index, const struct qm_run_row *row)
{
	struct qm_test_case *test_case = qm_vec_at(&catalog->test_cases, index);
	const char *script_name = test_case->script_name ? test_case->script_name : "";

	if (row->script_name && strcmp(row->script_name, script_name) != 0 && *row->script_name) {
		add_owner(catalog, &catalog->by_script, row->script_name, false, index);
		if (!test_case->script_name)
			test_case->script_name = qm_arena_strdup(&catalog->arena, row->script_name);
	}
	if (row->summary && strcmp(row->summary, test_case->summary) != 0) {
		index_summaries(catalog);
		add_summary_owner(catalog, row->summary, index);
		if (!*test_case->summary)
			test_case->summary = qm_arena_strdup(&catalog->arena, row->summary);
	}
}

/*
 * Runs of one execution and test case stand together at the head of the test case's list. There is
 * one most often; the bound keeps a list in which all are of one test case from being walked.
 */
static bool is_known_run(const struct qm_catalog *catalog, const struct qm_test_case *test_case,
	uint32_t execution, int64_t id)
{
	const struct qm_run *runs = catalog->runs.items;
	uint32_t run = test_case->first_run;

	for (int i = 0; i < 8 && run != QM_NONE && runs[run].execution == execution; i++) {
		if (runs[run].id == id)
			return true;
		run = runs[run].next_of_case;
	}
	return false;
}

/* Rows tell a status by its id, by its name or not at all (0). */
static int64_t status_of(const struct qm_catalog *catalog, int64_t id, const char *name)
{
	const struct qm_status *named =
		id || !name ? NULL : qm_catalog_status_named(catalog, name).first;

	return named ? named->id : id;
}

static enum qm_code check_room(const struct qm_catalog *catalog, struct qm_error *err)
{
	return catalog->runs.count < QM_MAX_RUNS
		? QM_OK
		: qm_error_set(err, QM_ELIMIT,
			  "more than %d test case runs were chosen; choose fewer executions",
			  QM_MAX_RUNS);
}

enum qm_code qm_catalog_add_step(struct qm_catalog *catalog, uint32_t execution, const char *key,
	int64_t case_run, const struct qm_step_row *row, struct qm_error *err)
{
	const size_t *known = qm_map_find(&catalog->by_key, key);
	const struct qm_run_row test_case = { .key = key };
	enum qm_code code = check_room(catalog, err);
	struct qm_run *run;

	if (code)
		return code;
	run = qm_vec_add(&catalog->runs);
	*run = (struct qm_run){
		.id = row->id,
		.status_id = status_of(catalog, row->status_id, row->status_name),
		.test_case = known ? (uint32_t)*known : add_test_case(catalog, &test_case),
		.execution = execution,
		.next_of_case = QM_NONE,
		.first_name = QM_NONE,
		.message = QM_NONE,
		.step = (uint32_t)row->number,
		.case_run = case_run,
	};
	return QM_OK;
}

enum qm_code qm_catalog_add_run(struct qm_catalog *catalog, uint32_t execution,
	const struct qm_run_row *row, struct qm_error *err)
{
	const size_t *known = qm_map_find(&catalog->by_key, row->key);
	uint32_t index = (uint32_t)catalog->runs.count;
	enum qm_code code = check_room(catalog, err);
	struct qm_test_case *test_case;
	uint32_t test_case_index;
	struct qm_run *run;

	if (code)
		return code;
	test_case_index = known ? (uint32_t)*known : add_test_case(catalog, row);
	test_case = qm_vec_at(&catalog->test_cases, test_case_index);
	if (is_known_run(catalog, test_case, execution, row->id))
		return QM_OK;
	if (known)
		add_texts(catalog, test_case_index, row);
	if (test_case->first_run != QM_NONE) {
		run = qm_vec_at(&catalog->runs, test_case->first_run);
		test_case->has_rivals = test_case->has_rivals || run->execution == execution;
	}
	run = qm_vec_add(&catalog->runs);
	*run = (struct qm_run){
		.id = row->id,
		.status_id = status_of(catalog, row->status_id, row->status_name),
		.build_id = row->build_id,
		.test_case = test_case_index,
		.execution = execution,
		.next_of_case = test_case->first_run,
		.locked = row->locked || row->archived,
		.first_name = QM_NONE,
		.message = QM_NONE,
	};
	test_case->first_run = index;
	return QM_OK;
}
