#include "src/cli/target.h"
#include "src/api/url.h"
#include "src/cli/outcome_status.h"
#include "src/upload/resolve/resolve.h"

#include <stdlib.h>
#include <string.h>

enum { URL_MAX_BYTES = 4096 };

enum qm_code qm_check_url(const struct qm_settings *settings, struct qm_error *err)
{
	struct qm_buf base;
	bool loopback = false;
	enum qm_code code;

	qm_buf_init(&base, URL_MAX_BYTES);
	code = qm_url_check(settings->url, settings->allow_http, &base, &loopback, err);
	if (code)
		qm_error_at(err, "--url", 0, 0);
	qm_buf_release(&base);
	return code;
}

enum qm_code qm_check_connection(const struct qm_settings *settings, struct qm_error *err)
{
	if (!settings->project)
		return qm_error_set(
			err, QM_EUSAGE, "no project: --project KEY or QMETRY_PROJECT names it");
	return qm_check_url(settings, err);
}

/* The option that chooses among the executions of a suite; NULL: none was given. */
static const char *chosen_among(const struct qm_settings *settings)
{
	return settings->platform   ? "--platform"
		: settings->release ? "--release"
		: settings->cycle   ? "--cycle"
				    : NULL;
}

enum qm_code qm_check_target(const struct qm_settings *settings, struct qm_error *err)
{
	const char *option = chosen_among(settings);

	if (!settings->suites.count && option)
		return qm_error_set(err, QM_EUSAGE,
			"%s chooses among a suite's executions, and no suite is named: add --suite "
			"KEY, or leave %s out",
			option, option);
	return QM_OK;
}

/* Whether the runs that no report mentions get a status: then each of them must be known. */
static bool sets_missing(const struct qm_settings *settings)
{
	const char *names[QM_TARGETS];

	(void)qm_outcome_statuses(&settings->statuses, names, NULL);
	return names[QM_TARGET_MISSING] != NULL;
}

struct qm_selection qm_selection_of(const struct qm_settings *settings)
{
	return (struct qm_selection){ .suites = settings->suites.items,
		.suite_count = settings->suites.count,
		.suite_runs = settings->suite_runs.items,
		.suite_run_count = settings->suite_runs.count,
		.platform = settings->platform,
		.release = settings->release,
		.cycle = settings->cycle,
		.all_executions = settings->all_executions,
		.build = settings->build,
		.build_wait_ms = settings->build_wait,
		.all_pages = settings->only_changed || settings->protect.count ||
			settings->overwrite != QM_OVERWRITE_ALWAYS || settings->receipt ||
			settings->fail_on_missing >= 0 || sets_missing(settings) };
}

char *qm_base_url(const struct qm_settings *settings)
{
	size_t length = strlen(settings->url);

	while (length && settings->url[length - 1] == '/')
		length--;
	return qm_strndup(settings->url, length);
}

enum qm_code qm_check_place(const struct qm_settings *settings, const char *url,
	const char *project, struct qm_error *err)
{
	char *base = qm_base_url(settings);
	bool same = strcmp(base, url) == 0;

	free(base);
	if (!same)
		return qm_error_set(err, QM_EUSAGE,
			"it is of %s and --url is %s: the key is sent only where --url says, so "
			"set that to the server that is meant",
			url, settings->url);
	if (settings->project && strcmp(settings->project, project) != 0)
		return qm_error_set(err, QM_EUSAGE, "it is of project %s and --project is %s",
			project, settings->project);
	return QM_OK;
}

enum qm_code qm_open_map(
	const struct qm_settings *settings, struct qm_map_file **out, struct qm_error *err)
{
	*out = NULL;
	return settings->map ? qm_map_file_read(settings->map, settings->project, out, err) : QM_OK;
}

struct qm_match_options qm_match_options_of(
	const struct qm_settings *settings, struct qm_map_file *map)
{
	struct qm_match_options options = {
		.level = (enum qm_level)settings->level,
		.map = map,
		.id_properties = settings->id_properties.items,
		.id_property_count = settings->id_properties.count,
	};
	const char *const *names = settings->match.items;

	for (int match = QM_MATCH_MAP; match <= QM_MATCH_SUMMARY; match++)
		for (size_t i = 0; i < settings->match.count; i++)
			if (strcmp(names[i], qm_match_name((enum qm_match)match)) == 0)
				options.use[match] = true;
	return options;
}
