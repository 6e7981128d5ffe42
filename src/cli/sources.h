/*
 * sources - where settings come from, and which source counts.
 *
 *     command line  >  environment (QMETRY_...)  >  configuration file  >  default
 *
 * A setting that a higher source gave is not even read from a lower one. Under CI (ci.h) a
 * configuration file that was found and not named may not set what would send the key elsewhere or
 * get round the policy: a pull request could have brought it along.
 */
#ifndef QM_CLI_SOURCES_H
#define QM_CLI_SOURCES_H

#include "src/base/log.h"
#include "src/cli/settings.h"

struct qm_command;

enum { QM_SOURCES_MAX_ROWS = 96 };

/* Which settings have been given so far, by row. */
struct qm_given {
	bool rows[QM_SOURCES_MAX_ROWS];
};

/*
 * Reads the command line behind the command's name. `out_help` is set where --help stands in it.
 * What is no option is an operand, everything behind "--" too; `run` has its command there.
 */
enum qm_code qm_read_arguments(struct qm_settings *settings, struct qm_given *given,
	const struct qm_command *command, int count, char **arguments, bool *out_help,
	struct qm_error *err) QM_MUST_CHECK;

enum qm_code qm_read_environment(struct qm_settings *settings, struct qm_given *given,
	const struct qm_command *command, struct qm_error *err) QM_MUST_CHECK;

/* What is nearly called like a setting (QMETRY_PLATFROM) has no effect, and nobody would see it. */
void qm_warn_of_variables(const struct qm_log *log);

/*
 * The file of --config, else qmetry-ci.yaml in the working folder where there is one. It is for all
 * commands: what another one takes is checked and kept, and unknown settings are errors.
 */
enum qm_code qm_read_config(
	struct qm_settings *settings, struct qm_given *given, struct qm_error *err) QM_MUST_CHECK;

void qm_read_defaults(struct qm_settings *settings, struct qm_given *given);

/*
 * The comment where none was given; the CI's build number for the build "auto"; --verbose where the
 * CI logs for debugging.
 */
enum qm_code qm_read_ci(struct qm_settings *settings, struct qm_error *err) QM_MUST_CHECK;

#endif
