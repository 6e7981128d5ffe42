/*
 * stage - a session over the real gate, on which only clock and server are played.
 *
 * The clock moves when the session waits and when an answer takes its time, and not otherwise.
 * The server gives the answers of a script one after the other; the last one is given again for
 * as long as it is asked. What was sent, when, and what the log said is kept for the test.
 */
#ifndef QM_TESTS_API_STAGE_H
#define QM_TESTS_API_STAGE_H

#include "src/api/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct answer {
	enum qm_delivery delivery; /* 0: answered */
	int status;
	const char *body;         /* ' stands for ", which JSON in C is unreadable with */
	const char *content_type; /* NULL: JSON */
	const char *retry_after;
	bool timed_out, permanent;
	int64_t takes_ms;
};

struct sent {
	char method[8], path[96];
	struct {
		char name[32], value[64];
	} headers[QM_REQUEST_HEADERS];
	size_t header_count;
	char *body; /* NULL: none */
	int64_t at_ms, timeout_ms;
};

enum { STAGE_SENT = 64 };

/* 2026-01-15 10:31:00 UTC: a minute, and no hour, begins. */
#define STAGE_START_MS INT64_C(1768473060000)

struct stage {
	int64_t now_ms;
	int waits, interrupt_wait; /* which wait a signal ends; 0: none */
	int step_wait;             /* at the end of which wait Unix time is set; 0: none */
	int64_t step_ms, stepped_ms;
	const struct answer *answers;
	size_t answer_count, answered;
	struct sent sent[STAGE_SENT];
	size_t sent_count;
	char log[8192]; /* notices and warnings, one a line */

	struct qm_clock clock;
	struct qm_log logger;
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
	struct qm_session_options options; /* to be changed before stage_play() */
	struct qm_session *session;
};

/* For cmocka: *state becomes a stage with the product's default limits. */
int stage_setup(void **state);
int stage_teardown(void **state);

/* A policy that allows everything. */
extern const char stage_allow_all[];

/* Opens the session. `policy` is YAML. */
void stage_play(
	struct stage *stage, const char *policy, const struct answer *answers, size_t count);

#define PLAY(stage, policy, answers) \
	stage_play(stage, policy, answers, sizeof(answers) / sizeof *(answers))

/* A call of each effect with nothing special about it. */
struct qm_api_call stage_call(enum qm_effect effect);

/* Makes stage_call(effect) and forgets the answer. */
enum qm_code stage_make_call(
	struct stage *stage, enum qm_effect effect, enum qm_refusal *refusal, struct qm_error *err);

#endif
