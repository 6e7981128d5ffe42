#include "src/base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void what_is_base64_is_read(void **state)
{
	static const struct {
		const char *text, *bytes;
		size_t length;
	} rows[] = {
		{ "", "", 0 },
		{ "Zg==", "f", 1 },
		{ "Zm8=", "fo", 2 },
		{ "Zm9v", "foo", 3 },
		{ "Zm9vYg==", "foob", 4 },
		{ "Zm9vYmFy", "foobar", 6 },
		{ "Zm9v\nYm\r\nFy\n", "foobar", 6 },
		{ "Zg\n==", "f", 1 },
		{ "AP8+/w==", "\0\xff>\xff", 4 },
		/* Bits that are left over are not looked at. */
		{ "Zh==", "f", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[16];
		size_t length = 99;

		assert_true(qm_base64_decode(rows[i].text, strlen(rows[i].text), out, &length));
		assert_int_equal(length, rows[i].length);
		assert_memory_equal(out, rows[i].bytes, length);
	}
}

static void what_is_none_is_refused(void **state)
{
	static const char *const texts[] = { "!!", "Z", "Zg", "Zg=", "Zm8", "Zg===", "=",
		"==", "====", "Z===", "Zg==Zg==", "Zg=a", "Zm 9v", "Zm9v=", "Zm9v====", "Zm-_" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char out[16];
		size_t length;

		if (qm_base64_decode(texts[i], strlen(texts[i]), out, &length))
			fail_msg("%s is no base64", texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_base64_is_read),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
