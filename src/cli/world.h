/*
 * world - what an upload acts on: policy, counters, gate, connection, session.
 *
 * Everything is opened in the order in which it can fail for free: settings, policy, counters,
 * key, URL. The first call is made by whoever gets the session.
 */
#ifndef QM_CLI_WORLD_H
#define QM_CLI_WORLD_H

#include "src/api/http.h"
#include "src/cli/commands.h"
#include "src/upload/job.h"

struct qm_world {
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
	struct qm_http *http;
	struct qm_session *session;
	struct qm_receipt *receipt; /* NULL: none */
	struct qm_events *events;   /* NULL: none */
	const char *policy_name;    /* borrowed from the settings */
	char *url;                  /* of the settings, without slashes at its end */
};

void qm_world_init(struct qm_world *world);

/* What is opened, in this order; the last one needs all before it. */
enum qm_world_step { QM_OPEN_POLICY, QM_OPEN_STATE, QM_OPEN_KEY, QM_OPEN_SESSION, QM_OPEN_STEPS };

enum qm_code qm_world_open_step(struct qm_world *world, const struct qm_context *context,
	enum qm_world_step step, struct qm_error *err) QM_MUST_CHECK;

/* All steps. */
enum qm_code qm_world_open(struct qm_world *world, const struct qm_context *context,
	struct qm_error *err) QM_MUST_CHECK;
void qm_world_close(struct qm_world *world);

/* Opens the receipt of --receipt, else `begun`, else none (NULL); after the world. */
enum qm_code qm_world_open_receipt(struct qm_world *world, const struct qm_context *context,
	const char *begun, struct qm_error *err) QM_MUST_CHECK;

/* The part of an open world that src/upload acts on. */
struct qm_job_world qm_world_of_job(const struct qm_world *world, const struct qm_context *context);

/* QM_EAUTH where none was given. */
enum qm_code qm_find_key(const struct qm_secrets *secrets, const struct qm_secret **out,
	struct qm_error *err) QM_MUST_CHECK;

/* How messages call the policy: by its file's name; NULL: the built-in one. */
const char *qm_policy_name(const char *path);

/* The file at `path`, NULL: the built-in policy. `problems` as in qm_policy_load(). */
enum qm_code qm_open_policy(const char *path, struct qm_vec *problems, struct qm_policy **out,
	struct qm_error *err) QM_MUST_CHECK;

/* With --headroom and --share, or what is usual for the store. */
struct qm_gate *qm_open_gate(
	const struct qm_settings *settings, const struct qm_policy *policy, struct qm_store *store);

/*
 * Where counters live, by --state. auto: Intercept's file where it exists, else our own of the
 * same schema in the state directory, else, where none can be made, memory with a notice. The
 * store borrows the context's clock and log. QM_EUSAGE, or QM_ESTOPPED after a signal.
 */
enum qm_code qm_open_store(const struct qm_context *context, struct qm_store **out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
