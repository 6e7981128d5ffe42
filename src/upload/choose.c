#include "src/base/text.h"
#include "src/upload/catalog_internal.h"
#include "src/upload/limits.h"

#include <string.h>

enum { LIST_BYTES = 480 };

/* What may be chosen by, and where a candidate has it. */
struct criterion {
	const char *option, *wanted;
	size_t name_at, id_at; /* offsets into struct qm_candidate */
};

enum { CRITERIA = 3 };

static void fill_criteria(const struct qm_selection *selection, struct criterion out[CRITERIA])
{
	const struct criterion rows[CRITERIA] = {
		{ "--platform", selection->platform,
			offsetof(struct qm_candidate, execution.platform),
			offsetof(struct qm_candidate, platform_id) },
		{ "--release", selection->release, offsetof(struct qm_candidate, execution.release),
			offsetof(struct qm_candidate, release_id) },
		{ "--cycle", selection->cycle, offsetof(struct qm_candidate, execution.cycle),
			offsetof(struct qm_candidate, cycle_id) },
	};

	memcpy(out, rows, sizeof rows);
}

static const char *text_at(const struct qm_candidate *candidate, size_t offset)
{
	return *(const char *const *)((const char *)candidate + offset);
}

static bool meets(
	const struct qm_candidate *candidate, const struct criterion *criterion, bool any_case)
{
	const char *name = text_at(candidate, criterion->name_at);
	const char *id = text_at(candidate, criterion->id_at);

	if (!criterion->wanted)
		return true;
	return strcmp(name, criterion->wanted) == 0 || strcmp(id, criterion->wanted) == 0 ||
		(any_case && qm_text_equal_nocase(name, criterion->wanted));
}

static bool meets_all(
	const struct qm_candidate *candidate, const struct criterion *criteria, bool any_case)
{
	for (size_t i = 0; i < CRITERIA; i++)
		if (!meets(candidate, &criteria[i], any_case))
			return false;
	return true;
}

static size_t count_meeting(
	const struct qm_vec *candidates, const struct criterion *criteria, bool any_case)
{
	size_t count = 0;

	for (size_t i = 0; i < candidates->count; i++)
		count += meets_all(qm_vec_at(candidates, i), criteria, any_case);
	return count;
}

/* ---- Errors that list what there is. */

/* Each value once; only the last ones are compared with, which keeps a long list cheap. */
static bool is_listed(const struct qm_vec *candidates, size_t index, size_t offset)
{
	const char *text = text_at(qm_vec_at(candidates, index), offset);

	for (size_t i = index; i-- > 0 && index - i <= 100;)
		if (strcmp(text_at(qm_vec_at(candidates, i), offset), text) == 0)
			return true;
	return false;
}

static enum qm_code no_such_value(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criterion, struct qm_error *err)
{
	const char *names[64];
	size_t count = 0;
	struct qm_buf list;
	const char *nearest;

	qm_buf_init(&list, LIST_BYTES);
	for (size_t i = 0; i < candidates->count && count < 64; i++) {
		if (is_listed(candidates, i, criterion->name_at))
			continue;
		names[count] = text_at(qm_vec_at(candidates, i), criterion->name_at);
		if (count < QM_MAX_CANDIDATES)
			qm_buf_add_format(&list, "%s%s", count ? ", " : "", names[count]);
		count++;
	}
	nearest = qm_text_nearest(criterion->wanted, names, count);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"no execution of %s has %s \"%s\"; there are: %s%s%s%s%s", suite_key,
		criterion->option + 2, criterion->wanted, list.data,
		count > QM_MAX_CANDIDATES ? ", ..." : "", nearest ? "; did you mean \"" : "",
		nearest ? nearest : "", nearest ? "\"?" : "");
	qm_buf_release(&list);
	return QM_ENOTFOUND;
}

static enum qm_code none_meets(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criteria, struct qm_error *err)
{
	for (size_t i = 0; i < CRITERIA; i++) {
		bool any = false;

		for (size_t j = 0; j < candidates->count && !any; j++)
			any = meets(qm_vec_at(candidates, j), &criteria[i], true);
		if (!any)
			return no_such_value(suite_key, candidates, &criteria[i], err);
	}
	return qm_error_set(err, QM_ENOTFOUND,
		"no execution of %s has the platform, release and cycle that were chosen together",
		suite_key);
}

/* "Chrome, R1, C1 (2720260)" */
static void describe(const struct qm_execution *execution, struct qm_buf *out)
{
	qm_buf_add_text(out, *execution->platform ? execution->platform : "no platform");
	if (*execution->release)
		qm_buf_add_format(out, ", %s", execution->release);
	if (*execution->cycle)
		qm_buf_add_format(out, ", %s", execution->cycle);
	qm_buf_add_format(out, " (%s)", execution->suite_run);
}

static enum qm_code no_choice(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criteria, bool any_case, struct qm_error *err)
{
	size_t count = 0;
	struct qm_buf list;

	qm_buf_init(&list, LIST_BYTES);
	for (size_t i = 0; i < candidates->count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);

		if (!meets_all(candidate, criteria, any_case))
			continue;
		if (count < QM_MAX_CANDIDATES) {
			qm_buf_add_text(&list, count ? "; " : "");
			describe(&candidate->execution, &list);
		}
		count++;
	}
	(void)qm_error_set(err, QM_ENOTFOUND,
		"%s has %zu executions and none was chosen (--platform, --suite-run, "
		"--all-executions): %s%s",
		suite_key, count, list.data, count > QM_MAX_CANDIDATES ? "; ..." : "");
	qm_buf_release(&list);
	return QM_ENOTFOUND;
}

enum qm_code qm_choose_executions(struct qm_catalog *catalog, const char *suite_key,
	const struct qm_vec *candidates, const struct qm_selection *selection, struct qm_error *err)
{
	struct criterion criteria[CRITERIA];
	bool any_case = false;
	size_t count;

	fill_criteria(selection, criteria);
	count = count_meeting(candidates, criteria, false);
	if (!count) {
		any_case = true;
		count = count_meeting(candidates, criteria, true);
	}
	if (!count)
		return none_meets(suite_key, candidates, criteria, err);
	if (count > 1 && !selection->all_executions)
		return no_choice(suite_key, candidates, criteria, any_case, err);
	for (size_t i = 0; i < candidates->count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);

		if (meets_all(candidate, criteria, any_case))
			qm_vec_push(&catalog->executions, &candidate->execution);
	}
	return QM_OK;
}
