#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/catalog/catalog_internal.h"
#include "src/upload/limits.h"
#include "src/upload/resolve/resolve_steps.h"
#include "src/upload/resolve/step_unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists of steps in a row that are not to be had. */
enum { MAX_FAILED = 3 };

/* ---- The steps of one run. */

struct reading {
	struct qm_resolver *resolver;
	struct qm_session *session;
	struct qm_step_unit unit;
	struct qm_arena arena;   /* of the texts of one run's steps */
	struct qm_vec rows;      /* struct qm_step_row */
	struct qm_vec ids;       /* struct qm_step_id, parallel to them */
	uint32_t case_run;       /* whose they are */
	size_t tests;            /* of the unit; with the next one set before tests are listed */
	bool is_any_met;         /* some test has some step's description */
	struct qm_vec steps;     /* int32_t, parallel to the unit's results: qm_steps_match() */
	size_t answered, failed; /* runs; those in a row */
};

static enum qm_code take_row(void *context, const struct qm_step_row *row)
{
	struct reading *reading = context;
	struct qm_step_row copy = *row;

	copy.description = qm_arena_strdup(&reading->arena, row->description);
	copy.status_name = qm_arena_strdup(&reading->arena, row->status_name);
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

/* A step without an id cannot be set, and without it the order of the others says nothing. */
static enum qm_code check_ids(const struct reading *reading, struct qm_error *err)
{
	const struct qm_step_row *rows = reading->rows.items;

