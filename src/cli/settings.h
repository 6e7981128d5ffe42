/*
 * settings - everything that a user has set; what can be set is the table of setting.h.
 *
 * What is given on the command line goes before the environment, that before the configuration
 * file, and that before the default. An empty variable counts as not set, since CI templates pass
 * empty inputs on.
 */
#ifndef QM_CLI_SETTINGS_H
#define QM_CLI_SETTINGS_H

#include "src/base/memory.h"
#include "src/base/vec.h"
#include "src/cli/setting.h"

#include <stdbool.h>
#include <stdint.h>

enum qm_format { QM_FORMAT_TEXT, QM_FORMAT_JSON };
enum qm_fail_mode { QM_FAIL_CLOSED, QM_FAIL_OPEN };
enum qm_on_limit { QM_ON_LIMIT_WAIT, QM_ON_LIMIT_STOP };

/* Lists hold const char *; durations are milliseconds; -1 is "not given" where it is possible. */
struct qm_settings {
	const char *url, *project, *cacert, *proxy, *client_cert, *client_key;
	int64_t auth; /* enum qm_auth */
	bool allow_http;

	struct qm_vec suites, suite_runs;
	const char *platform, *release, *cycle, *build, *cache;
	bool all_executions;
	int64_t build_wait;

	struct qm_vec match, id_properties, statuses, protect, call_arguments;
	const char *map, *write_map;
	int64_t level, combine, overwrite; /* enum qm_level, enum qm_combine, enum qm_overwrite */
	bool only_changed;
	const char *comment;
	int64_t max_comment_calls, batch_size, max_split_calls;

	const char *policy, *state, *state_prefix, *journal, *receipt;
	int64_t state_fail_mode; /* enum qm_fail_mode */
	const char *events;
	int64_t headroom, share, on_limit, max_wait, deadline, outage, timeout, retries;
	int64_t max_calls; /* 0: any number */

	const char *newer_than, *hierarchy;
	int64_t salvage; /* enum qm_salvage */
	bool results, only_unmapped;

	int64_t ci, annotations; /* ci: 0 is auto, then 1 + enum qm_ci_system */
	const char *summary, *outputs;
	int64_t format, fail_on_unmapped, fail_on_missing;
	bool allow_empty;
	const char *soft_fail; /* NULL: not given */
	bool keep_exit_code;
	const char *config;
	bool verbose, quiet, verify, no_journal, force;

	char **command;         /* of `run`: the words behind "--", NULL ends them; NULL: none */
	struct qm_vec operands; /* what is no option: reports, for most commands */
	struct qm_arena arena;  /* texts that were read */
};

void qm_settings_init(struct qm_settings *settings);
void qm_settings_release(struct qm_settings *settings);

#endif
