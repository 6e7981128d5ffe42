#include "parsers/gunzip.h"
#include "parsers/deflate.h"

#include "src/base/memory.h"

#include <stdlib.h>
#include <zlib.h>

enum {
	INPUT_BYTES = 16 * 1024,
	GZIP_FORMAT = 16 + MAX_WBITS, /* zlib's way to ask for gzip's header and check sum */
};

struct qm_gunzip {
	const struct qm_stream *in;
	z_stream zlib;
	bool usable;    /* inflateInit2 went well */
	bool in_member; /* between a member's header and its check sum */
	bool ended;     /* nothing more comes */
	char input[INPUT_BYTES];
};

struct qm_gunzip *qm_gunzip_new(const struct qm_stream *in)
{
	struct qm_gunzip *gunzip = qm_alloc(sizeof *gunzip);

	gunzip->in = in;
	gunzip->usable = inflateInit2(&gunzip->zlib, GZIP_FORMAT) == Z_OK;
	return gunzip;
}

void qm_gunzip_free(struct qm_gunzip *gunzip)
{
	if (!gunzip)
		return;
	if (gunzip->usable)
		(void)inflateEnd(&gunzip->zlib);
	free(gunzip);
}

void qm_gunzip_reset(struct qm_gunzip *gunzip)
{
	if (gunzip->usable)
		gunzip->usable = inflateReset(&gunzip->zlib) == Z_OK;
	gunzip->zlib.avail_in = 0;
	gunzip->in_member = false;
	gunzip->ended = false;
}

bool qm_gunzip_is_magic(const char *head)
{
	return (unsigned char)head[0] == 0x1f && (unsigned char)head[1] == 0x8b;
}

/* More compressed bytes, or the end of everything. */
static void refill(struct qm_gunzip *gunzip, struct qm_verdict *verdict)
{
	size_t length = qm_stream_read(gunzip->in, gunzip->input, INPUT_BYTES, verdict);

	gunzip->zlib.next_in = (unsigned char *)gunzip->input;
	gunzip->zlib.avail_in = (uInt)length;
	if (length)
		return;
	gunzip->ended = true;
	if (gunzip->in_member)
		qm_verdict_set(verdict, QM_REASON_TRUNCATED, QM_AT_END,
			"the compressed file ends too early; was it copied whole?");
}

/* A member has ended; another one may follow at once. */
static void end_member(struct qm_gunzip *gunzip)
{
	gunzip->in_member = false;
	gunzip->usable = inflateReset(&gunzip->zlib) == Z_OK;
}

static void inflate_some(struct qm_gunzip *gunzip, struct qm_verdict *verdict)
{
	int status;

	if (!gunzip->in_member && *gunzip->zlib.next_in != 0x1f) {
		gunzip->ended = true;
		return;
	}
	gunzip->in_member = true;
	status = inflate(&gunzip->zlib, Z_NO_FLUSH);
	if (status == Z_STREAM_END) {
		end_member(gunzip);
	} else if (status != Z_OK && status != Z_BUF_ERROR) {
		gunzip->ended = true;
		qm_verdict_set(verdict, QM_REASON_UNREADABLE, QM_AT_END,
			"the gzip data is damaged: %s",
			gunzip->zlib.msg ? gunzip->zlib.msg : "unknown reason");
	}
}

size_t qm_gunzip_read(struct qm_gunzip *gunzip, char *out, size_t size, struct qm_verdict *verdict)
{
	if (!gunzip->usable) {
		qm_verdict_set(verdict, QM_REASON_UNREADABLE, QM_AT_END, "zlib cannot be used");
		return 0;
	}
	gunzip->zlib.next_out = (unsigned char *)out;
	gunzip->zlib.avail_out = (uInt)size;
	while (!gunzip->ended && gunzip->zlib.avail_out == size) {
		if (gunzip->zlib.avail_in)
			inflate_some(gunzip, verdict);
		else
			refill(gunzip, verdict);
	}
	return size - gunzip->zlib.avail_out;
}

/* ---- The other direction, for what is sent. */

enum { DEFLATE_BLOCK = 64 * 1024, RAW_WINDOW_BITS = -15, USUAL_MEMORY = 8 };

bool qm_deflate(const char *bytes, size_t length, struct qm_buf *out)
{
	unsigned char *block = qm_alloc(DEFLATE_BLOCK);
	z_stream zlib = { .next_in = (z_const unsigned char *)(uintptr_t)bytes,
		.avail_in = (uInt)length };
	int status = length > UINT_MAX ? Z_DATA_ERROR
				       : deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
						 RAW_WINDOW_BITS, USUAL_MEMORY, Z_DEFAULT_STRATEGY);

	while (status == Z_OK && !out->overflow) {
		zlib.next_out = block;
		zlib.avail_out = DEFLATE_BLOCK;
		status = deflate(&zlib, Z_FINISH);
		qm_buf_add(out, block, DEFLATE_BLOCK - zlib.avail_out);
	}
	(void)deflateEnd(&zlib);
	free(block);
	return status == Z_STREAM_END && !out->overflow;
}

uint32_t qm_crc32(const char *bytes, size_t length)
{
	return (uint32_t)crc32_z(0, (const unsigned char *)bytes, length);
}
