#include "src/cli/tell.h"
#include "src/cli/exit_code.h"
#include "src/cli/failure.h"
#include "src/cli/publish.h"
#include "src/upload/summary/summary_forms.h"

enum { TEXT_MAX_BYTES = 4 << 20 };

static void print_text(const struct qm_context *context, const struct qm_summary *summary)
{
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_summary_text(summary, context->log, &text);
	qm_output_write(context->output, text.data, text.length);
	qm_buf_release(&text);
}

/* What --soft-fail excuses, and nobody shall overlook it. */
static int soften(const struct qm_context *context, unsigned codes)
{
	int code = qm_exit_codes_first(codes);
	int hard = qm_exit_codes_hard(codes, context->settings->soft_fail);

	if (hard != code)
		qm_log_line(context->log, QM_LOG_WARNING,
			"--soft-fail: the exit code is %d instead of %d (%s)", hard, code,
			qm_exit_code_text(code));
	return hard;
}

int qm_tell_summary(const struct qm_context *context, const struct qm_summary *summary)
{
	qm_publish_unfold(context);
	if (context->settings->format == QM_FORMAT_JSON)
		(void)qm_tell_reasons(context, summary, true);
	else
		print_text(context, summary); /* reasons and all */
	return soften(context, qm_publish(context, summary));
}

int qm_tell_unread(const struct qm_context *context, const struct qm_error *err, bool planning)
{
	struct qm_summary summary;
	int code;

	qm_summary_init(&summary);
	summary.planning = planning;
	qm_summary_failure(&summary, err);
	(void)qm_tell_reasons(context, &summary, context->settings->format == QM_FORMAT_JSON);
	code = soften(context, qm_publish(context, &summary));
	qm_summary_release(&summary);
	return code;
}

int qm_tell_unbegun(const struct qm_context *context, const struct qm_error *err, bool planning)
{
	qm_publish_unfold(context);
	return qm_tell_unread(context, err, planning);
}
