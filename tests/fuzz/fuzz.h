/*
 * fuzz - what the harnesses share.
 */
#ifndef QM_TESTS_FUZZ_FUZZ_H
#define QM_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Called by libFuzzer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run with a finding; unlike assert() in every kind of build. */
static inline void must(bool holds)
{
	if (!holds)
		abort();
}

/* Whether all of `text` is UTF-8, by RFC 3629. */
bool is_utf8(const char *text, size_t length);

#endif
