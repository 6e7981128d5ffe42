#include "src/base/memory.h"
#include "src/upload/mapping/mapping.h"
#include "tests/upload/map_text.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct desk {
	struct qm_catalog catalog;
	struct qm_mapping *mapping;
	struct qm_map_file *map;
};

static void use(struct desk *desk, bool property, bool key, bool script, bool summary)
{
	const struct qm_match_options options = {
		.use = { false, true, property, key, script, summary },
		.map = desk->map,
	};

	qm_mapping_free(desk->mapping);
	desk->mapping = qm_mapping_new(&desk->catalog, &options);
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);
	struct qm_catalog *catalog = &desk->catalog;

	shelf_init(catalog);
	(void)shelf_execution(catalog, "100", "Chrome");
	(void)shelf_run(catalog, 1, "Logs in", "com.example.LoginTest.logsIn", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 2, "Pays  by CARD", NULL, SHELF_NOT_RUN);
	(void)shelf_run(catalog, 3, "twin", "Twin#test", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 4, "Twin", "Twin#test", SHELF_NOT_RUN);
	(void)shelf_run(catalog, 5, "", "standalone.name", SHELF_NOT_RUN);
	use(desk, true, true, true, true);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_mapping_free(desk->mapping);
	qm_map_file_free(desk->map);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

static struct qm_mapped find(struct desk *desk, const struct qm_result *result)
{
	struct qm_mapped mapped;

	qm_mapping_find(desk->mapping, result, &mapped);
	return mapped;
}

static struct qm_mapped find_name(struct desk *desk, const char *class_name, const char *name)
{
	const struct qm_result result = { .class_name = class_name, .name = name };

	return find(desk, &result);
}

/* The test cases are numbered as they were put on the shelf: VKMC-TC-1 is 0. */
static void assert_mapped(const struct qm_mapped *mapped, enum qm_match match, uint32_t number)
{
	assert_int_equal(mapped->match, match);
	assert_int_equal(mapped->count, 1);
	assert_int_equal(mapped->cases[0], number - 1);
}

static void a_property_goes_before_everything(void **state)
{
	const struct qm_property properties[] = { { "other", "VKMC-TC-1", 0 },
		{ "Qmetry", "2", 0 } };
	const struct qm_result result = { .class_name = "com.example.LoginTest",
		.name = "logsIn VKMC-TC-5",
		.properties = properties,
		.property_count = 2 };
	struct qm_mapped mapped = find(*state, &result);

	assert_mapped(&mapped, QM_MATCH_PROPERTY, 2);
}

static void keys_stand_in_name_class_or_description(void **state)
{
	const struct qm_result described = {
		.class_name = "a.B", .name = "c", .description = "VKMC-TC-5: does it"
	};
	struct qm_mapped mapped = find_name(*state, "a.B", "x VKMC_TC_1");

	assert_mapped(&mapped, QM_MATCH_KEY, 1);
	mapped = find_name(*state, "a.VKMC_TC_2_Test", "x");
	assert_mapped(&mapped, QM_MATCH_KEY, 2);
	mapped = find(*state, &described);
	assert_mapped(&mapped, QM_MATCH_KEY, 5);
}

static void several_keys_are_several_test_cases(void **state)
{
	struct qm_mapped mapped = find_name(*state, "a.B", "VKMC-TC-1 VKMC-TC-2 VKMC-TC-1");

	assert_int_equal(mapped.count, 2);
	assert_int_equal(mapped.cases[0], 0);
	assert_int_equal(mapped.cases[1], 1);
}

static void an_unknown_key_does_not_fall_through(void **state)
{
	struct qm_mapped mapped = find_name(*state, "com.example.LoginTest", "VKMC-TC-99 Logs in");

	assert_int_equal(mapped.count, 0);
	assert_string_equal(mapped.unknown, "VKMC-TC-99");
	assert_non_null(strstr(mapped.why, "VKMC-TC-99"));
	/* One known key is enough, and the other is told. */
	mapped = find_name(*state, "a", "VKMC-TC-99 VKMC-TC-1");
	assert_mapped(&mapped, QM_MATCH_KEY, 1);
	assert_string_equal(mapped.unknown, "VKMC-TC-99");
	assert_string_equal(mapped.why, "no chosen execution holds VKMC-TC-99");
}

