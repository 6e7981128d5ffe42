#include "src/upload/resolve.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/comment_groups.h"
#include "src/upload/limits.h"
#include "src/upload/names.h"
#include "src/upload/routes.h"
#include "src/upload/targets.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A run's match while different tests met in it by script name or summary. */
enum { AMBIGUOUS = 255 };

enum { NAME_BYTES = 2 * QM_MAX_KEPT_NAME };

/* One result for one test case, staged until its report ends. */
struct record {
	uint64_t name_hash;
	uint32_t test_case, name, message;
	uint16_t destination; /* routes.h */
	uint8_t outcome, match;
};

_Static_assert(sizeof(struct record) == 24, "a staged result is 24 bytes");

/* What the report being read has added so far; taken back if it turns out bad. */
struct stage {
	struct qm_vec records; /* struct record */
	uint64_t outcomes[QM_OUTCOMES], mapped, unmapped, ignored;
	size_t listed;   /* length of the unmapped list before it */
	size_t names;    /* mark in the names before it */
	uint32_t report; /* index into paths */
};

struct qm_resolver {
	struct qm_catalog *catalog;
	struct qm_mapping *mapping;
	struct qm_targets targets;
	struct qm_routes routes;
	enum qm_combine combine;
	const struct qm_comment_options *comment; /* NULL: messages are of no use */
	struct qm_messages messages;
	struct qm_names names;
	struct qm_arena arena; /* of the lists' texts */
	struct qm_vec paths;   /* const char *, of the reports */
	size_t listed_bytes;
	struct stage stage;
	size_t nearest_searches;
	bool is_incomplete; /* a report was not read whole */
	struct qm_resolution resolution;
};

enum qm_code qm_resolver_new(struct qm_catalog *catalog, struct qm_mapping *mapping,
	const struct qm_resolve_options *options, struct qm_resolver **out, struct qm_error *err)
{
	struct qm_resolver *resolver = qm_alloc(sizeof *resolver);
	enum qm_code code;

	resolver->catalog = catalog;
	resolver->mapping = mapping;
	resolver->combine = options->combine;
	if (options->comment && options->comment->pattern &&
		qm_comment_has_message(options->comment->pattern))
		resolver->comment = options->comment;
	qm_messages_init(&resolver->messages);
	qm_names_init(&resolver->names);
	qm_arena_init(&resolver->arena);
	qm_vec_init(&resolver->paths, sizeof(const char *));
	qm_vec_init(&resolver->stage.records, sizeof(struct record));
	qm_vec_init(&resolver->resolution.updates, sizeof(struct qm_update));
	qm_vec_init(&resolver->resolution.unmapped, sizeof(struct qm_unmapped));
	qm_vec_init(&resolver->resolution.missing, sizeof(struct qm_missing));
	qm_vec_init(&resolver->resolution.left, sizeof(struct qm_left));
	code = qm_targets_init(&resolver->targets, catalog, options, err);
	if (!code)
		code = qm_routes_init(&resolver->routes, options->map, catalog, err);
	if (code) {
		qm_resolver_free(resolver);
		resolver = NULL;
	}
	*out = resolver;
	return code;
}

void qm_resolver_free(struct qm_resolver *resolver)
{
	if (!resolver)
		return;
	qm_targets_release(&resolver->targets);
	qm_routes_release(&resolver->routes);
	qm_vec_release(&resolver->resolution.left);
	qm_vec_release(&resolver->resolution.missing);
	qm_vec_release(&resolver->resolution.unmapped);
	qm_vec_release(&resolver->resolution.updates);
	qm_vec_release(&resolver->stage.records);
	qm_vec_release(&resolver->paths);
	qm_arena_release(&resolver->arena);
	qm_names_release(&resolver->names);
	qm_messages_release(&resolver->messages);
	free(resolver);
}

static struct qm_run *run_at(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_vec_at(&resolver->catalog->runs, index);
}

static const struct qm_test_case *case_of(
	const struct qm_resolver *resolver, const struct qm_run *run)
{
	return qm_vec_at(&resolver->catalog->test_cases, run->test_case);
}

