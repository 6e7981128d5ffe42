/*
 * case_json - JSON as Go's encoding/json reads it, where jansson is stricter.
 *
 * An unpaired surrogate becomes U+FFFD. A number outside of the range of doubles is an error in
 * Go, but one of the value that holds it alone: the case around it can still be read.
 */
#ifndef QM_POLICY_CASE_JSON_H
#define QM_POLICY_CASE_JSON_H

#include <jansson.h>
#include <stdbool.h>

/* NULL where it is no JSON at all. Numbers are doubles. */
json_t *qm_case_json_load(const char *text, size_t length, json_error_t *error);

/* Whether a number outside of the range is anywhere inside. */
bool qm_case_json_too_large(const json_t *json);

#endif