static void unknown_keys_are_listed_once_and_cut(void **state)
{
	struct qm_mapped mapped =
		find_name(*state, "a", "VKMC-TC-991 VKMC-TC-99 VKMC-TC-99 VKMC-TC-991 VKMC-TC-9");
	char many[1000] = "";

	assert_string_equal(mapped.unknown, "VKMC-TC-991, VKMC-TC-99, VKMC-TC-9");
	assert_string_equal(
		mapped.why, "no chosen execution holds VKMC-TC-991, VKMC-TC-99, VKMC-TC-9");
	for (int i = 100; i < 140; i++)
		(void)snprintf(many + strlen(many), sizeof many - strlen(many), "VKMC-TC-%d ", i);
	mapped = find_name(*state, "a", many);
	assert_int_equal(mapped.count, 0);
	assert_true(strlen(mapped.unknown) > sizeof mapped.unknown - 20);
	assert_string_equal(mapped.unknown + strlen(mapped.unknown) - 5, ", ...");
	assert_string_equal(mapped.why + strlen(mapped.why) - 5, ", ...");
}

static void more_test_cases_than_are_taken_are_told(void **state)
{
	struct desk *desk = *state;
	struct qm_mapped mapped;
	char name[2000] = "";

	for (int i = 6; i <= QM_MATCH_CASES + 1; i++)
		(void)shelf_run(&desk->catalog, i, "", NULL, SHELF_NOT_RUN);
	for (int i = 1; i <= QM_MATCH_CASES; i++)
		(void)snprintf(name + strlen(name), sizeof name - strlen(name), "VKMC-TC-%d ", i);
	mapped = find_name(desk, "a", name);
	assert_int_equal(mapped.count, QM_MATCH_CASES);
	assert_string_equal(mapped.why, "");
	(void)snprintf(
		name + strlen(name), sizeof name - strlen(name), "VKMC-TC-%d", QM_MATCH_CASES + 1);
	mapped = find_name(desk, "a", name);
	assert_int_equal(mapped.count, QM_MATCH_CASES);
	assert_int_equal(mapped.dropped, 1);
	assert_non_null(strstr(mapped.why, "more than 64 test cases"));
}

static void a_property_of_another_tool_is_passed_over(void **state)
{
	const struct qm_property properties[] = { { "test_id", "C123", 0 }, { "qmetry", NULL, 0 } };
	const struct qm_result result = { .class_name = "com.example.LoginTest",
		.name = "logsIn",
		.properties = properties,
		.property_count = 2 };
	struct qm_mapped mapped = find(*state, &result);

	assert_mapped(&mapped, QM_MATCH_SCRIPT, 1);
}

static void the_nearest_property_stands_in_for_others(void **state)
{
	const struct qm_property properties[] = { { "qmetry", "2", 2 },
		{ "test_id", "VKMC-TC-3", 2 }, { "qmetry", "", 1 }, { "qmetry", "4", 1 },
		{ "qmetry", "5", 0 } };
	struct qm_result result = { .class_name = "a",
		.name = "b",
		.properties = properties,
		.property_count = 5,
		.own_property_count = 2 };
	struct qm_mapped mapped = find(*state, &result);

	/* All of the test's own; */
	assert_int_equal(mapped.count, 2);
	assert_int_equal(mapped.cases[0], 1);
	assert_int_equal(mapped.cases[1], 2);
	/* without them the nearest suite's; */
	result.properties += 2;
	result.property_count = 3;
	mapped = find(*state, &result);
	assert_mapped(&mapped, QM_MATCH_PROPERTY, 4);
	/* one that names no test case stands in for none. */
	result.properties = (const struct qm_property[]){ { "qmetry", "OTHER-TC-1", 1 },
		{ "test_id", "3", 1 }, { "qmetry", "5", 0 } };
	mapped = find(*state, &result);
	assert_mapped(&mapped, QM_MATCH_PROPERTY, 5);
}

