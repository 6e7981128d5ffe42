/*
 * draft - a plan and what it comes from: updates of runs on a shelf, and a policy that judges it.
 *
 * The execution 100 on Chrome is there, without a run.
 */
#ifndef QM_TESTS_UPLOAD_DRAFT_H
#define QM_TESTS_UPLOAD_DRAFT_H

#include "policy/gate.h"
#include "src/upload/plan.h"
#include "tests/upload/shelf.h"

/* 2026-03-04 10:31:15 UTC. */
#define DRAFT_NOW_MS INT64_C(1772620275000)

/* The head of a policy; rules of bulk updates follow. */
#define DRAFT_RULES \
	"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n    rules:\n"

struct draft {
	struct qm_clock clock;
	int checks; /* of the gate, after each of which a signal is looked for */
	int signal; /* comes at this check; 0: none */
	struct qm_catalog catalog;
	struct qm_resolution resolution;
	struct qm_plan plan;
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
};

int draft_setup(void **state);
int draft_teardown(void **state);

/* The update of the run that was put on the shelf last: failed is SHELF_FAILED, all else passed. */
struct qm_update *draft_update(struct draft *draft, enum qm_outcome outcome);

void draft_make(struct draft *draft, size_t batch_size);
const struct qm_call *draft_call(const struct draft *draft, size_t index);

/* Opens the gate under a policy (YAML), with counters in memory; `judge` judges the plan, too. */
void draft_open(struct draft *draft, const char *policy);
void draft_judge(struct draft *draft, const char *policy);

#endif
