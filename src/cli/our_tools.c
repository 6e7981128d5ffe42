#include "src/cli/our_tools.h"

const char *const qm_our_tools[] = {
	"qmetry_fetch_qmetry_project_info",
	"qmetry_fetch_test_suites",
	"qmetry_fetch_executions_by_test_suite",
	"qmetry_fetch_test_case_runs_by_test_suite_run",
	"qmetry_fetch_test_case_step_runs",
	"qmetry_fetch_builds",
	"qmetry_fetch_platforms",
	"qmetry_bulk_update_test_case_execution_status",
	"qmetry_import_automation_test_results",
	"qmetry_fetch_automation_status",
};

const size_t qm_our_tool_count = sizeof qm_our_tools / sizeof *qm_our_tools;
