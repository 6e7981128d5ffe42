/*
 * source_line - where a failed Java test stands, for reports that do not tell.
 *
 * Surefire, Gradle and TestNG write a stack and no file. The first frame of the test's own class
 * has the file's name and the line, the class has the package, and the report lies in the module:
 *
 *     at com.example.shop.CartTest.addsItem(CartTest.java:42)
 *     shop/target/surefire-reports/TEST-com.example.shop.CartTest.xml
 *     shop/src/test/java/com/example/shop/CartTest.java           line 42
 *
 * It is told only where such a file exists: a wrong place would be worse than none.
 */
#ifndef QM_UPLOAD_REPORTS_SOURCE_LINE_H
#define QM_UPLOAD_REPORTS_SOURCE_LINE_H

#include "parsers/result.h"

/* Writes the path, relative as that of the report is, and the line; false where it finds none. */
bool qm_source_line(const char *report, const struct qm_result *result, char *path, size_t size,
	int64_t *out_line);

#endif
