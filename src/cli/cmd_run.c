#include "src/cli/child.h"
#include "src/cli/cmd_upload.h"
#include "src/cli/exit_code.h"
#include "src/cli/world.h"

#include <stdio.h>

/* As shells have it for a command that is not there, and for one that cannot be started. */
enum { COMMAND_NOT_FOUND = 127, COMMAND_NOT_STARTED = 126 };

/* An hour of tests shall not run before a setting or the policy is found to be wrong. */
static enum qm_code check(const struct qm_context *context, struct qm_error *err)
{
	const struct qm_settings *settings = context->settings;
	struct qm_world world;
	enum qm_code code;

	if (!settings->command || !*settings->command)
		return qm_error_set(err, QM_EUSAGE,
			"no command; usage: qmetry-ci run [OPTION...] [REPORT...] -- mvn test");
	qm_world_init(&world);
	code = qm_upload_check(settings, err);
	if (!code)
		code = qm_world_open_step(&world, context, QM_OPEN_POLICY, err);
	qm_world_close(&world);
	return code;
}

/* When the command began, in the time of files: theirs may lag by a tick of the kernel. */
static int64_t began_ms(const struct qm_clock *clock)
{
	const int64_t tick_ms = 10;

	return qm_clock_now(clock) - tick_ms;
}

/* Reports of before the command are none of its own, unless the user has said from when on. */
static int upload(const struct qm_context *context, int64_t since_ms)
{
	struct qm_settings settings = *context->settings; /* shares what it points to */
	struct qm_context newer = *context;
	char since[32];

	(void)snprintf(since, sizeof since, "@%lld.%03d", (long long)(since_ms / 1000),
		(int)(since_ms % 1000));
	if (!settings.newer_than)
		settings.newer_than = since;
	newer.settings = &settings;
	return qm_command_upload(&newer);
}

/* The command's exit code counts, and the upload's where the command succeeded. */
static int choose_exit_code(const struct qm_context *context, int command, int uploaded)
{
	if (uploaded && (command || context->settings->keep_exit_code))
		qm_log_line(context->log, QM_LOG_WARNING,
			"the upload ended with %d (%s); the exit code is the command's, %d",
			uploaded, qm_exit_code_text(uploaded), command);
	return command || context->settings->keep_exit_code ? command : uploaded;
}

int qm_command_run(const struct qm_context *context)
{
	int64_t since_ms = began_ms(context->clock);
	struct qm_child_end end;
	struct qm_error err;
	enum qm_code code;

	qm_error_init(&err);
	code = check(context, &err);
	if (code) {
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
		return QM_EXIT_USAGE;
	}
	code = qm_child_run(context->settings->command, &end, &err);
	if (code) {
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
		return code == QM_ENOTFOUND ? COMMAND_NOT_FOUND : COMMAND_NOT_STARTED;
	}
	if (end.interrupted) {
		qm_log_line(context->log, QM_LOG_WARNING,
			"interrupted: nothing is uploaded; qmetry-ci upload does it");
		return end.exit_code ? end.exit_code : 128 + end.interrupted;
	}
	return choose_exit_code(context, end.exit_code, upload(context, since_ms));
}
