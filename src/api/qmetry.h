/*
 * qmetry - QMetry's calls in the words of the domain.
 *
 * A test suite (VKMC-TS-20) is executed once for every platform and cycle; each of these test
 * suite runs holds one test case run for every test case. Setting a result means setting the
 * status of a test case run. Every function here is one kind of call, made through a session;
 * its MCP tool name and the arguments that the tool would get are what the policy sees.
 *
 * Ids come as numbers or as texts and are taken either way; unknown fields are ignored. Lists
 * are read page by page: 500 rows asked, or as many as the server's first answer shows to be
 * its maximum; the end is known from `total` and from what came back.
 */
#ifndef QM_API_QMETRY_H
#define QM_API_QMETRY_H

#include "src/api/session.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

struct qm_status {
	const char *name, *default_name; /* default_name: "passed" ...; "" if none */
	int64_t id;
};

struct qm_build {
	const char *name;
	int64_t id;
	bool archived;
};

/* Texts live in the arena that was passed in. */
struct qm_project {
	const char *key;
	const char *current_id, *client_code; /* the headers scope and orgcode */
	int64_t suites_view, executions_view, runs_view, steps_view; /* TS, TEL, TE, TCS */
	struct qm_vec statuses;                                      /* struct qm_status */
	struct qm_vec builds; /* struct qm_build: `currentdrops`, maybe not all */
};

void qm_project_init(struct qm_project *project);
void qm_project_release(struct qm_project *project);

enum qm_code qm_fetch_project(struct qm_session *session, const char *key, struct qm_arena *arena,
	struct qm_project *out, struct qm_error *err) QM_MUST_CHECK;

struct qm_suite_row {
	int64_t id; /* tsID */
	const char *key, *name;
	bool archived;
};

struct qm_execution_row {
	const char *suite_run; /* tsRunID */
	const char *platform, *platform_id, *release, *release_id, *cycle, *cycle_id, *build;
	bool archived, locked, closed;
};

struct qm_run_row {
	int64_t id; /* tcRunID */
	const char *key, *summary, *script_name;
	const char *status_name;
	int64_t status_id; /* 0: not told */
	int64_t build_id;  /* 0: not told */
	bool archived, locked;
};

/* A step of a test case run, which has a status of its own. */
struct qm_step_row {
	int64_t id;     /* tcStepRunID; 0: not told */
	int64_t number; /* stepNo; -1: not told */
	const char *description;
	const char *status_name;
	int64_t status_id; /* 0: not told */
};

struct qm_platform_row {
	int64_t id;
	const char *name;
};

/* Called for each row; its texts are valid only during the call. */
typedef enum qm_code (*qm_suite_fn)(void *context, const struct qm_suite_row *row);
typedef enum qm_code (*qm_execution_fn)(void *context, const struct qm_execution_row *row);
typedef enum qm_code (*qm_run_fn)(void *context, const struct qm_run_row *row);
typedef enum qm_code (*qm_step_fn)(void *context, const struct qm_step_row *row);
typedef enum qm_code (*qm_build_fn)(void *context, const struct qm_build *build);
typedef enum qm_code (*qm_platform_fn)(void *context, const struct qm_platform_row *row);

/* Those with the keys; all of them where there is none. `enough` as below; NULL: never. */
enum qm_code qm_fetch_suites(struct qm_session *session, const struct qm_project *project,
	const char *const *keys, size_t key_count, qm_suite_fn each, qm_enough_fn enough,
	void *context, struct qm_error *err) QM_MUST_CHECK;
enum qm_code qm_fetch_executions(struct qm_session *session, const struct qm_project *project,
	int64_t suite_id, qm_execution_fn each, void *context, struct qm_error *err) QM_MUST_CHECK;
enum qm_code qm_fetch_runs(struct qm_session *session, const struct qm_project *project,
	const char *suite_run, qm_run_fn each, void *context, struct qm_error *err) QM_MUST_CHECK;
/* The same, until `enough` says so; it is asked behind each page but the last. */
enum qm_code qm_fetch_runs_until(struct qm_session *session, const struct qm_project *project,
	const char *suite_run, qm_run_fn each, qm_enough_fn enough, void *context,
	struct qm_error *err) QM_MUST_CHECK;
/*
 * The steps of one test case run, in the server's order; it may have none. The MCP server has no
 * such tool; policies know it as qm_tool_fetch_steps.
 */
enum qm_code qm_fetch_steps(struct qm_session *session, const struct qm_project *project,
	int64_t case_run, qm_step_fn each, void *context, struct qm_error *err) QM_MUST_CHECK;
/* What the policy sees of that read; json_decref it. */
json_t *qm_steps_arguments(const char *project_key, int64_t case_run);
enum qm_code qm_fetch_builds(struct qm_session *session, const struct qm_project *project,
	const char *name, qm_build_fn each, void *context, struct qm_error *err) QM_MUST_CHECK;

enum qm_code qm_fetch_platforms(struct qm_session *session, const struct qm_project *project,
	qm_platform_fn each, void *context, struct qm_error *err) QM_MUST_CHECK;

/* One bulk update: all its ids share suite run, status, build and comment. */
struct qm_bulk_update {
	const char *entity_type; /* "TCR", "TCSR" */
	const char *suite_run;
	int64_t status_id;
	int64_t build_id;    /* 0: none */
	const char *comment; /* NULL: none */
	const int64_t *ids;
	size_t id_count;
	bool is_signed; /* the session signs it (Part 11) */
	struct qm_before_send before;
};

/* What the MCP tool would get, less the signature: what the policy sees and `plan` prints.
 * json_decref it. */
json_t *qm_bulk_arguments(const char *project_key, const struct qm_bulk_update *update);

/* The call that the gate judges: with these arguments, and a signature that it is not shown. */
struct qm_tool_call qm_bulk_call(const struct qm_bulk_update *update, json_t *arguments);

/* Whether a condition on this path looks at the ids, so that other ids may fare otherwise. */
bool qm_bulk_path_is_of_ids(const char *path);

enum qm_code qm_bulk_update(struct qm_session *session, const struct qm_project *project,
	const struct qm_bulk_update *update, enum qm_refusal *refusal,
	struct qm_error *err) QM_MUST_CHECK;

extern const char qm_tool_bulk_update[]; /* "qmetry_bulk_update_test_case_execution_status" */
extern const char qm_tool_fetch_steps[]; /* "qmetry_fetch_test_case_step_runs" */

#endif
