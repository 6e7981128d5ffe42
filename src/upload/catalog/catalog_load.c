#include "src/base/text.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/limits.h"

#include <string.h>

/* What the loading needs at hand. */
struct loader {
	struct qm_catalog *catalog;
	struct qm_session *session;
	const struct qm_selection *selection;
	const struct qm_log *log;
	struct qm_vec suites;     /* struct suite */
	struct qm_vec candidates; /* struct qm_candidate, of the suite being read */
	struct qm_vec named;      /* bool, parallel to the selection's suite runs: is of a suite */
	uint32_t execution;       /* whose runs are being read */
	struct qm_cached_runs
		cached; /* of that execution; what is left of it is not compared yet */
	bool differs;   /* the server has other runs, or the cache none */
	bool is_known;  /* what was not read is in the cache */
	bool all_pages;
	const struct qm_survey *survey; /* NULL: made, or not wanted */
	struct qm_vec *found; /* struct qm_found_execution: only look round; NULL: choose */
	struct qm_error *err;
};

struct suite {
	int64_t id;
	const char *key;
	bool archived;
};

static const char *keep(struct loader *loader, const char *text)
{
	return qm_arena_strdup(&loader->catalog->arena, text ? text : "");
}

/* ---- Suites. */

static enum qm_code add_suite(void *context, const struct qm_suite_row *row)
{
	struct loader *loader = context;
	struct suite *suite = qm_vec_add(&loader->suites);

	suite->id = row->id;
	suite->key = keep(loader, row->key);
	suite->archived = row->archived;
	return QM_OK;
}

static const struct suite *find_suite(const struct loader *loader, const char *key)
{
	const struct suite *suites = loader->suites.items;

	for (size_t i = 0; i < loader->suites.count; i++)
		if (qm_text_equal_nocase(suites[i].key, key))
			return &suites[i];
	return NULL;
}

/* A key is that of one suite: no further page could tell anything. */
static bool are_all_found(void *context, int64_t rows, int64_t total)
{
	const struct loader *loader = context;

	(void)rows;
	(void)total;
	for (size_t i = 0; i < loader->selection->suite_count; i++)
		if (!find_suite(loader, loader->selection->suites[i]))
			return false;
	return true;
}

/* ---- Executions of a suite. */

static const char *state_of(const struct qm_execution_row *row)
{
	return row->archived ? "archived" : row->locked ? "locked" : row->closed ? "closed" : NULL;
}

static void note_named(struct loader *loader, const char *suite_run)
{
	for (size_t i = 0; i < loader->named.count; i++)
		if (strcmp(loader->selection->suite_runs[i], suite_run) == 0)
			*(bool *)qm_vec_at(&loader->named, i) = true;
}

static enum qm_code add_candidate(void *context, const struct qm_execution_row *row)
{
	struct loader *loader = context;
	const struct suite *suites = loader->suites.items;
	const char *suite_key = suites[loader->execution].key;
	struct qm_candidate *candidate;

	if (loader->candidates.count >= QM_MAX_EXECUTIONS)
		return qm_error_set(loader->err, QM_ELIMIT, "%s has more than %d executions",
			suite_key, QM_MAX_EXECUTIONS);
	candidate = qm_vec_add(&loader->candidates);
	candidate->execution = (struct qm_execution){
		.suite_key = suite_key,
		.suite_run = keep(loader, row->suite_run),
		.platform = keep(loader, row->platform),
		.platform_id = keep(loader, row->platform_id),
		.release = keep(loader, row->release),
		.cycle = keep(loader, row->cycle),
		.build = keep(loader, row->build),
	};
	candidate->release_id = keep(loader, row->release_id);
	candidate->cycle_id = keep(loader, row->cycle_id);
	candidate->state = state_of(row);
	note_named(loader, row->suite_run);
	return QM_OK;
}

/* Years of archived cycles are told in one line. */
static void tell_left(const struct loader *loader, const char *suite_key, size_t before)
{
	const struct qm_vec *left = &loader->catalog->left;
	const struct qm_left *first = left->count > before ? qm_vec_at(left, before) : NULL;

	if (left->count - before > 1)
		qm_log_line(loader->log, QM_LOG_NOTICE,
			"%zu executions of %s are left out: they are archived, locked or closed",
			left->count - before, suite_key);
	else if (first)
		qm_log_line(loader->log, QM_LOG_NOTICE, "%s is left out: it is %s", first->key,
			first->why);
}

static enum qm_code load_suite(struct loader *loader, const char *key)
{
	const struct suite *suite = find_suite(loader, key);
	size_t left = loader->catalog->left.count;
	enum qm_code code;

