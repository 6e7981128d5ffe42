#include "src/cli/manual.h"
#include "src/cli/commands.h"
#include "src/cli/exit_code.h"

#include <string.h>

/* Text in which nothing is an order to the formatter: neither \ nor - nor a leading . or '. */
static void add_text(struct qm_buf *out, const char *text)
{
	bool at_start = !out->length || out->data[out->length - 1] == '\n';

	for (; *text; text++) {
		if (at_start && (*text == '.' || *text == '\''))
			qm_buf_add_text(out, "\\&");
		if (*text == '\\')
			qm_buf_add_text(out, "\\e");
		else if (*text == '-')
			qm_buf_add_text(out, "\\-");
		else
			qm_buf_add_char(out, *text);
		at_start = *text == '\n';
	}
}

static void add_head(struct qm_buf *out)
{
	qm_buf_add_text(out,
		".TH QMETRY\\-CI 1 \"\" \"qmetry\\-ci " QM_VERSION "\" \"User Commands\"\n"
		".SH NAME\n"
		"qmetry\\-ci \\- test results into QMetry, under a policy\n"
		".SH SYNOPSIS\n");
	for (size_t i = 0; i < qm_command_count; i++) {
		qm_buf_add_format(
			out, "%s.B qmetry\\-ci %s\n", i ? ".br\n" : "", qm_commands[i].name);
		if (*qm_commands[i].arguments) {
			add_text(out, qm_commands[i].arguments);
			qm_buf_add_char(out, '\n');
		}
	}
}

static void add_description(struct qm_buf *out)
{
	qm_buf_add_text(out, ".SH DESCRIPTION\n");
	add_text(out,
		"Reads the JUnit and TestNG reports of a CI job, finds the QMetry test case runs "
		"that the results belong to, and sets their statuses in as few bulk calls as "
		"possible. Every call passes a policy file with rate limits and rules for "
		"arguments.\n");
	qm_buf_add_text(out, ".PP\n");
	add_text(out,
		"REPORT is a path or a pattern ('**/TEST-*.xml', '!old/**' excludes). Without any, "
		"the usual places of Surefire, Failsafe, Gradle and TestNG are looked through.\n");
	qm_buf_add_text(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < qm_command_count; i++) {
		qm_buf_add_format(out, ".TP\n.B %s\n", qm_commands[i].name);
		add_text(out, qm_commands[i].help);
		qm_buf_add_char(out, '\n');
	}
}

/* "upload, plan, run"; nothing where all commands with settings take it. */
static void add_takers(struct qm_buf *out, const struct qm_setting *setting)
{
	bool first = true, all = true;

	for (size_t i = 0; i < qm_command_count; i++)
		all = all && (!qm_commands[i].bit || (qm_commands[i].bit & setting->commands));
	if (all)
		return;
	qm_buf_add_text(out, " Of");
	for (size_t i = 0; i < qm_command_count; i++) {
		if (!(qm_commands[i].bit & setting->commands))
			continue;
		qm_buf_add_format(out, "%s %s", first ? "" : ",", qm_commands[i].name);
		first = false;
	}
	qm_buf_add_char(out, '.');
}

static void add_option(struct qm_buf *out, const struct qm_setting *setting)
{
	bool maybe =
		setting->kind == QM_SETTING_MAYBE_NUMBER || setting->kind == QM_SETTING_MAYBE_TEXT;

	qm_buf_add_text(out, ".TP\n.B ");
	if (setting->letter)
		qm_buf_add_format(out, "\\-%c, ", setting->letter);
	add_text(out, "--");
	add_text(out, setting->name);
	if (setting->argument) {
		qm_buf_add_text(out, maybe ? "[=" : " ");
		qm_buf_add_format(out, "\\fI%s\\fB%s", setting->argument, maybe ? "]" : "");
	}
	qm_buf_add_char(out, '\n');
	add_text(out, setting->help);
	if (setting->choices && setting->kind == QM_SETTING_CHOICE) {
		qm_buf_add_text(out, ": ");
		add_text(out, setting->choices);
	}
	if (setting->fallback) {
		qm_buf_add_text(out, " (");
		add_text(out, setting->fallback);
		qm_buf_add_text(out, ")");
	}
	qm_buf_add_char(out, '.');
	add_takers(out, setting);
	qm_buf_add_char(out, '\n');
}

static void add_options(struct qm_buf *out)
{
	qm_buf_add_text(out, ".SH OPTIONS\n");
	add_text(out,
		"Each is also a variable (--batch-size: QMETRY_BATCH_SIZE) and a line of "
		"qmetry-ci.yaml (batch-size: 200). The command line counts first, then the "
		"variable, then the file.\n");
	for (int group = 0; group < QM_GROUPS; group++) {
		qm_buf_add_format(out, ".SS %s\n", qm_setting_group_names[group]);
		for (size_t i = 0; i < qm_setting_count; i++)
			if ((int)qm_setting_rows[i].group == group)
				add_option(out, &qm_setting_rows[i]);
	}
}

static void add_exit_codes(struct qm_buf *out)
{
	qm_buf_add_text(out, ".SH EXIT STATUS\nThe first that applies of ");
	for (size_t i = 0; i < qm_exit_row_count; i++)
		qm_buf_add_format(out, "%s%d", i ? ", " : "", qm_exit_order[i]);
	qm_buf_add_text(out, ":\n");
	for (size_t i = 0; i < qm_exit_row_count; i++) {
		qm_buf_add_format(out, ".TP\n.B %d\n", qm_exit_rows[i].code);
		add_text(out, qm_exit_rows[i].text);
		qm_buf_add_char(out, '\n');
	}
}

static void add_tail(struct qm_buf *out)
{
	static const char *const rows[][2] = {
		{ "QMETRY_API_KEY", "the key that QMetry makes on its Open API page" },
		{ "QMETRY_API_KEY_FILE",
			"a file that holds it, in place of the variable; "
			"- is the standard input" },
		{ "NO_COLOR", "no colours, also on a terminal" },
		{ "CI", "set by CI systems; false says that this is no CI job" },
	};

	qm_buf_add_text(out, ".SH ENVIRONMENT\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_buf_add_format(out, ".TP\n.B %s\n", rows[i][0]);
		add_text(out, rows[i][1]);
		qm_buf_add_text(out, "\n");
	}
	qm_buf_add_text(out, ".SH FILES\n.TP\n.B qmetry\\-ci.yaml\n");
	add_text(out, "settings, in the working folder, unless --config names another file\n");
	qm_buf_add_text(out, ".SH EXAMPLES\n.nf\n");
	add_text(out,
		"qmetry-ci parse 'target/surefire-reports/TEST-*.xml'\n"
		"qmetry-ci plan --project VKMC --suite VKMC-TS-20\n"
		"qmetry-ci run --project VKMC --suite VKMC-TS-20 -- mvn test\n");
	qm_buf_add_text(out, ".fi\n");
}

void qm_manual(struct qm_buf *out)
{
	add_head(out);
	add_description(out);
	add_options(out);
	add_exit_codes(out);
	add_tail(out);
}
