/*
 * regex_parser - reads RE2's syntax and writes PCRE2's.
 *
 * Private to the regex_*.c files. The parser goes through the pattern once and writes as it
 * goes; what it has to remember is the last item written, as a repetition may follow it, and
 * for each open group where it began. Of the tree that Go builds it keeps but three numbers,
 * because Go refuses by them:
 *
 *     repeats   the product of nested counts, at most 1000: (a{50}){20} is fine, {21} is not
 *     height    of the tree, at most 1000
 *     size      of the compiled program, at most 3,355,443 instructions
 */
#ifndef QM_POLICY_REGEX_PARSER_H
#define QM_POLICY_REGEX_PARSER_H

#include "src/base/buf.h"
#include "src/base/vec.h"

enum {
	QM_REGEX_FOLD = 1,      /* (?i) */
	QM_REGEX_MULTILINE = 2, /* (?m) */
	QM_REGEX_DOT_ALL = 4,   /* (?s) */
	QM_REGEX_UNGREEDY = 8,  /* (?U): makes no difference to whether something matches */
};

enum { QM_REGEX_MAX_POINT = 0x10FFFF };

struct qm_regex_measure {
	int64_t size;
	int height, repeats;
};

enum qm_regex_shape { QM_REGEX_LITERAL, QM_REGEX_SEQUENCE, QM_REGEX_OTHER };

/* What a repetition would apply to. */
struct qm_regex_item {
	bool exists;
	bool whole;   /* PCRE2 takes a repetition behind it as it is, without (...) around it */
	size_t start; /* where it begins in what was written */
	enum qm_regex_shape shape;
	struct qm_regex_measure measure;
};

/* A group that is open; the pattern itself is the outermost. */
struct qm_regex_group {
	unsigned outer_flags;
	bool outer_fold_written, capture;
	struct qm_regex_item last;
	struct qm_regex_measure sequence; /* of the items before `last` */
	size_t items;
	bool literal_before; /* of those the last is a literal: literals join */
	struct qm_regex_measure branches;
	size_t branch_count;
	enum qm_regex_shape branch_shape;
};

struct qm_regex_parser {
	const char *pattern;
	size_t length, at;
	const char *script_prefix; /* "sc:" where PCRE2 knows it, else "" */
	unsigned flags;
	bool fold_written; /* what was written last is under PCRE2's (?i) */
	struct qm_vec groups;
	struct qm_buf *out, *reason;
};

/* Notes "text: `fragment`", the fragment from..to of the pattern; returns false. */
bool qm_regex_fail(struct qm_regex_parser *parser, const char *text, size_t from, size_t to);

/* The next code point, which is consumed; fails on what is no UTF-8. */
bool qm_regex_point(struct qm_regex_parser *parser, uint32_t *out);

/* An escape that stands for one character, such as \n, \x{e9} or \. */
bool qm_regex_escape(struct qm_regex_parser *parser, uint32_t *out);

/* The next byte, -1 at the end. */
int qm_regex_peek(const struct qm_regex_parser *parser);

bool qm_regex_alnum(uint32_t point); /* ASCII */

/* The rest of the pattern begins with `text`. */
bool qm_regex_at(const struct qm_regex_parser *parser, const char *text);

/* Writes a code point that stands for itself, also inside of [...]. */
void qm_regex_write_point(struct qm_buf *out, uint32_t point);

/* A class in brackets, \d and its like, or \p{...}: consumed and written, as [...]. */
bool qm_regex_class(struct qm_regex_parser *parser);
/* Not consumed, false and no failure where neither stands here. */
bool qm_regex_is_class_escape(const struct qm_regex_parser *parser);

/* What PCRE2 calls the property, with the further characters that match it under (?i). */
struct qm_regex_property {
	const char *name;  /* for \p{name} */
	bool script;       /* then script_prefix belongs before the name */
	bool negated;      /* it is what the name is not */
	bool ascii;        /* it is no property of PCRE2, but the first 128 characters */
	const char *extra; /* for a class; "" if none */
};

bool qm_regex_find_property(
	const char *name, size_t length, bool fold, struct qm_regex_property *out);

/* Writes the pattern for PCRE2. */
bool qm_regex_translate(struct qm_regex_parser *parser);

#endif
