/*
 * window - the fixed windows that call limits are counted in.
 *
 * A window of 60 s holds the calls of one UTC minute: it starts at 10:31:00.000 and ends where
 * the next one starts. A limit of 30 therefore allows 30 calls at 10:31:59 and 30 more at
 * 10:32:00; who was refused at 10:31:20 may try again in 40 s.
 *
 * Windows are counted from 0001-01-01T00:00:00Z, 62,135,596,800 s before Unix time. Minutes,
 * hours and days are those of the calendar either way; a window of 7 s starts elsewhere than if
 * it were counted from 1970, and one of a week starts on a Monday.
 *
 * There is no clock in here: every function takes the time, in Unix ms, which may be negative.
 */
#ifndef QM_POLICY_WINDOW_H
#define QM_POLICY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct qm_counter;

/* Start of the window that holds `now_ms`. A length of 0 or less makes every ms a window. */
int64_t qm_window_start_ms(int64_t length_ms, int64_t now_ms);

/* Start of the next window. */
int64_t qm_window_end_ms(int64_t length_ms, int64_t now_ms);

/* What a stored counter stands at: its value while its window lasts, else 0. */
int64_t qm_window_value(const struct qm_counter *counter, int64_t now_ms);

#endif
