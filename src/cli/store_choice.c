#include "src/base/file.h"
#include "src/base/text.h"
#include "src/cli/world.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

static const char *not_empty(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static enum qm_code open_sqlite(const struct qm_settings *settings, const char *path, bool shared,
	struct qm_store **out, struct qm_error *err)
{
	const char *prefix = settings->state_prefix ? settings->state_prefix : "";
	enum qm_code code = qm_store_sqlite(path, shared, prefix, out, err);

	if (code)
		qm_error_at(err, path, 0, 0);
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
static enum qm_code open_own(const struct qm_settings *settings, const struct qm_log *log,
	struct qm_store **out, struct qm_error *err)
{
	struct qm_buf path;
	struct qm_error why;
	enum qm_code code = QM_OK;

	qm_buf_init(&path, PATH_BYTES);
	qm_error_init(&why);
	if (!state_folder(&path)) {
		*out = memory_with_notice(log, "there is no home folder");
	} else if (qm_file_make_folder(path.data, &why)) {
		*out = memory_with_notice(log, why.text);
	} else {
		qm_buf_add_text(&path, "/counters.sqlite");
		if (qm_file_exists(path.data))
			code = open_sqlite(settings, path.data, false, out, err);
		else if (open_sqlite(settings, path.data, false, out, &why))
			*out = memory_with_notice(log, why.text);
	}
	qm_buf_release(&path);
	return code;
}

static enum qm_code open_auto(const struct qm_settings *settings, const struct qm_log *log,
	struct qm_store **out, struct qm_error *err)
{
	const char *home = not_empty("HOME");
	struct qm_buf path;
	enum qm_code code;

	qm_buf_init(&path, PATH_BYTES);
	if (home)
		qm_buf_add_format(&path, "%s/.intercept/state/intercept.sqlite", home);
	if (home && !path.overflow && qm_file_exists(path.data))
		code = open_sqlite(settings, path.data, true, out, err);
	else
		code = open_own(settings, log, out, err);
	qm_buf_release(&path);
	return code;
}

enum qm_code qm_open_store(const struct qm_settings *settings, const struct qm_log *log,
	struct qm_store **out, struct qm_error *err)
{
	const char *state = settings->state;
	enum qm_code code = QM_OK;

	*out = NULL;
	if (strcmp(state, "memory") == 0)
		*out = qm_store_memory();
	else if (qm_text_starts(state, "sqlite:"))
		code = open_sqlite(settings, state + strlen("sqlite:"),
			qm_text_ends(state, "/intercept.sqlite"), out, err);
	else
		code = open_auto(settings, log, out, err);
	/* Nothing was asked of anybody yet: whatever is wrong with it is a matter of settings. */
	if (code && err)
		err->code = QM_EUSAGE;
	return code ? QM_EUSAGE : QM_OK;
}
