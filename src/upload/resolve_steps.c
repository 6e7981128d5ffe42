#include "src/upload/resolve_steps.h"
#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/catalog_internal.h"
#include "src/upload/limits.h"
#include "src/upload/resolve_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names are at most 64 KB (parsers/limits.h); class and name together and a separator. */
enum { NAME_BYTES = 2 * 64 * 1024 + 16, MAX_REFUSED = 3 };

/* ---- Results are kept until steps are read. */

void qm_steps_init(struct qm_resolver *resolver, enum qm_level level)
{
	struct qm_step_results *steps = &resolver->steps;
	size_t count = resolver->catalog->runs.count;

	qm_vec_init(&steps->results, sizeof(struct qm_step_result));
	qm_vec_init(&resolver->due, sizeof(struct qm_step_read));
	qm_buf_init(&resolver->scratch, NAME_BYTES);
	if (level != QM_LEVEL_STEP)
		return;
	/* Never none, since their being there tells the level. */
	steps->first = qm_alloc_array(count + 1, sizeof *steps->first);
	steps->last = qm_alloc_array(count + 1, sizeof *steps->last);
	for (size_t i = 0; i < count; i++)
		steps->first[i] = QM_NONE;
}

void qm_steps_release(struct qm_resolver *resolver)
{
	free(resolver->steps.first);
	free(resolver->steps.last);
	qm_vec_release(&resolver->steps.results);
	qm_vec_release(&resolver->due);
	qm_buf_release(&resolver->scratch);
}

void qm_steps_take(
	struct qm_resolver *resolver, uint32_t first, size_t record, enum qm_merged merged)
{
	struct qm_step_results *steps = &resolver->steps;
	const struct qm_staged *staged = qm_vec_at(&resolver->stage.records, record);
	const struct qm_step_result result = {
		.id = *(const struct qm_test_id *)qm_vec_at(&resolver->stage.ids, record),
		.name = staged->name,
		.message = staged->message,
		.report = resolver->stage.report,
		.next = QM_NONE,
		.outcome = staged->outcome,
	};
	uint32_t index = (uint32_t)steps->results.count;

	if (merged == QM_MERGED_NONE || merged == QM_MERGED_ALONE)
		steps->first[first] = QM_NONE;
	if (merged == QM_MERGED_NONE || merged == QM_NOT_MERGED)
		return;
	if (steps->first[first] == QM_NONE)
		steps->first[first] = index;
	else
		((struct qm_step_result *)qm_vec_at(&steps->results, steps->last[first]))->next =
			index;
	steps->last[first] = index;
	qm_vec_push(&steps->results, &result);
}

static const struct qm_step_result *result_at(const struct qm_resolver *resolver, uint32_t index)
{
	return qm_vec_at(&resolver->steps.results, index);
}

/* As it was staged, so that runs of steps get it in the same way. */
static void combine(struct qm_resolver *resolver, uint32_t run, const struct qm_step_result *result,
	enum qm_combine how)
{
	const struct qm_staged record = {
		.name = result->name, .message = result->message, .outcome = result->outcome
	};

	resolver->stage.report = result->report;
	qm_resolver_combine(resolver, qm_resolver_run(resolver, run), &record, how);
}

/* ---- The results of one test case and destination. */

struct unit {
	uint32_t first;        /* run */
	struct qm_vec results; /* uint32_t, in their order */
	struct qm_vec ids;     /* struct qm_test_id, parallel to them */
	struct qm_vec told;    /* bool, likewise: it is no step, and counted as such */
};

static void unit_init(struct unit *unit)
{
	unit->first = QM_NONE;
	qm_vec_init(&unit->results, sizeof(uint32_t));
	qm_vec_init(&unit->ids, sizeof(struct qm_test_id));
	qm_vec_init(&unit->told, sizeof(bool));
}

static void unit_release(struct unit *unit)
{
	qm_vec_release(&unit->results);
	qm_vec_release(&unit->ids);
	qm_vec_release(&unit->told);
}

