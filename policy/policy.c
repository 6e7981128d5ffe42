#include "policy/policy.h"
#include "policy/load.h"
#include "policy/regex.h"

#include <stdlib.h>
#include <string.h>

const struct qm_tool *qm_policy_tool(const struct qm_policy *policy, const char *name)
{
	const struct qm_tool *tools = policy->tools.items;
	size_t low = 0, high = policy->tools.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(tools[middle].name, name);

		if (order == 0)
			return &tools[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void qm_policy_problems_release(struct qm_vec *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		free(((struct qm_policy_problem *)qm_vec_at(problems, i))->text);
	qm_vec_release(problems);
}

/* The first problem is the failure. */
static enum qm_code first_of(const struct qm_vec *problems, struct qm_error *err)
{
	const struct qm_policy_problem *first = problems->items;
	enum qm_code code;

	if (!problems->count)
		return QM_OK;
	code = qm_error_set(err, QM_EUSAGE, "%s", first->text);
	if (err) {
		err->line = first->place.line;
		err->column = first->place.column;
	}
	return code;
}

enum qm_code qm_policy_load(const char *bytes, size_t length, struct qm_policy **out,
	struct qm_vec *problems, struct qm_error *err)
{
	struct qm_policy *policy = qm_alloc(sizeof *policy);
	struct qm_vec found;
	enum qm_code code;

	*out = NULL;
	qm_vec_init(&found, sizeof(struct qm_policy_problem));
	qm_arena_init(&policy->arena);
	code = qm_policy_decode(policy, bytes, length, err);
	if (code) {
		/* Whatever is wrong with it, it is a file of ours. */
		code = QM_EUSAGE;
		if (err)
			err->code = code;
		goto done;
	}
	qm_policy_desugar(policy);
	qm_policy_validate(policy, &found);
	code = first_of(&found, err);
	if (problems) {
		for (size_t i = 0; i < found.count; i++)
			qm_vec_push(problems, qm_vec_at(&found, i));
		qm_vec_clear(&found);
	}
	if (code)
		goto done;
	*out = policy;
	policy = NULL;
done:
	qm_policy_problems_release(&found);
	qm_policy_free(policy);
	return code;
}

static void release_rule(struct qm_rule *rule)
{
	for (size_t i = 0; i < rule->conditions.count; i++) {
		const struct qm_condition *condition = qm_vec_at(&rule->conditions, i);

		qm_regex_free(condition->regex);
	}
	qm_vec_release(&rule->conditions);
}

void qm_policy_free(struct qm_policy *policy)
{
	if (!policy)
		return;
	for (size_t i = 0; i < policy->tools.count; i++) {
		struct qm_tool *tool = qm_vec_at(&policy->tools, i);

		for (size_t j = 0; j < tool->rules.count; j++)
			release_rule(qm_vec_at(&tool->rules, j));
		qm_vec_release(&tool->rules);
	}
	qm_vec_release(&policy->tools);
	qm_vec_release(&policy->hide);
	qm_arena_release(&policy->arena);
	free(policy);
}