	if (!suite)
		return qm_error_set(loader->err, QM_ENOTFOUND,
			"there is no test suite %s in project %s (--suite); is the key right?", key,
			loader->catalog->project.key);
	if (suite->archived)
		return qm_error_set(
			loader->err, QM_ENOTFOUND, "the test suite %s is archived (--suite)", key);
	qm_vec_clear(&loader->candidates);
	loader->execution = (uint32_t)(suite - (const struct suite *)loader->suites.items);
	code = qm_fetch_executions(loader->session, &loader->catalog->project, suite->id,
		add_candidate, loader, loader->err);
	if (code)
		return code;
	if (!loader->candidates.count)
		return qm_error_set(loader->err, QM_ENOTFOUND,
			"the test suite %s has no execution; execute it on a platform in QMetry "
			"first",
			key);
	if (loader->found)
		return qm_find_executions(suite->key, &loader->candidates, loader->selection,
			loader->found, loader->err);
	code = qm_choose_executions(
		loader->catalog, suite->key, &loader->candidates, loader->selection, loader->err);
	tell_left(loader, suite->key, left);
	return code;
}

/* A suite that was named twice has its executions already. */
static bool is_repeated(const struct qm_selection *selection, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (qm_text_equal_nocase(selection->suites[i], selection->suites[index]))
			return true;
	return false;
}

/* The executions of all suites, once their ids are known. */
static enum qm_code load_each_suite(struct loader *loader)
{
	const struct qm_selection *selection = loader->selection;
	enum qm_code code = QM_OK;

	for (size_t i = 0; !code && i < selection->suite_count; i++)
		code = is_repeated(selection, i) ? QM_OK : load_suite(loader, selection->suites[i]);
	for (size_t i = 0; !code && selection->suite_count && i < loader->named.count; i++)
		if (!*(const bool *)qm_vec_at(&loader->named, i))
			code = qm_error_set(loader->err, QM_ENOTFOUND,
				"the test suite run %s (--suite-run) is no execution of the suites "
				"that --suite names",
				selection->suite_runs[i]);
	return code;
}

/* QMetry writes keys in capitals: what is not there as it was given may be there so. */
static enum qm_code fetch_in_capitals(struct loader *loader)
{
	const struct qm_selection *selection = loader->selection;
	enum qm_code code = QM_OK;
	struct qm_vec keys;

	qm_vec_init(&keys, sizeof(char *));
	for (size_t i = 0; i < selection->suite_count; i++) {
		char *key = qm_arena_strdup(&loader->catalog->arena, selection->suites[i]);

		for (char *c = key; *c; c++)
			*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
		if (!find_suite(loader, key) && strcmp(key, selection->suites[i]) != 0)
			qm_vec_push(&keys, &key);
	}
	if (keys.count)
		code = qm_fetch_suites(loader->session, &loader->catalog->project, keys.items,
			keys.count, add_suite, are_all_found, loader, loader->err);
	qm_vec_release(&keys);
	return code;
}

static enum qm_code fetch_suites(struct loader *loader)
{
	const struct qm_selection *selection = loader->selection;
	enum qm_code code =
		qm_fetch_suites(loader->session, &loader->catalog->project, selection->suites,
			selection->suite_count, add_suite, are_all_found, loader, loader->err);

	if (!code)
		code = fetch_in_capitals(loader);
	for (size_t i = 0; !code && i < loader->suites.count; i++) {
		const struct suite *suite = qm_vec_at(&loader->suites, i);

		if (!suite->archived)
			qm_cache_keep_suite(loader->catalog->cache, suite->key, suite->id);
	}
	return code;
}

/* All of them, or none: one call asks for as many as there are. */
static bool recall_suites(struct loader *loader)
{
	const struct qm_selection *selection = loader->selection;
	const struct qm_cache *cache = loader->catalog->cache;

	for (size_t i = 0; i < selection->suite_count; i++)
		if (!qm_cache_suite(cache, selection->suites[i]))
			return false;
	for (size_t i = 0; i < selection->suite_count; i++) {
		const struct qm_suite_row row = { .id = qm_cache_suite(cache, selection->suites[i]),
			.key = selection->suites[i] };

		(void)add_suite(loader, &row);
	}
	return true;
}

static void forget(struct loader *loader)
{
	qm_vec_clear(&loader->suites);
	qm_vec_clear(&loader->catalog->executions);
	qm_vec_clear(&loader->catalog->left);
	qm_vec_clear(&loader->catalog->unchosen);
	if (loader->found)
		qm_vec_clear(loader->found);
}

static enum qm_code load_suites(struct loader *loader)
{
	struct qm_error *err = loader->err, stale;
	enum qm_code code;

