/*
 * zip - one file in a zip container: what QMetry takes where a report is large.
 *
 * A local header, the deflated bytes, the directory of one entry, the end: 98 bytes and the name
 * twice (APPNOTE.TXT 4.3). XML of test results shrinks to a tenth. A library for archives would
 * bring four compressors and a crypto library along for these.
 */
#ifndef QM_UPLOAD_ZIP_H
#define QM_UPLOAD_ZIP_H

#include "src/base/buf.h"

/* Adds the whole container; false where it does not fit into `out`. */
bool qm_zip_add(const char *name, const char *bytes, size_t length, struct qm_buf *out);

#endif
