#include "src/upload/mapping/map_write.h"
#include "src/base/text.h"
#include "src/upload/limits.h"

#include <string.h>

/* YAML wants a key that stands before its colon to be shorter than 1,024 characters. */
enum { LONG_KEY = 1000, QUOTED_BYTES = 16 * QM_MAX_KEPT_NAME };

/* What may stand in a YAML file as it is; the non-characters may not. */
static bool is_plain(size_t length, unsigned point)
{
	return length && !qm_text_is_invisible(point) && (point & 0xfffe) != 0xfffe;
}

/* Within quotes: what cannot be seen is written by its number. */
static void add_quoted(struct qm_buf *out, const char *text)
{
	while (*text) {
		unsigned point = 0xfffd;
		size_t length = qm_text_decode(text, &point);

		if (*text == '"' || *text == '\\')
			qm_buf_add_format(out, "\\%c", *text);
		else if (!is_plain(length, point))
			qm_buf_add_format(out, "\\U%08x", point);
		else
			qm_buf_add(out, text, length);
		text += length ? length : 1;
	}
}

/*
 * The name as an entry: one that was cut goes on with a star, and one between slashes would be an
 * expression, so its first character is any.
 */
static void add_name(struct qm_buf *out, const char *test)
{
	size_t length = strlen(test);
	bool is_slashed = qm_pattern_kind_of(test) == QM_PATTERN_EXPRESSION;

	if (is_slashed)
		qm_buf_add_char(out, '?');
	add_quoted(out, test + is_slashed);
	/* A cut is at most three bytes short of the limit, at a character's border. */
	if (length >= QM_MAX_KEPT_NAME - 3)
		qm_buf_add_char(out, '*');
}

static void add_comment(struct qm_buf *out, const char *what, const char *text)
{
	if (!*text)
		return;
	qm_buf_add_format(out, "  # %s", what);
	while (*text) {
		unsigned point = 0;
		size_t length = qm_text_decode(text, &point);

		if (is_plain(length, point))
			qm_buf_add(out, text, length);
		else
			qm_buf_add_char(out, point < 0x80 && length ? ' ' : '?');
		text += length ? length : 1;
	}
	qm_buf_add_char(out, '\n');
}

static void add_entry(struct qm_buf *out, const struct qm_unmapped *unmapped)
{
	struct qm_buf name;

	qm_buf_init(&name, QUOTED_BYTES);
	add_name(&name, unmapped->test);
	add_comment(out, "", unmapped->why);
	add_comment(out, "nearest: ", unmapped->nearest);
	qm_buf_add_format(
		out, name.length > LONG_KEY ? "  ? \"%s\"\n  :\n" : "  \"%s\":\n", name.data);
	qm_buf_release(&name);
}

bool qm_map_has_entries(const struct qm_resolution *resolution)
{
	const struct qm_unmapped *rows = resolution->unmapped.items;

	for (size_t i = 0; i < resolution->unmapped.count; i++)
		if (!rows[i].is_step)
			return true;
	return false;
}

void qm_map_write(
	const struct qm_resolution *resolution, const char *example_key, struct qm_buf *out)
{
	const struct qm_vec *rows = &resolution->unmapped;
	struct qm_map seen;
	size_t written = 0;

	qm_map_init(&seen);
	qm_buf_add_format(out,
		"# Tests without a test case. Write the key of its test case behind each name,\n"
		"# such as %s, or several in brackets; move what is nobody's to a list\n"
		"# \"ignore:\"; then give the file to --map. A name without a key says nothing.\n"
		"map:\n",
		example_key);
	for (size_t i = 0; i < rows->count && out->length < QM_MAX_MAP_BYTES / 2; i++) {
		const struct qm_unmapped *unmapped = qm_vec_at(rows, i);
		bool added;

		(void)qm_map_put(&seen, unmapped->test, i, &added);
		if (added && *unmapped->test && !unmapped->is_step)
			add_entry(out, unmapped);
		written = i + 1;
	}
	if (resolution->unmapped_count > written)
		qm_buf_add_format(out,
			"  # ... and %llu more; give what is done to --map "
			"first\n",
			(unsigned long long)(resolution->unmapped_count - written));
	qm_map_release(&seen);
}