	if (!loader->selection->suite_count)
		return QM_OK;
	if (recall_suites(loader)) {
		qm_error_init(&stale);
		loader->err = &stale;
		code = load_each_suite(loader);
		loader->err = err;
		if (code != QM_ENOTFOUND && code != QM_EREFUSED)
			return code ? qm_error_set(err, code, "%s", stale.text) : QM_OK;
		/* It may be another suite by now: what is amiss is told by what is read anew. */
		forget(loader);
	}
	code = fetch_suites(loader);
	return code ? code : load_each_suite(loader);
}

/* ---- Runs. */

static bool has_execution(const struct qm_catalog *catalog, const char *suite_run)
{
	const struct qm_execution *executions = catalog->executions.items;

	for (size_t i = 0; i < catalog->executions.count; i++)
		if (strcmp(executions[i].suite_run, suite_run) == 0)
			return true;
	return false;
}

/* Suite runs that were named by id: what they are executed on is not known and not needed. */
static void add_suite_runs(struct loader *loader)
{
	const struct qm_selection *selection = loader->selection;

	for (size_t i = 0; i < selection->suite_run_count; i++) {
		struct qm_execution *execution;

		if (has_execution(loader->catalog, selection->suite_runs[i]))
			continue;
		execution = qm_vec_add(&loader->catalog->executions);
		*execution = (struct qm_execution){
			.suite_key = "",
			.suite_run = keep(loader, selection->suite_runs[i]),
			.platform = "",
			.platform_id = "",
			.release = "",
			.cycle = "",
			.build = "",
		};
	}
}

/* Whether the cache has the same run at this place of the list. */
static bool is_as_cached(struct loader *loader, const struct qm_run_row *row)
{
	const struct qm_run_row *known = &loader->cached.row;

	return qm_cached_runs_next(&loader->cached) && known->id == row->id &&
		strcmp(known->key, row->key) == 0 && strcmp(known->summary, row->summary) == 0 &&
		strcmp(known->script_name, row->script_name) == 0;
}

static enum qm_code add_run(void *context, const struct qm_run_row *row)
{
	struct loader *loader = context;

	loader->differs = loader->differs || !is_as_cached(loader, row);
	qm_cache_add_run(loader->catalog->cache, row);
	if (!row->key || !*row->key)
		return QM_OK;
	return qm_catalog_add_run(loader->catalog, loader->execution, row, loader->err);
}

/* Whether ids and keys are all that the reports need of runs; asked once, where it matters. */
static bool is_trusted(struct loader *loader)
{
	if (loader->survey && !loader->all_pages)
		loader->all_pages = !qm_survey_is_enough(loader->survey, loader->catalog);
	loader->survey = NULL;
	return !loader->all_pages;
}

/* The first page and the total are those of the cache: then the rest is there, too. */
static bool is_enough(void *context, int64_t rows, int64_t total)
{
	struct loader *loader = context;

	(void)rows;
	loader->is_known =
		!loader->differs && total == (int64_t)loader->cached.count && is_trusted(loader);
	return loader->is_known;
}

static enum qm_code add_cached_runs(struct loader *loader)
{
	enum qm_code code = QM_OK;

	while (!code && qm_cached_runs_next(&loader->cached)) {
		loader->catalog->is_cached = true;
		if (*loader->cached.row.key)
			code = qm_catalog_add_run(loader->catalog, loader->execution,
				&loader->cached.row, loader->err);
	}
	return code;
}

/* From the server, as far as the cache does not know them. */
static enum qm_code fetch_runs(struct loader *loader, const char *suite_run)
{
	struct qm_catalog *catalog = loader->catalog;
	enum qm_code code;

	qm_cached_runs_begin(&loader->cached, catalog->cache, suite_run);
	loader->differs = !loader->cached.count;
	loader->is_known = false;
	qm_cache_begin_runs(catalog->cache, suite_run);
	code = qm_fetch_runs_until(loader->session, &catalog->project, suite_run, add_run,
		is_enough, loader, loader->err);
	if (!code && loader->is_known)
		code = add_cached_runs(loader);
	else if (!code && (loader->differs || qm_cached_runs_next(&loader->cached)))
		qm_cache_end_runs(catalog->cache);
	qm_cached_runs_end(&loader->cached);
	return code;
}

static enum qm_code load_runs(struct loader *loader, uint32_t index)
{
	struct qm_catalog *catalog = loader->catalog;
	struct qm_execution *execution = qm_vec_at(&catalog->executions, index);
	enum qm_code code;

