#include "src/base/file.h"
#include "src/base/json_text.h"
#include "src/base/text.h"
#include "src/cli/ask.h"
#include "src/cli/exit_code.h"
#include "src/cli/system_clock.h"
#include "src/cli/target.h"
#include "src/cli/world.h"
#include "src/upload/summary/summary.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SHOWN = 30, MAX_TRIES = 20, FILE_MAX_BYTES = 64 << 10, ROW_BYTES = 512 };

static const char default_url[] = "https://testmanagement.qmetry.com";
static const char default_file[] = "qmetry-ci.yaml";

struct suite {
	const char *key, *name;
};

struct init {
	struct qm_context context;   /* its settings are those below */
	struct qm_settings settings; /* shares what it points to with those that were given */
	struct qm_arena arena;
	struct qm_world world;
	struct qm_catalog catalog;
	struct qm_vec suites;     /* struct suite: those that are not archived */
	struct qm_vec executions; /* struct qm_found_execution: those that can be written to */
	struct qm_error *err;
};

static enum qm_code ask(struct init *init, const char *text, const char *fallback,
	const char *option, const char **out)
{
	const struct qm_question question = { text, fallback, option };
	const struct qm_stop stop = { .interrupted = init->context.interrupted };

	return qm_ask(&question, &stop, &init->arena, out, init->err);
}

/* ---- What is known before the first question: no answer is asked for in vain. */

static enum qm_code check_file(const char *path, struct qm_error *err)
{
	const char *slash = strrchr(path, '/');
	enum qm_code code = QM_OK;
	struct qm_buf folder;

	if (qm_file_exists(path))
		return qm_error_set(
			err, QM_EUSAGE, "%s is there already: edit it, or name another file", path);
	qm_buf_init(&folder, PATH_MAX);
	qm_buf_add(&folder, path, slash ? (size_t)(slash - path) : 0);
	qm_buf_add_text(&folder, slash ? "/" : ".");
	if (access(folder.data, W_OK | X_OK) != 0)
		code = qm_error_set(
			err, QM_EUSAGE, "%s: cannot be written: %s", path, strerror(errno));
	qm_buf_release(&folder);
	return code;
}

static enum qm_code check_key(const struct qm_secrets *secrets, struct qm_error *err)
{
	const struct qm_secret *key;

	return qm_find_key(secrets, &key, err);
}

/* ---- Where the server is. */

static enum qm_code ask_connection(struct init *init)
{
	struct qm_settings *settings = &init->settings;
	enum qm_code code = QM_OK;

	if (strcmp(settings->url, default_url) == 0)
		code = ask(init, "QMetry address", default_url, "--url", &settings->url);
	if (!code)
		code = qm_check_url(settings, init->err);
	if (!code && !settings->project)
		code = ask(init, "Project key", NULL, "--project", &settings->project);
	if (!code)
		code = qm_check_target(settings, init->err);
	return code;
}

static enum qm_code connect(struct init *init)
{
	enum qm_code code = qm_world_open(&init->world, &init->context, init->err);

	return code ? code
		    : qm_catalog_load_project(&init->catalog, init->world.session,
			      init->settings.project, init->err);
}

/* ---- Which suite. */

static enum qm_code add_suite(void *context, const struct qm_suite_row *row)
{
	struct init *init = context;
	struct suite *suite;

	if (row->archived)
		return QM_OK;
	suite = qm_vec_add(&init->suites);
	suite->key = qm_arena_strdup(&init->arena, row->key);
	suite->name = qm_arena_strdup(&init->arena, row->name);
	return QM_OK;
}

static bool holds_nocase(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++) {
		size_t i = 0;

		while (i < length && text[i] && (text[i] | 0x20) == (part[i] | 0x20))
			i++;
		if (i == length)
			return true;
	}
	return false;
}

/* Shows the suites whose key or name holds `part`; `shown` are their numbers. */
static size_t show_suites(const struct init *init, const char *part, size_t shown[MAX_SHOWN])
{
	size_t count = 0, more = 0;
	char row[ROW_BYTES];

	for (size_t i = 0; i < init->suites.count; i++) {
		const struct suite *suite = qm_vec_at(&init->suites, i);

		if (!holds_nocase(suite->key, part) && !holds_nocase(suite->name, part))
			continue;
		if (count >= MAX_SHOWN) {
			more++;
			continue;
		}
		shown[count++] = i;
		(void)snprintf(row, sizeof row, "%s  %s", suite->key, suite->name);
		qm_tell(count, row);
	}
	(void)snprintf(row, sizeof row, "and %zu more", more);
	if (more)
		qm_tell(0, row);
	return count;
}

