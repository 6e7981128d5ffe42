/*
 * duration - the times that reports give, in milliseconds.
 *
 * JUnit's `time` is in seconds and comes in the writer's locale: "0.25", "0,25", "1,234.5",
 * "1.234,5", "2.5E-4", "3s", "250ms". The last of "." and "," divides, the other groups; where
 * only one kind is there it divides, unless it stands more than once or is a comma with three
 * digits behind it and a number other than 0 before it: "1,234" is 1,234 s, as Surefire writes
 * it, "0,234" is 234 ms. What is no time ("", "NaN", "-1") is not known.
 */
#ifndef QM_PARSERS_DURATION_H
#define QM_PARSERS_DURATION_H

#include <stddef.h>
#include <stdint.h>

enum { QM_DURATION_UNKNOWN = -1 };

/* Rounded to the nearest millisecond; `text` needs no NUL. */
int64_t qm_duration_from_seconds(const char *text, size_t length);

/* A whole number of milliseconds, as TestNG's duration-ms. */
int64_t qm_duration_from_ms(const char *text, size_t length);

#endif
