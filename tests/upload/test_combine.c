#include "src/upload/resolve/resolve.h"
#include "tests/upload/inbox.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void shelve(struct inbox *inbox, int count)
{
	for (int i = 1; i <= count; i++)
		(void)shelf_run(&inbox->catalog, i, "", NULL, SHELF_NOT_RUN);
}

static void the_worst_of_several_results_counts(void **state)
{
	static const struct {
		enum qm_outcome results[3];
		enum qm_outcome worst, last;
	} rows[] = {
		{ { QM_PASSED, QM_FAILED, QM_PASSED }, QM_FAILED, QM_PASSED },
		{ { QM_ERRORED, QM_FAILED, QM_PASSED }, QM_ERRORED, QM_PASSED },
		{ { QM_FAILED, QM_ERRORED, QM_SKIPPED }, QM_ERRORED, QM_ERRORED },
		{ { QM_PASSED, QM_FLAKY, QM_PASSED }, QM_FLAKY, QM_PASSED },
		{ { QM_SKIPPED, QM_PASSED, QM_SKIPPED }, QM_PASSED, QM_PASSED },
		{ { QM_SKIPPED, QM_NOT_REACHED, QM_SKIPPED }, QM_NOT_REACHED, QM_SKIPPED },
		{ { QM_FAILED, QM_SKIPPED, QM_NOT_REACHED }, QM_FAILED, QM_FAILED },
	};
	struct inbox *inbox = *state;
	const size_t count = sizeof rows / sizeof *rows;

	shelve(inbox, 2 * (int)count);
	for (size_t i = 0; i < 2 * count; i++) {
		const struct qm_run *run = qm_vec_at(&inbox->catalog.runs, i);
		const enum qm_outcome *results = rows[i % count].results;
		char name[] = "VKMC-TC-0000";

		inbox->options.combine = i < count ? QM_COMBINE_WORST : QM_COMBINE_LAST;
		qm_resolver_free(inbox->resolver);
		inbox_begin(inbox);
		name[8] = (char)('0' + (i + 1) / 10);
		name[9] = (char)('0' + (i + 1) % 10);
		name[10] = '\0';
		if (name[8] == '0')
			memmove(name + 8, name + 9, 2);
		for (size_t j = 0; j < 3; j++)
			inbox_add(inbox, "a.B", name, results[j]);
		(void)inbox_finish(inbox);
		assert_int_equal(
			run->outcome, i < count ? rows[i % count].worst : rows[i % count].last);
		assert_int_equal(run->results, 3);
	}
}

static void a_run_is_left_with_the_reason_that_is_true(void **state)
{
	static const struct {
		enum qm_outcome outcome;
		const char *why;
	} rows[] = {
		{ QM_PASSED, "passed, which is to be left (--status)" },
		{ QM_FLAKY, "flaky, which is to be left (--status)" },
		{ QM_FAILED, "failed, which is to be left (--status)" },
		{ QM_ERRORED, "errored, which is to be left (--status)" },
		{ QM_SKIPPED, "skipped" },
		{ QM_NOT_REACHED, "not reached" },
	};
	static const size_t count = sizeof rows / sizeof *rows;
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;
	char name[] = "VKMC-TC-0";

	shelve(inbox, (int)count);
	for (size_t i = 0; i < count; i++)
		inbox->options.status_names[rows[i].outcome] = "leave";
	inbox_begin(inbox);
	for (size_t i = 0; i < count; i++) {
		name[8] = (char)('1' + i);
		inbox_add(inbox, "a", name, rows[i].outcome);
	}
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->left.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(((const struct qm_left *)qm_vec_at(&resolution->left, i))->why,
			rows[i].why);
}

/* ---- Random results in random order, against an oracle that knows nothing of how it is done. */

enum { CASES = 12, MOST_RESULTS = 6 };

/* How a result meets its test case: by key, or as one of two tests that have its summary. */
enum meeting { BY_KEY, AS_X, AS_Y, MEETINGS };

struct drawn {
	int test_case; /* from 1 on */
	enum meeting meeting;
	enum qm_outcome outcome;
};

static unsigned draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % below;
}

static void tell(struct inbox *inbox, const struct drawn *drawn)
{
	char name[40];

	(void)snprintf(name, sizeof name, drawn->meeting == BY_KEY ? "VKMC-TC-%d" : "case %d",
		drawn->test_case);
	inbox_add(inbox, drawn->meeting == AS_Y ? "y" : "x", name, drawn->outcome);
}

static bool was_executed(enum qm_outcome outcome)
{
	return outcome != QM_SKIPPED && outcome != QM_NOT_REACHED;
}

/* The worst by name, or the last executed one; what was not executed only where nothing was. */
static enum qm_outcome expected_outcome(
	const enum qm_outcome *outcomes, size_t count, enum qm_combine how)
{
	static const enum qm_outcome worst_first[] = { QM_ERRORED, QM_FAILED, QM_FLAKY, QM_PASSED,
		QM_NOT_REACHED, QM_SKIPPED };

	if (how == QM_COMBINE_LAST) {
		for (size_t i = count; i-- > 0;)
			if (was_executed(outcomes[i]))
				return outcomes[i];
		return outcomes[count - 1];
	}
	for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++)
		for (size_t j = 0; j < count; j++)
			if (outcomes[j] == worst_first[i])
				return worst_first[i];
	return QM_OUTCOMES;
}