static uint16_t destination_of(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_routes_of_execution(&resolver->routes, run_at(resolver, index)->execution);
}

/*
 * A test case's runs hang together, and a result goes to all of one destination: what is counted
 * once for these is the first one.
 */
static bool is_first_of_case(const struct qm_resolver *resolver, uint32_t index)
{
	uint16_t destination = destination_of(resolver, index);
	uint32_t first = case_of(resolver, run_at(resolver, index))->first_run;

	while (destination_of(resolver, first) != destination)
		first = run_at(resolver, first)->next_of_case;
	return first == index;
}

/* ---- Lists. */

static bool has_room_to_list(const struct qm_resolver *resolver)
{
	return resolver->resolution.unmapped.count < QM_MAX_LISTED &&
		resolver->listed_bytes < QM_MAX_LISTED_TEXT;
}

static void list_unmapped(struct qm_resolver *resolver, const char *test, uint32_t report,
	const char *why, const char *nearest)
{
	struct qm_arena *arena = &resolver->arena;
	size_t length = qm_text_cut(test, strlen(test), QM_MAX_KEPT_NAME), before = arena->bytes;
	struct qm_unmapped *row;

	if (!has_room_to_list(resolver))
		return;
	row = qm_vec_add(&resolver->resolution.unmapped);
	row->test = qm_arena_strndup(arena, test, length);
	row->file = *(const char *const *)qm_vec_at(&resolver->paths, report);
	row->why = qm_arena_strdup(arena, why);
	row->nearest = qm_arena_strdup(arena, nearest);
	resolver->listed_bytes += arena->bytes - before;
}

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
		resolution->first_lost =
			(struct qm_left){ .key = case_of(resolver, run_at(resolver, index))->key,
				.why = why };
}

/* ---- Results stream in and are staged. */

static enum qm_code begin_report(void *context, const struct qm_report_begin *report)
{
	struct qm_resolver *resolver = context;
	struct stage *stage = &resolver->stage;
	const char *path;

	qm_vec_clear(&stage->records);
	memset(stage->outcomes, 0, sizeof stage->outcomes);
	stage->mapped = stage->unmapped = stage->ignored = 0;
	stage->listed = resolver->resolution.unmapped.count;
	stage->names = qm_names_mark(&resolver->names);
	stage->report = (uint32_t)resolver->paths.count;
	path = qm_arena_strdup(&resolver->arena, report->path);
	qm_vec_push(&resolver->paths, &path);
	return QM_OK;
}

static bool is_bad(enum qm_outcome outcome)
{
	return outcome == QM_FAILED || outcome == QM_ERRORED;
}

static void stage_unmapped(struct qm_resolver *resolver, const struct qm_result *result,
	const struct qm_mapped *mapped, const char *name)
{
	char nearest[200] = "";

	resolver->stage.unmapped++;
	if (!has_room_to_list(resolver))
		return;
	if (!mapped->count && !*mapped->unknown &&
		resolver->nearest_searches < QM_MAX_NEAREST_RESULTS) {
		resolver->nearest_searches++;
		qm_mapping_nearest(resolver->mapping, result, nearest, sizeof nearest);
	}
	list_unmapped(resolver, name, resolver->stage.report, mapped->why, nearest);
}

static void stage_mapped(struct qm_resolver *resolver, const struct qm_result *result,
	const struct qm_mapped *mapped, uint16_t destination, const char *name)
{
	uint32_t text = qm_names_keep(&resolver->names, name, is_bad(result->outcome));
	uint32_t message = resolver->comment && is_bad(result->outcome)
		? qm_messages_keep(&resolver->messages, result, resolver->comment->log)
		: QM_NO_MESSAGE;

	resolver->stage.mapped++;
	for (size_t i = 0; i < mapped->count; i++) {
		struct record *record = qm_vec_add(&resolver->stage.records);

		record->test_case = mapped->cases[i];
		record->outcome = (uint8_t)result->outcome;
		record->match = (uint8_t)mapped->match;
		record->name = text;
		record->message = message;
		record->destination = destination;
		record->name_hash = mapped->name_hash;
	}
}

