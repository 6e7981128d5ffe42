#include "src/cli/cmd_policy.h"
#include "policy/describe.h"
#include "src/base/file.h"
#include "src/base/memory.h"
#include "src/base/table.h"
#include "src/base/text.h"
#include "src/cli/exit_code.h"
#include "src/cli/failure.h"
#include "src/cli/our_tools.h"
#include "src/cli/print_json.h"
#include "src/cli/world.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_BYTES = 16 << 20, ARGUMENTS_MAX_BYTES = 8 << 20 };

static bool wants_json(const struct qm_context *context)
{
	return context->settings->format == QM_FORMAT_JSON;
}

static int fail(const struct qm_context *context, struct qm_error *err)
{
	(void)qm_error_as_usage(err, err->code);
	return qm_tell_failure(context, err, wants_json(context), false);
}

static void print_text(const struct qm_context *context, const struct qm_buf *text)
{
	qm_output_write(context->output, text->data, text->length);
}

static void print_json(const struct qm_context *context, json_t *take_value)
{
	qm_print_json(context->output, take_value, true, context->log);
	json_decref(take_value);
}

/* The nth operand behind the sub-command, or NULL. */
static const char *operand(const struct qm_context *context, size_t index)
{
	const struct qm_vec *operands = &context->settings->operands;

	return index + 1 < operands->count ? *(const char **)qm_vec_at(operands, index + 1) : NULL;
}

static const char *policy_path(const struct qm_context *context)
{
	const char *file = operand(context, 0);

	return file ? file : context->settings->policy;
}

/* ---- validate */

static size_t count_rules(const json_t *policy)
{
	const json_t *tool;
	size_t index, count = 0;

	json_array_foreach(json_object_get(policy, "tools"), index, tool) count +=
		json_array_size(json_object_get(tool, "rules"));
	return count;
}

static void print_problems(
	const struct qm_context *context, const char *name, const struct qm_vec *problems)
{
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	for (size_t i = 0; i < problems->count; i++) {
		const struct qm_policy_problem *problem = qm_vec_at(problems, i);

		qm_text_printable(&text, name);
		if (problem->place.line)
			qm_buf_add_format(
				&text, ":%d:%d", problem->place.line, problem->place.column);
		qm_buf_add_text(&text, ": ");
		qm_text_printable(&text, problem->text);
		qm_buf_add_char(&text, '\n');
	}
	print_text(context, &text);
	qm_buf_release(&text);
}

static json_t *problems_json(const char *name, const struct qm_vec *problems)
{
	json_t *list = json_array();

	for (size_t i = 0; i < problems->count; i++) {
		const struct qm_policy_problem *problem = qm_vec_at(problems, i);

		(void)json_array_append_new(list,
			json_pack("{s:i,s:i,s:s}", "line", problem->place.line, "column",
				problem->place.column, "text", problem->text));
	}
	return json_pack(
		"{s:s,s:b,s:o}", "policy", name, "valid", problems->count == 0, "errors", list);
}

static void print_valid(
	const struct qm_context *context, const char *name, const struct qm_policy *policy)
{
	json_t *json = qm_policy_json(policy);
	size_t tools = json_array_size(json_object_get(json, "tools")), rules = count_rules(json);
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_text_printable(&text, name);
	qm_buf_add_format(&text, ": valid, %zu tool%s, %zu rule%s\n", tools, tools == 1 ? "" : "s",
		rules, rules == 1 ? "" : "s");
	print_text(context, &text);
	qm_buf_release(&text);
	json_decref(json);
}

static int validate(const struct qm_context *context)
{
	const char *path = policy_path(context), *name = path ? path : qm_policy_name(NULL);
	struct qm_policy *policy = NULL;
	struct qm_vec problems;
	struct qm_error err;
	bool valid;

	qm_error_init(&err);
	qm_vec_init(&problems, sizeof(struct qm_policy_problem));
	valid = !qm_open_policy(path, &problems, &policy, &err);
	/* What is no policy at all, or cannot be read, has one problem. */
	if (!valid && !problems.count)
		*(struct qm_policy_problem *)qm_vec_add(&problems) =
			(struct qm_policy_problem){ .text = qm_strdup(err.text),
				.place = { err.line, err.column } };
	if (wants_json(context))
		print_json(context, problems_json(name, &problems));
	else if (valid)
		print_valid(context, name, policy);
	else
		print_problems(context, name, &problems);
	qm_policy_problems_release(&problems);
	qm_policy_free(policy);
	return valid ? QM_EXIT_OK : QM_EXIT_USAGE;
}

