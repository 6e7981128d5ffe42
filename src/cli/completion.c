#include "src/cli/completion.h"
#include "src/cli/commands.h"
#include "src/cli/exit_code.h"

#include <string.h>

const char qm_completion_shells[] = "bash|zsh|fish";

/* ---- What a setting's value may be. */

static bool names_a_file(const struct qm_setting *setting)
{
	return setting->argument && strstr(setting->argument, "FILE") != NULL;
}

static bool wants_value(const struct qm_setting *setting)
{
	return setting->kind != QM_SETTING_FLAG && setting->kind != QM_SETTING_MAYBE_NUMBER &&
		setting->kind != QM_SETTING_MAYBE_TEXT;
}

/* "a|b" as "a b". */
static void add_words(struct qm_buf *out, const char *choices)
{
	for (const char *c = choices; *c; c++)
		qm_buf_add_char(out, *c == '|' ? ' ' : *c);
}

/* Puts a backslash in front of what means something to the shell there. */
static void add_escaped(struct qm_buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			qm_buf_add_char(out, '\\');
		qm_buf_add_char(out, *text);
	}
}

/* Inside of '...', where a quote has to be left for a moment. */
static void add_quoted(struct qm_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			qm_buf_add_text(out, "'\\''");
		else
			qm_buf_add_char(out, *text);
	}
}

/* ---- bash: one function that looks at the word before and at the command. */

static void add_bash_values(struct qm_buf *out)
{
	qm_buf_add_text(out, "\tcase $before in\n");
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *setting = &qm_setting_rows[i];

		if (!setting->choices)
			continue;
		qm_buf_add_format(out, "\t--%s) words='", setting->name);
		add_words(out, setting->choices);
		qm_buf_add_text(out, "' ;;\n");
	}
	qm_buf_add_text(out, "\tesac\n");
}

static void add_bash_options(struct qm_buf *out)
{
	qm_buf_add_text(out, "\tcase $command in\n");
	for (size_t c = 0; c < qm_command_count; c++) {
		qm_buf_add_format(out, "\t%s) words='--help", qm_commands[c].name);
		for (size_t i = 0; i < qm_setting_count; i++)
			if (qm_setting_rows[i].commands & qm_commands[c].bit)
				qm_buf_add_format(out, " --%s", qm_setting_rows[i].name);
		qm_buf_add_text(out, "' ;;\n");
	}
	qm_buf_add_text(out, "\tesac\n");
}

static void add_bash_operands(struct qm_buf *out)
{
	qm_buf_add_text(out, "\tcase $command in\n");
	for (size_t c = 0; c < qm_command_count; c++) {
		if (!qm_commands[c].choices)
			continue;
		qm_buf_add_format(out, "\t%s) words='", qm_commands[c].name);
		add_words(out, qm_commands[c].choices);
		qm_buf_add_text(out, "' ;;\n");
	}
	qm_buf_add_text(out, "\tesac\n");
}

/* Where it has no words to offer, "-o default" offers files. */
static void add_bash(struct qm_buf *out)
{
	qm_buf_add_text(out,
		"# bash completion for qmetry-ci\n"
		"_qmetry_ci() {\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=\n"
		"\tlocal before=${COMP_WORDS[COMP_CWORD - 1]}\n\n"
		"\tCOMPREPLY=()\n");
	add_bash_values(out);
	qm_buf_add_text(out, "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords='--help --version");
	for (size_t c = 0; c < qm_command_count; c++)
		qm_buf_add_format(out, " %s", qm_commands[c].name);
	qm_buf_add_text(
		out, "'\n\telif [ -z \"$words\" ] && [ \"${word#-}\" != \"$word\" ]; then\n");
	add_bash_options(out);
	qm_buf_add_text(out, "\telif [ -z \"$words\" ]; then\n");
	add_bash_operands(out);
	qm_buf_add_text(out,
		"\tfi\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
		"}\n"
		"complete -o default -F _qmetry_ci qmetry-ci\n");
}

/* ---- zsh: _arguments with one specification an option. */

static void add_zsh_option(struct qm_buf *out, const struct qm_setting *setting)
{
	static const char special[] = "[]:\\";

	qm_buf_add_format(out, "\t\t'%s--%s%s[", setting->kind == QM_SETTING_LIST ? "*" : "",
		setting->name, wants_value(setting) ? "=" : "");
	for (const char *c = setting->help; *c; c++) {
		const char one[] = { *c, '\0' };

		if (*c == '\'')
			add_quoted(out, one);
		else
			add_escaped(out, one, special);
	}
	qm_buf_add_char(out, ']');
	if (wants_value(setting)) {
		qm_buf_add_char(out, ':');
		add_escaped(out, setting->argument, special);
		qm_buf_add_char(out, ':');
		if (setting->choices) {
			qm_buf_add_char(out, '(');
			add_words(out, setting->choices);
			qm_buf_add_char(out, ')');
		} else if (names_a_file(setting)) {
			qm_buf_add_text(out, "_files");
		}
	}
	qm_buf_add_text(out, "' \\\n");
}

