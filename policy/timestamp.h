/*
 * timestamp - dates and times as YAML knows them, and how Go prints them.
 *
 * An unquoted 2026-03-04 in a policy is no string but a time: midnight UTC of that day. When it
 * is compared with an argument its display text counts, "2026-03-04 00:00:00 +0000 UTC", so it
 * never equals the argument "2026-03-04"; who means the text puts it in quotes.
 *
 * Read are `2026-3-4`, `2026-3-4 15:4:5.25` and `2026-03-04T15:04:05.25Z` or with an offset such
 * as +02:00 (also with a small t). What is displayed is the time of day as it was written.
 */
#ifndef QM_POLICY_TIMESTAMP_H
#define QM_POLICY_TIMESTAMP_H

#include "src/base/buf.h"

struct qm_timestamp {
	int year, month, day, hour, minute, second;
	int nanoseconds;
	int offset_minutes; /* east of UTC */
};

/* False where `text` is no such time, a 30th of February among them. */
bool qm_timestamp_parse(const char *text, struct qm_timestamp *out);

/* Adds "2026-03-04 15:04:05.25 +0200 +0200"; the zone's name is UTC where the offset is 0. */
void qm_timestamp_display(struct qm_buf *out, const struct qm_timestamp *time);

#endif
