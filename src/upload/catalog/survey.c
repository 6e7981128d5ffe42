#include "src/upload/catalog/survey.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/limits.h"
#include "src/upload/reports/reading.h"

struct survey {
	const struct qm_catalog *catalog;
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
static bool is_certain(const struct survey *survey)
{
	const struct qm_mapped *mapped = &survey->mapped;

	if (mapped->ignored)
		return true;
	if (!mapped->count || *mapped->unknown || mapped->match == QM_MATCH_SCRIPT ||
		mapped->match == QM_MATCH_SUMMARY)
		return false;
	for (size_t i = 0; i < mapped->count; i++)
		if (!is_everywhere(survey->catalog, mapped->cases[i]))
			return false;
	return true;
}

static enum qm_code begin_report(void *context, const struct qm_report_begin *report)
{
	struct survey *survey = context;

	qm_mapping_begin(survey->mapping, report->kind);
	return QM_OK;
}

/* Fails, and so ends the reading, at the first result that is not. */
static enum qm_code look_at(void *context, const struct qm_result *result)
{
	struct survey *survey = context;

	if (result->superseded)
		return QM_OK;
	qm_mapping_find(survey->mapping, result, &survey->mapped);
	if (is_certain(survey))
		return QM_OK;
	qm_buf_add_text(&survey->first, qm_mapping_subject(survey->mapping, result));
	return QM_ELIMIT;
}

static bool is_enough(struct survey *survey, const struct qm_reports *reports,
	const struct qm_reader_options *options)
{
	const struct qm_sink sink = {
		.context = survey, .report_begin = begin_report, .result = look_at
	};
	struct qm_error err;

	for (size_t i = 0; i < reports->files.count; i++) {
		const struct qm_report_file *file = qm_vec_at(&reports->files, i);

		if (file->is_stream) {
			qm_buf_add_text(&survey->first, file->path);
			return false;
		}
	}
	qm_error_init(&err);
	return !qm_reading_run(&reports->files, QM_READING_THREADS, options, &sink, &err);
}

enum qm_code qm_survey(struct qm_catalog *catalog, struct qm_mapping *mapping,
	const struct qm_reports *reports, const struct qm_reader_options *options,
	struct qm_session *session, const struct qm_log *log, struct qm_error *err)
{
	struct survey survey = { .catalog = catalog, .mapping = mapping };
	enum qm_code code = QM_OK;

	qm_buf_init(&survey.first, QM_MAX_KEPT_NAME);
	if (catalog->is_cached && !is_enough(&survey, reports, options)) {
		if (survey.first.length)
			qm_log_line(log, QM_LOG_NOTICE,
				"all runs are read in spite of --cache, as %s may name its test "
				"case by more than a key that the cache knows",
				survey.first.data);
		code = qm_catalog_load_anew(catalog, session, log, err);
	}
	qm_buf_release(&survey.first);
	return code;
}
