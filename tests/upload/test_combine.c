#include "src/base/memory.h"
#include "src/upload/resolve.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
	struct qm_catalog catalog;
	struct qm_mapping *mapping;
	struct qm_resolve_options options;
	struct qm_resolver *resolver;
	struct qm_sink sink;
};

static const char *const id_properties[] = { "qmetry" };

static int setup(void **state)
{
	const struct qm_match_options match = { .use = { false, true, true, true, true, true },
		.id_properties = id_properties,
		.id_property_count = 1 };
	struct desk *desk = qm_alloc(sizeof *desk);

	shelf_init(&desk->catalog);
	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	desk->mapping = qm_mapping_new(&desk->catalog, &match);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_resolver_free(desk->resolver);
	qm_mapping_free(desk->mapping);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

static void begin_report(struct desk *desk, const char *path)
{
	const struct qm_report_begin report = { .path = path, .kind = QM_REPORT_JUNIT };

	assert_int_equal(desk->sink.report_begin(desk->sink.context, &report), QM_OK);
}

/* After the runs are on the shelf. */
static void begin(struct desk *desk)
{
	assert_int_equal(qm_resolver_new(&desk->catalog, desk->mapping, &desk->options,
				 &desk->resolver, NULL),
		QM_OK);
	desk->sink = qm_resolver_sink(desk->resolver);
	begin_report(desk, "a.xml");
}

static void add(
	struct desk *desk, const char *class_name, const char *name, enum qm_outcome outcome)
{
	const struct qm_result result = {
		.class_name = class_name, .name = name, .outcome = outcome
	};

	assert_int_equal(desk->sink.result(desk->sink.context, &result), QM_OK);
}

static void end_report(struct desk *desk, const char *reason, bool salvaged)
{
	const struct qm_report_end end = {
		.path = "a.xml", .reason = reason, .salvaged = salvaged
	};

	assert_int_equal(desk->sink.report_end(desk->sink.context, &end), QM_OK);
}

static const struct qm_resolution *finish(struct desk *desk)
{
	end_report(desk, NULL, false);
	return qm_resolver_finish(desk->resolver);
}

static void shelve(struct desk *desk, int count)
{
	for (int i = 1; i <= count; i++)
		(void)shelf_run(&desk->catalog, i, "", NULL, SHELF_NOT_RUN);
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
		{ { QM_SKIPPED, QM_NOT_REACHED, QM_SKIPPED }, QM_SKIPPED, QM_SKIPPED },
		{ { QM_FAILED, QM_SKIPPED, QM_NOT_REACHED }, QM_FAILED, QM_FAILED },
	};
	struct desk *desk = *state;
	const size_t count = sizeof rows / sizeof *rows;

	shelve(desk, 2 * (int)count);
	for (size_t i = 0; i < 2 * count; i++) {
		const struct qm_run *run = qm_vec_at(&desk->catalog.runs, i);
		const enum qm_outcome *results = rows[i % count].results;
		char name[] = "VKMC-TC-0000";

		desk->options.combine = i < count ? QM_COMBINE_WORST : QM_COMBINE_LAST;
		qm_resolver_free(desk->resolver);
		begin(desk);
		name[8] = (char)('0' + (i + 1) / 10);
		name[9] = (char)('0' + (i + 1) % 10);
		name[10] = '\0';
		if (name[8] == '0')
			memmove(name + 8, name + 9, 2);
		for (size_t j = 0; j < 3; j++)
			add(desk, "a.B", name, results[j]);
		(void)finish(desk);
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
	struct desk *desk = *state;
	const struct qm_resolution *resolution;
	char name[] = "VKMC-TC-0";

	shelve(desk, (int)count);
	for (size_t i = 0; i < count; i++)
		desk->options.status_names[rows[i].outcome] = "leave";
	begin(desk);
	for (size_t i = 0; i < count; i++) {
		name[8] = (char)('1' + i);
		add(desk, "a", name, rows[i].outcome);
	}
	resolution = finish(desk);
	assert_int_equal(resolution->left.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(((const struct qm_left *)qm_vec_at(&resolution->left, i))->why,
			rows[i].why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_worst_of_several_results_counts),
		TEST(a_run_is_left_with_the_reason_that_is_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
