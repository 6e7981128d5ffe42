#include "src/base/memory.h"
#include "src/upload/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

static uint32_t number_at(const struct qm_buf *zip, size_t at, size_t bytes)
{
	uint32_t number = 0;

	for (size_t i = bytes; i-- > 0;)
		number = number << 8 | (unsigned char)zip->data[at + i];
	return number;
}

/* What a reader does: from the end to the directory, to the local header, to the bytes. */
static void assert_holds(
	const struct qm_buf *zip, const char *name, const char *text, size_t length)
{
	size_t end = zip->length - 22, entry = number_at(zip, end + 16, 4), names = strlen(name);
	size_t packed = number_at(zip, entry + 20, 4), local = number_at(zip, entry + 42, 4);
	char *bytes = qm_alloc(length + 1);
	z_stream stream = { .next_out = (unsigned char *)bytes, .avail_out = (uInt)length + 1 };

	assert_int_equal(number_at(zip, end, 4), 0x06054b50);
	assert_int_equal(number_at(zip, end + 10, 2), 1);
	assert_int_equal(number_at(zip, end + 12, 4), end - entry);
	assert_int_equal(number_at(zip, entry, 4), 0x02014b50);
	assert_int_equal(number_at(zip, entry + 24, 4), length);
	assert_int_equal(number_at(zip, entry + 28, 2), names);
	assert_memory_equal(zip->data + entry + 46, name, names);
	assert_int_equal(number_at(zip, local, 4), 0x04034b50);
	/* Version to lengths of names: local header and directory agree. */
	assert_memory_equal(zip->data + local + 4, zip->data + entry + 6, 26);
	assert_memory_equal(zip->data + local + 30, name, names);
	assert_int_equal(local + 30 + names + packed, entry);
	assert_int_equal(
		number_at(zip, entry + 16, 4), crc32(0, (const unsigned char *)text, (uInt)length));
	stream.next_in = (unsigned char *)zip->data + local + 30 + names;
	stream.avail_in = (uInt)packed;
	assert_int_equal(inflateInit2(&stream, -15), Z_OK);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.total_out, length);
	assert_memory_equal(bytes, text, length);
	(void)inflateEnd(&stream);
	free(bytes);
}

static void what_is_put_in_comes_out(void **state)
{
	static const size_t lengths[] = { 0, 1, 65536, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		char *text = qm_alloc(lengths[i] + 1);
		struct qm_buf zip;

		for (size_t j = 0; j < lengths[i]; j++)
			text[j] = (char)(j * j >> 7);
		qm_buf_init(&zip, 4 << 20);
		assert_true(qm_zip_add("TEST-a.xml", text, lengths[i], &zip));
		assert_holds(&zip, "TEST-a.xml", text, lengths[i]);
		qm_buf_release(&zip);
		free(text);
	}
}

static void what_does_not_fit_is_told(void **state)
{
	struct qm_buf zip;

	(void)state;
	qm_buf_init(&zip, 100);
	assert_false(qm_zip_add("a.xml", "0123456789", 10, &zip));
	qm_buf_release(&zip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_in_comes_out),
		cmocka_unit_test(what_does_not_fit_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
