/*
 * pages - reads a list to its end, page by page. Internal to src/api.
 *
 * `start` is a row's offset, `page` counts from 1, and a server gives at most as many rows as
 * it likes. 500 are asked for; where the first answer is shorter although `total` says that
 * there are more, its length is what the server gives and what is asked for from then on:
 *
 *     asked: start 0, page 1, limit 500       answered: 100 rows, total 250
 *     asked: start 100, page 2, limit 100     answered: 100 rows
 *     asked: start 200, page 3, limit 100     answered: 50 rows, end
 *
 * The end is where `total` is reached or, if there is none that can be right, where a page is
 * short. A page that is empty before that is asked for once more, and then is an error: half a
 * list must not pass for a whole one. A server that does not heed `start` would keep us for ever: a
 * page that begins with the same row as an earlier one is an error, too, and so is a row without
 * an id where there are several pages.
 *
 * A list that no known client reads by pages is asked for as these clients do, without a place.
 * Only where `total` says that there is more, pages follow.
 */
#ifndef QM_API_PAGES_H
#define QM_API_PAGES_H

#include "src/api/session.h"

struct qm_list {
	const char *tool, *path;
	const json_t *arguments; /* of the tool, beyond start, page and limit */
	const json_t *fields;    /* of the body, likewise */
	const struct qm_header *headers;
	size_t header_count;
	const char *const
		*ids;  /* names that the field which tells rows apart has; NULL ends them */
	bool is_whole; /* asked for without a place, and whole unless `total` says otherwise */
	/* Asked after each page that is not the last: true ends the reading there. NULL: never. */
	qm_enough_fn enough;
	void *context; /* of it */
};

typedef enum qm_code (*qm_row_fn)(void *context, const json_t *row);

/* Calls `each` for every row that is an object; what it returns, if not QM_OK, ends the reading. */
enum qm_code qm_pages_read(struct qm_session *session, const struct qm_list *list, qm_row_fn each,
	void *context, struct qm_error *err) QM_MUST_CHECK;

#endif
