/*
 * print_json - a JSON value on standard output.
 *
 * Every string goes through the log's redaction, since a failing test may have printed its
 * environment and the key with it, and through qm_json_add_text(), the one way in which texts
 * become JSON here. A secret "12" is hidden in texts and takes no digits out of a number.
 */
#ifndef QM_CLI_PRINT_JSON_H
#define QM_CLI_PRINT_JSON_H

#include "src/base/log.h"
#include "src/cli/output.h"

#include <jansson.h>

/* On one line, or with a line for each item, indented by one blank a level; ends the line. */
void qm_print_json(
	struct qm_output *output, const json_t *value, bool in_lines, const struct qm_log *log);

#endif
