#include "src/cli/sources.h"
#include "src/base/file.h"
#include "src/base/secret.h"
#include "src/base/text.h"
#include "src/base/yaml.h"
#include "src/cli/ci.h"
#include "src/cli/commands.h"
#include "src/cli/setting_value.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { CONFIG_MAX_BYTES = 1 << 20 };

static const char found_config[] = "qmetry-ci.yaml";

/* ---- Environment. */

/* What holds a password leaves the environment, where children and /proc would show it. */
static const char *take_variable(
	struct qm_settings *settings, const struct qm_setting *setting, const char *variable)
{
	char *value = getenv(variable);
	const char *copy = value;

	if (value && setting->check_open && setting->check_open(value)) {
		copy = qm_arena_strdup(&settings->arena, value);
		qm_wipe(value, strlen(value));
		(void)unsetenv(variable);
	}
	return copy;
}

enum qm_code qm_read_environment(struct qm_settings *settings, struct qm_given *given,
	const struct qm_command *command, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < qm_setting_count; i++) {
		const struct qm_setting *setting = &qm_setting_rows[i];
		char variable[64];
		const char *value;

		qm_setting_variable(setting, variable);
		value = take_variable(settings, setting, variable);
		if (given->rows[i] || !value || !*value || !(setting->commands & command->bit))
			continue;
		given->rows[i] = true;
		code = qm_setting_set(settings, setting, value, err);
		if (code)
			qm_error_at(err, variable, 0, 0);
	}
	return code;
}