static void add_zsh_command(struct qm_buf *out, const struct qm_command *command)
{
	qm_buf_add_format(out, "\t(%s)\n\t\t_arguments -s : \\\n", command->name);
	for (size_t i = 0; i < qm_setting_count; i++)
		if (qm_setting_rows[i].commands & command->bit)
			add_zsh_option(out, &qm_setting_rows[i]);
	qm_buf_add_text(out, "\t\t'--help[show the options]' \\\n\t\t'*: :");
	if (command->choices) {
		qm_buf_add_char(out, '(');
		add_words(out, command->choices);
		qm_buf_add_char(out, ')');
	} else {
		qm_buf_add_text(out, "_files");
	}
	qm_buf_add_text(out, "'\n\t\t;;\n");
}

static void add_zsh(struct qm_buf *out)
{
	qm_buf_add_text(out,
		"#compdef qmetry-ci\n\n"
		"_qmetry_ci() {\n"
		"\tlocal -a commands\n\n"
		"\tcommands=(\n");
	for (size_t c = 0; c < qm_command_count; c++) {
		qm_buf_add_format(out, "\t\t'%s:", qm_commands[c].name);
		add_quoted(out, qm_commands[c].help);
		qm_buf_add_text(out, "'\n");
	}
	qm_buf_add_text(out,
		"\t)\n"
		"\tif (( CURRENT == 2 )); then\n"
		"\t\t_describe command commands\n"
		"\t\treturn\n"
		"\tfi\n"
		"\t(( CURRENT-- ))\n"
		"\tshift words\n"
		"\tcase $words[1] in\n");
	for (size_t c = 0; c < qm_command_count; c++)
		add_zsh_command(out, &qm_commands[c]);
	qm_buf_add_text(out,
		"\tesac\n"
		"}\n\n"
		"if [ \"$funcstack[1]\" = _qmetry-ci ]; then\n"
		"\t_qmetry_ci \"$@\"\n"
		"else\n"
		"\tcompdef _qmetry_ci qmetry-ci\n"
		"fi\n");
}

/* ---- fish: one line an option. */

static void add_fish_option(struct qm_buf *out, const struct qm_setting *setting)
{
	qm_buf_add_text(out, "complete -c qmetry-ci -n '__fish_seen_subcommand_from");
	for (size_t c = 0; c < qm_command_count; c++)
		if (setting->commands & qm_commands[c].bit)
			qm_buf_add_format(out, " %s", qm_commands[c].name);
	qm_buf_add_format(out, "' -l %s", setting->name);
	if (setting->letter)
		qm_buf_add_format(out, " -s %c", setting->letter);
	if (wants_value(setting))
		qm_buf_add_text(out, names_a_file(setting) ? " -r -F" : " -x");
	if (setting->choices) {
		qm_buf_add_text(out, " -a '");
		add_words(out, setting->choices);
		qm_buf_add_char(out, '\'');
	}
	qm_buf_add_text(out, " -d '");
	add_escaped(out, setting->help, "'\\");
	qm_buf_add_text(out, "'\n");
}

static void add_fish(struct qm_buf *out)
{
	qm_buf_add_text(out, "# fish completion for qmetry-ci\n");
	for (size_t c = 0; c < qm_command_count; c++) {
		const struct qm_command *command = &qm_commands[c];

		qm_buf_add_format(out,
			"complete -c qmetry-ci -n __fish_use_subcommand -f -a %s -d '",
			command->name);
		add_escaped(out, command->help, "'\\");
		qm_buf_add_text(out, "'\n");
		if (!command->choices)
			continue;
		qm_buf_add_format(out,
			"complete -c qmetry-ci -n '__fish_seen_subcommand_from %s' -f -a '",
			command->name);
		add_words(out, command->choices);
		qm_buf_add_text(out, "'\n");
	}
	for (size_t i = 0; i < qm_setting_count; i++)
		add_fish_option(out, &qm_setting_rows[i]);
}

enum qm_code qm_completion(const char *shell, struct qm_buf *out, struct qm_error *err)
{
	if (strcmp(shell, "bash") == 0)
		add_bash(out);
	else if (strcmp(shell, "zsh") == 0)
		add_zsh(out);
	else if (strcmp(shell, "fish") == 0)
		add_fish(out);
	else
		return qm_error_set(err, QM_EUSAGE,
			"no completion for \"%s\"; qmetry-ci completion bash, zsh or fish", shell);
	return QM_OK;
}

int qm_command_completion(const struct qm_context *context)
{
	const struct qm_vec *operands = &context->settings->operands;
	const char *shell = "";
	struct qm_error err;
	struct qm_buf text;
	enum qm_code code;

	qm_error_init(&err);
	if (operands->count)
		shell = *(const char *const *)qm_vec_at(operands, 0);
	qm_buf_init(&text, QM_COMPLETION_MAX_BYTES);
	code = qm_completion(shell, &text, &err);
	if (code)
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
	else
		qm_output_write(context->output, text.data, text.length);
	qm_buf_release(&text);
	return code ? QM_EXIT_USAGE : QM_EXIT_OK;
}