/* ---- show */

static void add_our_calls(const struct qm_policy *policy, struct qm_buf *out)
{
	static const char *const headings[] = { "CALL", "RULES" };
	struct qm_table table;
	struct qm_buf rules;

	qm_buf_init(&rules, TEXT_MAX_BYTES);
	qm_table_init(&table, "ll", headings);
	for (size_t i = 0; i < qm_our_tool_count; i++) {
		qm_buf_clear(&rules);
		qm_policy_applying(policy, qm_our_tools[i], &rules);
		qm_table_text(&table, qm_our_tools[i]);
		qm_table_text(&table, rules.data);
	}
	qm_buf_add_text(out, "\nWhat judges the calls of qmetry-ci:\n\n");
	qm_table_print(&table, "  ", out);
	qm_table_release(&table);
	qm_buf_release(&rules);
}

static json_t *our_calls_json(const struct qm_policy *policy)
{
	json_t *list = json_array();
	struct qm_buf rules;

	qm_buf_init(&rules, TEXT_MAX_BYTES);
	for (size_t i = 0; i < qm_our_tool_count; i++) {
		qm_buf_clear(&rules);
		qm_policy_applying(policy, qm_our_tools[i], &rules);
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s}", "tool", qm_our_tools[i], "rules", rules.data));
	}
	qm_buf_release(&rules);
	return list;
}

static int show(const struct qm_context *context)
{
	const char *path = policy_path(context);
	struct qm_policy *policy;
	struct qm_error err;
	struct qm_buf text;
	json_t *json;

	qm_error_init(&err);
	if (qm_open_policy(path, NULL, &policy, &err))
		return fail(context, &err);
	qm_buf_init(&text, TEXT_MAX_BYTES);
	if (wants_json(context)) {
		json = qm_policy_json(policy);
		(void)json_object_set_new(json, "policy", json_string(qm_policy_name(path)));
		(void)json_object_set_new(json, "calls", our_calls_json(policy));
		print_json(context, json);
	} else {
		qm_text_printable(&text, qm_policy_name(path));
		qm_buf_add_text(&text, ": ");
		qm_policy_describe(policy, &text);
		add_our_calls(policy, &text);
		print_text(context, &text);
	}
	qm_buf_release(&text);
	qm_policy_free(policy);
	return QM_EXIT_OK;
}

/* ---- check and status: policy and counters. */

struct office {
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
};

static enum qm_code open_office(
	struct office *office, const struct qm_context *context, struct qm_error *err)
{
	const struct qm_settings *settings = context->settings;
	enum qm_code code;

	*office = (struct office){ .policy = NULL };
	code = qm_open_policy(settings->policy, NULL, &office->policy, err);
	if (!code)
		code = qm_open_store(context, &office->store, err);
	if (!code)
		office->gate = qm_open_gate(settings, office->policy, office->store);
	return code;
}

static void close_office(struct office *office)
{
	qm_gate_free(office->gate);
	qm_store_close(office->store);
	qm_policy_free(office->policy);
}

/* All numbers are doubles, as they are to the rules. */
static const size_t json_flags = JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;

static enum qm_code read_arguments(const char *path, json_t **out, struct qm_error *err)
{
	json_error_t json_error;
	struct qm_buf content;
	enum qm_code code;

	qm_buf_init(&content, ARGUMENTS_MAX_BYTES);
	code = qm_file_read(path, &content, err);
	if (!code)
		*out = json_loadb(content.data, content.length, json_flags, &json_error);
	if (!code && !json_is_object(*out)) {
		code = qm_error_set(err, QM_EUSAGE, "the arguments of a call are a JSON object%s%s",
			*out ? "" : ": ", *out ? "" : json_error.text);
		qm_error_at(err, path, *out ? 0 : json_error.line, *out ? 0 : json_error.column);
	}
	qm_buf_release(&content);
	return code;
}

/* "--arg runStatusID=1" is a number, "--arg comments=nightly" a text. */
static enum qm_code add_argument(json_t *arguments, const char *text, struct qm_error *err)
{
	const char *equals = strchr(text, '=');
	char *name;
	json_t *value;

	if (!equals || equals == text)
		return qm_error_set(err, QM_EUSAGE, "--arg %s: NAME=VALUE is wanted", text);
	value = json_loads(equals + 1, json_flags | JSON_DECODE_ANY, NULL);
	if (!value)
		value = json_string(equals + 1);
	name = qm_strndup(text, (size_t)(equals - text));
	if (json_object_set_new(arguments, name, value)) {
		free(name);
		return qm_error_set(err, QM_EUSAGE, "--arg %s: is not UTF-8", text);
	}
	free(name);
	return QM_OK;
}

