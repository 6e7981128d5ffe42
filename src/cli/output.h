/*
 * output - the result, on standard output.
 *
 * It is collected and written in pieces of 64 KB. The first failure (a full disk, a reader that
 * went away) is kept, what comes after it is dropped, and qm_output_end() tells it: a result that
 * did not arrive is no success. `parse --results | head -1` asks qm_output_failed() and stops.
 */
#ifndef QM_CLI_OUTPUT_H
#define QM_CLI_OUTPUT_H

#include "src/base/error.h"

#include <stddef.h>

struct qm_output {
	int file;
	char *bytes;
	size_t used;
	int failure; /* errno of the first one; 0: none */
};

void qm_output_init(struct qm_output *output, int file);

void qm_output_write(struct qm_output *output, const char *bytes, size_t length);
bool qm_output_failed(const struct qm_output *output);

/* Writes what is left and releases; QM_EIO if anything was lost. */
enum qm_code qm_output_end(struct qm_output *output, struct qm_error *err) QM_MUST_CHECK;

#endif