static const struct qm_test_case *case_at(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_vec_at(&resolver->catalog->test_cases, index);
}

static bool has_run(const struct qm_resolver *resolver, uint32_t test_case, uint16_t destination)
{
	uint32_t run = case_at(resolver, test_case)->first_run;

	while (run != QM_NONE && destination_of(resolver, run) != destination)
		run = run_at(resolver, run)->next_of_case;
	return run != QM_NONE;
}

/* Only test cases that have a run where the result goes remain, and what does not is told. */
static uint16_t route(const struct qm_resolver *resolver, const struct qm_result *result,
	struct qm_mapped *mapped)
{
	const char *report =
		*(const char *const *)qm_vec_at(&resolver->paths, resolver->stage.report);
	uint16_t destination = qm_routes_destination(
		&resolver->routes, result, report, mapped->why, sizeof mapped->why);
	size_t kept = 0;

	for (size_t i = 0; i < mapped->count && destination != QM_NO_DESTINATION; i++) {
		uint32_t test_case = mapped->cases[i];

		if (has_run(resolver, test_case, destination))
			mapped->cases[kept++] = test_case;
		else
			(void)snprintf(mapped->why, sizeof mapped->why, "%s has no run on %s",
				case_at(resolver, test_case)->key,
				qm_routes_platform(&resolver->routes, destination));
	}
	mapped->count = kept;
	return destination;
}

static enum qm_code take_result(void *context, const struct qm_result *result)
{
	struct qm_resolver *resolver = context;
	uint16_t destination = QM_NO_DESTINATION;
	struct qm_mapped mapped;
	char name[NAME_BYTES];

	if (result->superseded)
		return QM_OK;
	resolver->stage.outcomes[result->outcome]++;
	qm_mapping_find(resolver->mapping, result, &mapped);
	if (mapped.ignored)
		resolver->stage.ignored++;
	if (mapped.count)
		destination = route(resolver, result, &mapped);
	(void)qm_result_full_name(result, name, sizeof name);
	if (mapped.count)
		stage_mapped(resolver, result, &mapped, destination, name);
	if (*mapped.why)
		stage_unmapped(resolver, result, &mapped, name);
	return QM_OK;
}

/* ---- A report that counts is merged into the runs. */

/* errored > failed > flaky > passed > whatever was not executed */
static int rank(unsigned outcome)
{
	static const int ranks[QM_OUTCOMES] = {
		[QM_ERRORED] = 4,
		[QM_FAILED] = 3,
		[QM_FLAKY] = 2,
		[QM_PASSED] = 1,
		[QM_SKIPPED] = 0,
		[QM_NOT_REACHED] = 0,
	};

	return ranks[outcome];
}

/* Whether a further result replaces the outcome of a run. */
static bool replaces(enum qm_combine combine, unsigned outcome, unsigned kept)
{
	if (combine == QM_COMBINE_LAST)
		return rank(outcome) > 0 || rank(kept) == 0;
	return rank(outcome) > rank(kept);
}

static bool is_explicit(unsigned match)
{
	return match == QM_MATCH_MAP || match == QM_MATCH_PROPERTY || match == QM_MATCH_KEY;
}

/* The results that a run has so far belong to nobody: they are listed, as far as they are named. */
static void give_up_results(struct qm_resolver *resolver, uint32_t index, const char *why)
{
	struct qm_run *run = run_at(resolver, index);
	struct qm_kept_name names[QM_NAMES_PER_RUN];
	size_t count = qm_names_list(&resolver->names, run->first_name, names);

	if (is_first_of_case(resolver, index)) {
		resolver->resolution.mapped -= run->results;
		resolver->resolution.unmapped_count += run->results;
		for (size_t i = 0; i < count; i++)
			list_unmapped(resolver, names[i].text, names[i].report, why,
				case_of(resolver, run)->key);
	}
	run->results = 0;
	run->first_name = QM_NONE;
}