static const char *suite_with_key(const struct init *init, const char *key)
{
	for (size_t i = 0; i < init->suites.count; i++) {
		const struct suite *suite = qm_vec_at(&init->suites, i);

		if (qm_text_equal_nocase(suite->key, key))
			return suite->key;
	}
	return NULL;
}

static enum qm_code ask_suite(struct init *init)
{
	const char *answer = "", *key = NULL;
	size_t shown[MAX_SHOWN], count;
	enum qm_code code = QM_OK;

	for (int tries = 0; !code && !key && tries < MAX_TRIES; tries++) {
		int64_t number = 0;

		count = show_suites(init, answer, shown);
		if (!count)
			qm_tell(0, "no suite is called like that");
		code = ask(init, "Suite (number, key or part of a name)", NULL, "--suite", &answer);
		if (code)
			break;
		key = suite_with_key(init, answer);
		if (!key && qm_text_int(answer, 1, (int64_t)count, &number))
			key = ((const struct suite *)qm_vec_at(&init->suites, shown[number - 1]))
				      ->key;
	}
	if (!code && !key)
		code = qm_error_set(init->err, QM_ENOTFOUND, "no suite was chosen");
	if (!code)
		qm_vec_push(&init->settings.suites, &key);
	return code;
}

static enum qm_code choose_suite(struct init *init)
{
	enum qm_code code;

	if (init->settings.suites.count || init->settings.suite_runs.count)
		return QM_OK;
	code = qm_fetch_suites(init->world.session, &init->catalog.project, NULL, 0, add_suite,
		NULL, init, init->err);
	if (code)
		return code;
	if (!init->suites.count)
		return qm_error_set(init->err, QM_ENOTFOUND,
			"the project %s has no suite that could be written to: make one in QMetry, "
			"or qmetry-ci import makes one from reports",
			init->settings.project);
	return ask_suite(init);
}

/* ---- Which of its executions. */

static enum qm_code look(struct init *init)
{
	const struct qm_selection selection = qm_selection_of(&init->settings);
	struct qm_vec found;
	enum qm_code code;

	qm_vec_init(&found, sizeof(struct qm_found_execution));
	code = qm_catalog_look(&init->catalog, init->world.session, &selection, &found, init->err);
	for (size_t i = 0; !code && i < found.count; i++) {
		const struct qm_found_execution *execution = qm_vec_at(&found, i);

		if (!execution->state)
			qm_vec_push(&init->executions, execution);
	}
	qm_vec_release(&found);
	if (!code && !init->executions.count)
		code = qm_error_set(init->err, QM_ENOTFOUND,
			"no execution that could be written to: execute the suite in QMetry, or "
			"choose another one");
	return code;
}

static const struct qm_execution *execution_at(const struct init *init, size_t index)
{
	const struct qm_found_execution *found = qm_vec_at(&init->executions, index);

	return &found->execution;
}

static void show_executions(const struct init *init)
{
	char row[ROW_BYTES];

	for (size_t i = 0; i < init->executions.count; i++) {
		const struct qm_execution *execution = execution_at(init, i);

		(void)snprintf(row, sizeof row, "%s  platform %s, release %s, cycle %s (%s)",
			execution->suite_key, execution->platform, execution->release,
			execution->cycle, execution->suite_run);
		qm_tell(i + 1, row);
	}
}

/* A platform's name outlives an execution's id: it is written where it says enough. */
static void select_execution(struct init *init, size_t chosen)
{
	const struct qm_execution *execution = execution_at(init, chosen);
	size_t alike = 0;

	for (size_t i = 0; i < init->executions.count; i++)
		alike += strcmp(execution_at(init, i)->platform, execution->platform) == 0;
	if (alike == 1 && *execution->platform)
		init->settings.platform = execution->platform;
	else
		qm_vec_push(&init->settings.suite_runs, &execution->suite_run);
}

static enum qm_code choose_execution(struct init *init)
{
	const char *answer = "";
	enum qm_code code = look(init);

	if (code || init->executions.count == 1 || init->settings.all_executions ||
		init->settings.suite_runs.count)
		return code;
	show_executions(init);
	for (int tries = 0; tries < MAX_TRIES; tries++) {
		int64_t number = 0;

		code = ask(init, "Execution (number, or all)", NULL,
			"--platform or --all-executions", &answer);
		if (code)
			return code;
		if (qm_text_equal_nocase(answer, "all")) {
			init->settings.all_executions = true;
			return QM_OK;
		}
		if (qm_text_int(answer, 1, (int64_t)init->executions.count, &number)) {
			select_execution(init, (size_t)number - 1);
			return QM_OK;
		}
	}
	return qm_error_set(init->err, QM_ENOTFOUND, "no execution was chosen");
}

