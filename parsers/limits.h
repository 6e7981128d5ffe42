/*
 * limits - the ceilings on foreign reports, each with its reason.
 *
 * Together they bound memory: a reader needs 1 MB for its buffers and texts and libxml2 at most
 * 3 MB, whatever the report holds; with an ordinary one it is 0.5 MB for both. A report that
 * exceeds a ceiling is refused with the reason `limit`, which names it; only texts that nobody
 * matches by (messages, stacks, property values) are cut instead, always between characters.
 */
#ifndef QM_PARSERS_LIMITS_H
#define QM_PARSERS_LIMITS_H

enum {
	/* Read and handed to libxml2 at a time: smaller chunks cost 7 %, larger gain nothing. */
	QM_MAX_CHUNK = 64 * 1024,

	/* libxml2 is quadratic in the length of a CDATA section: 80 MB took 33 s, not 0.2. */
	QM_MAX_CDATA = 16 * 1024,

	/* Fed to libxml2 and not consumed: a giant tag or comment, which it keeps whole. */
	QM_MAX_PENDING = 1024 * 1024,

	/* Nested elements. Real reports have 10; libxml2 itself stops trees at 256. */
	QM_MAX_DEPTH = 256,

	/* An element's attributes. Real ones have 20; checking that no two are equal is quadratic
	 * in libxml2. */
	QM_MAX_ATTRIBUTES = 1000,

	/* Namespaces in scope: each prefixed name is looked up in all of them. */
	QM_MAX_NAMESPACES = 256,

	/* libxml2 keeps every different element and attribute name that it has met. */
	QM_MAX_NAME_BYTES = 128 * 1024,

	/* A test's name, its class, a suite's name: people match by them, so they are never cut.
	 * Parametrised names of 10 KB are real. */
	QM_MAX_NAME = 64 * 1024,

	/* Texts of one test: name, class, file, description; in JUnit what went wrong, too, and the
	 * tests around it. */
	QM_MAX_TEST_TEXT = 5 * QM_MAX_NAME,

	/* Names of the open suites. */
	QM_MAX_SUITE_TEXT = 4 * QM_MAX_NAME,

	/* Where a failure's message, its stack and parameters are cut: a comment in QMetry shows a
	 * few lines of them. */
	QM_MAX_MESSAGE = 4 * 1024,
	QM_MAX_FAILURE_TYPE = 512,

	/* Where a property's name and value are cut: ids and words to match by are short, class
	 * paths are not looked at. */
	QM_MAX_VALUE = 1024,

	/* Properties in scope (Surefire writes about 70 for each suite) and their texts. */
	QM_MAX_PROPERTIES = 4096,
	QM_MAX_PROPERTY_TEXT = 256 * 1024,

	/* TestNG: skipped results that wait for the end of their <test>, and their texts. */
	QM_MAX_HELD = 1000,
	QM_MAX_HELD_TEXT = 256 * 1024,

	/* TestNG: methods in groups (512 KB) and names of groups; what is beyond is not told. */
	QM_MAX_GROUPED = 32 * 1024,
	QM_MAX_GROUP_TEXT = 64 * 1024,
	/* Groups of one method, which each of its results tells: 30 MB of results of a method in
	 * 4,000 groups took hours. Real ones are in five. */
	QM_MAX_GROUPS_OF_METHOD = 64,

	/* Tests of one report: twenty times the largest known; options can set another. */
	QM_MAX_TESTS = 20 * 1000 * 1000,
};

/* Bytes of one report after decompression: gzip packs 1,000 to 1, so a 10 MB file could keep a
 * job busy for a minute and a 1 GB file for hours; options can set another. */
#define QM_MAX_REPORT_BYTES (8ULL << 30)

#endif
