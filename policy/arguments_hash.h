/*
 * arguments_hash - one hash for the arguments of a call, however they were written.
 *
 * "sha256:" and the digest of the arguments as compact JSON with sorted keys and shortest
 * numbers, as Go's encoding/json writes them: {"b": 2.0, "a": 1} is hashed as {"a":1,"b":2}. It
 * lets a log tell calls apart and recognise them again without holding what was said in them.
 */
#ifndef QM_POLICY_ARGUMENTS_HASH_H
#define QM_POLICY_ARGUMENTS_HASH_H

#include "src/base/buf.h"

#include <jansson.h>

enum { QM_ARGUMENTS_HASH = 7 + 64 + 1 };

/* "" for arguments that are absent, null, empty, or no object. */
void qm_arguments_hash(const json_t *arguments, char out[QM_ARGUMENTS_HASH]);

/* Adds the JSON text that is hashed. */
void qm_arguments_encode(struct qm_buf *out, const json_t *json);

#endif
