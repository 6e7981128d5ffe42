#include "src/base/buf.h"
#include "src/cli/print_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 4096 };

static void ignore_line(void *context, enum qm_log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

/* What is printed of a value, given as JSON, by a program whose key is `key`. */
static void print(const char *json, bool in_lines, const char *key, char out[ROOM])
{
	struct qm_secret *secret = key ? qm_secret_new(key, strlen(key)) : NULL;
	json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
	struct qm_output output;
	struct qm_error err;
	struct qm_log log;
	ssize_t length;
	int ends[2];

	assert_non_null(value);
	assert_int_equal(pipe(ends), 0);
	qm_error_init(&err);
	qm_log_init(&log, QM_LOG_ERROR, ignore_line, NULL);
	qm_log_hide(&log, secret);
	qm_output_init(&output, ends[1]);
	qm_print_json(&output, value, in_lines, &log);
	assert_int_equal(qm_output_end(&output, &err), QM_OK);
	length = read(ends[0], out, ROOM - 1);
	assert_true(length >= 0);
	out[length] = '\0';
	(void)close(ends[0]);
	(void)close(ends[1]);
	json_decref(value);
	qm_secret_free(secret);
}

static void values_of_all_kinds(void **state)
{
	static const struct {
		const char *json, *lines;
	} rows[] = {
		{ "{}\n", "{}\n" },
		{ "[]\n", "[]\n" },
		{ "[1,-2,0.5,true,false,null,\"a\"]\n",
			"[\n 1,\n -2,\n 0.5,\n true,\n false,\n null,\n \"a\"\n]\n" },
		{ "{\"a\":{\"b\":[{}]},\"c\":1}\n",
			"{\n \"a\": {\n  \"b\": [\n   {}\n  ]\n },\n \"c\": 1\n}\n" },
	};
	char out[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		print(rows[i].json, false, NULL, out);
		assert_string_equal(out, rows[i].json);
		print(rows[i].json, true, NULL, out);
		assert_string_equal(out, rows[i].lines);
	}
}

static void no_string_gives_orders(void **state)
{
	char out[ROOM];

	(void)state;
	print("[\"##[error]x\",\"##vso[y]\",\"\\u001b[31m\\u202e\"]", false, NULL, out);
	assert_string_equal(
		out, "[\"#\\u0023[error]x\",\"#\\u0023vso[y]\",\"\\u001b[31m\\u202e\"]\n");
}

static void a_key_is_hidden_in_texts_alone(void **state)
{
	char out[ROOM];

	(void)state;
	print("{\"n\":12345,\"t\":\"key 1234, 1234\"}", false, "1234", out);
	assert_string_equal(out, "{\"n\":12345,\"t\":\"key ***, ***\"}\n");
	/* As it is, and not only as JSON writes it. */
	print("[\"a\\\"b\\u00e4 printed\"]", false, "a\"b\xc3\xa4", out);
	assert_string_equal(out, "[\"*** printed\"]\n");
	/* Whoever reads it looks for the names. */
	print("{\"results\": {\"u\": \"u\"}}", false, "u", out);
	assert_string_equal(out, "{\"results\":{\"u\":\"*\"}}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_all_kinds),
		cmocka_unit_test(no_string_gives_orders),
		cmocka_unit_test(a_key_is_hidden_in_texts_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
