#include "src/cli/world.h"
#include "src/api/limits.h"
#include "src/api/retry.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/cli/our_tools.h"
#include "src/cli/target.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POLICY_MAX_BYTES = 4 << 20, SHARED_HEADROOM = 20 };

void qm_world_init(struct qm_world *world)
{
	*world = (struct qm_world){ .policy = NULL };
}

void qm_world_close(struct qm_world *world)
{
	qm_session_free(world->session);
	qm_events_free(world->events);
	qm_http_free(world->http);
	qm_gate_free(world->gate);
	qm_store_close(world->store);
	qm_policy_free(world->policy);
	qm_receipt_close(world->receipt);
	free(world->url);
	qm_world_init(world);
}

const char *qm_policy_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (!path)
		return "built-in policy";
	return slash ? slash + 1 : path;
}

enum qm_code qm_open_policy(
	const char *path, struct qm_vec *problems, struct qm_policy **out, struct qm_error *err)
{
	const char *bytes;
	struct qm_buf content;
	enum qm_code code = QM_OK;
	size_t length = 0;

	*out = NULL;
	qm_buf_init(&content, POLICY_MAX_BYTES);
	if (path)
		code = qm_file_read(path, &content, err);
	if (code)
		goto done;
	bytes = path ? content.data : qm_policy_builtin(&length);
	code = qm_policy_load(bytes, path ? content.length : length, out, problems, err);
done:
	if (code && err)
		qm_error_at(err, path ? path : "built-in policy", err->line, err->column);
	code = qm_error_as_usage(err, code);
	qm_buf_release(&content);
	return code;
}

struct qm_gate *qm_open_gate(
	const struct qm_settings *settings, const struct qm_policy *policy, struct qm_store *store)
{
	int64_t usual = store->shared ? SHARED_HEADROOM : 0;
	const struct qm_gate_options options = {
		.headroom_percent = (int)(settings->headroom >= 0 ? settings->headroom : usual),
		.share = (int)settings->share,
	};

	return qm_gate_new(policy, store, &options);
}

enum qm_code qm_find_key(
	const struct qm_secrets *secrets, const struct qm_secret **out, struct qm_error *err)
{
	enum qm_code code = qm_secrets_get(secrets, QM_SECRET_KEY, out, err);

	if (!code && !*out)
		code = qm_error_set(err, QM_EAUTH,
			"no API key: set QMETRY_API_KEY, or QMETRY_API_KEY_FILE to a file that "
			"holds it (QMetry makes one on its Open API page)");
	return code;
}

static enum qm_code find_signature(
	const struct qm_secrets *secrets, struct qm_signature *out, struct qm_error *err)
{
	enum qm_code code = qm_secrets_get(secrets, QM_SECRET_USERNAME, &out->username, err);

	if (!code)
		code = qm_secrets_get(secrets, QM_SECRET_PASSWORD, &out->password, err);
	if (!code && !out->username != !out->password)
		code = qm_error_set(err, QM_EUSAGE,
			"QMETRY_USERNAME and QMETRY_PASSWORD sign a change together (Part 11): "
			"%s is not set",
			out->username ? "QMETRY_PASSWORD" : "QMETRY_USERNAME");
	return code;
}

/* Known before any call, where libcurl would tell it only when it connects. */
static enum qm_code check_client(const struct qm_settings *settings, struct qm_error *err)
{
	const char *cert = settings->client_cert, *key = settings->client_key;
	enum qm_code code = QM_OK;

	if (key && !cert)
		code = qm_error_set(err, QM_EUSAGE,
			"--client-key belongs to a --client-cert, and there is none");
	else if (cert && !qm_file_exists(cert))
		code = qm_error_set(err, QM_EUSAGE, "--client-cert: there is no file %s", cert);
	else if (key && !qm_file_exists(key))
		code = qm_error_set(err, QM_EUSAGE, "--client-key: there is no file %s", key);
	return code;
}

static enum qm_code open_http(
	struct qm_world *world, const struct qm_context *context, struct qm_error *err)
{
	const struct qm_settings *settings = context->settings;
	struct qm_http_options options = {
		.url = settings->url,
		.project = settings->project,
		.auth = (enum qm_auth)settings->auth,
		.cacert = settings->cacert,
		.proxy = settings->proxy,
		.client_cert = settings->client_cert,
		.client_key = settings->client_key,
		.allow_http = settings->allow_http,
		.connect_timeout_ms = QM_CONNECT_MS,
		.interrupted = context->interrupted,
		.log = context->log,
	};
	enum qm_code code = check_client(settings, err);

	if (!code)
		code = qm_find_key(context->secrets, &options.key, err);
	if (!code)
		code = qm_secrets_get(context->secrets, QM_SECRET_CLIENT_KEY_PASSWORD,
			&options.client_key_password, err);
	return code ? code : qm_http_new(&options, &world->http, err);
}

