/*
 * whole - the bytes of a report in one piece, for who hands it on as it is.
 *
 * They come from the same source as those that are parsed (source.h): a file, one packed with
 * gzip, or standard input; a pipe that nobody writes to is left when a stop is due.
 */
#ifndef QM_PARSERS_WHOLE_H
#define QM_PARSERS_WHOLE_H

#include "src/base/buf.h"
#include "src/base/stop.h"

/*
 * Adds the unpacked bytes to `out`, as many as it can hold. QM_EINPUT: it cannot be read, or is
 * longer than that; QM_ESTOPPED. `stop` may be NULL: never.
 */
enum qm_code qm_whole_read(const char *path, const struct qm_stop *stop, struct qm_buf *out,
	struct qm_error *err) QM_MUST_CHECK;

#endif
