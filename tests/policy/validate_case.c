#include "policy/policy.h"
#include "tests/policy/cases.h"

#include <string.h>

static json_t *error_texts(struct qm_vec *errors)
{
	json_t *texts = json_array();

	for (size_t i = 0; i < errors->count; i++) {
		const struct qm_policy_problem *problem = qm_vec_at(errors, i);

		json_array_append_new(texts, json_string(problem->text));
	}
	return texts;
}

/* An invalid file has errors; one that cannot be read as a policy at all has none but `err`. */
void case_validate(const json_t *line, struct case_report *report)
{
	const json_t *text = json_object_get(line, "policy");
	struct qm_policy *policy = NULL;
	struct qm_error err;
	struct qm_vec errors;
	enum qm_code code;
	json_t *found;

	qm_error_init(&err);
	qm_vec_init(&errors, sizeof(struct qm_policy_problem));
	code = qm_policy_load(
		json_string_value(text), json_string_length(text), &policy, &errors, &err);
	found = error_texts(&errors);
	if (json_object_get(line, "errors_kind")) {
		if (!code || json_array_size(found) || !err.text[0])
			case_wrong(report, "should not load");
	} else {
		case_expect(report, "errors", json_object_get(line, "errors"), found);
		if (!code != !json_array_size(found))
			case_wrong(report, "code %d: %s", (int)code, err.text);
	}
	if (code && code != QM_EUSAGE)
		case_wrong(report, "code %d", (int)code);
	if (!code != !!policy)
		case_wrong(report, "a policy and an error, or neither");
	json_decref(found);
	qm_policy_problems_release(&errors);
	qm_policy_free(policy);
}
