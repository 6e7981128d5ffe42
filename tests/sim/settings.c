#include "tests/sim/settings.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct sim_field key_fields[] = {
	{ SIM_FIELD("key", SIM_TEXT, struct sim_key, text), .required = true },
	{ SIM_FIELD("role", SIM_TEXT, struct sim_key, role) },
};

static const struct sim_shape key_shape = { key_fields, COUNT(key_fields), sizeof(struct sim_key),
	.defaults = NULL };

static const struct sim_field limit_fields[] = {
	{ SIM_FIELD("max", SIM_INT, struct sim_limit, max), .required = true },
	{ SIM_FIELD("window_s", SIM_INT, struct sim_limit, window_s), .required = true },
	{ SIM_FIELD("status", SIM_INT, struct sim_limit, status) },
	{ SIM_FIELD("retry_after", SIM_TEXT, struct sim_limit, retry_after) },
	{ SIM_FIELD("tool", SIM_TEXT, struct sim_limit, tool) },
};

static const struct sim_limit limit_defaults = { .status = 429, .retry_after = "seconds" };

static const struct sim_shape limit_shape = { SIM_SHAPE(limit_fields, struct sim_limit),
	.defaults = &limit_defaults };

static const struct sim_field match_fields[] = {
	{ SIM_FIELD("tool", SIM_TEXT, struct sim_match, tool) },
	{ SIM_FIELD("path", SIM_TEXT, struct sim_match, path) },
	{ SIM_FIELD("body_contains", SIM_TEXT, struct sim_match, body_contains) },
	{ SIM_FIELD("nth", SIM_INT, struct sim_match, nth) },
	{ SIM_FIELD("from", SIM_INT, struct sim_match, from) },
	{ SIM_FIELD("to", SIM_INT, struct sim_match, to) },
	{ SIM_FIELD("ids_contain", SIM_INTS, struct sim_match, ids) },
	{ SIM_FIELD("ids_min", SIM_INT, struct sim_match, ids_min) },
};

static const struct sim_shape match_shape = { SIM_SHAPE(match_fields, struct sim_match) };

static const struct sim_field action_fields[] = {
	{ SIM_FIELD("status", SIM_INT, struct sim_action, status) },
	{ SIM_FIELD("body", SIM_TEXT, struct sim_action, body) },
	{ SIM_FIELD("body_html", SIM_TEXT, struct sim_action, body_html) },
	{ SIM_FIELD("body_json", SIM_DUMP, struct sim_action, body_json) },
	{ SIM_FIELD("headers", SIM_PAIRS, struct sim_action, headers) },
	{ SIM_FIELD("delay_ms", SIM_INT, struct sim_action, delay_ms) },
	{ SIM_FIELD("sleep_ms", SIM_INT, struct sim_action, sleep_ms) },
	{ SIM_FIELD("close", SIM_TEXT, struct sim_action, close) },
	{ SIM_FIELD("redirect", SIM_TEXT, struct sim_action, redirect) },
	{ SIM_FIELD("truncate", SIM_INT, struct sim_action, truncate) },
	{ SIM_FIELD("huge", SIM_INT, struct sim_action, huge) },
	{ SIM_FIELD("success_false", SIM_BOOL, struct sim_action, success_false) },
	{ SIM_FIELD("work", SIM_BOOL, struct sim_action, work) },
};

static const struct sim_action action_defaults = { .truncate = -1 };

static const struct sim_shape action_shape = { SIM_SHAPE(action_fields, struct sim_action),
	.defaults = &action_defaults };

static const struct sim_field fault_fields[] = {
	{ SIM_FIELD("match", SIM_OBJECT, struct sim_fault, match), .shape = &match_shape },
	{ SIM_FIELD("action", SIM_OBJECT, struct sim_fault, action), .required = true,
		.shape = &action_shape },
	{ SIM_FIELD("times", SIM_INT, struct sim_fault, times) },
};

static const struct sim_shape fault_shape = { SIM_SHAPE(fault_fields, struct sim_fault) };

static const struct sim_field part11_fields[] = {
	{ SIM_FIELD("username", SIM_TEXT, struct sim_part11, username), .required = true },
	{ SIM_FIELD("password", SIM_TEXT, struct sim_part11, password), .required = true },
};

static const struct sim_shape part11_shape = { SIM_SHAPE(part11_fields, struct sim_part11) };

static const struct sim_field quota_fields[] = {
	{ SIM_FIELD("hourly", SIM_INT, struct sim_quota, hourly) },
	{ SIM_FIELD("daily", SIM_INT, struct sim_quota, daily) },
};

static const struct sim_shape quota_shape = { SIM_SHAPE(quota_fields, struct sim_quota) };

static const struct sim_field import_fields[] = {
	{ SIM_FIELD("states", SIM_TEXTS, struct sim_import_script, states) },
};

static const struct sim_shape import_shape = { SIM_SHAPE(import_fields, struct sim_import_script) };