	for (size_t i = 0; i < reading->rows.count; i++)
		if (rows[i].id <= 0)
			return qm_error_set(err, QM_EINPUT,
				"row %zu of %zu has no tcStepRunID, ask who runs the server", i + 1,
				reading->rows.count);
	return QM_OK;
}

struct place {
	int64_t id;
	size_t row;
};

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* A row that came twice, as happens where a list grows while it is read, counts once. */
static void drop_repeated(struct reading *reading)
{
	struct qm_step_row *rows = reading->rows.items;
	size_t count = reading->rows.count, kept = 0;
	struct place *places = qm_alloc_array(count, sizeof *places);

	for (size_t i = 0; i < count; i++)
		places[i] = (struct place){ rows[i].id, i };
	if (count)
		qsort(places, count, sizeof *places, compare_places);
	for (size_t i = 1; i < count; i++)
		if (places[i].id == places[i - 1].id)
			rows[places[i].row].id = 0;
	for (size_t i = 0; i < count; i++)
		if (rows[i].id)
			rows[kept++] = rows[i];
	reading->rows.count = kept;
	free(places);
}

/* By their numbers where all have one, else as the server lists them; told from 1 on. */
static void order_rows(struct reading *reading)
{
	struct qm_step_row *rows = reading->rows.items;
	size_t count = reading->rows.count;
	bool is_numbered = true;

	for (size_t i = 0; i < count; i++)
		is_numbered = is_numbered && rows[i].number >= 0 && rows[i].number < QM_NONE;
	if (is_numbered)
		qm_vec_sort(&reading->rows, compare_rows);
	if (count && (!is_numbered || !rows[0].number))
		for (size_t i = 0; i < count; i++)
			rows[i].number = (int64_t)i + 1;
}

static void identify_rows(struct reading *reading)
{
	const struct qm_step_row *rows = reading->rows.items;

	qm_vec_clear(&reading->ids);
	for (size_t i = 0; i < reading->rows.count; i++)
		qm_step_identify(rows[i].description, &reading->resolver->scratch,
			qm_vec_add(&reading->ids));
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
	return qm_steps_match(reading->ids.items, reading->rows.count, reading->unit.ids.items,
		count, reading->unit.is_one_suite, reading->steps.items);
}

/* --combine last: the test case is the worst of its steps, be they of one test's parameters. */
static void settle(struct reading *reading)
{
	size_t count = reading->unit.ids.count;
	struct qm_test_id *ids = qm_alloc_array(count, sizeof *ids);

	for (size_t i = 0; i < count; i++)
		ids[i].test = step_of(reading, i) < 0
			? ((const struct qm_test_id *)qm_vec_at(&reading->unit.ids, i))->test
			: (uint64_t)step_of(reading, i);
	qm_step_unit_settle(&reading->unit, reading->resolver, reading->case_run, ids);
	free(ids);
}

/* ---- Tests that are no step. */

enum { SQUASHED = 128 };

/* Letters and digits only, as names of tests are compared elsewhere (nearest.h). */
static const char *squash(struct qm_arena *arena, struct qm_buf *scratch, const char *text)
{
	qm_buf_clear(scratch);
	qm_step_letters(scratch, text);
	return qm_arena_strndup(arena, scratch->data ? scratch->data : "",
		scratch->length < SQUASHED ? scratch->length : SQUASHED);
}

/* "step 2 \"Log in\"", or "": the description that is nearest to the last part of the full name. */
static void find_nearest(struct reading *reading, const char *test, char *out, size_t size)
{
	const char *dot = strrchr(test, '.'), *names[QM_MAX_NEAREST_CANDIDATES], *nearest;
	const struct qm_step_row *rows = reading->rows.items;
	struct qm_buf *scratch = &reading->resolver->scratch;
	size_t count = 0;

	out[0] = '\0';
	for (; count < reading->rows.count && count < QM_MAX_NEAREST_CANDIDATES; count++)
		names[count] = squash(&reading->arena, scratch, rows[count].description);
	nearest = qm_text_nearest(
		squash(&reading->arena, scratch, dot && dot[1] && dot[1] != ' ' ? dot + 1 : test),
		names, count);
	for (size_t i = 0; nearest && i < count; i++)
		if (names[i] == nearest && *nearest)
			(void)snprintf(out, size, "step %lld \"%.150s\"", (long long)rows[i].number,
				rows[i].description);
}

/* "VKMC-TC-1", and where there are several "VKMC-TC-1 on Chrome" */
static void name_place(const struct reading *reading, char *out, size_t size)
{
	const struct qm_resolver *resolver = reading->resolver;
	const struct qm_run *run = qm_resolver_run(resolver, reading->case_run);
	const struct qm_execution *execution =
		qm_vec_at(&resolver->catalog->executions, run->execution);
	bool is_one = resolver->catalog->executions.count == 1;
	const char *where = *execution->platform ? execution->platform : execution->suite_run;

	(void)snprintf(out, size, "%s%s%s", qm_resolver_case(resolver, run)->key,
		is_one ? "" : " on ", is_one ? "" : where);
}

/* What lists of tests that are no step say of all of them. */
static void survey_tests(struct reading *reading)
{
	size_t count = reading->unit.ids.count;
	size_t *of_test = qm_alloc_array(count, sizeof *of_test);

	reading->tests = 0;
	reading->is_any_met = false;
	qm_steps_group(reading->unit.ids.items, count, of_test);
	for (size_t i = 0; i < count; i++) {
		reading->tests += of_test[i] == i;
		reading->is_any_met = reading->is_any_met || step_of(reading, i) != QM_NO_STEP;
	}
	free(of_test);
}

static void describe(const struct reading *reading, int32_t step, char *out, size_t size)
{
	size_t steps = reading->rows.count;
	char place[200];

	name_place(reading, place, sizeof place);
	if (step == QM_STEP_TWICE)
		(void)snprintf(
			out, size, "ambiguous: several steps of %s have that description", place);
	else if (step == QM_STEP_SHARED)
		(void)snprintf(out, size,
			"ambiguous: different tests have the description of one step of %s", place);
	else if (!steps)
		(void)snprintf(out, size, "%s has no steps", place);
	else if (reading->is_any_met)
		(void)snprintf(out, size, "no step of %s has that description", place);
	else if (steps != reading->tests)
		(void)snprintf(out, size, "%s has %zu step%s of other descriptions, not %zu", place,
			steps, steps == 1 ? "" : "s", reading->tests);
	else
		(void)snprintf(out, size, "%s has %zu step%s of other descriptions, and %s", place,
			steps, steps == 1 ? "" : "s",
			reading->unit.is_one_suite ? "the names are in another order"
						   : "the tests are not those of one whole suite");
}

static void list_test(struct reading *reading, const struct qm_step_result *result, int32_t step)
{
	struct qm_resolver *resolver = reading->resolver;
	char why[512], nearest[200] = "";
	struct qm_unmapped row = {
		.test = result->name == QM_NONE ? "" : resolver->names.texts.data + result->name,
		.file = *(const char *const *)qm_vec_at(
			&resolver->paths, qm_step_unit_report(resolver, result)),
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

/* A result counts once, be it no step of several test cases or in several executions. */
static void count_test(struct reading *reading, const struct qm_step_result *result)
{
	struct qm_resolution *resolution = &reading->resolver->resolution;
	bool *is_counted = qm_vec_at(&reading->resolver->steps.counted, result->result);

	resolution->unmapped_count += !*is_counted;
	resolution->steps.unmapped_tests += !*is_counted;
	*is_counted = true;
}

/* A test is listed once for each test case; its results stand together mostly. */
static size_t tell_no_steps(struct reading *reading)
{
	const struct qm_test_id *ids = reading->unit.ids.items;
	bool *told = reading->unit.told.items;
	size_t count = 0;

	for (size_t i = 0; i < reading->unit.results.count; i++) {
		const struct qm_step_result *result =
			qm_step_unit_result(&reading->unit, reading->resolver, i);

		if (step_of(reading, i) >= 0)
			continue;
		if (!count++)
			survey_tests(reading);
		if (told[i])
			continue;
		told[i] = true;
		count_test(reading, result);
		if (!i || !told[i - 1] || ids[i].test != ids[i - 1].test)
			list_test(reading, result, step_of(reading, i));
	}
	return count;
}

/* ---- Steps become runs. */

static enum qm_code add_run(
	struct reading *reading, size_t row, uint32_t *out, struct qm_error *err)
{
	struct qm_resolver *resolver = reading->resolver;
	const struct qm_run *run = qm_resolver_run(resolver, reading->case_run);

	*out = (uint32_t)resolver->catalog->runs.count;
	return qm_catalog_add_step(resolver->catalog, run->execution,
		qm_resolver_case(resolver, run)->key, run->id, qm_vec_at(&reading->rows, row), err);
}

/* `made` gets the run of each step, QM_NONE where it has no test. */
static enum qm_code add_tested(struct reading *reading, uint32_t *made, struct qm_error *err)
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
			code = add_run(reading, (size_t)step, &made[step], err);
		if (!code)
			qm_step_combine(resolver, made[step],
				qm_step_unit_result(&reading->unit, resolver, i),
				resolver->combine);
	}
	return code;
}

/*
 * One that no test is, where all tests of the run are some step, all reports were read, and none of
 * them mentions the test case by results that did not reach it: ignored, without a route, given up.
 */
static bool sets_missing(const struct reading *reading, size_t no_steps)
{
	const struct qm_resolver *resolver = reading->resolver;
	const struct qm_run *run = qm_resolver_run(resolver, reading->case_run);

	return resolver->targets.statuses[QM_TARGET_MISSING] && !resolver->is_incomplete &&
		!no_steps && !run->given_up && !qm_resolver_case(resolver, run)->mentioned;
}

static enum qm_code take_steps(struct reading *reading, struct qm_error *err)
{
	struct qm_step_counts *counts = &reading->resolver->resolution.steps;
	bool by_order = match_rows(reading);
	size_t no_steps = tell_no_steps(reading);
	uint32_t *made = qm_alloc_array(reading->rows.count, sizeof *made), index;
	enum qm_code code = add_tested(reading, made, err);

