#include "src/base/text.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/limits.h"

#include <string.h>

enum { LIST_BYTES = 480 };

/* What may be chosen by, and where a candidate has it; one of `wanted` is enough. */
struct criterion {
	const char *option;
	const char *const *wanted;
	size_t wanted_count;   /* 0: any will do */
	size_t name_at, id_at; /* offsets into struct qm_candidate */
};

enum { CRITERIA = 4 };

static void fill_criteria(const struct qm_selection *selection, struct criterion out[CRITERIA])
{
	const struct criterion rows[CRITERIA] = {
		{ "--platform", &selection->platform, selection->platform != NULL,
			offsetof(struct qm_candidate, execution.platform),
			offsetof(struct qm_candidate, execution.platform_id) },
		{ "--release", &selection->release, selection->release != NULL,
			offsetof(struct qm_candidate, execution.release),
			offsetof(struct qm_candidate, release_id) },
		{ "--cycle", &selection->cycle, selection->cycle != NULL,
			offsetof(struct qm_candidate, execution.cycle),
			offsetof(struct qm_candidate, cycle_id) },
		{ "--suite-run", selection->suite_runs, selection->suite_run_count,
			offsetof(struct qm_candidate, execution.suite_run),
			offsetof(struct qm_candidate, execution.suite_run) },
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

	for (size_t i = 0; i < criterion->wanted_count; i++) {
		const char *wanted = criterion->wanted[i];

		if (strcmp(name, wanted) == 0 || strcmp(id, wanted) == 0 ||
			(any_case && qm_text_equal_nocase(name, wanted)))
			return true;
	}
	return !criterion->wanted_count;
}

static bool meets_all(
	const struct qm_candidate *candidate, const struct criterion *criteria, bool any_case)
{
	for (size_t i = 0; i < CRITERIA; i++)
		if (!meets(candidate, &criteria[i], any_case))
			return false;
	return true;
}

/* How many meet the criteria; of those that can be written to, or of all. */
static size_t count_meeting(const struct qm_vec *candidates, const struct criterion *criteria,
	bool any_case, bool only_open)
{
	size_t count = 0;

	for (size_t i = 0; i < candidates->count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);

		if (!(only_open && candidate->state))
			count += meets_all(candidate, criteria, any_case);
	}
	return count;
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

/* ---- Lists of what there is, for errors: as many as fit, and "..." for the others. */

struct listing {
	struct qm_buf text;
	size_t listed, total;
};

static void listing_init(struct listing *listing)
{
	*listing = (struct listing){ .total = 0 };
	qm_buf_init(&listing->text, LIST_BYTES);
}

static void listing_add(struct listing *listing, const char *separator, const char *item)
{
	bool fits = listing->listed == listing->total && listing->total < QM_MAX_CANDIDATES;

	if (fits)
		qm_buf_add_format(&listing->text, "%s%s", listing->total ? separator : "", item);
	if (fits && !listing->text.overflow)
		listing->listed++;
	listing->total++;
}

static const char *listing_rest(const struct listing *listing)
{
	return listing->listed < listing->total ? ", ..." : "";
}

/* Each value once; only the last ones are compared with, which keeps a long list cheap. */
static bool is_listed(const char *const *names, size_t count, const char *name)
{
	for (size_t i = count; i-- > 0 && count - i <= 100;)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static enum qm_code no_such_value(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criterion, struct qm_error *err)
{
	const char *names[64], *nearest, *wanted = criterion->wanted[0];
	size_t count = 0;
	struct listing listing;

	listing_init(&listing);
	for (size_t i = 0; i < candidates->count && count < 64; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);
		const char *name = text_at(candidate, criterion->name_at);

		if (candidate->state || is_listed(names, count, name))
			continue;
		names[count++] = name;
		listing_add(&listing, ", ", name);
	}
	nearest = qm_text_nearest(wanted, names, count);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"no execution of %s has %s \"%s\"; there are: %s%s%s%s%s", suite_key,
		criterion->option + 2, wanted,
		count ? listing.text.data : "none that can be written to", listing_rest(&listing),
		nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	qm_buf_release(&listing.text);
	return QM_ENOTFOUND;
}

/* Each of them is had by some execution, all of them by none. */
static enum qm_code none_together(
	const char *suite_key, const struct criterion *criteria, struct qm_error *err)
{
	struct qm_buf chosen;

	qm_buf_init(&chosen, LIST_BYTES);
	for (size_t i = 0; i < CRITERIA; i++)
		if (criteria[i].wanted_count)
			qm_buf_add_format(&chosen, "%s%s", chosen.length ? " and " : "",
				criteria[i].option + 2);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"no execution of %s has %s as they were chosen together", suite_key, chosen.data);
	qm_buf_release(&chosen);
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
	return none_together(suite_key, criteria, err);
}

/* What they are, each with its state where it has one, of those that meet the criteria. */
static void list_meeting(const struct qm_vec *candidates, const struct criterion *criteria,
	bool any_case, bool only_open, struct listing *out)
{
	struct qm_buf one;

	qm_buf_init(&one, LIST_BYTES);
	for (size_t i = 0; i < candidates->count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);

		if ((only_open && candidate->state) || !meets_all(candidate, criteria, any_case))
			continue;
		qm_buf_clear(&one);
		describe(&candidate->execution, &one);
		if (candidate->state)
			qm_buf_add_format(&one, " is %s", candidate->state);
		listing_add(out, "; ", one.data);
	}
	qm_buf_release(&one);
}

