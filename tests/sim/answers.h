/*
 * answers - who answers which call, and the parts that their answers share.
 *
 * By the time these are called, the request is known to be well made and allowed.
 */
#ifndef SIM_ANSWERS_H
#define SIM_ANSWERS_H

#include "tests/sim/endpoint.h"

/* A report that was handed in to be imported. */
struct sim_import {
	int64_t id, at_ms, polls;
	char *described; /* JSON: what was in it */
	char entity_type[16];
};

/* Issues that were linked to a run. */
struct sim_link {
	int64_t run_id, issue_id;
};

void sim_imports_release(struct qm_vec *imports);

void sim_answer_info(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_suites(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_executions(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_runs(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_steps(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_builds(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_platforms(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_tree(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_bulk_update(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_import(struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_import_status(
	struct sim *sim, struct sim_request *request, struct sim_reply *reply);
void sim_answer_link(struct sim *sim, struct sim_request *request, struct sim_reply *reply);

/* Refuses the content of a call as the world says, and records why. */
void sim_refuse(struct sim *sim, const struct sim_request *request, struct sim_reply *reply,
	const char *reason, const char *format, ...) QM_PRINTF(5, 6);

/* The same with a status of its own. */
void sim_refuse_with(struct sim *sim, const struct sim_request *request, struct sim_reply *reply,
	int status, const char *reason, const char *text);

/* Which rows of a list are answered. */
struct sim_page {
	int64_t start, limit;
	int64_t total; /* rows that passed so far */
};

/* {"data":[ : as the request asks and the world allows. */
void sim_page_begin(const struct sim *sim, const struct sim_request *request, struct sim_page *page,
	struct sim_json *json);

/* Counts a row; true if it is on the page. */
bool sim_page_takes(struct sim_page *page);

/* ],"total":n} and into the reply */
void sim_page_end(const struct sim_page *page, struct sim_json *json, struct sim_reply *reply);

#endif
