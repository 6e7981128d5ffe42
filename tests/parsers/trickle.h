/*
 * trickle - a stream whose reads give at most so many bytes, whatever they are asked for: puts
 * the border of a chunk between any two bytes of a text.
 */
#ifndef QM_TESTS_PARSERS_TRICKLE_H
#define QM_TESTS_PARSERS_TRICKLE_H

#include "parsers/stream.h"

struct qm_trickle {
	const char *bytes;
	size_t length, position;
	size_t step;  /* bytes a read; 0: all of them */
	size_t first; /* bytes of the first read, if not 0 */
};

struct qm_stream qm_trickle_stream(struct qm_trickle *trickle);

#endif