static struct qm_mapped find_property(struct desk *desk, const char *name, const char *value)
{
	const struct qm_property property = { .name = name, .value = value };
	const struct qm_result result = {
		.class_name = "a", .name = "b", .properties = &property, .property_count = 1
	};

	return find(desk, &result);
}

static void a_bare_number_counts_only_where_it_must_be_qmetrys(void **state)
{
	static const char *const given[] = { "Test_Id" };
	const struct qm_match_options options = {
		.use = { false, false, true }, .id_properties = given, .id_property_count = 1
	};
	struct desk *desk = *state;
	struct qm_mapped mapped = find_property(desk, "qmetry_id", "5");

	assert_mapped(&mapped, QM_MATCH_PROPERTY, 5);
	mapped = find_property(desk, "test_id", "5");
	assert_int_equal(mapped.count, 0);
	assert_string_equal(mapped.unknown, "");
	mapped = find_property(desk, "testcase_id", "5, VKMC-TC-2");
	assert_mapped(&mapped, QM_MATCH_PROPERTY, 2);
	/* Who asks for it gets it, and only that. */
	qm_mapping_free(desk->mapping);
	desk->mapping = qm_mapping_new(&desk->catalog, &options);
	mapped = find_property(desk, "test_id", "5");
	assert_mapped(&mapped, QM_MATCH_PROPERTY, 5);
	mapped = find_property(desk, "qmetry", "5");
	assert_int_equal(mapped.count, 0);
}

static void every_version_of_a_test_case_is_looked_up(void **state)
{
	struct desk *desk = *state;
	struct qm_mapped mapped;

	(void)shelf_execution(&desk->catalog, "200", "Firefox");
	(void)shelf_run(
		&desk->catalog, 1, "Signs in", "com.example.SignInTest.signsIn", SHELF_NOT_RUN);
	(void)shelf_run(&desk->catalog, 2, "Pays by card", "Cart#pays", SHELF_NOT_RUN);
	mapped = find_name(desk, "com.example.LoginTest", "logsIn");
	assert_mapped(&mapped, QM_MATCH_SCRIPT, 1);
	mapped = find_name(desk, "com.example.SignInTest", "signsIn");
	assert_mapped(&mapped, QM_MATCH_SCRIPT, 1);
	mapped = find_name(desk, "x", "signs in");
	assert_mapped(&mapped, QM_MATCH_SUMMARY, 1);
	mapped = find_name(desk, "Cart", "pays");
	assert_mapped(&mapped, QM_MATCH_SCRIPT, 2);
	/* One test case's new name may be another one's old name. */
	(void)shelf_run(&desk->catalog, 5, "logs IN", "Cart#pays", SHELF_NOT_RUN);
	mapped = find_name(desk, "Cart", "pays");
	assert_string_equal(
		mapped.why, "ambiguous: VKMC-TC-2 and VKMC-TC-5 have the same script name");
	mapped = find_name(desk, "x", "logs in");
	assert_string_equal(mapped.why, "ambiguous: VKMC-TC-1 and VKMC-TC-5 have the same summary");
}

static void keys_of_other_projects_are_mere_text(void **state)
{
	struct qm_mapped mapped = find_name(*state, "", "standalone.name");

	assert_mapped(&mapped, QM_MATCH_SCRIPT, 5);
	mapped = find_name(*state, "a", "OTHER-TC-1");
	assert_int_equal(mapped.count, 0);
	assert_string_equal(mapped.unknown, "");
}

static void script_names_are_full_names(void **state)
{
	static const char *const names[] = { "logsIn", "logsIn[1]", "logsIn(String)[2]",
		"logsIn {x}" };
	struct qm_mapped mapped;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		mapped = find_name(*state, "com.example.LoginTest", names[i]);
		assert_mapped(&mapped, QM_MATCH_SCRIPT, 1);
	}
	mapped = find_name(*state, "com.example.Other", "logsIn");
	assert_int_equal(mapped.count, 0);
}

static void summaries_ignore_white_space_and_case(void **state)
{
	struct qm_mapped mapped = find_name(*state, "a.B", " pays by\tcard ");

	assert_mapped(&mapped, QM_MATCH_SUMMARY, 2);
	mapped = find_name(*state, "a.B", "pays by card twice");
	assert_int_equal(mapped.count, 0);
}

