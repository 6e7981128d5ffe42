/*
 * escape - untrusted text for each place that it goes to: one function a place.
 *
 * Names of tests, messages and answers of servers are written by strangers. What they hold may be
 * read by a person and must never be obeyed by a machine:
 *
 *     a terminal, a log      qm_text_printable()         text.h
 *     JSON                   qm_json_add_text()          json_text.h
 *     a GitHub command       qm_escape_github_message(), qm_escape_github_property()
 *     an Azure command       qm_escape_azure()
 *     Markdown               qm_escape_markdown()
 *     HTML                   qm_escape_html()
 *
 * Those below first do what qm_text_printable() does: no controls, escape sequences, bidi controls
 * or line ends are left and no orders to a CI system. The rest is the language of the place:
 *
 *     ::error title=a%3Ab::100%25 of it        property "a:b", message "100% of it"
 *     &#42;&#42;bold&#42;&#42;                 "**bold**" in Markdown, seen as it was written
 *     &lt;script&gt;                           "<script>" in HTML, likewise
 *
 * tests/base/test_escape.c holds all of them to that with random bytes.
 */
#ifndef QM_BASE_ESCAPE_H
#define QM_BASE_ESCAPE_H

#include "src/base/buf.h"

/* What stands behind the second "::" of ::error::, and what stands behind title= or file=. */
void qm_escape_github_message(struct qm_buf *out, const char *text);
void qm_escape_github_property(struct qm_buf *out, const char *text);

/* What stands behind ##vso[...], and what stands in its brackets behind sourcepath=. */
void qm_escape_azure(struct qm_buf *out, const char *text);

/*
 * Prose, also in the cell of a table or at the start of a line. All punctuation becomes character
 * references, which Markdown never takes for structure, so that no link, image, mention, list or
 * HTML comes about. GitHub alone makes a mail address out of "a@b.c" even then.
 */
void qm_escape_markdown(struct qm_buf *out, const char *text);

/* Between tags or within a quoted attribute. */
void qm_escape_html(struct qm_buf *out, const char *text);

#endif
