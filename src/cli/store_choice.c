#include "policy/redis.h"
#include "src/api/dialer.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/cli/world.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096, REDIS_TIMEOUT_MS = 5000 };

static const char *not_empty(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* What a store is opened with. */
struct opener {
	const struct qm_context *context;
	struct qm_store **out;
};

static enum qm_code open_sqlite(
	const struct opener *opener, const char *path, bool shared, struct qm_error *err)
{
	const struct qm_sqlite_options options = { .path = path,
		.shared = shared,
		.prefix = opener->context->settings->state_prefix,
		.interrupted = opener->context->interrupted };

	return qm_store_sqlite(&options, opener->out, err);
}

/* A file of Intercept's name is taken for Intercept's, wherever it lies. */
static enum qm_code open_named_file(
	const struct opener *opener, const char *path, struct qm_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return open_sqlite(opener, path, strcmp(name, "intercept.sqlite") == 0, err);
}

/* QMETRY_STATE_PASSWORD, or its file, goes before a password in QMETRY_STATE. */
static enum qm_code find_password(
	const struct qm_secrets *secrets, struct qm_redis_url *url, struct qm_error *err)
{
	const struct qm_secret *password;
	enum qm_code code = qm_secrets_get(secrets, QM_SECRET_STATE_PASSWORD, &password, err);
	const char *text = password ? qm_secret_reveal(password) : NULL;

	if (code || !text)
		return code;
	qm_secret_free(url->password);
	url->password = qm_secret_new(text, strlen(text));
	return QM_OK;
}

static enum qm_code open_redis(const struct opener *opener, struct qm_error *err)
{
	const struct qm_context *context = opener->context;
	const struct qm_settings *settings = context->settings;
	const struct qm_dialer_options dialing = { .cacert = settings->cacert,
		.proxy = settings->proxy,
		.timeout_ms = REDIS_TIMEOUT_MS,
		.clock = context->clock,
		.interrupted = opener->context->interrupted };
	struct qm_redis_options options = { .prefix = settings->state_prefix };
	enum qm_code code = qm_redis_url_parse(settings->state, &options.url, err);

	if (!code)
		code = find_password(context->secrets, &options.url, err);
	if (!code)
		code = qm_dialer_new(&dialing, &options.dialer, err);
	if (code) {
		qm_redis_url_release(&options.url);
		return code;
	}
	code = qm_store_redis(&options, opener->out, err);
	if (!code && settings->state_fail_mode == QM_FAIL_OPEN)
		*opener->out = qm_store_fail_open(*opener->out, context->clock, context->log);
	return code;
}

/* $XDG_STATE_HOME/qmetry-ci or ~/.local/state/qmetry-ci; false where there is no home. */
static bool state_folder(struct qm_buf *out)
{
	const char *state = not_empty("XDG_STATE_HOME"), *home = not_empty("HOME");

	if (state && *state == '/')
		qm_buf_add_format(out, "%s/qmetry-ci", state);
	else if (home)
		qm_buf_add_format(out, "%s/.local/state/qmetry-ci", home);
	return out->length && !out->overflow;
}

static struct qm_store *memory_with_notice(const struct qm_log *log, const char *why)
{
	qm_log_line(log, QM_LOG_NOTICE,
		"calls are counted for this run only: %s (--state sqlite:PATH makes them count "
		"together)",
		why);
	return qm_store_memory();
}

/* Our own file. One that is there must be usable; one that cannot be made is done without. */
static enum qm_code open_own(const struct opener *opener, struct qm_error *err)
{
	const struct qm_log *log = opener->context->log;
	struct qm_buf path;
	struct qm_error why;
	enum qm_code code = QM_OK;

	qm_buf_init(&path, PATH_BYTES);
	qm_error_init(&why);
	if (!state_folder(&path)) {
		*opener->out = memory_with_notice(log, "there is no home folder");
	} else if (qm_file_make_folder(path.data, &why)) {
		*opener->out = memory_with_notice(log, why.text);
	} else {
		qm_buf_add_text(&path, "/counters.sqlite");
		if (qm_file_exists(path.data))
			code = open_sqlite(opener, path.data, false, err);
		else if (open_sqlite(opener, path.data, false, &why))
			*opener->out = memory_with_notice(log, why.text);
	}
	qm_buf_release(&path);
	return code;
}

static enum qm_code open_auto(const struct opener *opener, struct qm_error *err)
{
	const char *home = not_empty("HOME");
	struct qm_buf path;
	enum qm_code code;

	qm_buf_init(&path, PATH_BYTES);
	if (home)
		qm_buf_add_format(&path, "%s/.intercept/state/intercept.sqlite", home);
	if (home && !path.overflow && qm_file_exists(path.data))
		code = open_sqlite(opener, path.data, true, err);
	else
		code = open_own(opener, err);
	qm_buf_release(&path);
	return code;
}

enum qm_code qm_open_store(
	const struct qm_context *context, struct qm_store **out, struct qm_error *err)
{
	const struct opener opener = { context, out };
	const char *state = context->settings->state;
	enum qm_code code = QM_OK;

	*out = NULL;
	if (strcmp(state, "memory") == 0)
		*out = qm_store_memory();
	else if (qm_text_starts(state, "sqlite:"))
		code = open_named_file(&opener, state + strlen("sqlite:"), err);
	else if (strcmp(state, "auto") == 0)
		code = open_auto(&opener, err);
	else
		code = open_redis(&opener, err);
	if (!code || code == QM_ESTOPPED)
		return code;
	/* Nothing was asked of anybody yet: whatever is wrong with it is a matter of settings. */
	if (err)
		err->code = QM_EUSAGE;
	return QM_EUSAGE;
}
