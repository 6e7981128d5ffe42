#include "src/upload/resolve/targets.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <stdio.h>
#include <string.h>

/* What a user calls an outcome is its name; the default names are QMetry's. */
static const struct {
	const char *option, *default_name;
} defaults[QM_TARGETS] = {
	[QM_PASSED] = { "passed", "passed" },
	[QM_FLAKY] = { "flaky", "passed" },
	[QM_FAILED] = { "failed", "failed" },
	[QM_ERRORED] = { "errored", "failed" },
	[QM_SKIPPED] = { "skipped", NULL },
	[QM_NOT_REACHED] = { "not_reached", NULL },
	[QM_TARGET_MISSING] = { "missing", NULL },
};

const char *qm_target_name(unsigned target)
{
	return defaults[target].option;
}

/* "Passed, Failed, ...", and the names for whoever looks for the nearest; returns how many. */
static size_t list_statuses(const struct qm_catalog *catalog, struct qm_buf *out,
	const char *names[2 * QM_MAX_CANDIDATES])
{
	const struct qm_status *statuses = catalog->project.statuses.items;
	size_t count = 0;

	while (count < catalog->project.statuses.count && count < 2 * QM_MAX_CANDIDATES) {
		names[count] = statuses[count].name;
		qm_buf_add_format(out, "%s%s", count ? ", " : "", names[count]);
		count++;
	}
	return count;
}

static enum qm_code unknown_status(const struct qm_catalog *catalog, const char *option,
	const char *name, struct qm_error *err)
{
	const char *names[2 * QM_MAX_CANDIDATES];
	const char *nearest;
	struct qm_buf list;

	qm_buf_init(&list, 400);
	nearest = qm_text_nearest(name, names, list_statuses(catalog, &list, names));
	(void)qm_error_set(err, QM_ENOTFOUND,
		"project %s has no status \"%s\" (%s)%s%s%s; there are: %s", catalog->project.key,
		name, option, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?" : "", list.data);
	qm_buf_release(&list);
	return QM_ENOTFOUND;
}

/* A status that a user named by `option`. */
static enum qm_code find_named(const struct qm_catalog *catalog, const char *option,
	const char *name, const struct qm_status **out, struct qm_error *err)
{
	const struct qm_status_pair choice = qm_catalog_status_named(catalog, name);

	*out = choice.first;
	if (!choice.first)
		return unknown_status(catalog, option, name, err);
	if (choice.second)
		return qm_error_set(err, QM_ENOTFOUND,
			"several statuses of project %s are \"%s\" (%s), \"%s\" and \"%s\" for "
			"two; name one as it is written",
			catalog->project.key, name, option, choice.first->name,
			choice.second->name);
	return QM_OK;
}

/* Nobody named it, so nobody misspelt it: it has to be chosen. */
static enum qm_code find_default(const struct qm_catalog *catalog, size_t target,
	const struct qm_status **out, struct qm_error *err)
{
	const char *option = defaults[target].option, *name = defaults[target].default_name;
	const struct qm_status_pair choice = qm_catalog_status_default(catalog, name);
	const char *names[2 * QM_MAX_CANDIDATES];
	struct qm_buf list;

	*out = choice.first;
	if (choice.second)
		return qm_error_set(err, QM_ENOTFOUND,
			"several statuses of project %s are its \"%s\", \"%s\" and \"%s\" for two; "
			"choose one with --status %s=NAME",
			catalog->project.key, name, choice.first->name, choice.second->name,
			option);
	if (choice.first)
		return QM_OK;
	qm_buf_init(&list, 400);
	(void)list_statuses(catalog, &list, names);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"no status of project %s is its \"%s\"; choose one with --status %s=NAME; there "
		"are: %s",
		catalog->project.key, name, option, list.data);
	qm_buf_release(&list);
	return QM_ENOTFOUND;
}

/* What a user named must be there; what is usual must be only where it is needed. */
static enum qm_code resolve_target(
	struct qm_targets *targets, size_t index, const char *given, struct qm_error *err)
{
	const struct qm_status **status = &targets->statuses[index];
	char option[40];