/* Processes that begin in the same ms differ by their ids. */
static enum qm_code open_events(
	struct qm_world *world, const struct qm_context *context, struct qm_error *err)
{
	uint64_t seed = (uint64_t)qm_clock_now(context->clock) * 32768 + (uint64_t)getpid();
	uint32_t instance = (uint32_t)qm_random_up_to(UINT32_MAX, &seed);

	if (!qm_events_open(context->settings->events, instance, &world->events, err))
		return QM_OK;
	qm_error_add(err, " (--events)");
	err->code = QM_EUSAGE;
	return QM_EUSAGE;
}

static enum qm_code open_session(
	struct qm_world *world, const struct qm_context *context, struct qm_error *err)
{
	const struct qm_settings *settings = context->settings;
	struct qm_session_options options = {
		.transport = qm_http_transport(world->http),
		.gate = world->gate,
		.clock = context->clock,
		.log = context->log,
		.url = settings->url,
		.policy_name = world->policy_name,
		.limits = { .max_wait_ms = settings->max_wait,
			.deadline_ms = settings->deadline,
			.outage_ms = settings->outage,
			.timeout_ms = settings->timeout,
			.retries = (int)settings->retries,
			.max_calls = settings->max_calls,
			.stop_on_limit = settings->on_limit == QM_ON_LIMIT_STOP },
		.spread_waits = world->store->shared,
		/* Jobs that failed together shall not come back together. */
		.seed = (uint64_t)qm_clock_now(context->clock) ^ (uint64_t)(uintptr_t)world,
	};

	enum qm_code code = find_signature(context->secrets, &options.signature, err);

	if (!code && settings->events)
		code = open_events(world, context, err);
	options.events = world->events;
	if (!code)
		world->session = qm_session_new(&options);
	return code;
}

/* A share is one call at least: more shards than calls pass a limit together. */
static void warn_of_share(const struct qm_context *context, const struct qm_gate *gate)
{
	int64_t share = context->settings->share, least = INT64_MAX;
	const char *rule = "";

	for (size_t i = 0; i < qm_our_tool_count; i++) {
		const char *name = "";
		int64_t limit = qm_gate_least_limit(gate, qm_our_tools[i], &name);

		if (limit >= 1 && limit < least) {
			least = limit;
			rule = name;
		}
	}
	if (least < share)
		qm_log_line(context->log, QM_LOG_WARNING,
			"--share %lld: the rule \"%s\" allows %lld, and each shard makes one call "
			"at least, so that all together may pass it; common counters (--state "
			"redis://HOST) keep to it",
			(long long)share, rule, (long long)least);
}

enum qm_code qm_world_open_step(struct qm_world *world, const struct qm_context *context,
	enum qm_world_step step, struct qm_error *err)
{
	const struct qm_secret *key = NULL;
	enum qm_code code;

	switch (step) {
	case QM_OPEN_POLICY:
		world->policy_name = qm_policy_name(context->settings->policy);
		return qm_open_policy(context->settings->policy, NULL, &world->policy, err);
	case QM_OPEN_STATE:
		return qm_open_store(context, &world->store, err);
	case QM_OPEN_KEY:
		return qm_find_key(context->secrets, &key, err);
	default:
		break;
	}
	code = open_http(world, context, err);
	if (code)
		return code;
	world->gate = qm_open_gate(context->settings, world->policy, world->store);
	warn_of_share(context, world->gate);
	return open_session(world, context, err);
}

enum qm_code qm_world_open(
	struct qm_world *world, const struct qm_context *context, struct qm_error *err)
{
	enum qm_code code = QM_OK;

	for (int step = 0; !code && step < QM_OPEN_STEPS; step++)
		code = qm_world_open_step(world, context, (enum qm_world_step)step, err);
	if (!code)
		world->url = qm_base_url(context->settings);
	return code;
}

enum qm_code qm_world_open_receipt(struct qm_world *world, const struct qm_context *context,
	const char *begun, struct qm_error *err)
{
	const char *path = context->settings->receipt ? context->settings->receipt : begun;
	enum qm_code code = QM_OK;

	if (path)
		code = qm_receipt_open(path, world->url, context->log, &world->receipt, err);
	if (code)
		err->code = QM_EUSAGE;
	return code ? QM_EUSAGE : QM_OK;
}

struct qm_job_world qm_world_of_job(const struct qm_world *world, const struct qm_context *context)
{
	return (struct qm_job_world){
		.session = world->session,
		.gate = world->gate,
		.clock = context->clock,
		.log = context->log,
		.interrupted = context->interrupted,
		.policy_name = world->policy_name,
		.receipt = world->receipt,
	};
}