static enum qm_code none_open(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criteria, bool any_case, struct qm_error *err)
{
	struct listing listing;

	listing_init(&listing);
	list_meeting(candidates, criteria, any_case, false, &listing);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"no execution of %s that was chosen can be written to: %s%s", suite_key,
		listing.text.data, listing_rest(&listing));
	qm_buf_release(&listing.text);
	return QM_ENOTFOUND;
}

/* Whether the candidates among which there is no choice differ in what the criterion is about. */
static bool tells_apart(const struct qm_vec *candidates, const struct criterion *criteria,
	bool any_case, const struct criterion *criterion)
{
	const char *first = NULL;

	for (size_t i = 0; i < candidates->count && !criterion->wanted_count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);
		const char *name = text_at(candidate, criterion->name_at);

		if (candidate->state || !meets_all(candidate, criteria, any_case))
			continue;
		if (first && strcmp(first, name) != 0)
			return true;
		first = name;
	}
	return false;
}

static enum qm_code no_choice(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criteria, bool any_case, const struct qm_selection *selection,
	struct qm_error *err)
{
	struct qm_buf options;
	struct listing listing;

	qm_buf_init(&options, LIST_BYTES);
	for (size_t i = 0; i < CRITERIA; i++)
		if (tells_apart(candidates, criteria, any_case, &criteria[i]))
			qm_buf_add_format(&options, "%s, ", criteria[i].option);
	listing_init(&listing);
	list_meeting(candidates, criteria, any_case, true, &listing);
	(void)qm_error_set(err, QM_ENOTFOUND,
		"%s has %zu executions and none was chosen (%s--all-executions%s): "
		"%s%s",
		suite_key, listing.total, options.data,
		selection->has_routes ? ", which the mapping file's routes choose from" : "",
		listing.text.data, listing_rest(&listing));
	qm_buf_release(&listing.text);
	qm_buf_release(&options);
	return QM_ENOTFOUND;
}

/* ---- The choice. */

static void leave_out(struct qm_catalog *catalog, const struct qm_candidate *candidate)
{
	struct qm_left *left;
	struct qm_buf name;

	if (catalog->left.count >= QM_MAX_LISTED)
		return;
	qm_buf_init(&name, LIST_BYTES);
	qm_buf_add_format(&name, "%s / ", candidate->execution.suite_key);
	describe(&candidate->execution, &name);
	left = qm_vec_add(&catalog->left);
	left->key = qm_arena_strdup(&catalog->arena, name.data);
	left->why = candidate->state;
	qm_buf_release(&name);
}

static void take_meeting(struct qm_catalog *catalog, const struct qm_vec *candidates,
	const struct criterion *criteria, bool any_case)
{
	for (size_t i = 0; i < candidates->count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);

		bool is_meant = meets_all(candidate, criteria, any_case);

		if (is_meant && candidate->state)
			leave_out(catalog, candidate);
		qm_vec_push(
			is_meant && !candidate->state ? &catalog->executions : &catalog->unchosen,
			&candidate->execution);
	}
}

/* Whether letter case must be overlooked for any candidate to be meant; QM_ENOTFOUND: none is. */
static enum qm_code find_meant(const char *suite_key, const struct qm_vec *candidates,
	const struct criterion *criteria, bool *out_any_case, struct qm_error *err)
{
	*out_any_case = count_meeting(candidates, criteria, false, false) == 0;
	if (*out_any_case && count_meeting(candidates, criteria, true, false) == 0)
		return none_meets(suite_key, candidates, criteria, err);
	return QM_OK;
}

enum qm_code qm_find_executions(const char *suite_key, const struct qm_vec *candidates,
	const struct qm_selection *selection, struct qm_vec *out, struct qm_error *err)
{
	struct criterion criteria[CRITERIA];
	bool any_case = false;
	enum qm_code code;

	fill_criteria(selection, criteria);
	code = find_meant(suite_key, candidates, criteria, &any_case, err);
	for (size_t i = 0; !code && i < candidates->count; i++) {
		const struct qm_candidate *candidate = qm_vec_at(candidates, i);
		struct qm_found_execution *found;

		if (!meets_all(candidate, criteria, any_case))
			continue;
		found = qm_vec_add(out);
		found->execution = candidate->execution;
		found->state = candidate->state;
	}
	return code;
}

enum qm_code qm_choose_executions(struct qm_catalog *catalog, const char *suite_key,
	const struct qm_vec *candidates, const struct qm_selection *selection, struct qm_error *err)
{
	struct criterion criteria[CRITERIA];
	bool any_case = false;
	enum qm_code code;
	size_t open;

	fill_criteria(selection, criteria);
	code = find_meant(suite_key, candidates, criteria, &any_case, err);
	if (code)
		return code;
	open = count_meeting(candidates, criteria, any_case, true);
	if (!open)
		return none_open(suite_key, candidates, criteria, any_case, err);
	/* Ids that were named are a choice, be they one or several. */
	if (open > 1 && !selection->all_executions && !selection->suite_run_count)
		return no_choice(suite_key, candidates, criteria, any_case, selection, err);
	take_meeting(catalog, candidates, criteria, any_case);
	return QM_OK;
}