/* The result of `record` cannot have this run, since another has it with better right. */
static void give_up_record(
	struct qm_resolver *resolver, uint32_t index, const struct record *record, const char *why)
{
	const struct qm_run *run = run_at(resolver, index);
	const char *text = record->name == QM_NONE ? "" : resolver->names.texts.data + record->name;

	if (!is_first_of_case(resolver, index))
		return;
	resolver->resolution.mapped--;
	resolver->resolution.unmapped_count++;
	list_unmapped(resolver, text, resolver->stage.report, why, case_of(resolver, run)->key);
}

static void set_run(struct qm_resolver *resolver, struct qm_run *run, const struct record *record)
{
	run->outcome = record->outcome;
	run->match = record->match;
	run->message = record->message;
	run->name_hash = record->name_hash;
	/* No results, no names: where the catalog was resolved before, these are not ours. */
	if (!run->results)
		run->first_name = QM_NONE;
	run->results++;
	qm_names_set(&resolver->names, &run->first_name, record->name, resolver->stage.report);
}

static void combine(struct qm_resolver *resolver, struct qm_run *run, const struct record *record)
{
	if (replaces(resolver->combine, record->outcome, run->outcome)) {
		set_run(resolver, run, record);
		return;
	}
	run->results++;
	if (run->outcome == record->outcome)
		qm_names_add(
			&resolver->names, &run->first_name, record->name, resolver->stage.report);
}

static void merge(struct qm_resolver *resolver, uint32_t index, const struct record *record)
{
	static const char by_key[] = "ambiguous: another test names the key of that test case";
	static const char by_name[] = "ambiguous: different tests have the script name or summary";
	struct qm_run *run = run_at(resolver, index);

	if (run->match == AMBIGUOUS && !is_explicit(record->match)) {
		give_up_record(resolver, index, record, by_name);
	} else if (!run->results) {
		set_run(resolver, run, record);
	} else if (is_explicit(record->match) && !is_explicit(run->match)) {
		give_up_results(resolver, index, by_key);
		set_run(resolver, run, record);
	} else if (!is_explicit(record->match) && is_explicit(run->match)) {
		give_up_record(resolver, index, record, by_key);
	} else if (!is_explicit(record->match) && record->name_hash != run->name_hash) {
		give_up_results(resolver, index, by_name);
		give_up_record(resolver, index, record, by_name);
		run->match = AMBIGUOUS;
	} else {
		combine(resolver, run, record);
	}
}

/* A result goes to the runs of its test case in all executions of its destination. */
static void merge_record(struct qm_resolver *resolver, const struct record *record)
{
	const struct qm_test_case *test_case =
		qm_vec_at(&resolver->catalog->test_cases, record->test_case);
	uint32_t run = test_case->first_run;

	for (; run != QM_NONE; run = run_at(resolver, run)->next_of_case)
		if (destination_of(resolver, run) == record->destination)
			merge(resolver, run, record);
}

static enum qm_code end_report(void *context, const struct qm_report_end *end)
{
	struct qm_resolver *resolver = context;
	struct qm_resolution *resolution = &resolver->resolution;
	const struct stage *stage = &resolver->stage;

	/* What is lost may have held any test; a file that is no report held none. */
	if (end->reason && strcmp(end->reason, "not-a-report") != 0)
		resolver->is_incomplete = true;
	if (end->reason && !end->salvaged) {
		resolution->unmapped.count = stage->listed;
		qm_names_forget(&resolver->names, stage->names);
		return QM_OK;
	}
	resolution->counts.suites += end->counts.suites;
	resolution->counts.config_methods += end->counts.config_methods;
	resolution->counts.suite_errors += end->counts.suite_errors;
	resolution->counts.replaced_characters += end->counts.replaced_characters;
	for (int i = 0; i < QM_OUTCOMES; i++) {
		resolution->counts.outcomes[i] += stage->outcomes[i];
		resolution->counts.tests += stage->outcomes[i];
	}
	resolution->mapped += stage->mapped;
	resolution->unmapped_count += stage->unmapped;
	resolution->ignored += stage->ignored;
	for (size_t i = 0; i < stage->records.count; i++)
		merge_record(resolver, qm_vec_at(&stage->records, i));
	return QM_OK;
}

