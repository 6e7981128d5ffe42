#include "src/base/text.h"
#include "src/upload/limits.h"
#include "src/upload/resolve/comment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOTHING_KNOWN              \
	{                          \
		"", "", "", "", "" \
	}

static const struct qm_comment_facts shop = { "shop", "17", "https://ci/17/", "main", "abc123" };

static void assert_comment(const char *pattern, const struct qm_comment_facts *facts,
	const struct qm_message *message, const char *comment)
{
	const struct qm_comment_options options = { .pattern = pattern, .facts = *facts };
	struct qm_arena arena;
	const char *made;

	qm_arena_init(&arena);
	made = qm_comment_make(&options, message, &arena);
	if (comment)
		assert_string_equal(made, comment);
	else
		assert_null(made);
	qm_arena_release(&arena);
}

static void placeholders_become_what_is_known(void **state)
{
	static const struct qm_message boom = { "T", "boom 7", "boom #", false };
	static const struct qm_message booms = { "T", "boom 7", "boom #", true };

	(void)state;
	assert_comment("nightly 12", &shop, &boom, "nightly 12");
	assert_comment("{job} #{build} {url} {branch}@{commit}", &shop, NULL,
		"shop #17 https://ci/17/ main@abc123");
	assert_comment("{job}: {type}: {message}", &shop, &boom, "shop: T: boom 7");
	assert_comment("{message}", &shop, &booms, "boom #");
	assert_comment("{not a word} {} { {job} }", &shop, NULL, "{not a word} {} { shop }");
	assert_comment(NULL, &shop, &boom, NULL);
}

static void what_is_not_known_is_left_out_with_its_word(void **state)
{
	static const struct qm_comment_facts none = NOTHING_KNOWN, build = { "", "17", "", "", "" };

	(void)state;
	assert_comment("qmetry-ci: {job} #{build} {url} {message}", &build, NULL, "qmetry-ci: #17");
	assert_comment("qmetry-ci: {job} #{build} {url} {message}", &none, NULL, "qmetry-ci");
	assert_comment("({branch}) ran", &build, NULL, "ran");
	assert_comment("nightly job {job} end", &none, NULL, "nightly job end");
	assert_comment("nightly {build}: {message}", &none, NULL, "nightly");
	assert_comment("{job} #{build}", &none, NULL, NULL);
	assert_comment("nightly: {type} {message}", &none, NULL, "nightly");
	assert_comment("nightly: {build} run ", &none, NULL, "nightly: run");
	assert_comment(" job: ", &none, NULL, "job:");
	assert_comment("({branch}) ran {build}", &build, NULL, "ran 17");
	assert_comment("{message}", &shop, NULL, NULL);
	assert_comment("by hand", &none, NULL, "by hand");
}

static void a_comment_holds_no_controls_and_ends_somewhere(void **state)
{
	static const struct qm_comment_facts wild = { "a\x1b[31m\nb\xe2\x80\xae", "", "", "", "" };
	const struct qm_comment_options options = { .pattern = "{url}" };
	struct qm_comment_options endless = options;
	struct qm_arena arena;
	char url[3001];
	const char *made;

	(void)state;
	assert_comment("{job}", &wild, NULL, "a?[31m b?");
	qm_arena_init(&arena);
	for (size_t i = 0; i < sizeof url - 1; i++)
		url[i] = "\xc3\xa4"[i % 2];
	url[sizeof url - 1] = '\0';
	endless.facts = (struct qm_comment_facts){ "", "", url, "", "" };
	made = qm_comment_make(&endless, NULL, &arena);
	assert_true(strlen(made) <= QM_MAX_COMMENT && strlen(made) > QM_MAX_COMMENT - 3);
	assert_true(qm_text_ends(made, "\xa4..."));
	qm_arena_release(&arena);
}

static void secrets_are_left_out(void **state)
{
	struct qm_secret *secret = qm_secret_new("s3cret", 6);
	struct qm_log log;
	struct qm_comment_options options = { .pattern = "{job}", .log = &log };
	struct qm_arena arena;

	(void)state;
	qm_log_init(&log, QM_LOG_ERROR, NULL, NULL);
	qm_log_hide(&log, secret);
	qm_arena_init(&arena);
	options.facts = (struct qm_comment_facts){ "job s3cret!", "", "", "", "" };
	assert_string_equal(qm_comment_make(&options, NULL, &arena), "job ***!");
	qm_arena_release(&arena);
	qm_secret_free(secret);
}

static void unknown_words_are_no_placeholders(void **state)
{
	(void)state;
	assert_true(qm_comment_is_good("{job} {message} {x1} {Job} {} }{ {a b}"));
	assert_false(qm_comment_is_good("see {buildnumber}"));
	assert_false(qm_comment_is_good("{jo}"));
	assert_true(qm_comment_parts("a {type}").type);
	assert_false(qm_comment_parts("a {type}").text);
	assert_true(qm_comment_parts("{message} {job}").text);
	assert_false(qm_comment_parts("a {job}").type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_become_what_is_known),
		cmocka_unit_test(what_is_not_known_is_left_out_with_its_word),
		cmocka_unit_test(a_comment_holds_no_controls_and_ends_somewhere),
		cmocka_unit_test(secrets_are_left_out),
		cmocka_unit_test(unknown_words_are_no_placeholders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
