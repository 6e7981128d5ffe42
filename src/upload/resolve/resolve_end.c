#include "src/upload/limits.h"
#include "src/upload/resolve/resolve_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- Lists. */

static void list_left(struct qm_resolver *resolver, const char *key, const char *why)
{
	struct qm_left *row;

	resolver->resolution.left_count++;
	if (resolver->resolution.left.count >= QM_MAX_LISTED)
		return;
	row = qm_vec_add(&resolver->resolution.left);
	row->key = key;
	row->why = why;
}

static void note_lost(struct qm_resolver *resolver, uint32_t index, const char *why)
{
	struct qm_resolution *resolution = &resolver->resolution;

	if (!resolution->lost_count++)
		resolution->first_lost = (struct qm_left){
			.key = qm_resolver_case(resolver, qm_resolver_run(resolver, index))->key,
			.why = why
		};
}

/* The key, and of a step run its number behind it. */
static const char *name_of(struct qm_resolver *resolver, const struct qm_run *run)
{
	const char *key = qm_resolver_case(resolver, run)->key;
	struct qm_buf name;

	if (!run->step)
		return key;
	qm_buf_init(&name, strlen(key) + 32);
	qm_buf_add_format(&name, "%s step %u", key, (unsigned)run->step);
	key = qm_arena_strdup(&resolver->arena, name.data);
	qm_buf_release(&name);
	return key;
}

static void list_left_run(struct qm_resolver *resolver, const struct qm_run *run, const char *why)
{
	bool has_room = resolver->resolution.left.count < QM_MAX_LISTED;

	list_left(resolver, has_room ? name_of(resolver, run) : "", why);
}

void qm_resolver_lose(struct qm_resolver *resolver, uint32_t index, const char *why)
{
	list_left_run(resolver, qm_resolver_run(resolver, index), why);
	note_lost(resolver, index, why);
}

static void list_combined(struct qm_resolver *resolver, uint32_t index)
{
	const struct qm_run *run = qm_resolver_run(resolver, index);
	const struct qm_execution *execution =
		qm_vec_at(&resolver->catalog->executions, run->execution);
	struct qm_combined *row;

	resolver->resolution.combined_count++;
	if (resolver->resolution.combined.count >= QM_MAX_LISTED)
		return;
	row = qm_vec_add(&resolver->resolution.combined);
	row->key = name_of(resolver, run);
	row->suite_run = execution->suite_run;
	row->results = run->results;
	row->outcome = run->outcome;
	row->test_count = qm_resolver_names(resolver, index, row->tests);
}

/* ---- Runs become updates. */

/* Why a run is left whose outcome has no status. */
static const char *why_left(uint8_t target)
{
	static const char *const whys[QM_TARGETS] = {
		[QM_PASSED] = "passed, which is to be left (--status)",
		[QM_FLAKY] = "flaky, which is to be left (--status)",
		[QM_FAILED] = "failed, which is to be left (--status)",
		[QM_ERRORED] = "errored, which is to be left (--status)",
		[QM_SKIPPED] = "skipped",
		[QM_NOT_REACHED] = "not reached",
	};

	return whys[target];
}

static enum qm_code add_update(
	struct qm_resolver *resolver, uint32_t index, uint8_t target, struct qm_error *err)
{
	const struct qm_run *run = qm_resolver_run(resolver, index);
	const struct qm_status *status;
	const char *why = NULL;
	struct qm_update *update;
	enum qm_code code = qm_targets_status(&resolver->targets, target, &status, err);

	if (code)
		return code;
	if (!status) {
		if (target != QM_TARGET_MISSING)
			list_left_run(resolver, run, why_left(target));
		return QM_OK;
	}
	switch (qm_targets_permit(&resolver->targets, run, status, &why)) {
	case QM_MAY_SET:
		update = qm_vec_add(&resolver->resolution.updates);
		update->run = index;
		update->outcome = target;
		update->status_id = status->id;
		break;
	case QM_UNCHANGED:
		resolver->resolution.unchanged++;
		break;
	case QM_LEAVE:
		list_left_run(resolver, run, why);
		break;
	case QM_CANNOT:
		list_left_run(resolver, run, why);
		if (target != QM_TARGET_MISSING)
			note_lost(resolver, index, why);
		break;
	}
	return QM_OK;
}