/* Another execution may be of another version of the test case; all of its summaries are found. */
static void each_summary_of_a_test_case_is_found(void **state)
{
	static const char *const names[] = { "logs in", "signs in", "leaves" };
	static const uint32_t numbers[] = { 1, 1, 6 };
	struct desk *desk = *state;
	struct qm_mapped mapped;

	(void)shelf_execution(&desk->catalog, "101", "Firefox");
	(void)shelf_run(&desk->catalog, 1, "Signs in", NULL, SHELF_NOT_RUN);
	(void)shelf_run(&desk->catalog, 6, "Leaves", NULL, SHELF_NOT_RUN);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		mapped = find_name(desk, "x", names[i]);
		assert_mapped(&mapped, QM_MATCH_SUMMARY, numbers[i]);
	}
	/* Also what comes after the first one was looked up. */
	(void)shelf_run(&desk->catalog, 2, "Pays by cheque", NULL, SHELF_NOT_RUN);
	mapped = find_name(desk, "x", "pays by cheque");
	assert_mapped(&mapped, QM_MATCH_SUMMARY, 2);
}

static void twins_are_ambiguous_and_never_guessed(void **state)
{
	struct qm_mapped mapped = find_name(*state, "Twin", "test");

	assert_int_equal(mapped.count, 0);
	assert_non_null(strstr(mapped.why, "ambiguous"));
	assert_non_null(strstr(mapped.why, "VKMC-TC-3"));
	assert_non_null(strstr(mapped.why, "VKMC-TC-4"));
	mapped = find_name(*state, "x", "TWIN");
	assert_int_equal(mapped.count, 0);
	assert_non_null(strstr(mapped.why, "summary"));
}

static void ways_can_be_switched_off(void **state)
{
	struct qm_mapped mapped;

	use(*state, false, false, false, true);
	mapped = find_name(*state, "a", "VKMC-TC-1");
	assert_int_equal(mapped.count, 0);
	mapped = find_name(*state, "com.example.LoginTest", "logsIn");
	assert_int_equal(mapped.count, 0);
	mapped = find_name(*state, "a", "logs in");
	assert_mapped(&mapped, QM_MATCH_SUMMARY, 1);
}

static void parameters_make_no_other_test(void **state)
{
	struct qm_mapped one = find_name(*state, "a.B", "adds[1]");
	struct qm_mapped two = find_name(*state, "a.B", "adds[2]");
	struct qm_mapped other = find_name(*state, "a.C", "adds[1]");

	assert_true(one.name_hash == two.name_hash);
	assert_true(one.name_hash != other.name_hash);
}

static void read_map(struct desk *desk, const char *text)
{
	assert_int_equal(map_text_read(text, &desk->map, NULL), QM_OK);
	use(desk, true, true, true, true);
}

static void a_catalog_that_forgot_its_texts_finds_nothing(void **state)
{
	struct desk *desk = *state;
	struct qm_mapped mapped;

	qm_catalog_forget_texts(&desk->catalog);
	mapped = find_name(desk, "com.example.LoginTest", "logsIn");
	assert_int_equal(mapped.count, 0);
	mapped = find_name(desk, "a", "VKMC-TC-1");
	assert_int_equal(mapped.count, 0);
	/* The test cases themselves are there. */
	assert_int_equal(desk->catalog.test_cases.count, 5);
}

