#include "src/upload/limits.h"
#include "src/upload/resolve/resolve_internal.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 2 * QM_MAX_KEPT_NAME };

void qm_stage_init(struct qm_stage *stage)
{
	*stage = (struct qm_stage){ .report = 0 };
	qm_vec_init(&stage->records, sizeof(struct qm_staged));
	qm_vec_init(&stage->tests, sizeof(struct qm_staged_test));
	qm_vec_init(&stage->others, sizeof(struct qm_owners));
	qm_vec_init(&stage->elsewhere, sizeof(uint16_t));
}

void qm_stage_release(struct qm_stage *stage)
{
	qm_vec_release(&stage->elsewhere);
	qm_vec_release(&stage->others);
	qm_vec_release(&stage->tests);
	qm_vec_release(&stage->records);
}

enum qm_code qm_stage_begin(void *context, const struct qm_report_begin *report)
{
	struct qm_resolver *resolver = context;
	struct qm_stage *stage = &resolver->stage;
	const char *path;

	qm_vec_clear(&stage->records);
	qm_vec_clear(&stage->tests);
	qm_vec_clear(&stage->others);
	qm_vec_clear(&stage->elsewhere);
	qm_mapping_begin(resolver->mapping, report->kind);
	qm_routes_begin_report(&resolver->routes);
	memset(stage->outcomes, 0, sizeof stage->outcomes);
	stage->mapped = stage->unmapped = stage->ignored = 0;
	stage->report = (uint32_t)resolver->paths.count;
	qm_step_suites_begin(&resolver->steps.suites, report->kind, stage->report);
	path = qm_arena_strdup(&resolver->arena, report->path);
	qm_vec_push(&resolver->paths, &path);
	return QM_OK;
}

static bool is_bad(enum qm_outcome outcome)
{
	return outcome == QM_FAILED || outcome == QM_ERRORED;
}

/* A suite is listed once, whatever the number of its tests. */
static bool is_listed(const struct qm_resolver *resolver, const char *name)
{
	const struct qm_vec *rows = &resolver->resolution.unmapped;
	const struct qm_unmapped *last =
		rows->count > resolver->stage.listed ? qm_vec_at(rows, rows->count - 1) : NULL;

	return resolver->steps.first && last && strcmp(last->test, name) == 0;
}

static void stage_unmapped(struct qm_resolver *resolver, const struct qm_result *result,
	const struct qm_mapped *mapped, const char *name)
{
	char nearest[200] = "";

	resolver->stage.unmapped++;
	if (!qm_resolver_has_room(resolver) || is_listed(resolver, name))
		return;
	if (!mapped->count && !*mapped->unknown)
		qm_mapping_nearest(resolver->mapping, result, nearest, sizeof nearest);
	qm_resolver_list_test(resolver, name, resolver->stage.report, mapped->why, nearest);
}

static void stage_mapped(struct qm_resolver *resolver, const struct qm_result *result,
	const struct qm_mapped *mapped, uint16_t destination, const char *name, uint32_t suite)
{
	uint32_t text = qm_names_keep(&resolver->names, name, is_bad(result->outcome));
	uint32_t message = resolver->comment && is_bad(result->outcome)
		? qm_messages_keep(&resolver->messages, result, resolver->comment->log)
		: QM_NO_MESSAGE;

	struct qm_staged_test test = { .result = (uint32_t)resolver->steps.counted.count,
		.suite = suite };

	if (resolver->steps.first) {
		qm_test_identify(result, &resolver->scratch, &test.id);
		(void)qm_vec_add(&resolver->steps.counted);
	}
	resolver->stage.mapped++;
	for (size_t i = 0; i < mapped->count; i++) {
		struct qm_staged *record = qm_vec_add(&resolver->stage.records);

		record->test_case = mapped->cases[i];
		record->outcome = (uint8_t)result->outcome;
		record->match = (uint8_t)mapped->match;
		record->name = text;
		record->message = message;
		record->destination = destination;
		record->name_hash = mapped->name_hash;
		if (resolver->steps.first)
			qm_vec_push(&resolver->stage.tests, &test);
	}
}

static const struct qm_test_case *case_at(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_vec_at(&resolver->catalog->test_cases, index);
}