static const struct sim_field settings_fields[] = {
	{ SIM_FIELD("keys", SIM_OBJECTS, struct sim_settings, keys), .shape = &key_shape },
	{ SIM_FIELD("path_prefix", SIM_TEXT, struct sim_settings, path_prefix) },
	{ SIM_FIELD("user_agent", SIM_TEXT, struct sim_settings, user_agent) },
	{ SIM_FIELD("max_page", SIM_INT, struct sim_settings, max_page) },
	{ SIM_FIELD("max_ids", SIM_INT, struct sim_settings, max_ids) },
	{ SIM_FIELD("max_ids_status", SIM_INT, struct sim_settings, max_ids_status) },
	{ SIM_FIELD("windows", SIM_INT, struct sim_settings, windows_s) },
	{ SIM_FIELD("log_size", SIM_INT, struct sim_settings, log_size) },
	{ SIM_FIELD("ids_as_strings", SIM_BOOL, struct sim_settings, ids_as_strings) },
	{ SIM_FIELD("partial_updates", SIM_BOOL, struct sim_settings, partial_updates) },
	{ SIM_FIELD("omit_fields", SIM_TEXTS, struct sim_settings, omit_fields) },
	{ SIM_FIELD("bad_ids", SIM_INTS, struct sim_settings, bad_ids) },
	{ SIM_FIELD("bad_id_answer", SIM_DUMP, struct sim_settings, bad_id_answer) },
	{ SIM_FIELD("part11", SIM_OBJECT, struct sim_settings, part11), .shape = &part11_shape },
	{ SIM_FIELD("limit", SIM_OBJECTS, struct sim_settings, limits), .shape = &limit_shape },
	{ SIM_FIELD("quota", SIM_OBJECT, struct sim_settings, quota), .shape = &quota_shape },
	{ SIM_FIELD("import", SIM_OBJECT, struct sim_settings, import), .shape = &import_shape },
	{ SIM_FIELD("faults", SIM_OBJECTS, struct sim_settings, faults), .shape = &fault_shape },
};

static const struct sim_settings settings_defaults = {
	.path_prefix = "",
	.user_agent = "qmetry-ci/",
	.max_page = 500,
	.max_ids_status = 413,
	.windows_s = 60,
	.log_size = 5000,
	.bad_id_answer = "400",
};

const struct sim_shape sim_settings_shape = { SIM_SHAPE(settings_fields, struct sim_settings),
	.defaults = &settings_defaults };

static bool is_one_of(const char *text, const char *const *choices)
{
	for (; text && *choices; choices++)
		if (strcmp(text, *choices) == 0)
			return true;
	return !text;
}

static enum qm_code check_limits(const struct sim_settings *settings, struct qm_error *err)
{
	static const char *const answers[] = { "seconds", "date", "none", NULL };

	for (size_t i = 0; i < settings->limits.count; i++) {
		const struct sim_limit *limit = qm_vec_at(&settings->limits, i);

		if (limit->window_s < 1)
			return qm_error_set(err, QM_EUSAGE, "limit.window_s: must be at least 1");
		if (!is_one_of(limit->retry_after, answers))
			return qm_error_set(
				err, QM_EUSAGE, "limit.retry_after: seconds, date or none");
	}
	return QM_OK;
}

static enum qm_code check_faults(const struct sim_settings *settings, struct qm_error *err)
{
	static const char *const moments[] = { "before", "after", NULL };

	for (size_t i = 0; i < settings->faults.count; i++) {
		const struct sim_fault *fault = qm_vec_at(&settings->faults, i);

		if (!is_one_of(fault->action.close, moments))
			return qm_error_set(
				err, QM_EUSAGE, "faults[%zu].action.close: before or after", i);
		if (fault->action.status &&
			(fault->action.status < 200 || fault->action.status > 599))
			return qm_error_set(
				err, QM_EUSAGE, "faults[%zu].action.status: 200 to 599", i);
	}
	return QM_OK;
}

enum qm_code sim_settings_finish(struct sim_settings *settings, struct qm_error *err)
{
	static const char *const roles[] = { "readonly", NULL };
	size_t prefix = strlen(settings->path_prefix);
	struct sim_quota *quota = &settings->quota;
	enum qm_code code = check_limits(settings, err);

	if (!code)
		code = check_faults(settings, err);
	for (size_t i = 0; i < settings->keys.count; i++) {
		const struct sim_key *key = qm_vec_at(&settings->keys, i);

		if (!is_one_of(key->role, roles))
			return qm_error_set(err, QM_EUSAGE, "keys[%zu].role: readonly, or none", i);
	}
	if (prefix && (settings->path_prefix[0] != '/' || settings->path_prefix[prefix - 1] == '/'))
		return qm_error_set(err, QM_EUSAGE, "path_prefix: as in \"/qmetry\"");
	if (settings->max_page < 1 || settings->windows_s < 1 || settings->log_size < 1)
		return qm_error_set(err, QM_EUSAGE, "max_page, windows, log_size: at least 1");
	quota->limits[0].max = quota->hourly;
	quota->limits[0].window_s = 3600;
	quota->limits[1].max = quota->daily;
	quota->limits[1].window_s = 86400;
	for (size_t i = 0; i < COUNT(quota->limits); i++) {
		quota->limits[i].off = !quota->limits[i].max;
		quota->limits[i].status = 429;
		quota->limits[i].retry_after = "seconds";
	}
	return code;
}

const char *sim_settings_import_state(const struct sim_settings *settings, int64_t poll)
{
	static const char *const usual[] = { "In Queue", "In Progress", "Completed" };
	const struct qm_vec *states = &settings->import.states;

	if (!states->count)
		return usual[poll < (int64_t)COUNT(usual) ? (size_t)poll : COUNT(usual) - 1];
	return *(const char **)qm_vec_at(
		states, poll < (int64_t)states->count ? (size_t)poll : states->count - 1);
}

bool sim_settings_is_bad_id(const struct sim_settings *settings, int64_t id)
{
	for (size_t i = 0; i < settings->bad_ids.count; i++)
		if (*(const int64_t *)qm_vec_at(&settings->bad_ids, i) == id)
			return true;
	return false;
}
