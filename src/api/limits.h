/*
 * limits - every ceiling of src/api, each with its reason.
 *
 * What the server sends is foreign: a reply is bounded before it is stored, its JSON before it
 * is parsed, a list before it is walked to its end.
 */
#ifndef QM_API_LIMITS_H
#define QM_API_LIMITS_H

enum {
	/* 1,000 rows with every user-defined field filled are 8 MB; nothing honest is larger. */
	QM_REPLY_MAX_BYTES = 16 << 20,
	/* Servers themselves refuse requests with more than 8 to 64 KB of headers. */
	QM_REPLY_HEADER_MAX_BYTES = 64 << 10,
	/*
	 * A connection, with TLS and a proxy's tunnel, is there in a second or is not to be had.
	 * What a call (60 s), all waits (10 min) and the whole work (30 min) take are settings.
	 */
	QM_CONNECT_MS = 10000,

	/* 10,000 ids of 12 digits are 130 KB, and a comment is a sentence. */
	QM_REQUEST_MAX_BYTES = 8 << 20,
	/* A base URL with a long path; what browsers agree on. */
	QM_URL_MAX_BYTES = 2048,
	/* System bundles hold 220 KB; a company may add hundreds of its own. */
	QM_TRUST_MAX_BYTES = 8 << 20,

	/* Rows asked for a page: 20 calls for 10,000 runs, and an answer is a few 100 KB. */
	QM_PAGE_ROWS = 500,
	/* Never more, even where the server's own pages are larger. */
	QM_PAGE_MAX_ROWS = 1000,
	/* Ten times the largest suite known; a server that counts wrong must not keep us. */
	QM_LIST_MAX_ROWS = 1000000,

	/* What is kept of a server's message: a sentence, and it stands inside one of ours. */
	QM_MESSAGE_MAX_BYTES = 240,

	/* Back-off: the first wait is up to 1 s, the next ones up to twice that, to 30 s. */
	QM_BACKOFF_FIRST_MS = 1000,
	QM_BACKOFF_MAX_MS = 30000,
	/* A server's limit that names no time: twice that after each call that it refused. */
	QM_LIMIT_FIRST_MS = 15000,
	QM_LIMIT_MAX_MS = 60000,
	/* Polls: what is quick takes seconds; a minute late is no harm for what takes ten. */
	QM_POLL_FIRST_MS = 5000,
	QM_POLL_MAX_MS = 60000,
	/* Clocks differ a little and requests travel: nothing is sent this close to a border. */
	QM_BORDER_MS = 50,
	/* Runners that wait for one window do not come at once: they spread over a hundredth of it,
	 * and never over so much that the window is not used up within its first second. */
	QM_SPREAD_PART = 100,
	QM_SPREAD_MAX_MS = 900,
	/* A clock may be set while an hour is waited for: it is looked at this often. */
	QM_WAIT_SLICE_MS = 60000 + QM_BORDER_MS + QM_SPREAD_MAX_MS,
};

#endif