static void the_mapping_file_goes_before_everything(void **state)
{
	const struct qm_property property = { .name = "qmetry", .value = "VKMC-TC-5" };
	const struct qm_result result = { .class_name = "a.B",
		.name = "pays VKMC-TC-2[7]",
		.properties = &property,
		.property_count = 1 };
	struct desk *desk = *state;
	struct qm_mapped mapped;

	read_map(desk,
		"map:\n"
		"  a.B.pays VKMC-TC-2: VKMC-TC-1\n"
		"  Cart#adds: [VKMC-TC-3, VKMC-TC-4]\n"
		"  alone: VKMC-TC-2\n"
		"  \"Pay*.one\": VKMC-TC-1\n"
		"  /two$/: VKMC-TC-2\n"
		"  x.logs in:\n"
		"ignore: [Pay.one, \"*Legacy*\"]\n");
	mapped = find(desk, &result);
	assert_mapped(&mapped, QM_MATCH_MAP, 1);
	mapped = find_name(desk, "Cart", "adds(int)");
	assert_int_equal(mapped.count, 2);
	mapped = find_name(desk, "any.Thing", "alone");
	assert_mapped(&mapped, QM_MATCH_MAP, 2);
	mapped = find_name(desk, "Payment", "one");
	assert_mapped(&mapped, QM_MATCH_MAP, 1);
	/* With parameters and without. */
	mapped = find_name(desk, "Payment", "two[1]");
	assert_mapped(&mapped, QM_MATCH_MAP, 2);
	/* Not filled in yet: it is as if it were not there. */
	mapped = find_name(desk, "x", "logs in");
	assert_mapped(&mapped, QM_MATCH_SUMMARY, 1);
}

static void what_is_to_be_ignored_is_no_loss(void **state)
{
	struct desk *desk = *state;
	struct qm_mapped mapped;

	read_map(desk,
		"map: {\"Pay*\": VKMC-TC-1}\n"
		"ignore: [Pay.one, \"*Legacy*\", com.example.LoginTest.logsIn]\n");
	mapped = find_name(desk, "Pay", "one");
	assert_true(mapped.ignored);
	assert_int_equal(mapped.count, 0);
	assert_string_equal(mapped.why, "");
	mapped = find_name(desk, "PayLegacy", "VKMC-TC-2");
	assert_true(mapped.ignored);
	mapped = find_name(desk, "com.example.LoginTest", "logsIn");
	assert_true(mapped.ignored);
	mapped = find_name(desk, "Pay", "two");
	assert_false(mapped.ignored);
	assert_mapped(&mapped, QM_MATCH_MAP, 1);
}

static void a_key_of_the_mapping_file_may_be_unknown(void **state)
{
	struct desk *desk = *state;
	struct qm_mapped mapped;

	read_map(desk,
		"map:\n"
		"  com.example.LoginTest.logsIn: VKMC-TC-99\n"
		"  a.both: [VKMC-TC-98, VKMC-TC-1]\n");
	mapped = find_name(desk, "com.example.LoginTest", "logsIn");
	assert_int_equal(mapped.count, 0);
	assert_string_equal(mapped.why, "no chosen execution holds VKMC-TC-99");
	mapped = find_name(desk, "a", "both");
	assert_mapped(&mapped, QM_MATCH_MAP, 1);
	assert_string_equal(mapped.why, "no chosen execution holds VKMC-TC-98");
}

static void the_nearest_candidate_is_told(void **state)
{
	const struct qm_result near = { .class_name = "a", .name = "logIn" };
	const struct qm_result far = { .class_name = "a", .name = "somethingElseEntirely" };
	struct desk *desk = *state;
	char text[200];

	qm_mapping_nearest(desk->mapping, &near, text, sizeof text);
	assert_string_equal(text, "VKMC-TC-1 \"logsIn\"");
	qm_mapping_nearest(desk->mapping, &far, text, sizeof text);
	assert_string_equal(text, "");
}

static void a_result_without_a_name_maps_to_nothing(void **state)
{
	struct qm_mapped mapped = find_name(*state, NULL, NULL);

	assert_int_equal(mapped.count, 0);
	assert_true(*mapped.why != '\0');
}

/* A test that would be mapped by everything that it has, in a suite that says something else. */
static void by_steps_the_suite_is_looked_at(void **state)
{
	const struct qm_property properties[] = { { "qmetry", "VKMC-TC-5", 0 }, { "x", "y", 0 } };
	struct qm_result result = { .suite = "logs  IN",
		.class_name = "VKMC-TC-2",
		.name = "VKMC-TC-3",
		.description = "VKMC-TC-4",
		.properties = properties,
		.property_count = 2,
		.own_property_count = 1 };
	struct qm_match_options options = { .level = QM_LEVEL_STEP,
		.use = { false, true, true, true, true, true } };
	struct desk *desk = *state;
	struct qm_mapped mapped;

	qm_mapping_free(desk->mapping);
	desk->mapping = qm_mapping_new(&desk->catalog, &options);
	mapped = find(desk, &result);
	assert_mapped(&mapped, QM_MATCH_SUMMARY, 1);
	assert_string_equal(qm_mapping_subject(desk->mapping, &result), "logs  IN");
	/* A property of the suite is inherited by the test. */
	result.own_property_count = 0;
	mapped = find(desk, &result);
	assert_mapped(&mapped, QM_MATCH_PROPERTY, 5);
	result.own_property_count = 2;
	result.suite = NULL;
	mapped = find(desk, &result);
	assert_int_equal(mapped.count, 0);
	assert_true(*mapped.why != '\0');
}

