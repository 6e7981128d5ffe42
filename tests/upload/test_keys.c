#include "src/base/buf.h"
#include "src/upload/mapping/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* All keys of `text`, separated by blanks. */
static void collect(const char *text, bool listed, struct qm_buf *out)
{
	char key[QM_KEY_BYTES];
	size_t at = 0;

	qm_buf_clear(out);
	while (listed ? qm_keys_next_listed(&text, "VKMC", true, key)
		      : qm_keys_next(text, &at, "VKMC", key))
		qm_buf_add_format(out, "%s%s", out->length ? " " : "", key);
}

static void keys_are_found_in_names(void **state)
{
	static const struct {
		const char *text, *keys;
	} rows[] = {
		{ "VKMC-TC-12", "VKMC-TC-12" },
		{ "pays VKMC-TC-12 and VKMC_TC_13.", "VKMC-TC-12 VKMC-TC-13" },
		{ "test_vkmc_tc_12_login", "VKMC-TC-12" },
		{ "testVKMC_TC_12Login", "VKMC-TC-12" },
		{ "[VKMC-TC-12][1]", "VKMC-TC-12" },
		{ "VKMC_TC_1VKMC_TC_2", "VKMC-TC-1" },
		{ "XVKMC-TC-12", "" }, /* the project XVKMC */
		{ "1VKMC-TC-12", "" },
		{ "OTHER-TC-12", "" },
		{ "VKMC-TC-", "" },
		{ "VKMC-TC-x1", "" },
		{ "VKMC-TS-12", "" }, /* a suite is no test case */
		{ "VKMCTC12", "" },
		{ "VKMC-TC-1234567890123456789", "" }, /* longer than any id */
		{ "", "" },
	};
	struct qm_buf found;

	(void)state;
	qm_buf_init(&found, 200);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		collect(rows[i].text, false, &found);
		assert_string_equal(found.data, rows[i].keys);
	}
	qm_buf_release(&found);
}

static void lists_take_keys_and_plain_numbers(void **state)
{
	static const struct {
		const char *text, *keys;
	} rows[] = {
		{ "VKMC-TC-12", "VKMC-TC-12" },
		{ "12", "VKMC-TC-12" },
		{ " VKMC_TC_1, 2;3\tVKMC-TC-4|5 ",
			"VKMC-TC-1 VKMC-TC-2 VKMC-TC-3 VKMC-TC-4 VKMC-TC-5" },
		{ "C123", "" }, /* an id of another tool */
		{ "OTHER-TC-1 VKMC-TC-2", "VKMC-TC-2" },
		{ "VKMC-TC-12x", "" },
		{ ", ;", "" },
		{ "", "" },
	};
	struct qm_buf found;

	(void)state;
	qm_buf_init(&found, 200);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		collect(rows[i].text, true, &found);
		assert_string_equal(found.data, rows[i].keys);
	}
	qm_buf_release(&found);
}

static void numbers_are_keys_only_where_they_may_be(void **state)
{
	const char *list = "12, VKMC-TC-13;14";
	char key[QM_KEY_BYTES];

	(void)state;
	assert_true(qm_keys_next_listed(&list, "VKMC", false, key));
	assert_string_equal(key, "VKMC-TC-13");
	assert_false(qm_keys_next_listed(&list, "VKMC", false, key));
}

static void a_giant_project_key_finds_nothing(void **state)
{
	char project[200], key[QM_KEY_BYTES];
	size_t at = 0;

	(void)state;
	memset(project, 'V', sizeof project - 1);
	project[sizeof project - 1] = '\0';
	assert_false(qm_keys_next("VKMC-TC-1", &at, project, key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_found_in_names),
		cmocka_unit_test(lists_take_keys_and_plain_numbers),
		cmocka_unit_test(numbers_are_keys_only_where_they_may_be),
		cmocka_unit_test(a_giant_project_key_finds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
