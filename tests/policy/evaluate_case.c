#include "policy/case.h"
#include "policy/case_store.h"
#include "tests/policy/cases.h"

#include <stdio.h>
#include <unistd.h>

/* Counters in a file decide as counters in memory do. */
static void run_in_file(const json_t *line, const char *folder, const struct qm_policy *policy,
	struct case_report *report)
{
	struct qm_store *store = NULL;
	struct qm_error err;
	char path[256];

	qm_error_init(&err);
	(void)snprintf(path, sizeof path, "%s/evaluate.sqlite", folder);
	if (qm_store_sqlite(&(struct qm_sqlite_options){ .path = path }, &store, &err))
		case_wrong(report, "%s", err.text);
	else
		qm_case_calls(line, policy, store, &report->text);
	(void)unlink(path);
}

void case_evaluate(const json_t *line, const char *folder, struct case_report *report)
{
	const char *name = json_string_value(json_object_get(line, "store"));
	const json_t *text = json_object_get(line, "policy");
	struct qm_policy *policy = NULL;
	struct qm_store *store;
	struct qm_error err;

	qm_error_init(&err);
	if (!json_object_get(line, "counters_after"))
		case_wrong(report, "has no counters_after");
	if (qm_policy_load(
		    json_string_value(text), json_string_length(text), &policy, NULL, &err)) {
		case_wrong(report, "does not load: %s", err.text);
	} else if (!qm_case_store(name, &store)) {
		case_wrong(report, "unknown store %s", name);
	} else {
		qm_case_calls(line, policy, store, &report->text);
		if (!name)
			run_in_file(line, folder, policy, report);
	}
	qm_policy_free(policy);
}
