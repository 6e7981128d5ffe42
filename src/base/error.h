/*
 * error - what went wrong, where, and what to do about it.
 *
 * A function that can fail returns an `enum qm_code` and fills the struct that its caller
 * handed in (NULL: the caller does not care). The first error wins: setting a second one is
 * ignored, so a cleanup that fails cannot hide the cause. The text is one impersonal line that
 * names what happened and what to do; the place is kept apart, so that it is printed once:
 *
 *     reports/TEST-a.xml:12:7: the tag </testcase> closes <testsuite>; is the file complete?
 *
 * The code says which class of failure it is; exit codes are made from it in one place only
 * (src/cli/exit_code.c).
 */
#ifndef QM_BASE_ERROR_H
#define QM_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>

enum qm_code {
	QM_OK = 0,
	QM_EUSAGE,       /* a setting or a file of ours is wrong; known before any call */
	QM_EINPUT,       /* foreign data is not what it should be */
	QM_ELIMIT,       /* a ceiling refused it */
	QM_EIO,          /* a file or a store cannot be used */
	QM_ENOTFOUND,    /* what was named does not exist over there */
	QM_EAUTH,        /* the server does not accept the key, or its role */
	QM_EDENIED,      /* the policy refuses the call for good */
	QM_EUNREACHABLE, /* no usable answer from the server */
	QM_ESTOPPED,     /* a limit, a deadline or a signal ended the work */
	QM_EREFUSED,     /* the server refused the content of a call */
};

/* Functions that return it are checked: ignoring a failure is a warning, hence an error. */
#define QM_MUST_CHECK          __attribute__((warn_unused_result))
#define QM_PRINTF(text, first) __attribute__((format(printf, text, first)))

enum { QM_ERROR_TEXT = 640, QM_ERROR_SOURCE = 256 };

struct qm_error {
	enum qm_code code;
	int line, column;             /* 1-based; 0: not known */
	char source[QM_ERROR_SOURCE]; /* file, URL or setting; "" if none */
	char text[QM_ERROR_TEXT];
};

void qm_error_init(struct qm_error *err);

/* Returns `code`, so that a failure is one line: return qm_error_set(err, QM_EIO, "..."). */
enum qm_code qm_error_set(struct qm_error *err, enum qm_code code, const char *format, ...)
	QM_PRINTF(3, 4);
enum qm_code qm_error_vset(struct qm_error *err, enum qm_code code, const char *format,
	va_list arguments) QM_PRINTF(3, 0);

/* Adds words to the text of an error that was set elsewhere: which project, which setting. */
void qm_error_add(struct qm_error *err, const char *format, ...) QM_PRINTF(2, 3);

/* Adds the place to an error that has none yet; a long source keeps its end. */
void qm_error_at(struct qm_error *err, const char *source, int line, int column);

/*
 * A failure with something that the user named, such as a file of settings, is one of usage:
 * QM_EUSAGE, unless a signal or a deadline ended the work.
 */
enum qm_code qm_error_as_usage(struct qm_error *err, enum qm_code code);

/* "source:line:column: text", cut to `size`; the place is left out where it is not known. */
void qm_error_format(const struct qm_error *err, char *out, unsigned long size);

#endif
