/*
 * multipart - the body of an import: a file and some fields, with a boundary between.
 */
#ifndef SIM_MULTIPART_H
#define SIM_MULTIPART_H

#include "tests/sim/check.h"

/* Cuts the body into the request's parts; a body that is not made as it should be is a finding. */
bool sim_multipart_parse(struct sim_request *request, struct sim_finding *finding);

/* NULL: there is no such part. */
const struct sim_part *sim_multipart_find(const struct sim_request *request, const char *name);

#endif
