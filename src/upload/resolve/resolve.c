#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/limits.h"
#include "src/upload/resolve/comment_groups.h"
#include "src/upload/resolve/resolve_internal.h"
#include "src/upload/resolve/resolve_steps.h"

#include <stdlib.h>
#include <string.h>

enum qm_code qm_resolver_new(struct qm_catalog *catalog, struct qm_mapping *mapping,
	const struct qm_resolve_options *options, struct qm_resolver **out, struct qm_error *err)
{
	struct qm_resolver *resolver = qm_alloc(sizeof *resolver);
	const struct qm_comment_options *comment = options->comment;
	struct qm_message_parts told = { .type = false };
	enum qm_code code;

	resolver->catalog = catalog;
	resolver->mapping = mapping;
	resolver->combine = options->combine;
	if (comment && comment->pattern)
		told = qm_comment_parts(comment->pattern);
	resolver->comment = told.type || told.text ? comment : NULL;
	qm_messages_init(&resolver->messages, told);
	qm_names_init(&resolver->names);
	qm_arena_init(&resolver->arena);
	qm_vec_init(&resolver->paths, sizeof(const char *));
	qm_stage_init(&resolver->stage);
	qm_steps_init(resolver, options->level);
	qm_vec_init(&resolver->resolution.updates, sizeof(struct qm_update));
	qm_vec_init(&resolver->resolution.unmapped, sizeof(struct qm_unmapped));
	qm_vec_init(&resolver->resolution.missing, sizeof(struct qm_missing));
	qm_vec_init(&resolver->resolution.left, sizeof(struct qm_left));
	qm_vec_init(&resolver->resolution.combined, sizeof(struct qm_combined));
	code = qm_targets_init(&resolver->targets, catalog, options, err);
	if (!code)
		code = qm_routes_init(&resolver->routes, options->map, catalog, err);
	resolver->elsewhere = qm_alloc_array(
		resolver->routes.destinations.count + 1, sizeof *resolver->elsewhere);
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
	free(resolver->elsewhere);
	qm_vec_release(&resolver->resolution.combined);
	qm_vec_release(&resolver->resolution.left);
	qm_vec_release(&resolver->resolution.missing);
	qm_vec_release(&resolver->resolution.unmapped);
	qm_vec_release(&resolver->resolution.updates);
	qm_steps_release(resolver);
	qm_stage_release(&resolver->stage);
	qm_vec_release(&resolver->paths);
	qm_arena_release(&resolver->arena);
	qm_names_release(&resolver->names);
	qm_messages_release(&resolver->messages);
	free(resolver);
}

struct qm_run *qm_resolver_run(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_vec_at(&resolver->catalog->runs, index);
}

const struct qm_test_case *qm_resolver_case(
	const struct qm_resolver *resolver, const struct qm_run *run)
{
	return qm_vec_at(&resolver->catalog->test_cases, run->test_case);
}

uint16_t qm_resolver_destination(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_routes_of_execution(
		&resolver->routes, qm_resolver_run(resolver, index)->execution);
}

bool qm_resolver_is_first(const struct qm_resolver *resolver, uint32_t index)
{
	uint16_t destination = qm_resolver_destination(resolver, index);
	uint32_t first = qm_resolver_case(resolver, qm_resolver_run(resolver, index))->first_run;

	while (qm_resolver_destination(resolver, first) != destination)
		first = qm_resolver_run(resolver, first)->next_of_case;
	return first == index;
}

/* ---- Lists. */

bool qm_resolver_has_room(const struct qm_resolver *resolver)
{
	return resolver->resolution.unmapped.count < QM_MAX_LISTED &&
		resolver->listed_bytes < QM_MAX_LISTED_TEXT;
}

void qm_resolver_list(struct qm_resolver *resolver, const struct qm_unmapped *row)
{
	struct qm_arena *arena = &resolver->arena;
	size_t length = qm_text_cut(row->test, strlen(row->test), QM_MAX_KEPT_NAME);
	size_t before = arena->bytes;
	struct qm_unmapped copy = *row;

	if (!qm_resolver_has_room(resolver))
		return;
	copy.test = qm_arena_strndup(arena, row->test, length);
	copy.why = qm_arena_strdup(arena, row->why);
	copy.nearest = qm_arena_strdup(arena, row->nearest);
	qm_vec_push(&resolver->resolution.unmapped, &copy);
	resolver->listed_bytes += arena->bytes - before;
}

