/*
 * tape - what a parser tells a sink, recorded to be told to another sink later.
 *
 * A report that is read by a second thread before its turn is recorded, and played when the reports
 * before it have been told (reading.h). A recorded result takes 0.2 KB and those of its texts that
 * differ from the last one's.
 */
#ifndef QM_UPLOAD_REPORTS_TAPE_H
#define QM_UPLOAD_REPORTS_TAPE_H

#include "parsers/result.h"
#include "src/base/buf.h"
#include "src/base/vec.h"

struct qm_tape {
	struct qm_buf entries, texts;
	struct qm_vec properties; /* of the recorded results */
	struct qm_vec played;     /* the same while it is played: struct qm_property */
	struct qm_result last;    /* as it was recorded, with places for its texts */
	size_t last_properties;   /* where its properties begin */
	/* Asked after each entry from `full_bytes` on; what it returns is what the sink returns. */
	size_t full_bytes;
	enum qm_code (*on_full)(void *context);
	void *context;
};

void qm_tape_init(struct qm_tape *tape);
void qm_tape_release(struct qm_tape *tape);
void qm_tape_clear(struct qm_tape *tape); /* keeps its memory */
size_t qm_tape_bytes(const struct qm_tape *tape);

/* A sink that records what `wanted` has functions for. */
struct qm_sink qm_tape_sink(struct qm_tape *tape, const struct qm_sink *wanted);

/* Tells all of it to the sink, in order, until the sink fails. Reports' paths must still live. */
enum qm_code qm_tape_play(struct qm_tape *tape, const struct qm_sink *sink) QM_MUST_CHECK;

#endif