static void by_steps_testngs_class_is_looked_at(void **state)
{
	const struct qm_result result = {
		.suite = "VKMC-TC-1", .class_name = "standalone.name", .name = "VKMC-TC-3"
	};
	const struct qm_match_options options = { .level = QM_LEVEL_STEP,
		.use = { false, true, true, true, true, true } };
	struct desk *desk = *state;
	struct qm_mapped mapped;

	qm_mapping_free(desk->mapping);
	desk->mapping = qm_mapping_new(&desk->catalog, &options);
	qm_mapping_begin(desk->mapping, QM_REPORT_TESTNG);
	mapped = find(desk, &result);
	assert_mapped(&mapped, QM_MATCH_SCRIPT, 5);
	qm_mapping_begin(desk->mapping, QM_REPORT_JUNIT);
	mapped = find(desk, &result);
	assert_mapped(&mapped, QM_MATCH_KEY, 1);
}

static void what_a_result_may_be_of_is_told(void **state)
{
	struct desk *desk = *state;
	struct qm_mapped mapped;
	const struct qm_test_case *test_cases;

	(void)shelf_run(&desk->catalog, 6, "TWIN", NULL, SHELF_NOT_RUN);
	(void)shelf_run(&desk->catalog, 7, "twin", NULL, SHELF_NOT_RUN);
	mapped = find_name(desk, "a", "twin");
	assert_int_equal(mapped.count, 0);
	assert_string_equal(mapped.why, "ambiguous: VKMC-TC-3 and VKMC-TC-4 have the same summary");
	assert_int_equal(mapped.others->count, 1);
	qm_catalog_mention(&desk->catalog, *(const struct qm_owners *)qm_vec_at(mapped.others, 0));
	test_cases = desk->catalog.test_cases.items;
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(test_cases[i].mentioned, i == 2 || i == 3 || i == 5 || i == 6);
	mapped = find_name(desk, "a", "VKMC-TC-1");
	assert_int_equal(mapped.others->count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_property_goes_before_everything),
		TEST(the_nearest_property_stands_in_for_others),
		TEST(keys_stand_in_name_class_or_description),
		TEST(several_keys_are_several_test_cases),
		TEST(an_unknown_key_does_not_fall_through),
		TEST(unknown_keys_are_listed_once_and_cut),
		TEST(more_test_cases_than_are_taken_are_told),
		TEST(a_property_of_another_tool_is_passed_over),
		TEST(a_bare_number_counts_only_where_it_must_be_qmetrys),
		TEST(every_version_of_a_test_case_is_looked_up),
		TEST(keys_of_other_projects_are_mere_text),
		TEST(script_names_are_full_names),
		TEST(summaries_ignore_white_space_and_case),
		TEST(each_summary_of_a_test_case_is_found),
		TEST(twins_are_ambiguous_and_never_guessed),
		TEST(what_a_result_may_be_of_is_told),
		TEST(ways_can_be_switched_off),
		TEST(parameters_make_no_other_test),
		TEST(a_catalog_that_forgot_its_texts_finds_nothing),
		TEST(the_mapping_file_goes_before_everything),
		TEST(what_is_to_be_ignored_is_no_loss),
		TEST(a_key_of_the_mapping_file_may_be_unknown),
		TEST(the_nearest_candidate_is_told),
		TEST(a_result_without_a_name_maps_to_nothing),
		TEST(by_steps_the_suite_is_looked_at),
		TEST(by_steps_testngs_class_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
