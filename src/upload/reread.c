#include "src/upload/reread.h"

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

enum qm_code qm_reread(struct qm_session *session, const struct qm_catalog *catalog,
	struct qm_seen *seen, struct qm_error *err)
{
	struct reading reading = { .catalog = catalog, .seen = seen };
	enum qm_code code = QM_OK;

	reading.sought = qm_alloc_array(catalog->runs.count, sizeof *reading.sought);
	for (uint32_t i = 0; !code && i < catalog->executions.count; i++)
		code = read_execution(session, &reading, i, err);
	free(reading.sought);
	return code;
}
