/*
 * place - line and column of an offset, found by reading the report once more.
 *
 * Counting lines while a report is read would cost more than dropping its logs does, and it is
 * needed only where something is wrong. So it is done then: the file is read again through the
 * decoder and the filter to see which byte the offset came from, and once more to count the
 * lines up to there. Standard input and other pipes cannot be read again.
 */
#ifndef QM_PARSERS_PLACE_H
#define QM_PARSERS_PLACE_H

#include "parsers/decoder.h"
#include "parsers/filter.h"
#include "parsers/source.h"

/*
 * `offset` is in the filtered text, QM_AT_END is the end of what can be read. `line` and
 * `column` (1-based, in characters) stay as they are where the source cannot be read again.
 * The stages and `buffer` (QM_MAX_CHUNK bytes) are used and left in no particular state.
 */
struct qm_place_tools {
	struct qm_source *source;
	struct qm_decoder *decoder;
	struct qm_filter *filter;
	char *buffer;
};

void qm_place_find(
	const struct qm_place_tools *tools, uint64_t offset, int *out_line, int *out_column);

#endif
