#include "src/base/file.h"
#include "src/base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
	(void)state;
	return unsetenv("QM_T") || unsetenv("QM_T_FILE");
}

static void from_the_environment(void **state)
{
	struct qm_secret *secret = NULL;

	(void)state;
	assert_int_equal(setenv("QM_T", "s3cret", 1), 0);
	assert_int_equal(qm_secret_load("QM_T", &secret, NULL), QM_OK);
	assert_string_equal(qm_secret_reveal(secret), "s3cret");
	qm_secret_free(secret);
}

static void white_space_around_it_is_no_part_of_it(void **state)
{
	static const char *const given[] = { "s3cret\n", " s3cret \r\n", "\ts3cret" };

	(void)state;
	for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
		struct qm_secret *secret = NULL;

		assert_int_equal(setenv("QM_T", given[i], 1), 0);
		assert_int_equal(qm_secret_load("QM_T", &secret, NULL), QM_OK);
		assert_string_equal(qm_secret_reveal(secret), "s3cret");
		qm_secret_free(secret);
	}
}

/* Where other programs could read it: children inherit it, /proc shows it. */
static void it_does_not_stay_in_the_environment(void **state)
{
	struct qm_secret *secret = NULL;
	const char *value;

	(void)state;
	assert_int_equal(setenv("QM_T", "s3cret", 1), 0);
	value = getenv("QM_T");
	assert_int_equal(qm_secret_load("QM_T", &secret, NULL), QM_OK);
	assert_null(getenv("QM_T"));
	assert_memory_equal(value, "\0\0\0\0\0\0", 6);
	qm_secret_free(secret);
}

static void neither_is_no_failure(void **state)
{
	struct qm_secret *secret = NULL;

	(void)state;
	assert_int_equal(qm_secret_load("QM_T", &secret, NULL), QM_OK);
	assert_null(secret);
	assert_int_equal(setenv("QM_T", "", 1), 0); /* what a CI template passes for "not given" */
	assert_int_equal(qm_secret_load("QM_T", &secret, NULL), QM_OK);
	assert_null(secret);
}

static void from_a_file_without_its_line_end(void **state)
{
	char path[] = "/tmp/qm-secret-XXXXXX";
	struct qm_secret *secret = NULL;
	int file = mkstemp(path);

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(write(file, "from file\r\n", 11), 11);
	assert_int_equal(close(file), 0);
	assert_int_equal(setenv("QM_T_FILE", path, 1), 0);
	assert_int_equal(qm_secret_load("QM_T", &secret, NULL), QM_OK);
	assert_string_equal(qm_secret_reveal(secret), "from file");
	qm_secret_free(secret);
	assert_int_equal(unlink(path), 0);
}

static enum qm_code load_file(
	const char *bytes, size_t length, struct qm_secret **out, struct qm_error *err)
{
	char path[] = "/tmp/qm-secret-XXXXXX";
	int file = mkstemp(path);
	enum qm_code code;

	assert_true(file >= 0);
	assert_int_equal(write(file, bytes, length), (ssize_t)length);
	assert_int_equal(close(file), 0);
	assert_int_equal(setenv("QM_T_FILE", path, 1), 0);
	qm_error_init(err);
	code = qm_secret_load("QM_T", out, err);
	assert_int_equal(unlink(path), 0);
	return code;
}

static void a_byte_order_mark_is_no_part_of_it(void **state)
{
	static const char marked[] = "\xef\xbb\xbfs3cret\r\n";
	struct qm_secret *secret = NULL;
	struct qm_error err;

	(void)state;
	assert_int_equal(load_file(marked, sizeof marked - 1, &secret, &err), QM_OK);
	assert_string_equal(qm_secret_reveal(secret), "s3cret");
	qm_secret_free(secret);
	assert_int_equal(load_file(marked, 3, &secret, &err), QM_EUSAGE);
	assert_string_equal(err.text, "QM_T_FILE is empty");
}

static void a_file_with_bytes_of_0_is_refused(void **state)
{
	static const char utf16[] = "\xff\xfes\0003\0c\0", ended[] = "s3cret\0";
	struct qm_secret *secret = NULL;
	struct qm_error err;

	(void)state;
	assert_int_equal(load_file(utf16, sizeof utf16 - 1, &secret, &err), QM_EUSAGE);
	assert_non_null(strstr(err.text, "QM_T_FILE: the file holds bytes of 0, as UTF-16 has"));
	assert_null(secret);
	assert_int_equal(load_file(ended, sizeof ended - 1, &secret, &err), QM_EUSAGE);
}

static void what_cannot_be_a_key_is_refused_unseen(void **state)
{
	static const char *const bad[] = { "two\nlines", "hidden\x1b[2J", "tab\tbed" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct qm_secret *secret = NULL;
		struct qm_error err;

		qm_error_init(&err);
		assert_int_equal(setenv("QM_T", bad[i], 1), 0);
		assert_int_equal(qm_secret_load("QM_T", &secret, &err), QM_EUSAGE);
		assert_null(secret);
		assert_non_null(strstr(err.text, "QM_T"));
		assert_null(strstr(err.text, "lines"));
		assert_null(strstr(err.text, "hidden"));
	}
}

static void both_or_an_unreadable_file_are_refused(void **state)
{
	struct qm_secret *secret = NULL;
	struct qm_error err;

	(void)state;
	qm_error_init(&err);
	assert_int_equal(setenv("QM_T_FILE", "/no/such/file", 1), 0);
	assert_int_equal(qm_secret_load("QM_T", &secret, &err), QM_EUSAGE);
	assert_string_equal(err.source, "/no/such/file");
	assert_int_equal(err.code, QM_EUSAGE);
	qm_error_init(&err);
	assert_int_equal(setenv("QM_T", "x", 1), 0);
	assert_int_equal(qm_secret_load("QM_T", &secret, &err), QM_EUSAGE);
	assert_string_equal(err.text, "QM_T and QM_T_FILE are both set; unset one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(from_the_environment, setup),
		cmocka_unit_test_setup(white_space_around_it_is_no_part_of_it, setup),
		cmocka_unit_test_setup(it_does_not_stay_in_the_environment, setup),
		cmocka_unit_test_setup(neither_is_no_failure, setup),
		cmocka_unit_test_setup(from_a_file_without_its_line_end, setup),
		cmocka_unit_test_setup(a_byte_order_mark_is_no_part_of_it, setup),
		cmocka_unit_test_setup(a_file_with_bytes_of_0_is_refused, setup),
		cmocka_unit_test_setup(what_cannot_be_a_key_is_refused_unseen, setup),
		cmocka_unit_test_setup(both_or_an_unreadable_file_are_refused, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