	loader->execution = index;
	execution->first_run = (uint32_t)catalog->runs.count;
	code = fetch_runs(loader, execution->suite_run);
	execution->run_count = (uint32_t)catalog->runs.count - execution->first_run;
	/* Only the user knew of this id: whatever the server says to it, it is the wrong one. */
	if ((code == QM_EREFUSED || code == QM_ENOTFOUND) && !*execution->suite_key) {
		qm_error_add(loader->err, "; the test suite run was %s (--suite-run)",
			execution->suite_run);
		if (loader->err)
			loader->err->code = QM_ENOTFOUND;
		return QM_ENOTFOUND;
	}
	if (!code && !execution->run_count && !*execution->suite_key)
		return qm_error_set(loader->err, QM_ENOTFOUND,
			"the test suite run %s has no test case runs (--suite-run); is the id "
			"right?",
			execution->suite_run);
	if (!code && !execution->run_count)
		qm_log_line(loader->log, QM_LOG_WARNING,
			"the execution %s of %s has no test case runs", execution->suite_run,
			execution->suite_key);
	return code;
}

/* ---- The steps. */

static void loader_init(struct loader *loader)
{
	qm_vec_init(&loader->suites, sizeof(struct suite));
	qm_vec_init(&loader->candidates, sizeof(struct qm_candidate));
	qm_vec_init(&loader->named, sizeof(bool));
	for (size_t i = 0; i < loader->selection->suite_run_count; i++)
		(void)qm_vec_add(&loader->named);
}

static void loader_release(struct loader *loader)
{
	qm_vec_release(&loader->named);
	qm_vec_release(&loader->candidates);
	qm_vec_release(&loader->suites);
}

enum qm_code qm_catalog_load_project(struct qm_catalog *catalog, struct qm_session *session,
	const char *project_key, struct qm_error *err)
{
	enum qm_code code =
		qm_fetch_project(session, project_key, &catalog->arena, &catalog->project, err);

	if (code == QM_ENOTFOUND || code == QM_EREFUSED)
		qm_error_add(err, "; the project was %s", project_key);
	return code;
}

enum qm_code qm_catalog_choose(struct qm_catalog *catalog, struct qm_session *session,
	const struct qm_selection *selection, const struct qm_log *log, struct qm_error *err)
{
	struct loader loader = { .catalog = catalog,
		.session = session,
		.selection = selection,
		.log = log,
		.err = err };
	enum qm_code code;

	loader_init(&loader);
	code = load_suites(&loader);
	/* With suites they chose among the suites' executions. */
	if (!code && !selection->suite_count)
		add_suite_runs(&loader);
	loader_release(&loader);
	return code;
}

enum qm_code qm_catalog_look(struct qm_catalog *catalog, struct qm_session *session,
	const struct qm_selection *selection, struct qm_vec *out, struct qm_error *err)
{
	struct loader loader = { .catalog = catalog,
		.session = session,
		.selection = selection,
		.found = out,
		.err = err };
	enum qm_code code;

	loader_init(&loader);
	code = load_suites(&loader);
	loader_release(&loader);
	return code;
}

static enum qm_code load_all_runs(struct qm_catalog *catalog, struct qm_session *session,
	bool all_pages, const struct qm_survey *survey, const struct qm_log *log,
	struct qm_error *err)
{
	struct loader loader = { .catalog = catalog,
		.session = session,
		.all_pages = all_pages || !survey,
		.survey = survey,
		.log = log,
		.err = err };
	enum qm_code code = QM_OK;

	for (uint32_t i = 0; !code && i < catalog->executions.count; i++)
		code = load_runs(&loader, i);
	return code;
}

enum qm_code qm_catalog_load(struct qm_catalog *catalog, struct qm_session *session,
	const char *project_key, const struct qm_selection *selection,
	const struct qm_survey *survey, const struct qm_log *log, struct qm_error *err)
{
	enum qm_code code = qm_catalog_load_project(catalog, session, project_key, err);

	if (!code)
		code = qm_catalog_choose(catalog, session, selection, log, err);
	/* Before the runs, which are the dear part: a misspelt build is told at once. */
	if (!code && selection->build)
		code = qm_catalog_find_build(catalog, session, selection, err);
	if (!code)
		code = load_all_runs(catalog, session, selection->all_pages, survey, log, err);
	qm_cache_save(catalog->cache);
	return code;
}

void qm_catalog_forget_cached(struct qm_catalog *catalog)
{
	const struct qm_execution *executions = catalog->executions.items;

	if (!catalog->is_cached)
		return;
	for (size_t i = 0; i < catalog->executions.count; i++)
		qm_cache_forget_runs(catalog->cache, executions[i].suite_run);
	qm_cache_save(catalog->cache);
}