/* "BATCH_SIZ=..." -> "batch-siz"; cut to `size`, as nothing that long is meant. */
static void setting_name(const char *entry, char *out, size_t size)
{
	size_t length = 0;

	for (; entry[length] && entry[length] != '=' && length + 1 < size; length++) {
		char c = entry[length];

		out[length] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	out[length] = '\0';
}

static const char *setting_meant(const char *name)
{
	const char *names[QM_SOURCES_MAX_ROWS];

	for (size_t i = 0; i < qm_setting_count; i++)
		names[i] = qm_setting_rows[i].name;
	return qm_text_nearest(name, names, qm_setting_count);
}

void qm_warn_of_variables(const struct qm_log *log)
{
	for (char **entry = environ; *entry; entry++) {
		char name[64], variable[64];
		const char *meant;

		if (!qm_text_starts(*entry, "QMETRY_"))
			continue;
		setting_name(*entry + strlen("QMETRY_"), name, sizeof name);
		meant = setting_meant(name);
		/* One slip: other names may well be those of the job's own scripts. */
		if (!meant || qm_text_distance(name, meant, 1) > 1)
			continue;
		qm_setting_variable(qm_setting_find(meant, strlen(meant), ~0U), variable);
		if (!qm_text_starts(*entry, variable) || (*entry)[strlen(variable)] != '=')
			qm_log_line(log, QM_LOG_WARNING,
				"%.*s is no setting and does nothing; did you mean %s?",
				(int)strcspn(*entry, "="), *entry, variable);
	}
}

/* ---- Configuration file. */

/* The file while it is read. */
struct config {
	struct qm_settings *settings;
	struct qm_given *given;
	const char *path;
	bool found; /* and not named */
	struct qm_error *err;
};

static enum qm_code fail_at(
	struct config *config, const struct qm_yaml_node *node, enum qm_code code)
{
	qm_error_at(config->err, config->path, node->line, node->column);
	return code;
}

static bool is_key_name(const char *name)
{
	return strstr(name, "key") || strstr(name, "password") || strstr(name, "token");
}

static enum qm_code unknown_key(struct config *config, const struct qm_yaml_node *key)
{
	const char *names[QM_SOURCES_MAX_ROWS], *nearest;
	size_t count = 0;

	if (strcmp(key->text, "config") == 0)
		return fail_at(config, key,
			qm_error_set(config->err, QM_EUSAGE,
				"a configuration file cannot name another one"));
	if (is_key_name(key->text))
		return fail_at(config, key,
			qm_error_set(config->err, QM_EUSAGE,
				"keys are not taken from a configuration file; set QMETRY_API_KEY "
				"or QMETRY_API_KEY_FILE"));
	for (size_t i = 0; i < qm_setting_count; i++)
		if (strcmp(qm_setting_rows[i].name, "config") != 0)
			names[count++] = qm_setting_rows[i].name;
	nearest = qm_text_nearest(key->text, names, count);
	return fail_at(config, key,
		qm_error_set(config->err, QM_EUSAGE, "unknown setting \"%s\"%s%s%s", key->text,
			nearest ? "; did you mean " : "", nearest ? nearest : "",
			nearest ? "?" : ""));
}

static enum qm_code set_from_node(
	struct config *config, const struct qm_setting *setting, const struct qm_yaml_node *value)
{
	enum qm_code code = QM_OK;

	if (value->kind == QM_YAML_SCALAR) {
		code = qm_setting_set_open(config->settings, setting, value->text, config->err);
		return code ? fail_at(config, value, code) : QM_OK;
	}
	if (value->kind != QM_YAML_LIST || setting->kind != QM_SETTING_LIST)
		return fail_at(config, value,
			qm_error_set(config->err, QM_EUSAGE, "%s wants %s", setting->name,
				setting->kind == QM_SETTING_LIST ? "a text or a list of texts"
								 : "one value"));
	if (!value->count)
		return fail_at(config, value,
			qm_error_set(config->err, QM_EUSAGE,
				"the list of %s is empty; leave the setting out to have "
				"the default",
				setting->name));
	for (size_t i = 0; !code && i < value->count; i++) {
		const struct qm_yaml_node *item = value->items[i];

		code = item->kind == QM_YAML_SCALAR
			? qm_setting_set_open(config->settings, setting, item->text, config->err)
			: qm_error_set(config->err, QM_EUSAGE, "a text is wanted");
		if (code)
			return fail_at(config, item, code);
	}
	return code;
}

static enum qm_code read_pair(
	struct config *config, const struct qm_yaml_node *key, const struct qm_yaml_node *value)
{
	const struct qm_setting *setting = NULL;
	size_t row;

	if (key->kind == QM_YAML_SCALAR)
		setting = qm_setting_find(key->text, key->length, ~0U);
	if (!setting || strcmp(setting->name, "config") == 0)
		return key->kind == QM_YAML_SCALAR
			? unknown_key(config, key)
			: fail_at(config, key,
				  qm_error_set(config->err, QM_EUSAGE,
					  "the name of a setting is wanted"));
	if (setting->guarded && config->found && qm_is_ci())
		return fail_at(config, key,
			qm_error_set(config->err, QM_EUSAGE,
				"under CI a file that was found may not set %s, since a pull "
				"request could redirect the key, lift the limits or write files; "
				"set it in the job, or name the file with --config",
				setting->name));
	row = (size_t)(setting - qm_setting_rows);
	/* "platform:" with nothing behind it is not set, as an empty variable is not. */
	if (config->given->rows[row] || qm_yaml_is_null(value))
		return QM_OK;
	config->given->rows[row] = true;
	return set_from_node(config, setting, value);
}

static enum qm_code read_document(struct config *config, const struct qm_yaml_node *root)
{
	const struct qm_yaml_node *twice;
	enum qm_code code = QM_OK;

	if (!root)
		return QM_OK;
	if (root->kind != QM_YAML_MAP)
		return fail_at(config, root,
			qm_error_set(config->err, QM_EUSAGE,
				"a configuration file holds settings: batch-size: 200"));
	twice = qm_yaml_duplicate(root);
	if (twice)
		return fail_at(config, twice,
			qm_error_set(config->err, QM_EUSAGE, "\"%s\" is set twice", twice->text));
	for (size_t i = 0; !code && i < root->count; i++)
		code = read_pair(config, root->items[2 * i], root->items[2 * i + 1]);
	return code;
}

enum qm_code qm_read_config(
	struct qm_settings *settings, struct qm_given *given, struct qm_error *err)
{
	struct config config = { settings, given, settings->config, !settings->config, err };
	const struct qm_yaml_node *root = NULL;
	struct qm_arena nodes;
	struct qm_buf content;
	enum qm_code code;

	if (config.found)
		config.path = found_config;
	if (config.found && !qm_file_exists(config.path))
		return QM_OK;
	qm_arena_init(&nodes);
	qm_buf_init(&content, CONFIG_MAX_BYTES);
	code = qm_file_read(config.path, &content, err);
	if (!code)
		code = qm_yaml_parse_only(content.data, content.length, &nodes, &root, err);
	if (!code)
		code = read_document(&config, root);
	if (code && err)
		qm_error_at(err, config.path, err->line, err->column);
	code = qm_error_as_usage(err, code);
	qm_buf_release(&content);
	qm_arena_release(&nodes);
	return code;
}

/* ---- Defaults. */

void qm_read_defaults(struct qm_settings *settings, struct qm_given *given)
{
	for (size_t i = 0; i < qm_setting_count; i++) {
		const struct qm_setting *setting = &qm_setting_rows[i];
		enum qm_code code = QM_OK;

		if (!given->rows[i] && setting->fallback)
			code = qm_setting_set(settings, setting, setting->fallback, NULL);
		assert(code == QM_OK);
		(void)code;
	}
}

/* ---- What the CI system tells. */

/* Whoever looks at a result in QMetry finds the job that it came from. */
static const char default_comment[] = "qmetry-ci: {job} #{build} {url} {message}";

enum qm_code qm_read_ci(struct qm_settings *settings, struct qm_error *err)
{
	if (!settings->comment && qm_is_ci())
		settings->comment = default_comment;
	if (qm_ci_debugs())
		settings->verbose = !settings->quiet;
	if (!settings->build || strcmp(settings->build, "auto") != 0)
		return QM_OK;
	settings->build = qm_ci_read(&settings->arena).build;
	if (*settings->build)
		return QM_OK;
	return qm_error_set(err, QM_EUSAGE,
		"--build auto: this is no CI job whose build number is known; name the build");
}
