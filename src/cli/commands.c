#include "src/cli/commands.h"
#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/help.h"
#include "src/cli/sources.h"
#include "src/cli/terminal.h"

#include <string.h>

const struct qm_command qm_commands[] = {
	{ "upload", QM_FOR_UPLOAD, qm_command_upload, "[OPTION...] [REPORT...]",
		"set the statuses of the test case runs that reports belong to" },
	{ "plan", QM_FOR_PLAN, qm_command_plan, "[OPTION...] [REPORT...]",
		"show what upload would send, and when the policy lets it go" },
	{ "parse", QM_FOR_PARSE, qm_command_parse, "[OPTION...] [REPORT...]",
		"show what reports say (no network, no key)" },
	{ "help", 0, NULL, "[COMMAND]", "show this, or the options of a command" },
	{ "version", 0, NULL, "", "show the version" },
};

const size_t qm_command_count = sizeof qm_commands / sizeof *qm_commands;

const struct qm_command *qm_command_find(const char *name)
{
	for (size_t i = 0; i < qm_command_count; i++)
		if (strcmp(qm_commands[i].name, name) == 0)
			return &qm_commands[i];
	return NULL;
}

static int fail(const struct qm_log *log, const struct qm_error *err, int code)
{
	qm_log_failure(log, QM_LOG_ERROR, err);
	return code;
}

static int end_output(const struct qm_log *log)
{
	struct qm_error err;

	qm_error_init(&err);
	return qm_output_end(&err) ? fail(log, &err, QM_EXIT_FAILED) : QM_EXIT_OK;
}

static int unknown_command(const struct qm_log *log, const char *name)
{
	const char *names[8], *nearest;

	for (size_t i = 0; i < qm_command_count; i++)
		names[i] = qm_commands[i].name;
	nearest = qm_text_nearest(name, names, qm_command_count);
	qm_log_line(log, QM_LOG_ERROR, "unknown command \"%s\"%s%s%s", name,
		nearest ? "; did you mean " : "", nearest ? nearest : "",
		nearest ? "?" : "; qmetry-ci --help lists them");
	return QM_EXIT_USAGE;
}

/* Help for a command, or for all of them where it is NULL. */
static int print_help(const struct qm_log *log, const struct qm_command *command)
{
	struct qm_buf text;

	qm_buf_init(&text, QM_HELP_MAX_BYTES);
	if (command)
		qm_help_command(command, &text);
	else
		qm_help_overview(&text);
	qm_output_write(text.data, text.length);
	qm_buf_release(&text);
	return end_output(log);
}

static int print_version(const struct qm_log *log)
{
	static const char version[] = "qmetry-ci " QM_VERSION "\n";

	qm_output_write(version, strlen(version));
	return end_output(log);
}

static int help_about(const struct qm_log *log, const char *name)
{
	const struct qm_command *command = name ? qm_command_find(name) : NULL;

	if (name && !command)
		return unknown_command(log, name);
	return print_help(log, command);
}

/* Settings from all sources; the first failure is told with where it stood. */
static enum qm_code read_settings(struct qm_settings *settings, const struct qm_command *command,
	int count, char **arguments, bool *out_help, struct qm_error *err)
{
	struct qm_given given = { { false } };
	enum qm_code code;

	code = qm_read_arguments(settings, &given, command->bit, count, arguments, out_help, err);
	if (code || *out_help)
		return code;
	code = qm_read_environment(settings, &given, command->bit, err);
	if (!code)
		code = qm_read_config(settings, &given, command->bit, err);
	if (!code)
		qm_read_defaults(settings, &given);
	return code;
}

static int run_command(
	const struct qm_command *command, int count, char **arguments, struct qm_context *context)
{
	struct qm_settings settings;
	struct qm_error err;
	bool help = false;
	int code;

	qm_error_init(&err);
	qm_settings_init(&settings);
	context->settings = &settings;
	if (read_settings(&settings, command, count, arguments, &help, &err)) {
		code = fail(context->log, &err, QM_EXIT_USAGE);
	} else if (help) {
		code = print_help(context->log, command);
	} else {
		context->log->level = settings.verbose ? QM_LOG_DEBUG
			: settings.quiet               ? QM_LOG_WARNING
						       : QM_LOG_NOTICE;
		code = command->run(context);
	}
	context->settings = NULL;
	qm_settings_release(&settings);
	return code;
}

int qm_main(int argc, char **argv, const struct qm_clock *clock,
	const volatile sig_atomic_t *interrupted)
{
	struct qm_log log;
	struct qm_context context = { .clock = clock, .log = &log, .interrupted = interrupted };
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct qm_command *command;

	qm_log_init(&log, QM_LOG_NOTICE, qm_terminal_log, NULL);
	if (!name) {
		qm_log_line(&log, QM_LOG_ERROR, "no command; qmetry-ci --help lists them");
		return QM_EXIT_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return print_help(&log, NULL);
	if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0)
		return print_version(&log);
	if (strcmp(name, "help") == 0)
		return help_about(&log, argc > 2 ? argv[2] : NULL);
	command = qm_command_find(name);
	if (!command)
		return unknown_command(&log, name);
	return run_command(command, argc - 2, argv + 2, &context);
}
