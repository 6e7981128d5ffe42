#include "src/upload/zip.h"
#include "parsers/deflate.h"

#include <stdint.h>
#include <string.h>

/* Signatures, and what all entries have: version 2.0, names in UTF-8, deflated, 1980-01-01. */
enum {
	LOCAL = 0x04034b50,
	ENTRY = 0x02014b50,
	END = 0x06054b50,
	VERSION = 20,
	UTF8_NAME = 0x0800,
	DEFLATED = 8,
	MIDNIGHT = 0,
	FIRST_DAY = 0x21,
	LOCAL_BYTES = 30,
	ENTRY_BYTES = 46,
};

struct entry {
	const char *name;
	uint32_t checksum, packed, size;
};

static void add_16(struct qm_buf *out, uint32_t number)
{
	qm_buf_add_char(out, (char)(number & 0xff));
	qm_buf_add_char(out, (char)(number >> 8 & 0xff));
}

static void add_32(struct qm_buf *out, uint32_t number)
{
	add_16(out, number & 0xffff);
	add_16(out, number >> 16);
}

/* What local header and directory have in common. */
static void add_description(struct qm_buf *out, const struct entry *entry)
{
	add_16(out, VERSION);
	add_16(out, UTF8_NAME);
	add_16(out, DEFLATED);
	add_16(out, MIDNIGHT);
	add_16(out, FIRST_DAY);
	add_32(out, entry->checksum);
	add_32(out, entry->packed);
	add_32(out, entry->size);
	add_16(out, (uint32_t)strlen(entry->name));
	add_16(out, 0); /* extra field */
}

static void add_directory(struct qm_buf *out, const struct entry *entry)
{
	uint32_t name = (uint32_t)strlen(entry->name);

	add_32(out, ENTRY);
	add_16(out, VERSION); /* made by */
	add_description(out, entry);
	add_16(out, 0); /* comment */
	add_16(out, 0); /* disk */
	add_16(out, 0); /* internal attributes */
	add_32(out, 0); /* external attributes */
	add_32(out, 0); /* offset of the local header */
	qm_buf_add_text(out, entry->name);
	add_32(out, END);
	add_16(out, 0); /* this disk */
	add_16(out, 0); /* the directory's disk */
	add_16(out, 1); /* entries here */
	add_16(out, 1); /* entries */
	add_32(out, ENTRY_BYTES + name);
	add_32(out, LOCAL_BYTES + name + entry->packed);
	add_16(out, 0); /* comment */
}

bool qm_zip_add(const char *name, const char *bytes, size_t length, struct qm_buf *out)
{
	struct entry entry = { .name = name, .size = (uint32_t)length };
	struct qm_buf packed;
	bool fits;

	qm_buf_init(&packed, out->max_bytes);
	fits = length <= UINT32_MAX && qm_deflate(bytes, length, &packed);
	if (fits) {
		entry.checksum = qm_crc32(bytes, length);
		entry.packed = (uint32_t)packed.length;
		add_32(out, LOCAL);
		add_description(out, &entry);
		qm_buf_add_text(out, name);
		qm_buf_add(out, packed.data, packed.length);
		add_directory(out, &entry);
	}
	qm_buf_release(&packed);
	return fits && !out->overflow;
}
