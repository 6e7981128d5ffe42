#include "src/cli/failure.h"
#include "src/base/text.h"
#include "src/cli/print_json.h"
#include "src/upload/summary/summary_forms.h"

#include <stdlib.h>
#include <string.h>

bool qm_wants_json(int count, char *const *arguments)
{
	const char *format = getenv("QMETRY_FORMAT");

	for (int i = 0; i < count && strcmp(arguments[i], "--") != 0; i++) {
		if (strcmp(arguments[i], "--format") == 0 && i + 1 < count)
			format = arguments[++i];
		else if (qm_text_starts(arguments[i], "--format="))
			format = arguments[i] + strlen("--format=");
	}
	return format && strcmp(format, "json") == 0;
}

int qm_tell_reasons(const struct qm_context *context, const struct qm_summary *summary, bool json)
{
	json_t *object = json ? qm_summary_json(summary) : NULL;

	if (object)
		qm_print_json(context->output, object, true, context->log);
	json_decref(object);
	for (size_t i = 0; i < summary->reasons.count; i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		qm_log_line(context->log, QM_LOG_ERROR, "%s", line->text);
	}
	return qm_summary_exit_code(summary);
}

int qm_tell_failure(
	const struct qm_context *context, const struct qm_error *err, bool json, bool planning)
{
	struct qm_summary summary;
	int code;

	qm_summary_init(&summary);
	summary.planning = planning;
	qm_summary_failure(&summary, err);
	code = qm_tell_reasons(context, &summary, json);
	qm_summary_release(&summary);
	return code;
}
