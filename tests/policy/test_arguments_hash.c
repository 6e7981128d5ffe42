#include "policy/arguments_hash.h"
#include "src/base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void arguments_are_encoded_as_go_encodes_them(void **state)
{
	static const struct {
		const char *json, *encoded;
	} rows[] = {
		{ "{\"b\": 2.0, \"a\": [1, true, null]}", "{\"a\":[1,true,null],\"b\":2}" },
		{ "{\"\\u00e9\": 1, \"z\": 2, \"Z\": 3, \"\": {}}",
			"{\"\":{},\"Z\":3,\"z\":2,\"\xc3\xa9\":1}" },
		{ "[\"<a href=\\\"x\\\">&\\u2028\\u2029/\"]",
			"[\"\\u003ca href=\\\"x\\\"\\u003e\\u0026\\u2028\\u2029/\"]" },
		{ "[\"\\b\\f\\n\\r\\t\\u0001\\u0000\\u001f\\\\\\u007f\"]",
			"[\"\\b\\f\\n\\r\\t\\u0001\\u0000\\u001f\\\\\x7f\"]" },
		{ "[1e21, 1e-7, 12345678901234567890]", "[1e+21,1e-7,12345678901234567000]" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *json =
			json_loads(rows[i].json, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
		struct qm_buf out;

		assert_non_null(json);
		qm_buf_init(&out, 1000);
		qm_arguments_encode(&out, json);
		assert_string_equal(out.data, rows[i].encoded);
		qm_buf_release(&out);
		json_decref(json);
	}
}

static void nothing_to_hash_has_no_hash(void **state)
{
	json_t *empty = json_object(), *list = json_pack("[i]", 1), *null = json_null();
	char hash[QM_ARGUMENTS_HASH];

	(void)state;
	qm_arguments_hash(NULL, hash);
	assert_string_equal(hash, "");
	qm_arguments_hash(null, hash);
	assert_string_equal(hash, "");
	qm_arguments_hash(empty, hash);
	assert_string_equal(hash, "");
	qm_arguments_hash(list, hash);
	assert_string_equal(hash, "");
	json_decref(empty);
	json_decref(list);
}

static void the_hash_is_sha_256(void **state)
{
	static const struct {
		const char *text;
		size_t repeat;
		const char *digest;
	} rows[] = {
		{ "", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "a", 1000000,
			"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_sha256 hash;
		char digest[QM_SHA256_HEX];

		qm_sha256_init(&hash);
		for (size_t j = 0; j < rows[i].repeat; j++)
			qm_sha256_add(&hash, rows[i].text, strlen(rows[i].text));
		qm_sha256_hex(&hash, digest);
		assert_string_equal(digest, rows[i].digest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_encoded_as_go_encodes_them),
		cmocka_unit_test(nothing_to_hash_has_no_hash),
		cmocka_unit_test(the_hash_is_sha_256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