static enum qm_code collect_arguments(
	const struct qm_context *context, json_t **out, struct qm_error *err)
{
	const struct qm_vec *given = &context->settings->call_arguments;
	const char *path = operand(context, 1);
	enum qm_code code = QM_OK;

	if (path)
		code = read_arguments(path, out, err);
	if (!code && !*out)
		*out = json_object();
	for (size_t i = 0; i < given->count && !code; i++)
		code = add_argument(*out, *(const char **)qm_vec_at(given, i), err);
	return code;
}

static const char *answer_name(enum qm_answer answer)
{
	static const char *const names[] = {
		[QM_ALLOWED] = "allowed", [QM_LIMITED] = "limited", [QM_DENIED] = "denied"
	};

	return names[answer];
}

static void print_verdict_json(
	const struct qm_context *context, const char *tool, const struct qm_verdict *verdict)
{
	bool limited = verdict->answer == QM_LIMITED;
	char until[QM_TIME_TEXT] = "";

	if (limited)
		qm_time_format(verdict->until_ms, until);
	print_json(context,
		json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I}", "tool", tool, "answer",
			answer_name(verdict->answer), "rule", verdict->rule, "condition",
			verdict->path, "message", verdict->message, "until", until, "limit",
			(json_int_t)verdict->limit, "window_ms", (json_int_t)verdict->window_ms));
}

/* "denied by rule "freeze", condition on args.x: Release freeze until Monday." */
static void print_verdict(
	const struct qm_context *context, const char *tool, const struct qm_verdict *verdict)
{
	int64_t now_ms = qm_clock_now(context->clock);
	char until[QM_TIME_TEXT], wait[32], window[32];
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_text_printable(&text, tool);
	qm_buf_add_format(&text, ": %s", answer_name(verdict->answer));
	if (verdict->answer == QM_LIMITED) {
		qm_time_format(verdict->until_ms, until);
		qm_text_from_duration(verdict->until_ms - now_ms, wait);
		qm_text_from_duration(verdict->window_ms, window);
		qm_buf_add_format(&text, " until %s, for %s (%lld in %s)", until, wait,
			(long long)verdict->limit, window);
	}
	if (*verdict->rule) {
		qm_buf_add_text(&text, " by rule \"");
		qm_text_printable(&text, verdict->rule);
		qm_buf_add_text(&text, "\"");
	}
	if (*verdict->path) {
		qm_buf_add_text(&text, ", condition on ");
		qm_text_printable(&text, verdict->path);
	}
	if (*verdict->message) {
		qm_buf_add_text(&text, ": ");
		qm_text_printable(&text, verdict->message);
	}
	qm_buf_add_format(&text, "%s\n", qm_verdict_note(verdict));
	print_text(context, &text);
	qm_buf_release(&text);
}

static enum qm_code ask(const struct qm_context *context, struct qm_tool_call *call,
	struct office *office, struct qm_verdict *verdict, struct qm_error *err)
{
	enum qm_code code;

	if (!call->tool)
		return qm_error_set(err, QM_EUSAGE,
			"no tool: qmetry-ci policy check TOOL [ARGUMENTS.json] [--arg NAME=VALUE]");
	code = collect_arguments(context, &call->arguments, err);
	if (!code)
		code = open_office(office, context, err);
	if (!code)
		code = qm_gate_check(
			office->gate, call, qm_clock_now(context->clock), verdict, err);
	return code;
}

static int check(const struct qm_context *context)
{
	static const int codes[] = { [QM_ALLOWED] = QM_EXIT_OK,
		[QM_LIMITED] = QM_EXIT_STOPPED,
		[QM_DENIED] = QM_EXIT_DENIED };
	struct qm_tool_call call = { .tool = operand(context, 0) };
	struct office office = { .policy = NULL };
	struct qm_verdict verdict = { .answer = QM_DENIED };
	struct qm_error err;
	int exit_code;

	qm_error_init(&err);
	if (ask(context, &call, &office, &verdict, &err)) {
		exit_code = fail(context, &err);
	} else {
		exit_code = codes[verdict.answer];
		if (wants_json(context))
			print_verdict_json(context, call.tool, &verdict);
		else
			print_verdict(context, call.tool, &verdict);
	}
	close_office(&office);
	json_decref(call.arguments);
	return exit_code;
}

