#include "src/base/memory.h"
#include "src/upload/mapping/routes.h"
#include "src/upload/resolve/resolve.h"
#include "tests/upload/map_text.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* VKMC-TC-1 and VKMC-TC-2 on Chrome (id 73) and Firefox (74), VKMC-TC-3 on Firefox only. */
struct desk {
	struct qm_catalog catalog;
	struct qm_map_file *file;
	struct qm_routes routes;
	struct qm_mapping *mapping;
	struct qm_resolver *resolver;
	struct qm_sink sink;
};

static void shelve(
	struct desk *desk, const char *suite_run, const char *platform, const char *id, int runs)
{
	uint32_t index = shelf_execution(&desk->catalog, suite_run, platform);
	struct qm_execution *execution = qm_vec_at(&desk->catalog.executions, index);

	execution->platform_id = id;
	for (int i = 1; i <= runs; i++)
		(void)shelf_run(&desk->catalog, i, "", NULL, SHELF_NOT_RUN);
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	shelf_init(&desk->catalog);
	shelve(desk, "100", "Chrome", "73", 2);
	shelve(desk, "200", "Firefox", "74", 3);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_resolver_free(desk->resolver);
	qm_mapping_free(desk->mapping);
	qm_routes_release(&desk->routes);
	qm_map_file_free(desk->file);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

static void read_routes(struct desk *desk, const char *text)
{
	assert_int_equal(map_text_read(text, &desk->file, NULL), QM_OK);
	assert_int_equal(qm_routes_init(&desk->routes, desk->file, &desk->catalog, NULL), QM_OK);
}

static const char two_routes[] = "routes:\n"
				 "  - {platform: Chrome, suite: \"*chrome*\"}\n"
				 "  - {platform: 74, suite: \"*firefox*\"}\n";

static uint16_t destination(struct desk *desk, const struct qm_result *result, const char *report)
{
	char why[200] = "";
	uint16_t found = qm_routes_destination(&desk->routes, result, report, why, sizeof why);

	assert_true((found == QM_NO_DESTINATION) == (*why != '\0'));
	return found;
}

static void without_routes_everything_goes_everywhere(void **state)
{
	const struct qm_result result = { .name = "a" };
	struct desk *desk = *state;

	assert_int_equal(qm_routes_init(&desk->routes, NULL, &desk->catalog, NULL), QM_OK);
	assert_int_equal(destination(desk, &result, "a.xml"), 0);
	assert_int_equal(qm_routes_of_execution(&desk->routes, 1), 0);
	assert_string_equal(qm_routes_platform(&desk->routes, 0), "");
}

static void platforms_are_named_or_given_by_id(void **state)
{
	const struct qm_result chrome = { .suite = "on chrome" }, firefox = { .suite = "firefox" };
	struct desk *desk = *state;

	read_routes(desk, two_routes);
	assert_int_equal(destination(desk, &chrome, "a.xml"), 0);
	assert_int_equal(destination(desk, &firefox, "a.xml"), 1);
	assert_int_equal(qm_routes_of_execution(&desk->routes, 0), 0);
	assert_int_equal(qm_routes_of_execution(&desk->routes, 1), 1);
	assert_string_equal(qm_routes_platform(&desk->routes, 1), "74");
}

static void a_suite_around_the_suite_counts_too(void **state)
{
	const struct qm_suite browser = { .name = "on chrome" }, nameless = { .depth = 1 };
	const struct qm_result result = { .suite = "a.LoginTest" };
	struct desk *desk = *state;

	read_routes(desk, two_routes);
	assert_true(desk->routes.by_suite);
	qm_routes_enter_suite(&desk->routes, &browser);
	qm_routes_enter_suite(&desk->routes, &nameless);
	assert_int_equal(destination(desk, &result, "a.xml"), 0);
	qm_routes_leave_suite(&desk->routes);
	assert_int_equal(destination(desk, &result, "a.xml"), 0);
	qm_routes_leave_suite(&desk->routes);
	assert_int_equal(destination(desk, &result, "a.xml"), QM_NO_DESTINATION);
	/* A report that breaks off leaves its suites open, and none of them for the next one. */
	qm_routes_enter_suite(&desk->routes, &browser);
	qm_routes_begin_report(&desk->routes);
	assert_int_equal(destination(desk, &result, "b.xml"), QM_NO_DESTINATION);
}

static void two_routes_to_one_platform_are_no_contradiction(void **state)
{
	const struct qm_result result = { .suite = "chrome", .hostname = "c1" };
	struct desk *desk = *state;

	read_routes(desk,
		"routes:\n"
		"  - {platform: chrome, suite: chrome}\n"
		"  - {platform: 73, hostname: c1}\n");
	assert_int_equal(destination(desk, &result, "a.xml"), 0);
	assert_int_equal(qm_routes_of_execution(&desk->routes, 1), QM_NO_DESTINATION);
}

static void each_condition_looks_at_its_own(void **state)
{
	static const struct qm_property properties[] = { { "Browser", "chrome", 0 },
		{ "os", NULL, 0 } };
	static const struct {
		const char *condition;
		struct qm_result result;
		const char *report;
		bool takes;
	} rows[] = {
		{ "suite: s", { .suite = "s" }, "a.xml", true },
		{ "suite: s", { .suite = NULL }, "a.xml", false },
		{ "test: \"t*\"", { .test = "t1" }, "a.xml", true },
		{ "test: t", { .suite = "t" }, "a.xml", false },
		{ "hostname: chromium", { .hostname = "chromium" }, "a.xml", true },
		{ "parameter: chrome", { .parameters = "7, chrome" }, "a.xml", true },
		{ "parameter: \"7, chrome\"", { .parameters = "7, chrome" }, "a.xml", true },
		{ "parameter: chrome", { .parameters = "chromium" }, "a.xml", false },
		{ "parameter: chrome", { .name = "adds[chrome, 7]" }, "a.xml", true },
		{ "parameter: chrome", { .name = "adds(int)[chrome]" }, "a.xml", true },
		{ "parameter: chrome", { .name = "chrome" }, "a.xml", false },
		{ "parameter: chrome", { .name = "adds[chrome" }, "a.xml", false },
		{ "parameter: chrome", { .name = NULL }, "a.xml", false },
		{ "property: {browser: chrome}", { .properties = properties, .property_count = 2 },
			"a.xml", true },
		{ "property: {browser: chrome, os: linux}",
			{ .properties = properties, .property_count = 2 }, "a.xml", false },
		{ "property: {browser: [firefox, /chrom/]}",
			{ .properties = properties, .property_count = 2 }, "a.xml", true },
		{ "file: \"**/chrome/*.xml\"", { .name = "a" }, "out/chrome/TEST-a.xml", true },
		{ "file: \"chrome/*.xml\"", { .name = "a" }, "out/chrome/TEST-a.xml", false },
		{ "suite: s\n    hostname: h", { .suite = "s", .hostname = "h" }, "a.xml", true },
		{ "suite: s\n    hostname: h", { .suite = "s", .hostname = "i" }, "a.xml", false },
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_buf text;

		qm_buf_init(&text, 400);
		qm_buf_add_format(
			&text, "routes:\n  - platform: Chrome\n    %s\n", rows[i].condition);
		read_routes(desk, text.data);
		if ((destination(desk, &rows[i].result, rows[i].report) == 0) != rows[i].takes)
			fail_msg("%s, row %zu", rows[i].condition, i);
		qm_buf_release(&text);
		qm_routes_release(&desk->routes);
		qm_map_file_free(desk->file);
	}
	desk->file = NULL;
	desk->routes = (struct qm_routes){ .file = NULL };
}

static void an_unknown_platform_is_told_with_the_nearest(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;

	assert_int_equal(
		map_text_read("routes:\n  - {platform: Firefux, suite: s}\n", &desk->file, NULL),
		QM_OK);
	qm_error_init(&err);
	assert_int_equal(
		qm_routes_init(&desk->routes, desk->file, &desk->catalog, &err), QM_ENOTFOUND);
	assert_string_equal(err.text,
		"no execution has the platform \"Firefux\" that the route leads to; did you "
		"mean \"Firefox\"?; there are: Chrome, Firefox");
	assert_int_equal(err.line, 2);
}

/* ---- With the resolver. */

static void begin(struct desk *desk, const char *text)
{
	const struct qm_match_options match = { .use = { false, true, true, true, true, true } };
	const struct qm_report_begin report = { .path = "a.xml", .kind = QM_REPORT_JUNIT };
	struct qm_resolve_options options = { .combine = QM_COMBINE_WORST };

	assert_int_equal(map_text_read(text, &desk->file, NULL), QM_OK);
	options.map = desk->file;
	desk->mapping = qm_mapping_new(&desk->catalog, &match);
	assert_int_equal(
		qm_resolver_new(&desk->catalog, desk->mapping, &options, &desk->resolver, NULL),
		QM_OK);
	desk->sink = qm_resolver_sink(desk->resolver);
	assert_int_equal(desk->sink.report_begin(desk->sink.context, &report), QM_OK);
}

static void add(struct desk *desk, const char *suite, const char *name, enum qm_outcome outcome)
{
	const struct qm_result result = { .suite = suite, .name = name, .outcome = outcome };

	assert_int_equal(desk->sink.result(desk->sink.context, &result), QM_OK);
}

static const struct qm_resolution *finished(struct desk *desk)
{
	const struct qm_resolution *resolution;

	assert_int_equal(qm_resolver_finish(desk->resolver, &resolution, NULL), QM_OK);
	return resolution;
}

static const struct qm_resolution *finish(struct desk *desk)
{
	const struct qm_report_end end = { .path = "a.xml" };

	assert_int_equal(desk->sink.report_end(desk->sink.context, &end), QM_OK);
	return finished(desk);
}

static const struct qm_unmapped *unmapped_at(const struct qm_resolution *resolution, size_t index)
{
	return qm_vec_at(&resolution->unmapped, index);
}

static void results_of_one_run_go_to_different_platforms(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;
	const struct qm_update *updates;

	begin(desk, two_routes);
	add(desk, "chrome", "VKMC-TC-1", QM_FAILED);
	add(desk, "firefox", "VKMC-TC-1", QM_PASSED);
	add(desk, "chrome", "VKMC-TC-2", QM_PASSED);
	add(desk, "firefox", "VKMC-TC-2", QM_FAILED);
	resolution = finish(desk);
	updates = resolution->updates.items;
	assert_int_equal(resolution->updates.count, 4);
	for (size_t i = 0; i < 4; i++) {
		static const int outcomes[] = { QM_FAILED, QM_PASSED, QM_PASSED, QM_FAILED };

		assert_int_equal(updates[i].run, i);
		assert_int_equal(updates[i].outcome, outcomes[i]);
	}
	assert_int_equal(resolution->mapped, 4);
	assert_int_equal(resolution->unmapped_count, 0);
	assert_int_equal(resolution->missing_count, 1); /* VKMC-TC-3 */
	assert_string_equal(
		((const struct qm_missing *)qm_vec_at(&resolution->missing, 0))->platform, "74");
}

static void a_result_without_one_route_is_listed(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;

	begin(desk, two_routes);
	add(desk, "chrome and firefox", "VKMC-TC-1", QM_FAILED);
	add(desk, "safari", "VKMC-TC-1", QM_FAILED);
	add(desk, "chrome", "VKMC-TC-3", QM_FAILED);
	add(desk, "chrome", "VKMC-TC-2 VKMC-TC-3", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(resolution->mapped, 1);
	assert_int_equal(resolution->unmapped_count, 4);
	assert_string_equal(unmapped_at(resolution, 0)->why,
		"ambiguous: routes lead to Chrome (line 2) and to 74 (line 3)");
	assert_string_equal(
		unmapped_at(resolution, 1)->why, "no route of the mapping file takes it");
	assert_string_equal(unmapped_at(resolution, 2)->why, "VKMC-TC-3 has no run on Chrome");
	assert_string_equal(unmapped_at(resolution, 3)->why, "VKMC-TC-3 has no run on Chrome");
}

static void an_execution_that_no_route_leads_to_is_left(void **state)
{
	struct desk *desk = *state;
	const struct qm_resolution *resolution;
	const struct qm_left *left;

	begin(desk, "routes:\n  - {platform: Chrome, suite: \"*\"}\n");
	add(desk, "s", "VKMC-TC-1", QM_PASSED);
	resolution = finish(desk);
	assert_int_equal(resolution->updates.count, 1);
	assert_int_equal(resolution->missing_count, 1); /* VKMC-TC-2 on Chrome */
	assert_int_equal(resolution->left_count, 1);
	left = qm_vec_at(&resolution->left, 0);
	assert_string_equal(left->key, "VKMC-TS-20 / Firefox (200)");
	assert_string_equal(left->why, "no route of the mapping file leads there");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_routes_everything_goes_everywhere),
		TEST(platforms_are_named_or_given_by_id),
		TEST(a_suite_around_the_suite_counts_too),
		TEST(two_routes_to_one_platform_are_no_contradiction),
		TEST(each_condition_looks_at_its_own),
		TEST(an_unknown_platform_is_told_with_the_nearest),
		TEST(results_of_one_run_go_to_different_platforms),
		TEST(a_result_without_one_route_is_listed),
		TEST(an_execution_that_no_route_leads_to_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
