#include "src/upload/mapping/pattern.h"
#include "policy/regex.h"
#include "src/base/text.h"

#include <string.h>

enum { REASON_BYTES = 300 };

enum qm_pattern_kind qm_pattern_kind_of(const char *text)
{
	size_t length = strlen(text);

	if (length > 2 && text[0] == '/' && text[length - 1] == '/')
		return QM_PATTERN_EXPRESSION;
	return strpbrk(text, "*?") ? QM_PATTERN_WILDCARD : QM_PATTERN_NAME;
}

enum qm_code qm_pattern_init(struct qm_pattern *pattern, const char *text, struct qm_error *err)
{
	struct qm_buf reason;
	enum qm_code code = QM_OK;

	*pattern = (struct qm_pattern){ .kind = qm_pattern_kind_of(text), .text = text };
	if (!*text)
		return qm_error_set(err, QM_EUSAGE, "a name is wanted, and this one is empty");
	if (pattern->kind != QM_PATTERN_EXPRESSION)
		return QM_OK;
	qm_buf_init(&reason, REASON_BYTES);
	pattern->regex = qm_regex_new(text + 1, strlen(text) - 2, &reason);
	if (!pattern->regex)
		code = qm_error_set(
			err, QM_EUSAGE, "%s is no regular expression: %s", text, reason.data);
	qm_buf_release(&reason);
	return code;
}

void qm_pattern_release(struct qm_pattern *pattern)
{
	qm_regex_free(pattern->regex);
	pattern->regex = NULL;
}

/* Bytes of the character at `text`; what is no UTF-8 is one. */
static size_t character_length(const char *text)
{
	unsigned point;
	size_t length = qm_text_decode(text, &point);

	return length ? length : 1;
}

/* Only the last '*' needs to be tried again with more. */
static bool matches_wildcard(const char *pattern, const char *name)
{
	const char *star = NULL, *star_name = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = ++pattern;
			star_name = name;
		} else if (*pattern == '?') {
			pattern++;
			name += character_length(name);
		} else if (*pattern && *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++star_name;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

bool qm_pattern_matches(const struct qm_pattern *pattern, const char *name)
{
	switch (pattern->kind) {
	case QM_PATTERN_WILDCARD:
		return matches_wildcard(pattern->text, name);
	case QM_PATTERN_EXPRESSION:
		return qm_regex_search(pattern->regex, name, strlen(name)) == QM_REGEX_YES;
	default:
		return strcmp(pattern->text, name) == 0;
	}
}
