#include "src/upload/reports/tee.h"

static enum qm_code report_begin(void *context, const struct qm_report_begin *report)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.report_begin)
		code = tee->first.report_begin(tee->first.context, report);
	if (!code && tee->second.report_begin)
		code = tee->second.report_begin(tee->second.context, report);
	return code;
}

static enum qm_code suite_begin(void *context, const struct qm_suite *suite)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.suite_begin)
		code = tee->first.suite_begin(tee->first.context, suite);
	if (!code && tee->second.suite_begin)
		code = tee->second.suite_begin(tee->second.context, suite);
	return code;
}

static enum qm_code result(void *context, const struct qm_result *result)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.result)
		code = tee->first.result(tee->first.context, result);
	if (!code && tee->second.result)
		code = tee->second.result(tee->second.context, result);
	return code;
}

static enum qm_code suite_error(void *context, const struct qm_incident *incident)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.suite_error)
		code = tee->first.suite_error(tee->first.context, incident);
	if (!code && tee->second.suite_error)
		code = tee->second.suite_error(tee->second.context, incident);
	return code;
}

static enum qm_code config_method(void *context, const struct qm_incident *incident)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.config_method)
		code = tee->first.config_method(tee->first.context, incident);
	if (!code && tee->second.config_method)
		code = tee->second.config_method(tee->second.context, incident);
	return code;
}

static enum qm_code not_reached(void *context, const struct qm_not_reached *told)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.not_reached)
		code = tee->first.not_reached(tee->first.context, told);
	if (!code && tee->second.not_reached)
		code = tee->second.not_reached(tee->second.context, told);
	return code;
}

static enum qm_code suite_end(void *context, const struct qm_suite *suite)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.suite_end)
		code = tee->first.suite_end(tee->first.context, suite);
	if (!code && tee->second.suite_end)
		code = tee->second.suite_end(tee->second.context, suite);
	return code;
}

static enum qm_code report_end(void *context, const struct qm_report_end *end)
{
	const struct qm_tee *tee = context;
	enum qm_code code = QM_OK;

	if (tee->first.report_end)
		code = tee->first.report_end(tee->first.context, end);
	if (!code && tee->second.report_end)
		code = tee->second.report_end(tee->second.context, end);
	return code;
}

/* What neither wants is not even asked for. */
struct qm_sink qm_tee_sink(struct qm_tee *tee)
{
	const struct qm_sink *first = &tee->first, *second = &tee->second;

	return (struct qm_sink){
		.context = tee,
		.report_begin = first->report_begin || second->report_begin ? report_begin : NULL,
		.suite_begin = first->suite_begin || second->suite_begin ? suite_begin : NULL,
		.result = first->result || second->result ? result : NULL,
		.suite_error = first->suite_error || second->suite_error ? suite_error : NULL,
		.config_method =
			first->config_method || second->config_method ? config_method : NULL,
		.not_reached = first->not_reached || second->not_reached ? not_reached : NULL,
		.suite_end = first->suite_end || second->suite_end ? suite_end : NULL,
		.report_end = first->report_end || second->report_end ? report_end : NULL,
	};
}
