/*
 * go_json - JSON as Go's encoding/json reads it, where jansson is stricter.
 *
 * An unpaired surrogate becomes U+FFFD. A number outside of the range of doubles is an error in
 * Go, but one of the value that holds it: here it becomes a text, GO_JSON_TOO_LARGE, so that the
 * case around it can still be read.
 */
#ifndef QM_TESTS_POLICY_GO_JSON_H
#define QM_TESTS_POLICY_GO_JSON_H

#include <jansson.h>
#include <stdbool.h>

#define GO_JSON_TOO_LARGE "\x01number out of range"

json_t *go_json_load(const char *text, size_t length, json_error_t *error);

/* Whether such a number is anywhere inside. */
bool go_json_too_large(const json_t *json);

#endif
