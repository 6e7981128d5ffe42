/*
 * options - the command line of qmetry-sim.
 */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "src/base/error.h"

#include <stdint.h>

struct sim_options {
	const char *world, *clock, *cert, *key;
	int64_t port;
	bool until_eof, verbose, help;
};

/* "--name value" and "--name=value"; the texts are those of `arguments`. */
enum qm_code sim_options_parse(
	char **arguments, struct sim_options *out, struct qm_error *err) QM_MUST_CHECK;

extern const char sim_options_help[];

#endif