struct qm_sink qm_resolver_sink(struct qm_resolver *resolver)
{
	return (struct qm_sink){ .context = resolver,
		.report_begin = begin_report,
		.result = take_result,
		.report_end = end_report };
}

/* ---- The end: runs become updates. */

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

static void add_update(struct qm_resolver *resolver, uint32_t index, uint8_t target)
{
	const struct qm_run *run = run_at(resolver, index);
	const struct qm_status *status = resolver->targets.statuses[target];
	const char *why = NULL;
	struct qm_update *update;

	if (!status) {
		if (target != QM_TARGET_MISSING)
			list_left(resolver, case_of(resolver, run)->key, why_left(target));
		return;
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
		list_left(resolver, case_of(resolver, run)->key, why);
		break;
	case QM_CANNOT:
		list_left(resolver, case_of(resolver, run)->key, why);
		if (target == QM_FAILED || target == QM_ERRORED)
			note_lost(resolver, index, why);
		break;
	}
}

static void note_missing(struct qm_resolver *resolver, uint32_t index)
{
	const struct qm_test_case *test_case = case_of(resolver, run_at(resolver, index));
	struct qm_missing *row;

	if (!is_first_of_case(resolver, index))
		return;
	resolver->resolution.missing_count++;
	if (resolver->resolution.missing.count >= QM_MAX_LISTED)
		return;
	row = qm_vec_add(&resolver->resolution.missing);
	row->key = test_case->key;
	row->summary = test_case->summary;
}

/*
 * A test case is missing only where the reports are known to be whole and to speak of this suite
 * at all: a crashed job must not set every run of it.
 */
static void add_missing(struct qm_resolver *resolver, uint32_t index)
{
	static const char why[] = "in no report, but reports are missing or were not read whole";

	note_missing(resolver, index);
	if (resolver->resolution.mapped && !resolver->is_incomplete)
		add_update(resolver, index, QM_TARGET_MISSING);
	else if (resolver->targets.statuses[QM_TARGET_MISSING])
		list_left(resolver, case_of(resolver, run_at(resolver, index))->key, why);
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

const struct qm_resolution *qm_resolver_finish(struct qm_resolver *resolver)
{
	leave_unrouted(resolver);
	for (uint32_t i = 0; i < resolver->catalog->runs.count; i++) {
		const struct qm_run *run = run_at(resolver, i);

		if (run->results) {
			add_update(resolver, i, run->outcome);
		} else if (run->match != AMBIGUOUS &&
			destination_of(resolver, i) != QM_NO_DESTINATION) {
			add_missing(resolver, i);
		}
	}
	return &resolver->resolution;
}

void qm_resolver_comment(struct qm_resolver *resolver, size_t batch_size)
{
	if (resolver->comment)
		qm_comment_groups(resolver->comment, &resolver->messages, resolver->catalog,
			batch_size, &resolver->resolution.updates, &resolver->arena);
}

size_t qm_resolver_names(const struct qm_resolver *resolver, uint32_t run, const char *names[3])
{
	struct qm_kept_name kept[QM_NAMES_PER_RUN];
	size_t count = qm_names_list(&resolver->names, run_at(resolver, run)->first_name, kept);

	for (size_t i = 0; i < count; i++)
		names[i] = kept[i].text;
	return count;
}

const char *qm_resolver_report(const struct qm_resolver *resolver, uint32_t run)
{
	struct qm_kept_name kept[QM_NAMES_PER_RUN];

	if (!qm_names_list(&resolver->names, run_at(resolver, run)->first_name, kept))
		return NULL;
	return *(const char *const *)qm_vec_at(&resolver->paths, kept[0].report);
}
