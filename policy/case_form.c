#include "policy/case_form.h"
#include "src/base/text.h"

#include <string.h>

/* Names that may stand in an object; NULL ends them. */
static const char *const line_names[] = { "id", "source", "go_test", "policy", "calls", "errors",
	"errors_kind", "counters_before", "counters_after", "store", "ops", "prefix", "fail_mode",
	NULL };
static const char *const call_names[] = { "tool", "args", "at", "expect", "response",
	"respond_after", NULL };
static const char *const expect_names[] = { "allowed", "rule", "message", "stage", "args_hash",
	NULL };

/* "call 2: " in front of what is wrong with it; "" for the line itself. */
static void check_names(
	json_t *object, const char *const *names, const char *where, struct qm_buf *out)
{
	json_t *value;
	const char *name;
	size_t count = 0;

	while (names[count])
		count++;
	json_object_foreach(object, name, value)
	{
		const char *nearest = qm_text_nearest(name, names, count);
		bool known = false;

		for (size_t i = 0; !known && i < count; i++)
			known = strcmp(names[i], name) == 0;
		if (!known)
			qm_buf_add_format(out, "%sunknown \"%s\"%s%s%s\n", where, name,
				nearest ? "; did you mean " : "", nearest ? nearest : "",
				nearest ? "?" : "");
	}
}

/* Adds how many expectations the call has to `expected`. */
static void check_call(json_t *call, size_t index, size_t *expected, struct qm_buf *out)
{
	json_t *expect = json_object_get(call, "expect");
	char where[32];

	(void)snprintf(where, sizeof where, "call %zu: ", index);
	check_names(call, call_names, where, out);
	if (!json_is_object(call))
		qm_buf_add_format(out, "%sis no JSON object\n", where);
	if (!expect)
		return;
	if (!json_object_size(expect))
		qm_buf_add_format(out, "%s\"expect\" is empty; \"allowed\" is wanted\n", where);
	check_names(expect, expect_names, where, out);
	*expected += json_object_size(expect);
}

static void check_kind(
	const json_t *line, const char *name, bool good, const char *wanted, struct qm_buf *out)
{
	if (json_object_get(line, name) && !good)
		qm_buf_add_format(out, "\"%s\" is no %s\n", name, wanted);
}

void qm_case_form_check(json_t *line, struct qm_buf *out)
{
	const json_t *policy = json_object_get(line, "policy");
	const json_t *calls = json_object_get(line, "calls");
	bool has_errors = json_object_get(line, "errors") || json_object_get(line, "errors_kind");
	size_t expected = json_object_size(json_object_get(line, "counters_after")), index;
	json_t *call;

	check_names(line, line_names, "", out);
	check_kind(line, "policy", json_is_string(policy), "text", out);
	check_kind(line, "calls", json_is_array(calls), "list", out);
	if (json_object_get(line, "ops"))
		return;
	json_array_foreach(calls, index, call) check_call(call, index, &expected, out);
	if (calls && has_errors)
		qm_buf_add_text(out,
			"it has calls and errors; a policy with errors decides over no call\n");
	else if (has_errors && !policy)
		qm_buf_add_text(out, "it has errors and no \"policy\" that could have them\n");
	else if (!has_errors && !json_array_size(calls))
		qm_buf_add_text(out, "it tests nothing: it has neither calls nor errors\n");
	else if (!has_errors && !expected)
		qm_buf_add_text(out, "it tests nothing: no call has an \"expect\"\n");
}