static void unit_fill(struct unit *unit, const struct qm_resolver *resolver, uint32_t first)
{
	uint32_t index = resolver->steps.first[first];

	unit->first = first;
	qm_vec_clear(&unit->results);
	qm_vec_clear(&unit->ids);
	qm_vec_clear(&unit->told);
	for (; index != QM_NONE; index = result_at(resolver, index)->next) {
		qm_vec_push(&unit->results, &index);
		qm_vec_push(&unit->ids, &result_at(resolver, index)->id);
		(void)qm_vec_add(&unit->told);
	}
}

static const struct qm_step_result *unit_result(
	const struct unit *unit, const struct qm_resolver *resolver, size_t place)
{
	return result_at(resolver, *(const uint32_t *)qm_vec_at(&unit->results, place));
}

/* ---- --combine last: the last result of each test, and then the worst of these. */

static void settle_run(struct qm_resolver *resolver, const struct unit *unit, uint32_t run,
	const size_t *of_test, const size_t *counts)
{
	uint32_t results = qm_resolver_run(resolver, run)->results;

	qm_resolver_clear(qm_resolver_run(resolver, run));
	for (size_t i = 0; i < unit->results.count; i++)
		if (of_test[i] == i)
			combine(resolver, run, unit_result(unit, resolver, counts[i]),
				QM_COMBINE_WORST);
	qm_resolver_run(resolver, run)->results = results;
}

static uint32_t next_run(const struct qm_resolver *resolver, uint32_t run)
{
	uint16_t destination = qm_resolver_destination(resolver, run);

	do
		run = qm_resolver_run(resolver, run)->next_of_case;
	while (run != QM_NONE && qm_resolver_destination(resolver, run) != destination);
	return run;
}

static void settle(struct qm_resolver *resolver, const struct unit *unit)
{
	size_t count = unit->results.count;
	size_t *of_test = qm_alloc_array(count, sizeof *of_test);
	size_t *counts = qm_alloc_array(count, sizeof *counts); /* by test: the result that does */

	qm_steps_group(unit->ids.items, count, of_test);
	for (size_t i = 0; i < count; i++) {
		size_t *kept = &counts[of_test[i]];

		if (of_test[i] == i ||
			qm_resolver_replaces(QM_COMBINE_LAST,
				unit_result(unit, resolver, i)->outcome,
				unit_result(unit, resolver, *kept)->outcome))
			*kept = i;
	}
	for (uint32_t run = unit->first; run != QM_NONE; run = next_run(resolver, run))
		settle_run(resolver, unit, run, of_test, counts);
	free(counts);
	free(of_test);
}

/* ---- What is to be read. */

/* Whether any of the results asks for a status, be it that the test case itself is left. */
static enum qm_code asks_for_status(const struct qm_resolver *resolver, const struct unit *unit,
	bool *out, struct qm_error *err)
{
	bool has_outcome[QM_OUTCOMES] = { false };
	enum qm_code code = QM_OK;

	*out = false;
	for (size_t i = 0; i < unit->results.count; i++)
		has_outcome[unit_result(unit, resolver, i)->outcome] = true;
	for (size_t i = 0; !code && i < QM_OUTCOMES; i++) {
		const struct qm_status *status = NULL;

		if (has_outcome[i])
			code = qm_targets_status(&resolver->targets, i, &status, err);
		*out = *out || status;
	}
	return code;
}

/* Steps of what is kept as it is are, too. */
static bool may_be_set(const struct qm_resolver *resolver, const struct qm_run *run)
{
	const struct qm_status *status = NULL;
	enum qm_permission permission = QM_MAY_SET;
	const char *why;

	if (qm_targets_status(&resolver->targets, run->outcome, &status, NULL) == QM_OK && status)
		permission = qm_targets_permit(&resolver->targets, run, status, &why);
	return !run->locked && (permission == QM_MAY_SET || permission == QM_UNCHANGED);
}

enum qm_code qm_resolver_due_steps(
	struct qm_resolver *resolver, const struct qm_vec **out, struct qm_error *err)
{
	enum qm_code code = QM_OK;
	struct unit unit;