void qm_resolver_list_test(struct qm_resolver *resolver, const char *test, uint32_t report,
	const char *why, const char *nearest)
{
	const struct qm_unmapped row = {
		.test = test,
		.file = *(const char *const *)qm_vec_at(&resolver->paths, report),
		.why = why,
		.nearest = nearest,
	};

	qm_resolver_list(resolver, &row);
}

/* ---- A report that counts is merged into the runs. */

/* errored > failed > flaky > passed > what was not executed: not reached > skipped */
static int rank(unsigned outcome)
{
	static const int ranks[QM_OUTCOMES] = {
		[QM_ERRORED] = 4,
		[QM_FAILED] = 3,
		[QM_FLAKY] = 2,
		[QM_PASSED] = 1,
		[QM_NOT_REACHED] = 0,
		[QM_SKIPPED] = -1,
	};

	return ranks[outcome];
}

/* Whether a further result replaces the outcome of a run. */
bool qm_resolver_replaces(enum qm_combine how, unsigned outcome, unsigned kept)
{
	if (how == QM_COMBINE_LAST)
		return rank(outcome) > 0 || rank(kept) <= 0;
	return rank(outcome) > rank(kept);
}

static bool is_explicit(unsigned match)
{
	return match == QM_MATCH_MAP || match == QM_MATCH_PROPERTY || match == QM_MATCH_KEY;
}

/* The results that a run has so far belong to nobody: they are listed, as far as they are named. */
static void give_up_results(struct qm_resolver *resolver, uint32_t index, const char *why)
{
	struct qm_run *run = qm_resolver_run(resolver, index);
	struct qm_kept_name names[QM_NAMES_PER_RUN];
	size_t count = qm_names_list(&resolver->names, run->first_name, names);

	if (qm_resolver_is_first(resolver, index)) {
		resolver->resolution.mapped -= run->results;
		resolver->resolution.unmapped_count += run->results;
		for (size_t i = 0; i < count; i++)
			qm_resolver_list_test(resolver, names[i].text, names[i].report, why,
				qm_resolver_case(resolver, run)->key);
	}
	qm_resolver_clear(run);
	run->given_up = true;
}

/* The result of `record` cannot have this run, since another has it with better right. */
static void give_up_record(struct qm_resolver *resolver, uint32_t index,
	const struct qm_staged *record, const char *why)
{
	struct qm_run *run = qm_resolver_run(resolver, index);
	const char *text = record->name == QM_NONE ? "" : resolver->names.texts.data + record->name;

	run->given_up = true;
	if (!qm_resolver_is_first(resolver, index))
		return;
	resolver->resolution.mapped--;
	resolver->resolution.unmapped_count++;
	qm_resolver_list_test(
		resolver, text, resolver->stage.report, why, qm_resolver_case(resolver, run)->key);
}

static void set_run(
	struct qm_resolver *resolver, struct qm_run *run, const struct qm_staged *record)
{
	run->outcome = record->outcome;
	run->match = record->match;
	run->message = record->message;
	if (!run->step)
		run->name_hash = record->name_hash;
	/* No results, no names: where the catalog was resolved before, these are not ours. */
	if (!run->results)
		run->first_name = QM_NONE;
	run->results++;
	qm_names_set(&resolver->names, &run->first_name, record->name, resolver->stage.report);
}

void qm_resolver_clear(struct qm_run *run)
{
	run->results = 0;
	run->first_name = QM_NONE;
}

void qm_resolver_combine(struct qm_resolver *resolver, struct qm_run *run,
	const struct qm_staged *record, enum qm_combine how)
{
	if (!run->results || qm_resolver_replaces(how, record->outcome, run->outcome)) {
		set_run(resolver, run, record);
		return;
	}
	run->results++;
	if (run->outcome == record->outcome)
		qm_names_add(
			&resolver->names, &run->first_name, record->name, resolver->stage.report);
}

static enum qm_merged merge(
	struct qm_resolver *resolver, uint32_t index, const struct qm_staged *record)
{
	static const char by_key[] = "ambiguous: another test names the key of that test case";
	static const char by_name[] = "ambiguous: different tests have the script name or summary";
	struct qm_run *run = qm_resolver_run(resolver, index);

