#include "parsers/encoding.h"

#include "src/base/text.h"

#include <string.h>

enum { LONGEST_NAME = 32 };

/* Names as they are written in reports, each known to iconv under that name. */
static const char *const known[] = {
	"US-ASCII",
	"ASCII",
	"ISO-8859-1",
	"ISO-8859-2",
	"ISO-8859-3",
	"ISO-8859-4",
	"ISO-8859-5",
	"ISO-8859-6",
	"ISO-8859-7",
	"ISO-8859-8",
	"ISO-8859-9",
	"ISO-8859-10",
	"ISO-8859-11",
	"ISO-8859-13",
	"ISO-8859-14",
	"ISO-8859-15",
	"ISO-8859-16",
	"ISO8859-1",
	"ISO8859-15",
	"ISO_8859-1",
	"ISO_8859-15",
	"latin1",
	"windows-1250",
	"windows-1251",
	"windows-1252",
	"windows-1253",
	"windows-1254",
	"windows-1255",
	"windows-1256",
	"windows-1257",
	"windows-1258",
	"cp1250",
	"cp1251",
	"cp1252",
	"cp1253",
	"cp1254",
	"cp1255",
	"cp1256",
	"cp1257",
	"cp1258",
	"windows-874",
	"IBM437",
	"IBM850",
	"IBM852",
	"IBM866",
	"cp437",
	"cp850",
	"cp852",
	"cp866",
	"KOI8-R",
	"KOI8-U",
	"TIS-620",
	"macintosh",
	"GBK",
	"GB2312",
	"GB18030",
	"cp936",
	"Big5",
	"cp950",
	"Shift_JIS",
	"SJIS",
	"windows-31j",
	"MS932",
	"cp932",
	"EUC-JP",
	"EUC-KR",
	"cp949",
};

static bool begins(const char *head, size_t length, const char *bytes, size_t count)
{
	return length >= count && memcmp(head, bytes, count) == 0;
}

/* What the first bytes alone tell. */
static bool detect_by_bytes(
	const char *head, size_t length, struct qm_encoding *out, struct qm_verdict *verdict)
{
	if (begins(head, length, "\xff\xfe\0\0", 4) || begins(head, length, "\0\0\xfe\xff", 4))
		qm_verdict_set(verdict, QM_REASON_ENCODING, 0,
			"the report is UTF-32; convert it to UTF-8");
	else if (begins(head, length, "\xef\xbb\xbf", 3))
		*out = (struct qm_encoding){ .name = NULL, .mark = 3 };
	else if (begins(head, length, "\xff\xfe", 2))
		*out = (struct qm_encoding){ .name = "UTF-16LE", .mark = 2 };
	else if (begins(head, length, "\xfe\xff", 2))
		*out = (struct qm_encoding){ .name = "UTF-16BE", .mark = 2 };
	else if (length >= 4 && head[0] == '<' && !head[1] && head[2] && !head[3])
		*out = (struct qm_encoding){ .name = "UTF-16LE", .mark = 0 };
	else if (length >= 4 && !head[0] && head[1] == '<' && !head[2] && head[3])
		*out = (struct qm_encoding){ .name = "UTF-16BE", .mark = 0 };
	else
		return false;
	return true;
}

static size_t skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && memchr(" \t\r\n", text[at], 4))
		at++;
	return at;
}

/* The value in quotes at `at`: its length; the value begins one byte further on. */
static size_t quoted_length(const char *text, size_t length, size_t at)
{
	const char *end;

	if (at >= length || (text[at] != '"' && text[at] != '\''))
		return 0;
	end = memchr(text + at + 1, text[at], length - at - 1);
	return end ? (size_t)(end - text) - at - 1 : 0;
}

/* The encoding that the XML declaration names, "" if none; false: no declaration. */
static void declared_name(const char *head, size_t length, char out[LONGEST_NAME + 1])
{
	static const char word[] = "encoding";
	size_t at = skip_blanks(head, length, 0);
	const char *end;

	out[0] = '\0';
	if (!begins(head + at, length - at, "<?xml", 5))
		return;
	end = memchr(head + at, '>', length - at);
	length = end ? (size_t)(end - head) : length;
	for (; at + sizeof word - 1 < length; at++) {
		size_t value, count;

		if (memcmp(head + at, word, sizeof word - 1) != 0)
			continue;
		value = skip_blanks(head, length, at + sizeof word - 1);
		if (value >= length || head[value] != '=')
			continue;
		value = skip_blanks(head, length, value + 1);
		count = quoted_length(head, length, value);
		count = count < LONGEST_NAME ? count : LONGEST_NAME;
		memcpy(out, head + value + 1, count);
		out[count] = '\0';
		return;
	}
}

void qm_encoding_detect(
	const char *head, size_t length, struct qm_encoding *out, struct qm_verdict *verdict)
{
	char name[LONGEST_NAME + 1];

	*out = (struct qm_encoding){ .name = NULL, .mark = 0 };
	if (detect_by_bytes(head, length, out, verdict))
		return;
	declared_name(head, length, name);
	if (!name[0] || qm_text_equal_nocase(name, "UTF-8") || qm_text_equal_nocase(name, "UTF8"))
		return;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (qm_text_equal_nocase(name, known[i])) {
			out->name = known[i];
			return;
		}
	}
	if (qm_text_starts(name, "UTF-16") || qm_text_starts(name, "utf-16"))
		qm_verdict_set(verdict, QM_REASON_ENCODING, 0,
			"the report says %s, but its bytes do not; correct its declaration", name);
	else
		qm_verdict_set(verdict, QM_REASON_ENCODING, 0,
			"the encoding \"%s\" is not known; convert the report to UTF-8", name);
}