static void note_missing(struct qm_resolver *resolver, uint32_t index)
{
	const struct qm_test_case *test_case =
		qm_resolver_case(resolver, qm_resolver_run(resolver, index));
	struct qm_missing *row;

	if (!qm_resolver_is_first(resolver, index))
		return;
	resolver->resolution.missing_count++;
	if (resolver->resolution.missing.count >= QM_MAX_LISTED)
		return;
	row = qm_vec_add(&resolver->resolution.missing);
	row->key = test_case->key;
	row->summary = test_case->summary;
	row->platform =
		qm_routes_platform(&resolver->routes, qm_resolver_destination(resolver, index));
}

/*
 * A test case is missing only where the reports are known to be whole and to speak of this suite
 * at all: a crashed job must not set every run of it.
 */
static enum qm_code add_missing(struct qm_resolver *resolver, uint32_t index, struct qm_error *err)
{
	static const char why[] =
		"in no report, but reports are missing, too old or were not read whole";

	note_missing(resolver, index);
	if (resolver->resolution.mapped && !resolver->is_incomplete)
		return add_update(resolver, index, QM_TARGET_MISSING, err);
	if (resolver->targets.statuses[QM_TARGET_MISSING])
		list_left(resolver,
			qm_resolver_case(resolver, qm_resolver_run(resolver, index))->key, why);
	return QM_OK;
}

/* What no result can reach is not missing either: it is left, with all its runs. */
static void leave_unrouted(struct qm_resolver *resolver)
{
	for (uint32_t i = 0; i < resolver->catalog->executions.count; i++) {
		const struct qm_execution *execution = qm_vec_at(&resolver->catalog->executions, i);
		char place[200];

		if (qm_routes_of_execution(&resolver->routes, i) != QM_NO_DESTINATION)
			continue;
		(void)snprintf(place, sizeof place, "%s / %s (%s)", execution->suite_key,
			execution->platform, execution->suite_run);
		list_left(resolver, qm_arena_strdup(&resolver->arena, place),
			"no route of the mapping file leads there");
	}
}

/* Another job's business, or a choice that forgot something: told, a row for each platform. */
static void leave_elsewhere(struct qm_resolver *resolver)
{
	for (size_t i = 0; i < resolver->routes.destinations.count; i++) {
		unsigned long long results = resolver->elsewhere[i];
		char place[200];

		if (!results)
			continue;
		(void)snprintf(place, sizeof place, "%llu result%s of %.100s", results,
			results == 1 ? "" : "s",
			qm_routes_platform(&resolver->routes, (uint16_t)i));
		list_left(resolver, qm_arena_strdup(&resolver->arena, place),
			"routes lead there, and no execution of it was chosen");
	}
}

enum qm_code qm_resolver_finish(
	struct qm_resolver *resolver, const struct qm_resolution **out, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	qm_vec_release(&resolver->stage.records);
	qm_vec_init(&resolver->stage.records, sizeof(struct qm_staged));
	leave_unrouted(resolver);
	leave_elsewhere(resolver);
	for (uint32_t i = 0; !code && i < resolver->catalog->runs.count; i++) {
		const struct qm_run *run = qm_resolver_run(resolver, i);

		if (run->results || run->step) {
			code = add_update(
				resolver, i, run->results ? run->outcome : QM_TARGET_MISSING, err);
			/* That a test case has the results of its steps is no news. */
			if (run->results > 1 && (run->step || !resolver->steps.first))
				list_combined(resolver, i);
		} else if (run->match != QM_MATCH_AMBIGUOUS &&
			!qm_resolver_case(resolver, run)->mentioned &&
			qm_resolver_destination(resolver, i) != QM_NO_DESTINATION) {
			code = add_missing(resolver, i, err);
		}
	}
	*out = code ? NULL : &resolver->resolution;
	return code;
}
