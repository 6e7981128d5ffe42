#include "src/base/text.h"
#include "src/cli/commands.h"
#include "src/cli/setting_value.h"
#include "src/cli/sources.h"

#include <string.h>

/* The command line while it is read. */
struct reader {
	struct qm_settings *settings;
	struct qm_given *given;
	const struct qm_command *command;
	int count, next;
	char **arguments;
	const char *values[QM_SOURCES_MAX_ROWS]; /* of the options that were given, by row */
	struct qm_error *err;
};

/* What people try, and what is refused on purpose: a process list shows it to everybody. */
static bool is_secret_option(const char *name, size_t length)
{
	static const char *const names[] = { "api-key", "apikey", "key", "token", "password",
		"username", "api-token" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return true;
	return false;
}

/* What other uploaders call an option, and what does its work here; NULL: nothing is known. */
static const char *hint_of(const char *option)
{
	static const struct {
		const char *option, *hint;
	} hints[] = {
		{ "dry-run", "qmetry-ci plan shows what upload would send" },
		{ "file", "reports are named without an option" },
		{ "f", "reports are named without an option" },
		{ "exclude", "'!PATTERN' among the reports excludes" },
		{ "insecure", "--cacert FILE trusts a certificate" },
		{ "json", "--format json" },
		{ "host", "--url URL" },
		{ "silent", "--quiet" },
	};

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strcmp(hints[i].option, option) == 0)
			return hints[i].hint;
	return NULL;
}

/* The nearest name of an option that the command takes, or NULL. */
static const char *nearest_option(const struct qm_command *command, const char *name)
{
	const char *names[QM_SOURCES_MAX_ROWS + 1] = { "help" };
	size_t count = 1;

	for (size_t i = 0; i < qm_setting_count; i++)
		if (qm_setting_rows[i].commands & command->bit)
			names[count++] = qm_setting_rows[i].name;
	return qm_text_nearest(name, names, count);
}

static enum qm_code unknown_option(const struct reader *reader, const char *name, size_t length)
{
	const char *command = reader->command->name, *hint, *nearest;
	char option[64];

	if (is_secret_option(name, length))
		return qm_error_set(reader->err, QM_EUSAGE,
			"keys and passwords are not taken from the command line, where other users "
			"see them; set QMETRY_API_KEY, QMETRY_USERNAME and QMETRY_PASSWORD, or the "
			"same with _FILE");
	length = qm_text_cut(name, length, sizeof option - 1);
	memcpy(option, name, length);
	option[length] = '\0';
	if (reader->command->bit && qm_setting_find(option, length, ~0U))
		return qm_error_set(reader->err, QM_EUSAGE,
			"%s has no option --%s (see qmetry-ci %s --help)", command, option,
			command);
	hint = hint_of(option);
	if (hint)
		return qm_error_set(reader->err, QM_EUSAGE,
			"unknown option --%s: %s (see qmetry-ci %s --help)", option, hint, command);
	nearest = nearest_option(reader->command, option);
	return qm_error_set(reader->err, QM_EUSAGE,
		"unknown option --%s%s%s%s (see qmetry-ci %s --help)", option,
		nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "",
		command);
}

/*
 * Whether the next argument is the option's value. A number behind --fail-on-unmapped is: a report
 * called "5" can be written ./5.
 */
static bool takes_next(const struct reader *reader, const struct qm_setting *setting)
{
	int64_t number;

	if (reader->next >= reader->count || setting->kind == QM_SETTING_FLAG ||
		setting->kind == QM_SETTING_MAYBE_TEXT)
		return false;
	return setting->kind != QM_SETTING_MAYBE_NUMBER ||
		qm_text_int(reader->arguments[reader->next], 0, INT64_MAX, &number);
}

/* Whoever repeats an option has seen others that are lists: no value is dropped in silence. */
static bool contradicts(
	const struct reader *reader, const struct qm_setting *setting, const char *value)
{
	const char *before = reader->values[setting - qm_setting_rows];

	if (!reader->given->rows[setting - qm_setting_rows] || setting->kind == QM_SETTING_LIST ||
		setting->kind == QM_SETTING_FLAG)
		return false;
	return !before != !value || (before && strcmp(before, value) != 0);
}

static enum qm_code set_option(
	struct reader *reader, const struct qm_setting *setting, const char *value)
{
	size_t row = (size_t)(setting - qm_setting_rows);

	if (!value && takes_next(reader, setting))
		value = reader->arguments[reader->next++];
	if (contradicts(reader, setting, value))
		return qm_setting_set_twice(setting, reader->values[row], value, reader->err);
	reader->given->rows[row] = true;
	reader->values[row] = value;
	return qm_setting_set_open(reader->settings, setting, value, reader->err);
}

static enum qm_code read_long(struct reader *reader, const char *option)
{
	size_t length = strcspn(option, "=");
	const struct qm_setting *setting = qm_setting_find(option, length, reader->command->bit);

	if (!setting)
		return unknown_option(reader, option, length);
	return set_option(reader, setting, option[length] ? option + length + 1 : NULL);
}

static enum qm_code unknown_letter(const struct reader *reader, char letter)
{
	const char *hint = hint_of((const char[]){ letter, '\0' });

	return qm_error_set(reader->err, QM_EUSAGE,
		"unknown option -%c%s%s (see qmetry-ci %s --help)", letter, hint ? ": " : "",
		hint ? hint : "", reader->command->name);
}

/* "-v", "-qv": letters of flags. */
static enum qm_code read_letters(struct reader *reader, const char *letters)
{
	enum qm_code code = QM_OK;

	for (; !code && *letters; letters++) {
		const struct qm_setting *setting =
			qm_setting_find_letter(*letters, reader->command->bit);

		code = setting ? set_option(reader, setting, NULL)
			       : unknown_letter(reader, *letters);
	}
	return code;
}

enum qm_code qm_read_arguments(struct qm_settings *settings, struct qm_given *given,
	const struct qm_command *command, int count, char **arguments, bool *out_help,
	struct qm_error *err)
{
	struct reader reader = { .settings = settings,
		.given = given,
		.command = command,
		.count = count,
		.arguments = arguments,
		.err = err };
	bool options = true;
	enum qm_code code = QM_OK;

	*out_help = false;
	while (!code && !settings->command && reader.next < count) {
		const char *argument = arguments[reader.next++];

		if (options && strcmp(argument, "--") == 0 && command->bit == QM_FOR_RUN)
			settings->command = arguments + reader.next;
		else if (options && strcmp(argument, "--") == 0)
			options = false;
		else if (options && (!strcmp(argument, "--help") || !strcmp(argument, "-h")))
			*out_help = true;
		else if (options && qm_text_starts(argument, "--"))
			code = read_long(&reader, argument + 2);
		else if (options && *argument == '-' && argument[1])
			code = read_letters(&reader, argument + 1);
		else
			qm_vec_push(&settings->operands, &argument);
	}
	return code;
}
