#include "src/base/memory.h"
#include "src/base/text.h"
#include "src/upload/limits.h"
#include "src/upload/mapping/map_write.h"
#include "tests/upload/map_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	struct qm_resolution *resolution = qm_alloc(sizeof *resolution);

	qm_vec_init(&resolution->unmapped, sizeof(struct qm_unmapped));
	*state = resolution;
	return 0;
}

static int teardown(void **state)
{
	struct qm_resolution *resolution = *state;

	qm_vec_release(&resolution->unmapped);
	free(resolution);
	return 0;
}

static void add(
	struct qm_resolution *resolution, const char *test, const char *why, const char *nearest)
{
	*(struct qm_unmapped *)qm_vec_add(&resolution->unmapped) = (struct qm_unmapped){
		.test = test, .file = "a.xml", .why = why, .nearest = nearest
	};
	resolution->unmapped_count++;
}

static struct qm_map_file *write_and_read(const struct qm_resolution *resolution)
{
	struct qm_map_file *file = NULL;
	struct qm_error err;
	struct qm_buf text;

	qm_error_init(&err);
	qm_buf_init(&text, 1 << 20);
	qm_map_write(resolution, "VKMC-TC-1", &text);
	assert_false(text.overflow);
	if (map_text_read(text.data, &file, &err))
		fail_msg("%d:%d: %s in %s", err.line, err.column, err.text, text.data);
	qm_buf_release(&text);
	return file;
}

static void a_newcomer_finds_all_that_is_known(void **state)
{
	struct qm_resolution *resolution = *state;
	struct qm_buf text;

	add(resolution, "a.B.one", "no such key", "VKMC-TC-1 \"One\"");
	add(resolution, "a.B.one", "no such key", "");
	add(resolution, "a.B.two", "line\n\"ends\": here", "");
	resolution->unmapped_count = 10;
	qm_buf_init(&text, 10000);
	qm_map_write(resolution, "VKMC-TC-1", &text);
	assert_string_equal(strstr(text.data, "map:\n"),
		"map:\n"
		"  # no such key\n"
		"  # nearest: VKMC-TC-1 \"One\"\n"
		"  \"a.B.one\":\n"
		"  # line \"ends\": here\n"
		"  \"a.B.two\":\n"
		"  # ... and 7 more; give what is done to --map first\n");
	qm_buf_release(&text);
}

/* A test that is no step would not be one with a key either. */
static void tests_that_are_no_step_are_no_entries(void **state)
{
	struct qm_resolution *resolution = *state;
	struct qm_unmapped *row;
	struct qm_buf text;

	add(resolution, "a.B.one", "no step of VKMC-TC-1 has that description", "");
	row = qm_vec_at(&resolution->unmapped, 0);
	row->is_step = true;
	assert_false(qm_map_has_entries(resolution));
	add(resolution, "Suite", "no such key", "");
	assert_true(qm_map_has_entries(resolution));
	qm_buf_init(&text, 10000);
	qm_map_write(resolution, "VKMC-TC-1", &text);
	assert_string_equal(strstr(text.data, "map:\n"), "map:\n  # no such key\n  \"Suite\":\n");
	qm_buf_release(&text);
}

/* What is read again is one entry, without a key, that matches the very name. */
static void assert_round_trip(struct qm_resolution *resolution, const char *name)
{
	const struct qm_map_entry *entry;
	struct qm_map_file *file;

	qm_vec_clear(&resolution->unmapped);
	resolution->unmapped_count = 0;
	add(resolution, name, name, name);
	file = write_and_read(resolution);
	assert_int_equal(file->entries.count, 1);
	entry = qm_vec_at(&file->entries, 0);
	assert_int_equal(entry->key_count, 0);
	if (!qm_pattern_matches(&entry->pattern, name))
		fail_msg("%s does not match %s", entry->pattern.text, name);
	qm_map_file_free(file);
}

static void every_name_can_be_read_again(void **state)
{
	static const char *const names[] = { "a.B.c", "adds[1]", "it's \"quoted\"", "back\\slash",
		"a: b", "# no comment", "- no list", "? what", "{a}", "&anchor *alias", "!tag",
		"%x", "@y", "`z`", "null", "~", "true", "12", "is it 2 * 3?", "/between/slashes/",
		"/(/", "tab\tand\nline\rends", "\x1b[31mred", " blanks ", "\xc3\xa4\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xef\xbf\xbf", "<<", "..." };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_round_trip(*state, names[i]);
}

static void every_character_can_be_read_again(void **state)
{
	for (unsigned point = 1; point < 0x11000; point++) {
		char name[8] = "";
		size_t length = 0;
		unsigned back;

		if (point >= 0x3000 && point < 0xd7f0)
			continue; /* ideographs, one like the other */
		if (point < 0x80) {
			name[length++] = (char)point;
		} else if (point < 0x800) {
			name[length++] = (char)(0xc0 | point >> 6);
			name[length++] = (char)(0x80 | (point & 0x3f));
		} else if (point < 0x10000) {
			name[length++] = (char)(0xe0 | point >> 12);
			name[length++] = (char)(0x80 | (point >> 6 & 0x3f));
			name[length++] = (char)(0x80 | (point & 0x3f));
		} else {
			name[length++] = (char)(0xf0 | point >> 18);
			name[length++] = (char)(0x80 | (point >> 12 & 0x3f));
			name[length++] = (char)(0x80 | (point >> 6 & 0x3f));
			name[length++] = (char)(0x80 | (point & 0x3f));
		}
		if (qm_text_decode(name, &back) == length && point % 7 == 0)
			assert_round_trip(*state, name);
	}
}

static void a_long_name_is_a_pattern_of_its_beginning(void **state)
{
	char name[QM_MAX_KEPT_NAME + 1];

	memset(name, '\t', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_round_trip(*state, name);
	memset(name, 'x', sizeof name - 1);
	assert_round_trip(*state, name);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_newcomer_finds_all_that_is_known),
		TEST(tests_that_are_no_step_are_no_entries),
		TEST(every_name_can_be_read_again),
		TEST(every_character_can_be_read_again),
		TEST(a_long_name_is_a_pattern_of_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
