#include "tests/sim/endpoint.h"
#include "tests/sim/answers.h"

#include <string.h>

static const struct sim_endpoint endpoints[] = {
	{ "GET", "/rest/admin/project/getinfo", "qmetry_fetch_qmetry_project_info", SIM_SCOPE_NONE,
		false, NULL, sim_answer_info },
	{ "POST", "/rest/testsuites/list/viewColumns", "qmetry_fetch_test_suites", SIM_SCOPE_NONE,
		false, &sim_body_suites, sim_answer_suites },
	{ "POST", "/rest/execution/list/platformHome", "qmetry_fetch_executions_by_test_suite",
		SIM_SCOPE_NONE, false, &sim_body_executions, sim_answer_executions },
	{ "POST", "/rest/execution/list/viewColumns",
		"qmetry_fetch_test_case_runs_by_test_suite_run", SIM_SCOPE_REQUIRED, false,
		&sim_body_runs, sim_answer_runs },
	{ "PUT", "/rest/execution/runstatus/bulkupdate",
		"qmetry_bulk_update_test_case_execution_status", SIM_SCOPE_NONE, true,
		&sim_body_bulk_update, sim_answer_bulk_update },
	{ "POST", "/rest/execution/tcStepRun/list/viewColumns", "qmetry_fetch_test_case_step_runs",
		SIM_SCOPE_ALLOWED, false, &sim_body_steps, sim_answer_steps },
	{ "POST", "/rest/admin/drop/list", "qmetry_fetch_builds", SIM_SCOPE_NONE, false,
		&sim_body_builds, sim_answer_builds },
	{ "POST", "/rest/admin/platform/list", "qmetry_fetch_platforms", SIM_SCOPE_NONE, false,
		&sim_body_platforms, sim_answer_platforms },
	{ "POST", "/rest/admin/scope/tree", "qmetry_fetch_releases_and_cycles", SIM_SCOPE_NONE,
		false, &sim_body_tree, sim_answer_tree },
	{ "POST", "/rest/import/createandscheduletestresults/1",
		"qmetry_import_automation_test_results", SIM_SCOPE_NONE, true, &sim_body_import,
		sim_answer_import },
	{ "GET", "/rest/admin/status/automation/", "qmetry_fetch_automation_status", SIM_SCOPE_NONE,
		false, NULL, sim_answer_import_status },
	{ "PUT", "/rest/execution/link/issue", "qmetry_link_issues_to_testcase_run", SIM_SCOPE_NONE,
		true, &sim_body_link, sim_answer_link },
};

const struct sim_endpoint *sim_endpoint_find(const char *path, const char **tail)
{
	*tail = NULL;
	for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
		size_t length = strlen(endpoints[i].path);
		bool has_tail = endpoints[i].path[length - 1] == '/';

		if (strncmp(path, endpoints[i].path, length) != 0 || (!has_tail && path[length]))
			continue;
		if (has_tail)
			*tail = path + length;
		return &endpoints[i];
	}
	return NULL;
}
