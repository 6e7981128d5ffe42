#include "src/base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MILLION = 1000000 };

/* FIPS 180-4 and its example files (NIST CAVP). */
static const struct {
	const char *text, *hex;
} published[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

static const char million_a[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

/* The text is handed in as pieces of `piece` bytes. */
static void assert_hashes_to(const char *text, size_t length, size_t piece, const char *hex)
{
	struct qm_sha256 hash;
	char out[QM_SHA256_HEX];

	qm_sha256_init(&hash);
	for (size_t i = 0; i < length; i += piece)
		qm_sha256_add(&hash, text + i, length - i < piece ? length - i : piece);
	qm_sha256_hex(&hash, out);
	assert_string_equal(out, hex);
}

static void the_published_vectors_come_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof published / sizeof *published; i++)
		assert_hashes_to(published[i].text, strlen(published[i].text), SIZE_MAX / 2,
			published[i].hex);
}

static void it_does_not_matter_how_the_bytes_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof published / sizeof *published; i++)
		for (size_t piece = 1; piece <= 113; piece++)
			assert_hashes_to(published[i].text, strlen(published[i].text), piece,
				published[i].hex);
}

static void a_million_times_a_comes_out_in_pieces_of_any_size(void **state)
{
	static const size_t pieces[] = { 63, 64, 65, 1000, MILLION };
	static char text[MILLION];

	(void)state;
	memset(text, 'a', sizeof text);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		assert_hashes_to(text, sizeof text, pieces[i], million_a);
}

/* 55 bytes are the most whose length fits into the same block; then comes another one. */
static void the_padding_is_right_around_a_block(void **state)
{
	static const struct {
		size_t length;
		const char *hex;
	} rows[] = {
		{ 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
		{ 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
		{ 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
		{ 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
		{ 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0" },
	};
	char text[65];

	(void)state;
	memset(text, 'a', sizeof text);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_hashes_to(text, rows[i].length, rows[i].length, rows[i].hex);
}

static void nothing_added_changes_nothing(void **state)
{
	struct qm_sha256 hash;
	char out[QM_SHA256_HEX];

	(void)state;
	qm_sha256_init(&hash);
	qm_sha256_add(&hash, "", 0);
	qm_sha256_add(&hash, "abc", 3);
	qm_sha256_add(&hash, "", 0);
	qm_sha256_hex(&hash, out);
	assert_string_equal(out, published[1].hex);
}

static void a_zero_byte_is_a_byte(void **state)
{
	(void)state;
	assert_hashes_to(
		"", 1, 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_vectors_come_out),
		cmocka_unit_test(it_does_not_matter_how_the_bytes_are_cut),
		cmocka_unit_test(a_million_times_a_comes_out_in_pieces_of_any_size),
		cmocka_unit_test(the_padding_is_right_around_a_block),
		cmocka_unit_test(nothing_added_changes_nothing),
		cmocka_unit_test(a_zero_byte_is_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
