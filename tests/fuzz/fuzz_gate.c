/*
 * A policy, a line of three points, a line "headroom share", and calls, a line each: milliseconds
 * to wait, tool, arguments. What the gate answers is the same when it is asked twice, checking
 * counts nothing, no counter goes above its limit, what is given back is gone, and no wait is
 * endless.
 */
#include "policy/gate.h"
#include "src/base/memory.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CALLS = 64, BORDER_MS = 50 };

static const char divider[] = "\n...\n";

/* A wait of any length, but no time that a clock never shows. */
static const int64_t max_wait_ms = INT64_C(3) * 86400 * 1000;

struct scene {
	struct qm_store *store;
	struct qm_gate *gate;
	int64_t now_ms;
};

/* ---- Counters. */

static void read_counters(const struct scene *scene, struct qm_vec *out)
{
	qm_vec_init(out, sizeof(struct qm_counter_state));
	must(!qm_gate_counters(scene->gate, scene->now_ms, out, NULL));
}

static bool same_counters(const struct qm_vec *a, const struct qm_vec *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (((const struct qm_counter_state *)qm_vec_at(a, i))->used !=
			((const struct qm_counter_state *)qm_vec_at(b, i))->used)
			return false;
	return true;
}

/* As before; but a credit, which an amount below 0 leaves, is lost: Intercept stops at 0 too. */
static bool given_back(const struct qm_vec *before, const struct qm_vec *after)
{
	for (size_t i = 0; i < before->count; i++) {
		int64_t was = ((const struct qm_counter_state *)qm_vec_at(before, i))->used;
		int64_t is = ((const struct qm_counter_state *)qm_vec_at(after, i))->used;

		if (is != was && !(was < 0 && is == 0))
			return false;
	}
	return true;
}

/* Several rules can count in one counter, each up to a limit of its own. */
static int64_t highest_limit(const struct qm_vec *states, const char *key)
{
	int64_t highest = INT64_MIN;

	for (size_t i = 0; i < states->count; i++) {
		const struct qm_counter_state *state = qm_vec_at(states, i);

		if (strcmp(state->key, key) == 0 && state->limit > highest)
			highest = state->limit;
	}
	return highest;
}

/* Whether some counter fell: an amount below 0, or one that another rule counts elsewhere. */
static bool check_limits(const struct qm_vec *before, const struct qm_vec *after)
{
	bool fell = false;

	for (size_t i = 0; i < after->count; i++) {
		const struct qm_counter_state *was = qm_vec_at(before, i),
					      *is = qm_vec_at(after, i);

		fell = fell || is->used < was->used;
		must(is->used <= was->used || is->used <= highest_limit(after, is->key));
	}
	return fell;
}

/* ---- One call. */

static bool same_verdict(const struct qm_verdict *a, const struct qm_verdict *b)
{
	return a->answer == b->answer && a->until_ms == b->until_ms && a->limit == b->limit &&
		a->window_ms == b->window_ms && strcmp(a->rule, b->rule) == 0 &&
		strcmp(a->path, b->path) == 0 && strcmp(a->message, b->message) == 0;
}

static void check_verdict(const struct scene *scene, const struct qm_verdict *verdict)
{
	must(is_utf8(verdict->rule, strlen(verdict->rule)));
	must(is_utf8(verdict->message, strlen(verdict->message)));
	if (verdict->answer == QM_LIMITED)
		must(verdict->until_ms > scene->now_ms && verdict->window_ms > 0);
	else
		must(verdict->until_ms == 0);
}

static void give_back(
	struct scene *scene, const struct qm_reservation *reservation, const struct qm_vec *before)
{
	struct qm_vec after;

	must(!qm_gate_return(scene->gate, reservation, scene->now_ms, NULL));
	read_counters(scene, &after);
	must(given_back(before, &after));
	qm_vec_release(&after);
}

