/*
 * publish - what a command has come to, for its CI system: summary, outputs, annotations.
 *
 *     summary       Markdown, added to --summary; on GitHub the step's summary
 *     outputs       name=value lines, added to --outputs; on GitHub the step's outputs
 *     annotations   why the upload did not succeed, failed tests, what was not uploaded
 *
 * Which system it is says --ci, or what ci.h finds. A file that was asked for and cannot be written
 * is an error of usage, before anything is done: later steps would decide on nothing. One that only
 * the system names is a warning, since in a container its path may lead nowhere.
 */
#ifndef QM_CLI_PUBLISH_H
#define QM_CLI_PUBLISH_H

#include "src/cli/commands.h"
#include "src/upload/summary/summary.h"

/* Whether the files that were asked for can be written: before any call is made. QM_EUSAGE. */
enum qm_code qm_publish_check(
	const struct qm_settings *settings, struct qm_error *err) QM_MUST_CHECK;

/* Whether there is anybody to publish to. */
bool qm_is_published(const struct qm_context *context);

/* Folds what the log says from here on; the title is ours. */
void qm_publish_begin(const struct qm_context *context, const char *title);
void qm_publish_unfold(const struct qm_context *context);

/* The exit codes (exit_code.h) of the summary, and of what could not be published. */
unsigned qm_publish(const struct qm_context *context, const struct qm_summary *summary);

#endif
