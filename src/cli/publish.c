#include "src/cli/publish.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/cli/ci_talk.h"
#include "src/cli/exit_code.h"
#include "src/upload/summary/summary_forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* GitHub refuses a step's summary, or outputs, of 1 MiB or more, whoever wrote them. */
enum { FILE_MAX_BYTES = (1 << 20) - 1024, TALK_MAX_BYTES = 1 << 20, TEXT_BYTES = 2000 };

static enum qm_ci_system system_of(const struct qm_context *context)
{
	int64_t chosen = context->settings->ci; /* auto, then the systems in the order of ci.h */

	return chosen ? (enum qm_ci_system)(chosen - 1) : qm_ci_find();
}

bool qm_is_published(const struct qm_context *context)
{
	const struct qm_settings *settings = context->settings;

	return settings->summary || settings->outputs || system_of(context) != QM_CI_NONE;
}

static void say(const struct qm_buf *text)
{
	(void)fputs(text->data, stderr);
}

void qm_publish_begin(const struct qm_context *context, const char *title)
{
	struct qm_buf talk;

	qm_buf_init(&talk, TALK_MAX_BYTES);
	qm_ci_group_begin(system_of(context), title, qm_clock_now(context->clock), &talk);
	say(&talk);
	qm_buf_release(&talk);
}

void qm_publish_unfold(const struct qm_context *context)
{
	struct qm_buf talk;

	qm_buf_init(&talk, TALK_MAX_BYTES);
	qm_ci_group_end(system_of(context), qm_clock_now(context->clock), &talk);
	say(&talk);
	qm_buf_release(&talk);
}

/* ---- Files. */

enum qm_code qm_publish_check(const struct qm_settings *settings, struct qm_error *err)
{
	const char *const paths[] = { settings->summary, settings->outputs };
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < sizeof paths / sizeof *paths; i++)
		if (paths[i] && qm_file_append(paths[i], "", 0, err)) {
			qm_error_at(err, paths[i], 0, 0);
			code = err->code = QM_EUSAGE;
		}
	return code;
}

typedef void (*write_fn)(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out);

/* A file that one form of the summary is added to. */
struct sink {
	const char *given, *variable; /* by a setting, or by GitHub */
	size_t max_bytes;             /* with what is in it already */
	write_fn write;
};

static enum qm_code add_to_file(const struct qm_context *context, const struct sink *sink,
	const char *path, const struct qm_summary *summary, struct qm_error *err)
{
	uint64_t before = qm_file_size(path);
	struct qm_buf text;
	enum qm_code code = QM_OK;

	qm_buf_init(&text, before < sink->max_bytes ? sink->max_bytes - (size_t)before : 0);
	sink->write(summary, context->log, &text);
	if (text.overflow)
		code = qm_error_set(err, QM_ELIMIT, "has no room left, it holds %llu bytes",
			(unsigned long long)before);
	else
		code = qm_file_append(path, text.data, text.length, err);
	if (code)
		qm_error_at(err, path, 0, 0);
	qm_buf_release(&text);
	return code;
}

static unsigned publish_file(
	const struct qm_context *context, const struct sink *sink, const struct qm_summary *summary)
{
	bool github = system_of(context) == QM_CI_GITHUB;
	const char *named = github ? getenv(sink->variable) : NULL;
	const char *path = sink->given ? sink->given : named;
	struct qm_error err;

	qm_error_init(&err);
	if (!path || !*path || !add_to_file(context, sink, path, summary, &err))
		return 0;
	qm_log_failure(context->log, sink->given ? QM_LOG_ERROR : QM_LOG_WARNING, &err);
	return sink->given ? 1U << QM_EXIT_FAILED : 0;
}

/* ---- Annotations. */

/* How many of a kind may still be made. */
struct notes {
	const struct qm_context *context;
	struct qm_buf talk;
	int64_t errors, warnings;
};

/* Foreign text without secrets; `out` holds TEXT_BYTES. */
static const char *clean(const struct notes *notes, const char *text, char *out)
{
	size_t length = text ? qm_text_cut(text, strlen(text), TEXT_BYTES - 1) : 0;

	if (length)
		memcpy(out, text, length);
	out[length] = '\0';
	qm_log_redact(notes->context->log, out);
	return out;
}

