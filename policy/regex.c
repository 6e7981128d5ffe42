#define PCRE2_CODE_UNIT_WIDTH 8

#include "policy/regex.h"
#include "policy/regex_parser.h"
#include "policy/utf8.h"
#include "src/base/memory.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAX_TRANSLATED_BYTES = 4 << 20,
	GROUP_DEPTH = 2200,     /* Go allows 1,000; each may get a second one around it */
	MATCH_STEPS = 10000000, /* what a match may recurse in all, as for (?m:$) */
	HEAP_KIB = 20000,
	WORKSPACE = 4096,         /* ints; room for about 680 states at once */
	WORKSPACE_MAX = 4096 * 4, /* a match takes the square of the states for each character */
};

struct qm_regex {
	pcre2_code *code;
};

/* From 10.40 on \p{Greek} also matches what is merely used with Greek, sc: is what Go means. */
static const char *script_prefix(void)
{
#if PCRE2_MAJOR > 10 || PCRE2_MINOR >= 40
	return "sc:";
#else
	return "";
#endif
}

/*
 * Groups are written as (...) and do not capture by PCRE2_NO_AUTO_CAPTURE: of (?:...) PCRE2 lets
 * only some 500 be open at once, Go takes 1,000.
 */
static pcre2_code *compile(const struct qm_buf *text, int *error)
{
	const uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_DOTALL | PCRE2_ALT_CIRCUMFLEX |
		PCRE2_NO_AUTO_CAPTURE | PCRE2_NO_AUTO_POSSESS | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	PCRE2_SIZE offset;

	if (!context)
		return NULL;
	if (pcre2_set_newline(context, PCRE2_NEWLINE_LF) == 0 &&
		pcre2_set_parens_nest_limit(context, GROUP_DEPTH) == 0)
		code = pcre2_compile(
			(PCRE2_SPTR)text->data, text->length, options, error, &offset, context);
	pcre2_compile_context_free(context);
	return code;
}

static void say_refused(struct qm_buf *reason, int error, const char *pattern, size_t length)
{
	char message[128] = "";

	/* Only size is left to be refused; PCRE2's limit is below Go's. */
	(void)pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
	qm_buf_add_format(reason, "expression too large (%s): `", message);
	qm_buf_add(reason, pattern, length);
	qm_buf_add_char(reason, '`');
}

/*
 * The search is anchored and begins with .* so that the whole text is gone through once, with all
 * places where a match may have begun at the same time, and not once for each of them.
 */
struct qm_regex *qm_regex_new(const char *pattern, size_t length, struct qm_buf *reason)
{
	struct qm_regex_parser parser = { .pattern = pattern,
		.length = length,
		.script_prefix = script_prefix(),
		.reason = reason };
	struct qm_regex *regex = NULL;
	struct qm_buf text;
	int error = 0;

	qm_buf_init(&text, MAX_TRANSLATED_BYTES);
	parser.out = &text;
	qm_buf_add_text(&text, ".*(");
	if (qm_regex_translate(&parser)) {
		pcre2_code *code;

		qm_buf_add_char(&text, ')');
		code = compile(&text, &error);
		if (code) {
			regex = qm_alloc(sizeof *regex);
			regex->code = code;
		} else {
			say_refused(reason, error, pattern, length);
		}
	}
	qm_buf_release(&text);
	return regex;
}

void qm_regex_free(struct qm_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

static int search(const struct qm_regex *regex, const char *text, size_t length,
	pcre2_match_context *context, size_t workspace_size)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int *workspace = qm_alloc_array(workspace_size, sizeof *workspace);
	int result = PCRE2_ERROR_NOMEMORY;

	if (data)
		result = pcre2_dfa_match(regex->code, (PCRE2_SPTR)text, length, 0,
			PCRE2_DFA_SHORTEST, data, context, workspace, workspace_size);
	free(workspace);
	pcre2_match_data_free(data);
	return result;
}

enum qm_regex_match qm_regex_search(const struct qm_regex *regex, const char *text, size_t length)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	int result = PCRE2_ERROR_NOMEMORY;

	if (!context)
		return QM_REGEX_GAVE_UP;
	(void)pcre2_set_match_limit(context, MATCH_STEPS);
	(void)pcre2_set_heap_limit(context, HEAP_KIB);
	for (size_t size = WORKSPACE; size <= WORKSPACE_MAX; size *= 4) {
		result = search(regex, text, length, context, size);
		if (result != PCRE2_ERROR_DFA_WSSIZE)
			break;
	}
	pcre2_match_context_free(context);
	if (result == PCRE2_ERROR_NOMATCH)
		return QM_REGEX_NO;
	return result >= 0 ? QM_REGEX_YES : QM_REGEX_GAVE_UP;
}

bool qm_regex_printable(uint32_t code_point)
{
	static const char class[] = "\\A[\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}]";
	struct qm_regex regex;
	struct qm_buf text;
	char utf8[4];
	bool printable;
	int error;

	qm_buf_init(&text, sizeof class);
	qm_buf_add_text(&text, class);
	regex.code = compile(&text, &error);
	qm_buf_release(&text);
	if (!regex.code)
		return false;
	printable = qm_regex_search(&regex, utf8, qm_utf8_put(code_point, utf8)) == QM_REGEX_YES;
	pcre2_code_free(regex.code);
	return printable;
}
