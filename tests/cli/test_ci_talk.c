#include "src/cli/ci_talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_group(enum qm_ci_system system, const char *begin, const char *end)
{
	struct qm_buf out;

	qm_buf_init(&out, 1000);
	qm_ci_group_begin(system, "qmetry-ci upload", 1768473000999, &out);
	assert_string_equal(out.data, begin);
	qm_buf_clear(&out);
	qm_ci_group_end(system, 1768473061000, &out);
	assert_string_equal(out.data, end);
	qm_buf_release(&out);
}

static void each_system_folds_in_its_own_way(void **state)
{
	(void)state;
	assert_group(QM_CI_NONE, "", "");
	assert_group(QM_CI_GITHUB, "::group::qmetry-ci upload\n", "::endgroup::\n");
	assert_group(QM_CI_AZURE, "##[group]qmetry-ci upload\n", "##[endgroup]\n");
	assert_group(QM_CI_GITLAB,
		"\x1b[0Ksection_start:1768473000:qmetry_ci\r\x1b[0Kqmetry-ci upload\n",
		"\x1b[0Ksection_end:1768473061:qmetry_ci\r\x1b[0K\n");
}

static void assert_annotation(
	enum qm_ci_system system, const struct qm_annotation *annotation, const char *expected)
{
	struct qm_buf out;

	qm_buf_init(&out, 1000);
	qm_ci_annotate(system, annotation, &out);
	assert_string_equal(out.data, expected);
	qm_buf_release(&out);
}

static void an_annotation_points_at_file_and_line(void **state)
{
	const struct qm_annotation failed = { QM_LOG_ERROR, "Cart", "t/cart.py", "boom", 7 };
	const struct qm_annotation nowhere = { QM_LOG_WARNING, "Cart", "", "boom", 7 };
	const struct qm_annotation bare = { QM_LOG_NOTICE, NULL, NULL, "12 more", 0 };

	(void)state;
	assert_annotation(
		QM_CI_GITHUB, &failed, "::error file=t/cart.py,line=7,title=Cart::boom\n");
	assert_annotation(QM_CI_GITHUB, &nowhere, "::warning title=Cart::boom\n");
	assert_annotation(QM_CI_GITHUB, &bare, "::notice::12 more\n");
	assert_annotation(QM_CI_AZURE, &failed,
		"##vso[task.logissue type=error;sourcepath=t/cart.py;linenumber=7]Cart: boom\n");
	assert_annotation(QM_CI_AZURE, &nowhere, "##vso[task.logissue type=warning]Cart: boom\n");
	assert_annotation(QM_CI_AZURE, &bare, "");
	assert_annotation(QM_CI_GITLAB, &failed, "");
	assert_annotation(QM_CI_NONE, &failed, "");
}

static void foreign_text_ends_no_order_and_begins_none(void **state)
{
	const struct qm_annotation bad = { QM_LOG_ERROR, "a,b::c;]%", "x;y]:z", "50%\n::stop", 1 };

	(void)state;
	assert_annotation(QM_CI_GITHUB, &bad,
		"::error file=x;y]%3Az,line=1,title=a%2Cb%3A%3Ac;]%25::50%25 ::stop\n");
	assert_annotation(QM_CI_AZURE, &bad,
		"##vso[task.logissue type=error;sourcepath=x%3By%5D:z;linenumber=1]"
		"a,b::c%3B%5D%AZP25: 50%AZP25 ::stop\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_system_folds_in_its_own_way),
		cmocka_unit_test(an_annotation_points_at_file_and_line),
		cmocka_unit_test(foreign_text_ends_no_order_and_begins_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