/* Reserves; a call that fits is given back when `returns`, and then nothing has changed. */
static void reserve(struct scene *scene, const struct qm_tool_call *call,
	const struct qm_verdict *checked, const struct qm_vec *before, bool returns)
{
	struct qm_reservation *reservation = NULL;
	struct qm_verdict verdict;
	struct qm_vec after;
	bool fell;

	must(!qm_gate_reserve(scene->gate, call, scene->now_ms, &verdict, &reservation, NULL));
	must(same_verdict(&verdict, checked));
	must((reservation != NULL) == (verdict.answer == QM_ALLOWED));
	read_counters(scene, &after);
	if (reservation)
		fell = check_limits(before, &after);
	else
		must(same_counters(before, &after));
	qm_vec_release(&after);
	if (reservation) {
		must(qm_reservation_end_ms(reservation) > scene->now_ms);
		if (returns && !fell)
			give_back(scene, reservation, before);
	}
	qm_reservation_free(reservation);
}

/* Where waiting is said to help, the projection finds a time, and not before it. */
static void wait_for(const struct scene *scene, const struct qm_tool_call *call,
	const struct qm_verdict *checked)
{
	struct qm_projection *projection = qm_projection_new(scene->gate, scene->now_ms, BORDER_MS);
	struct qm_verdict verdict;
	int64_t at_ms = 0;

	must(!qm_projection_next(projection, call, &verdict, &at_ms, NULL));
	must(verdict.answer != QM_LIMITED);
	if (verdict.answer == QM_ALLOWED)
		must(at_ms >= scene->now_ms);
	if (verdict.answer == QM_ALLOWED && checked->answer == QM_LIMITED)
		must(at_ms >= checked->until_ms);
	qm_projection_free(projection);
}

static void make_call(struct scene *scene, const struct qm_tool_call *call, bool returns)
{
	struct qm_verdict first, second;
	struct qm_vec before, after;

	read_counters(scene, &before);
	must(!qm_gate_check(scene->gate, call, scene->now_ms, &first, NULL));
	must(!qm_gate_check(scene->gate, call, scene->now_ms, &second, NULL));
	must(same_verdict(&first, &second));
	check_verdict(scene, &first);
	wait_for(scene, call, &first);
	read_counters(scene, &after);
	must(same_counters(&before, &after));
	reserve(scene, call, &first, &before, returns);
	qm_vec_release(&before);
	qm_vec_release(&after);
}

/* ---- The input. */

static void read_call(struct scene *scene, char *line)
{
	char *tool = line + strcspn(line, " "), *arguments;
	struct qm_tool_call call = { .arguments = NULL };
	long long wait_ms;

	if (!*tool)
		return;
	*tool++ = '\0';
	wait_ms = strtoll(line, NULL, 10);
	if (wait_ms > 0 && wait_ms <= max_wait_ms)
		scene->now_ms += wait_ms;
	arguments = tool + strcspn(tool, " ");
	if (*arguments)
		*arguments++ = '\0';
	if (!is_utf8(tool, strlen(tool)))
		return;
	call.tool = tool;
	call.arguments = json_loads(arguments, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
	make_call(scene, &call, wait_ms % 2 != 0);
	json_decref(call.arguments);
}

static struct qm_gate_options read_options(char **lines)
{
	long headroom = strtol(*lines, lines, 10), share = strtol(*lines, lines, 10);

	*lines += strcspn(*lines, "\n");
	return (struct qm_gate_options){
		.headroom_percent = headroom > 0 && headroom < 100 ? (int)headroom : 0,
		.share = share > 1 && share < 1000 ? (int)share : 1,
	};
}

static void read_calls(const struct qm_policy *policy, char *lines)
{
	const struct qm_gate_options options = read_options(&lines);
	struct scene scene = { .store = qm_store_memory(), .now_ms = INT64_C(1768473000000) };

	scene.gate = qm_gate_new(policy, scene.store, &options);
	for (int calls = 0; *lines && calls < MAX_CALLS; calls++) {
		char *end = lines + strcspn(lines, "\n");
		bool last = !*end;

		*end = '\0';
		read_call(&scene, lines);
		lines = last ? end : end + 1;
	}
	qm_gate_free(scene.gate);
	qm_store_close(scene.store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qm_policy *policy = NULL;
	char *text = qm_strndup((const char *)data, size);
	char *calls = strstr(text, divider);

	if (calls && !qm_policy_load(text, (size_t)(calls - text) + 1, &policy, NULL, NULL))
		read_calls(policy, calls + sizeof divider - 1);
	qm_policy_free(policy);
	free(text);
	return 0;
}
