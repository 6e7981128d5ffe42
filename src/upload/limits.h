/*
 * limits - the ceilings of src/upload, each with its reason.
 */
#ifndef QM_UPLOAD_LIMITS_H
#define QM_UPLOAD_LIMITS_H

enum {
	/* Indices are 32 bits, and ten times the largest project known is enough. */
	QM_MAX_RUNS = 4 * 1000 * 1000,
	/* Executions of the suites that were named: platforms x cycles, over years. */
	QM_MAX_EXECUTIONS = 20000,

	/* A mapping file: what libyaml's 100,000 nodes may be long. */
	QM_MAX_MAP_BYTES = 16 * 1024 * 1024,
	/* Patterns of a mapping file are tried for each test, one after the other. */
	QM_MAX_MAP_PATTERNS = 1000,
	/* Keys of one test; as many as are taken from a name. */
	QM_MAX_MAP_KEYS = 64,
	/* Routes are tried for each result, all of them. */
	QM_MAX_ROUTES = 500,
	QM_MAX_ROUTE_CONDITIONS = 16,
	QM_MAX_ROUTE_VALUES = 100,
	/* Unused entries of the mapping file that are told one by one. */
	QM_MAX_UNUSED_TOLD = 20,

	/* Lists in the summary; their totals are always right. */
	QM_MAX_LISTED = 10000,
	/* Looking for what was meant (nearest.h): comparisons in all, at a microsecond or two, and
	 * for one test; where there are that few texts, all; and words of the index, 8 B each. */
	QM_MAX_NEAREST_COMPARISONS = 300000,
	QM_MAX_NEAREST_CANDIDATES = 20,
	QM_MAX_NEAREST_ALL = 4000,
	QM_MAX_NEAREST_WORDS = 500000,

	/* Names of tests kept beside runs, and their links; with the messages, 4 MB. */
	QM_MAX_KEPT_TEXT = 3 * 1024 * 1024,
	/* Messages of failures, each once: 3,000 of 300 bytes. */
	QM_MAX_MESSAGES_BYTES = 1024 * 1024,
	/* Of one message: what a comment shows of it. */
	QM_MAX_KEPT_MESSAGE = 300,
	/* A comment: QMetry documents no limit; a screen of it is read by nobody. */
	QM_MAX_COMMENT = 1000,
	/* The same before it is cut: a pattern may hold each CI fact of 1,000 bytes, repeatedly. */
	QM_MAX_COMMENT_TEXT = 64 * 1024,
	/* Texts of the list of unmapped tests, dropped reports' too: 10,000 of 400 bytes. */
	QM_MAX_LISTED_TEXT = 4 * 1024 * 1024,
	/* Of one name; longer ones are parametrised beyond what a list can show. */
	QM_MAX_KEPT_NAME = 512,

	/* Candidates that an error message lists. */
	QM_MAX_CANDIDATES = 12,
};

#endif
