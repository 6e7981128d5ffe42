#include "src/upload/catalog/survey.h"
#include "src/upload/catalog/cache.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/limits.h"
#include "src/upload/reports/reading.h"

struct look {
	struct qm_catalog catalog; /* what the cache knows, and nothing else */
	struct qm_mapping *mapping;
	struct qm_mapped mapped;
	struct qm_buf first; /* name of the result that the look ended at */
};

/* Whether a test case has a run in each of the executions; those of one stand together. */
static bool is_everywhere(const struct qm_catalog *catalog, uint32_t index)
{
	const struct qm_test_case *test_case = qm_vec_at(&catalog->test_cases, index);
	const struct qm_run *runs = catalog->runs.items;
	uint32_t last = QM_NONE;
	size_t executions = 0;

	for (uint32_t run = test_case->first_run; run != QM_NONE; run = runs[run].next_of_case) {
		executions += runs[run].execution != last;
		last = runs[run].execution;
	}
	return executions == catalog->executions.count;
}

/* Whether nothing but what cannot change says where the result belongs. */
static bool is_certain(const struct look *look)
{
	const struct qm_mapped *mapped = &look->mapped;

	if (mapped->ignored)
		return true;
	if (!mapped->count || *mapped->unknown || mapped->match == QM_MATCH_SCRIPT ||
		mapped->match == QM_MATCH_SUMMARY)
		return false;
	for (size_t i = 0; i < mapped->count; i++)
		if (!is_everywhere(&look->catalog, mapped->cases[i]))
			return false;
	return true;
}

static enum qm_code begin_report(void *context, const struct qm_report_begin *report)
{
	struct look *look = context;

	qm_mapping_begin(look->mapping, report->kind);
	return QM_OK;
}

/* Fails, and so ends the reading, at the first result that is not. */
static enum qm_code look_at(void *context, const struct qm_result *result)
{
	struct look *look = context;

	if (result->superseded)
		return QM_OK;
	qm_mapping_find(look->mapping, result, &look->mapped);
	if (is_certain(look))
		return QM_OK;
	qm_buf_add_text(&look->first, qm_mapping_subject(look->mapping, result));
	return QM_ELIMIT;
}

static bool is_enough(struct look *look, const struct qm_survey *survey)
{
	const struct qm_sink sink = {
		.context = look, .report_begin = begin_report, .result = look_at
	};
	const struct qm_vec *files = &survey->reports->files;
	struct qm_error err;

	for (size_t i = 0; i < files->count; i++) {
		const struct qm_report_file *file = qm_vec_at(files, i);

		if (file->is_stream) {
			qm_buf_add_text(&look->first, file->path);
			return false;
		}
	}
	qm_error_init(&err);
	return !qm_reading_run(files, QM_READING_THREADS, survey->reading, &sink, &err);
}

/* False where that is more than a catalog holds. */
static bool recall(struct qm_catalog *out, const struct qm_catalog *catalog)
{
	const struct qm_execution *executions = catalog->executions.items;
	struct qm_cached_runs cached;
	enum qm_code code = QM_OK;

	out->project.key = catalog->project.key;
	for (size_t i = 0; !code && i < catalog->executions.count; i++) {
		uint32_t index = (uint32_t)out->executions.count;

		qm_cached_runs_begin(&cached, catalog->cache, executions[i].suite_run);
		if (cached.count)
			qm_vec_push(&out->executions, &executions[i]);
		while (!code && qm_cached_runs_next(&cached))
			if (*cached.row.key)
				code = qm_catalog_add_run(out, index, &cached.row, NULL);
		qm_cached_runs_end(&cached);
	}
	return !code;
}

bool qm_survey_is_enough(const struct qm_survey *survey, const struct qm_catalog *catalog)
{
	struct look look = { .mapping = NULL };
	bool enough;

	qm_catalog_init(&look.catalog);
	qm_buf_init(&look.first, QM_MAX_KEPT_NAME);
	enough = recall(&look.catalog, catalog);
	look.mapping = qm_mapping_new(&look.catalog, survey->match);
	enough = enough && is_enough(&look, survey);
	if (look.first.length)
		qm_log_line(survey->log, QM_LOG_NOTICE,
			"all runs are read in spite of --cache, as %s may name its test case by "
			"more than a key that the cache knows",
			look.first.data);
	qm_mapping_free(look.mapping);
	qm_buf_release(&look.first);
	qm_catalog_release(&look.catalog);
	return enough;
}
