#include "src/upload/catalog/reread.h"
#include "src/base/memory.h"
#include "src/upload/resolve/step_price.h"

#include <stdlib.h>

/* A run that is looked for in the rows of its execution. */
struct sought {
	int64_t id;
	uint32_t run;
};

struct reading {
	const struct qm_catalog *catalog;
	struct qm_seen *seen;
	struct sought *sought; /* of the execution being read, by id */
	size_t count, found;
};

static int compare_sought(const void *left, const void *right)
{
	const struct sought *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

static enum qm_code take_row(void *context, const struct qm_run_row *row)
{
	struct reading *reading = context;
	const struct sought key = { .id = row->id }, *sought;
	const struct qm_status *named = NULL;
	struct qm_seen *seen;

	sought = bsearch(&key, reading->sought, reading->count, sizeof key, compare_sought);
	if (!sought)
		return QM_OK;
	seen = &reading->seen[sought->run];
	if (!row->status_id && row->status_name)
		named = qm_catalog_status_named(reading->catalog, row->status_name).first;
	reading->found += !seen->found;
	seen->found = true;
	seen->status_id = named ? named->id : row->status_id;
	seen->build_id = row->build_id;
	/* Ends the reading: what is behind is of no interest. */
	return reading->found == reading->count ? QM_ELIMIT : QM_OK;
}

static enum qm_code read_execution(
	struct qm_session *session, struct reading *reading, uint32_t index, struct qm_error *err)
{
	const struct qm_catalog *catalog = reading->catalog;
	const struct qm_execution *execution = qm_vec_at(&catalog->executions, index);
	const struct qm_run *runs = catalog->runs.items;
	enum qm_code code;

	reading->count = 0;
	reading->found = 0;
	for (uint32_t i = execution->first_run; i < execution->first_run + execution->run_count;
		i++)
		if (reading->seen[i].wanted)
			reading->sought[reading->count++] = (struct sought){ runs[i].id, i };
	if (!reading->count)
		return QM_OK;
	qsort(reading->sought, reading->count, sizeof *reading->sought, compare_sought);
	code = qm_fetch_runs(
		session, &catalog->project, execution->suite_run, take_row, reading, err);
	return code == QM_ELIMIT && reading->found == reading->count ? QM_OK : code;
}

/* ---- Steps. */

static int compare_steps(const void *left, const void *right)
{
	const struct qm_run *a = *(const struct qm_run *const *)left;
	const struct qm_run *b = *(const struct qm_run *const *)right;

	if (a->execution != b->execution)
		return a->execution < b->execution ? -1 : 1;
	if (a->case_run != b->case_run)
		return a->case_run < b->case_run ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* Rows of a step have what rows of a run have, as far as it is of interest here. */
static enum qm_code take_step(void *context, const struct qm_step_row *row)
{
	const struct qm_run_row as_run = {
		.id = row->id, .status_id = row->status_id, .status_name = row->status_name
	};

	return take_row(context, &as_run);
}

/* The steps of one test case run; one that is gone lists none. */
static enum qm_code read_steps(struct qm_session *session, struct reading *reading,
	const struct qm_run *const *steps, struct qm_error *err)
{
	const struct qm_run *runs = reading->catalog->runs.items;
	enum qm_code code;

	for (size_t i = 0; i < reading->count; i++)
		reading->sought[i] = (struct sought){ steps[i]->id, (uint32_t)(steps[i] - runs) };
	reading->found = 0;
	code = qm_fetch_steps(
		session, &reading->catalog->project, steps[0]->case_run, take_step, reading, err);
	if (code == QM_ENOTFOUND || code == QM_EREFUSED) {
		qm_error_init(err);
		return QM_OK;
	}
	return code == QM_ELIMIT && reading->found == reading->count ? QM_OK : code;
}

/* How many of them, from the first one on, are steps of the same test case run. */
static size_t count_alike(const struct qm_run *const *steps, size_t count)
{
	size_t alike = 1;

	while (alike < count && steps[alike]->execution == steps[0]->execution &&
		steps[alike]->case_run == steps[0]->case_run)
		alike++;
	return alike;
}

static enum qm_code price_steps(const struct qm_job_world *world, const struct reading *reading,
	const struct qm_run *const *steps, size_t count, struct qm_error *err)
{
	int64_t *case_runs = qm_alloc_array(count, sizeof *case_runs), ms;
	struct qm_step_reads reads = {
		.project_key = reading->catalog->project.key, .case_runs = case_runs, .again = true
	};
	enum qm_code code;

	for (size_t i = 0; i < count; i += count_alike(&steps[i], count - i))
		case_runs[reads.count++] = steps[i]->case_run;
	code = qm_step_price(world, &reads, &ms, err);
	free(case_runs);
	return code;
}

static enum qm_code read_all_steps(
	const struct qm_job_world *world, struct reading *reading, struct qm_error *err)
{
	const struct qm_run *runs = reading->catalog->runs.items;
	const struct qm_run *const *steps;
	enum qm_code code = QM_OK;
	struct qm_vec wanted;

	qm_vec_init(&wanted, sizeof(const struct qm_run *));
	for (size_t i = 0; i < reading->catalog->runs.count; i++) {
		const struct qm_run *run = &runs[i];

		if (run->step && reading->seen[i].wanted)
			qm_vec_push(&wanted, &run);
	}
	qm_vec_sort(&wanted, compare_steps);
	steps = wanted.items;
	code = price_steps(world, reading, steps, wanted.count, err);
	for (size_t i = 0; !code && i < wanted.count; i += reading->count) {
		reading->count = count_alike(&steps[i], wanted.count - i);
		code = read_steps(world->session, reading, &steps[i], err);
	}
	qm_vec_release(&wanted);
	return code;
}

enum qm_code qm_reread(const struct qm_job_world *world, const struct qm_catalog *catalog,
	struct qm_seen *seen, struct qm_error *err)
{
	struct reading reading = { .catalog = catalog, .seen = seen };
	enum qm_code code = QM_OK;

	reading.sought = qm_alloc_array(catalog->runs.count, sizeof *reading.sought);
	for (uint32_t i = 0; !code && i < catalog->executions.count; i++)
		code = read_execution(world->session, &reading, i, err);
	if (!code)
		code = read_all_steps(world, &reading, err);
	free(reading.sought);
	return code;
}
