#include "src/base/glob.h"
#include "src/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_pattern_character(char character)
{
	return character && strchr("*?[\\", character);
}

bool qm_glob_is_pattern(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

/* Behind the ']' that closes the set whose '[' is at `set`; NULL if none does. */
static const char *end_of_set(const char *set)
{
	const char *c = set + 1;

	c += *c == '!' || *c == '^';
	c += *c == ']'; /* first in a set it stands for itself */
	while (*c && *c != ']' && *c != '/')
		c += *c == '\\' && c[1] ? 2 : 1;
	return *c == ']' ? c + 1 : NULL;
}

enum qm_code qm_glob_check(const char *pattern, struct qm_error *err)
{
	if (!*pattern)
		return qm_error_set(
			err, QM_EUSAGE, "the pattern is empty: name a file or a folder");
	if (strlen(pattern) >= QM_GLOB_MAX_PATH)
		return qm_error_set(err, QM_EUSAGE, "the pattern is longer than %d bytes",
			QM_GLOB_MAX_PATH - 1);
	for (const char *c = pattern; *c;) {
		const char *end = *c == '[' ? end_of_set(c) : c + (*c == '\\' && c[1] ? 2 : 1);

		if (!end)
			return qm_error_set(err, QM_EUSAGE,
				"the pattern '%s' opens a '[' and does not close it; "
				"write \\[ for the character itself",
				pattern);
		c = end;
	}
	return QM_OK;
}

/* ---- Matching. */

/* Bytes of the UTF-8 character at `text`; a stray byte is a character of its own. */
static size_t character_length(const char *text)
{
	size_t length = 1;

	if ((unsigned char)*text >= 0xc0)
		while (((unsigned char)text[length] & 0xc0) == 0x80 && length < 4)
			length++;
	return length;
}

static unsigned character_at(const char *text)
{
	unsigned value = 0;

	for (size_t i = 0; i < character_length(text); i++)
		value = value << 8 | (unsigned char)text[i];
	return value; /* the bytes in order: UTF-8 sorts as its characters do */
}

static const char *skip_escape(const char *pattern)
{
	return *pattern == '\\' && pattern[1] ? pattern + 1 : pattern;
}

static bool set_holds(const char *set, const char *end, unsigned character)
{
	const char *c = set + 1;
	bool negated = *c == '!' || *c == '^', found = false;

	c += negated;
	do {
		unsigned low, high;

		c = skip_escape(c);
		low = high = character_at(c);
		c += character_length(c);
		if (*c == '-' && c + 1 < end - 1) {
			c = skip_escape(c + 1);
			high = character_at(c);
			c += character_length(c);
		}
		found = found || (character >= low && character <= high);
	} while (c < end - 1);
	return found != negated;
}

/* Behind what matches the one character at `text`; NULL if it does not match. */
static const char *match_one(const char *pattern, const char *text)
{
	if (*pattern == '?')
		return pattern + 1;
	if (*pattern == '[') {
		const char *end = end_of_set(pattern);

		return end && set_holds(pattern, end, character_at(text)) ? end : NULL;
	}
	pattern = skip_escape(pattern);
	if (strncmp(pattern, text, character_length(text)) != 0)
		return NULL;
	return pattern + character_length(text);
}

static bool ends_segment(char character)
{
	return !character || character == '/';
}

/* One segment against one name. Only the last '*' needs to be tried again with more. */
static bool match_segment(const char *pattern, const char *name)
{
	const char *star = NULL, *star_name = NULL, *next;

	while (!ends_segment(*name)) {
		if (*pattern == '*') {
			star = ++pattern;
			star_name = name;
			continue;
		}
		next = ends_segment(*pattern) ? NULL : match_one(pattern, name);
		if (next) {
			pattern = next;
			name += character_length(name);
		} else if (star) {
			pattern = star;
			star_name += character_length(star_name);
			name = star_name;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return ends_segment(*pattern);
}

/* The next segment, at the closing NUL behind the last one. */
static const char *next_segment(const char *path)
{
	path += strcspn(path, "/");
	return *path ? path + 1 : path;
}

static bool is_any_folders(const char *pattern)
{
	return pattern[0] == '*' && pattern[1] == '*' && ends_segment(pattern[2]);
}

/*
 * As match_segment(), a level up: the last `**` is tried again with one folder more. With
 * `below`, a path that ends before the pattern does is a match.
 */
static bool match_path(const char *pattern, const char *path, bool below)
{
	const char *any = NULL, *any_path = NULL;

	for (;;) {
		if (is_any_folders(pattern)) {
			if (below)
				return true;
			any = pattern = next_segment(pattern);
			any_path = path;
			if (!*pattern)
				return true;
		} else if (!*path && (below || !*pattern)) {
			return !below || *pattern;
		} else if (*path && *pattern && match_segment(pattern, path)) {
			pattern = next_segment(pattern);
			path = next_segment(path);
		} else if (any && *any_path) {
			any_path = next_segment(any_path);
			pattern = any;
			path = any_path;
		} else {
			return false;
		}
	}
}

bool qm_glob_match(const char *pattern, const char *path)
{
	/* The root is an empty first segment; `*` must not match that, `**` may. */
	if ((*pattern == '/') != (*path == '/') && !is_any_folders(pattern))
		return false;
	return match_path(pattern, path, false);
}

bool qm_glob_may_match_below(const char *pattern, const char *folder)
{
	return match_path(pattern, folder, true);
}

void qm_glob_normalise(char *path)
{
	char *out = path;
	const char *in = path;

	if (*in == '/')
		*out++ = *in++;
	while (*in) {
		size_t length = strcspn(in, "/");

		if (length && !(length == 1 && *in == '.')) {
			if (out > path && out[-1] != '/')
				*out++ = '/';
			memmove(out, in, length);
			out += length;
		}
		in += length;
		in += *in == '/';
	}
	if (out == path && in != path)
		*out++ = '.';
	*out = '\0';
}

/* ---- Walking. */

struct walk {
	const char *const *patterns;
	size_t count;
	const bool *chosen; /* the patterns of this walk */
	qm_glob_fn each;
	void *context;
	size_t names_left;
	char path[QM_GLOB_MAX_PATH];
	struct qm_error *err;
};

/* Bytes of the fixed part: whole segments, without the last '/'. */
static size_t base_length(const char *pattern)
{
	size_t length = 0;

	for (size_t i = 0; pattern[i] && !is_pattern_character(pattern[i]); i++)
		if (pattern[i] == '/')
			length = i ? i : 1;
	return length;
}

/* Whether a segment of the pattern is this very name. */
static bool names_literally(const char *pattern, const char *name)
{
	size_t length = strlen(name);

	for (; *pattern; pattern = next_segment(pattern))
		if (strncmp(pattern, name, length) == 0 && ends_segment(pattern[length]))
			return true;
	return false;
}

static bool is_for_tools(const char *name)
{
	return strcmp(name, ".git") == 0 || strcmp(name, "node_modules") == 0;
}

static bool is_wanted_folder(const struct walk *walk, const char *name)
{
	for (size_t i = 0; i < walk->count; i++)
		if (walk->chosen[i] && qm_glob_may_match_below(walk->patterns[i], walk->path) &&
			(!is_for_tools(name) || names_literally(walk->patterns[i], name)))
			return true;
	return false;
}

static enum qm_code take_file(const struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		if (walk->chosen[i] && qm_glob_match(walk->patterns[i], walk->path))
			return walk->each(walk->context, walk->path);
	return QM_OK;
}

static enum qm_code walk_folder(struct walk *walk, size_t length, int depth);

/* Looks at the name that was put behind the folder's path. */
static enum qm_code visit(struct walk *walk, const char *name, size_t length, int depth)
{
	struct stat status;
	bool is_link;

	if (lstat(walk->path, &status) != 0)
		return QM_OK; /* gone meanwhile */
	is_link = S_ISLNK(status.st_mode);
	if (is_link && stat(walk->path, &status) != 0)
		return QM_OK; /* leads nowhere */
	if (S_ISREG(status.st_mode))
		return take_file(walk);
	if (!S_ISDIR(status.st_mode) || is_link || !is_wanted_folder(walk, name))
		return QM_OK;
	if (depth >= QM_GLOB_MAX_DEPTH)
		return qm_error_set(walk->err, QM_ELIMIT,
			"folders are nested deeper than %d levels at %s: name the folders of the "
			"reports",
			QM_GLOB_MAX_DEPTH, walk->path);
	return walk_folder(walk, length, depth + 1);
}

/* Puts `name` behind the folder's path; 0 where that is too long to be opened. */
static size_t enter(struct walk *walk, size_t folder_length, const char *name)
{
	size_t length = strlen(name), slash = folder_length && walk->path[folder_length - 1] != '/';

	if (folder_length + slash + length >= sizeof walk->path)
		return 0;
	if (slash)
		walk->path[folder_length] = '/';
	memcpy(walk->path + folder_length + slash, name, length + 1);
	return folder_length + slash + length;
}

/* The folder's path is the first `length` bytes of walk->path; none is the current folder. */
static enum qm_code walk_folder(struct walk *walk, size_t length, int depth)
{
	DIR *folder = opendir(length ? walk->path : ".");
	enum qm_code code = QM_OK;
	const struct dirent *entry;

	if (!folder)
		return QM_OK;
	while (!code && (entry = readdir(folder))) {
		size_t longer;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (!walk->names_left--) {
			code = qm_error_set(walk->err, QM_ELIMIT,
				"there are more than %d files and folders to look through: name "
				"the folders of the reports",
				QM_GLOB_MAX_NAMES);
			break;
		}
		longer = enter(walk, length, entry->d_name);
		if (longer)
			code = visit(walk, entry->d_name, longer, depth);
		walk->path[length] = '\0';
	}
	(void)closedir(folder);
	return code;
}

/* Marks the patterns that begin where `first` does and are not done yet. */
static void choose(
	const char *const *patterns, size_t count, size_t first, bool *done, bool *chosen)
{
	size_t length = base_length(patterns[first]);

	for (size_t i = 0; i < count; i++) {
		chosen[i] = !done[i] && base_length(patterns[i]) == length &&
			strncmp(patterns[i], patterns[first], length) == 0;
		done[i] = done[i] || chosen[i];
	}
}

enum qm_code qm_glob_walk(const char *const *patterns, size_t count, qm_glob_fn each, void *context,
	struct qm_error *err)
{
	bool *done = qm_alloc_array(count, sizeof *done);
	bool *chosen = qm_alloc_array(count, sizeof *chosen);
	struct walk *walk = qm_alloc(sizeof *walk);
	enum qm_code code = QM_OK;

	*walk = (struct walk){ .patterns = patterns,
		.count = count,
		.chosen = chosen,
		.each = each,
		.context = context,
		.names_left = QM_GLOB_MAX_NAMES,
		.err = err };
	for (size_t i = 0; i < count && !code; i++) {
		size_t length = base_length(patterns[i]);

		if (done[i] || length >= sizeof walk->path)
			continue;
		choose(patterns, count, i, done, chosen);
		memcpy(walk->path, patterns[i], length);
		walk->path[length] = '\0';
		code = walk_folder(walk, length, 0);
	}
	free(walk);
	free(chosen);
	free(done);
	return code;
}