	if (run->match == QM_MATCH_AMBIGUOUS && !is_explicit(record->match)) {
		give_up_record(resolver, index, record, by_name);
		return QM_NOT_MERGED;
	}
	if (!run->results) {
		set_run(resolver, run, record);
		return QM_MERGED_ALONE;
	}
	if (is_explicit(record->match) && !is_explicit(run->match)) {
		give_up_results(resolver, index, by_key);
		set_run(resolver, run, record);
		return QM_MERGED_ALONE;
	}
	if (!is_explicit(record->match) && is_explicit(run->match)) {
		give_up_record(resolver, index, record, by_key);
		return QM_NOT_MERGED;
	}
	if (!is_explicit(record->match) && record->name_hash != run->name_hash) {
		give_up_results(resolver, index, by_name);
		give_up_record(resolver, index, record, by_name);
		run->match = QM_MATCH_AMBIGUOUS;
		return QM_MERGED_NONE;
	}
	qm_resolver_combine(resolver, run, record, resolver->combine);
	return QM_MERGED;
}

/* A result goes to the runs of its test case in all executions of its destination. */
static void merge_record(struct qm_resolver *resolver, size_t place)
{
	const struct qm_staged *record = qm_vec_at(&resolver->stage.records, place);
	const struct qm_test_case *test_case =
		qm_vec_at(&resolver->catalog->test_cases, record->test_case);
	uint32_t run = test_case->first_run;
	bool is_first = true;

	for (; run != QM_NONE; run = qm_resolver_run(resolver, run)->next_of_case) {
		enum qm_merged merged;

		if (qm_resolver_destination(resolver, run) != record->destination)
			continue;
		merged = merge(resolver, run, record);
		if (is_first && resolver->steps.first)
			qm_steps_take(resolver, run, place, merged);
		is_first = false;
	}
}

static enum qm_code end_report(void *context, const struct qm_report_end *end)
{
	struct qm_resolver *resolver = context;
	struct qm_resolution *resolution = &resolver->resolution;
	struct qm_stage *stage = &resolver->stage;

	/* What is lost may have held any test; a file that is no report held none. */
	if (end->reason && strcmp(end->reason, "not-a-report") != 0)
		resolver->is_incomplete = true;
	if (end->reason && !end->salvaged) {
		resolution->unmapped.count = stage->listed;
		qm_names_forget(&resolver->names, stage->names);
		qm_messages_forget(&resolver->messages);
		return QM_OK;
	}
	if (end->reason)
		qm_step_suites_doubt(&resolver->steps.suites);
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
		merge_record(resolver, i);
	resolution->elsewhere += stage->elsewhere.count;
	for (size_t i = 0; i < stage->elsewhere.count; i++)
		resolver->elsewhere[*(const uint16_t *)qm_vec_at(&stage->elsewhere, i)]++;
	for (size_t i = 0; i < stage->others.count; i++)
		qm_catalog_mention(
			resolver->catalog, *(const struct qm_owners *)qm_vec_at(&stage->others, i));
	/* Now, since a file that is no report has no beginning, and has nothing to take back. */
	stage->listed = resolution->unmapped.count;
	stage->names = qm_names_mark(&resolver->names);
	qm_messages_mark(&resolver->messages);
	return QM_OK;
}

void qm_resolver_note_unread(struct qm_resolver *resolver)
{
	resolver->is_incomplete = true;
}

static enum qm_code enter_suite(void *context, const struct qm_suite *suite)
{
	struct qm_resolver *resolver = context;

	if (resolver->routes.by_suite)
		qm_routes_enter_suite(&resolver->routes, suite);
	qm_step_suites_enter(&resolver->steps.suites);
	return QM_OK;
}

static enum qm_code leave_suite(void *context, const struct qm_suite *suite)
{
	struct qm_resolver *resolver = context;

	(void)suite;
	if (resolver->routes.by_suite)
		qm_routes_leave_suite(&resolver->routes);
	qm_step_suites_leave(&resolver->steps.suites);
	return QM_OK;
}

struct qm_sink qm_resolver_sink(struct qm_resolver *resolver)
{
	bool by_suite = resolver->routes.by_suite || resolver->steps.first;

	return (struct qm_sink){ .context = resolver,
		.report_begin = qm_stage_begin,
		.suite_begin = by_suite ? enter_suite : NULL,
		.suite_end = by_suite ? leave_suite : NULL,
		.result = qm_stage_result,
		.report_end = end_report };
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
	size_t count =
		qm_names_list(&resolver->names, qm_resolver_run(resolver, run)->first_name, kept);

	for (size_t i = 0; i < count; i++)
		names[i] = kept[i].text;
	return count;
}

const char *qm_resolver_report(const struct qm_resolver *resolver, uint32_t run)
{
	struct qm_kept_name kept[QM_NAMES_PER_RUN];

	if (!qm_names_list(&resolver->names, qm_resolver_run(resolver, run)->first_name, kept))
		return NULL;
	return *(const char *const *)qm_vec_at(&resolver->paths, kept[0].report);
}
