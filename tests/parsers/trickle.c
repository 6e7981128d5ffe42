#include "tests/parsers/trickle.h"

#include <string.h>

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t read_some(void *context, char *out, size_t size, struct qm_verdict *verdict)
{
	struct qm_trickle *trickle = context;
	size_t length = smaller(size, trickle->length - trickle->position);

	(void)verdict;
	if (trickle->step)
		length = smaller(length, trickle->step);
	if (trickle->first && !trickle->position)
		length = smaller(length, trickle->first);
	memcpy(out, trickle->bytes + trickle->position, length);
	trickle->position += length;
	return length;
}

struct qm_stream qm_trickle_stream(struct qm_trickle *trickle)
{
	return (struct qm_stream){ .read = read_some, .context = trickle };
}
