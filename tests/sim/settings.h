/*
 * settings - how the simulated server behaves: whom it lets in, what it refuses, how it answers.
 *
 * They stand at the top of a world beside `projects`, and a patch may change each of them while
 * the server runs. README.md is their reference; here is only what the code needs to know.
 */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include "tests/sim/fields.h"

struct sim_key {
	const char *text;
	const char *role; /* "readonly": writes are answered 403 */
};

/* At most `max` requests in each window; the counters are part of it. */
struct sim_limit {
	int64_t max, window_s, status;
	const char *retry_after; /* "seconds", "date", "none" */
	const char *tool;        /* NULL: all requests together */
	bool off;
	int64_t window_start_ms, calls;
};

/* Which requests a fault meets; what is not given meets all. */
struct sim_match {
	const char *tool, *path, *body_contains;
	int64_t nth, from, to; /* of the requests that meet the rest, counted from 1 */
	struct qm_vec ids;     /* int64_t: one of them is among the request's ids */
	int64_t ids_min;       /* at least that many ids */
};

struct sim_action {
	int64_t status;
	const char *body, *body_html, *body_json;
	struct qm_vec headers; /* struct sim_pair */
	int64_t delay_ms;      /* on the clock */
	int64_t sleep_ms;      /* really */
	const char *close;     /* "before", "after" */
	const char *redirect;
	int64_t truncate, huge; /* truncate: -1 for not */
	bool success_false, work;
};

struct sim_fault {
	struct sim_match match;
	struct sim_action action;
	int64_t times; /* 0: always */
	int64_t seen, fired;
};

struct sim_part11 {
	const char *username, *password; /* NULL: not asked for */
};

struct sim_quota {
	int64_t hourly, daily; /* 0: none */
	struct sim_limit limits[2];
};

struct sim_import_script {
	struct qm_vec states; /* const char *: what each poll sees, the last one stays */
};

struct sim_settings {
	struct qm_vec keys; /* struct sim_key; none: any key will do */
	const char *path_prefix, *user_agent;
	int64_t max_page, max_ids, max_ids_status;
	int64_t windows_s, log_size;
	bool ids_as_strings, partial_updates;
	struct qm_vec omit_fields; /* const char * */
	struct qm_vec bad_ids;     /* int64_t */
	const char *bad_id_answer; /* JSON: a status, or "success_false" */
	struct sim_part11 part11;
	struct qm_vec limits; /* struct sim_limit */
	struct sim_quota quota;
	struct sim_import_script import;
	struct qm_vec faults; /* struct sim_fault */
};

extern const struct sim_shape sim_settings_shape;

/* After each loading: checks what the tables cannot, and makes limits of the quota. */
enum qm_code sim_settings_finish(struct sim_settings *settings, struct qm_error *err) QM_MUST_CHECK;

/* The state at a poll, the first being number 0. */
const char *sim_settings_import_state(const struct sim_settings *settings, int64_t poll);

bool sim_settings_is_bad_id(const struct sim_settings *settings, int64_t id);

#endif