/* What a test case's run must be, and how many of its results count. */
static size_t expect(const struct drawn *all, size_t count, int test_case, enum qm_combine how,
	enum qm_outcome *out)
{
	enum qm_outcome outcomes[MEETINGS][CASES * MOST_RESULTS] = { { QM_PASSED } };
	size_t counts[MEETINGS] = { 0, 0, 0 };
	enum meeting who = BY_KEY;

	for (size_t i = 0; i < count; i++)
		if (all[i].test_case == test_case)
			outcomes[all[i].meeting][counts[all[i].meeting]++] = all[i].outcome;
	if (!counts[BY_KEY] && counts[AS_X] && counts[AS_Y])
		return 0; /* two tests and no choice */
	if (!counts[BY_KEY])
		who = counts[AS_X] ? AS_X : AS_Y;
	if (counts[who])
		*out = expected_outcome(outcomes[who], counts[who], how);
	return counts[who];
}

static void check_draw(struct inbox *inbox, const struct drawn *all, size_t count)
{
	const struct qm_resolution *resolution;
	uint64_t mapped = 0;

	qm_resolver_free(inbox->resolver);
	inbox_begin(inbox);
	for (size_t i = 0; i < count; i++)
		tell(inbox, &all[i]);
	resolution = inbox_finish(inbox);
	for (int i = 1; i <= CASES; i++) {
		const struct qm_run *run = qm_vec_at(&inbox->catalog.runs, (size_t)i - 1);
		enum qm_outcome outcome = QM_OUTCOMES;
		size_t results = expect(all, count, i, inbox->options.combine, &outcome);

		mapped += results;
		assert_int_equal(run->results, results);
		if (results)
			assert_int_equal(run->outcome, outcome);
	}
	assert_int_equal(resolution->mapped, mapped);
	assert_int_equal(resolution->unmapped_count, count - mapped);
	assert_int_equal(resolution->counts.tests, count);
}

/* The catalog is used again, as it is by nobody else: what the last draw left is taken back. */
static void forget(struct inbox *inbox)
{
	for (size_t i = 0; i < CASES; i++) {
		struct qm_run *run = qm_vec_at(&inbox->catalog.runs, i);

		run->results = 0;
		run->match = QM_MATCH_NONE;
		run->first_name = QM_NONE;
	}
}

static void results_combine_as_an_oracle_says(void **state)
{
	struct inbox *inbox = *state;
	uint64_t seed = 20260115;

	for (int i = 1; i <= CASES; i++) {
		char summary[20];

		(void)snprintf(summary, sizeof summary, "Case %d", i);
		(void)shelf_run(&inbox->catalog, i, summary, NULL, SHELF_NOT_RUN);
	}
	for (int round = 0; round < 2000; round++) {
		struct drawn all[CASES * MOST_RESULTS];
		size_t count = draw(&seed, CASES * MOST_RESULTS + 1);

		for (size_t i = 0; i < count; i++)
			all[i] = (struct drawn){ 1 + (int)draw(&seed, CASES),
				(enum meeting)draw(&seed, MEETINGS),
				(enum qm_outcome)draw(&seed, QM_OUTCOMES) };
		inbox->options.combine = round % 2 ? QM_COMBINE_LAST : QM_COMBINE_WORST;
		forget(inbox);
		check_draw(inbox, all, count);
	}
}

static void the_tests_that_decided_are_told(void **state)
{
	struct inbox *inbox = *state;
	const struct qm_resolution *resolution;
	const struct qm_combined *combined;

	shelve(inbox, 2);
	inbox_begin(inbox);
	inbox_add(inbox, "a", "one VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "a", "two VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "a", "three VKMC-TC-1", QM_PASSED);
	inbox_add(inbox, "a", "four VKMC-TC-1", QM_FAILED);
	inbox_add(inbox, "a", "VKMC-TC-2", QM_PASSED);
	resolution = inbox_finish(inbox);
	assert_int_equal(resolution->combined_count, 1);
	combined = qm_vec_at(&resolution->combined, 0);
	assert_string_equal(combined->key, "VKMC-TC-1");
	assert_string_equal(combined->suite_run, "100");
	assert_int_equal(combined->results, 4);
	assert_int_equal(combined->outcome, QM_FAILED);
	assert_int_equal(combined->test_count, 2);
	assert_string_equal(combined->tests[0], "a.two VKMC-TC-1");
	assert_string_equal(combined->tests[1], "a.four VKMC-TC-1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, inbox_setup, inbox_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_worst_of_several_results_counts),
		TEST(results_combine_as_an_oracle_says),
		TEST(the_tests_that_decided_are_told),
		TEST(a_run_is_left_with_the_reason_that_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
