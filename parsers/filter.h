/*
 * filter - the third stage: takes out of the text what libxml2 must not see or cannot stand.
 *
 *   <system-out>1 GB of logs</system-out>   the inside is dropped, up to the first tag in it:
 *                                           most of the bytes of a report, not needed here
 *   <![CDATA[80 MB]]>                       becomes sections of 16 KB each
 *   ESC, BEL, U+FFFE, &#7; and the like     become U+FFFD, counted: XML forbids them, test
 *                                           runners write them all the same
 *   &#xD83D;&#xDE00;                        a character that was cut in two is put together
 *   <!DOCTYPE ...>                          before the root is dropped unread; one that
 *                                           declares an entity is refused (entity-expansion)
 *   blanks before the first "<"             are dropped
 *
 * It works on UTF-8 and jumps from "<" to "<": in XML that byte can stand only where markup
 * begins, or inside a comment, a CDATA section, a processing instruction or a DOCTYPE, which
 * are followed to their ends. What is not well-formed passes through and is libxml2's to
 * refuse. It costs about 5 % of libxml2's instructions where there is nothing to do.
 *
 * Something that was put off to the next read, such as "<![CD", is kept in the buffer; the
 * filter looks at most 16 bytes ahead.
 */
#ifndef QM_PARSERS_FILTER_H
#define QM_PARSERS_FILTER_H

#include "parsers/stream.h"

#include <stdbool.h>

enum qm_filter_state {
	QM_FILTER_START, /* before the first "<" */
	QM_FILTER_TEXT,  /* text and ordinary tags */
	QM_FILTER_COMMENT,
	QM_FILTER_INSTRUCTION,
	QM_FILTER_CDATA,
	QM_FILTER_OUTPUT_TAG,   /* in the tag <system-out ...> */
	QM_FILTER_OUTPUT,       /* behind it: dropped */
	QM_FILTER_OUTPUT_CDATA, /* a CDATA section there: dropped */
	QM_FILTER_DOCTYPE,
};

struct qm_filter {
	const struct qm_stream *in;
	char *bytes; /* QM_MAX_CHUNK; bytes[position..length) are not yet handed on */
	size_t position, length;
	bool ended; /* `in` has no more */

	enum qm_filter_state state;
	size_t run_end;       /* bytes[position..run_end) are to be handed on as they are */
	bool run_references;  /* ... and may hold character references */
	bool run_splits;      /* ... and are the inside of a CDATA section */
	bool in_root;         /* the root element has begun: a DOCTYPE is an error now */
	size_t section;       /* bytes of the CDATA section since it was last split */
	char quote, previous; /* in a tag or a DOCTYPE: the open quote, the byte before */
	bool in_subset;       /* in a DOCTYPE: between "[" and "]" */

	char *out; /* of the read that goes on */
	size_t out_length;

	uint64_t in_total, out_total; /* bytes before `bytes`, bytes before `out` */
	uint64_t replaced;            /* forbidden characters */

	/* Set by who looks for a place: where byte `watch` of the output comes from. */
	uint64_t watch, watch_source;
	bool watch_found;
};

void qm_filter_init(struct qm_filter *filter);
void qm_filter_release(struct qm_filter *filter);

void qm_filter_begin(struct qm_filter *filter, const struct qm_stream *in);

/* A qm_stream's read; `context` is the filter. `size` must be QM_FILTER_LEAST or more. */
enum { QM_FILTER_LEAST = 4096 };
size_t qm_filter_read(void *context, char *out, size_t size, struct qm_verdict *verdict);

#endif