static void annotate(struct notes *notes, const struct qm_annotation *raw)
{
	char title[TEXT_BYTES], file[TEXT_BYTES], text[TEXT_BYTES];
	const struct qm_annotation annotation = {
		.level = raw->level,
		.title = clean(notes, raw->title, title),
		.file = clean(notes, raw->file, file),
		.line = raw->line,
		.text = clean(notes, raw->text, text),
	};
	int64_t *left = raw->level == QM_LOG_ERROR ? &notes->errors : &notes->warnings;

	if (raw->level <= QM_LOG_WARNING && (*left)-- <= 0)
		return;
	qm_ci_annotate(system_of(notes->context), &annotation, &notes->talk);
}

/* Reasons have at most half of the room for errors, since failed tests need some, too. */
static void annotate_reasons(struct notes *notes, const struct qm_summary *summary, bool excused)
{
	size_t room = (size_t)(notes->errors + 1) / 2;

	for (size_t i = 0; i < summary->reasons.count && i < room; i++) {
		const struct qm_reason_line *line = qm_vec_at(&summary->reasons, i);

		annotate(notes,
			&(struct qm_annotation){ .level = excused ? QM_LOG_WARNING : QM_LOG_ERROR,
				.title = "qmetry-ci",
				.text = line->text });
	}
}

static void annotate_failed_tests(struct notes *notes, const struct qm_failures *failures)
{
	uint64_t room = notes->errors > 0 ? (uint64_t)notes->errors : 0, shown = 0;
	char text[128];

	for (size_t i = 0; i < failures->tests.count && shown < room; i++, shown++) {
		const struct qm_failed_test *failed = qm_vec_at(&failures->tests, i);

		annotate(notes,
			&(struct qm_annotation){ .level = QM_LOG_ERROR,
				.title = failed->test,
				.file = failed->file,
				.line = failed->line,
				.text = *failed->message ? failed->message : "failed" });
	}
	if (failures->count == shown)
		return;
	(void)snprintf(text, sizeof text, "%llu more failed tests are in the summary",
		(unsigned long long)(failures->count - shown));
	annotate(notes, &(struct qm_annotation){ .level = QM_LOG_NOTICE, .text = text });
}

static void annotate_failed_updates(struct notes *notes, const struct qm_summary *summary)
{
	char text[TEXT_BYTES];

	for (size_t i = 0; i < summary->failed.count && notes->warnings > 1; i++) {
		const struct qm_listed_run *failed = qm_vec_at(&summary->failed, i);

		(void)snprintf(text, sizeof text, "%s was not uploaded%s%s: %s", failed->name,
			*failed->test ? ", test " : "", failed->test, failed->why);
		annotate(notes,
			&(struct qm_annotation){
				.level = QM_LOG_WARNING, .title = failed->name, .text = text });
	}
}

static void annotate_unmapped(struct notes *notes, const struct qm_resolution *resolution)
{
	const struct qm_unmapped *first;
	char text[TEXT_BYTES];

	if (!resolution || !resolution->unmapped.count)
		return;
	first = qm_vec_at(&resolution->unmapped, 0);
	(void)snprintf(text, sizeof text,
		"%llu of %llu tests belong to no test case; the first is \"%s\": %s",
		(unsigned long long)resolution->unmapped_count,
		(unsigned long long)resolution->counts.tests, first->test, first->why);
	annotate(notes,
		&(struct qm_annotation){
			.level = QM_LOG_WARNING, .title = "qmetry-ci", .text = text });
}

static void publish_annotations(
	const struct qm_context *context, const struct qm_summary *summary, bool excused)
{
	int64_t most = context->settings->annotations;
	struct notes notes = { .context = context, .errors = most, .warnings = most };

	if (!most)
		return;
	qm_buf_init(&notes.talk, TALK_MAX_BYTES);
	annotate_reasons(&notes, summary, excused);
	if (!summary->planning)
		annotate_failed_tests(&notes, &summary->failures);
	annotate_failed_updates(&notes, summary);
	annotate_unmapped(&notes, summary->resolution);
	say(&notes.talk);
	qm_buf_release(&notes.talk);
}

unsigned qm_publish(const struct qm_context *context, const struct qm_summary *summary)
{
	const struct qm_settings *settings = context->settings;
	const struct sink files[] = {
		{ settings->summary, "GITHUB_STEP_SUMMARY", FILE_MAX_BYTES, qm_summary_markdown },
		{ settings->outputs, "GITHUB_OUTPUT", FILE_MAX_BYTES, qm_summary_outputs },
	};
	unsigned codes = qm_summary_exit_codes(summary);
	bool excused = codes && !qm_exit_codes_hard(codes, settings->soft_fail);

	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		codes |= publish_file(context, &files[i], summary);
	publish_annotations(context, summary, excused);
	return codes;
}
