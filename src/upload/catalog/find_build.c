#include "src/api/poll.h"
#include "src/base/text.h"
#include "src/upload/catalog/catalog_load.h"
#include "src/upload/limits.h"

#include <stdio.h>
#include <string.h>

/* The best match, whatever else fits. */
enum { EXACT_NAME = 6 };

/* What is looked for, and what was seen on the way. */
struct search {
	struct qm_catalog *catalog;
	const char *wanted;
	struct qm_build found, rival; /* rival: meant as well; without a name: none */
	int merit;                    /* of what was found; 0: nothing was */
	struct qm_vec names;          /* const char * */
};

/* How well a build is meant by `wanted`, which is a name or an id; 0: not at all. */
static int merit_of(const struct qm_build *build, const char *wanted)
{
	char id[32];
	int merit = 0;

	(void)snprintf(id, sizeof id, "%lld", (long long)build->id);
	if (strcmp(build->name, wanted) == 0)
		merit = EXACT_NAME;
	else if (strcmp(id, wanted) == 0)
		merit = 4;
	else if (qm_text_equal_nocase(build->name, wanted))
		merit = 2;
	/* A name may be used again once its first owner is archived. */
	return merit ? merit + !build->archived : 0;
}

static enum qm_code look_at(void *context, const struct qm_build *build)
{
	struct search *search = context;
	int merit = merit_of(build, search->wanted);
	bool is_rival = merit && merit == search->merit && build->id != search->found.id;
	struct qm_build copy = *build;

	if (merit <= search->merit && !is_rival && search->names.count >= QM_MAX_LISTED)
		return QM_OK;
	copy.name = qm_arena_strdup(&search->catalog->arena, build->name);
	if (search->names.count < QM_MAX_LISTED)
		qm_vec_push(&search->names, &copy.name);
	if (merit > search->merit) {
		search->found = copy;
		search->rival = (struct qm_build){ .name = NULL };
		search->merit = merit;
	} else if (is_rival && !search->rival.name) {
		search->rival = copy;
	}
	return QM_OK;
}

static enum qm_code unknown(const struct search *search, struct qm_error *err)
{
	const char *const *names = search->names.items;
	const char *nearest = qm_text_nearest(search->wanted, names, search->names.count);
	struct qm_buf list;

	qm_buf_init(&list, 300);
	for (size_t i = 0; i < search->names.count && i < QM_MAX_CANDIDATES; i++)
		qm_buf_add_format(&list, "%s%s", i ? ", " : "", names[i]);
	(void)qm_error_set(err, QM_ENOTFOUND, "there is no build \"%s\" (--build)%s%s%s%s%s%s",
		search->wanted, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?" : "", search->names.count ? "; there are: " : "", list.data,
		search->names.count > QM_MAX_CANDIDATES ? ", ..." : "");
	qm_buf_release(&list);
	return QM_ENOTFOUND;
}

/* By name: the calls that a wait repeats. */
static enum qm_code ask_for_name(
	struct search *search, struct qm_session *session, struct qm_error *err)
{
	return qm_fetch_builds(
		session, &search->catalog->project, search->wanted, look_at, search, err);
}

/* Another job may be just creating it. */
static enum qm_code wait_for_name(
	struct search *search, struct qm_session *session, int64_t time_ms, struct qm_error *err)
{
	struct qm_poll poll;
	bool over = false;
	enum qm_code code = QM_OK;
	char why[160];

	qm_poll_init(&poll, time_ms);
	(void)snprintf(
		why, sizeof why, "there is no build \"%.80s\" yet (--build-wait)", search->wanted);
	while (!code && !search->merit && !over) {
		code = qm_poll_wait(&poll, session, why, &over, err);
		if (!code && !over)
			code = ask_for_name(search, session, err);
	}
	return code;
}

/* The current builds came with the project; the others cost a call. */
static enum qm_code search_build(
	struct search *search, struct qm_session *session, int64_t wait_ms, struct qm_error *err)
{
	const struct qm_project *project = &search->catalog->project;
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < project->builds.count; i++)
		(void)look_at(search, qm_vec_at(&project->builds, i));
	/*
	 * What matched by id or in another letter case may be another build than the one of that
	 * very name. Names are filtered over there; an id is none, so then the whole list is read.
	 */
	if (search->merit < EXACT_NAME)
		code = ask_for_name(search, session, err);
	if (!code && !search->merit) {
		qm_vec_clear(&search->names);
		code = qm_fetch_builds(session, project, NULL, look_at, search, err);
	}
	if (!code && !search->merit)
		code = wait_for_name(search, session, wait_ms, err);
	return code;
}

enum qm_code qm_catalog_find_build(struct qm_catalog *catalog, struct qm_session *session,
	const struct qm_selection *selection, struct qm_error *err)
{
	struct search search = { .catalog = catalog, .wanted = selection->build };
	enum qm_code code;

	qm_vec_init(&search.names, sizeof(const char *));
	code = search_build(&search, session, selection->build_wait_ms, err);
	if (code)
		goto done;
	if (!search.merit) {
		code = unknown(&search, err);
	} else if (search.found.archived) {
		code = qm_error_set(err, QM_ENOTFOUND,
			"the build \"%s\" is archived; choose another with --build",
			search.found.name);
	} else if (search.rival.name) {
		code = qm_error_set(err, QM_ENOTFOUND,
			"several builds are \"%s\" (--build): \"%s\" (id %lld) and \"%s\" "
			"(id %lld); choose one by its id",
			search.wanted, search.found.name, (long long)search.found.id,
			search.rival.name, (long long)search.rival.id);
	} else {
		catalog->build_id = search.found.id;
		catalog->build_name = search.found.name;
	}
done:
	qm_vec_release(&search.names);
	return code;
}
