#include "src/cli/ci_talk.h"
#include "src/base/escape.h"
#include "src/base/text.h"

#include <string.h>

static const char section[] = "qmetry_ci"; /* GitLab's name for the group */

void qm_ci_group_begin(
	enum qm_ci_system system, const char *title, int64_t now_ms, struct qm_buf *out)
{
	if (system == QM_CI_GITHUB)
		qm_buf_add_format(out, "::group::%s\n", title);
	else if (system == QM_CI_AZURE)
		qm_buf_add_format(out, "##[group]%s\n", title);
	else if (system == QM_CI_GITLAB)
		qm_buf_add_format(out, "\x1b[0Ksection_start:%lld:%s\r\x1b[0K%s\n",
			(long long)(now_ms / 1000), section, title);
}

void qm_ci_group_end(enum qm_ci_system system, int64_t now_ms, struct qm_buf *out)
{
	if (system == QM_CI_GITHUB)
		qm_buf_add_text(out, "::endgroup::\n");
	else if (system == QM_CI_AZURE)
		qm_buf_add_text(out, "##[endgroup]\n");
	else if (system == QM_CI_GITLAB)
		qm_buf_add_format(out, "\x1b[0Ksection_end:%lld:%s\r\x1b[0K\n",
			(long long)(now_ms / 1000), section);
}

static bool is_known(const char *text)
{
	return text && *text;
}

static void annotate_github(const struct qm_annotation *annotation, struct qm_buf *out)
{
	static const char *const words[] = { [QM_LOG_ERROR] = "error",
		[QM_LOG_WARNING] = "warning",
		[QM_LOG_NOTICE] = "notice",
		[QM_LOG_DEBUG] = "debug" };
	const char *separator = " ";

	qm_buf_add_format(out, "::%s", words[annotation->level]);
	if (is_known(annotation->file)) {
		qm_buf_add_text(out, " file=");
		qm_escape_github_property(out, annotation->file);
		separator = ",";
		if (annotation->line > 0)
			qm_buf_add_format(out, ",line=%lld", (long long)annotation->line);
	}
	if (is_known(annotation->title)) {
		qm_buf_add_format(out, "%stitle=", separator);
		qm_escape_github_property(out, annotation->title);
	}
	qm_buf_add_text(out, "::");
	qm_escape_github_message(out, annotation->text);
	qm_buf_add_char(out, '\n');
}

/* Azure knows no titles and no notices. */
static void annotate_azure(const struct qm_annotation *annotation, struct qm_buf *out)
{
	if (annotation->level > QM_LOG_WARNING)
		return;
	qm_buf_add_format(out, "##vso[task.logissue type=%s",
		annotation->level == QM_LOG_ERROR ? "error" : "warning");
	if (is_known(annotation->file)) {
		qm_buf_add_text(out, ";sourcepath=");
		qm_escape_azure(out, annotation->file);
		if (annotation->line > 0)
			qm_buf_add_format(out, ";linenumber=%lld", (long long)annotation->line);
	}
	qm_buf_add_char(out, ']');
	if (is_known(annotation->title)) {
		qm_escape_azure(out, annotation->title);
		qm_buf_add_text(out, ": ");
	}
	qm_escape_azure(out, annotation->text);
	qm_buf_add_char(out, '\n');
}

void qm_ci_annotate(
	enum qm_ci_system system, const struct qm_annotation *annotation, struct qm_buf *out)
{
	if (system == QM_CI_GITHUB)
		annotate_github(annotation, out);
	else if (system == QM_CI_AZURE)
		annotate_azure(annotation, out);
}