/* ---- The file. */

/* A JSON string is a YAML string in quotes. */
static void add_text(struct qm_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	qm_buf_add_format(out, "%s: ", name);
	qm_json_add_text(out, value);
	qm_buf_add_char(out, '\n');
}

static void add_list(struct qm_buf *out, const char *name, const struct qm_vec *values)
{
	if (!values->count)
		return;
	qm_buf_add_format(out, "%s:\n", name);
	for (size_t i = 0; i < values->count; i++) {
		qm_buf_add_text(out, "  - ");
		qm_json_add_text(out, *(const char *const *)qm_vec_at(values, i));
		qm_buf_add_char(out, '\n');
	}
}

static void make_file(const struct qm_settings *settings, struct qm_buf *out)
{
	qm_buf_add_text(out,
		"# Settings of qmetry-ci; `qmetry-ci help upload` lists them all. The key "
		"comes from\n# QMETRY_API_KEY, and under CI the address from QMETRY_URL: a file "
		"that a pull\n# request brings along may set neither.\n");
	if (strcmp(settings->url, default_url) != 0) {
		qm_buf_add_text(out, "# ");
		add_text(out, "url", settings->url);
	}
	add_text(out, "project", settings->project);
	add_list(out, "suite", &settings->suites);
	add_list(out, "suite-run", &settings->suite_runs);
	add_text(out, "platform", settings->platform);
	add_text(out, "release", settings->release);
	add_text(out, "cycle", settings->cycle);
	if (settings->all_executions)
		qm_buf_add_text(out, "all-executions: true\n");
	add_text(out, "build", settings->build);
}

static enum qm_code write_file(struct init *init, const char *path)
{
	bool usual = strcmp(path, default_file) == 0;
	struct qm_buf content;
	enum qm_code code;

	qm_buf_init(&content, FILE_MAX_BYTES);
	make_file(&init->settings, &content);
	code = qm_file_create(path, content.data, content.length, init->err);
	qm_buf_release(&content);
	if (code)
		return code;
	if (strcmp(init->settings.url, default_url) != 0)
		qm_log_line(init->context.log, QM_LOG_NOTICE, "set QMETRY_URL to %s",
			init->settings.url);
	qm_log_line(init->context.log, QM_LOG_NOTICE, "%s is written; try qmetry-ci plan%s%s", path,
		usual ? "" : " --config ", usual ? "" : path);
	return QM_OK;
}

static enum qm_code ask_and_write(struct init *init)
{
	const struct qm_vec *operands = &init->settings.operands;
	const char *path = default_file;
	enum qm_code code;

	if (operands->count)
		path = *(const char *const *)qm_vec_at(operands, 0);
	code = check_file(path, init->err);
	if (!code)
		code = check_key(init->context.secrets, init->err);
	if (!code)
		code = ask_connection(init);
	if (!code)
		code = connect(init);
	if (!code)
		code = choose_suite(init);
	if (!code)
		code = choose_execution(init);
	return code ? code : write_file(init, path);
}

int qm_command_init(const struct qm_context *context)
{
	struct qm_error err;
	struct init init = { .context = *context, .settings = *context->settings, .err = &err };
	enum qm_code code;

	qm_error_init(&err);
	qm_arena_init(&init.arena);
	qm_world_init(&init.world);
	qm_catalog_init(&init.catalog);
	qm_vec_init(&init.suites, sizeof(struct suite));
	qm_vec_init(&init.executions, sizeof(struct qm_found_execution));
	init.context.settings = &init.settings;
	init.context.interrupted = qm_catch_signals();
	code = ask_and_write(&init);
	if (code)
		qm_log_failure(context->log, QM_LOG_ERROR, &err);
	qm_world_close(&init.world);
	/* What was not given was chosen here. */
	if (!context->settings->suites.count)
		qm_vec_release(&init.settings.suites);
	if (!context->settings->suite_runs.count)
		qm_vec_release(&init.settings.suite_runs);
	qm_vec_release(&init.executions);
	qm_vec_release(&init.suites);
	qm_catalog_release(&init.catalog);
	qm_arena_release(&init.arena);
	return code ? qm_reason_exit_code(qm_reason_of(code)) : QM_EXIT_OK;
}
