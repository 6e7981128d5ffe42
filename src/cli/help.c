#include "src/cli/help.h"
#include "src/cli/commands.h"
#include "src/cli/exit_code.h"

#include <string.h>

enum { COLUMN = 31 };

static void pad(struct qm_buf *out, size_t from, size_t column)
{
	if (from >= column) {
		qm_buf_add_char(out, '\n');
		from = 0;
	}
	for (; from < column; from++)
		qm_buf_add_char(out, ' ');
}

static void add_option(const struct qm_setting *setting, struct qm_buf *out)
{
	size_t begin = out->length;
	bool maybe =
		setting->kind == QM_SETTING_MAYBE_NUMBER || setting->kind == QM_SETTING_MAYBE_TEXT;

	if (setting->letter)
		qm_buf_add_format(out, "  -%c, --%s", setting->letter, setting->name);
	else
		qm_buf_add_format(out, "      --%s", setting->name);
	if (maybe)
		qm_buf_add_format(out, "[=%s]", setting->argument);
	else if (setting->argument)
		qm_buf_add_format(out, " %s", setting->argument);
	pad(out, out->length - begin, COLUMN);
	qm_buf_add_text(out, setting->help);
	if (setting->choices && setting->kind == QM_SETTING_CHOICE)
		qm_buf_add_format(out, ": %s", setting->choices);
	if (setting->fallback)
		qm_buf_add_format(out, " (%s)", setting->fallback);
	qm_buf_add_char(out, '\n');
}

static void add_options(unsigned command, struct qm_buf *out)
{
	for (int group = 0; group < QM_GROUPS; group++) {
		bool titled = false;

		for (size_t i = 0; i < qm_setting_count; i++) {
			const struct qm_setting *setting = &qm_setting_rows[i];

			if ((int)setting->group != group || !(setting->commands & command))
				continue;
			if (!titled)
				qm_buf_add_format(out, "\n%s:\n", qm_setting_group_names[group]);
			titled = true;
			add_option(setting, out);
		}
	}
}

static void add_exit_codes(struct qm_buf *out)
{
	qm_buf_add_text(out, "\nExit codes, the first that applies of ");
	for (size_t i = 0; i < qm_exit_row_count; i++)
		qm_buf_add_format(out, "%s%d", i ? ", " : "", qm_exit_order[i]);
	qm_buf_add_text(out, ":\n");
	for (size_t i = 0; i < qm_exit_row_count; i++)
		qm_buf_add_format(out, "  %2d  %s\n", qm_exit_rows[i].code, qm_exit_rows[i].text);
}

static const char about_key[] =
	"\nThe key comes from QMETRY_API_KEY or the file named by QMETRY_API_KEY_FILE,\n"
	"a password for Redis from QMETRY_STATE_PASSWORD or QMETRY_STATE_PASSWORD_FILE.\n";

static const char about_reports[] =
	"\nREPORT is a path or a pattern ('**/TEST-*.xml', '!old/**' excludes); without any,\n"
	"the usual places of Surefire, Failsafe, Gradle and TestNG are looked through.\n";

static void add_overview(struct qm_buf *out)
{
	qm_buf_add_text(out,
		"qmetry-ci - test results into QMetry, under a policy\n\n"
		"Usage: qmetry-ci COMMAND [OPTION...] [REPORT...]\n\nCommands:\n");
	for (size_t i = 0; i < qm_command_count; i++)
		qm_buf_add_format(out, "  %-10s %s\n", qm_commands[i].name, qm_commands[i].help);
	qm_buf_add_text(out, about_reports);
	qm_buf_add_text(out, about_key);
	qm_buf_add_text(out, "\n'qmetry-ci help COMMAND' lists the options of a command.\n");
}

void qm_help_command(const struct qm_command *command, struct qm_buf *out)
{
	qm_buf_add_format(out, "Usage: qmetry-ci %s%s%s\n\n%s\n", command->name,
		*command->arguments ? " " : "", command->arguments, command->help);
	if (!command->bit)
		return;
	if (command->bit & QM_FOR_REPORTS)
		qm_buf_add_text(out, about_reports);
	add_options(command->bit, out);
	qm_buf_add_text(out,
		"\nEach option is also a variable (--batch-size: QMETRY_BATCH_SIZE) and a line of\n"
		"qmetry-ci.yaml (batch-size: 200). The command line counts first, then the "
		"variable, then\nthe file.\n");
	if (command->bit & QM_FOR_CALLS)
		qm_buf_add_text(out, about_key);
	add_exit_codes(out);
}

int qm_command_help(const struct qm_context *context)
{
	const struct qm_vec *topics = &context->settings->operands;
	const struct qm_command *command = NULL;
	struct qm_error err;
	struct qm_buf text;

	qm_error_init(&err);
	if (topics->count)
		command = qm_command_find(*(const char *const *)qm_vec_at(topics, 0), &err);
	if (topics->count && !command) {
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
		return QM_EXIT_USAGE;
	}
	qm_buf_init(&text, QM_HELP_MAX_BYTES);
	if (command)
		qm_help_command(command, &text);
	else
		add_overview(&text);
	qm_output_write(context->output, text.data, text.length);
	qm_buf_release(&text);
	return QM_EXIT_OK;
}

int qm_command_version(const struct qm_context *context)
{
	static const char version[] = "qmetry-ci " QM_VERSION "\nbuilt with " QM_LIBRARIES "\n";

	qm_output_write(context->output, version, strlen(version));
	return QM_EXIT_OK;
}
