/*
 * request - one HTTP request and its reply, on their way through the simulator.
 *
 * The server fills in what came over the wire; finding the endpoint and checking the body add
 * what later steps need. A reply with status 0 is none: the connection is reset. What is made
 * for a request lives in its arena.
 */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include "src/base/buf.h"
#include "tests/sim/world.h"

#include <jansson.h>

struct sim_endpoint;

/* A part of a multipart body; `data` points into it. */
struct sim_part {
	const char *name, *file_name; /* file_name: NULL if it is a plain field */
	const char *data;
	size_t length;
};

struct sim_request {
	struct qm_arena arena;
	const char *method, *path, *query; /* as sent, the path undecoded; query: NULL if none */
	struct qm_vec headers;             /* struct sim_pair */
	struct qm_buf body;

	int64_t sequence, at_ms;
	const struct sim_endpoint *endpoint; /* NULL: nothing is there */
	const char *tail;                    /* what follows the endpoint's path: an id */
	struct sim_project *project;         /* NULL: the header names none that exists */
	json_t *json;                        /* the body, if it is JSON */
	json_t *filter;                      /* the list in the body's filter */
	struct qm_vec ids;                   /* int64_t: entityIDs */
	struct qm_vec parts;                 /* struct sim_part */
};

struct sim_reply {
	int status;
	const char *content_type;
	struct qm_buf body;
	struct qm_vec headers; /* struct sim_pair */
	int64_t sleep_ms;      /* is sent that much later, whatever the clock says */
	int64_t send_bytes;    /* breaks off after so many; -1: does not */
	int64_t huge_bytes;    /* the body is that much padding instead */
};

void sim_request_init(struct sim_request *request);
void sim_request_release(struct sim_request *request);

/* NULL if it was not sent; names are compared without case. */
const char *sim_request_header(const struct sim_request *request, const char *name);

/* Members of the JSON body; 0 and NULL where they are missing. */
int64_t sim_request_int(const struct sim_request *request, const char *name);
const char *sim_request_text(const struct sim_request *request, const char *name);

void sim_reply_init(struct sim_reply *reply);
void sim_reply_release(struct sim_reply *reply);
void sim_reply_header(struct sim_reply *reply, const char *name, const char *value);

/* {"code":...,"message":...}, below 400 also "success":false; replaces the body. */
void sim_reply_error(struct sim_reply *reply, int status, const char *code, const char *message);

#endif