static void print_counters(
	const struct qm_context *context, const struct qm_vec *counters, int64_t now_ms)
{
	static const char *const headings[] = { "COUNTER", "USED", "LIMIT", "LEFT", "WINDOW",
		"ENDS", "IN" };
	struct qm_table table;
	struct qm_buf text;

	qm_buf_init(&text, TEXT_MAX_BYTES);
	qm_table_init(&table, "lrrrlll", headings);
	table.max_characters = 120;
	for (size_t i = 0; i < counters->count; i++) {
		const struct qm_counter_state *counter = qm_vec_at(counters, i);
		char ends[QM_TIME_TEXT], window[32], left[32];

		qm_time_format(counter->ends_ms, ends);
		qm_text_from_duration(counter->window_ms, window);
		qm_text_from_duration(counter->ends_ms - now_ms, left);
		qm_table_text(&table, counter->key);
		qm_table_int(&table, counter->used);
		qm_table_int(&table, counter->limit);
		qm_table_int(&table, counter->left);
		qm_table_text(&table, window);
		qm_table_text(&table, ends);
		qm_table_text(&table, left);
	}
	if (counters->count)
		qm_table_print(&table, "", &text);
	else
		qm_buf_add_text(&text, "the policy counts nothing\n");
	print_text(context, &text);
	qm_table_release(&table);
	qm_buf_release(&text);
}

static void print_counters_json(const struct qm_context *context, const struct office *office,
	const struct qm_vec *counters)
{
	json_t *list = json_array();

	for (size_t i = 0; i < counters->count; i++) {
		const struct qm_counter_state *counter = qm_vec_at(counters, i);
		char ends[QM_TIME_TEXT];

		qm_time_format(counter->ends_ms, ends);
		(void)json_array_append_new(list,
			json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:s}", "counter", counter->key,
				"rule", counter->rule, "used", (json_int_t)counter->used, "limit",
				(json_int_t)counter->limit, "ours", (json_int_t)counter->ours,
				"left", (json_int_t)counter->left, "window_ms",
				(json_int_t)counter->window_ms, "ends", ends));
	}
	print_json(context,
		json_pack("{s:s,s:s,s:b,s:o}", "policy", qm_policy_name(context->settings->policy),
			"state", office->store->kind->name, "shared", office->store->shared,
			"counters", list));
}

static int status(const struct qm_context *context)
{
	int64_t now_ms = qm_clock_now(context->clock);
	struct office office;
	struct qm_vec counters;
	struct qm_error err;
	int exit_code = QM_EXIT_OK;

	qm_error_init(&err);
	qm_vec_init(&counters, sizeof(struct qm_counter_state));
	if (open_office(&office, context, &err) ||
		qm_gate_counters(office.gate, now_ms, &counters, &err))
		exit_code = fail(context, &err);
	else if (wants_json(context))
		print_counters_json(context, &office, &counters);
	else
		print_counters(context, &counters, now_ms);
	qm_vec_release(&counters);
	close_office(&office);
	return exit_code;
}

/* ---- Which one. */

static int test(const struct qm_context *context)
{
	const char *path = operand(context, 0);
	struct qm_error err;

	if (path)
		return qm_policy_test(context, path);
	qm_error_init(&err);
	(void)qm_error_set(&err, QM_EUSAGE, "no cases: qmetry-ci policy test CASES.jsonl");
	return fail(context, &err);
}

static const struct {
	const char *name;
	size_t max_operands;
	int (*run)(const struct qm_context *context);
} rows[] = {
	{ "validate", 1, validate },
	{ "show", 1, show },
	{ "check", 2, check },
	{ "status", 0, status },
	{ "test", 1, test },
};

int qm_command_policy(const struct qm_context *context)
{
	const struct qm_vec *operands = &context->settings->operands;
	const char *name = operands->count ? *(const char **)qm_vec_at(operands, 0) : NULL;
	struct qm_error err;

	qm_error_init(&err);
	for (size_t i = 0; name && i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		if (operands->count - 1 <= rows[i].max_operands)
			return rows[i].run(context);
		(void)qm_error_set(&err, QM_EUSAGE, "policy %s: \"%s\" is one argument too many",
			name, operand(context, rows[i].max_operands));
		return fail(context, &err);
	}
	(void)qm_error_set(&err, QM_EUSAGE,
		"%s policy command%s%s: choose validate, show, check, status or test",
		name ? "unknown" : "no", name ? " " : "", name ? name : "");
	return fail(context, &err);
}