	if (reading->resolver->combine == QM_COMBINE_LAST)
		settle(reading);
	for (size_t i = 0; !code && i < reading->rows.count; i++) {
		if (made[i] != QM_NONE) {
			*(by_order ? &counts->by_order : &counts->by_description) += 1;
			continue;
		}
		counts->without_test++;
		if (sets_missing(reading, no_steps))
			code = add_run(reading, i, &index, err);
	}
	free(made);
	return code;
}

/* ---- All of them. */

/* What concerns one list, and not the right or the time to read any. */
static bool is_of_one_list(enum qm_code code)
{
	return code == QM_ENOTFOUND || code == QM_EREFUSED || code == QM_EINPUT ||
		code == QM_ELIMIT || code == QM_EUNREACHABLE;
}

/*
 * A run that gives no list loses its steps, and no other run anything. A server that gives none to
 * three in a row has none, or is gone: an error, and nothing is set.
 */
static enum qm_code take_failure(struct reading *reading, enum qm_code code, struct qm_error *err)
{
	struct qm_resolver *resolver = reading->resolver;
	bool is_refused = code == QM_ENOTFOUND || code == QM_EREFUSED;
	char place[200];

	name_place(reading, place, sizeof place);
	reading->failed++;
	if (reading->failed >= MAX_FAILED && !(is_refused && reading->answered)) {
		qm_error_add(err,
			"; so said for %d lists of steps in a row, the last one of %s: "
			"nothing was set, as there is no --level step without them",
			MAX_FAILED, place);
		return code;
	}
	resolver->steps.lost_lists++;
	qm_error_add(err, " (the list of its steps)");
	qm_resolver_lose(resolver, reading->case_run, qm_arena_strdup(&resolver->arena, err->text));
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
		qm_step_unit_fill(&reading->unit, resolver, read->first);
	reading->case_run = read->run;
	qm_vec_clear(&reading->rows);
	qm_arena_release(&reading->arena);
	qm_arena_init(&reading->arena);
	resolver->resolution.steps.reads++;
	code = qm_fetch_steps(
		reading->session, &resolver->catalog->project, run->id, take_row, reading, err);
	if (!code)
		code = check_ids(reading, err);
	if (code)
		return is_of_one_list(code) ? take_failure(reading, code, err) : code;
	reading->answered++;
	reading->failed = 0;
	drop_repeated(reading);
	order_rows(reading);
	identify_rows(reading);
	return take_steps(reading, err);
}

bool qm_resolver_lost_steps(const struct qm_resolver *resolver)
{
	return resolver->steps.lost_lists > 0;
}

enum qm_code qm_resolver_read_steps(
	struct qm_resolver *resolver, struct qm_session *session, struct qm_error *err)
{
	struct reading reading = { .resolver = resolver, .session = session };
	enum qm_code code = QM_OK;

	qm_step_unit_init(&reading.unit);
	qm_arena_init(&reading.arena);
	qm_vec_init(&reading.rows, sizeof(struct qm_step_row));
	qm_vec_init(&reading.ids, sizeof(struct qm_step_id));
	qm_vec_init(&reading.steps, sizeof(int32_t));
	for (size_t i = 0; !code && i < resolver->due.count; i++)
		code = read_run(&reading, qm_vec_at(&resolver->due, i), err);
	qm_vec_release(&reading.steps);
	qm_vec_release(&reading.ids);
	qm_vec_release(&reading.rows);
	qm_arena_release(&reading.arena);
	qm_step_unit_release(&reading.unit);
	return code;
}
