#include "src/cli/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[QM_SECRET_NAMES] = {
	[QM_SECRET_KEY] = "QMETRY_API_KEY",
	[QM_SECRET_USERNAME] = "QMETRY_USERNAME",
	[QM_SECRET_PASSWORD] = "QMETRY_PASSWORD",
	[QM_SECRET_STATE_PASSWORD] = "QMETRY_STATE_PASSWORD",
	[QM_SECRET_CLIENT_KEY_PASSWORD] = "QMETRY_CLIENT_KEY_PASSWORD",
};

static bool is_standard_input(const char *name)
{
	char variable[64];
	const char *path;

	(void)snprintf(variable, sizeof variable, "%s_FILE", name);
	path = getenv(variable);
	return path && strcmp(path, "-") == 0;
}

/* "http://user:password@proxy:3128": the part between the second colon and the last @. */
static struct qm_secret *password_of(const char *url)
{
	const char *scheme = url ? strstr(url, "://") : NULL, *user = scheme ? scheme + 3 : url;
	const char *end = user ? strrchr(user, '@') : NULL;
	const char *colon = end ? memchr(user, ':', (size_t)(end - user)) : NULL;

	if (!colon || colon + 1 == end)
		return NULL;
	return qm_secret_new(colon + 1, (size_t)(end - colon - 1));
}

void qm_secrets_load(struct qm_secrets *secrets, bool may_read_input, struct qm_log *log)
{
	static const char *const urls[QM_URL_PASSWORDS] = { "https_proxy", "HTTPS_PROXY",
		"http_proxy", "all_proxy", "ALL_PROXY", "QMETRY_PROXY", "QMETRY_STATE" };

	*secrets = (struct qm_secrets){ .url_passwords = { NULL } };
	for (int i = 0; i < QM_SECRET_NAMES; i++) {
		qm_error_init(&secrets->entries[i].err);
		if (!may_read_input && is_standard_input(names[i]))
			continue;
		if (!qm_secret_load(
			    names[i], &secrets->entries[i].secret, &secrets->entries[i].err))
			qm_log_hide(log, secrets->entries[i].secret);
	}
	for (int i = 0; i < QM_URL_PASSWORDS; i++) {
		secrets->url_passwords[i] = password_of(getenv(urls[i]));
		qm_log_hide(log, secrets->url_passwords[i]);
	}
}

void qm_secrets_release(struct qm_secrets *secrets)
{
	for (int i = 0; i < QM_SECRET_NAMES; i++)
		qm_secret_free(secrets->entries[i].secret);
	for (int i = 0; i < QM_URL_PASSWORDS; i++)
		qm_secret_free(secrets->url_passwords[i]);
}

enum qm_code qm_secrets_get(const struct qm_secrets *secrets, enum qm_secret_name name,
	const struct qm_secret **out, struct qm_error *err)
{
	*out = secrets->entries[name].secret;
	if (secrets->entries[name].err.code && err)
		*err = secrets->entries[name].err;
	return secrets->entries[name].err.code;
}
