/*
 * rig - an office, a catalog of its runs, and updates that are planned, and sent or foretold.
 */
#ifndef QM_TESTS_UPLOAD_RIG_H
#define QM_TESTS_UPLOAD_RIG_H

#include "src/upload/upload.h"
#include "tests/upload/office.h"

struct rig {
	struct office *office;
	struct qm_catalog catalog;
	struct qm_resolution resolution;
	struct qm_plan plan;
	struct qm_summary summary;
	size_t max_split_calls;
};

/* For cmocka: *state becomes a rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

/* Updates for runs 1 to `count`; the first `failed` of them failed. */
void rig_add(struct rig *rig, int count, int failed);

/* Opens the office under the policy (YAML), and makes and judges the plan. */
void rig_plan(struct rig *rig, size_t batch_size, const char *policy);
struct qm_upload_options rig_options(const struct rig *rig);

const struct qm_call_result *rig_result(const struct rig *rig, size_t call);
const char *rig_reason(const struct rig *rig, size_t index);
void assert_says(const char *text, const char *words);

#endif