	if (!given && defaults[index].default_name) {
		targets->is_undecided[index] =
			find_default(targets->catalog, index, status, NULL) != QM_OK;
		return QM_OK;
	}
	if (!given || qm_text_equal_nocase(given, "leave"))
		return QM_OK;
	(void)snprintf(option, sizeof option, "--status %s", defaults[index].option);
	return find_named(targets->catalog, option, given, status, err);
}

enum qm_code qm_targets_init(struct qm_targets *targets, const struct qm_catalog *catalog,
	const struct qm_resolve_options *options, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	*targets = (struct qm_targets){ .catalog = catalog,
		.overwrite = options->overwrite,
		.only_changed = options->only_changed };
	qm_vec_init(&targets->protected, sizeof(const struct qm_status *));
	for (size_t i = 0; !code && i < QM_TARGETS; i++)
		code = resolve_target(targets, i, options->status_names[i], err);
	for (size_t i = 0; !code && i < options->protect_count; i++) {
		const struct qm_status *status;

		code = find_named(catalog, "--protect", options->protect[i], &status, err);
		if (!code)
			qm_vec_push(&targets->protected, &status);
	}
	return code;
}

enum qm_code qm_targets_status(const struct qm_targets *targets, size_t target,
	const struct qm_status **out, struct qm_error *err)
{
	if (targets->is_undecided[target])
		return find_default(targets->catalog, target, out, err);
	*out = targets->statuses[target];
	return QM_OK;
}

void qm_targets_release(struct qm_targets *targets)
{
	qm_vec_release(&targets->protected);
}

/* How bad a status is: notrun and empty < passed < any other < blocked < failed. */
static int badness(const struct qm_status *status)
{
	static const struct {
		const char *default_name;
		int badness;
	} rows[] = { { "notrun", 0 }, { "empty", 0 }, { "passed", 1 }, { "blocked", 3 },
		{ "failed", 4 } };

	for (size_t i = 0; status && i < sizeof rows / sizeof *rows; i++)
		if (qm_text_equal_nocase(status->default_name, rows[i].default_name))
			return rows[i].badness;
	return status ? 2 : 0;
}

/* A status that the project does not list is "any other"; none at all is as good as not run. */
static int current_badness(const struct qm_run *run, const struct qm_status *current)
{
	return run->status_id && !current ? 2 : badness(current);
}

static bool is_protected(const struct qm_targets *targets, int64_t status_id)
{
	const struct qm_status *const *statuses = targets->protected.items;

	for (size_t i = 0; i < targets->protected.count; i++)
		if (statuses[i]->id == status_id)
			return true;
	return false;
}

/* The same status says little of a build: where one is chosen, the row must prove it. */
static bool is_same(
	const struct qm_targets *targets, const struct qm_run *run, const struct qm_status *wanted)
{
	return run->status_id == wanted->id &&
		(!targets->catalog->build_id || run->build_id == targets->catalog->build_id);
}

/* Why the user wants the run left as it is; NULL: it may be set. */
static const char *find_objection(
	const struct qm_targets *targets, const struct qm_run *run, const struct qm_status *wanted)
{
	const struct qm_status *current = qm_catalog_status_of(targets->catalog, run->status_id);

	if (is_protected(targets, run->status_id))
		return "its status is protected (--protect)";
	if (targets->overwrite == QM_OVERWRITE_UNSET &&
		(!current || !qm_text_equal_nocase(current->default_name, "notrun")))
		return "it has a status already (--overwrite unset)";
	if (targets->overwrite == QM_OVERWRITE_WORSE &&
		badness(wanted) <= current_badness(run, current))
		return "its status is no better (--overwrite worse)";
	return NULL;
}

enum qm_permission qm_targets_permit(const struct qm_targets *targets, const struct qm_run *run,
	const struct qm_status *wanted, const char **why)
{
	/* Nothing is known of it but that its test case may be set. */
	if (run->step && !run->status_id)
		return QM_MAY_SET;
	*why = find_objection(targets, run, wanted);
	if (*why)
		return QM_LEAVE;
	if (targets->only_changed && is_same(targets, run, wanted))
		return QM_UNCHANGED;
	if (!run->locked)
		return QM_MAY_SET;
	*why = "it is locked or archived";
	return run->status_id == wanted->id ? QM_LEAVE : QM_CANNOT;
}
