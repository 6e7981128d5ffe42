#include "src/cli/commands.h"
#include "src/api/json.h"
#include "src/base/text.h"
#include "src/cli/completion.h"
#include "src/cli/exit_code.h"
#include "src/cli/failure.h"
#include "src/cli/help.h"
#include "src/cli/publish.h"
#include "src/cli/sources.h"
#include "src/cli/tell.h"
#include "src/cli/terminal.h"

#include <string.h>
#include <unistd.h>

const struct qm_command qm_commands[] = {
	{ .name = "upload",
		.bit = QM_FOR_UPLOAD,
		.run = qm_command_upload,
		.arguments = "[OPTION...] [REPORT...]",
		.help = "set the statuses of the test case runs that reports belong to" },
	{ .name = "plan",
		.bit = QM_FOR_PLAN,
		.run = qm_command_plan,
		.arguments = "[OPTION...] [REPORT...]",
		.help = "show what upload would send, and when the policy lets it go" },
	{ .name = "run",
		.bit = QM_FOR_RUN,
		.run = qm_command_run,
		.arguments = "[OPTION...] [REPORT...] -- COMMAND [WORD...]",
		.help = "run the tests, then upload the reports that they wrote" },
	{ .name = "parse",
		.bit = QM_FOR_PARSE,
		.run = qm_command_parse,
		.arguments = "[OPTION...] [REPORT...]",
		.help = "show what reports say (no network, no key)" },
	{ .name = "import",
		.bit = QM_FOR_IMPORT,
		.run = qm_command_import,
		.arguments = "[OPTION...] [REPORT...]",
		.help = "hand reports in at QMetry's import, which makes test cases of them" },
	{ .name = "check",
		.bit = QM_FOR_CHECK,
		.run = qm_command_check,
		.arguments = "[OPTION...]",
		.help = "show whether an upload could begin, and what is amiss" },
	{ .name = "list",
		.bit = QM_FOR_LIST,
		.run = qm_command_list,
		.arguments =
			"[OPTION...] suites|executions|runs|builds|platforms|statuses [PATTERN...]",
		.choices = "suites|executions|runs|builds|platforms|statuses",
		.help = "show what QMetry has; a pattern ('*login*') is about names" },
	{ .name = "resume",
		.bit = QM_FOR_RESUME,
		.run = qm_command_resume,
		.arguments = "[OPTION...] JOURNAL",
		.help = "carry on an upload that was cut short, without its reports" },
	{ .name = "undo",
		.bit = QM_FOR_UNDO,
		.run = qm_command_undo,
		.arguments = "[OPTION...] RECEIPT",
		.help = "give runs the status back that they had before an upload" },
	{ .name = "init",
		.bit = QM_FOR_INIT,
		.run = qm_command_init,
		.arguments = "[OPTION...] [FILE]",
		.help = "ask where results go, try the connection, and write qmetry-ci.yaml" },
	{ .name = "policy",
		.bit = QM_FOR_POLICY,
		.run = qm_command_policy,
		.arguments = "validate|show|check|status|test [OPTION...] [ARGUMENT...]",
		.choices = "validate|show|check|status|test",
		.help = "check, explain and test a policy, and show what is left of its limits" },
	{ .name = "completion",
		.run = qm_command_completion,
		.arguments = "bash|zsh|fish",
		.choices = qm_completion_shells,
		.help = "print a script that completes commands and options" },
	{ .name = "help",
		.run = qm_command_help,
		.arguments = "[COMMAND]",
		.help = "show this, or the options of a command" },
	{ .name = "version",
		.run = qm_command_version,
		.arguments = "",
		.help = "show the version" },
};

const size_t qm_command_count = sizeof qm_commands / sizeof *qm_commands;

const struct qm_command *qm_command_find(const char *name, struct qm_error *err)
{
	const char *names[sizeof qm_commands / sizeof *qm_commands], *nearest;

	for (size_t i = 0; i < qm_command_count; i++) {
		if (strcmp(qm_commands[i].name, name) == 0)
			return &qm_commands[i];
		names[i] = qm_commands[i].name;
	}
	nearest = qm_text_nearest(name, names, qm_command_count);
	(void)qm_error_set(err, QM_EUSAGE, "unknown command \"%s\"%s%s%s", name,
		nearest ? "; did you mean " : "", nearest ? nearest : "",
		nearest ? "?" : "; qmetry-ci --help lists them");
	return NULL;
}