static const char *report_path(const struct qm_resolver *resolver)
{
	return *(const char *const *)qm_vec_at(&resolver->paths, resolver->stage.report);
}

static bool has_run(const struct qm_resolver *resolver, uint32_t test_case, uint16_t destination)
{
	uint32_t run = case_at(resolver, test_case)->first_run;

	while (run != QM_NONE && qm_resolver_destination(resolver, run) != destination)
		run = qm_resolver_run(resolver, run)->next_of_case;
	return run != QM_NONE;
}

/* Open runs of one execution: which of them the result is of, nobody knows. Tells why. */
static bool has_rivals(const struct qm_resolver *resolver, uint32_t test_case, uint16_t destination,
	char *why, size_t why_size)
{
	const struct qm_test_case *of = case_at(resolver, test_case);
	uint32_t run = of->has_rivals ? of->first_run : QM_NONE;
	const struct qm_run *last = NULL, *next;

	for (; run != QM_NONE; run = next->next_of_case) {
		next = qm_resolver_run(resolver, run);
		if (next->locked || qm_resolver_destination(resolver, run) != destination)
			continue;
		if (last && last->execution == next->execution) {
			const struct qm_execution *execution =
				qm_vec_at(&resolver->catalog->executions, next->execution);

			(void)snprintf(why, why_size,
				"ambiguous: %s has several runs in suite run %s, %lld and %lld for "
				"two",
				of->key, execution->suite_run, (long long)next->id,
				(long long)last->id);
			return true;
		}
		last = next;
	}
	return false;
}

/* Where its result goes nowhere, a test case is not missing all the same. */
static void stage_other(struct qm_resolver *resolver, uint32_t test_case)
{
	const struct qm_owners owners = { .first = test_case, .next = QM_NONE };

	qm_vec_push(&resolver->stage.others, &owners);
}

/* Only test cases that have a run where the result goes remain, and what does not is told. */
static uint16_t route(
	struct qm_resolver *resolver, const struct qm_result *result, struct qm_mapped *mapped)
{
	uint16_t destination = qm_routes_destination(
		&resolver->routes, result, report_path(resolver), mapped->why, sizeof mapped->why);
	size_t kept = 0;

	for (size_t i = 0; i < mapped->count; i++) {
		uint32_t test_case = mapped->cases[i];

		if (destination == QM_NO_DESTINATION ||
			has_rivals(
				resolver, test_case, destination, mapped->why, sizeof mapped->why))
			stage_other(resolver, test_case);
		else if (has_run(resolver, test_case, destination))
			mapped->cases[kept++] = test_case;
		else
			(void)snprintf(mapped->why, sizeof mapped->why, "%s has no run on %s",
				case_at(resolver, test_case)->key,
				qm_routes_platform(&resolver->routes, destination));
	}
	mapped->count = kept;
	return destination;
}

enum qm_code qm_stage_result(void *context, const struct qm_result *result)
{
	struct qm_resolver *resolver = context;
	uint16_t destination = QM_NO_DESTINATION;
	struct qm_mapped mapped;
	char name[NAME_BYTES];
	uint32_t suite = 0;

	if (result->superseded)
		return QM_OK;
	if (resolver->steps.first)
		suite = qm_step_suites_count(&resolver->steps.suites, result);
	resolver->stage.outcomes[result->outcome]++;
	qm_mapping_find(resolver->mapping, result, &mapped);
	if (mapped.ignored) {
		resolver->stage.ignored++;
	} else if (qm_routes_lead_elsewhere(
			   &resolver->routes, result, report_path(resolver), &destination)) {
		qm_vec_push(&resolver->stage.elsewhere, &destination);
		return QM_OK;
	}
	for (size_t i = 0; i < mapped.others->count; i++)
		qm_vec_push(&resolver->stage.others, qm_vec_at(mapped.others, i));
	if (mapped.count)
		destination = route(resolver, result, &mapped);
	(void)qm_result_full_name(result, name, sizeof name);
	if (mapped.count)
		stage_mapped(resolver, result, &mapped, destination, name, suite);
	if (*mapped.why)
		stage_unmapped(resolver, result, &mapped,
			resolver->steps.first ? qm_mapping_subject(resolver->mapping, result)
					      : name);
	return QM_OK;
}
