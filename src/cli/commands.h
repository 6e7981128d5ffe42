/*
 * commands - the commands as rows: name, function, one line.
 *
 * The program is qm_main(): it finds the command, reads its settings from all sources and calls it.
 * main.c hands in the system's clock, the test program another one; nothing below asks for time.
 */
#ifndef QM_CLI_COMMANDS_H
#define QM_CLI_COMMANDS_H

#include "src/base/clock.h"
#include "src/base/log.h"
#include "src/cli/output.h"
#include "src/cli/secrets.h"
#include "src/cli/settings.h"

#include <signal.h>

/* What a command works with. */
struct qm_context {
	const struct qm_settings *settings;
	const struct qm_clock *clock;
	struct qm_log *log;
	struct qm_output *output;
	const volatile sig_atomic_t *interrupted; /* where signals are caught, else NULL */
	const struct qm_secrets *secrets;         /* the log hides them */
};

struct qm_command {
	const char *name;
	unsigned bit;                                 /* QM_FOR_UPLOAD ...; 0: takes no settings */
	int (*run)(const struct qm_context *context); /* returns the exit code */
	const char *arguments, *help;
	const char *choices; /* "bash|zsh|fish": what its operand may be; NULL: anything */
};

extern const struct qm_command qm_commands[];
extern const size_t qm_command_count;

/* NULL and an error that names the nearest one if there is none. */
const struct qm_command *qm_command_find(const char *name, struct qm_error *err);

int qm_command_upload(const struct qm_context *context);
int qm_command_plan(const struct qm_context *context);
int qm_command_resume(const struct qm_context *context);
int qm_command_undo(const struct qm_context *context);
int qm_command_parse(const struct qm_context *context);
int qm_command_import(const struct qm_context *context);
int qm_command_check(const struct qm_context *context);
int qm_command_list(const struct qm_context *context);
int qm_command_run(const struct qm_context *context);
int qm_command_init(const struct qm_context *context);
int qm_command_completion(const struct qm_context *context);
int qm_command_policy(const struct qm_context *context);
int qm_command_help(const struct qm_context *context);
int qm_command_version(const struct qm_context *context);

/* The whole program; returns the exit code. */
int qm_main(int argc, char **argv, const struct qm_clock *clock);

#endif
