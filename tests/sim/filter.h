/*
 * filter - the lists of conditions that travel as JSON inside a JSON text:
 *
 *     "filter": "[{\"type\":\"list\",\"value\":[73],\"field\":\"platformID\"}]"
 *
 * Conditions on different fields are joined by "and"; no condition on a field lets all rows pass.
 */
#ifndef SIM_FILTER_H
#define SIM_FILTER_H

#include "tests/sim/check.h"

/* The holds-function of the member `filter`: parses it into the request. */
bool sim_filter_holds(const struct sim_member *member, const json_t *value,
	struct sim_request *request, struct sim_finding *finding);

/* Is `id` in the list on `field`? Ids may be numbers or texts. */
bool sim_filter_has_id(const json_t *filter, const char *field, int64_t id);

bool sim_filter_has_flag(const json_t *filter, const char *field, bool flag);

/* Is `text` one of those that are given with commas between? */
bool sim_filter_has_key(const json_t *filter, const char *field, const char *text);

/* Does `text` contain what is given? Case does not count: as a search box does it. */
bool sim_filter_has_text(const json_t *filter, const char *field, const char *text);

#endif
