#include "src/upload/catalog.h"
#include "src/base/text.h"
#include "src/upload/catalog_internal.h"
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
	qm_map_init(&catalog->by_key);
	qm_map_init(&catalog->by_script);
	qm_map_init(&catalog->by_summary);
}

void qm_catalog_release(struct qm_catalog *catalog)
{
	qm_map_release(&catalog->by_key);
	qm_map_release(&catalog->by_script);
	qm_map_release(&catalog->by_summary);
	qm_vec_release(&catalog->left);
	qm_vec_release(&catalog->runs);
	qm_vec_release(&catalog->test_cases);
	qm_vec_release(&catalog->executions);
	qm_project_release(&catalog->project);
	qm_arena_release(&catalog->arena);
}

/* ---- Statuses. */

const struct qm_status *qm_catalog_status_default(
	const struct qm_catalog *catalog, const char *default_name)
{
	const struct qm_status *statuses = catalog->project.statuses.items;

	for (size_t i = 0; i < catalog->project.statuses.count; i++)
		if (qm_text_equal_nocase(statuses[i].default_name, default_name))
			return &statuses[i];
	return NULL;
}

const struct qm_status *qm_catalog_status_named(const struct qm_catalog *catalog, const char *name)
{
	const struct qm_status *statuses = catalog->project.statuses.items;

	for (size_t i = 0; i < catalog->project.statuses.count; i++)
		if (qm_text_equal_nocase(statuses[i].name, name))
			return &statuses[i];
	return qm_catalog_status_default(catalog, name);
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

/* Puts a test case at the head of the list of those with the same text. */
static uint32_t link_text(struct qm_map *map, const char *text, uint32_t index)
{
	uint32_t next = QM_NONE;
	bool added;
	size_t *first = qm_map_put(map, text, index, &added);

	if (!added) {
		next = (uint32_t)*first;
		*first = index;
	}
	return next;
}

static const char *normalised(struct qm_catalog *catalog, const char *text)
{
	struct qm_buf buf;
	const char *copy;

	qm_buf_init(&buf, strlen(text) + 1);
	qm_text_normalise(&buf, text);
	copy = qm_arena_strndup(&catalog->arena, buf.data, buf.length);
	qm_buf_release(&buf);
	return copy;
}

static uint32_t add_test_case(struct qm_catalog *catalog, const struct qm_run_row *row)
{
	uint32_t index = (uint32_t)catalog->test_cases.count;
	struct qm_test_case *test_case = qm_vec_add(&catalog->test_cases);

	*test_case = (struct qm_test_case){
		.key = qm_arena_strdup(&catalog->arena, row->key),
		.summary = qm_arena_strdup(&catalog->arena, row->summary ? row->summary : ""),
		.first_run = QM_NONE,
		.same_script = QM_NONE,
		.same_summary = QM_NONE,
	};
	(void)qm_map_put(&catalog->by_key, test_case->key, index, NULL);
	if (row->script_name && *row->script_name) {
		test_case->script_name = qm_arena_strdup(&catalog->arena, row->script_name);
		test_case->same_script =
			link_text(&catalog->by_script, test_case->script_name, index);
	}
	if (*test_case->summary)
		test_case->same_summary = link_text(
			&catalog->by_summary, normalised(catalog, test_case->summary), index);
	return index;
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

enum qm_code qm_catalog_add_run(struct qm_catalog *catalog, uint32_t execution,
	const struct qm_run_row *row, struct qm_error *err)
{
	const size_t *known = qm_map_find(&catalog->by_key, row->key);
	uint32_t index = (uint32_t)catalog->runs.count;
	const struct qm_status *named;
	struct qm_test_case *test_case;
	uint32_t test_case_index;
	struct qm_run *run;

	if (catalog->runs.count >= QM_MAX_RUNS)
		return qm_error_set(err, QM_ELIMIT,
			"more than %d test case runs were chosen; choose fewer executions",
			QM_MAX_RUNS);
	test_case_index = known ? (uint32_t)*known : add_test_case(catalog, row);
	test_case = qm_vec_at(&catalog->test_cases, test_case_index);
	if (is_known_run(catalog, test_case, execution, row->id))
		return QM_OK;
	named = row->status_id || !row->status_name
		? NULL
		: qm_catalog_status_named(catalog, row->status_name);
	run = qm_vec_add(&catalog->runs);
	*run = (struct qm_run){
		.id = row->id,
		.status_id = named ? named->id : row->status_id,
		.build_id = row->build_id,
		.test_case = test_case_index,
		.execution = execution,
		.next_of_case = test_case->first_run,
		.locked = row->locked || row->archived,
		.first_name = QM_NONE,
	};
	test_case->first_run = index;
	return QM_OK;
}