	*out = &resolver->due;
	unit_init(&unit);
	for (uint32_t i = 0; !code && resolver->steps.first && i < resolver->catalog->runs.count;
		i++) {
		bool asks;

		if (resolver->steps.first[i] == QM_NONE)
			continue;
		unit_fill(&unit, resolver, i);
		if (resolver->combine == QM_COMBINE_LAST)
			settle(resolver, &unit);
		code = asks_for_status(resolver, &unit, &asks, err);
		for (uint32_t run = i; !code && asks && run != QM_NONE;
			run = next_run(resolver, run)) {
			const struct qm_step_read read = { run, i };

			if (may_be_set(resolver, qm_resolver_run(resolver, run)))
				qm_vec_push(&resolver->due, &read);
		}
	}
	unit_release(&unit);
	return code;
}

/* ---- The steps of one run. */

struct reading {
	struct qm_resolver *resolver;
	struct qm_session *session;
	struct unit unit;
	struct qm_arena arena;    /* of the texts of one run's steps */
	struct qm_vec rows;       /* struct qm_step_row */
	struct qm_vec hashes;     /* uint64_t, parallel to them */
	struct qm_vec steps;      /* int32_t, parallel to the unit's results: qm_steps_match() */
	size_t answered, refused; /* runs */
};

static enum qm_code take_row(void *context, const struct qm_step_row *row)
{
	struct reading *reading = context;
	struct qm_step_row copy = *row;

	copy.description = qm_arena_strdup(&reading->arena, row->description);
	copy.status_name = qm_arena_strdup(&reading->arena, row->status_name);
	if (row->number <= 0 || row->number >= QM_NONE)
		copy.number = (int64_t)reading->rows.count + 1;
	qm_vec_push(&reading->rows, &copy);
	return QM_OK;
}