/* Settings from all sources; the first failure is told with where it stood. */
static enum qm_code read_settings(struct qm_settings *settings, const struct qm_command *command,
	int count, char **arguments, bool *out_help, struct qm_error *err)
{
	struct qm_given given = { { false } };
	enum qm_code code;

	code = qm_read_arguments(settings, &given, command, count, arguments, out_help, err);
	/* Help must not depend on what else is wrong. */
	if (*out_help || (!code && !command->bit))
		return code;
	if (!code)
		code = qm_read_environment(settings, &given, command, err);
	if (!code)
		code = qm_read_config(settings, &given, err);
	/* Also after a failure, which is told as they say. */
	qm_read_defaults(settings, &given);
	if (!code)
		code = qm_read_ci(settings, err);
	if (code || !qm_publish_check(settings, err))
		return code;
	/* That they cannot be written is told once. */
	settings->summary = settings->outputs = NULL;
	return QM_EUSAGE;
}

/* What a CI system waits for, a conclusion, it gets from a command that sets statuses, too. */
static int tell_unread(const struct qm_command *command, const struct qm_context *context,
	bool json, const struct qm_error *err)
{
	bool planning = command->bit == QM_FOR_PLAN;

	if (command->bit & QM_FOR_WRITES)
		return qm_tell_unread(context, err, planning);
	return qm_tell_failure(context, err, json, planning);
}

static int print_help(const struct qm_context *context, const struct qm_command *command)
{
	struct qm_buf text;

	qm_buf_init(&text, QM_HELP_MAX_BYTES);
	qm_help_command(command, &text);
	qm_output_write(context->output, text.data, text.length);
	qm_buf_release(&text);
	return QM_EXIT_OK;
}

/* What is sent to QMetry as it was written: a script may have put its environment into it. */
static void hide_secrets(struct qm_settings *settings, const struct qm_log *log)
{
	char *comment =
		settings->comment ? qm_arena_strdup(&settings->arena, settings->comment) : NULL;

	if (!comment)
		return;
	qm_log_redact(log, comment);
	if (strcmp(comment, settings->comment) != 0)
		qm_log_line(log, QM_LOG_WARNING,
			"the comment holds a secret, which is replaced by ***");
	settings->comment = comment;
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
		bool json = qm_wants_json(count, arguments);

		settings.format = json ? QM_FORMAT_JSON : QM_FORMAT_TEXT;
		settings.soft_fail = NULL; /* half of the settings excuse nothing */
		code = tell_unread(command, context, json, &err);
	} else if (help) {
		code = print_help(context, command);
	} else {
		context->log->level = settings.verbose ? QM_LOG_DEBUG
			: settings.quiet               ? QM_LOG_WARNING
						       : QM_LOG_NOTICE;
		hide_secrets(&settings, context->log);
		qm_warn_of_variables(context->log);
		code = command->run(context);
	}
	context->settings = NULL;
	qm_settings_release(&settings);
	return code;
}

/* What people type where a command belongs. */
static const char *command_name(const char *argument)
{
	if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
		return "help";
	return strcmp(argument, "--version") == 0 ? "version" : argument;
}

static int find_and_run(
	int argc, char **argv, struct qm_secrets *secrets, struct qm_context *context)
{
	const struct qm_command *command = NULL;
	struct qm_error err;

	qm_error_init(&err);
	if (argc < 2)
		(void)qm_error_set(&err, QM_EUSAGE,
			"no command; usage: qmetry-ci COMMAND [OPTION...] [REPORT...], "
			"qmetry-ci --help lists the commands");
	else
		command = qm_command_find(command_name(argv[1]), &err);
	qm_secrets_load(secrets, command && (command->bit & QM_FOR_CALLS), context->log);
	if (command)
		return run_command(command, argc - 2, argv + 2, context);
	return qm_tell_failure(context, &err, qm_wants_json(argc - 1, argv + 1), false);
}

int qm_main(int argc, char **argv, const struct qm_clock *clock)
{
	struct qm_log log;
	struct qm_output output;
	struct qm_secrets secrets;
	struct qm_context context = {
		.clock = clock, .log = &log, .output = &output, .secrets = &secrets
	};
	struct qm_error err;
	int code;

	qm_json_init();
	qm_log_init(&log, QM_LOG_NOTICE, qm_terminal_log, NULL);
	qm_output_init(&output, STDOUT_FILENO);
	code = find_and_run(argc, argv, &secrets, &context);
	qm_error_init(&err);
	if (qm_output_end(&output, &err)) {
		qm_log_failure(&log, QM_LOG_ERROR, &err);
		code = qm_exit_code_first(code, QM_EXIT_FAILED);
	}
	qm_secrets_release(&secrets);
	return code;
}