static int compare_rows(const void *left, const void *right)
{
	const struct qm_step_row *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* A row that came twice, as happens where a list grows while it is read, counts once. */
static void order_rows(struct reading *reading)
{
	struct qm_step_row *rows = reading->rows.items;
	size_t kept = 0;

	qm_vec_sort(&reading->rows, compare_rows);
	for (size_t i = 0; i < reading->rows.count; i++)
		if (!kept || rows[kept - 1].id != rows[i].id)
			rows[kept++] = rows[i];
	reading->rows.count = kept;
	qm_vec_clear(&reading->hashes);
	for (size_t i = 0; i < kept; i++) {
		uint64_t hash = qm_step_hash(rows[i].description, &reading->resolver->scratch);

		qm_vec_push(&reading->hashes, &hash);
	}
}

static int32_t step_of(const struct reading *reading, size_t place)
{
	return *(const int32_t *)qm_vec_at(&reading->steps, place);
}

static bool match_rows(struct reading *reading)
{
	size_t count = reading->unit.ids.count;

	qm_vec_clear(&reading->steps);
	for (size_t i = 0; i < count; i++)
		(void)qm_vec_add(&reading->steps);
	return qm_steps_match(reading->hashes.items, reading->rows.count, reading->unit.ids.items,
		count, reading->steps.items);
}

/* ---- Tests that are no step. */

enum { SQUASHED = 128 };

/* Letters and digits only, as names of tests are compared elsewhere (nearest.h). */
static const char *squash(struct qm_arena *arena, const char *text)
{
	char out[SQUASHED];
	size_t length = 0;

	for (; *text && length < sizeof out - 1; text++)
		if ((unsigned char)*text >= 0x80 || (*text >= '0' && *text <= '9') ||
			(*text >= 'a' && *text <= 'z'))
			out[length++] = *text;
		else if (*text >= 'A' && *text <= 'Z')
			out[length++] = (char)(*text - 'A' + 'a');
	return qm_arena_strndup(arena, out, length);
}

/* "step 2 \"Log in\"", or "": the description that is nearest to the last part of the full name. */
static void find_nearest(struct reading *reading, const char *test, char *out, size_t size)
{
	const char *dot = strrchr(test, '.'), *names[QM_MAX_NEAREST_CANDIDATES], *nearest;
	const struct qm_step_row *rows = reading->rows.items;
	size_t count = 0;

	out[0] = '\0';
	for (; count < reading->rows.count && count < QM_MAX_NEAREST_CANDIDATES; count++)
		names[count] = squash(&reading->arena, rows[count].description);
	nearest = qm_text_nearest(
		squash(&reading->arena, dot && dot[1] && dot[1] != ' ' ? dot + 1 : test), names,
		count);
	for (size_t i = 0; nearest && i < count; i++)
		if (names[i] == nearest && *nearest)
			(void)snprintf(out, size, "step %lld \"%.150s\"", (long long)rows[i].number,
				rows[i].description);
}

static void describe(const struct reading *reading, int32_t step, char *out, size_t size)
{
	const struct qm_resolver *resolver = reading->resolver;
	const char *key =
		qm_resolver_case(resolver, qm_resolver_run(resolver, reading->unit.first))->key;

	if (step == QM_STEP_TWICE)
		(void)snprintf(
			out, size, "ambiguous: several steps of %s have that description", key);
	else if (step == QM_STEP_SHARED)
		(void)snprintf(out, size,
			"ambiguous: different tests have the description of one step of %s", key);
	else if (!reading->rows.count)
		(void)snprintf(out, size, "%s has no steps", key);
	else
		(void)snprintf(out, size,
			"no step of %s has that description, and they cannot be met by order", key);
}

static void list_test(struct reading *reading, const struct qm_step_result *result, int32_t step)
{
	struct qm_resolver *resolver = reading->resolver;
	char why[256], nearest[200] = "";
	struct qm_unmapped row = {
		.test = result->name == QM_NONE ? "" : resolver->names.texts.data + result->name,
		.file = *(const char *const *)qm_vec_at(&resolver->paths, result->report),
		.why = why,
		.nearest = nearest,
		.is_step = true,
	};

	if (!qm_resolver_has_room(resolver))
		return;
	describe(reading, step, why, sizeof why);
	if (step == QM_NO_STEP)
		find_nearest(reading, row.test, nearest, sizeof nearest);
	qm_resolver_list(resolver, &row);
}

/* Counted once, be it no step in several executions; a test's results stand together mostly. */
static size_t tell_no_steps(struct reading *reading)
{
	struct qm_resolution *resolution = &reading->resolver->resolution;
	const struct qm_test_id *ids = reading->unit.ids.items;
	bool *told = reading->unit.told.items;
	size_t count = 0;

	for (size_t i = 0; i < reading->unit.results.count; i++) {
		if (step_of(reading, i) >= 0)
			continue;
		count++;
		if (told[i])
			continue;
		told[i] = true;
		resolution->unmapped_count++;
		resolution->steps.unmapped_tests++;
		if (!i || !told[i - 1] || ids[i].test != ids[i - 1].test)
			list_test(reading, unit_result(&reading->unit, reading->resolver, i),
				step_of(reading, i));
	}
	return count;
}

/* ---- Steps become runs. */

static enum qm_code add_run(
	struct reading *reading, uint32_t case_run, size_t row, uint32_t *out, struct qm_error *err)
{
	struct qm_resolver *resolver = reading->resolver;
	const struct qm_run *run = qm_resolver_run(resolver, case_run);

	*out = (uint32_t)resolver->catalog->runs.count;
	return qm_catalog_add_step(resolver->catalog, run->execution,
		qm_resolver_case(resolver, run)->key, run->id, qm_vec_at(&reading->rows, row), err);
}

/* `made` gets the run of each step, QM_NONE where it has no test. */
static enum qm_code add_tested(
	struct reading *reading, uint32_t case_run, uint32_t *made, struct qm_error *err)
{
	struct qm_resolver *resolver = reading->resolver;
	enum qm_code code = QM_OK;

	for (size_t i = 0; i < reading->rows.count; i++)
		made[i] = QM_NONE;
	for (size_t i = 0; !code && i < reading->unit.results.count; i++) {
		int32_t step = step_of(reading, i);

		if (step < 0)
			continue;
		if (made[step] == QM_NONE)
			code = add_run(reading, case_run, (size_t)step, &made[step], err);
		if (!code)
			combine(resolver, made[step], unit_result(&reading->unit, resolver, i),
				resolver->combine);
	}
	return code;
}

/* One that no test is, where all tests of the run are some step and all reports were read. */
static bool sets_missing(const struct reading *reading, size_t no_steps)
{
	const struct qm_resolver *resolver = reading->resolver;

	return resolver->targets.statuses[QM_TARGET_MISSING] && !resolver->is_incomplete &&
		!no_steps;
}

static enum qm_code take_steps(struct reading *reading, uint32_t case_run, struct qm_error *err)
{
	struct qm_step_counts *counts = &reading->resolver->resolution.steps;
	bool by_order = match_rows(reading);
	size_t no_steps = tell_no_steps(reading);
	uint32_t *made = qm_alloc_array(reading->rows.count, sizeof *made), index;
	enum qm_code code = add_tested(reading, case_run, made, err);

	for (size_t i = 0; !code && i < reading->rows.count; i++) {
		if (made[i] != QM_NONE) {
			*(by_order ? &counts->by_order : &counts->by_description) += 1;
			continue;
		}
		counts->without_test++;
		if (sets_missing(reading, no_steps))
			code = add_run(reading, case_run, i, &index, err);
	}
	free(made);
	return code;
}

/* ---- All of them. */

/* Its run may be gone; a server that lists no steps at all is an error, and nothing is set. */
static enum qm_code take_refusal(
	struct reading *reading, uint32_t case_run, enum qm_code code, struct qm_error *err)
{
	struct qm_resolver *resolver = reading->resolver;

	if (!reading->answered && ++reading->refused == MAX_REFUSED) {
		qm_error_add(err, "; without lists of steps there is no --level step");
		return code;
	}
	qm_resolver_lose(resolver, case_run, qm_arena_strdup(&resolver->arena, err->text));
	qm_error_init(err);
	return QM_OK;
}

static enum qm_code read_run(
	struct reading *reading, const struct qm_step_read *read, struct qm_error *err)
{
	struct qm_resolver *resolver = reading->resolver;
	const struct qm_run *run = qm_resolver_run(resolver, read->run);
	enum qm_code code;

	if (reading->unit.first != read->first)
		unit_fill(&reading->unit, resolver, read->first);
	qm_vec_clear(&reading->rows);
	qm_arena_release(&reading->arena);
	qm_arena_init(&reading->arena);
	resolver->resolution.steps.reads++;
	code = qm_fetch_steps(
		reading->session, &resolver->catalog->project, run->id, take_row, reading, err);
	if (code == QM_ENOTFOUND || code == QM_EREFUSED)
		return take_refusal(reading, read->run, code, err);
	if (code)
		return code;
	reading->answered++;
	order_rows(reading);
	return take_steps(reading, read->run, err);
}

enum qm_code qm_resolver_read_steps(
	struct qm_resolver *resolver, struct qm_session *session, struct qm_error *err)
{
	struct reading reading = { .resolver = resolver, .session = session };
	enum qm_code code = QM_OK;

	unit_init(&reading.unit);
	qm_arena_init(&reading.arena);
	qm_vec_init(&reading.rows, sizeof(struct qm_step_row));
	qm_vec_init(&reading.hashes, sizeof(uint64_t));
	qm_vec_init(&reading.steps, sizeof(int32_t));
	for (size_t i = 0; !code && i < resolver->due.count; i++)
		code = read_run(&reading, qm_vec_at(&resolver->due, i), err);
	qm_vec_release(&reading.steps);
	qm_vec_release(&reading.hashes);
	qm_vec_release(&reading.rows);
	qm_arena_release(&reading.arena);
	unit_release(&reading.unit);
	return code;
}
